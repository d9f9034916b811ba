"""The ids of commands: a key that somebody gave, or one drawn here, which nobody can give."""

from __future__ import annotations

from collections.abc import Callable

_MARK = "~"


def drawn(randomness: Callable[[int], bytes]) -> str:
    """A new id for a command that was given no key: of 80 bits, as no two ever are the same."""
    return f"{_MARK}{randomness(10).hex()}"


def is_drawn(command: str) -> bool:
    """Whether an id was drawn, so that no request can ever be repeated under it."""
    return _MARK in command
