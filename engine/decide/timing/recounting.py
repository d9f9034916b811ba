"""The clocks of a case counted anew, because the list of bank holidays by which they count changed.

What has fired stays fired, and what was met stays judged: unless days that were provisional when it
was judged have been published since.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from engine.calendars import Calendar
from engine.case import RUNNING, Key
from engine.dates import parse_partial
from engine.decide.draft import Draft
from engine.decide.timing import clocks
from engine.decide.timing.arming import moments
from engine.decide.timing.informed import Event, names
from engine.edition import Edition

JUDGED = ("met", "met late")
Version = Callable[[str], Calendar | None]
"""Gives a version of the calendar by its name, or None for one that is not known any more."""


def recount(draft: Draft, version: Version, told: Sequence[Event]) -> None:
    """Move every running clock of a case of which a day is another by the calendar in use now.

    Whoever was told of it by an event of the case (`told`) is told that it moves.
    """
    for key, row in sorted(draft.case.deadlines().items(), key=itemgetter(0)):
        if row["calendar"] == draft.calendar.version:
            continue
        if row["status"] in RUNNING:
            _recount(draft, key, row, told)
        elif row["status"] in JUDGED and newly_published(row, version, draft.calendar):
            body = clocks.counted(draft.edition, row["rule"], row["starts_on"], draft.calendar)
            if not clocks.is_same(row, body):
                clocks.rejudge(draft, key, body, clocks.CALENDAR)


def _recount(draft: Draft, key: Key, row: Mapping[str, Any], told: Sequence[Event]) -> None:
    timescale = draft.workflow.timescales[str(key[1])]
    body = clocks.counted(draft.edition, row["rule"], row["starts_on"], draft.calendar)
    if clocks.is_same(row, body):
        clocks.move_notices(draft, timescale, key, body, clocks.CALENDAR)
    else:
        body["status"] = row["status"]
        already = names(draft.case, draft.workflow, key, row["due_on"] or "", told)
        clocks.move_running(draft, timescale, key, body, clocks.CALENDAR, already)


def newly_published(row: Mapping[str, Any], version: Version, now: Calendar) -> bool:
    """Whether days that were provisional when a deadline was counted are published by now."""
    then = version(row["calendar"])
    days = [row[name] for name in ("due_on", "due_to") if row[name]]
    if then is None or not days:
        return False
    last = max(parse_partial(day).last for day in (*days, row["starts_on"]))
    return then.is_provisional(last) and not now.is_provisional(last)


def may_move(
    edition: Edition, timescale: str, row: Mapping[str, Any], then: Calendar | None, now: Calendar
) -> bool:
    """Whether a clock, or a notice of it, falls on another day by another calendar.

    Of a clock whose own calendar is not known any more that is not told apart.
    """
    known = edition.workflow.timescales[timescale]
    body = clocks.counted(edition, row["rule"], row["starts_on"], now)
    if then is None or not clocks.is_same(row, body):
        return True
    return moments(known, row, then) != moments(known, row, now)
