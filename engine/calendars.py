"""Which days are working days in a jurisdiction, and what the date and the hour are there.

Bank holidays come from a versioned list handed in or shipped, never from a clock or a network.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from itertools import accumulate, compress
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from engine.dates import LAST_YEAR, WEEKDAYS, long_day, not_a_day, short_day
from engine.errors import ConfigError, UsageError
from engine.standing import JURISDICTIONS, standing_holidays

LONDON = "Europe/London"
SHIPPED = JURISDICTIONS
"""The jurisdictions of which a list is shipped, as definitions name them."""
_YEARS_AHEAD = 12


class TooEarlyError(UsageError):
    """Working days were to be counted before the first day that a calendar knows."""


class Announcement(NamedTuple):
    """When a bank holiday became known that the standing rules do not give."""

    on: date
    source: str
    instead_of: date | None = None
    """The usual day, which became a working day."""
    added_here: bool = False


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
    announced: Mapping[date, Announcement] = field(default_factory=dict, hash=False, repr=False)
    """Of the holidays that were announced late, those of which it is known when."""
    moved_away: frozenset[date] = field(default=frozenset(), repr=False)
    """Days after `last` that would be holidays by the standing rules, and will not be."""
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
            "announced": MappingProxyType(dict(self.announced)),
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
        title, known = self._title(day), self.announced.get(day)
        note = f", {self.notes[day]}" if day in self.notes else ""
        kind = "" if "bank holiday" in title.casefold() else "bank holiday, "
        listed = f"{self.listed_in} {self.version}" if day in self.holidays else "standing rules"
        if known and known.added_here:
            listed = f"put on the list here; source: {known.source}"
        return f"{title}{note} ({kind}{listed})"

    def with_holiday(
        self, day: date, title: str, version: str, announced: Announcement | None = None
    ) -> Calendar:
        """This calendar with one more bank holiday, announced after the list was published."""
        _check_change(self, day, version)
        if not self.is_working(day):
            raise UsageError(f"{long_day(day)} is no working day as it is; check the date.")
        notes, known = dict(self.notes), dict(self.announced)
        if announced:
            notes[day], known[day] = f"announced {short_day(announced.on)}", announced
        return replace(
            self,
            version=version,
            holidays={**self.holidays, day: title},
            notes=notes,
            announced=known,
            moved_away=self.moved_away - {day},
        )

    def without_holiday(self, day: date, version: str) -> Calendar:
        """This calendar without one of its bank holidays, because it was moved."""
        _check_change(self, day, version)
        usual = standing_holidays(day.year, self.jurisdiction)
        standing = day > self.last and day in usual and not self.is_working(day)
        if day not in self.holidays and not standing:
            raise UsageError(
                f"{long_day(day)} is no bank holiday on the list {self.version}; check the date."
            )
        return replace(
            self,
            version=version,
            holidays=_without(self.holidays, (day,)),
            notes=_without(self.notes, (day,)),
            announced=_without(self.announced, (day,)),
            moved_away=self.moved_away | {day} if standing else self.moved_away,
        )

    def as_known_on(self, day: date) -> Calendar:
        """This calendar without what was announced after a day, as far as that is known."""
        later = {held: one for held, one in self.announced.items() if one.on > day}
        if not later:
            return self
        usual = {one.instead_of: one for one in later.values() if one.instead_of}
        back = {one: standing_holidays(one.year, self.jurisdiction)[one] for one in usual}
        kept = {held: title for held, title in self.holidays.items() if held not in later}
        return replace(
            self,
            version=f"{self.version} as known on {day.isoformat()}",
            holidays={**kept, **back},
            notes=_without(self.notes, later),
            announced=_without(self.announced, later),
        )

    def _title(self, day: date) -> str:
        """The weekday of a weekend day, or the title of a bank holiday."""
        if day.weekday() > 4:
            return WEEKDAYS[day.weekday()]
        return self.holidays.get(day) or standing_holidays(day.year, self.jurisdiction)[day]


class Shelf(Mapping[str, Calendar]):
    """The shipped calendars by jurisdiction, each read when it is first asked for."""

    def __init__(self) -> None:
        self._read: dict[str, Calendar] = {}

    def __getitem__(self, name: str) -> Calendar:
        if name not in SHIPPED:
            raise KeyError(name)
        if name not in self._read:
            self._read[name] = load(name)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(SHIPPED)

    def __len__(self) -> int:
        return len(SHIPPED)


def load(name: str) -> Calendar:
    """The shipped calendar of a jurisdiction, named as a definition names it."""
    return _shipped(name)[1]


def load_earlier(name: str) -> tuple[Calendar, ...]:
    """The versions by which deadlines may have been counted before this one was shipped."""
    given, latest = _shipped(name)
    return tuple(_cut(latest, **one) for one in given.get("earlier", []))


@cache
def _shipped(name: str) -> tuple[dict[str, Any], Calendar]:
    if name not in SHIPPED:
        raise UsageError(
            f'No calendar is shipped for "{name}"; there is one for {", ".join(SHIPPED)}.'
        )
    file = f"{name.casefold().replace(' ', '_')}.toml"
    text = Path(__file__).with_name("data").joinpath("calendars", file).read_text("utf-8")
    return _parse(text, f"engine/data/calendars/{file}")


def parse_calendar(text: str, where: str) -> Calendar:
    """The calendar that a TOML text describes; `where` names the file in a ConfigError."""
    return _parse(text, where)[1]


def _parse(text: str, where: str) -> tuple[dict[str, Any], Calendar]:
    """What a text says, and the calendar that it describes."""
    try:
        given = tomllib.loads(text)
        told = _by_day(given.get("announced", {}))
        tables = {
            "holidays": _by_day(given["holidays"]),
            "notes": _by_day(given.get("notes", {})),
            "announced": {day: Announcement(**one) for day, one in told.items()},
        }
        plain = {name: said for name, said in given.items() if name != "earlier"}
        return given, Calendar(**{**plain, **tables})
    except (KeyError, TypeError, ValueError, AttributeError, UsageError) as error:
        raise ConfigError(f"{where} is not a calendar ({error}); correct the file.") from error


def _cut(latest: Calendar, version: str, first: date = date.min, last: date = date.max) -> Calendar:
    """An earlier version of a list, which began later or ended earlier."""
    first, last = max(first, latest.first), min(last, latest.last)
    other = [day for day in latest.holidays if not first <= day <= last]
    tables = ("holidays", "notes", "announced")
    kept: dict[str, Any] = {name: _without(getattr(latest, name), other) for name in tables}
    return replace(latest, version=version, first=first, last=last, **kept)


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
    if calendar.jurisdiction not in JURISDICTIONS:
        raise UsageError(
            f'The standing bank holidays of "{calendar.jurisdiction}" are not known; '
            f"only those of {', '.join(JURISDICTIONS)} are."
        )
    for day in (*calendar.holidays, *calendar.notes, *calendar.announced):
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
    every = (day for year in years for day in standing_holidays(year, calendar.jurisdiction))
    standing = [day for day in every if day > calendar.last and day not in calendar.moved_away]
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


def _by_day(table: dict[str, Any]) -> dict[date, Any]:
    return {date.fromisoformat(day): told for day, told in table.items()}


def _without(table: Mapping[date, Any], days: Collection[date]) -> dict[date, Any]:
    return {day: told for day, told in table.items() if day not in days}


def _too_early(calendar: Calendar) -> TooEarlyError:
    return TooEarlyError(
        f"The list {calendar.version} begins on {short_day(calendar.first)}; working days before "
        "that day are not known, so count them by hand and record the result."
    )
