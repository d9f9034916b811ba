"""The steps that answers rule out as they are put on record: looked at before, told of after."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from engine.case import Given
from engine.decide.draft import Draft
from engine.decide.entries.keeping import correctors
from engine.decide.possible.ahead import RULED_OUT, apart, ruled_out_by
from engine.decide.possible.leading import way_to
from engine.decide.possible.supplies import CORRECT, RECORDED, Supply, commands
from engine.definition import Transition
from engine.guards import required
from engine.prose import straight
from engine.service.drafting import drafted
from engine.service.looking import viewing
from engine.service.looking.viewing import View
from engine.service.workplace import By, Workplace

Told = dict[str, Any]


def still_open(
    place: Workplace, by: By, seen: View, steps: Iterable[Transition]
) -> list[Transition]:
    """Those of these steps which nothing rules out so far."""
    draft = drafted(place, by, seen.case, seen.edition)
    return [step for step in steps if apart(draft, step) != RULED_OUT]


def by_now(
    place: Workplace, by: By, ref: str, steps: Sequence[Transition], given: Iterable[Given]
) -> list[Told]:
    """Which of these steps are ruled out now by one of these answers, of those that still lie
    before the case: by what, and what is typed where the answer is wrong.
    """
    if not steps:
        return []
    with place.database.read() as tx:
        seen = viewing.view(place, tx, ref)
    draft = drafted(place, by, seen.case, seen.edition)
    asked = {one.question for one in given}
    return [told for step in steps if (told := _told(draft, step, asked))]


def _told(draft: Draft, step: Transition, asked: Collection[str]) -> Told | None:
    every = (line for way in ruled_out_by(draft, step) for line in way)
    lines = [line for line in every if line.subject in asked]
    if not lines or way_to(draft, step) is None:
        return None
    why = dict.fromkeys(straight(required(line, draft.workflow)) for line in lines)
    names = list(dict.fromkeys(line.subject for line in lines))
    return {
        "transition": step.id,
        "title": step.title,
        "why": list(why),
        "question": names,
        "command": _otherwise(draft, names[0]),
    }


def _otherwise(draft: Draft, name: str) -> str:
    question = draft.workflow.questions[name]
    verb = RECORDED if question.may_change else CORRECT
    return commands(draft, Supply(verb, name, roles=correctors(draft, question)))[0]
