"""Changing the list of bank holidays of a jurisdiction: one announced late, or one that was moved.

Nothing local is a change of it: a day on which an office is closed never moves a duty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from engine.calendars import Calendar
from engine.canonical import clean_text
from engine.database import Transaction
from engine.dates import long_day, read_day
from engine.errors import DeniedError, Need, UsageError
from engine.guessing import resembling
from engine.nouns import any_of
from engine.prose import listed, names_of
from engine.service import access, editions
from engine.service.bank_holidays import recounting
from engine.service.bank_holidays.almanac import ADDED, RENEWED, Changed, changed
from engine.service.bank_holidays.doubting import doubts
from engine.service.bank_holidays.moving import Moving
from engine.service.bank_holidays.recounting import Settled
from engine.service.workplace import By, Workplace

LONGEST_TITLE = 100
LONGEST_SOURCE = 300
VERB = "calendar"


class Holiday(NamedTuple):
    """A bank holiday that was announced: one more, or one that will not be."""

    change: str
    """added or removed."""
    day: str
    title: str
    announced: str
    source: str
    jurisdiction: str = ""


class Plan(NamedTuple):
    """What a change of a calendar comes to."""

    jurisdiction: str
    old: str
    new: str
    day: str
    title: str
    moving: tuple[Moving, ...]
    failed: tuple[str, ...] = ()
    """The cases whose clocks could not be moved."""
    doubts: tuple[str, ...] = ()
    """Why somebody is to agree to it in so many words, as sentences."""


def plan(place: Workplace, by: By, holiday: Holiday) -> Plan:
    """What a change would do: every clock that would move. Nothing is written.

    Raises UsageError where there is nothing to change, DeniedError for whoever may not change it.
    """
    need_keeper(place, by)
    name = _jurisdiction(place, holiday.jurisdiction)
    with place.database.read() as tx:
        made, calendar = _decided(place, tx, holiday, name)
    planned = _planned(made, recounting.preview(place, by, calendar))
    return planned._replace(doubts=doubts(place, by, made, planned.moving))


def change(place: Workplace, by: By, holiday: Holiday) -> Plan:
    """Change the calendar of a jurisdiction by an event of the store, then move its clocks.

    Raises what `plan` raises.
    """
    need_keeper(place, by)
    name = _jurisdiction(place, holiday.jurisdiction)
    with place.database.write() as tx:
        _one_at_a_time(place, tx)
        made, _ = _decided(place, tx, holiday, name)
        _record(place, tx, by, made)
    return _planned(made, recounting.settle(place, by))


def renew(place: Workplace, by: By) -> Settled:
    """Move the clocks that run by another list than the one in use: one that a newer Casetrail has
    brought, or one whose change did not reach them.
    """
    need_keeper(place, by)
    moving = recounting.stale(place, by)
    with place.database.write() as tx:
        _one_at_a_time(place, tx)
        place.almanac.see(tx, place.log)
        known = {one.version for one in place.almanac.changes}
        for name in dict.fromkeys(_jurisdiction_of(place, one) for one in moving):
            calendar = place.almanac.in_use(name)
            if calendar is not None and calendar.version not in known:
                own = [str(m.old["calendar"]) for m in moving if _jurisdiction_of(place, m) == name]
                before = Counter(own).most_common(1)[0][0]
                _record(place, tx, by, _renewed(calendar, before))
    return recounting.settle(place, by)


def need_keeper(place: Workplace, by: By) -> None:
    """Raise DeniedError, which is logged, unless somebody keeps the record of a process in use."""
    today = place.today().isoformat()
    every = editions.in_use(place)
    if any(place.directory.acting(by.person, one.keepers, today) for one in every):
        return
    who = tuple(dict.fromkeys(name for one in every for name in names_of(one, one.keepers)))
    how = "have one of them change it" if who else "bring a process into use first"
    need = Need(f"it is for {any_of(who or ['keepers of a process'])}", who, how)
    error = DeniedError(
        "The calendar is changed by those who keep the record of a process in use.", (need,)
    )
    access.refused(place, by, VERB, "", error)
    raise error


def in_use(place: Workplace) -> list[dict[str, Any]]:
    """The calendars in use, in a stable form: their versions, sources, and what was changed."""
    with place.database.read() as tx:
        place.almanac.see(tx, place.log)
    counting = _counting(place)
    found = []
    for name in place.calendars:
        calendar = place.almanac.in_use(name)
        if calendar is not None:
            found.append(_told(place, calendar, counting.get(name, [])))
    return found


def _told(place: Workplace, calendar: Calendar, workflows: list[str]) -> dict[str, Any]:
    own = [one for one in place.almanac.changes if one.jurisdiction == calendar.jurisdiction]
    return {
        "jurisdiction": calendar.jurisdiction,
        "version": calendar.version,
        "shipped": place.calendars[calendar.jurisdiction].version,
        "source": calendar.source,
        "working_day": calendar.definition,
        "first": calendar.first.isoformat(),
        "published_until": calendar.last.isoformat(),
        "workflows": workflows,
        "announced": [
            {
                "day": day.isoformat(),
                "title": calendar.holidays[day],
                "announced": one.on.isoformat(),
                "source": one.source,
            }
            for day, one in sorted(calendar.announced.items())
        ],
        "changes": [one._asdict() for one in own],
    }


def _counting(place: Workplace) -> dict[str, list[str]]:
    """The processes in use by the jurisdiction by which they count."""
    found: dict[str, list[str]] = {}
    for workflow in editions.in_use(place):
        titles = found.setdefault(workflow.working_days, [])
        if workflow.title not in titles:
            titles.append(workflow.title)
    return found


def _decided(
    place: Workplace, tx: Transaction, holiday: Holiday, name: str
) -> tuple[Changed, Calendar]:
    """A change that makes sense today, and the calendar that it makes. Raises UsageError."""
    place.almanac.see(tx, place.log)
    calendar = place.almanac.in_use(name)
    assert calendar is not None
    day, announced = read_day(holiday.day), read_day(holiday.announced)
    _check_days(day, announced, place.today(), mistaken=_added_here(place, holiday, name, day))
    made = Changed(
        version=place.almanac.next_version(name),
        jurisdiction=name,
        before=calendar.version,
        change=holiday.change,
        day=day.isoformat(),
        title=_title(calendar, holiday, day),
        announced=announced.isoformat(),
        source=_line(holiday.source, "--source", LONGEST_SOURCE),
        changed_on="",
        n=0,
    )
    if holiday.change == ADDED:
        _check_working(calendar, day)
    else:
        _check_bank_holiday(calendar, day, made.title)
    after = changed(calendar, made, made.version)
    if after is None:
        raise UsageError(f"{long_day(day)} is a working day as it is; check the date.")
    return made, after


def _added_here(place: Workplace, holiday: Holiday, name: str, day: date) -> bool:
    """Whether a day is taken off that was put on the list here, so that it may be a mistake."""
    own = [one for one in place.almanac.changes if one.jurisdiction == name]
    return holiday.change != ADDED and any(one.day == day.isoformat() for one in own)


def _check_days(day: date, announced: date, today: date, *, mistaken: bool) -> None:
    if announced > today:
        raise UsageError(
            "The day of the announcement lies in the future; a bank holiday is put on the list "
            "once it has been announced."
        )
    if announced > day and not mistaken:
        raise UsageError("A bank holiday is announced before it comes; check both days.")


def _check_working(calendar: Calendar, day: date) -> None:
    off = calendar.why_not_working(day)
    if off is not None:
        raise UsageError(
            f"{long_day(day)} is no working day as it is ({off}), so no clock would move; check "
            "the date."
        )


def _check_bank_holiday(calendar: Calendar, day: date, title: str) -> None:
    """Refuse to take off what is no working day beside the bank holidays, as Christmas Day is."""
    if title and f", {title}" in calendar.definition and day not in calendar.notes:
        raise UsageError(
            f"{title} is no working day by itself in {calendar.jurisdiction}, whatever becomes of "
            "bank holidays; check the date."
        )


def _title(calendar: Calendar, holiday: Holiday, day: date) -> str:
    if holiday.change == ADDED:
        return _line(holiday.title, "TITLE", LONGEST_TITLE)
    off = calendar.why_not_working(day) if calendar.covers(day) else ""
    return (off or "").removesuffix(" (bank holiday)")


def _line(text: str, what: str, longest: int) -> str:
    """A short public text on one line: it stands in the trail, and is no place for names."""
    cleaned = " ".join(clean_text(text).split())
    if not cleaned:
        raise UsageError(f"{what} is empty; say it in a few words.")
    if len(cleaned) > longest:
        raise UsageError(f"{what} has more than {longest} characters; say it in a few words.")
    return cleaned


def _jurisdiction(place: Workplace, given: str) -> str:
    """The jurisdiction that is meant: the one by which every process in use counts, if not said."""
    known = list(place.calendars)
    wanted = " ".join(given.split()).casefold()
    for name in known:
        if name.casefold() == wanted:
            return name
    if wanted:
        near = resembling(given, known, 1)
        hint = f"Did you mean {near[0]}?" if near else f"There is one for {listed(known)}."
        raise UsageError(f'There is no calendar for "{given[:40]}". {hint}')
    counting = list(_counting(place))
    if len(counting) != 1:
        raise UsageError(f"Say for which jurisdiction, with --for: {listed(known, 'or')}.")
    return counting[0]


def _jurisdiction_of(place: Workplace, one: Moving) -> str:
    with_version = str(one.now["calendar"])
    return next(
        name
        for name in place.calendars
        if (calendar := place.almanac.in_use(name)) and calendar.version == with_version
    )


def _renewed(calendar: Calendar, before: str) -> Changed:
    return Changed(
        version=calendar.version,
        jurisdiction=calendar.jurisdiction,
        before=before,
        change=RENEWED,
        day="",
        title="",
        announced="",
        source=calendar.source,
        changed_on="",
        n=0,
    )


def _one_at_a_time(place: Workplace, tx: Transaction) -> None:
    """Of two who change a list in one moment the later one sees what the other did."""
    place.store.head(tx, access.STORE)


def _record(place: Workplace, tx: Transaction, by: By, made: Changed) -> None:
    body: Mapping[str, Any] = {
        "jurisdiction": made.jurisdiction,
        "change": made.change,
        "day": made.day,
        "title": made.title,
        "announced": made.announced,
        "source": made.source,
        "old": made.before,
        "new": made.version,
    }
    who = access.visitor(place, by)
    chain = access.append(place, tx, access.STORE, who, [("calendar changed", body, {})])
    place.store.write_effects(tx, chain.events)


def _planned(made: Changed, done: Settled) -> Plan:
    return Plan(made.jurisdiction, made.before, made.version, made.day, made.title, *done)
