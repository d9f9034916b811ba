"""How somebody wishes to be told: by which notifiers, in a digest or at once, and when not. Pure.

What is urgent never waits. Nothing else waits beyond the day by which it is to be done, nor longer
than LONGEST.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from engine.calendars import LONDON, Calendar, at_local, local_date

HOURLY = "hourly"
DAYS = 8
LONGEST = timedelta(days=DAYS)
"""How long anything waits at the most: longer than any run of days off that there is."""
LATE = timedelta(hours=1)
"""What nobody was there to send when it was to go out goes out as soon as it can, even if it is
quiet by then: otherwise a worker that runs at night alone would send nothing.
"""

_TURNS = (time(0), time(1), time(2))
"""When it can cease to be quiet whatever `until` is: a day begins, or clocks change."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """When somebody is not to be told what is not urgent."""

    since: time | None = None
    """The local time at which it begins; it ends on the next day where `until` is not later."""
    until: time | None = None
    days_off: bool = False
    """Whether weekends and bank holidays are quiet all day."""

    def at(self, moment: datetime, calendar: Calendar) -> bool:
        """Whether it is quiet at an instant."""
        local = moment.astimezone(ZoneInfo(LONDON))
        if self.days_off and not calendar.is_working(local.date()):
            return True
        return self.has(local.time())

    def has(self, hour: time) -> bool:
        """Whether a local time of any day lies in it."""
        if self.since is None or self.until is None:
            return False
        if self.since < self.until:
            return self.since <= hour < self.until
        return hour >= self.since or hour < self.until

    def ends_after(self, moment: datetime, calendar: Calendar) -> datetime | None:
        """The first instant after one at which it is not quiet; None where none is near."""
        turns = _TURNS if self.until is None else (*_TURNS, self.until)
        found = (at for day in _days(moment) for turn in turns for at in _coming(day, turn))
        ends = (at for at in found if at > moment and not self.at(at, calendar))
        return min(ends, default=None)


@dataclass(frozen=True, slots=True)
class Preference:
    """What one person wishes."""

    by: str = ""
    """The notifier that reaches them; empty for the one of [notify]."""
    also: tuple[str, ...] = ()
    """Notifiers that tell them the same besides."""
    addresses: Mapping[str, str] = field(default_factory=dict)
    """Where each notifier finds them, where that is not their mail address."""
    digest: str = ""
    """hourly, or the local time of each working day at which what is not urgent goes out as one."""
    quiet: Quiet = Quiet()

    @property
    def can_wait(self) -> bool:
        """Whether anything of it makes a message wait."""
        return bool(self.digest) or self.quiet != Quiet()

    def plain(self) -> dict[str, Any]:
        """The same as text."""
        hours = (self.quiet.since, self.quiet.until)
        return {
            "by": self.by,
            "also": list(self.also),
            "addresses": dict(self.addresses),
            "digest": self.digest,
            "quiet": [f"{hour:%H:%M}" for hour in hours if hour],
            "days_off": int(self.quiet.days_off),
        }


NOTHING_SAID = Preference()


class Telling(NamedTuple):
    """What is to be told, as far as it matters for when."""

    urgent: bool = False
    by_when: str = ""
    """The day by which something is to be done, as ISO text; empty for none."""
    due: datetime | None = None
    """When it was to be sent, where it has waited or failed before."""


def waits_until(
    wish: Preference, telling: Telling, now: datetime, calendar: Calendar
) -> datetime | None:
    """Until when a message waits; None for one that goes out now."""
    if telling.urgent:
        return None
    if telling.due is None and wish.digest:
        slot = next_digest(wish, now, calendar)
        if slot and not _too_late(telling.by_when, slot, now):
            return slot
    if not wish.quiet.at(now, calendar):
        return None
    due = telling.due
    if due is not None and now - due >= LATE and not wish.quiet.at(due, calendar):
        return None
    ends = wish.quiet.ends_after(now, calendar)
    if ends is None or ends - now > LONGEST or _too_late(telling.by_when, ends, now):
        return None
    return ends


def next_digest(wish: Preference, now: datetime, calendar: Calendar) -> datetime | None:
    """The next instant at which somebody's digest goes out; None where none is near."""
    for slot in _slots(wish.digest, now):
        is_free = calendar.is_working(local_date(slot)) and not wish.quiet.at(slot, calendar)
        if slot > now and is_free:
            return slot if slot - now <= LONGEST else None
    return None


def _slots(digest: str, now: datetime) -> Iterator[datetime]:
    if digest == HOURLY:
        hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        yield from (hour + timedelta(hours=number) for number in range(1, 24 * (DAYS + 1)))
        return
    at = time.fromisoformat(digest)
    yield from (at_local(day, at.hour, at.minute) for day in _days(now))


def _too_late(by_when: str, moment: datetime, now: datetime) -> bool:
    """Whether somebody would be told only after the day by which something is to be done.

    What is overdue already can wait.
    """
    try:
        last = date.fromisoformat(by_when)
    except ValueError:
        return False
    return local_date(now) <= last < local_date(moment)


def _days(moment: datetime) -> Iterator[date]:
    first = local_date(moment)
    return (first + timedelta(days=number) for number in range(DAYS + 2))


def _coming(day: date, at: time) -> Iterator[datetime]:
    """The instants at which clocks in London show a time on a day: one, or two where it comes
    twice; of one that is skipped, that at which they go on.
    """
    local = datetime.combine(day, at, ZoneInfo(LONDON))
    found = [local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)]
    shown = [one.astimezone(ZoneInfo(LONDON)).time() == at for one in found]
    if any(shown):
        yield from dict.fromkeys(found)
        return
    before = local
    while before.astimezone(UTC).astimezone(ZoneInfo(LONDON)).time() != before.time():
        before -= timedelta(minutes=1)
    yield before.astimezone(UTC) + timedelta(minutes=1)
