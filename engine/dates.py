"""Days as people write and read them: whole days, partial days, and the same day of another month.

Names of days and months are English and never come from the machine's locale.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from engine.errors import UsageError

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
FIRST_YEAR = 1900
LAST_YEAR = 2199
MOST_SHOWN = 60
"""Characters of what was typed that a sentence repeats."""

_NUMBERS = re.compile("([0-9]{1,4})[-/. ]+([0-9]{1,2})[-/. ]+([0-9]{1,4})|([0-9]{8})")
_ORDINAL = re.compile("([0-9]{1,2})(?:st|nd|rd|th)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A day known only in part: the interval of days it may be, both ends included."""

    text: str
    """`2020`, `2020-12` or `2020-12-25`."""
    first: date
    last: date

    @property
    def exact(self) -> bool:
        """Whether the day itself is known."""
        return self.first == self.last

    def __str__(self) -> str:
        return self.text


@lru_cache(maxsize=4096)
def iso(day: date) -> str:
    """`2026-12-23`, as the trail has it; kept, for a step asks for the same few days over and
    over.
    """
    return day.isoformat()


def short_day(day: date) -> str:
    """`Wed 23 Dec 2026`."""
    return f"{WEEKDAYS[day.weekday()][:3]} {day.day} {MONTHS[day.month - 1][:3]} {day.year}"


def long_day(day: date) -> str:
    """`Wednesday 23 December 2026`."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def said(text: str, *, short: bool = False) -> str:
    """`4 December 2025` (`Thu 4 Dec 2025` if short), or as much as is known: `March 2019`, `2019`.

    Of an instant it is the day that its text begins with.
    """
    known = parse_partial(text[:10])
    day, month = known.first, MONTHS[known.first.month - 1]
    if known.exact:
        return short_day(day) if short else f"{day.day} {month} {day.year}"
    return f"{month} {day.year}" if "-" in known.text else known.text


def when(text: str, *, short: bool = False) -> str:
    """The same as the time of something: `on 4 December 2025`, `in March 2019`, `in 2019`."""
    return f"{'on' if len(text) >= 10 else 'in'} {said(text, short=short)}"


def day_said(text: str | None) -> str:
    """`Mon 15 Dec 2025`; a month or a year where no more is known; nothing for nothing."""
    return said(text, short=True) if text else ""


def due_said(known: Mapping[str, Any]) -> str:
    """The day on which something is due, or the two between which that day lies; or nothing."""
    if known.get("due_from"):
        return f"between {day_said(known['due_from'])} and {day_said(known['due_to'])}"
    return day_said(known.get("due_on"))


def read_day(text: str) -> date:
    """The day that `2026-12-23`, `23 December 2026` or `Wed 23 Dec 2026` names.

    A weekday that does not belong to the date is refused, since one of the two is then wrong.
    """
    partial = parse_partial(text)
    if not partial.exact:
        raise UsageError(
            f'"{text.strip()[:MOST_SHOWN]}" names no single day; write it whole, as YYYY-MM-DD.'
        )
    return partial.first


@lru_cache(maxsize=4096)
def parse_partial(text: str) -> PartialDate:
    """The days that `2020`, `2020-12`, `December 2020` or anything `read_day` reads may be."""
    words = text.replace(",", " ").split()
    if len(words) == 1:
        return _interval(text, words[0].split("-"), (4, 2, 2))
    weekday = _name(words[0], WEEKDAYS) if words else None
    parts = words if weekday is None else words[1:]
    month = _name(parts[-2], MONTHS) if 2 <= len(parts) <= 3 else None
    if month is None or (weekday is not None and len(parts) == 2):
        raise _unreadable(text)
    found = _interval(text, [parts[-1], str(month + 1), *parts[:-2]], (4, 1, 1))
    if weekday is not None and found.first.weekday() != weekday:
        raise UsageError(
            f'"{text.strip()[:MOST_SHOWN]}" contradicts itself: that day is a '
            f"{WEEKDAYS[found.first.weekday()]}; check the date."
        )
    return found


def corresponding(day: date, months: int) -> tuple[date, bool]:
    """The date with the same number `months` later (earlier if negative), and whether it exists.

    Where that month has no such date, its last day is given and the second value is False
    (corresponding-date rule).
    """
    if isinstance(day, datetime):
        raise not_a_day(day)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year < date.max.year:
        raise UsageError(f"{months} months from {day} is outside the calendar; check the date.")
    last = month_end(year, month + 1)
    return (last, False) if day.day > last.day else (date(year, month + 1, day.day), True)


def add_months(day: date, months: int) -> date:
    """The corresponding date `months` later, or the last day of that month if it has none."""
    return corresponding(day, months)[0]


def month_end(year: int, month: int) -> date:
    """The last day of a month; the year is before 9999."""
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def not_a_day(instant: date) -> UsageError:
    """The refusal of an instant where a day is meant: its date depends on the place."""
    return UsageError(f"{instant} is an instant, not a day; take its local date first.")


def _interval(text: str, parts: list[str], least_digits: tuple[int, ...]) -> PartialDate:
    """The days that [year, month, day], or its beginning, may be."""
    if len(parts) > len(least_digits) or not all(map(_is_number, parts, least_digits)):
        raise _unreadable(text)
    year, month, day = [*map(int, parts), None, None][:3]
    if year is None or not FIRST_YEAR <= year <= LAST_YEAR:
        raise UsageError(
            f'"{text.strip()[:MOST_SHOWN]}" is outside the years {FIRST_YEAR} to {LAST_YEAR}; '
            "check the date."
        )
    try:
        first = date(year, month or 1, day or 1)
    except ValueError:
        raise UsageError(f'"{text.strip()[:MOST_SHOWN]}" does not exist; check the date.') from None
    if month is None:
        return PartialDate(f"{year}", first, date(year, 12, 31))
    if day is None:
        return PartialDate(f"{first:%Y-%m}", first, month_end(year, month))
    return PartialDate(first.isoformat(), first, first)


def _is_number(part: str, least: int) -> bool:
    return part.isascii() and part.isdigit() and least <= len(part) <= max(least, 2)


def _name(word: str, names: tuple[str, ...]) -> int | None:
    """The place among `names` of a full or shortened name (`Sept`), or None."""
    start = word.casefold().rstrip(".")
    fits = [i for i, name in enumerate(names) if name.casefold().startswith(start)]
    return fits[0] if len(start) >= 3 and fits else None


def may_mean(text: str) -> tuple[date, ...]:
    """The days that a text may mean which is not read as one: `05/03/2026` may be two days."""
    words = text.replace(",", " ").split()
    numbers = _NUMBERS.fullmatch(" ".join(words))
    if numbers:
        return _days(_turned(numbers))
    months = [number for word in words if (number := _name(word, MONTHS)) is not None]
    others = [word for word in words if _name(word, (*MONTHS, *WEEKDAYS)) is None]
    if len(months) != 1 or len(others) != 2 or not _is_number(others[1], 4):
        return ()
    day = _ORDINAL.fullmatch(others[0])
    return _days([(others[1], str(months[0] + 1), day[1])]) if day else ()


def other_way(text: str, read: str) -> str:
    """What else than the day that was read in a text it may mean: `, or 2026-05-03 if ...`."""
    others = [day.isoformat() for day in may_mean(text) if day.isoformat() != read]
    return f", or {others[0]} if the month stands first" if others else ""


def _turned(numbers: re.Match[str]) -> list[tuple[str, str, str]]:
    """Year, month and day as three numbers may be read, the British way first."""
    first, second, third, whole = numbers.groups()
    if whole:
        return [(whole[:4], whole[4:6], whole[6:])]
    if len(first) == 4 and len(third) <= 2:
        return [(first, second, third)]
    return [(third, second, first), (third, first, second)] if len(third) == 4 else []


def _days(read: list[tuple[str, str, str]]) -> tuple[date, ...]:
    """Those of these days that there are, each once."""
    found: list[date] = []
    for parts in read:
        year, month, day = map(int, parts)
        there = 1 <= month <= 12 and FIRST_YEAR <= year <= LAST_YEAR
        if there and 1 <= day <= month_end(year, month).day:
            found.append(date(year, month, day))
    return tuple(dict.fromkeys(found))


def _unreadable(text: str) -> UsageError:
    """That a text is no date. No day is named but one that it may mean: it would be copied."""
    days, said = may_mean(text), f'"{text.strip()[:MOST_SHOWN]}"'
    if len(days) > 1:
        names = " or ".join(f"{day.day} {MONTHS[day.month - 1]}" for day in days)
        written = " or ".join(day.isoformat() for day in days)
        return UsageError(f"{said} could be {names}; write {written}.")
    if days:
        [day] = days
        long = f"{day.day} {MONTHS[day.month - 1]} {day.year}"
        return UsageError(f"{said} is not a date as it stands; write {day.isoformat()} or {long}.")
    return UsageError(
        f"{said} is not a date; write it as YYYY-MM-DD, or with the name of its month "
        "(YYYY-MM or YYYY where the day is not known)."
    )
