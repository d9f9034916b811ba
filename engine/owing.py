"""Who owes what a timescale asks for, and from where on its way a step of theirs can be come to.

`workflow verify` and the refusals of an overlay mean the same by it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TypeVar

from engine.definition import Timescale, Workflow

Place = TypeVar("Place")


def owing(workflow: Workflow, timescale: Timescale) -> tuple[str, ...]:
    """The roles that owe what a timescale asks for: the one on which it waits, with those that may
    take with it a step that meets it; of a group of agencies, all that take such a step.
    """
    takers = [workflow.transitions[name].who for name in timescale.met_by]
    waited = timescale.waiting_on
    if waited in workflow.groups:
        return tuple(dict.fromkeys(role for roles in takers for role in roles))
    peers = (role for roles in takers if waited in roles for role in roles)
    return tuple(dict.fromkeys((waited, *peers)))


def leading_to(
    goals: Collection[str], steps: Iterable[tuple[Place, str, Place]]
) -> frozenset[Place]:
    """The places from which one of some steps can be come to and taken, by steps from to place."""
    every = list(steps)
    found = {place for place, step, _ in every if step in goals}
    more = set(found)
    while more:
        more = {place for place, _, there in every if there in found} - found
        found |= more
    return frozenset(found)
