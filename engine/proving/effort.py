"""How much one verification looks at before it says that something could not be shown.

It is counted in what is looked at, never by a clock: one process has one verdict, anywhere.
"""

from __future__ import annotations

from typing import Final

EACH: Final = 60_000
"""Of one search: each record that a step leaves, and each eight that it is compared with."""

WHOLE: Final = 800_000
"""Of all searches of a process and of those linked to it; after that each has only a few left."""

FEW: Final = 1_500

NEAR: Final = 6_000
"""Situations of one search for the shortest way, after which any way will do."""


class TooManyError(Exception):
    """A search was given up: there are more situations than it looks at."""


class Effort:
    """What a verification may still look at."""

    def __init__(self, whole: int = WHOLE, each: int = EACH, near: int = NEAR) -> None:
        self.spent = 0
        """What it has looked at so far."""
        self.near = near
        self._whole = whole
        self._each = each

    def search(self) -> Search:
        """A search of its own, with as much as one may look at."""
        return Search(self, self._each if self.spent < self._whole else min(FEW, self._each))

    def of_states(self) -> Search:
        """A search that looks at states alone, of which there are never many."""
        return Search(self, EACH)


class Search:
    """What one search may still look at."""

    def __init__(self, effort: Effort, left: int) -> None:
        self._effort = effort
        self._left = left

    def look(self, compared: int = 0) -> None:
        """Look at one more, and compare it with others; raises TooManyError after the last."""
        looked = 1 + (compared >> 3)
        self._effort.spent += looked
        self._left -= looked
        if self._left < 0:
            raise TooManyError
