"""What a move to another edition takes from those whom the notices of a clock tell: that they are
told less often, later, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from engine.calendars import Calendar, TooEarlyError
from engine.dates import parse_partial
from engine.definition import Notice, Timescale, Workflow
from engine.nouns import count, with_the
from engine.prose import listed, name_of
from engine.timescales import moment_day, parse_moment

Row = Mapping[str, Any]

KINDS = (
    ("remind", "reminder", "nobody is reminded of it any more"),
    ("escalate", "escalation", "nobody is told any more where it was not met"),
)


class _Told(NamedTuple):
    """When a notice goes out for a clock: the day, and how the definition says it."""

    day: date
    at: str


class _Days(NamedTuple):
    """The days of a clock, from which the moments of its notices are counted."""

    starts: date
    due: date
    calendar: Calendar

    def told(self, notices: Sequence[Notice], role: str) -> list[_Told]:
        """When somebody is told, the first first."""
        return sorted(_Told(self._day(one.at), one.at) for one in notices if role in one.tell)

    def _day(self, at: str) -> date:
        moment = parse_moment(at)
        try:
            return moment_day(moment, self.starts, self.due, self.calendar)
        except TooEarlyError:
            # Before the lists of bank holidays begin the order alone is asked for.
            base = self.due if moment.anchor == "due" else self.starts
            return base + timedelta(days=moment.number)


def less_told(
    old: Workflow, pair: tuple[Timescale, Timescale], row: Row, calendar: Calendar
) -> Iterator[str]:
    """Each thing that people are not told any more, or only later, as the end of a sentence.

    `pair` is the timescale before and after, `old` the edition of before; the moments of both are
    counted from the days that the clock has in its `row`, so that a new day alone changes nothing.
    """
    days = _days(row, calendar)
    for kind, noun, nobody in KINDS:
        before, after = ([one for one in side.notices if one.kind == kind] for side in pair)
        if before and not after:
            yield nobody
            continue
        less = len(before) - len(after)
        if less > 0:
            yield f"it has {count(len(after), noun)} and not {len(before)}"
        yield from _to_each(old, days, noun, (before, after))


def _days(row: Row, calendar: Calendar) -> _Days:
    starts = parse_partial(str(row["starts_on"])).first
    due = row["due_on"] or row["due_to"]
    return _Days(starts, date.fromisoformat(due) if due else starts, calendar)


def _to_each(
    old: Workflow, days: _Days, noun: str, pair: tuple[list[Notice], list[Notice]]
) -> Iterator[str]:
    """What those who were told are told less, or later."""
    before, after = pair
    overall = max(len(before) - len(after), 0)
    roles = dict.fromkeys(role for one in before for role in one.tell)
    told = {role: (days.told(before, role), days.told(after, role)) for role in roles}
    gone = [role for role, (_, now) in told.items() if not now]
    if gone:
        yield f"its {noun}s go no more to {_named(old, gone)}"
    for role, (was, now) in told.items():
        if now and len(was) - len(now) > overall:
            yield f"{_named(old, [role])} is sent {count(len(now), noun)} and not {len(was)}"
    which = f"its {noun}" if len(before) == 1 else f"one of its {noun}s"
    for (was_at, now_at), who in _later(told).items():
        every = next(one.tell for one in before if one.at == was_at)
        to = "" if {*every} - {*gone} <= {*who} else f" to {_named(old, who)}"
        yield f"{which}{to} goes out {now_at} and not {was_at}"


def _later(told: Mapping[str, tuple[list[_Told], list[_Told]]]) -> dict[tuple[str, str], list[str]]:
    """By what was said of the moments of a notice before and is said of them after: to whom it goes
    later. Of those who are told less often, the last notices are compared.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for role, (before, after) in told.items():
        last = before[-len(after) :] if after else []
        for was, now in zip(last, after, strict=False):
            if now.day > was.day:
                found.setdefault((was.at, now.at), []).append(role)
    return found


def _named(old: Workflow, roles: Sequence[str]) -> str:
    return listed(with_the(name_of(old, role)) for role in roles)
