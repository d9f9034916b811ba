"""The command line as a client: what it asks of a Casetrail that is served elsewhere."""
