"""The decisions on the way to a step: who takes each, by which answers, and what these rule out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.decide.draft import Draft
from engine.decide.entries.keeping import correctors
from engine.decide.possible.deciding import Parting
from engine.decide.possible.supplies import CORRECT, RECORDED, Supply, commands
from engine.definition import Transition
from engine.prose import people as people_of
from engine.service.looking.reading import ruled_out_by_answers

Told = dict[str, Any]


def told(draft: Draft, decisions: Sequence[Parting], way: Sequence[Transition]) -> list[Told]:
    """The decisions on a way in their order; `taken` is the side that the record leaves alone."""
    return [_decision(draft, one, way) for one in decisions]


def _decision(draft: Draft, one: Parting, way: Sequence[Transition]) -> Told:
    workflow = draft.workflow
    who = tuple(dict.fromkeys(role for side in one.sides for role in side.who))
    taken = [side.id for side in one.open if side in way and one.open == (side,)]
    return {
        "state": one.state,
        "state_title": workflow.states[one.state].title,
        "by": people_of(workflow, who, "or"),
        "taken": taken[0] if taken else None,
        "answers": [
            {
                "question": name,
                "ask": workflow.questions[name].ask,
                "answer": standing(draft, name),
            }
            for name in one.reads
            if _counts(draft, name)
        ],
        "sides": [_side(draft, side, allowed=side in one.open) for side in one.sides],
    }


def _counts(draft: Draft, name: str) -> bool:
    """Whether a question tells which side is taken: not where steps answer it, and none did."""
    if name not in draft.workflow.questions:
        return False
    return name not in draft.edition.set_by or draft.case.value(name) is not None


def _side(draft: Draft, side: Transition, *, allowed: bool) -> Told:
    """A side, and where the record rules it out, by which answers and how one is put right."""
    answers = [] if allowed else ruled_out_by_answers(draft, side)
    return {
        "transition": side.id,
        "title": side.title,
        "open": allowed,
        "by": people_of(draft.workflow, side.who, "or"),
        "ruled_out_by": answers,
        "commands": [line for one in answers for line in _put_right(draft, one["question"])],
    }


def _put_right(draft: Draft, name: str) -> list[str]:
    question = draft.workflow.questions[name]
    verb = RECORDED if question.may_change else CORRECT
    return commands(draft, Supply(verb, name, roles=correctors(draft, question)))


def standing(draft: Draft, name: str) -> str | None:
    """The public answer that is on record; none of a personal one."""
    question = draft.workflow.questions.get(name)
    value = draft.case.value(name) if question and not question.personal else None
    return None if value is None else str(value)
