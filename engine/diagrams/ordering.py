"""In which order the states of a process are read, and which way is its main one where the
definition names none.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.definition import Workflow


def reading_order(workflow: Workflow) -> dict[str, int]:
    """The place of each state in reading: where a case starts, then as the files have them, and
    closed states last; one that was written late, but stands between two others, between them.
    """
    states = [state for state in workflow.states.values() if not state.abstract]
    states.sort(key=lambda one: (one.id != workflow.starts_at, one.closed))
    order = [state.id for state in states]
    ways = {name: {step.to for step in workflow.from_state(name)} - {name} for name in order}
    for name in tuple(order):
        if not workflow.states[name].closed:
            _moved_between(order, ways, name)
    return {name: number for number, name in enumerate(order)}


def _moved_between(order: list[str], ways: Mapping[str, set[str]], name: str) -> None:
    """Move a state that leads only to what stands before it to before the first of these that
    stands after the place from which it is reached; a loop that turns back is left where it is.
    """
    at = order.index(name)
    if any(target in ways[name] for target in order[at + 1 :]):
        return
    came = next((n for n, one in enumerate(order) if name in ways[one]), at)
    after = [n for n in range(came + 1, at) if order[n] in ways[name]]
    if after:
        order.insert(after[0], order.pop(at))


def longest_line(workflow: Workflow) -> tuple[str, ...]:
    """The longest way from where a case starts to a closed state that only goes on in reading; of
    ways equally long, the one whose steps stand first in the files.
    """
    order = reading_order(workflow)
    lines: dict[str, tuple[str, ...]] = {}
    for name in reversed(order):
        ahead = [
            lines[step.to]
            for step in workflow.from_state(name)
            if step.to in lines and order[step.to] > order[name]
        ]
        if ahead:
            lines[name] = (name, *max(ahead, key=len))
        elif workflow.states[name].closed:
            lines[name] = (name,)
    return lines.get(workflow.starts_at, (workflow.starts_at,))
