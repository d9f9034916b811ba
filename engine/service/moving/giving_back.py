"""Giving moved cases back to the edition of before, each with its linked cases in a transaction of
its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from engine import queries
from engine.case import Case, Rows
from engine.database import Transaction
from engine.decide.draft import Draft
from engine.decide.moving import consenting, returning
from engine.decide.moving.carrying import Carried
from engine.decide.moving.entries import entry
from engine.decide.moving.migrating import Plan, Wishes
from engine.decide.moving.moves import GIVEN_BACK, MIGRATED
from engine.edition import Edition
from engine.errors import Need, RefusedError
from engine.service import access
from engine.service.bank_holidays import recounting
from engine.service.moving.families import (
    UNREADABLE,
    Events,
    Moved,
    apart,
    draft_under,
    events_of,
    family,
    mark_packs,
    need_keeper,
    of_linked,
    one_by_one,
    unreadable,
    wanted,
)
from engine.service.rehearsals.replaying import replayed
from engine.service.workplace import By, Workplace

NOTHING = Wishes()
"""Nothing was chosen, and nothing agreed to."""


class Back(NamedTuple):
    """What is wanted: moved cases of a process given back."""

    workflow: str
    refs: tuple[str, ...] = ()
    """The cases; all that were moved when empty."""
    wishes: Wishes = NOTHING


def give_back(
    place: Workplace, by: By, workflow: str, refs: Sequence[str] = (), wishes: Wishes = NOTHING
) -> Iterator[Moved]:
    """Give each case that was moved back to the edition of before, if it can be.

    `wishes` says of which duties it was agreed that they then end later, or are counted no more.
    """
    for ref in one_by_one(place, wanted(place, workflow, refs, "")):
        with place.database.read() as tx:
            moved = returning.last_move(events_of(place, tx, ref)) is not None
        if moved or refs:
            yield apart(place, by, ref, partial(_back, place, by, (ref, wishes)))


def foreseen(place: Workplace, by: By, back: Back) -> Iterator[Moved]:
    """What giving each case back would come to; nothing is written."""
    for ref in one_by_one(place, wanted(place, back.workflow, back.refs, "")):
        try:
            with place.database.read() as tx:
                if not back.refs and returning.last_move(events_of(place, tx, ref)) is None:
                    continue
                found = _seen(place, by, (ref, back.wishes), tx)
        except RefusedError as error:
            if error.unmet:
                # Who may not look is entered; that there is nothing to give back is an answer.
                access.refused(place, by, "migrate", ref, error)
            found = Moved(ref, sentence=str(error), needs=error.unmet)
        except UNREADABLE:
            found = Moved(ref, sentence=unreadable(ref))
        yield found


class _Way(NamedTuple):
    """A case that is given back: all its events, the migration that is taken back, the edition to
    which it is given, and the one that governs it.
    """

    case: Case
    events: Events
    move: returning.Move
    former: Edition
    now: Edition


class _Found(NamedTuple):
    """What giving a case back comes to: its clocks, and what stands in the way."""

    draft: Draft
    clocks: Sequence[Carried]
    needs: Sequence[Need]


def _seen(place: Workplace, by: By, wish: tuple[str, Wishes], tx: Transaction) -> Moved:
    """What giving a case back would come to, as it is now."""
    ref, wishes = wish
    ways = [_way(place, tx, one, place.store.load(tx, one)) for one in family(place, tx, ref)]
    every = _looked_at(place, by, wishes, tx, ways)
    needs = _of_all(ref, every)
    return Moved(
        ref,
        [_plan(way, one) for way, one in zip(ways, every, strict=True)],
        _refusal(ref) if needs else "",
        needs,
        ways[0].former.workflow.edition,
    )


def _plan(way: _Way, one: _Found) -> Plan:
    """Where a case would be, with all its clocks that run or would."""
    row, body = way.case.row, way.move.event["body"]
    touched = {clock.key for clock in one.clocks}
    every = way.now.workflow.timescales
    left = [
        Carried(key, every[str(key[1])].title, "back", dict(row), {})
        for key, row in way.case.open_deadlines()
        if key not in touched
    ]
    to = str(body["from"])
    return Plan(
        ref=way.case.ref,
        workflow=str(row["workflow"]),
        old=str(row["edition"]),
        new=way.move.former,
        came_from=way.case.state,
        to=to,
        state=way.former.workflow.states[to].title,
        clocks=(*one.clocks, *left) if not one.needs or one.clocks else (),
        needs=tuple(one.needs),
    )


def _back(
    place: Workplace, by: By, wish: tuple[str, Wishes], tx: Transaction
) -> tuple[Moved, list[Draft]]:
    ref, wishes = wish
    change = place.store.load_to_change
    change(tx, ref)
    ways = [_way(place, tx, one, change(tx, one)) for one in family(place, tx, ref)]
    every = _looked_at(place, by, wishes, tx, ways)
    if needs := _of_all(ref, every):
        raise RefusedError(_refusal(ref), needs)
    found = Moved(ref, opened=ways[0].former.workflow.edition)
    for way, one in zip(ways, every, strict=True):
        found.looser += [(way.case.ref, clock) for clock in one.clocks if clock.looser]
        returning.give_back(one.draft, one.clocks, way.events, way.move)
        # A bank holiday may have come meanwhile that moved no clock of the later edition.
        recounting.recounted(place, tx, one.draft)
        mark_packs(place, tx, one.draft, GIVEN_BACK)
    return found, [one.draft for one in every]


def _refusal(ref: str) -> str:
    return f"{ref} cannot be given back to its former edition; it stays as it is."


def _of_all(ref: str, every: Sequence[_Found]) -> tuple[Need, ...]:
    return tuple(of_linked(ref, one.draft.case.ref, need) for one in every for need in one.needs)


def _looked_at(
    place: Workplace, by: By, wishes: Wishes, tx: Transaction, ways: Sequence[_Way]
) -> list[_Found]:
    """What stands in the way of giving each case of a family back, and what becomes of its clocks.

    Raises RefusedError for somebody who does not keep the record under both editions.
    """
    need_keeper(place, by, ways[0].former)
    need_keeper(place, by, ways[0].now)
    found: list[_Found] = []
    for way in ways:
        draft = draft_under(place, by, way.case, way.former, [one.draft for one in found])
        clocks: list[Carried] = []
        lacking = [*returning.in_the_way(draft, way.now, way.events, way.move)]
        lacking += _refused_since(place, tx, way)
        if not lacking:
            clocks = returning.carried_back(
                draft, way.now, way.events, way.move, partial(_edition, place, tx, way.case)
            )
            lacking += consenting.lacking(clocks, wishes.clocks, wishes.later)
        found.append(_Found(draft, clocks, lacking))
    return found


def _edition(place: Workplace, tx: Transaction, case: Case, content_hash: str) -> Edition:
    return place.edition(tx, content_hash, str(case.row["workflow"]))


def _way(place: Workplace, tx: Transaction, ref: str, rows: Rows) -> _Way:
    case = Case(ref, rows)
    events = events_of(place, tx, ref)
    move = returning.last_move(events)
    if move is None:
        raise RefusedError(f"{ref} is under the edition that it was opened under.")
    workflow, hashes = case.row["workflow"], (move.former, case.row["edition"])
    former, now = (place.edition(tx, each, workflow) for each in hashes)
    return _Way(case, events, move, former, now)


def _refused_since(place: Workplace, tx: Transaction, one: _Way) -> list[Need]:
    """What was recorded since the migration that the former edition would have refused."""
    if all(event["type"] in _OF_ITSELF for event in one.events[one.move.n :]):
        return []
    main = tx.row(queries.CASE_OF, (place.log, one.case.ref.partition(".")[0]))
    assert main is not None
    former = place.edition(tx, one.move.former, str(main[0]))
    fresh = replayed(place, tx, one.case.ref, former)
    since = [found for found in fresh.impossible if found.n > one.move.n]
    workflows = (one.former.workflow, one.now.workflow)
    return [
        Need(
            f"{entry(found.kind, found.subject, (found.n, found.on), workflows)}, and would have "
            f"been refused there: {found.sentence}"
        )
        for found in since
    ]


_OF_ITSELF = frozenset(
    {
        "notice fired",
        "notice superseded",
        "notice set aside",
        "people told",
        "message sent",
        "message given up",
        "call given up",
        "pack changed",
        MIGRATED,
    }
)
"""What follows by itself, and is refused by no edition."""
