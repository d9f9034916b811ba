"""The clock: what is due fires, in batches decided and committed together; what cannot fire is set
aside loudly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from engine import statements
from engine.case import Actor, Case, Context, Key
from engine.commands import drawn
from engine.database import Transaction
from engine.decide.draft import Draft
from engine.decide.timing import firing
from engine.errors import StorageError
from engine.service.changing import save
from engine.service.starting import sealed_tick
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
    """Fire every notice whose moment has come; each fires once, with any number of workers.

    What cannot be fired is left to the next tick, and after `TRIES` of them set aside.
    """
    done = Fired()
    left: set[Key] = set()
    while True:
        found = _one_batch(place, batch, left)
        done = Fired(
            done.notices + found.notices,
            done.set_aside + found.set_aside,
            done.failed + found.failed,
        )
        if found.notices + found.set_aside == 0:
            return done


def _one_batch(place: Workplace, batch: int, left: set[Key]) -> Fired:
    try:
        with place.database.write() as tx:
            return Fired(notices=_fire(place, tx, _due(place, tx, batch), whole=True))
    except StorageError:
        raise
    except Exception:
        # Whatever one case suffers from, the others are told in time.
        return _case_by_case(place, batch, left)


def _case_by_case(place: Workplace, batch: int, left: set[Key]) -> Fired:
    with place.database.read() as tx:
        rows = tx.rows(statements.DUE_NOTICES_UNLOCKED, (place.log, micros(place), batch))
    due = sorted({tuple(row) for row in rows} - left)
    fired = set_aside = failed = 0
    for _, keys in groupby(due, key=lambda key: str(key[0])):
        of_case = list(keys)
        if (count := _tried(place, of_case, whole=True)) is not None:
            fired += count
            continue
        for key in of_case:
            if (count := _tried(place, [key], whole=False)) is not None:
                fired += count
            elif _failed(place, key) >= TRIES and _set_aside(place, key):
                set_aside += 1
            else:
                left.add(key)
                failed += 1
    return Fired(fired, set_aside, failed)


def _tried(place: Workplace, due: Sequence[Key], *, whole: bool) -> int | None:
    """How many were fired; None when that failed."""
    try:
        with place.database.write() as tx:
            return _fire(place, tx, due, whole=whole)
    except StorageError:
        raise
    except Exception:
        return None


def _fire(place: Workplace, tx: Transaction, due: Sequence[Key], *, whole: bool) -> int:
    """Fire what is due; with `whole` all that is due on these cases, wherever the batch ends.

    So a late reminder always knows of the escalation that has come after it.
    """
    drafts = []
    fired = 0
    for ref, keys in groupby(sorted(due), key=lambda key: str(key[0])):
        draft = _draft(place, tx, ref)
        waiting = _waiting(draft, micros(place))
        wanted = waiting if whole else [key for key in keys if key in waiting]
        firing.fire(draft, wanted)
        drafts.append(draft)
        fired += len(wanted)
    if drafts:
        save(place, tx, drafts, "")
    return fired


def _waiting(draft: Draft, now: int) -> list[Key]:
    """What is due on a case, now that nobody else can change it."""
    rows = draft.case.rows.table("notices").items()
    return [key for key, row in rows if row["status"] == "waiting" and row["at"] <= now]


def _draft(place: Workplace, tx: Transaction, ref: str) -> Draft:
    case = Case(ref, place.store.load_to_change(tx, ref, whole=False))
    return drafted_by_the_clock(place, tx, case)


def drafted_by_the_clock(place: Workplace, tx: Transaction, case: Case) -> Draft:
    """The beginning of a change that the engine makes by itself."""
    edition = place.edition(tx, case.row["edition"], case.row["workflow"])
    return Draft(
        case,
        edition,
        by_the_clock(place),
        place.directory,
        lambda: place.calendar(edition, tx),
        place.randomness,
    )


def by_the_clock(place: Workplace) -> Context:
    """The context of what the engine does by itself: nobody decided it, the clock did."""
    now = place.clock()
    return Context(
        log=place.log,
        now=now,
        today=place.today(),
        actor=Actor(decided="clock", recorded="clock", door="worker", proof="the engine itself"),
        command=drawn(place.randomness),
        happened=place.today().isoformat(),
        clock=place.clock_kind,
    )


def _due(place: Workplace, tx: Transaction, most: int) -> list[Key]:
    sql = statements.due_notices(lock=tx.locks_rows)
    return [tuple(row) for row in tx.rows(sql, (place.log, micros(place), most))]


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


def _set_aside(place: Workplace, key: Key) -> bool:
    """Give a notice up; no where not even that can be recorded, because its case cannot be read."""
    try:
        with place.database.write() as tx:
            draft = _draft(place, tx, str(key[0]))
            if key in _waiting(draft, micros(place)):
                firing.set_aside(draft, key)
                save(place, tx, [draft], "")
    except StorageError:
        raise
    except Exception:
        return False
    return True


def micros(place: Workplace) -> int:
    """Now, in microseconds since 1970 UTC: what the moments of notices are compared with."""
    return int(place.clock().timestamp() * 1_000_000)


def ticked(place: Workplace) -> None:
    """Keep when the clock last ticked, sealed, so that its silence is noticed."""
    now = micros(place)
    seal = sealed_tick(place, now)
    with place.database.write() as tx:
        if tx.run(statements.update("ticks", ("ticked", "seal")), (now, seal, place.log)) == 0:
            tx.run(statements.insert("ticks"), (place.log, now, seal))
