"""The command line: one command is one call of the service, and printing."""
