"""When the notices of a clock fire, and which of them are armed anew when its days change."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from engine.calendars import Calendar, TooEarlyError, at_local
from engine.case import Key
from engine.dates import parse_partial
from engine.decide.draft import Draft
from engine.definition import Timescale
from engine.timescales import moment_day, parse_moment

HOUR = 9
"""Notices fire at nine in the morning, local time."""


class Armed(NamedTuple):
    """What becomes of the notices of a clock: each by its name, with its schedule or its moment."""

    dropped: list[list[Any]]
    notices: list[list[Any]]
    told: list[str]
    """The roles and groups that were told already."""


def moments(timescale: Timescale, body: Mapping[str, Any], calendar: Calendar) -> list[list[Any]]:
    """The moment of each notice of a clock, by the day on which it starts and that of its end."""
    start = parse_partial(body["starts_on"]).first
    due = date.fromisoformat(body["due_on"]) if body["due_on"] else None
    found = []
    for notice in timescale.notices:
        moment = parse_moment(notice.at)
        if moment.anchor == "due" and due is None:
            continue
        # A notice that cannot be counted is not sent; its deadline says that it is not counted.
        with suppress(TooEarlyError):
            day = moment_day(moment, start, due, calendar)
            found.append([notice.id, micros_at(day)])
    return found


def rearm(
    draft: Draft, timescale: Timescale, key: Key, body: Mapping[str, Any], *, again: bool = True
) -> Armed:
    """What to drop, what to arm, and the roles that were told already.

    Only a notice whose own moment changed gets a new row; one that has fired is armed again only
    for the future, and only where it may fire `again`.
    """
    rows = draft.case.rows.table("notices")
    waiting = {str(k[4]): (k, rows[k]["at"]) for k in draft.case.waiting_notices(key)}
    now = int(draft.context.now.timestamp() * 1_000_000)
    dropped: list[list[Any]] = []
    armed: list[list[Any]] = []
    fired: list[str] = []
    for name, at in moments(timescale, body, draft.calendar):
        if name in waiting:
            old_key, old_at = waiting[name]
            if old_at != at:
                dropped.append([name, old_key[5]])
                armed.append([name, at])
            continue
        notice = next(n for n in timescale.notices if n.id == name)
        fired += notice.tell
        if again and at > now:
            armed.append([name, at])
    return Armed(dropped, armed, list(dict.fromkeys(fired)))


@lru_cache(maxsize=4096)
def micros_at(day: date) -> int:
    """The moment at which the notices of a day fire, in microseconds since 1970 UTC."""
    return int(at_local(day, HOUR).timestamp()) * 1_000_000
