"""Which days are working days in a jurisdiction, and what the date and the hour are there.

Bank holidays come from a versioned list handed in or shipped, never from a clock or a network.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate, compress
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from engine.dates import LAST_YEAR, WEEKDAYS, long_day, month_end, not_a_day, short_day
from engine.errors import ConfigError, UsageError

ENGLAND_AND_WALES = "England and Wales"
LONDON = "Europe/London"
SHIPPED = (ENGLAND_AND_WALES,)
_YEARS_AHEAD = 12


class TooEarlyError(UsageError):
    """Working days were to be counted before the first day that a calendar knows."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of one jurisdiction, as one version of its published list has them.

    After `last` the standing rules are used, and `is_provisional` says so; before `first` nothing
    is known and every question is refused with a TooEarlyError.
    """

    version: str
    jurisdiction: str
    holidays: Mapping[date, str] = field(hash=False, repr=False)
    """The published bank holidays that fall on weekdays, each with its title."""
    first: date
    last: date
    notes: Mapping[date, str] = field(default_factory=dict, hash=False, repr=False)
    """How a holiday departs from its usual date: substitute, moved, one-off."""
    listed_in: str = "published list"
    definition: str = "a weekday that is not a bank holiday"
    """What a working day is, and the instrument that says so."""
    source: str = field(default="", repr=False)
    horizon: date = field(default=date.min, compare=False, repr=False)
    """How far the table of days reaches; later days are answered too, but slowly."""
    _origin: int = field(init=False, compare=False, repr=False)
    _before: list[int] = field(init=False, compare=False, repr=False)
    """For each day from `first`, how many working days came before it."""
    _days: list[date] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        _check(self)
        horizon = max(self.horizon, date(self.last.year + _YEARS_AHEAD, 12, 31))
        origin = self.first.toordinal()
        open_days = _open_days(self, horizon)
        ordinals = range(origin, origin + len(open_days))
        fields = {
            "holidays": MappingProxyType(dict(self.holidays)),
            "notes": MappingProxyType(dict(self.notes)),
            "horizon": horizon,
            "_origin": origin,
            "_before": [0, *accumulate(open_days)],
            "_days": list(map(date.fromordinal, compress(ordinals, open_days))),
        }
        for name, value in fields.items():
            object.__setattr__(self, name, value)

    def covers(self, day: date) -> bool:
        """Whether anything is known of this day, published or by the standing rules."""
        return self.first <= day and day.year <= LAST_YEAR

    @property
    def begins(self) -> str:
        """From when on working days are known, as a sentence without its end."""
        return f"the calendar of {self.jurisdiction} here begins on {short_day(self.first)}"

    def is_provisional(self, day: date) -> bool:
        """Whether the bank holidays up to this day are not all published yet."""
        return day > self.last

    def is_working(self, day: date) -> bool:
        """Whether this is a working day, by the definition that the calendar names."""
        at = day.toordinal() - self._origin
        if isinstance(day, datetime) or at < 0:
            raise not_a_day(day) if isinstance(day, datetime) else _too_early(self)
        try:
            return self._before[at + 1] != self._before[at]
        except IndexError:
            return _wider(self, day, 0).is_working(day)

    def add_working_days(self, day: date, n: int) -> date:
        """The nth working day after this day, which is day 0; before it, if n is negative.

        With n = 0 it is the day itself, working or not.
        """
        if isinstance(day, datetime):
            raise not_a_day(day)
        at = day.toordinal() - self._origin
        try:
            index = self._before[at + 1] + n - 1 if n > 0 else self._before[at] + n
            if at < 0 or index < 0:
                raise _too_early(self)
            return self._days[index] if n else day
        except IndexError:
            return _wider(self, day, n).add_working_days(day, n)

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after `start`, up to and including `end`.

        If `end` is earlier, the working days before `start` back to and including `end`, negative:
        so counting always undoes adding.
        """
        if isinstance(start, datetime) or isinstance(end, datetime):
            raise not_a_day(start if isinstance(start, datetime) else end)
        side = 1 if end > start else 0
        at, to = start.toordinal() - self._origin, end.toordinal() - self._origin
        if at < 0 or to < 0:
            raise _too_early(self)
        try:
            return self._before[to + side] - self._before[at + side]
        except IndexError:
            return _wider(self, max(start, end), 0).working_days_between(start, end)

    def working_days_left(self, today: date, last: date) -> int:
        """How many working days lie after today, up to and including the last one to do something.

        Once that is over, how many have come since, today included, as a negative number: what was
        due on a Friday is not a working day late before Monday.
        """
        if last >= today:
            return self.working_days_between(today, last)
        return -self.working_days_between(last, today)

    def why_not_working(self, day: date) -> str | None:
        """`Saturday`, `Boxing Day (bank holiday)`; None for a working day."""
        if self.is_working(day):
            return None
        title = self._title(day)
        says_so = day.weekday() > 4 or "bank holiday" in title.casefold()
        return title if says_so else f"{title} (bank holiday)"

    def why_not_counted(self, day: date) -> str | None:
        """The same with how the day departs from its usual date, and the list that names it."""
        if self.is_working(day):
            return None
        if day.weekday() > 4:
            return WEEKDAYS[day.weekday()]
        title = self._title(day)
        note = f", {self.notes[day]}" if day in self.notes else ""
        kind = "" if "bank holiday" in title.casefold() else "bank holiday, "
        listed = f"{self.listed_in} {self.version}" if day in self.holidays else "standing rules"
        return f"{title}{note} ({kind}{listed})"

    def with_holiday(self, day: date, title: str, version: str) -> Calendar:
        """This calendar with one more bank holiday, announced after the list was published."""
        _check_change(self, day, version)
        if not self.is_working(day):
            raise UsageError(f"{long_day(day)} is no working day as it is; check the date.")
        return replace(self, version=version, holidays={**self.holidays, day: title})

    def without_holiday(self, day: date, version: str) -> Calendar:
        """This calendar without one bank holiday of its list, because it was moved."""
        _check_change(self, day, version)
        if day not in self.holidays:
            raise UsageError(f"{long_day(day)} is not on the list {self.version}; check the date.")
        return replace(
            self,
            version=version,
            holidays={held: title for held, title in self.holidays.items() if held != day},
            notes={held: note for held, note in self.notes.items() if held != day},
        )

    def _title(self, day: date) -> str:
        """The weekday of a weekend day, or the title of a bank holiday."""
        if day.weekday() > 4:
            return WEEKDAYS[day.weekday()]
        return self.holidays.get(day) or standing_holidays(day.year)[day]


def load(name: str) -> Calendar:
    """The shipped calendar of a jurisdiction, named as a definition names it."""
    if name not in SHIPPED:
        raise UsageError(
            f'No calendar is shipped for "{name}"; there is one for {", ".join(SHIPPED)}.'
        )
    file = f"{name.casefold().replace(' ', '_')}.toml"
    text = Path(__file__).with_name("data").joinpath("calendars", file).read_text("utf-8")
    return parse_calendar(text, f"engine/data/calendars/{file}")


def parse_calendar(text: str, where: str) -> Calendar:
    """The calendar that a TOML text describes; `where` names the file in a ConfigError."""
    try:
        given = tomllib.loads(text)
        given["holidays"] = _by_day(given["holidays"])
        given["notes"] = _by_day(given.get("notes", {}))
        return Calendar(**given)
    except (KeyError, TypeError, ValueError, AttributeError, UsageError) as error:
        raise ConfigError(f"{where} is not a calendar ({error}); correct the file.") from error


def standing_holidays(year: int) -> dict[date, str]:
    """The bank holidays of England and Wales in a year whose list is not published.

    Christmas Day and Good Friday by common law, the others by the Banking and Financial Dealings
    Act 1971 and the yearly proclamations; a weekend one moves to the next free weekday.
    """
    easter = _easter(year)
    christmas = date(year, 12, 25).weekday()
    found = {
        _weekday_from(date(year, 1, 1)): "New Year's Day",
        easter - timedelta(days=2): "Good Friday",
        easter + timedelta(days=1): "Easter Monday",
        _monday_from(date(year, 5, 1)): "Early May bank holiday",
        _last_monday(year, 5): "Spring bank holiday",
        _last_monday(year, 8): "Summer bank holiday",
        date(year, 12, 27 if christmas > 4 else 25): "Christmas Day",
        date(year, 12, {4: 28, 5: 28}.get(christmas, 26)): "Boxing Day",
    }
    return dict(sorted(found.items()))


def local_date(instant: datetime) -> date:
    """The date in London at an instant; one without a time zone is refused."""
    if instant.utcoffset() is None:
        raise UsageError(f"{instant} has no time zone; give one, such as {instant}+00:00.")
    if instant.tzinfo is not UTC:
        instant = instant.astimezone(UTC)
    return _day_of_hour(instant.toordinal(), instant.hour)


@lru_cache(maxsize=1024)
def _day_of_hour(day: int, hour: int) -> date:
    # Since 1847 London's clocks have changed on a whole hour alone, so an hour lies in one day.
    start = datetime.fromordinal(day).replace(hour=hour, tzinfo=UTC)
    return start.astimezone(ZoneInfo(LONDON)).date()


def at_local(day: date, hour: int, minute: int = 0) -> datetime:
    """The instant, in UTC, at which clocks in London show this time on this day.

    A time that comes twice (clocks go back) is its first coming. A time that is skipped (clocks go
    forward) is counted on from before the change, so 01:30 is 02:30; the date stays the same.
    """
    if isinstance(day, datetime):
        raise not_a_day(day)
    local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(LONDON))
    return local.astimezone(UTC)


def overdue_from(due_on: date) -> datetime:
    """The first instant, in UTC, after a due day has ended in London."""
    return at_local(due_on + timedelta(days=1), 0)


def _check(calendar: Calendar) -> None:
    if not calendar.version or calendar.first > calendar.last:
        raise UsageError("A calendar needs a version, and its first day not after its last.")
    if calendar.jurisdiction != ENGLAND_AND_WALES:
        raise UsageError(
            f'The standing bank holidays of "{calendar.jurisdiction}" are not known; '
            f"only those of {ENGLAND_AND_WALES} are."
        )
    for day in (*calendar.holidays, *calendar.notes):
        if day < calendar.first or day not in calendar.holidays:
            raise UsageError(f"{day} is before the list begins, or has a note but no title.")


def _check_change(calendar: Calendar, day: date, version: str) -> None:
    if day < calendar.first:
        raise _too_early(calendar)
    if not version or version == calendar.version:
        raise UsageError("A changed calendar needs a version of its own; give a new name.")


def _open_days(calendar: Calendar, horizon: date) -> bytearray:
    """For each day from the first to the horizon, 1 if it is a working day."""
    size = (horizon - calendar.first).days + 1
    week = [1 if (calendar.first.weekday() + i) % 7 < 5 else 0 for i in range(7)]
    flags = bytearray((week * (size // 7 + 1))[:size])
    years = range(calendar.last.year, horizon.year + 1)
    standing = [day for year in years for day in standing_holidays(year) if day > calendar.last]
    origin = calendar.first.toordinal()
    for day in (*calendar.holidays, *standing):
        if day <= horizon:
            flags[day.toordinal() - origin] = 0
    return flags


def _wider(calendar: Calendar, day: date, n: int) -> Calendar:
    """The same calendar with a table that reaches n working days beyond a day."""
    year = max(day.year, calendar.horizon.year) + abs(n) // 200 + 1
    if year > LAST_YEAR + 1:
        raise UsageError(f"Working days are not counted beyond the year {LAST_YEAR}.")
    return replace(calendar, horizon=date(year, 12, 31))


def _by_day(table: dict[str, str]) -> dict[date, str]:
    return {date.fromisoformat(day): title for day, title in table.items()}


def _weekday_from(day: date) -> date:
    return _monday_from(day) if day.weekday() > 4 else day


def _monday_from(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


def _last_monday(year: int, month: int) -> date:
    end = month_end(year, month)
    return end - timedelta(days=end.weekday())


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    century = year // 100
    golden = year % 19
    corrected = century - century // 4 - (8 * century + 13) // 25
    epact = (19 * golden + corrected + 15) % 30
    epact -= (epact // 28) * (1 - (29 // (epact + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + epact + 2 - century + century // 4) % 7
    month = 3 + (epact - weekday + 40) // 44
    return date(year, month, epact - weekday + 28 - 31 * (month // 4))


def _too_early(calendar: Calendar) -> TooEarlyError:
    return TooEarlyError(
        f"The list {calendar.version} begins on {short_day(calendar.first)}; working days before "
        "that day are not known, so count them by hand and record the result."
    )
