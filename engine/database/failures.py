"""What is said when a database fails: one sentence each, and never a bound value."""

from __future__ import annotations

DAMAGED = (
    "The database is damaged; stop every worker, keep a copy of it, and restore the latest backup."
)
FAULTY = "The disk reported a fault; nothing was changed; check the disk, then try again."
FULL = "The disk is full; nothing was changed; free some space, then try again."
LOCKED = "The database is locked by another program; nothing was changed; try again."
READ_ONLY = (
    "The database can only be read here; nothing was changed; make its file and its folder "
    "writable, then try again."
)
TAKEN = "Somebody else recorded this first; nothing was changed; look at it again, then repeat."
UNKNOWN = (
    "It cannot be told whether the change was saved; repeat the command with the same key, "
    "which never does it twice."
)
UNREACHABLE = (
    "The database cannot be reached; nothing was changed; check that it is there, then try again."
)


def refused(said: str) -> str:
    """What is said of an error that Casetrail should never have met."""
    return f"The database refused a statement ({said}); this is a fault of Casetrail: report it."
