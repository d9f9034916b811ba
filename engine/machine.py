"""The one module that knows the `transitions` package: the topology of an edition, and nothing of
its rules.
"""

from __future__ import annotations

import threading

from transitions import Machine

from engine.definition import Transition, Workflow
from engine.errors import RefusedError

_of_this_thread = threading.local()


class _Place:
    """A plain context that the machine moves; it is never registered with it."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state


def fire(
    edition: str, workflow: Workflow, state: str, transition: Transition, *, forced: bool
) -> str:
    """The state to which a step leads from here.

    A `forced` step is one that has already happened: it leads where it leads, from wherever the
    case is. Raises RefusedError when the step does not start from here.
    """
    if not transition.to:
        return state
    if state not in transition.starts:
        if forced:
            return transition.to
        raise RefusedError(f'"{transition.title}" does not start from here.', (), transition.id)
    # The same move of an edition always leads to the same state, so each is made once.
    moves: dict[tuple[str, str, str, str], str] = _of_this_thread.__dict__.setdefault("moves", {})
    move = (edition, workflow.name, state, transition.id)
    if move not in moves:
        moves[move] = _moved(edition, workflow, state, transition)
    return moves[move]


def _moved(edition: str, workflow: Workflow, state: str, transition: Transition) -> str:
    place = _Place(state)
    _machine(edition, workflow).events[transition.id].trigger(place)
    return place.state


def _machine(edition: str, workflow: Workflow) -> Machine:
    known: dict[tuple[str, str], Machine] = _of_this_thread.__dict__.setdefault("machines", {})
    key = (edition, workflow.name)
    if key not in known:
        known[key] = _build(workflow)
    return known[key]


def _build(workflow: Workflow) -> Machine:
    machine = Machine(
        model=None,
        states=list(workflow.states),
        initial=workflow.starts_at,
        auto_transitions=False,
        queued=False,
        send_event=True,
        ignore_invalid_triggers=False,
    )
    for transition in workflow.transitions.values():
        if transition.to:
            machine.add_transition(transition.id, list(transition.starts), transition.to)
    return machine
