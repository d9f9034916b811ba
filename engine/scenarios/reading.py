"""Reads a scenario: a TOML file that an administrator can read aloud.

title = "The Panel is told within five working days"

[[step]]
on   = "2025-12-11 10:00"
by   = "bess"
does = "open"
with = { place_of_incident = "in our area", referred_on = "2025-12-11" }

[[step]]
on   = "2025-12-17"
by   = "lee"
does = "take decide_to_notify"
with = { decision_rationale = "..." }

[[step]]
then = { state = "notification_to_send", due = { notification = "2025-12-18" } }
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from engine.calendars import at_local
from engine.errors import DefinitionError, Mistake

VERBS = (
    "open",
    "take",
    "record",
    "attach",
    "ask",
    "no reply",
    "add",
    "approve",
    "correct",
    "redate",
    "undo",
    "extend",
    "delay",
    "erase",
    "pack",
    "send",
    "wait",
)
KEYS = {
    "on": str,
    "by": str,
    "does": str,
    "case": str,
    "with": dict,
    "linked": dict,
    "happened": str,
    "decided_by": str,
    "evidence": str,
    "reason": str,
    "already_done": bool,
    "historic": bool,
    "edition": str,
    "says": str,
    "refused": str,
    "then": dict,
}
EXPECTED = ("state", "due", "status", "told", "tasks", "answer", "due_between")


@dataclass(frozen=True, slots=True)
class Telling:
    """One step of a story: what somebody does, and what must then be so."""

    verb: str = ""
    object: str = ""
    """The step, the question, the person: whatever the verb is about."""
    at: datetime | None = None
    """The instant, UTC; None when it follows at once."""
    by: str = ""
    case: str = ""
    """The linked case, as ".1"; empty for the case itself."""
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
    shows: tuple[str, ...] = ()
    """What of the process map it shows: rows, timescales, criteria."""


def read(file: Path) -> Scenario:
    """A scenario from its file. Raises DefinitionError with every mistake in it."""
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DefinitionError(
            (Mistake(file.name, 1, f"The scenario cannot be read: {error}"),)
        ) from None
    mistakes: list[Mistake] = []
    steps = tuple(
        _step(file.name, n, one, mistakes) for n, one in enumerate(written.get("step", ()), 1)
    )
    outages = tuple(
        Outage(instant(str(one["from"])), instant(str(one["until"])))
        for one in written.get("no_worker", ())
    )
    if mistakes:
        raise DefinitionError(tuple(mistakes))
    return Scenario(
        title=written.get("title", file.stem),
        workflow=written.get("workflow", file.parent.parent.name),
        steps=steps,
        outages=outages,
        shows=tuple(written.get("shows", ())),
    )


def instant(text: str) -> datetime:
    """An instant in local time: a day (ten in the morning), or a day and an hour."""
    day, _, hour = text.replace("T", " ").partition(" ")
    clock = time.fromisoformat(hour) if hour else time(10)
    return at_local(date.fromisoformat(day), clock.hour, clock.minute)


def _step(file: str, number: int, written: Mapping[str, Any], mistakes: list[Mistake]) -> Telling:
    for key, value in written.items():
        if key not in KEYS:
            close = get_close_matches(key, KEYS, 1)
            hint = f'Did you mean "{close[0]}"?' if close else ""
            mistakes.append(
                Mistake(file, number, f'Step {number} has an unknown key "{key}".', hint)
            )
        elif not isinstance(value, KEYS[key]):
            mistakes.append(Mistake(file, number, f'Step {number}: "{key}" is of the wrong kind.'))
    for key in written.get("then", {}):
        if key not in EXPECTED:
            mistakes.append(Mistake(file, number, f'Step {number} expects an unknown "{key}".'))
    verb, about = _deed(str(written.get("does", "")))
    if written.get("does") and verb not in VERBS:
        mistakes.append(Mistake(file, number, f'Step {number} does "{verb}", which nobody can.'))
    return Telling(
        verb=verb,
        object=about,
        at=instant(written["on"]) if "on" in written else None,
        by=written.get("by", ""),
        case=written.get("case", ""),
        answers={k: str(v) for k, v in written.get("with", {}).items()},
        linked={k: str(v) for k, v in written.get("linked", {}).items()},
        options={k: written[k] for k in _OPTIONS if k in written},
        says=written.get("says", ""),
        refused=written.get("refused", ""),
        then=written.get("then", {}),
    )


_OPTIONS = (
    "happened",
    "decided_by",
    "evidence",
    "reason",
    "already_done",
    "historic",
    "edition",
)


def _deed(text: str) -> tuple[str, str]:
    for verb in sorted(VERBS, key=len, reverse=True):
        if text == verb or text.startswith(f"{verb} "):
            return verb, text[len(verb) :].strip()
    return text, ""
