"""Moving open cases to another edition: each case with its linked cases in a transaction of its
own, so that whatever happens leaves whole cases.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from engine import queries
from engine.barring import standing
from engine.case import Case
from engine.database import Transaction
from engine.dates import said
from engine.decide.draft import Draft
from engine.decide.moving import migrating
from engine.decide.moving.carrying import Between
from engine.decide.moving.migrating import Plan, Wishes
from engine.decide.moving.moves import MOVED
from engine.decide.what_if.replaying import Impossible, Replay
from engine.definition import Workflow
from engine.edition import Edition
from engine.errors import Need, RefusedError, UsageError
from engine.service import access
from engine.service.looking.kept import left_to
from engine.service.moving.choosing import edition_in_use
from engine.service.moving.families import (
    UNREADABLE,
    Moved,
    apart,
    draft_under,
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


class Move(NamedTuple):
    """What is wanted: the open cases of a process moved to an edition of it."""

    workflow: str
    to: str
    """The edition, by its name or the first digits of its hash."""
    wishes: Wishes = Wishes()
    refs: tuple[str, ...] = ()
    """The cases; all that are open when empty."""


def target(place: Workplace, move: Move) -> Edition:
    """The edition to which cases are moved. Raises UsageError where none is in use by that name."""
    with place.database.read() as tx:
        return edition_in_use(place, tx, move.workflow, move.to)


def to_come(place: Workplace, new: Workflow) -> str:
    """The first day on which an edition is in force, where no case is opened under it yet, so that
    none is moved to it; empty from that day on.
    """
    return new.in_force_from if new.in_force_from > place.today().isoformat() else ""


def need_in_force(place: Workplace, new: Workflow) -> None:
    """Raise UsageError before the first day on which an edition is in force."""
    if day := to_come(place, new):
        raise UsageError(
            f"Edition {new.edition} is in force from {said(day, short=True)}, and no case is moved "
            "to it before that day. --dry-run says what moving would come to."
        )


def _target(place: Workplace, by: By, move: Move) -> Edition:
    new = target(place, move)
    try:
        need_keeper(place, by, new)
    except RefusedError as error:
        access.refused(place, by, "migrate", "", error)
        raise
    return new


def foreseen(place: Workplace, by: By, move: Move) -> Iterator[Moved]:
    """What moving each case would come to; nothing is written.

    Raises RefusedError for somebody who does not keep the record under that edition.
    """
    new = _target(place, by, move)
    for ref in one_by_one(place, wanted(place, move.workflow, move.refs, new.hash)):
        try:
            with place.database.read() as tx:
                found = _seen(place, tx, by, (ref, new, move.wishes))
        except RefusedError as error:
            access.refused(place, by, "migrate", ref, error)
            found = Moved(ref, sentence=str(error), needs=error.unmet)
        except UNREADABLE:
            found = Moved(ref, sentence=unreadable(ref))
        yield found


def migrate(place: Workplace, by: By, move: Move) -> Iterator[Moved]:
    """Move each case, one after the other; one that cannot be moved stays under its edition.

    Raises RefusedError for somebody who does not keep the record under that edition, and UsageError
    before the first day on which it is in force.
    """
    new = _target(place, by, move)
    need_in_force(place, new.workflow)
    for ref in one_by_one(place, wanted(place, move.workflow, move.refs, new.hash)):
        yield apart(place, by, ref, partial(_move, place, by, (ref, new, move.wishes)))


def _own(edition: Edition, workflow: str) -> Edition | None:
    """The process of a case within an edition; None where the edition has none of that name."""
    return edition if edition.workflow.name == workflow else edition.children.get(workflow)


def _seen(place: Workplace, tx: Transaction, by: By, wish: tuple[str, Edition, Wishes]) -> Moved:
    """What moving a case would come to, as it is now."""
    ref, new, wishes = wish
    found = Moved(ref)
    for one in family(place, tx, ref):
        case = Case(one, place.store.load(tx, one))
        plan = _plan(place, tx, by, case, (new, wishes))
        found.plans.append(plan)
        found.opened = found.opened or _edition_name(place, tx, case)
    return _judged(found)


def _judged(found: Moved) -> Moved:
    needs = [(plan.ref, need) for plan in found.plans for need in plan.needs]
    if needs:
        found.sentence = str(migrating.refusal(found.plans[0]))
        found.needs = tuple(of_linked(found.ref, *one) for one in needs)
    return found


def _edition_name(place: Workplace, tx: Transaction, case: Case) -> str:
    row = case.row
    return place.edition(tx, row["edition"], row["workflow"]).workflow.edition


def _plan(
    place: Workplace, tx: Transaction, by: By, case: Case, wish: tuple[Edition, Wishes]
) -> Plan:
    new, wishes = wish
    row = case.row
    old, own = place.edition(tx, row["edition"], row["workflow"]), _own(new, row["workflow"])
    if own is None:
        what = f'the new edition has no linked process like "{old.workflow.title}"'
        gone = Need(what, how="keep that process in the edition")
        return Plan(
            case.ref, row["workflow"], row["edition"], new.hash, case.state, "", "", needs=(gone,)
        )
    if "." not in case.ref:
        need_keeper(place, by, old)
    fresh = replayed(place, tx, case.ref, new)
    before = _impossible_anyway(place, tx, case, fresh)
    between = Between(
        case,
        old,
        own,
        dict(fresh.rows.table("deadlines")),
        place.calendar(own),
        place.today(),
        wishes.clocks,
        wishes.provision,
        wishes.later,
        left_to(place, tx, case),
    )
    return migrating.planned(between, fresh, before, wishes)


def _impossible_anyway(
    place: Workplace, tx: Transaction, case: Case, fresh: Replay
) -> Sequence[Impossible]:
    """What cannot be repeated even under its own edition, as when people are not what they were."""
    if not fresh.impossible:
        return ()
    main = case.ref.partition(".")[0]
    row = tx.row(queries.CASE_OF, (place.log, main))
    assert row is not None
    own = place.edition(tx, case.row["edition"], str(row[0]))
    return replayed(place, tx, case.ref, own).impossible


def _move(
    place: Workplace, by: By, wish: tuple[str, Edition, Wishes], tx: Transaction
) -> tuple[Moved, list[Draft]]:
    ref, new, wishes = wish
    found, loaded = Moved(ref), []
    # Each is locked as it is loaded, the case above first, so that no step comes in between.
    case = Case(ref, place.store.load_to_change(tx, ref))
    row, barred = case.row, standing(case.rows.table("barriers")).bars(by.person)
    if row["closed_on"] is not None or row["edition"] == new.hash or barred:
        raise RefusedError(f"{ref} was closed, or moved, by somebody else meanwhile.")
    for one in family(place, tx, ref):
        case = Case(one, place.store.load_to_change(tx, one))
        found.plans.append(_plan(place, tx, by, case, (new, wishes)))
        found.opened = found.opened or _edition_name(place, tx, case)
        loaded.append(case)
    if _judged(found).refused:
        raise RefusedError(found.sentence, found.needs)
    drafts: list[Draft] = []
    for case, plan in zip(loaded, found.plans, strict=True):
        old = place.edition(tx, plan.old, plan.workflow)
        own = _own(new, plan.workflow)
        assert own is not None
        draft = draft_under(place, by, case, own, drafts)
        migrating.migrate(draft, old, plan, wishes)
        mark_packs(place, tx, draft, MOVED)
        drafts.append(draft)
    return found, drafts
