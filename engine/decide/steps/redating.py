"""Re-dating: a step is given the day on which it really happened, and what counted from the other
day follows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any

from engine.case import Given
from engine.dates import parse_partial, said
from engine.decide.draft import Draft
from engine.decide.entries import keeping
from engine.decide.entries.correcting import need_reason, put_right
from engine.decide.standing import Stood, days, standing, taken
from engine.decide.timing import clocks, cycles
from engine.errors import RefusedError

Event = Mapping[str, Any]

CAUSE = "a step was re-dated"


def redate(draft: Draft, events: Sequence[Event], n: int, day: str) -> None:
    """Give the step that is entry `n` of the case's events the day on which it really happened.

    Raises RefusedError without a reason, for an entry that is no step or was set aside, for a day
    in the future or the one that it has, for a day known only in part unless the case is historic,
    and for somebody who may not take that step.
    """
    need_reason(draft)
    steps = standing(events)
    step = _step(events, steps, n)
    transition = draft.workflow.transitions[step.transition]
    keeping.need_decider(draft, transition, "Another day for", "say on which day it happened")
    day = _checked_day(draft, day)
    if day == step.happened:
        raise RefusedError(
            f"Entry @{n} is already of {said(step.happened)}; there is nothing to put right."
        )
    put_on_day(draft, events, step, day)


def put_on_day(draft: Draft, events: Sequence[Event], step: Stood, day: str) -> None:
    """Give a step that stands another day, whoever decided it."""
    n, steps = step.n, standing(events)
    after = [replace(one, happened=day) if one.n == n else one for one in steps]
    _, last = taken(step.transition, after)
    turn = {"what": f"took:{step.transition}", "happened": last}
    body = {
        "step": n,
        "transition": step.transition,
        "old": step.happened,
        "new": day,
        "turns": [turn] if last != draft.case.taken_on(step.transition) else [],
        "case": _changed_days(draft, after),
    }
    draft.emit("step re-dated", body, draft.reason())
    _redate_answer(draft, events, step, day)
    _rejudge(draft, step.transition, step.happened, day)
    cycles.restart(draft, after, CAUSE)


def _step(events: Sequence[Event], steps: Sequence[Stood], n: int) -> Stood:
    for step in steps:
        if step.n == n:
            return step
    if events[n - 1]["type"] == "transition taken":
        raise RefusedError(f"Entry @{n} is a step that was set aside; nothing rests on its day.")
    if events[n - 1]["body"].get("now", {}).get("sent_on"):
        raise RefusedError(
            f"Entry @{n} says that a pack was sent; record it once more with `sent --on DAY`: "
            "both entries stay, and the later one counts."
        )
    raise RefusedError(f"Entry @{n} is no step; correct the answer itself instead.")


def _checked_day(draft: Draft, text: str) -> str:
    found = parse_partial(text)
    if found.first > draft.context.today:
        raise RefusedError("The day lies in the future; a step has happened when it is recorded.")
    if not found.exact and not draft.case.row["historic"]:
        raise RefusedError(
            f"A step needs the day on which it happened, not only {found.text}; "
            "a case entered as historic may leave it out."
        )
    return found.text


def _changed_days(draft: Draft, steps: Sequence[Stood]) -> dict[str, str]:
    row = draft.case.row
    found = days(str(row["opened_on"]), steps)
    return {name: day for name, day in found.items() if row[name] != day}


def _redate_answer(draft: Draft, events: Sequence[Event], step: Stood, day: str) -> None:
    """The date question that the step answered by its day, in the occurrence that it answered."""
    question = draft.workflow.transitions[step.transition].dates
    given = [
        item["no"]
        for event in events
        if event["command"] == step.command and event["type"] == "answers recorded"
        for item in event["body"]["answers"]
        if item["question"] == question
    ]
    for no in given:
        row = draft.case.answer(question, no=no)
        if row is not None and row["value"] == step.happened:
            put_right(draft, [Given(question, day, no=no)])


def _rejudge(draft: Draft, transition: str, old: str, new: str) -> None:
    for timescale in draft.edition.met_by.get(transition, ()):
        for key, row in sorted(draft.case.deadlines().items(), key=itemgetter(0)):
            if key[1] == timescale.id and row["met_on"] == old:
                now = {"met_on": new, "status": clocks.judged(draft, row, new)}
                was = {"met_on": old, "status": row["status"]}
                name = {"timescale": key[1], "of": key[2], "no": key[3]}
                draft.emit(
                    "deadline re-judged",
                    {**name, "cause": CAUSE, "old": was, "now": now},
                )
