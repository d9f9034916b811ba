"""What people sign in by, as it is kept: sealed under the partnership's key, with its failures.

Whoever can write the database cannot put a password there that opens, nor one of somebody else's.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from engine import statements
from engine.canonical import canonical
from engine.database import Transaction
from engine.errors import TrailError
from engine.keys import open_value, seal_value
from engine.queries import doors
from engine.service import access
from engine.service.ticking import micros
from engine.service.workplace import By, Workplace

PASSWORD: Final = "password"
CODE: Final = "code"

MOST_FAILURES = 10
MINUTE = 60_000_000
WITHIN = 15 * MINUTE
"""So many failures within so many microseconds lock a person out."""
LOCKED_FOR = 15 * MINUTE


class Credential(NamedTuple):
    """What one person signs in by."""

    secret: bytes
    """In clear: the hash of a password, or the secret of the codes."""
    set_on: str
    n: int
    """The entry of the access log that says it was set."""
    failures: tuple[int, ...]
    """The moments of the latest, in microseconds."""
    locked_until: int
    used: int
    """The latest half-minute whose code was taken."""

    def is_locked(self, now: int) -> bool:
        """Whether too many failures keep everybody out who claims to be this person."""
        return now < self.locked_until


class Kept(NamedTuple):
    """What is to be kept of somebody."""

    kind: str
    secret: bytes
    used: int = 0


def find(place: Workplace, tx: Transaction, person: str, kind: str) -> Credential | None:
    """What somebody signs in by; None where they have none of the kind.

    Raises TrailError where it was altered.
    """
    row = tx.row(doors.CREDENTIAL, (place.log, person, kind))
    if row is None:
        return None
    secret, set_on, n, failures, locked_until, used = row
    about = _about(place, person, kind, set_on, n)
    opened = open_value(place.keys.wrapping, bytes(secret), about)
    return Credential(opened, set_on, n, moments(failures), locked_until, used)


def moments(failures: str) -> tuple[int, ...]:
    """The moments of failures as a row keeps them. Raises TrailError where they were altered."""
    try:
        return tuple(int(one) for one in failures.split(",") if one)
    except ValueError:
        raise TrailError("The failures of a sign-in were altered in the database.") from None


def put(place: Workplace, tx: Transaction, by: By, person: str, kept: Kept) -> None:
    """Keep what somebody signs in by from now on; the access log says so, and nothing of it."""
    who = access.visitor(place, by)
    body = {"person": person, "kind": kept.kind}
    chain = access.append(place, tx, access.STREAM, who, [("credential set", body, {})])
    set_on = chain.events[-1]["happened"]
    secret = _sealed(place, person, kept.kind, kept.secret, (set_on, chain.n))
    tx.run(doors.DROP_CREDENTIAL, (place.log, person, kept.kind))
    row = (place.log, person, kept.kind, secret, set_on, chain.n, "", 0, kept.used)
    tx.run(statements.insert("credentials"), row)


def drop(place: Workplace, tx: Transaction, by: By, person: str) -> tuple[str, ...]:
    """Destroy all that somebody signs in by; yields what kinds there were."""
    found: list[access.Entry] = []
    for kind in (PASSWORD, CODE):
        if tx.run(doors.DROP_CREDENTIAL, (place.log, person, kind)):
            found.append(("credential cleared", {"person": person, "kind": kind}, {}))
    if found:
        access.append(place, tx, access.STREAM, access.visitor(place, by), found)
    return tuple(str(body["kind"]) for _, body, _ in found)


def renew(place: Workplace, tx: Transaction, person: str, known: Credential, secret: bytes) -> None:
    """Keep the same password under a hash that costs more to try."""
    sealed = _sealed(place, person, PASSWORD, secret, (known.set_on, known.n))
    _change(place, tx, (person, PASSWORD), secret=sealed)


def failed(place: Workplace, tx: Transaction, person: str, known: Credential) -> None:
    """Count a failure; after ten within fifteen minutes nobody is let in for fifteen."""
    now = micros(place)
    before = [one for one in known.failures if one > now - WITHIN]
    recent = [*before[1 - MOST_FAILURES :], now]
    locked = now + LOCKED_FOR if len(recent) == MOST_FAILURES else 0
    failures = ",".join(map(str, recent))
    _change(place, tx, (person, PASSWORD), failures=failures, locked_until=locked)


def forgive(place: Workplace, tx: Transaction, person: str) -> None:
    """Forget the failures of somebody who has come in."""
    _change(place, tx, (person, PASSWORD), failures="", locked_until=0)


def use(place: Workplace, tx: Transaction, person: str, step: int) -> None:
    """Keep which half-minute's code was taken, so that it is taken once."""
    _change(place, tx, (person, CODE), used=step)


def one_at_a_time(place: Workplace, tx: Transaction, person: str) -> None:
    """Let nobody else change what this person signs in by before the transaction ends."""
    tx.exclusive(f"account|{place.log}|{person}")


def _change(place: Workplace, tx: Transaction, key: tuple[str, str], **columns: Any) -> None:
    sql = statements.update("credentials", tuple(columns))
    tx.change(sql, (*columns.values(), place.log, *key))


def _sealed(
    place: Workplace, person: str, kind: str, secret: bytes, since: tuple[str, int]
) -> bytes:
    about = _about(place, person, kind, *since)
    return seal_value(place.keys.wrapping, place.randomness, secret, about)


def _about(place: Workplace, person: str, kind: str, set_on: str, n: int) -> bytes:
    return canonical(["credential", place.log, person, kind, set_on, n]).encode()
