"""The steps of a case that stand: those that were not set aside, each with the day it is said to
have happened.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stood:
    """A step that stands."""

    n: int
    transition: str
    happened: str
    """The day it happened, as re-dated last."""
    came_from: str
    """The state that the case was in before it."""
    to: str
    command: str

    @property
    def moved(self) -> bool:
        """Whether it brought the case into another state."""
        return self.came_from != self.to


def standing(events: Iterable[Event]) -> list[Stood]:
    """The steps that stand, in the order in which they were recorded."""
    found: dict[int, Stood] = {}
    for event in events:
        body = event["body"]
        if event["type"] == "transition taken":
            found[event["n"]] = Stood(
                n=event["n"],
                transition=body["transition"],
                happened=event["happened"],
                came_from=body["from"],
                to=body["to"],
                command=event["command"],
            )
        elif event["type"] == "step re-dated":
            found[body["step"]] = replace(found[body["step"]], happened=body["new"])
        elif event["type"] == "step undone":
            del found[body["step"]]
        elif event["type"] == "case migrated" and body["states"]:
            found = {n: _renamed(step, body["states"]) for n, step in found.items()}
    return list(found.values())


def _renamed(step: Stood, states: Mapping[str, str]) -> Stood:
    """A step in the names that the states have in the edition that governs the case since."""
    came_from, to = (states.get(state, state) for state in (step.came_from, step.to))
    return replace(step, came_from=came_from, to=to)


def days(opened_on: str, steps: Sequence[Stood]) -> dict[str, str]:
    """Since when a case is in its state, and when its latest step was, if these steps stand."""
    moves = [step.happened for step in steps if step.moved]
    return {
        "state_since": moves[-1] if moves else opened_on,
        "latest_on": steps[-1].happened if steps else opened_on,
    }


def taken(transition: str, steps: Iterable[Stood]) -> tuple[int, str]:
    """How often a step was taken, and on which day last, if these steps stand."""
    found = [step.happened for step in steps if step.transition == transition]
    return (len(found), found[-1]) if found else (0, "")


def entered(states: Collection[str], steps: Sequence[Stood]) -> Stood | None:
    """The step that brought the case among these states last, from a state beside them."""
    for step in reversed(steps):
        if step.to in states and step.came_from not in states:
            return step
    return None
