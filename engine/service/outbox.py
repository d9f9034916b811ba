"""The outbox: messages are claimed, handed to a notifier, tried again with patience, and given up
loudly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Literal, NamedTuple, Protocol

from engine import statements
from engine.case import Case
from engine.database import Transaction
from engine.decide.draft import Draft
from engine.decide.entries import tasks
from engine.errors import DeliveryError, StorageError
from engine.queries import NEVER
from engine.service.changing import save
from engine.service.ticking import drafted_by_the_clock, micros
from engine.service.workplace import Workplace

LEASE = 120 * 1_000_000
"""How long a claim lasts, in microseconds; then another worker may try."""
MARGIN = LEASE // 2
"""How much of it must be left for one more message to be handed over."""
BATCH = 50
"""How many messages are claimed, and settled, in one transaction."""
PATIENCE = (60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
"""Seconds to wait after each failure; after the last one the message is given up."""

Outcome = Literal["sent", "failed", "given up", "abandoned", "put back"]
"""Abandoned is given up beside the trail, because the case of the message cannot be changed."""
ON_THE_TRAIL: tuple[Outcome, ...] = ("sent", "given up")
"""The outcomes that settle a message, and are events of its case."""


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

    def and_also(self, other: Sent) -> Sent:
        """The two together."""
        return Sent(
            self.sent + other.sent, self.failed + other.failed, self.given_up + other.given_up
        )


def is_due(tries: int, next_at: int, lease_until: int, now: int) -> bool:
    """Whether a message that waits is tried at some time that a worker can have set, or given up.

    A day more than the longest wait is allowed for clocks that are set back, or do not agree.
    """
    if next_at == NEVER:
        return tries > len(PATIENCE)
    return max(next_at, lease_until) <= now + 2 * PATIENCE[-1] * 1_000_000


class Claim(NamedTuple):
    """A message that is this worker's alone to hand over, until its claim lapses."""

    message: Outgoing
    fence: int
    """Rises with each claim, so that who comes too late settles nothing."""
    tries: int
    until: int
    """Microseconds since 1970 UTC."""


class Tried(NamedTuple):
    """What came of a claim."""

    claim: Claim
    outcome: Outcome
    receipt: str = ""


def send_waiting(place: Workplace, sender: Sender, most: int = 500) -> Sent:
    """Send what waits and is due for a try, each at least once, with its own id.

    What a process that dies has sent, and not settled yet, is sent again by whoever claims it next.
    """
    done = Sent()
    while most > 0 and (claims := _claim(place, min(most, BATCH))):
        most -= len(claims)
        tried: list[Tried] = []
        try:
            for claim in claims:
                tried.append(_try(place, sender, claim))
        finally:
            # Whatever interrupts it, what has been handed over is settled.
            done = done.and_also(_settle(place, tried))
    return done


def _claim(place: Workplace, most: int) -> list[Claim]:
    now = micros(place)
    until = now + LEASE
    with place.database.write() as tx:
        # On PostgreSQL a lock on the messages alone would show two workers the same old attempts.
        tx.exclusive(f"outbox|{place.log}")
        sql = statements.claimable(lock=tx.locks_rows)
        claims = []
        first, again = [], []
        for *columns, tries, fence in tx.rows(sql, (place.log, now, now, most)):
            claim = Claim(_outgoing(columns), (fence or 0) + 1, (tries or 0) + 1, until)
            claims.append(claim)
            if fence is None:
                first.append((place.log, claim.message.id, claim.tries, 0, until, claim.fence))
            else:
                again.append((claim.tries, until, claim.fence, place.log, claim.message.id))
        tx.run_many(statements.insert("attempts"), first)
        tx.run_many(statements.update("attempts", ("tries", "lease_until", "fence")), again)
    return claims


def _outgoing(row: Sequence[Any]) -> Outgoing:
    message, ref, person, role, what, by_when, urgent, n = row
    return Outgoing(message, ref, person, role, what, by_when, bool(urgent), int(n))


def _try(place: Workplace, sender: Sender, claim: Claim) -> Tried:
    if micros(place) > claim.until - MARGIN:
        return Tried(claim, "put back")
    try:
        return Tried(claim, "sent", sender(claim.message))
    except StorageError:
        raise
    except Exception as error:
        # Whatever one message suffers from, the others are sent.
        again = error.again if isinstance(error, DeliveryError) else True
    return Tried(claim, "failed" if again and claim.tries <= len(PATIENCE) else "given up")


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
        for one in ours:
            if one.outcome in ON_THE_TRAIL:
                _write_down(drafts[one.claim.message.ref], one)
            else:
                _leave(place, tx, one)
        save(place, tx, list(drafts.values()), "")
    count = Counter(one.outcome for one in ours)
    return Sent(count["sent"], count["failed"], count["given up"] + count["abandoned"])


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


def _leave(place: Workplace, tx: Transaction, one: Tried) -> None:
    """Leave a message to a later try or to none, or put one back that was not tried at all."""
    claim = one.claim
    tries, next_at = claim.tries, NEVER
    if one.outcome == "put back":
        tries, next_at = tries - 1, 0
    elif one.outcome == "failed":
        patience = PATIENCE[min(tries, len(PATIENCE)) - 1]
        next_at = micros(place) + patience * 1_000_000
    columns = ("tries", "next_at", "lease_until")
    values = (tries, next_at, 0, place.log, claim.message.id)
    tx.run(statements.update("attempts", columns), values)


def _write_down(draft: Draft, one: Tried) -> None:
    if one.outcome == "sent":
        _done(draft, one.claim.message, one.receipt)
    else:
        _give_up(draft, one.claim.message)


def _done(draft: Draft, message: Outgoing, receipt: str) -> None:
    body = {"message": message.id, "status": "sent", "receipt": receipt}
    draft.emit("message sent", body)


def _give_up(draft: Draft, message: Outgoing) -> None:
    draft.emit("message given up", {"message": message.id, "status": "given up"})
    what = (
        f'a message could not be delivered to {message.person}: "{message.what}"; tell them '
        f"yourself"
    )
    role = next(iter(draft.workflow.keepers), "")
    tasks.open_tasks(draft, [tasks.Task("message", what, role, message.id)])
