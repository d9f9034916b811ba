"""What a step passed over that was recorded as already done: the steps between, and what is not on
record of each.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from engine.decide.draft import Draft
from engine.decide.entries.tasks import CLOSED_BY_RECORD, UNMET, Task
from engine.decide.possible.ahead import RULED_OUT, apart
from engine.decide.steps.needs import missing
from engine.decide.steps.passing import FEW, from_where
from engine.decide.steps.unmet import NOT_THEIRS
from engine.definition import Transition
from engine.prose import listed

MOST = 7
"""The most steps that are told one by one; a longer way is hardly the one that was gone."""


def left_to_do(draft: Draft, transition: Transition, before: str) -> list[Task]:
    """What is to be put on record of what lies between where a case was and where a step starts.

    Of history, and where no way leads forward or a long one does, that is one task.
    """
    way = _way(draft, transition, before)
    role = transition.who[0] if transition.who else ""
    if way is None or len(way) > MOST or (way and draft.case.row["historic"]):
        return [Task(UNMET, _how_it_came(draft, transition, before, way), role, transition.id)]
    tasks = [
        Task(UNMET, _of(draft, step, transition), step.who[0] if step.who else role, step.id)
        for step in way
    ]
    if not _is_whole(way, transition, before):
        tasks.append(Task(UNMET, _what_else(draft, transition, before), role, transition.id))
    return tasks


def _how_it_came(
    draft: Draft, transition: Transition, before: str, way: list[Transition] | None
) -> str:
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


def _what_else(draft: Draft, transition: Transition, before: str) -> str:
    here, starts = from_where(draft.workflow, before, transition)
    return (
        f'look whether anything between {here} and {starts}, where "{transition.title}" '
        "starts, is to be recorded: more than one way leads there"
    )


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


def _way(draft: Draft, transition: Transition, before: str) -> list[Transition] | None:
    """The steps that every way forward takes from a state to where a step starts, in their order;
    None where no way leads forward. The states of a definition stand in the process's order.
    """
    place = {name: number for number, name in enumerate(draft.workflow.states)}
    moves = [
        (start, step)
        for step in draft.workflow.transitions.values()
        if step.to and not draft.workflow.states[step.to].closed
        for start in step.starts
        if place[start] < place[step.to] and apart(draft, step) != RULED_OUT
    ]
    if not _leads(moves, before, transition):
        return None
    steps = {step.id: step for _, step in moves}
    always = [
        step
        for step in steps.values()
        if not _leads([move for move in moves if move[1].id != step.id], before, transition)
    ]
    return sorted(always, key=lambda step: place[step.to])


def _leads(moves: list[tuple[str, Transition]], before: str, transition: Transition) -> bool:
    """Whether moves lead from a state to where a step starts."""
    reached = {before}
    waiting = deque([before])
    while waiting:
        state = waiting.popleft()
        if state in transition.starts:
            return True
        found = {step.to for start, step in moves if start == state} - reached
        reached |= found
        waiting.extend(found)
    return False


def _is_whole(way: list[Transition], transition: Transition, before: str) -> bool:
    """Whether each step starts where the one before it ended."""
    state = before
    for step in [*way, transition]:
        if state not in step.starts:
            return False
        state = step.to
    return True
