"""The outbox: messages are claimed, handed to a notifier, tried again with patience, and given up
loudly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from typing import Any, Literal, NamedTuple, Protocol

from engine import queries, statements
from engine.calendars import at_local
from engine.case import Case
from engine.database import Transaction
from engine.decide.draft import Draft
from engine.decide.entries import lost
from engine.errors import DeliveryError, StorageError
from engine.preferences import LONGEST
from engine.queries import NEVER
from engine.service import troubles
from engine.service.changing import save
from engine.service.deliveries import lost_message
from engine.service.outgoing import Claim, Outgoing, Parcel, arranged, in_digest
from engine.service.ticking import drafted_by_the_clock, micros
from engine.service.troubles import Cause, cause_of
from engine.service.workplace import Workplace

__all__ = ["Outgoing", "Sender", "Sent", "is_due", "limit", "send_waiting"]

LEASE = 120 * 1_000_000
"""How long a claim lasts, in microseconds; then another worker may try."""
MARGIN = LEASE // 2
"""How much of it must be left for one more message to be handed over."""
MOST_AT_ONCE = 100_000
"""How many messages that wait are looked through for those that go at once."""
BATCH = 50
"""How many messages are claimed, and settled, in one transaction."""
PATIENCE = (60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
"""Seconds to wait after each failure; after the last one the message is given up."""
PATIENT = 4
"""After so many failures, 21 minutes after the first, it is no passing trouble any more."""

Outcome = Literal["sent", "failed", "late", "given up", "abandoned", "put back", "waiting"]
"""Late is failed, of which somebody else is told in time. Abandoned is given up beside the trail,
because the case of the message cannot be changed.
"""
SETTLED: tuple[Outcome, ...] = ("sent", "given up")
"""The outcomes that settle a message."""
ON_THE_TRAIL: tuple[Outcome, ...] = (*SETTLED, "late")
"""Those that are events of its case."""
UNTRIED: tuple[Outcome, ...] = ("put back", "waiting")
"""The outcomes of one that was not tried."""


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

    def and_also(self, other: Sent) -> Sent:
        """The two together."""
        return Sent(
            self.sent + other.sent, self.failed + other.failed, self.given_up + other.given_up
        )


def is_due(tries: int, next_at: int, lease_until: int, now: int, *, can_wait: bool = False) -> bool:
    """Whether a message that waits is tried at some time that a worker can have set, or given up.

    One that `can_wait` may be kept back until the quiet or the digest of whoever gets it. A day
    more than the longest wait is allowed for clocks that are set back, or do not agree.
    """
    if next_at == NEVER:
        return tries > len(PATIENCE)
    longest = int(LONGEST.total_seconds()) if can_wait else PATIENCE[-1]
    return max(next_at, lease_until) <= now + (longest + PATIENCE[-1]) * 1_000_000


class Tried(NamedTuple):
    """What came of a claim."""

    claim: Claim
    outcome: Outcome
    receipt: str = ""
    digest: str = ""
    """The id of the digest in which it went out."""
    next_at: int = 0
    """Of one that waits the moment, in microseconds since 1970 UTC."""
    cause: Cause | None = None
    """Of one that was not taken why."""


def send_waiting(place: Workplace, sender: Sender, most: int = 500) -> Sent:
    """Send what waits and is due for a try, each at least once, with its own id.

    What a process that dies has sent, and not settled yet, is sent again by whoever claims it next.
    """
    done = Sent()
    while most > 0 and (claims := _claim(place, min(most, BATCH))):
        most -= len(claims)
        found = arranged(claims, place.directory, lambda: place.own_calendar, place.clock())
        tried = [Tried(claim, "waiting", next_at=at) for claim, at in found.waiting]
        try:
            for parcel in found.parcels:
                tried += _try(place, sender, parcel)
        finally:
            # Whatever interrupts it, what has been handed over is settled.
            done = done.and_also(_settle(place, tried))
    return done


def send_now(place: Workplace, sender: Sender, messages: Collection[str]) -> Sent:
    """Send these messages that wait at once, each by itself, whenever whoever gets them wishes to
    be told. What fails is tried again as all else.
    """
    claims = _claim(place, MOST_AT_ONCE, messages)
    tried: list[Tried] = []
    try:
        for claim in claims:
            tried += _try(place, sender, Parcel(claim.message, (claim,)))
    finally:
        done = _settle(place, tried)
    return done


def _claim(place: Workplace, most: int, only: Collection[str] | None = None) -> list[Claim]:
    now = micros(place)
    with place.database.write() as tx:
        # On PostgreSQL a lock on the messages alone would show two workers the same old attempts.
        tx.exclusive(f"outbox|{place.log}")
        sql = statements.claimable(lock=tx.locks_rows)
        rows = tx.rows(sql, (place.log, now, now, most))
        if only is None:
            claims = _whole(place, tx, [_claimed(row, now + LEASE) for row in rows])
        else:
            claims = [_claimed(row, now + LEASE) for row in rows if row[0] in only]
        _keep_claims(place, tx, claims)
    return claims


def _keep_claims(place: Workplace, tx: Transaction, claims: Iterable[Claim]) -> None:
    first, again = [], []
    for claim in claims:
        if claim.fence == 1:
            first.append((place.log, claim.message.id, claim.tries, 0, claim.until, 1))
        else:
            key = (place.log, claim.message.id)
            again.append((claim.tries, claim.until, claim.fence, *key))
    tx.run_many(statements.insert("attempts"), first)
    tx.run_many(statements.update("attempts", ("tries", "lease_until", "fence")), again)


def _whole(place: Workplace, tx: Transaction, claims: list[Claim]) -> list[Claim]:
    """These, and all others of their digests: a digest that is repeated is to be the same."""
    found = {claim.message.id: claim for claim in claims}
    now = micros(place)
    for claim in claims:
        if in_digest(claim, place.directory):
            asked = (place.log, claim.message.person, claim.due, now)
            for row in tx.rows(statements.CLAIMABLE_WITH, asked):
                found.setdefault(row[0], _claimed(row, claim.until))
    return list(found.values())


def _claimed(row: Sequence[Any], until: int) -> Claim:
    message, ref, person, role, what, by_when, urgent, n, tries, fence, due = row
    told = Outgoing(message, ref, person, role, what, by_when, bool(urgent), int(n))
    return Claim(told, (fence or 0) + 1, (tries or 0) + 1, until, due or 0)


def _try(place: Workplace, sender: Sender, parcel: Parcel) -> list[Tried]:
    late = micros(place) > min(claim.until for claim in parcel.claims) - MARGIN
    if late or _is_withdrawn(place, parcel):
        return [Tried(claim, "put back") for claim in parcel.claims]
    try:
        receipt = sender(parcel.message)
    except StorageError:
        raise
    except Exception as error:
        # Whatever one message suffers from, the others are sent.
        again = error.again if isinstance(error, DeliveryError) else True
        cause = cause_of(error)
        return [_failed(place, claim, again=again)._replace(cause=cause) for claim in parcel.claims]
    return [Tried(claim, "sent", receipt, parcel.digest) for claim in parcel.claims]


def _is_withdrawn(place: Workplace, parcel: Parcel) -> bool:
    """Whether one of these messages does not wait any more: its case was restricted meanwhile."""
    with place.database.read() as tx:
        asked = [(queries.MESSAGE, (place.log, one.message.id)) for one in parcel.claims]
        return any(not rows or rows[0][6] != "waiting" for rows in tx.rows_of(asked))


def _failed(place: Workplace, claim: Claim, *, again: bool) -> Tried:
    if not again or claim.tries > len(PATIENCE):
        return Tried(claim, "given up")
    return Tried(claim, "late" if _is_late(place, claim) else "failed")


def _is_late(place: Workplace, claim: Claim) -> bool:
    """Whether this is the failure after which somebody else must be told, so that there is time to
    act: the last one before noon of the last working day, and never one of the first few.
    """
    message, now = claim.message, micros(place)
    if claim.tries < PATIENT or not (message.by_when or message.urgent):
        return False
    until = limit(place, message.by_when)
    next_at = now + PATIENCE[claim.tries - 1] * 1_000_000
    return next_at >= until and (claim.tries == PATIENT or now < until)


def limit(place: Workplace, by_when: str) -> int:
    """Noon of the last working day by which something is to be done, in microseconds; else 0."""
    try:
        day = date.fromisoformat(by_when)
    except ValueError:
        return 0
    while not place.own_calendar.is_working(day):
        day -= timedelta(days=1)
    return int(at_local(day, 12).timestamp() * 1_000_000)


def _settle(place: Workplace, tried: Sequence[Tried]) -> Sent:
    """Settle all of them in one transaction; where one of them cannot be, each by itself."""
    if not tried:
        return Sent()
    try:
        return _settled(place, tried)
    except StorageError:
        raise
    except Exception:
        if len(tried) > 1:
            return reduce(Sent.and_also, [_settle(place, [one]) for one in tried])
    # Its case cannot be changed: it is sent again as those that failed are, but not for ever.
    lost = tried[0].claim.tries > len(PATIENCE)
    return _settled(place, [tried[0]._replace(outcome="abandoned" if lost else "failed")])


def _settled(place: Workplace, tried: Sequence[Tried]) -> Sent:
    refs = {one.claim.message.ref for one in tried if one.outcome in ON_THE_TRAIL}
    with place.database.write() as tx:
        drafts = {ref: _draft(place, tx, ref) for ref in sorted(refs)}
        # Only now nobody else can claim or settle them meanwhile.
        ours = _fenced(place, tx, tried)
        now = micros(place)
        _note_causes(place, tx, ours, now)
        for one in ours:
            if one.outcome in ON_THE_TRAIL:
                _write_down(place, tx, drafts[one.claim.message.ref], one)
            if one.outcome not in SETTLED:
                _leave(place, tx, one, now)
        save(place, tx, list(drafts.values()), "")
    count = Counter(one.outcome for one in ours)
    failed = count["failed"] + count["late"]
    return Sent(count["sent"], failed, count["given up"] + count["abandoned"])


def _draft(place: Workplace, tx: Transaction, ref: str) -> Draft:
    """One for all messages of a case: what is settled together is one command."""
    case = Case(ref, place.store.load_to_change(tx, ref, whole=False))
    return drafted_by_the_clock(place, tx, case)


def _fenced(place: Workplace, tx: Transaction, tried: Sequence[Tried]) -> list[Tried]:
    """Those that nobody has claimed or settled since."""
    tx.exclusive(f"outbox|{place.log}")
    found = tx.rows_of([(statements.FENCE, (place.log, one.claim.message.id)) for one in tried])
    return [
        one
        for one, rows in zip(tried, found, strict=True)
        if rows and tuple(rows[0]) == (one.claim.fence, "waiting")
    ]


def _note_causes(place: Workplace, tx: Transaction, ours: Sequence[Tried], now: int) -> None:
    troubles.note(place, tx, [(one.claim.message.id, one.cause) for one in ours if one.cause], now)
    taken = [one.claim for one in ours if one.outcome == "sent" and one.claim.tries > 1]
    troubles.forget(place, tx, [claim.message.id for claim in taken])


def _leave(place: Workplace, tx: Transaction, one: Tried, now: int) -> None:
    """Leave a message to a later try or to none, or put one back that was not tried at all."""
    claim = one.claim
    tries, next_at = claim.tries, NEVER
    if one.outcome in UNTRIED:
        tries, next_at = tries - 1, one.next_at or claim.due
    elif one.outcome in ("failed", "late"):
        # All that failed together are tried again together: a digest stays one.
        next_at = now + PATIENCE[min(tries, len(PATIENCE)) - 1] * 1_000_000
    columns = ("tries", "next_at", "lease_until")
    values = (tries, next_at, 0, place.log, claim.message.id)
    tx.run(statements.update("attempts", columns), values)


def _write_down(place: Workplace, tx: Transaction, draft: Draft, one: Tried) -> None:
    if one.outcome == "sent":
        _done(draft, one)
        return
    message = one.claim.message
    row = (message.id, message.ref, message.person, message.role, message.what, message.by_when)
    found = lost_message(place, tx, (*row, str(message.n)))
    if one.outcome == "given up":
        lost.lose(draft, found)
    else:
        lost.warn(draft, found)


def _done(draft: Draft, one: Tried) -> None:
    body = {"message": one.claim.message.id, "status": "sent", "receipt": one.receipt}
    draft.emit("message sent", body | ({"digest": one.digest} if one.digest else {}))
