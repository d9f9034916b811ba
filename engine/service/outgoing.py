"""What goes out, and what waits: each message by itself, or with others of its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from engine.calendars import Calendar
from engine.directory import Directory
from engine.preferences import Telling, waits_until

MOST = 50
"""How many messages one digest lists at the most."""


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
    parts: tuple[Outgoing, ...] = ()
    """Of a digest the messages that it lists; it says nothing else."""
    on: str = ""
    """The day on which it is told, where that is not today: of what is only foreseen."""


class Claim(NamedTuple):
    """A message that is this worker's alone to hand over, until its claim lapses."""

    message: Outgoing
    fence: int
    """Rises with each claim, so that who comes too late settles nothing."""
    tries: int
    until: int
    """Microseconds since 1970 UTC."""
    due: int = 0
    """When it was to be tried, likewise; 0 for one that has neither waited nor failed."""


class Parcel(NamedTuple):
    """What is handed over at once, and what it settles."""

    message: Outgoing
    claims: tuple[Claim, ...]

    @property
    def digest(self) -> str:
        """The id of the digest; empty for a message that goes by itself."""
        return self.message.id if self.message.parts else ""


class Arranged(NamedTuple):
    """What is done with messages that were claimed."""

    parcels: tuple[Parcel, ...]
    waiting: tuple[tuple[Claim, int], ...]
    """Those that wait, each with its moment in microseconds since 1970 UTC."""


def arranged(
    claims: Iterable[Claim], directory: Directory, calendar: Callable[[], Calendar], now: datetime
) -> Arranged:
    """Which go out now, alone or in a digest, and which wait, as those who get them wish it.

    The calendar is asked for only where somebody wishes to wait.
    """
    parcels: list[Parcel] = []
    waiting: list[tuple[Claim, int]] = []
    digests: dict[tuple[str, int], list[Claim]] = {}
    for claim in claims:
        message = claim.message
        wish = directory.preference(message.person)
        until = None
        if wish.can_wait:
            due = datetime.fromtimestamp(claim.due / 1_000_000, UTC) if claim.due else None
            telling = Telling(message.urgent, message.by_when, due)
            until = waits_until(wish, telling, now, calendar())
        if until is not None:
            waiting.append((claim, int(until.timestamp() * 1_000_000)))
        elif in_digest(claim, directory):
            digests.setdefault((message.person, claim.due), []).append(claim)
        else:
            parcels.append(Parcel(message, (claim,)))
    for together in digests.values():
        every = sorted(together, key=lambda claim: claim.message.id)
        parcels += [_digest(every[at : at + MOST]) for at in range(0, len(every), MOST)]
    return Arranged(tuple(parcels), tuple(waiting))


def in_digest(claim: Claim, directory: Directory) -> bool:
    """Whether a message has waited for a digest, or failed as part of one."""
    message = claim.message
    return bool(claim.due and not message.urgent and directory.preference(message.person).digest)


def _digest(claims: Sequence[Claim]) -> Parcel:
    """One message for several; of a single one that message itself.

    Its id is made from theirs, so that a repeat has the same.
    """
    if len(claims) == 1:
        return Parcel(claims[0].message, tuple(claims))
    found = sorted((c.message for c in claims), key=lambda m: (m.by_when or "9", m.ref, m.id))
    ids = "|".join(claim.message.id for claim in claims)
    made = hashlib.sha256(f"digest|{ids}".encode()).hexdigest()[:32]
    first = found[0]
    whole = Outgoing(made, "", first.person, "", "", first.by_when, False, 0, tuple(found))
    return Parcel(whole, tuple(claims))
