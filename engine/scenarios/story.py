"""A scenario as values: who does what on which day, and what must then be so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

FOLDER = "scenarios"
"""The folder of stories beside a definition."""
BEGINNINGS = "beginnings"
"""Within it, the folder of stories that others begin with."""
PEOPLE = "people.toml"
"""Within it, who plays the stories, if it is not the sample partnership; it is no story."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One step of a story: what somebody does, and what must then be so."""

    where: str
    """The file and the line on which it stands."""
    verb: str = ""
    object: str = ""
    """The step, the question, the person: whatever the verb is about."""
    at: datetime | None = None
    """The instant, UTC; None when it follows at once."""
    by: str = ""
    """A role, an agency (its contact) or a person; empty for whoever acted last."""
    case: str = ""
    """The linked case, as "meeting", "action 2" or "agency_return hospital"; empty for the case."""
    files: tuple[str, ...] = ()
    """The questions that a document is put on file for, before anything else is done."""
    answers: Mapping[str, str] = field(default_factory=dict)
    linked: Mapping[str, str] = field(default_factory=dict)
    """What is answered on the linked case that the step opens."""
    options: Mapping[str, Any] = field(default_factory=dict)
    says: str = ""
    """What a person would say of it, for the printed timeline."""
    refused: str = ""
    """Words that the refusal must hold, when the rules must say no."""
    then: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outage:
    """The time during which no worker runs."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Scenario:
    """A story, from its first step to its last."""

    title: str
    workflow: str
    steps: tuple[Telling, ...]
    outages: tuple[Outage, ...] = ()
    follows: tuple[str, ...] = ()
    """The timescales that its printed timeline follows."""


def stories(folder: Path) -> list[Path]:
    """The stories of a process that stand for themselves, in the order of their names."""
    found = (folder / FOLDER).glob("*.toml")
    return sorted(file for file in found if file.name != PEOPLE and file.name[0] != ".")
