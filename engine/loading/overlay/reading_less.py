"""Refuses that those who owe a duty, or take a step, read less of a case than they did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from engine.definition import Role, Transition, Workflow
from engine.loading.building import around
from engine.loading.checks.rules import Problem
from engine.loading.overlay.authority import authority
from engine.loading.overlay.locally import Found
from engine.loading.overlay.reaching import readable
from engine.loading.overlay.supplying import called
from engine.owing import owing

_HINT = "Leave it out."


class _Lost(NamedTuple):
    """What somebody does and would no longer read for, on what that rests, and what helps."""

    does: str
    rests_on: str
    hint: str = _HINT


def read_less(base: Workflow, new: Workflow) -> Iterator[Found]:
    """The roles of the base that an overlay keeps from what they need; of the whole process."""
    for before in base.roles.values():
        after = new.roles.get(before.id, before)
        for key in ("reads", "reads_in"):
            if getattr(before, key) == getattr(after, key) or before.outside:
                continue
            lost = next(_lost(key, before, after, (base, new)), None)
            if lost:
                who = called(base, (before.id,))
                said = f"By this {who} would read less of a case, and {lost.does}, which rests on "
                yield "role", before.id, Problem((key,), f"{said}{lost.rests_on}.", lost.hint)


def _lost(
    key: str, before: Role, after: Role, between: tuple[Workflow, Workflow]
) -> Iterator[_Lost]:
    base, new = between
    for timescale in base.timescales.values():
        if timescale.duty and before.id in owing(base, timescale):
            yield _Lost(f'owes timescale "{timescale.id}"', timescale.duty)
    linked = ((child, new.children.get(name, child)) for name, child in base.children.items())
    for one in (between, *linked):
        lost = _not_named if key == "reads" else _not_there
        yield from lost(before, after, one, one is not between)


def _not_there(
    before: Role, after: Role, between: tuple[Workflow, Workflow], linked: bool
) -> Iterator[_Lost]:
    """The steps of a role that may be taken where it would read nothing.

    A linked case is read where the case above it is, which can be anywhere.
    """
    base, new = between
    for step in base.transitions.values():
        does = _does(before.id, step, new)
        there = [start for start in step.starts if linked or _reads_at(before, start, base)]
        if does and any(linked or not _reads_at(after, start, base) for start in there):
            yield _Lost(f'{does[0]} the step "{step.title}"', authority(step, base))


def _not_named(
    before: Role, after: Role, between: tuple[Workflow, Workflow], linked: bool
) -> Iterator[_Lost]:
    """The steps of a role that has not given, but must know, what it would no longer read."""
    base, new = between
    known, left = readable(before.id, before, base), readable(after.id, after, new)
    for step in base.transitions.values():
        does = _does(before.id, step, new)
        named = [one.of for one in step.approve if before.id in one.by]
        named += step.asked if before.id in step.who else ()
        for name in (one for one in named if does and one in known - left):
            said = f'{does[-1]} the answer to "{base.questions[name].ask}" for the step '
            hint = f'Name "{name}" in reads too, or leave it out.'
            yield _Lost(f'{said}"{step.title}"', authority(step, base), _HINT if linked else hint)


def _does(role: str, step: Transition, new: Workflow) -> tuple[str, ...]:
    """What a role does for a step, of the step and then of an answer; empty if nothing."""
    now = new.transitions.get(step.id, step)
    if role in step.who and role in now.who:
        return ("takes", "needs")
    approves = any(role in one.by for one in step.approve)
    return ("approves an answer for", "approves") if approves else ()


def _reads_at(role: Role, state: str, workflow: Workflow) -> bool:
    within = {name: one.within for name, one in workflow.states.items()}
    return not role.reads_in or not {*role.reads_in}.isdisjoint((state, *around(state, within)))
