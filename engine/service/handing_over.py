"""Handing work over between two days: who acts instead of whom, and where that is on record.

Who acts stands in config.toml, so what is handed over is said as tables to add to it: somebody is
away between the days, and somebody else deputises for them in each of their roles.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from engine import barring, queries
from engine.canonical import parse
from engine.case import Case
from engine.database import Transaction
from engine.dates import iso
from engine.decide.draft import Draft
from engine.decide.entries.telling import addressed, waited_for
from engine.directory import Appointment, Directory, Recipient
from engine.errors import DeniedError, UsageError
from engine.prose import name_of, with_article
from engine.service import access
from engine.service.changing import save
from engine.service.drafting import drafted
from engine.service.editions import in_use
from engine.service.workplace import By, Workplace

EVENT = "work handed over"


@dataclass(frozen=True, slots=True)
class Handover:
    """Whose work goes to whom, from one day to another, both included, as ISO text."""

    giver: str
    taker: str
    since: str
    until: str


class Change(NamedTuple):
    """What config.toml lacks for a handover."""

    absent: bool
    """Whether it is to say that the giver is away."""
    deputising: tuple[Appointment, ...]
    contact_of: tuple[str, ...]
    """The agencies of which the giver is the contact, and for which nobody would be."""


def check(place: Workplace, by: By, wanted: Handover) -> None:
    """Raise UsageError for a handover that makes no sense, DeniedError, which is logged, for
    somebody else's.
    """
    directory, today = place.directory, iso(place.today())
    for person in (wanted.giver, wanted.taker):
        if person not in directory.people:
            raise UsageError(f'config.toml names no person "{person[:40]}"; use an id of it.')
    if wanted.giver == wanted.taker:
        raise UsageError("Nobody hands over to themselves; name two people.")
    if wanted.until < wanted.since or wanted.until < today:
        raise UsageError("The last day lies before the first, or is over; check the days.")
    keepers = {role for one in in_use(place) for role in one.keepers}
    if by.person != wanted.giver and not directory.acting(by.person, sorted(keepers), today):
        error = DeniedError(
            "Work is handed over by whoever has it, or by those who keep the record; ask them."
        )
        access.refused(place, by, "handover", "", error)
        raise error


def lacking(directory: Directory, wanted: Handover) -> Change:
    """What config.toml does not say yet. Pure."""
    found, contacts = [], []
    for one in directory.appointments:
        if one.person != wanted.giver or one.deputy_for or not _overlaps(one, wanted):
            continue
        since, until = max(one.since, wanted.since), min(one.until, wanted.until)
        new = Appointment(wanted.taker, one.role, one.agency, since, until, wanted.giver)
        if not _is_filled(directory, new):
            found.append(new)
    deputies = [*directory.appointments, *found]
    for agency in directory.agencies.values():
        agencies = {a.agency for a in deputies if (a.person, a.deputy_for) == _pair(wanted)}
        if agency.contact == wanted.giver and not agencies & {"", agency.id}:
            contacts.append(agency.id)
    away = any(
        one.person == wanted.giver and one.since <= wanted.since and wanted.until <= one.until
        for one in directory.absences
    )
    return Change(not away, tuple(found), tuple(contacts))


def _pair(wanted: Handover) -> tuple[str, str]:
    return wanted.taker, wanted.giver


def _overlaps(one: Appointment, wanted: Handover) -> bool:
    return one.since <= wanted.until and wanted.since <= one.until


def _is_filled(directory: Directory, new: Appointment) -> bool:
    """Whether the taker acts in that role on those days already."""
    return any(
        (one.person, one.role) == (new.person, new.role)
        and one.agency in ("", new.agency)
        and one.deputy_for in ("", new.deputy_for)
        and one.since <= new.since
        and new.until <= one.until
        for one in directory.appointments
    )


def note(place: Workplace, by: By, wanted: Handover) -> list[str]:
    """Put it on record on each open case that waits on the giver, and tell both; those cases.

    A case that has it on record already is left as it is, and so is one that any of the three may
    not see. config.toml must say it by now.
    """
    noted = []
    with place.database.read() as tx:
        refs = [str(row[0]) for row in tx.rows(queries.OPEN_CASES, (place.log,))]
    for ref in refs:
        with place.database.write() as tx:
            draft = _draft(place, tx, ref, by)
            rows = draft.case.rows.table("barriers")
            barred = barring.standing(rows)
            if any(barred.bars(one) for one in (by.person, wanted.giver, wanted.taker)):
                continue
            roles = list(_roles(place, draft, wanted))
            if roles and not _is_noted(place, tx, ref, wanted):
                _note(draft, wanted, roles)
                save(place, tx, [draft], "")
                noted.append(ref)
    return noted


def _draft(place: Workplace, tx: Transaction, ref: str, by: By) -> Draft:
    case = Case(ref, place.store.load_to_change(tx, ref, whole=False))
    edition = place.edition(tx, case.row["edition"], case.row["workflow"])
    return drafted(place, by, case, edition, tx=tx)


def _roles(place: Workplace, draft: Draft, wanted: Handover) -> Iterator[str]:
    """The roles in which the giver is waited for: by where the case is, and by its clocks."""
    case, workflow = draft.case, draft.workflow
    waiting = [(workflow.states[case.state].waiting_on, "")]
    for key, _ in case.open_deadlines():
        if known := workflow.timescales.get(str(key[1])):
            waiting.append((known.waiting_on, str(key[2])))
    seen = set()
    for role, of in waiting:
        agencies = waited_for(case, workflow, role, of)
        held = (
            one
            for one in place.directory.appointments
            if (one.person, one.role) == (wanted.giver, role) and _overlaps(one, wanted)
        )
        if role not in seen and any(not agencies or one.agency in agencies for one in held):
            seen.add(role)
            yield role


def _is_noted(place: Workplace, tx: Transaction, ref: str, wanted: Handover) -> bool:
    rows = tx.rows(queries.HANDOVERS, (place.log, ref))
    bodies = (parse(text)["body"] for (text,) in rows)
    known = (wanted.giver, wanted.taker, wanted.since, wanted.until)
    return any((b["giver"], b["taker"], b["since"], b["until"]) == known for b in bodies)


def _note(draft: Draft, wanted: Handover, roles: list[str]) -> None:
    due = [str(row["due_on"]) for _, row in draft.case.open_deadlines() if row["due_on"]]
    by_when = min(due, default="")
    part = with_article(name_of(draft.workflow, roles[0]))
    days = f"from {wanted.since} to {wanted.until}"
    said = {
        wanted.giver: f"What waits on {part} is handed over {days}",
        wanted.taker: f"You act for {part} {days}: take over what waits",
    }
    messages = [
        addressed(draft, Recipient(person, roles[0]), what, by_when)
        for person, what in said.items()
    ]
    body: dict[str, Any] = {
        "giver": wanted.giver,
        "taker": wanted.taker,
        "since": wanted.since,
        "until": wanted.until,
        "roles": roles,
        "messages": messages,
    }
    draft.emit(EVENT, body, draft.reason())
