"""The clock: what is due fires, in batches decided and committed together; what cannot fire is set
aside loudly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from engine import statements
from engine.case import Actor, Case, Context, Key
from engine.database import Transaction
from engine.decide import firing
from engine.decide.draft import Draft
from engine.errors import EngineError, StorageError
from engine.service.changing import save
from engine.service.workplace import Workplace

BATCH = 500
"""How many due notices are fired in one transaction."""
TRIES = 3
"""After so many failures a notice is set aside."""


@dataclass(frozen=True, slots=True)
class Fired:
    """What one tick did."""

    notices: int = 0
    set_aside: int = 0
    failed: int = 0


def fire_due(place: Workplace, batch: int = BATCH) -> Fired:
    """Fire every notice whose moment has come; each fires once, with any number of workers."""
    done = Fired()
    while True:
        found = _one_batch(place, batch)
        done = Fired(
            done.notices + found.notices,
            done.set_aside + found.set_aside,
            done.failed + found.failed,
        )
        if found.notices + found.set_aside == 0:
            return done


def _one_batch(place: Workplace, batch: int) -> Fired:
    try:
        with place.database.write() as tx:
            return Fired(notices=_fire(place, tx, _due(place, tx, batch)))
    except StorageError:
        raise
    except EngineError:
        return _one_by_one(place, batch)


def _one_by_one(place: Workplace, batch: int) -> Fired:
    with place.database.read() as tx:
        due = tx.rows(statements.DUE_NOTICES_UNLOCKED, (place.log, micros(place), batch))
    fired = set_aside = failed = 0
    for row in due:
        key: Key = tuple(row)
        try:
            with place.database.write() as tx:
                fired += _fire(place, tx, _still_due(place, tx, key))
        except StorageError:
            raise
        except EngineError:
            if _failed(place, key) >= TRIES:
                _set_aside(place, key)
                set_aside += 1
            else:
                failed += 1
    return Fired(fired, set_aside, failed)


def _fire(place: Workplace, tx: Transaction, due: Sequence[Key]) -> int:
    drafts = []
    for ref, keys in groupby(sorted(due), key=lambda key: str(key[0])):
        draft = _draft(place, tx, ref)
        wanted = [key for key in keys if key in draft.case.rows.table("notices")]
        firing.fire(draft, wanted)
        drafts.append(draft)
    if drafts:
        save(place, tx, drafts, "")
    return len(due)


def _draft(place: Workplace, tx: Transaction, ref: str) -> Draft:
    rows = place.store.load(tx, ref, lock=True)
    row = rows.table("cases")[(ref,)]
    edition = place.edition(tx, row["edition"], row["workflow"])
    return Draft(
        Case(ref, rows),
        edition,
        by_the_clock(place),
        place.directory,
        place.calendar(edition),
        place.randomness,
    )


def by_the_clock(place: Workplace) -> Context:
    """The context of what the engine does by itself: nobody decided it, the clock did."""
    return Context(
        log=place.log,
        now=place.clock(),
        today=place.today(),
        actor=Actor(decided="clock", recorded="clock", door="worker", proof="the engine itself"),
        command=place.randomness(16).hex(),
        happened=place.today().isoformat(),
        clock=place.clock_kind,
    )


def _due(place: Workplace, tx: Transaction, most: int) -> list[Key]:
    sql = statements.due_notices(lock=tx.locks_rows)
    return [tuple(row) for row in tx.rows(sql, (place.log, micros(place), most))]


def _still_due(place: Workplace, tx: Transaction, key: Key) -> list[Key]:
    found = tx.row(statements.NOTICE_WAITING, (place.log, *key))
    return [key] if found else []


def _failed(place: Workplace, key: Key) -> int:
    name = "|".join(str(part) for part in key)
    with place.database.write() as tx:
        row = tx.row(statements.FAILURES, (place.log, name))
        times = int(row[0]) + 1 if row else 1
        if row:
            tx.run(statements.update("failures", ("times",)), (times, place.log, name))
        else:
            tx.run(statements.insert("failures"), (place.log, name, times))
    return times


def _set_aside(place: Workplace, key: Key) -> None:
    with place.database.write() as tx:
        if _still_due(place, tx, key):
            draft = _draft(place, tx, str(key[0]))
            firing.set_aside(draft, key)
            save(place, tx, [draft], "")


def micros(place: Workplace) -> int:
    """Now, in microseconds since 1970 UTC: what the moments of notices are compared with."""
    return int(place.clock().timestamp() * 1_000_000)


def ticked(place: Workplace) -> None:
    """Keep when the clock last ticked, sealed, so that its silence is noticed."""
    now = micros(place)
    seal = place.keys.mac(f"tick|{place.log}|{now}".encode())
    with place.database.write() as tx:
        if tx.run(statements.update("ticks", ("ticked", "seal")), (now, seal, place.log)) == 0:
            tx.run(statements.insert("ticks"), (place.log, now, seal))
