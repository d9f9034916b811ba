"""Steps that answer one thing once, a letter or a proposal; again only when there is another."""

from __future__ import annotations

from typing import Any

from engine.decide.draft import Draft
from engine.decide.steps.giving import asking_anew, takers
from engine.definition import Transition
from engine.errors import Need
from engine.prose import listed, names_of


def is_done(draft: Draft, transition: Transition) -> bool:
    """Whether a step that is taken once for each answer was taken for the answer of now."""
    question = transition.once_for
    return bool(question) and draft.case.turn(_what(transition)) == draft.case.occurrence(question)


def told(draft: Draft, transition: Transition) -> Need:
    """That a step was taken for the answer of now, and what else can be done."""
    ask = draft.workflow.questions[transition.once_for].ask
    anew = asking_anew(draft, transition.once_for)
    names = listed((step.id for step in anew), "or")
    again = f", or take {names} first if there is a new one" if anew else ""
    what = f'it was done already for the answer on record to "{ask}"'
    who = names_of(draft.workflow, takers(anew))
    return Need(what, who, f"use `correct` for what was recorded with it{again}")


def turns(draft: Draft, transition: Transition) -> list[dict[str, Any]]:
    """For which answer such a step is taken, as its event keeps it; nothing before there is one."""
    if not transition.once_for or not draft.case.answered(transition.once_for):
        return []
    what = _what(transition)
    no = draft.case.occurrence(transition.once_for)
    return [{"what": what, "no": no, "first": not draft.case.knows_turn(what)}]


def _what(transition: Transition) -> str:
    return f"once:{transition.id}"
