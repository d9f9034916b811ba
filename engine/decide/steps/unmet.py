"""An unmet need of a step: what is missing, and what a task about it would hold."""

from __future__ import annotations

from dataclasses import dataclass

from engine.definition import Condition, Transition
from engine.errors import Need

NOT_THEIRS = "not theirs"
"""The kind of a need that somebody else's role decides; only evidence records it all the same."""

PLACE, PERSON, ONCE, GUARD = "place", "person", "once", "guard"
RECORD, OPINION, APPROVAL, CLOCK = "record", "opinion", "approval", "clock"


@dataclass(frozen=True, slots=True)
class Missing:
    """One unmet need, and what a task about it would hold."""

    need: Need
    kind: str
    subject: str
    role: str
    sort: str = ""
    """What sort of thing is missing; nothing where nothing can supply it."""
    ways: tuple[tuple[Condition, ...], ...] = ()
    """Of a guard: the lines that each of its ways lacks."""
    steps: tuple[str, ...] = ()
    """Of a clock: the steps of which any ends it."""


def first(transition: Transition) -> str:
    """The role that a task about a step waits on; empty where none takes it."""
    return transition.who[0] if transition.who else ""
