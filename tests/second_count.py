"""Days counted a second time, by other means than the engine's: a table of the day that follows.

It knows the bank holidays from GOV.UK's own list (and, after that ends, from another library), and
the clocks of London from the rule of the Summer Time Order. It imports nothing of the engine.
"""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import holidays

DAY = timedelta(days=1)
FIRST, LAST = date(2012, 1, 1), date(2028, 12, 31)
_END = date(2029, 12, 31)
DIVISIONS = {
    "England and Wales": ("england-and-wales", "ENG"),
    "Scotland": ("scotland", "SCT"),
    "Northern Ireland": ("northern-ireland", "NIR"),
}
PROCLAIMED_LATER = {"Scotland": {date(2026, 6, 15)}}
"""By the Royal Proclamation of 4 February 2026, which is not in the copy of the list."""


class Table(NamedTuple):
    """Of every day, the working day that follows it and the one before it."""

    working: frozenset[date]
    after: dict[date, date]
    before: dict[date, date]


@cache
def table(jurisdiction: str) -> Table:
    """The table of a jurisdiction, for all days of the published years and the year after."""
    off = _off(jurisdiction)
    days = [FIRST + n * DAY for n in range((_END - FIRST).days + 1)]
    working = frozenset(day for day in days if day.isoweekday() < 6 and day not in off)
    after: dict[date, date] = {}
    before: dict[date, date] = {}
    known = None
    for day in days:
        if known:
            before[day] = known
        known = day if day in working else known
    known = None
    for day in reversed(days):
        if known:
            after[day] = known
        known = day if day in working else known
    return Table(working, after, before)


def _off(jurisdiction: str) -> set[date]:
    division, subdivision = DIVISIONS[jurisdiction]
    listed = files("govuk_bank_holidays").joinpath("bank-holidays.json").read_text("utf-8")
    told = {date.fromisoformat(one["date"]) for one in json.loads(listed)[division]["events"]}
    later = holidays.country_holidays("GB", subdiv=subdivision, years=_END.year)
    return told | PROCLAIMED_LATER.get(jurisdiction, set()) | set(later)


def working_days(jurisdiction: str, form: str, number: int) -> Iterator[tuple[date, date | None]]:
    """Every day, and the day to which so many working days lead; None before the list begins."""
    known = table(jurisdiction)
    follow = (known.before if form == "before" else known.after).get
    for day in _days():
        at: date | None = day
        left = number
        if form == "beginning with" and day in known.working:
            left -= 1
        while left and at:
            at, left = follow(at), left - 1
        yield day, at


def months(form: str, number: int) -> Iterator[tuple[date, date]]:
    """Every day, and the day to which so many calendar months lead."""
    for day in _days():
        year, month = day.year, day.month + (-number if form == "before" else number)
        while month > 12:
            year, month = year + 1, month - 12
        while month < 1:
            year, month = year - 1, month + 12
        length = monthrange(year, month)[1]
        if day.day > length:
            yield day, date(year, month, length)
        elif form == "beginning with":
            yield day, date(year, month, day.day) - DAY
        else:
            yield day, date(year, month, day.day)


def calendar_days(form: str, number: int) -> Iterator[tuple[date, date]]:
    """Every day, and the day to which so many calendar days lead."""
    shift = {"beginning with": number - 1, "before": -number}.get(form, number)
    for day in _days():
        yield day, date.fromordinal(day.toordinal() + shift)


def utc(day: date, hour: int, minute: int) -> datetime:
    """The instant at which clocks in London show a time; the first where they show it twice.

    A time that is skipped is counted on from before the clocks went forward.
    """
    shown = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
    spring = _last_sunday(day.year, 3)
    autumn = _last_sunday(day.year, 10)
    summer = spring < day < autumn
    summer = summer or (day == spring and (hour, minute) >= (2, 0))
    summer = summer or (day == autumn and (hour, minute) < (2, 0))
    return shown - timedelta(hours=1) if summer else shown


def left(jurisdiction: str, most: int) -> Iterator[tuple[date, date, int]]:
    """Every day, a day up to so many days later, and how many working days lie after the first one
    up to it.
    """
    known = table(jurisdiction)
    for day in _days():
        later = day + (day.toordinal() % most) * DAY
        yield (
            day,
            later,
            sum((day + n * DAY) in known.working for n in range(1, (later - day).days + 1)),
        )


def _last_sunday(year: int, month: int) -> date:
    return max(
        date(year, month, n) for n in range(25, 32) if date(year, month, n).isoweekday() == 7
    )


def _days() -> Iterator[date]:
    day = FIRST
    while day <= LAST:
        yield day
        day += DAY
