"""What a step passed over that was recorded as already done: the steps between, and what is not on
record of each.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from engine.decide.ahead import RULED_OUT, apart
from engine.decide.draft import Draft
from engine.decide.needs import NOT_THEIRS, missing
from engine.decide.passing import FEW, from_where
from engine.decide.tasks import CLOSED_BY_RECORD, UNMET, Task
from engine.definition import Transition
from engine.prose import listed

MOST = 6
"""The most steps that are told one by one; a longer way is hardly the one that was gone."""


def left_to_do(draft: Draft, transition: Transition, before: str) -> list[Task]:
    """What is to be put on record of what lies between where a case was and where a step starts.

    Of history, and where no short way leads there, that is one task.
    """
    way = _way(draft, transition, before)
    role = transition.who[0] if transition.who else ""
    if not way or len(way) > MOST or draft.case.row["historic"]:
        return [Task(UNMET, _how_it_came(draft, transition, before, way), role, transition.id)]
    return [
        Task(UNMET, _of(draft, step, transition), step.who[0] if step.who else role, step.id)
        for step in way
    ]


def _how_it_came(draft: Draft, transition: Transition, before: str, way: list[Transition]) -> str:
    here, starts = from_where(draft.workflow, before, transition)
    said = (
        f'say how the case came from {here} to {starts}, where "{transition.title}" starts, and '
        "record the answers that belong to it"
    )
    if not way:
        return f"{said}: no step leads there by what is on record"
    few = [f'"{step.title}"' for step in way[:FEW]]
    others = len(way) - len(few)
    return f"{said}; not on record: {listed([*few, *([f'{others} more'] if others else [])])}"


def _of(draft: Draft, step: Transition, transition: Transition) -> str:
    """What is to be put on record of one step that was passed over."""
    said = (
        f'say when and by whom "{step.title}" was done, or what was done in its place: '
        f'"{transition.title}" passed it over'
    )
    lacking = list(dict.fromkeys(_lacking(draft, step)))
    if not lacking:
        return said
    return f"{said}; what it rests on is not on record either: {'; '.join(lacking)}"


def _lacking(draft: Draft, step: Transition) -> Iterator[str]:
    """What a step lacks on record, answers first; not from where it starts, nor who may take it."""
    found = [one for one in missing(draft, step) if one.kind != NOT_THEIRS]
    for one in sorted(found, key=lambda one: one.kind not in CLOSED_BY_RECORD):
        if one.subject != step.id:
            yield one.need.what


def _way(draft: Draft, transition: Transition, before: str) -> list[Transition]:
    """The shortest way from a state to where a step starts, through open states and by steps that
    no answer on record rules out; nothing where there is none.
    """
    states = draft.workflow.states
    ways: dict[str, list[Transition]] = {before: []}
    waiting = deque([before])
    while waiting:
        state = waiting.popleft()
        if state in transition.starts:
            return ways[state]
        for step in draft.workflow.from_state(state):
            if not step.to or step.to in ways or states[step.to].closed:
                continue
            if apart(draft, step) != RULED_OUT:
                ways[step.to] = [*ways[state], step]
                waiting.append(step.to)
    return []
