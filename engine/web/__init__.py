"""The door for other systems: every verb over HTTP, made from the one table of verbs."""
