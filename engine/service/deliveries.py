"""What became of messages after they were handed over: they arrived, or they came back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final, Literal

from engine import queries, statements
from engine.canonical import parse
from engine.case import Case
from engine.database import Transaction
from engine.decide.draft import Draft
from engine.decide.entries import lost
from engine.decide.entries.lost import LOSSES, Lost
from engine.errors import DeliveryError, UsageError
from engine.service.changing import save
from engine.service.drafting import drafted
from engine.service.ticking import drafted_by_the_clock, micros
from engine.service.workplace import By, Workplace

Status = Literal["delivered", "permanent-failure", "temporary-failure", "technical-failure"]
"""What a channel says of a message in the end."""

DELIVERED: Final = "message delivered"
FOLLOWED: Final = timedelta(days=3)
"""How long it is asked what became of a message."""
EVERY: Final = 300 * 1_000_000
"""Microseconds between two times that this is asked of one message."""
MOST: Final = 50
"""How many messages are asked about in one round."""

Ask = Callable[[str], str | None]
"""What a channel says of the message with a receipt; None where that channel never tells."""


def settle_delivery(
    place: Workplace, message: str, status: Status, by: By | None = None
) -> tuple[str, ...]:
    """Record that a message, or a digest by its id, was delivered or came back; the cases changed.

    What came back is given up: a task says so, and somebody else is told. To say the same again
    changes nothing, nor does what is said of a message that was given up. `by` is whoever says so,
    where it was not the channel. Raises UsageError where there is no such message.
    """
    changed = []
    with place.database.write() as tx:
        tx.exclusive(f"outbox|{place.log}")
        found = _messages(place, tx, message)
        if not found:
            raise UsageError("There is no such message in the outbox; check that it is of here.")
        drafts: dict[str, Draft] = {}
        for one in found:
            row = tx.row(queries.MESSAGE, (place.log, one))
            assert row is not None
            ref = str(row[0])
            if _is_settled(place, tx, one, row, status):
                continue
            draft = drafts.setdefault(ref, _draft(place, tx, ref, by))
            _settle(draft, lost_message(place, tx, (one, *row[:6])), status)
            changed.append(ref)
        if drafts:
            save(place, tx, list(drafts.values()), "")
    return tuple(dict.fromkeys(changed))


def lost_message(place: Workplace, tx: Transaction, row: tuple[str, ...]) -> Lost:
    """A message as what did not arrive; a row has its id, case, person, role, words, day, entry."""
    message, ref, person, role, what, by_when, n = row
    return Lost(message, person, role, what, by_when, not _tells_of_a_loss(place, tx, ref, int(n)))


def _tells_of_a_loss(place: Workplace, tx: Transaction, ref: str, n: int) -> bool:
    found = tx.row(queries.EVENT, (place.log, ref, n))
    if found is None:
        return False
    event = parse(found[0])
    return event["type"] in LOSSES or "lost" in event["body"]


def _messages(place: Workplace, tx: Transaction, message: str) -> list[str]:
    """The message of this id, or those of the digest that has it."""
    if tx.row(queries.MESSAGE, (place.log, message)):
        return [message]
    wanted = f'%"digest":"{message}"%' if message.isalnum() else ""
    texts = tx.rows(queries.SENT_IN_DIGEST, (place.log, wanted)) if wanted else []
    return [str(parse(row[0])["body"]["message"]) for row in texts]


def _is_settled(
    place: Workplace, tx: Transaction, message: str, row: tuple[object, ...], status: Status
) -> bool:
    if row[6] == "given up":
        return True
    rows = tx.rows(queries.DELIVERIES, (place.log, row[0]))
    return status == "delivered" and any(
        parse(text)["body"]["message"] == message for (text,) in rows
    )


def _settle(draft: Draft, message: Lost, status: Status) -> None:
    if status == "delivered":
        draft.emit(DELIVERED, {"message": message.id})
    else:
        lost.lose(draft, message, lost.BOUNCED, status)


def _draft(place: Workplace, tx: Transaction, ref: str, by: By | None) -> Draft:
    case = Case(ref, place.store.load_to_change(tx, ref, whole=False))
    if by is None:
        return drafted_by_the_clock(place, tx, case)
    edition = place.edition(tx, case.row["edition"], case.row["workflow"])
    return drafted(place, by, case, edition, tx=tx)


def follow(place: Workplace, ask: Ask) -> int:
    """Ask the channels what became of messages they took; how many turned out one way or other."""
    now = micros(place)
    since = (place.clock() - FOLLOWED).isoformat(timespec="microseconds").replace("+00:00", "Z")
    with place.database.read() as tx:
        rows = tx.rows(queries.FOLLOWED, (place.log, since, now, MOST))
    said: dict[str, str | None] = {}
    done = 0
    for message, text in rows:
        receipt = str(parse(text)["body"]["receipt"])
        if receipt not in said:
            said[receipt] = _asked(ask, receipt)
        status = said[receipt]
        known = _as_status(status)
        if known:
            settle_delivery(place, message, known)
            done += 1
        _ask_again(place, message, now + EVERY if status == SENDING else queries.NEVER)
    return done


SENDING: Final = "sending"
"""What a channel says of a message that is on its way, or that cannot be asked about now."""


def _asked(ask: Ask, receipt: str) -> str | None:
    try:
        return ask(receipt)
    except DeliveryError:
        return SENDING


def _as_status(said: str | None) -> Status | None:
    known: tuple[Status, ...] = (
        "delivered",
        "permanent-failure",
        "temporary-failure",
        "technical-failure",
    )
    return next((one for one in known if one == said), None)


def _ask_again(place: Workplace, message: str, at: int) -> None:
    with place.database.write() as tx:
        tx.run(statements.update("attempts", ("next_at",)), (at, place.log, message))
