"""What a guard may know of a case: its public answers, its linked cases, and the day."""

from __future__ import annotations

from datetime import date

from engine.case import Case


class CaseFacts:
    """A case as guards see it."""

    __slots__ = ("_case", "today")

    def __init__(self, case: Case, today: date) -> None:
        self._case = case
        self.today = today

    def value(self, question: str) -> str | None:
        """The public answer of the case to a question, in its current occurrence."""
        return self._case.value(question)

    def ended(self, process: str) -> tuple[int, int]:
        """How many linked cases of a process have ended, and how many there are."""
        return self._case.linked(process)
