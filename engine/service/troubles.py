"""Why sending fails: of each message that a notifier did not take, the latest cause.

A cause is a sentence of our own, in which no address of a person, no word of the other side and
nothing of a message stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from engine import statements
from engine.database import Transaction
from engine.errors import DeliveryError
from engine.queries import sending
from engine.service.workplace import Workplace

LONGEST = 300
"""Characters of a cause."""


class Cause(NamedTuple):
    """Why a message was not taken, and by which notifier; empty where none was asked."""

    notifier: str
    sentence: str


class Trouble(NamedTuple):
    """One cause, and how many messages wait because of it since when."""

    notifier: str
    cause: str
    messages: int
    since: str
    """The instant of the first failure, as ISO 8601 in UTC."""

    def plain(self) -> dict[str, str | int]:
        """The same as every document has it."""
        return self._asdict()


def cause_of(error: Exception) -> Cause:
    """Why a message was not taken; of a fault of our own its kind alone."""
    if isinstance(error, DeliveryError):
        return Cause(error.notifier, str(error)[:LONGEST])
    return Cause("", f"A fault of Casetrail itself ({type(error).__name__}).")


def note(place: Workplace, tx: Transaction, causes: Iterable[tuple[str, Cause]], now: int) -> None:
    """Keep why each of these messages was not taken."""
    for message, (notifier, sentence) in causes:
        key = (place.log, message)
        columns = ("notifier", "cause", "latest")
        if tx.row(sending.CAUSE, key):
            tx.run(statements.update("causes", columns), (notifier, sentence, now, *key))
        else:
            tx.run(statements.insert("causes"), (*key, notifier, sentence, now, now))


def forget(place: Workplace, tx: Transaction, messages: Iterable[str]) -> None:
    """These were taken after all."""
    tx.run_many(sending.DROP_CAUSE, [(place.log, message) for message in messages])


def troubles(place: Workplace) -> list[Trouble]:
    """Why messages wait that were tried, the latest cause first."""
    with place.database.read() as tx:
        rows = tx.rows(sending.TROUBLES, (place.log,))
    return [
        Trouble(notifier, cause, int(messages), _instant(int(since)))
        for notifier, cause, messages, since, _ in rows
    ]


def _instant(micros: int) -> str:
    return f"{datetime.fromtimestamp(micros / 1e6, UTC):%Y-%m-%dT%H:%M:%SZ}"
