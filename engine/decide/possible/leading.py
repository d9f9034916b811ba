"""The steps that lead from where a case is to where another step starts, and what each lacks."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence

from engine.decide.draft import Draft
from engine.decide.possible.ahead import NEAR, RULED_OUT, apart
from engine.decide.possible.deciding import Parting, parting
from engine.decide.steps.needs import missing
from engine.decide.steps.unmet import OPINION, PLACE, RECORD, Missing
from engine.definition import Condition, Transition
from engine.guards import ANSWERED, PASSED

Moves = Mapping[str, Sequence[Transition]]
"""The steps that leave each state."""


def way_to(draft: Draft, transition: Transition) -> list[Transition] | None:
    """The fewest steps from where a case is to where a step starts; none where it starts here.

    A way by steps that are possible in many states is told only where there is no other, and one by
    steps that an answer on record rules out last. None where no step leads there at all.
    """
    steps = [step for step in draft.workflow.transitions.values() if step.to]
    open_ = [step for step in steps if apart(draft, step) != RULED_OUT]
    near = [step for step in open_ if len(step.starts) <= NEAR]
    for known in (near, open_, steps):
        found = _shortest(_leaving(known), draft.case.state, transition.starts)
        if found is not None:
            return found
    return None


def up_to_a_decision(
    draft: Draft, way: Sequence[Transition], target: Transition
) -> tuple[list[Transition], list[Parting]]:
    """The steps of a way up to the first decision of which the record leaves several sides open, or
    another than that of the way; and the decisions on it, that one last.

    A side is never chosen because it is shorter.
    """
    state, steps, found = draft.case.state, list[Transition](), list[Parting]()
    for step in way:
        decision = parting(draft, state, step, target)
        if decision is not None:
            found.append(decision)
            if decision.open != (step,):
                return steps, found
        steps.append(step)
        state = step.to
    return steps, found


def lacking_on(draft: Draft, way: Sequence[Transition]) -> list[list[Missing]]:
    """What each step of a way lacks when those before it have been taken: by what is on record now,
    by the answers that these give by themselves, and by what they need on record.
    """
    given: dict[str, str] = {}
    told: set[str] = set()
    taken: set[str] = set()
    found = []
    for step in way:
        told -= set(step.asks_anew)
        given = {name: value for name, value in given.items() if name not in step.asks_anew}
        lacking = [
            one
            for one in missing(draft, step)
            if one.sort != PLACE and taken.isdisjoint(one.steps) and not _is_given(one, given, told)
        ]
        found.append(lacking)
        told |= {one.subject for one in lacking if one.sort in (RECORD, OPINION)}
        taken.add(step.id)
        given |= dict(step.sets) | ({step.dates: ""} if step.dates else {})
    return found


def _leaving(steps: Collection[Transition]) -> Moves:
    found: dict[str, list[Transition]] = {}
    for step in steps:
        for start in step.starts:
            found.setdefault(start, []).append(step)
    return found


def _shortest(moves: Moves, here: str, starts: Collection[str]) -> list[Transition] | None:
    came: dict[str, tuple[str, Transition]] = {}
    waiting = deque([here])
    while waiting:
        state = waiting.popleft()
        if state in starts:
            return _back(came, here, state)
        for step in moves.get(state, ()):
            if step.to not in came and step.to != here:
                came[step.to] = (state, step)
                waiting.append(step.to)
    return None


def _back(came: Mapping[str, tuple[str, Transition]], here: str, state: str) -> list[Transition]:
    way: list[Transition] = []
    while state != here:
        state, step = came[state]
        way.insert(0, step)
    return way


def _is_given(one: Missing, given: Mapping[str, str], told: Collection[str]) -> bool:
    """Whether one of the ways in which a need is met holds by what the steps before it answer, or
    need on record themselves.
    """
    if one.sort in (RECORD, OPINION):
        return one.subject in told
    return any(all(_holds(line, given, told) for line in way) for way in one.ways)


def _holds(line: Condition, given: Mapping[str, str], told: Collection[str]) -> bool:
    if line.subject not in given:
        return line.word == ANSWERED and line.subject in told
    return line.word in (ANSWERED, PASSED) or given[line.subject] in line.values
