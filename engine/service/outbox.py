"""The outbox: messages are claimed, handed to a notifier, tried again with patience, and given up
loudly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from engine import statements
from engine.case import Case
from engine.database import Transaction
from engine.decide import tasks
from engine.decide.draft import Draft
from engine.errors import DeliveryError
from engine.service.changing import save
from engine.service.ticking import by_the_clock, micros
from engine.service.workplace import Workplace

LEASE = 120 * 1_000_000
"""How long a claim lasts, in microseconds; then another worker may try."""
PATIENCE = (60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
"""Seconds to wait after each failure; after the last one the message is given up."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as the outbox holds it: thin, and with nobody's name."""

    id: str
    ref: str
    person: str
    role: str
    what: str
    by_when: str
    urgent: bool
    n: int


class Sender(Protocol):
    """Hands a message to whatever reaches the person."""

    def __call__(self, message: Outgoing) -> str:
        """Send it and give the receipt. Raises DeliveryError."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What one round of sending did."""

    sent: int = 0
    failed: int = 0
    given_up: int = 0


def send_waiting(place: Workplace, sender: Sender, most: int = 500) -> Sent:
    """Send what waits and is due for a try, each at least once, with its own id."""
    sent = failed = given_up = 0
    for _ in range(most):
        claimed = _claim(place)
        if claimed is None:
            break
        message, fence, tries = claimed
        try:
            receipt = sender(message)
        except DeliveryError as error:
            if error.again and tries <= len(PATIENCE):
                failed += 1
                _later(place, message.id, fence, tries)
            else:
                given_up += _settle(place, message, fence, _give_up)
        else:
            sent += _settle(place, message, fence, partial(_done, receipt=receipt))
    return Sent(sent, failed, given_up)


def _claim(place: Workplace) -> tuple[Outgoing, int, int] | None:
    now = micros(place)
    with place.database.write() as tx:
        # On PostgreSQL a lock on the message alone would show two workers the same old attempt.
        tx.exclusive(f"outbox|{place.log}")
        row = tx.row(statements.claimable(lock=tx.locks_rows), (place.log, now, now))
        if row is None:
            return None
        message, (tries, fence) = _outgoing(row[:8]), row[8:]
        if tries is None:
            tx.run(statements.insert("attempts"), (place.log, message.id, 1, 0, now + LEASE, 1))
            return message, 1, 1
        columns = ("tries", "lease_until", "fence")
        values = (tries + 1, now + LEASE, fence + 1, place.log, message.id)
        tx.run(statements.update("attempts", columns), values)
        return message, fence + 1, tries + 1


def _outgoing(row: Sequence[Any]) -> Outgoing:
    message, ref, person, role, what, by_when, urgent, n = row
    return Outgoing(message, ref, person, role, what, by_when, bool(urgent), int(n))


def _later(place: Workplace, message: str, fence: int, tries: int) -> None:
    at = micros(place) + PATIENCE[tries - 1] * 1_000_000
    with place.database.write() as tx:
        if _fenced(place, tx, message, fence):
            columns = ("next_at", "lease_until")
            tx.run(statements.update("attempts", columns), (at, 0, place.log, message))


def _settle(
    place: Workplace, message: Outgoing, fence: int, decide: Callable[[Draft, Outgoing], Any]
) -> int:
    with place.database.write() as tx:
        rows = place.store.load_to_change(tx, message.ref, whole=False)
        # Only now nobody else can settle it meanwhile.
        if not _fenced(place, tx, message.id, fence):
            return 0
        row = rows.table("cases")[(message.ref,)]
        edition = place.edition(tx, row["edition"], row["workflow"])
        draft = Draft(
            Case(message.ref, rows),
            edition,
            by_the_clock(place),
            place.directory,
            place.calendar(edition),
            place.randomness,
        )
        decide(draft, message)
        save(place, tx, [draft], "")
    return 1


def _fenced(place: Workplace, tx: Transaction, message: str, fence: int) -> bool:
    row = tx.row(statements.FENCE, (place.log, message))
    return row is not None and row[0] == fence and row[1] == "waiting"


def _done(draft: Draft, message: Outgoing, receipt: str) -> None:
    body = {"message": message.id, "status": "sent", "receipt": receipt}
    draft.emit("message sent", body)


def _give_up(draft: Draft, message: Outgoing) -> None:
    draft.emit("message given up", {"message": message.id, "status": "given up"})
    what = (
        f'a message could not be delivered to {message.person}: "{message.what}"; tell them '
        f"yourself"
    )
    role = next(iter(draft.workflow.may_open), "")
    tasks.open_tasks(draft, [tasks.Task("message", what, role, message.id)])
