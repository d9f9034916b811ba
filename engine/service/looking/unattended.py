"""The roles and agencies that open cases need and of which nobody is there: who is told instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from engine import barring, queries
from engine.database import Transaction
from engine.decide.entries.telling import concerned
from engine.definition import Workflow
from engine.directory import Directory
from engine.prose import name_of
from engine.service import barriers
from engine.service.looking.viewing import view
from engine.service.titles import title_of
from engine.service.workplace import Workplace

NOBODY = "nobody holds it"
AWAY = "all who hold it are away"
NO_CONTACT = "it has no contact"
CONTACT_AWAY = "its contact is away"


class Gap(NamedTuple):
    """A role, a role at one agency, or an agency, of which nobody is there today."""

    role: str
    agency: str
    title: str
    why: str
    told: tuple[str, ...]
    """The people who are told instead: nobody, where config.toml names nobody."""


class Here(NamedTuple):
    """A partnership, as it is read at one moment."""

    place: Workplace
    tx: Transaction
    directory: Directory
    """Who holds what in the case that is looked at."""


def unattended(place: Workplace, tx: Transaction) -> list[dict[str, Any]]:
    """What open cases wait on, or have to tell, of which nobody is there, with those cases.

    Of what is told later it is as things stand today. Who may not see a case is not there for it.
    """
    found: dict[Gap, dict[str, None]] = {}
    notices = tx.rows(queries.NOTICES_TO_FIRE, (place.log,))
    out, standing = barriers.hidden(place, tx), barriers.every(place, tx)
    day = place.today().isoformat()
    for ref, name, edition, state in tx.rows(queries.OPEN_CASES, (place.log,)):
        if barriers.is_hidden(ref, out):
            continue
        workflow = place.edition(tx, edition, name).workflow
        wanted = [workflow.states[state].waiting_on]
        wanted += _to_be_told(workflow, [row[1:] for row in notices if row[0] == ref])
        own = standing.get(barring.main(ref), barring.NONE)
        here = Here(place, tx, barring.narrowed(place.directory, own, day))
        for gap in gaps(here, workflow, ref, wanted):
            found.setdefault(gap, {})[ref] = None
    return [
        {**gap._asdict(), "told": list(gap.told), "refs": list(refs)}
        for gap, refs in sorted(found.items())
    ]


def _to_be_told(workflow: Workflow, notices: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    """The roles and groups behind notices that wait, and on whom their timescales wait."""
    for timescale, notice in notices:
        known = workflow.timescales.get(timescale)
        if known:
            yield known.waiting_on
            yield from (name for one in known.notices if one.id == notice for name in one.tell)


def gaps(here: Here, workflow: Workflow, ref: str, names: Iterable[str]) -> Iterator[Gap]:
    """The roles and groups among these of which nobody is there, on one case."""
    directory, day = here.directory, here.place.today().isoformat()
    for name in dict.fromkeys(names):
        group, role = workflow.groups.get(name), workflow.roles.get(name)
        if group:
            agencies = (one.id for one in directory.of_kinds(group.kinds, day))
            yield from (gap for one in agencies for gap in _of_agency(here, one, day))
        elif role and role.own_agency:
            for agency in concerned(view(here.place, here.tx, ref).case, workflow):
                yield from _at(here, workflow, name, agency, day)
        elif role and not role.outside and not directory.holders(name, day):
            told = tuple(one.person for one in directory.to_tell(name, day))
            why = AWAY if directory.appointed(name, day) else NOBODY
            yield Gap(name, "", name_of(workflow, name), why, told)


def _of_agency(here: Here, agency: str, day: str) -> Iterator[Gap]:
    directory = here.directory
    contact = directory.agencies[agency].contact
    told = tuple(one.person for one in directory.contact(agency, day))
    if contact and not directory.away(contact, day):
        return
    why = CONTACT_AWAY if contact else NO_CONTACT
    yield Gap("", agency, title_of(here.place, agency), why, told)


def _at(here: Here, workflow: Workflow, role: str, agency: str, day: str) -> Iterator[Gap]:
    directory = here.directory
    if any(one.agency == agency for one in directory.holders(role, day)):
        return
    told = tuple(one.person for one in directory.to_tell_at(role, (agency,), day))
    held = any(one.agency == agency for one in directory.appointed(role, day))
    title = f"{name_of(workflow, role)} ({title_of(here.place, agency)})"
    yield Gap(role, agency, title, AWAY if held else NOBODY, told)
