"""The access log: a sealed stream of its own for reads of personal values, searches, exports and
refusals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.case import Actor, AnswerKey, Context
from engine.commands import drawn
from engine.database import Transaction
from engine.decide.draft import Chain
from engine.errors import RefusedError
from engine.service.workplace import By, Workplace

STREAM = "access"
STORE = "store"
NOT_RECORDED, CLOSED = "not recorded", "closed"
"""Why something of a known system was refused: for what is wrong in it, or in config.toml."""
UNKNOWN = "unknown"
"""A step that no process has: what was typed is not kept."""


Entry = tuple[str, Mapping[str, Any], Mapping[str, str]]
"""A type from the closed list, a public body, and what of it is personal."""


def refused(
    place: Workplace, by: By, verb: str, ref: str, error: RefusedError, subject: str = ""
) -> None:
    """Log that a command was refused: by whom, which, on what case; never what was given with
    it.
    """
    body = {"verb": verb, "ref": ref, "subject": subject, "unmet": len(error.unmet)}
    log(place, by, ("refused", body, {}))


def log(place: Workplace, by: By, entry: Entry) -> None:
    """Add one entry to the access log, in a transaction of its own.

    Raises StorageError when it cannot be written; a personal value is then not shown.
    """
    with place.database.write() as tx:
        append(place, tx, STREAM, visitor(place, by), [entry])


def append(
    place: Workplace, tx: Transaction, stream: str, who: Actor, entries: Sequence[Entry]
) -> Chain:
    """Add events to a stream that is no case, within a transaction."""
    today, now = place.today(), place.clock()
    around = Context(
        log=place.log,
        now=now,
        today=today,
        actor=who,
        command=drawn(place.randomness),
        happened=today.isoformat(),
        clock=place.clock_kind,
    )
    n, head = place.store.head(tx, stream)
    if not n:
        # No row is there yet that could be locked.
        tx.exclusive(f"stream|{place.log}|{stream}")
        n, head = place.store.head(tx, stream)
    chain = Chain(around, stream, n, head)
    for kind, body, private in entries:
        sealed = {}
        for name, value in private.items():
            key = AnswerKey(name, "", chain.n + 1)
            salt = place.randomness(32)
            sealed[str(key)] = chain.commit_to(key, f"{stream}/{name}", value, salt)
        chain.add(kind, body, sealed)
    place.store.append_beside(tx, chain)
    place.vault.put(tx, chain.secrets)
    return chain


def visitor(place: Workplace, by: By) -> Actor:
    """Whoever stands at the door, as far as it is known."""
    return Actor(decided=by.person, recorded=by.person, door=place.door, proof=by.claimed)


def itself(place: Workplace) -> Actor:
    """The engine, when it keeps something of its own accord."""
    return Actor(decided="casetrail", recorded="casetrail", door=place.door, proof="the engine")
