"""The ids of commands: a key that somebody gave, or one drawn here, which nobody can give."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

_MARK = "~"


def drawn(now: datetime, randomness: Callable[[int], bytes]) -> str:
    """A new id for a command that was given no key.

    It begins with the moment, so that what is recorded one after the other lies together in the
    database, and a step writes no more of it than it must.
    """
    return f"{int(now.timestamp() * 1000):012x}{_MARK}{randomness(10).hex()}"


def is_drawn(command: str) -> bool:
    """Whether an id was drawn, so that no request can ever be repeated under it."""
    return _MARK in command
