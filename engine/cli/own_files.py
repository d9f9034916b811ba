"""The files that Casetrail itself works with, which show nothing of what anybody decided."""

from __future__ import annotations

import os
from pathlib import Path

from engine.config import Settings
from engine.errors import UsageError

_ENGINE = Path(__file__).resolve().parents[1]
_FOLDERS = (_ENGINE, *(_ENGINE.with_name(name) for name in ("workflows", "notifiers")))
"""The program, and the processes and notifiers that come with it."""
_SQLITE = "sqlite:///"
_BESIDE = ("", "-wal", "-shm", "-journal")
"""What SQLite adds to the name of a database for the files that it keeps beside it."""


def refuse(settings: Settings | None, name: str, called: str) -> None:
    """Raise UsageError for one of these files, by whatever name; `called` is the option. Where the
    store is at a server, there are no settings here.
    """
    own_files = _files(settings) if settings else []
    if _inside(name) or any(_same(name, own) for own in own_files):
        raise UsageError(
            f"What was given for {called} is a file that Casetrail itself works with, which shows "
            "nothing of what anybody decided; name the minutes, the letter or the message that "
            "does."
        )


def _inside(name: str) -> bool:
    try:
        real = Path(os.path.realpath(name))
    except (OSError, ValueError):
        return False
    return any(real.is_relative_to(folder) for folder in _FOLDERS)


def _files(settings: Settings) -> list[str]:
    own = [str(settings.file), str(settings.keys)]
    if settings.database.startswith(_SQLITE):
        database = settings.database.removeprefix(_SQLITE)
        own += [f"{database}{more}" for more in _BESIDE]
    return own


def _same(name: str, own: str) -> bool:
    try:
        return os.path.samefile(name, own)
    except (OSError, ValueError):
        return False
