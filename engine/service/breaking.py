"""Breaking the glass: somebody reads for an hour a case that is not theirs to read, and two others
are told before anything is shown.

The hour begins when the glass is broken, also where the two are told later: what the trail says of
its end holds, whatever a mail server does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

from engine import barring
from engine.barring import Glass
from engine.calendars import at_local, local_date
from engine.case import Case
from engine.database import Transaction
from engine.decide.draft import Draft
from engine.decide.entries import barriers as entries
from engine.errors import RefusedError
from engine.queries import doors
from engine.service import barriers, outbox
from engine.service.changing import Outcome, Wanted, change, save
from engine.service.looking.private import Rights
from engine.service.outbox import Sender
from engine.service.ticking import drafted_by_the_clock
from engine.service.workplace import By, Workplace
from engine.store import no_case

REVIEWED_IN: Final = 2
"""Working days within which broken glass is reviewed; then more people are told."""


class Broken(NamedTuple):
    """What came of breaking the glass."""

    outcome: Outcome
    glass: Glass
    sent: tuple[str, ...]
    """Who were told, as the trail has it."""
    open: bool
    """Whether the case is shown: two others were told."""


def break_glass(place: Workplace, by: By, ref: str, sender: Sender) -> Broken:
    """Break the glass of a case, tell the others at once, and say whether it is shown.

    Raises RefusedError, also for whoever may read the case as it is; CaseNotFoundError for whoever
    is in conflict with it, as for a case that is not there; and StorageError.
    """

    def act(draft: Draft, tx: Transaction) -> None:
        _need_barred(place, tx, draft)
        entries.break_glass(draft)

    wanted = Wanted("break-glass", ref, act, need_role=_no_role, barred_too=True)
    outcome = change(place, by, wanted)
    with place.database.read() as tx:
        glass = _glass(place, tx, by.person, ref)
        messages = [row[0] for row in tx.rows(doors.MESSAGES_BY, (place.log, ref, glass.n))]
    outbox.send_now(place.seen_by(""), sender, messages)
    with place.database.read() as tx:
        found = tx.rows(doors.TOLD_OF, (place.log, ref, glass.n))
        shown = barriers.opened(place, tx, ref, glass)
    return Broken(outcome, glass, tuple(sorted(str(row[0]) for row in found)), shown)


def _no_role(draft: Draft, verb: str) -> None:
    """Whoever has a part here may break the glass; it is judged where it is decided."""


def _need_barred(place: Workplace, tx: Transaction, draft: Draft) -> None:
    """Raise RefusedError for whoever may read the case as it is, or has broken the glass already;
    CaseNotFoundError for one who is in conflict.
    """
    person, ref = draft.context.actor.recorded, draft.case.ref
    standing = barring.standing(draft.case.rows.table("barriers"))
    if person in standing.conflicted:
        raise no_case(ref)
    now = int(draft.context.now.timestamp() * 1_000_000)
    if standing.broken_by(person, now):
        raise RefusedError(f"You broke the glass of {ref} less than an hour ago; see `show {ref}`.")
    if not standing.bars(person) and Rights(place, tx, person).reader(ref).whole:
        raise RefusedError(f"{ref} is yours to read as it is; `show {ref} --personal --why TEXT`.")


def _glass(place: Workplace, tx: Transaction, person: str, ref: str) -> Glass:
    """The latest glass that somebody broke."""
    every = barring.standing(place.store.barriers(tx, ref)).glass
    return max((one for one in every if one.person == person), key=lambda one: one.n)


def escalate(place: Workplace) -> int:
    """Tell more people of broken glass that nobody has reviewed in time; how much there is."""
    before = int(_since(place).timestamp() * 1_000_000)
    with place.database.read() as tx:
        due = tx.rows(doors.REVIEWS_OVERDUE, (place.log, before))
    for ref, person, n in due:
        with place.database.write() as tx:
            _escalate(place, tx, str(ref), (str(person), int(n)), before)
    return len(due)


def _escalate(
    place: Workplace, tx: Transaction, ref: str, key: tuple[str, int], before: int
) -> None:
    case = Case(ref, place.store.load_to_change(tx, ref))
    draft = drafted_by_the_clock(place, tx, case)
    # It may have been reviewed, or escalated by another worker, before the case was locked.
    rows: Sequence[Sequence[object]] = tx.rows(doors.REVIEWS_OVERDUE, (place.log, before))
    if (ref, *key) in {tuple(row) for row in rows}:
        entries.overdue(draft, *key)
        save(place, tx, [draft], "")


def _since(place: Workplace) -> datetime:
    """The moment before which what was broken is to be reviewed by now."""
    now, day, calendar = place.clock(), local_date(place.clock()), place.own_calendar
    left = REVIEWED_IN
    while left:
        day = date.fromordinal(day.toordinal() - 1)
        left -= calendar.is_working(day)
    return min(now, at_local(day, 9))
