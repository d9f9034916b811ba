"""Where ways part: the steps of one decision, of which answers or those who decide take one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from engine.decide.draft import Draft
from engine.decide.possible.ahead import NEAR, RULED_OUT, apart
from engine.definition import Transition, Workflow

BY_VALUE = ("is", "at least", "at most")


class Parting(NamedTuple):
    """A state in which a decision is taken, its sides, and those that the record leaves open."""

    state: str
    sides: tuple[Transition, ...]
    open: tuple[Transition, ...]

    @property
    def reads(self) -> tuple[str, ...]:
        """The questions whose answers say which side is taken, in the order of the definition."""
        lines = (line for side in self.sides for table in side.only_if.tables for line in table)
        return tuple(dict.fromkeys(line.subject for line in lines if line.word in BY_VALUE))


def parting(draft: Draft, state: str, step: Transition, target: Transition) -> Parting | None:
    """The decision of which a step is one side; none where no other side leads to the target."""
    workflow = draft.workflow
    if len(step.starts) > NEAR:
        return None
    sides = [
        one
        for one in workflow.transitions.values()
        if one is step
        or (
            _is_side((state, target), workflow, step, one)
            and _leads(workflow, one.to, target, state)
        )
    ]
    if len(sides) < 2:
        return None
    left = tuple(one for one in sides if apart(draft, one) != RULED_OUT)
    return Parting(state, tuple(sides), left)


def _is_side(
    between: tuple[str, Transition], workflow: Workflow, step: Transition, other: Transition
) -> bool:
    """Whether two steps from a state are sides of one decision: they read the same answers, decide
    the same question, or are for the same people, and neither goes back.
    """
    state, target = between
    if state not in other.starts or other.to in ("", state) or len(other.starts) > NEAR:
        return False
    if dict(step.sets).keys() & dict(other.sets).keys():
        return dict(step.sets) != dict(other.sets)
    if other.to == step.to:
        return False
    if _by_value(step) & _by_value(other):
        return True
    alike = (set(step.who), set(step.starts)) == (set(other.who), set(other.starts))
    return alike and not any(_goes_back(workflow, state, one, target) for one in (step, other))


def _by_value(step: Transition) -> frozenset[str]:
    """The questions whose answers decide about a step, and not only that there is one."""
    lines = (line for table in step.only_if.tables for line in table)
    return frozenset(line.subject for line in lines if line.word in BY_VALUE)


def _goes_back(workflow: Workflow, state: str, step: Transition, target: Transition) -> bool:
    if step.to in target.starts:
        return False
    return any(step.to in one.starts and one.to == state for one in workflow.transitions.values())


def _leads(workflow: Workflow, here: str, target: Transition, without: str) -> bool:
    """Whether steps that belong to their states lead to where a step starts, but not by one."""
    seen, waiting = {without, here}, [here]
    while waiting:
        state = waiting.pop()
        if state in target.starts:
            return True
        for one in _near(workflow.transitions.values(), state):
            if one.to not in seen:
                seen.add(one.to)
                waiting.append(one.to)
    return False


def _near(steps: Collection[Transition], state: str) -> Sequence[Transition]:
    return [one for one in steps if one.to and state in one.starts and len(one.starts) <= NEAR]
