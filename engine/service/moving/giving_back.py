"""Giving moved cases back to the edition of before, each with its linked cases in a transaction of
its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from engine import queries
from engine.case import Case
from engine.database import Transaction
from engine.decide.draft import Draft
from engine.decide.moving import migrating, returning
from engine.errors import Need, RefusedError
from engine.service.moving.families import (
    Events,
    Moved,
    apart,
    draft_under,
    events_of,
    family,
    mark_packs,
    need_keeper,
    of_linked,
    wanted,
)
from engine.service.rehearsals.replaying import replayed
from engine.service.workplace import By, Workplace


def give_back(place: Workplace, by: By, workflow: str, refs: Sequence[str] = ()) -> Iterator[Moved]:
    """Give each case that was moved back to the edition of before, if it can be."""
    for ref in wanted(place, workflow, refs, ""):
        with place.database.read() as tx:
            moved = returning.last_move(events_of(place, tx, ref)) is not None
        if moved or refs:
            yield apart(place, by, ref, partial(_back, place, by, ref))


def _back(place: Workplace, by: By, ref: str, tx: Transaction) -> tuple[Moved, list[Draft]]:
    place.store.load_to_change(tx, ref)
    moves = [_given_back(place, tx, one) for one in family(place, tx, ref)]
    found, drafts, needs = Moved(ref), list[Draft](), list[Need]()
    for one in moves:
        former = place.edition(tx, one.move.former, one.case.row["workflow"])
        now = place.edition(tx, one.case.row["edition"], one.case.row["workflow"])
        if not drafts:
            need_keeper(place, by, former)
            need_keeper(place, by, now)
        draft = draft_under(place, by, one.case, former, drafts)
        lacking = [*returning.in_the_way(draft, one.events, one.move)]
        lacking += _refused_since(place, tx, one)
        needs += [of_linked(ref, one.case.ref, need) for need in lacking]
        drafts.append(draft)
        found.opened = found.opened or former.workflow.edition
    if needs:
        sentence = f"{ref} cannot be given back to its former edition; it stays as it is."
        raise RefusedError(sentence, tuple(needs))
    for draft, one in zip(drafts, moves, strict=True):
        returning.give_back(draft, one.events, one.move)
        mark_packs(place, tx, draft, returning.CAUSE)
    return found, drafts


class _Back(NamedTuple):
    """A case that is given back: all its events, and the migration that is taken back."""

    case: Case
    events: Events
    move: returning.Move


def _given_back(place: Workplace, tx: Transaction, ref: str) -> _Back:
    case = Case(ref, place.store.load_to_change(tx, ref))
    events = events_of(place, tx, ref)
    move = returning.last_move(events)
    if move is None:
        raise RefusedError(f"{ref} is under the edition that it was opened under.")
    return _Back(case, events, move)


def _refused_since(place: Workplace, tx: Transaction, one: _Back) -> list[Need]:
    """What was recorded since the migration that the former edition would have refused."""
    if all(event["type"] in _OF_ITSELF for event in one.events[one.move.n :]):
        return []
    main = tx.row(queries.CASE_OF, (place.log, one.case.ref.partition(".")[0]))
    assert main is not None
    former = place.edition(tx, one.move.former, str(main[0]))
    fresh = replayed(place, tx, one.case.ref, former)
    since = [found for found in fresh.impossible if found.n > one.move.n]
    return [Need(f"@{found.n} would have been refused there: {found.sentence}") for found in since]


_OF_ITSELF = frozenset(
    {
        "notice fired",
        "notice superseded",
        "notice set aside",
        "people told",
        "message sent",
        "message given up",
        "pack changed",
        migrating.MIGRATED,
    }
)
"""What follows by itself, and is refused by no edition."""
