"""Days counted without a case; it opens no store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from engine import calendars
from engine.timescales import Due, basis_lines, caution_lines, day_lines, due, parse_question


def counted(
    questions: Sequence[str], jurisdiction: str = "", as_known_on: date | None = None
) -> list[tuple[str, Due]]:
    """Each question, such as "15 working days after 2026-12-23", with the day it comes to.

    By the shipped list of bank holidays, as it is or as it was known on a day. Raises UsageError,
    also for a jurisdiction of which there is no list.
    """
    calendar = _calendar(jurisdiction, as_known_on)
    found = []
    for question in questions:
        rule, start = parse_question(question)
        found.append((question, due(rule, start, calendar)))
    return found


def derived(asked: str, made: Due) -> dict[str, Any]:
    """A derivation in its stable form, and in plain English."""
    steps = [
        {"day": step.day.isoformat(), "count": step.count, "note": step.note} for step in made.steps
    ]
    return {
        "asked": asked,
        "due_on": made.due_on.isoformat() if made.due_on else None,
        "steps": steps,
        "convention": made.convention,
        "working_days": made.working_days,
        "provisional": made.provisional,
        "warning": made.warning,
        "said": {
            "days": day_lines(made),
            "basis": basis_lines(made),
            "cautions": caution_lines(made),
        },
    }


def _calendar(jurisdiction: str, as_known_on: date | None) -> calendars.Calendar:
    """The shipped list, as it is or as it was known then; no store is looked at."""
    wanted = " ".join(jurisdiction.split()).casefold() or calendars.SHIPPED[0].casefold()
    named = [name for name in calendars.SHIPPED if name.casefold() == wanted]
    calendar = calendars.load(named[0] if named else jurisdiction[:40])
    return calendar.as_known_on(as_known_on) if as_known_on else calendar
