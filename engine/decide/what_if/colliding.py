"""What stands in the way of notices and due days: days off, roles that nobody holds, people away,
two escalations at once, and years of which the bank holidays are not published.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from engine.calendars import Calendar, local_date
from engine.case import RUNNING, Key, Row
from engine.decide.what_if.reaching import gaps
from engine.decide.what_if.rehearsal import Fired, InMemory
from engine.definition import Notice, Timescale
from engine.directory import Directory

DAY = timedelta(days=1)
WORKING_DAYS_OF_A_WEEK = 5


class Collision(NamedTuple):
    """Something that should be looked at before it happens."""

    kind: str
    """fires on a day off, due on a day off, nobody holds the role, nobody is there, somebody is
    away, all are away, nobody is told, several escalations, not published yet, no address, nobody
    gets it, or nobody may open it.
    """
    on: str
    ref: str
    """Empty for what is not about one case."""
    timescale: str
    of: str
    role: str = ""
    """A role, or the agency whose contact is meant."""
    people: tuple[str, ...] = ()
    why: str = ""
    """What kind of day off it is; how many escalations; the address that is made up."""


def collisions(
    fired: Sequence[Fired], cases: Sequence[InMemory], since: date, until: date
) -> list[Collision]:
    """Everything between two days that collides, in the order of the days."""
    by_ref = {one.case.ref: one for one in cases}
    found = [each for one in fired for each in _of_notice(one, by_ref[one.ref])]
    found += [each for one in cases for each in _of_deadlines(one, since, until)]
    found += _of_people(fired)
    return sorted(dict.fromkeys(found), key=lambda one: (one.on, one.ref, one.timescale))


def notice_of(one: Fired, case: InMemory) -> Notice:
    """The notice of the definition that fired."""
    notices = _timescale(case, one.timescale).notices
    return next(notice for notice in notices if notice.id == one.notice)


def _timescale(case: InMemory, name: str) -> Timescale:
    return case.edition.workflow.timescales[name]


def _of_notice(one: Fired, case: InMemory) -> Iterator[Collision]:
    day, directory, calendar = local_date(one.at), case.directory, case.calendar
    here = (day.isoformat(), one.ref, one.timescale, one.of)
    off = calendar.why_not_working(day) if calendar.covers(day) else None
    if off:
        yield Collision("fires on a day off", *here, why=off)
    if not one.messages:
        yield Collision("nobody is told", *here)
    names = notice_of(one, case).tell
    told = {message["person"] for message in one.messages}
    for gap in gaps(directory, case.edition.workflow, names, day.isoformat()):
        if gap.away and directory.holders(gap.role, day.isoformat()):
            yield Collision("somebody is away", *here, gap.role, gap.away)
        elif gap.away:
            every = (one.person for one in directory.appointed(gap.role, day.isoformat()))
            yield Collision("all are away", *here, gap.role, tuple(dict.fromkeys(every)))
        elif not directory.appointed(gap.role, day.isoformat()):
            instead = tuple(sorted(told & _instead(directory, gap.role, day.isoformat())))
            yield Collision("nobody holds the role", *here, gap.role, instead)
    yield from _of_contacts(one, case, names, here)


def _of_contacts(
    one: Fired, case: InMemory, names: Iterable[str], here: tuple[str, str, str, str]
) -> Iterator[Collision]:
    """The agencies of a group that have no contact, or one who is away."""
    day, directory, groups = here[0], case.directory, case.edition.workflow.groups
    kinds = {kind for name in names if name in groups for kind in groups[name].kinds}
    every = [agency for agency in directory.of_kinds(kinds, day) if one.of in ("", agency.id)]
    for agency in every:
        if not directory.contact(agency.id, day):
            yield Collision("nobody is told", *here, agency.id)
        elif agency.contact and directory.away(agency.contact, day):
            yield Collision("somebody is away", *here, agency.id, (agency.contact,))


def _instead(directory: Directory, role: str, day: str) -> set[str]:
    return {one.person for one in directory.to_tell(role, day)}


def _of_deadlines(case: InMemory, since: date, until: date) -> Iterator[Collision]:
    for key, row in sorted(case.case.deadlines().items()):
        if row["status"] not in RUNNING or not row["due_on"]:
            continue
        due = date.fromisoformat(row["due_on"])
        if since <= due <= until:
            yield from _of_deadline(case, key, row, due)


def _of_deadline(case: InMemory, key: Key, row: Row, due: date) -> Iterator[Collision]:
    directory, calendar = case.directory, case.calendar
    here = (due.isoformat(), str(key[0]), str(key[1]), str(key[2]))
    off = calendar.why_not_working(due) if calendar.covers(due) else None
    if off:
        yield Collision("due on a day off", *here, why=off)
    if calendar.is_provisional(due):
        yield Collision("not published yet", *here)
    known = case.edition.workflow.timescales.get(str(key[1]))
    role = case.edition.workflow.roles.get(known.waiting_on) if known else None
    if role is None or role.outside or role.own_agency:
        return
    week = [day.isoformat() for day in _working_week(calendar, due)]
    if not any(directory.appointed(role.id, day) for day in week):
        yield Collision("nobody holds the role", *here, role.id)
    elif not any(directory.holders(role.id, day) for day in week):
        away = dict.fromkeys(a.person for day in week for a in directory.appointed(role.id, day))
        yield Collision("nobody is there", *here, role.id, tuple(away))


def _working_week(calendar: Calendar, due: date) -> list[date]:
    """The five working days that end with a due day, or before it."""
    found: list[date] = []
    day = due
    while len(found) < WORKING_DAYS_OF_A_WEEK and calendar.covers(day):
        if calendar.is_working(day):
            found.append(day)
        day -= DAY
    return found


def _of_people(fired: Iterable[Fired]) -> Iterator[Collision]:
    """Two escalations that one person gets on one day."""
    got: dict[tuple[str, str], int] = defaultdict(int)
    for one in fired:
        if one.kind == "escalate":
            for message in one.messages:
                got[local_date(one.at).isoformat(), message["person"]] += 1
    alike: dict[tuple[str, int], list[str]] = defaultdict(list)
    for (day, person), number in got.items():
        if number > 1:
            alike[day, number].append(person)
    for (day, number), people in alike.items():
        nowhere = (day, "", "", "")
        yield Collision("several escalations", *nowhere, people=tuple(people), why=str(number))
