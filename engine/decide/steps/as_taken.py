"""What a guard finds when its step is taken: what the step answers by itself is there by then, and
what it asks anew is not, unless it is given with the step.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from engine.decide.draft import Draft
from engine.definition import Transition
from engine.guards import Facts


class AsTaken:
    """A case as the guard of one step sees it."""

    __slots__ = ("_anew", "_draft", "_own", "today")

    def __init__(self, draft: Draft, transition: Transition) -> None:
        self.today: date = draft.facts.today
        self._draft = draft
        self._own = own(draft, transition)
        self._anew = transition.asks_anew

    def value(self, question: str) -> str | None:
        """The answer that a question has when the step is taken."""
        turned = question in self._own or question in self._anew
        if not turned or given_now(self._draft, question):
            return self._draft.facts.value(question)
        return self._own.get(question)

    def ended(self, process: str) -> tuple[int, int]:
        """How many linked cases of a process have ended, and how many there are."""
        return self._draft.facts.ended(process)


def facts_of(draft: Draft, transition: Transition) -> Facts:
    """The facts by which the guard of a step is judged."""
    if transition.sets or transition.dates or transition.asks_anew:
        return AsTaken(draft, transition)
    return draft.facts


def own(draft: Draft, transition: Transition) -> Mapping[str, str]:
    """The answers that a step gives by itself."""
    dated = {transition.dates: draft.context.happened} if transition.dates else {}
    return dated | dict(transition.sets)


def given_now(draft: Draft, name: str, of: str = "") -> bool:
    """Whether this very command gives an answer: what a step asks anew, it does not find."""
    row = draft.case.answer(name, of)
    return row is not None and int(row["n"]) >= draft.first_n
