"""What one search finds, kept for the next who asks the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

from engine.proving.effort import TooManyError

T = TypeVar("T")


class Stream(Generic[T]):
    """The moves of one search, made as they are wanted and kept for the next who asks."""

    def __init__(self, moves: Iterator[T]) -> None:
        self._moves = moves
        self._made: list[T] = []
        self._given_up = False

    def __iter__(self) -> Iterator[T]:
        number = 0
        while True:
            while number < len(self._made):
                yield self._made[number]
                number += 1
            if not self._more():
                return

    def _more(self) -> bool:
        """Make another move; raises TooManyError, for all who ask, where the search is given up."""
        if self._given_up:
            raise TooManyError
        try:
            move = next(self._moves, None)
        except TooManyError:
            self._given_up = True
            raise
        if move is not None:
            self._made.append(move)
        return move is not None
