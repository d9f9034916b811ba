"""What a guard may know of a case: its public answers, its linked cases, and the day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from engine.case import Case


class CaseFacts:
    """A case as guards see it."""

    __slots__ = ("ended", "today", "value")

    def __init__(self, case: Case, today: date) -> None:
        # The case's own, and no call between: guards ask more often than anything else does.
        self.value: Callable[[str], str | None] = case.value
        """The public answer of the case to a question, in its current occurrence."""
        self.ended: Callable[[str], tuple[int, int]] = case.linked
        """How many linked cases of a process have ended, and how many there are."""
        self.today = today
