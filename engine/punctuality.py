"""Whether something was done in time, and how late, where days are known only in part.

Never says more than every day on which it may have been due and done allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from engine.calendars import Calendar
from engine.dates import PartialDate, parse_partial
from engine.grammar import Rule, Unit
from engine.nouns import count

Verdict = Literal["in time", "late", "in time or late"]


UNSURE = (
    "It may have started on a day on which this rule did not hold, so that whether it was in time "
    "is not known."
)
"""Where only a part of a day is known, and the rule changed within it."""


@dataclass(frozen=True, slots=True)
class Punctuality:
    """When something was done, beside when it was due."""

    verdict: Verdict
    """The last where the days that are known allow both."""
    least: int
    """How many units late it was at the least; 0 if it may have been in time."""
    most: int
    """How many units late it was at the most."""
    unit: Unit
    """Working days where the rule counts in them, else calendar days."""


def punctuality(
    rule: Rule, due: tuple[date, date], done: PartialDate, calendar: Calendar
) -> Punctuality | None:
    """How something done on one of some days stands to the first and the last day it may be due.

    None for what is to last until a day and not to be done by it.
    """
    if rule.form == "after":
        return None
    first, last = due
    unit: Unit = "working days" if rule.unit == "working days" else "calendar days"
    least, most = _late(last, done.first, unit, calendar), _late(first, done.last, unit, calendar)
    return Punctuality(_verdict(first, last, done), least, most, unit)


def of_deadline(
    rule: Rule, row: Mapping[str, str | None], calendar: Calendar
) -> Punctuality | None:
    """The same of a deadline by its row; None where it is not met, or no day was set or counted."""
    met_on = row["met_on"]
    first, last = row["due_from"] or row["due_on"], row["due_to"] or row["due_on"]
    if not (met_on and first and last):
        return None
    days = date.fromisoformat(first), date.fromisoformat(last)
    return punctuality(rule, days, parse_partial(met_on[:10]), calendar)


def said(found: Punctuality) -> str:
    """The same in words: `in time`, `between 1 and 22 working days late`."""
    if found.verdict == "in time":
        return "in time"
    one = found.unit.removesuffix("s")
    most = f"{count(found.most, one)} late" if found.most else f"less than a {one} late"
    if found.verdict == "in time or late":
        return f"in time or {'up to ' if found.most else ''}{most}"
    if found.least == found.most:
        return most
    return f"between {found.least} and {most}" if found.least else f"up to {most}"


def _verdict(first: date, last: date, done: PartialDate) -> Verdict:
    if done.last <= first:
        return "in time"
    return "late" if done.first > last else "in time or late"


def _late(due: date, done: date, unit: Unit, calendar: Calendar) -> int:
    if done <= due:
        return 0
    if unit == "working days":
        return calendar.working_days_between(due, done)
    return (done - due).days
