"""The states of a process as they stand together: what is within what, and what covers which."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from engine.definition import State, Transition, Workflow
from engine.prose import listed, quoted

FEWEST = 4
"""Open states below which nothing is said of all of them together."""

MOST_OF = 0.8
"""From this share of the open states on, a step is one for any time."""


@dataclass(frozen=True, slots=True)
class Place:
    """A state, with those within it."""

    state: State
    inner: tuple[Place, ...]
    covers: frozenset[str]
    """The states that a case here can be in: this one, if a case can be in it, and those within."""


def top(workflow: Workflow, within: str = "") -> tuple[Place, ...]:
    """The states that are within no other, in the order of the files, each with those within it."""
    return tuple(_place(workflow, s) for s in workflow.states.values() if s.within == within)


def _place(workflow: Workflow, state: State) -> Place:
    inner = top(workflow, state.id)
    own = () if state.abstract else (state.id,)
    return Place(state, inner, frozenset(own).union(*(place.covers for place in inner)))


def holders(found: Collection[Place], states: Collection[str]) -> Iterator[State]:
    """The fewest states that stand for exactly these, in the order in which they are described.

    A state that others are within stands for them all, and comes after them.
    """
    for place in found:
        if place.covers <= set(states):
            yield place.state
        elif place.state.id in states:
            yield place.state
            yield from holders(place.inner, states)
        else:
            yield from holders(place.inner, states)


def places(workflow: Workflow, states: Collection[str]) -> str:
    """States by their titles, in quotes; those within one by the title of that one."""
    held = holders(top(workflow), states)
    return listed([quoted(state.title) for state in held], "or")


def at_any_time(workflow: Workflow, transition: Transition) -> bool:
    """Whether a step may be taken in almost every open state, and in all closed ones or none."""
    known = [state for state in workflow.states.values() if not state.abstract]
    starts = set(transition.starts)
    opened = {state.id for state in known if not state.closed}
    closed = {state.id for state in known if state.closed}
    if len(opened) < FEWEST or closed & starts not in (set(), closed):
        return False
    return len(opened & starts) >= MOST_OF * len(opened)
