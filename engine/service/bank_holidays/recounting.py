"""Moving clocks in the open when the list of bank holidays changes: first listed, then recorded.

What fired stays fired, and nothing moves but by an event of its own case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from engine import queries
from engine.calendars import Calendar, local_date
from engine.case import RUNNING, Case
from engine.commands import drawn
from engine.database import Transaction
from engine.decide.draft import Draft
from engine.decide.timing.informed import Event
from engine.decide.timing.recounting import Version, may_move, newly_published, recount
from engine.edition import Edition
from engine.errors import StorageError
from engine.service.bank_holidays.moving import Moving, moved, telling
from engine.service.changing import loaded, save
from engine.service.drafting import drafted
from engine.service.packs import following
from engine.service.ticking import drafted_by_the_clock
from engine.service.workplace import By, Workplace

BATCH = 100
"""How many cases are moved in one transaction."""

RECENT = timedelta(days=2)
"""For so long after a change, and at its first tick after it, a worker looks for clocks that the
change has not reached.
"""

_COLUMNS = ("status", "rule", "starts_on", "due_on", "due_from", "due_to", "calendar")


class Settled(NamedTuple):
    """What moving the clocks came to."""

    moved: tuple[Moving, ...] = ()
    failed: tuple[str, ...] = ()
    """The cases that could not be changed."""


def preview(place: Workplace, by: By, calendar: Calendar) -> Settled:
    """Every clock that would move by a calendar of its jurisdiction, which is not in use yet.

    Nothing is written.
    """
    found: list[Moving] = []
    failed: list[str] = []
    with place.database.read() as tx:
        place.almanac.see(tx, place.log)
        for ref in _touched(place, tx, {calendar.jurisdiction: calendar}):
            try:
                found += _would_move(place, tx, by, ref, calendar)
            except StorageError:
                raise
            except Exception:
                failed.append(ref)
    return Settled(tuple(found), tuple(failed))


def stale(place: Workplace, by: By) -> list[Moving]:
    """Every clock that runs by another list than the one in use and falls on another day by it."""
    return [one for each in _in_use(place).values() for one in preview(place, by, each).moved]


def settle(place: Workplace, by: By | None, batch: int = BATCH) -> Settled:
    """Move every clock that the calendars in use move: on behalf of somebody, or of the engine.

    Cases are changed in batches; where one cannot be changed, the others are.
    """
    with place.database.read() as tx:
        place.almanac.see(tx, place.log)
        refs = _touched(place, tx, _in_use(place))
    done: list[Moving] = []
    failed: list[str] = []
    for at in range(0, len(refs), batch):
        some = refs[at : at + batch]
        try:
            done += _one_batch(place, by, some)
        except StorageError:
            raise
        except Exception:
            # Whatever one case suffers from, the clocks of the others move.
            for ref in some:
                done += _tried(place, by, ref, failed)
    return Settled(tuple(done), tuple(failed))


def settle_recent(place: Workplace) -> int:
    """What a worker does before anything fires: move what a change of late has not reached.

    So nothing is left behind where whoever made the change was stopped, or another command counted
    by the list of before in the same moment; nor where no worker has come by since the change.
    Yields how many clocks it moved.
    """
    with place.database.read() as tx:
        if not are_to_move(place, tx):
            return 0
    return len(settle(place, None).moved)


def are_to_move(place: Workplace, tx: Transaction) -> bool:
    """Whether a worker that comes by now looks for clocks that a change of late has not reached."""
    place.almanac.see(tx, place.log)
    ticked = tx.row(queries.TICK, (place.log,))
    last = datetime.fromtimestamp((ticked[0] if ticked else 0) / 1_000_000, UTC)
    since = min(place.today() - RECENT, local_date(last)).isoformat()
    return any(one.changed_on >= since for one in place.almanac.changes)


def recounted(place: Workplace, tx: Transaction, draft: Draft) -> list[Event]:
    """Decide in a draft how the clocks of its case move by its calendar; yields the events by which
    people were told of them before.
    """
    told = telling(place, tx, draft.case.ref)
    recount(draft, _version(place, draft.edition), told)
    return told


def _would_move(
    place: Workplace, tx: Transaction, by: By, ref: str, calendar: Calendar
) -> list[Moving]:
    case = Case(ref, place.store.load(tx, ref))
    edition = place.edition(tx, case.row["edition"], case.row["workflow"])
    now = drafted(place, by, case, edition)
    draft = Draft(case, edition, now.context, now.directory, calendar, now.randomness)
    return list(moved(place, draft, recounted(place, tx, draft)))


def _one_batch(place: Workplace, by: By | None, refs: Sequence[str]) -> list[Moving]:
    with place.database.write() as tx:
        parents = {ref.rpartition(".")[0] for ref in refs} - {""}
        for ref in sorted({*refs, *parents}) if tx.locks_rows else ():
            place.store.lock(tx, ref)
        load = _loader(place, tx, by)
        drafts = [load(ref) for ref in refs]
        found: list[Moving] = []
        for draft in drafts:
            found += moved(place, draft, recounted(place, tx, draft))
        drafts += following.follow(place, tx, drafts, load)
        save(place, tx, drafts, "")
    return found


def _tried(place: Workplace, by: By | None, ref: str, failed: list[str]) -> list[Moving]:
    try:
        return _one_batch(place, by, [ref])
    except StorageError:
        raise
    except Exception:
        failed.append(ref)
        return []


def _loader(place: Workplace, tx: Transaction, by: By | None) -> Callable[[str], Draft]:
    if by is None:
        return lambda ref: drafted_by_the_clock(place, tx, _case(place, tx, ref))
    own = replace(by, key=drawn(place.randomness))
    return lambda ref: loaded(place, tx, own, ref, _keepers)


def _keepers(edition: Edition) -> tuple[str, ...]:
    return edition.workflow.keepers


def _case(place: Workplace, tx: Transaction, ref: str) -> Case:
    return Case(ref, place.store.load_to_change(tx, ref))


def _in_use(place: Workplace) -> dict[str, Calendar]:
    every = {name: place.almanac.in_use(name) for name in place.calendars}
    return {name: calendar for name, calendar in every.items() if calendar is not None}


def _version(place: Workplace, edition: Edition) -> Version:
    return lambda name: place.almanac.version(edition.workflow.working_days, name)


def _touched(place: Workplace, tx: Transaction, now: Mapping[str, Calendar]) -> list[str]:
    """The cases of which a clock, or a notice of one, falls on another day by these calendars."""
    seen: dict[tuple[Any, ...], bool] = {}
    found: set[str] = set()
    published = place.almanac.published_until(now).isoformat()
    for ref, *asked in tx.rows(queries.COUNTED, (place.log, published, published)):
        key = tuple(asked)
        if ref not in found and key not in seen:
            try:
                seen[key] = _may_move(place, tx, key, now)
            except StorageError:
                raise
            except Exception:
                # What is wrong with it is told of its case, when that is to be changed.
                seen[key] = True
        if ref not in found and seen[key]:
            found.add(ref)
    return sorted(found)


def _may_move(
    place: Workplace, tx: Transaction, asked: tuple[Any, ...], every: Mapping[str, Calendar]
) -> bool:
    timescale, pinned, workflow, *values = asked
    row = dict(zip(_COLUMNS, values, strict=True))
    edition = place.edition(tx, pinned, workflow)
    now = every.get(edition.workflow.working_days)
    if now is None or row["calendar"] == now.version:
        return False
    version = _version(place, edition)
    if row["status"] not in RUNNING:
        return newly_published(row, version, now)
    return may_move(edition, timescale, row, version(row["calendar"]), now)
