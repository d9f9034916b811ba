"""What a failure of a database means: one error and one sentence each, and never a bound value."""

from __future__ import annotations

from engine.errors import (
    EngineError,
    OutcomeUnknownError,
    StaleCaseError,
    StorageError,
    TrailError,
)

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

NOT_OURS = 26
"""SQLite's code for a file that is none of its own."""
_IO, _CORRUPT = 10, 11
AT_THE_DISK = (_IO, 14)
"""SQLite's codes for a file that it could not read, write or make."""
_CODES = {
    5: LOCKED,
    6: LOCKED,
    8: READ_ONLY,
    _IO: FAULTY,
    13: FULL,
    14: UNREACHABLE,
    15: LOCKED,
}
"""SQLite's codes after which nothing was changed, and what is said of them."""

_OURS = "CT001"
"""The state of the errors that the triggers of our migrations raise, with words of ours."""
_STATES: tuple[tuple[str, type[EngineError], str], ...] = (
    ("08", StorageError, UNREACHABLE),
    ("23505", StaleCaseError, TAKEN),
    ("25006", StorageError, READ_ONLY),
    ("40", StorageError, LOCKED),
    ("53100", StorageError, FULL),
    ("53", StorageError, UNREACHABLE),
    ("55P03", StorageError, LOCKED),
    ("57", StorageError, UNREACHABLE),
    ("58", StorageError, FAULTY),
    ("XX00", TrailError, DAMAGED),
)
"""How the states begin after which nothing was changed, and what is said of them."""


def refused(said: str) -> str:
    """What is said of an error that Casetrail should never have met."""
    return f"The database refused a statement ({said}); this is a fault of Casetrail: report it."


def of_sqlite(error: Exception, *, committing: bool = False) -> EngineError:
    """What an error of SQLite means; its messages hold no bound value.

    After a fault of the disk while committing nobody can tell whether the change will be there.
    """
    code, said = code_of(error), str(error)
    if code == _IO and committing:
        return OutcomeUnknownError(UNKNOWN)
    if code in _CODES:
        return StorageError(_CODES[code])
    # The library quotes what it cannot read, which is never repeated.
    if code in (_CORRUPT, NOT_OURS) or said.startswith("Could not decode to UTF-8"):
        return TrailError(DAMAGED)
    if said.startswith("UNIQUE constraint failed"):
        return StaleCaseError(TAKEN)
    return EngineError(refused(said))


def code_of(error: Exception) -> int:
    """The primary code of an error of SQLite, or 0."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def of_postgresql(state: str, words: str = "", constraint: str = "") -> EngineError:
    """What an error of the server means; its words may hold values, so only our own are shown."""
    if state == _OURS:
        return EngineError(refused(words))
    for beginning, kind, sentence in _STATES:
        if state.startswith(beginning):
            return kind(sentence)
    return EngineError(refused(f"{state} {constraint}".strip()))
