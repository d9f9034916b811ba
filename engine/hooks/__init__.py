"""Doors for other systems: signed calls, and files in a folder, that record something on a case.

Everything that comes in is mapped to one of the verbs, and does nothing but by `engine.verbs`.
"""
