"""Messages that were given up and that nobody has dealt with: told once more before it is too late.

A message with a day that did not arrive is a task, and somebody else was told at once. Where that
task is still open on the last working day, all who can act are told, once: so a loss that its first
reader let lie does not run into the limit unseen.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from engine import queries
from engine.canonical import parse
from engine.case import Case
from engine.database import Transaction
from engine.decide.entries import lost
from engine.errors import StorageError
from engine.service.changing import save
from engine.service.deliveries import lost_message
from engine.service.outbox import limit
from engine.service.ticking import drafted_by_the_clock, micros
from engine.service.workplace import Workplace

BEFORE: Final = 3 * 3600 * 1_000_000
"""How long before noon of the last working day, in microseconds: at nine in the morning."""
AFTER: Final = timedelta(hours=1)
"""What whoever was told first has, where it was given up later than that."""
FAR: Final = timedelta(days=14)
"""No last working day lies further from the day itself."""


def escalate(place: Workplace) -> int:
    """Tell of the losses that nobody has dealt with, each once; how many there were.

    Raises StorageError when the store cannot be written.
    """
    today = place.today()
    days = (today.isoformat(), (today + FAR).isoformat())
    with place.database.read() as tx:
        rows = tx.rows(queries.UNDEALT, (place.log, *days))
    return sum(_escalated(place, row[:7]) for row in rows if _is_time(place, row[5], row[7]))


def _is_time(place: Workplace, by_when: str, given_up: str) -> bool:
    told = datetime.fromisoformat(given_up)
    return micros(place) >= limit(place, by_when) - BEFORE and place.clock() >= told + AFTER


def _escalated(place: Workplace, row: tuple[Any, ...]) -> bool:
    try:
        with place.database.write() as tx:
            return _escalate(place, tx, row)
    except StorageError:
        raise
    except Exception:
        # Whatever one case suffers from, the others are told in time.
        return False


def _escalate(place: Workplace, tx: Transaction, row: tuple[Any, ...]) -> bool:
    message, ref, *_, n = row
    draft = drafted_by_the_clock(
        place, tx, Case(ref, place.store.load_to_change(tx, ref, whole=False))
    )
    found = lost_message(place, tx, row)
    # Only now nobody else can close its task, or tell of it, meanwhile.
    waits = tx.rows(queries.UNDEALT_OF, (place.log, ref, message))
    if not (waits and found.is_told and _matters(place, tx, draft.case, n)):
        return False
    lost.tell_again(draft, found)
    save(place, tx, [draft], "")
    return True


def _matters(place: Workplace, tx: Transaction, case: Case, n: int) -> bool:
    """Whether the clock still runs that a message was about, if it was about one."""
    event = parse(tx.rows(queries.EVENT, (place.log, case.ref, n))[0][0])
    body = event["body"]
    if "timescale" not in body:
        return True
    key = (case.ref, body["timescale"], body["of"], body["no"])
    return key in dict(case.open_deadlines())
