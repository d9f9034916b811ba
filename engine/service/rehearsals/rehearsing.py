"""What would happen on a case by itself from now to a day, and what would collide.

It is decided in memory by the rules by which notices fire. Nothing is written, and no personal
value is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from engine import queries
from engine.calendars import at_local, local_date
from engine.case import Actor, Case, Context, Given, Rows
from engine.database import Transaction
from engine.dates import short_day
from engine.decide.steps.opening import open_case
from engine.decide.what_if.colliding import Collision, collisions, notice_of
from engine.decide.what_if.memory import Around, MemoryDraft, stands_for
from engine.decide.what_if.reaching import why
from engine.decide.what_if.rehearsal import Fired, InMemory, Rehearsal, Supposed
from engine.definition import Workflow
from engine.directory import Appointment, Recipient
from engine.edition import Edition
from engine.errors import DeliveryError, UsageError
from engine.prose import name_of
from engine.service import barriers
from engine.service.bank_holidays import recounting
from engine.service.outbox import Outgoing
from engine.service.rehearsals.reachable import unreachable
from engine.service.titles import title_of
from engine.service.workplace import By, Workplace

NEW = "NEW"
"""The reference of a case that is not there: its own is drawn when it is opened."""
HOUR = 10
"""At ten in the morning a case is opened on another day, and steps are taken, as in scenarios."""
MOST_YEARS = 5
"""How far ahead anything is rehearsed."""


class Mail(NamedTuple):
    """A message as a notifier would send it."""

    to: str
    subject: str
    text: str


Write = Callable[[Outgoing], Mail]
"""Writes a message out; raises DeliveryError for somebody whom config.toml does not name."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be rehearsed: until which day, and what is supposed to be done until then."""

    until: date
    supposed: tuple[tuple[str, date], ...] = ()
    """Steps, each with the day on which it is taken."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """A case that would be opened: under which edition, with which answers, on which day."""

    edition: Edition
    given: tuple[Given, ...] = ()
    since: date | None = None
    """Today when left out."""


def rehearse_case(place: Workplace, by: By, ref: str, wish: Wish, write: Write) -> dict[str, Any]:
    """What would happen on a case that is there, and on its linked cases, if nobody did anything.

    Clocks that a worker moves before anything fires, since a change of the list of bank holidays
    has not reached them yet, are moved. Raises CaseNotFoundError; UsageError for a day that is not
    ahead; and RefusedError for a step that cannot be supposed.
    """
    now = place.clock()
    with place.database.read() as tx:
        linked = sorted(str(row[0]) for row in tx.rows(queries.CHILDREN, (place.log, ref)))
        cases = [loaded(place, tx, one) for one in (ref, *linked)]
        if recounting.are_to_move(place, tx):
            before = Rehearsal(place.log, place.clock_kind, cases)
            for one in cases:
                recounting.recounted(place, tx, before.by_the_clock(one, now))
    return _rehearsed(place, by, cases, now, wish, write)


def rehearse_new(
    place: Workplace, by: By, beginning: Beginning, wish: Wish, write: Write
) -> dict[str, Any]:
    """What would happen on a case that was opened with these answers, if nobody did anything more.

    Personal answers that are asked first count as given. Raises RefusedError when another is
    missing or wrong, and what `rehearse_case` raises.
    """
    edition, now = beginning.edition, place.clock()
    since = beginning.since
    at = now if since in (None, local_date(now)) else at_local(since, HOUR)
    with place.database.read() as tx:
        calendar = place.calendar(edition, tx)
    around = Around(place.directory, calendar)
    case, opener = _opened(place, by, beginning, around, at)
    opened = InMemory(case, edition, place.directory, calendar)
    found = _rehearsed(place, by, [opened], at, wish, write)
    if not opener:
        day = local_date(at).isoformat()
        nobody = Collision("nobody may open it", day, NEW, "", "", edition.workflow.may_open[0])
        found["collisions"].insert(0, _collision(place, edition.workflow, nobody))
    return found


def loaded(place: Workplace, tx: Transaction, ref: str) -> InMemory:
    """A case that is there, to be changed in memory alone. Raises CaseNotFoundError."""
    rows = barriers.rows(place, tx, ref)
    row = rows.table("cases")[(ref,)]
    edition = place.edition(tx, row["edition"], row["workflow"])
    return InMemory(Case(ref, rows), edition, place.directory, place.calendar(edition, tx))


def _opened(
    place: Workplace, by: By, beginning: Beginning, around: Around, at: datetime
) -> tuple[Case, bool]:
    """The case as it would be opened, and whether anybody may open it on that day."""
    edition, day = beginning.edition, local_date(at)
    opener = _who_may_open(place, edition.workflow, by, day.isoformat())
    actor = Actor(by.person, by.person)
    if opener:
        actor = Actor(opener.person, opener.person, opener.role, opener.agency, opener.deputy_for)
    context = Context(
        place.log, at, day, actor, "rehearsed", day.isoformat(), place.clock_kind, "", ""
    )
    case = Case(NEW, Rows())
    draft = MemoryDraft(case, edition if opener else _for_all(edition), context, around, {})
    open_case(draft, [*beginning.given, *_personal(draft, beginning.given)])
    return case, bool(opener)


def _who_may_open(place: Workplace, workflow: Workflow, by: By, day: str) -> Appointment | None:
    """Who opens it: whoever rehearses it, if they may; else the first who holds the role."""
    if not workflow.may_open:
        return Appointment(by.person, "")
    own = place.directory.acting(by.person, workflow.may_open, day)
    held = (one for role in workflow.may_open for one in place.directory.holders(role, day))
    return own or next(held, None)


def _for_all(edition: Edition) -> Edition:
    return Edition(replace(edition.workflow, may_open=()))


def _personal(draft: MemoryDraft, given: Iterable[Given]) -> list[Given]:
    """The personal answers that are asked first and are not given: no rule reads them."""
    named = {one.question for one in given}
    asked = (draft.workflow.questions[name] for name in draft.workflow.opening)
    return [
        Given(question.id, stands_for(draft, question))
        for question in asked
        if question.personal and question.id not in named
    ]


def _rehearsed(
    place: Workplace,
    by: By,
    cases: Sequence[InMemory],
    now: datetime,
    wish: Wish,
    write: Write,
) -> dict[str, Any]:
    today, until = local_date(now), wish.until
    _check(today, wish)
    rehearsal = Rehearsal(place.log, place.clock_kind, cases)
    actor = Actor(by.person, by.person)
    supposed = [Supposed(_hour(day, now), step, actor) for step, day in wish.supposed]
    rehearsal.run(now, at_local(until + timedelta(days=1), 0), supposed)
    main, workflow = cases[0], cases[0].edition.workflow
    found = collisions(rehearsal.fired, cases, today, until)
    found += unreachable(
        rehearsal.fired, lambda one, message: _mail(one, message, write).to, demo=place.demo
    )
    return {
        "ref": main.case.ref,
        "workflow": workflow.name,
        "title": workflow.title,
        "edition": workflow.edition,
        "hash": main.edition.hash,
        "state": main.case.state,
        "state_title": workflow.states[main.case.state].title,
        "from": today.isoformat(),
        "until": until.isoformat(),
        "supposed": [{"transition": step, "on": day.isoformat()} for step, day in wish.supposed],
        "notices": [_notice(place, one, _of(cases, one.ref), write) for one in rehearsal.fired],
        "collisions": [_collision(place, _workflow(cases, one), one) for one in found],
        "caution": workflow.caution,
    }


def _check(today: date, wish: Wish) -> None:
    until = wish.until
    if until < today:
        raise UsageError(
            f"{short_day(until)} lies before {short_day(today)}, on which it begins; give a later "
            "--until."
        )
    if until.year > today.year + MOST_YEARS:
        raise UsageError(f"Nothing is rehearsed for more than {MOST_YEARS} years; end it sooner.")
    for step, day in wish.supposed:
        if not today <= day <= until:
            raise UsageError(
                f"{step} is supposed on {short_day(day)}, which is not between {short_day(today)} "
                f"and {short_day(until)}."
            )


def _hour(day: date, now: datetime) -> datetime:
    return max(at_local(day, HOUR), now)


def _of(cases: Sequence[InMemory], ref: str) -> InMemory:
    return next(one for one in cases if one.case.ref == ref)


def _workflow(cases: Sequence[InMemory], one: Collision) -> Workflow:
    return _of(cases, one.ref or cases[0].case.ref).edition.workflow


def _notice(place: Workplace, one: Fired, case: InMemory, write: Write) -> dict[str, Any]:
    timescale = case.edition.workflow.timescales[one.timescale]
    day = local_date(one.at)
    return {
        "ref": one.ref,
        "on": day.isoformat(),
        "at": one.at.astimezone(UTC).isoformat(),
        "timescale": one.timescale,
        "title": timescale.title,
        "of": one.of,
        "of_title": title_of(place, one.of),
        "no": one.no,
        "notice": one.notice,
        "kind": one.kind,
        "when": notice_of(one, case).at,
        "due_on": one.due_on,
        "late": one.late,
        "told": [
            _told(place, one, case.edition.workflow, message, write) for message in one.messages
        ],
    }


def _told(
    place: Workplace, one: Fired, workflow: Workflow, message: dict[str, Any], write: Write
) -> dict[str, Any]:
    day = local_date(one.at).isoformat()
    told = Recipient(message["person"], message["role"])
    because, mail = why(place.directory, told, day), _mail(one, message, write)
    return {
        "person": told.person,
        "role": told.role,
        "role_title": _role(place, workflow, told.role),
        "why": because.kind,
        "stands_for": because.stands_for,
        "to": mail.to,
        "subject": mail.subject,
        "text": mail.text,
    }


def _role(place: Workplace, workflow: Workflow, role: str) -> str:
    return title_of(place, role) if role in place.directory.agencies else name_of(workflow, role)


def _mail(one: Fired, message: dict[str, Any], write: Write) -> Mail:
    names = ("id", "person", "role", "what", "by_when")
    ident, person, role, what, by_when = (str(message[name]) for name in names)
    urgent = bool(message["urgent"])
    try:
        said = (ident, one.ref, person, role, what, by_when, urgent, one.n)
        return write(Outgoing(*said, on=local_date(one.at).isoformat()))
    except DeliveryError as error:
        return Mail("", "", str(error))


def _collision(place: Workplace, workflow: Workflow, one: Collision) -> dict[str, Any]:
    timescale = workflow.timescales.get(one.timescale)
    return {
        "kind": one.kind,
        "on": one.on,
        "ref": one.ref,
        "timescale": one.timescale,
        "title": timescale.title if timescale else "",
        "of": one.of,
        "of_title": title_of(place, one.of),
        "role": one.role,
        "role_title": _role(place, workflow, one.role) if one.role else "",
        "people": list(one.people),
        "why": one.why,
    }
