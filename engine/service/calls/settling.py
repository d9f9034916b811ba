"""Claiming calls and settling them: each claim is one worker's alone, and who comes too late
settles nothing.

What a worker that dies has called and not settled is called again, with the same id, by whoever
claims it next: a call is made at least once, and never after it was settled.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from engine import queries, statements
from engine.canonical import parse
from engine.case import Case
from engine.database import Transaction
from engine.decide.draft import Draft
from engine.decide.entries.uncalled import Uncalled, give_up
from engine.errors import StorageError
from engine.queries import NEVER
from engine.service.calls.after import After
from engine.service.calls.running import Ran
from engine.service.changing import save
from engine.service.outbox import PATIENCE
from engine.service.ticking import drafted_by_the_clock, micros
from engine.service.workplace import Workplace

MARGIN = 60
"""Seconds that a claim lasts beyond the time that a call may take."""

Outcome = Literal["done", "failed", "given up", "abandoned", "put back", "overtaken"]
"""Overtaken is what somebody else has claimed or settled since."""


class Claim(NamedTuple):
    """A call that is this worker's alone to make, until its claim lapses."""

    hook: str
    ref: str
    n: int
    """The entry of the step."""
    tries: int
    fence: int
    due: int
    """When it was to be tried, in microseconds since 1970 UTC; 0 the first time."""

    @property
    def key(self) -> tuple[str, str, int]:
        """The key of its row, without the partnership."""
        return self.hook, self.ref, self.n


def claim(place: Workplace, after: After, most: int) -> list[Claim]:
    """Claim calls of a hook that are due: of each case the earliest alone."""
    now = micros(place)
    until = now + (after.timeout + MARGIN) * 1_000_000
    with place.database.read() as tx:
        # Most looks find nothing, and are to keep nobody from writing.
        if not tx.rows(statements.CALLABLE, (place.log, after.id, now, now, 1)):
            return []
    with place.database.write() as tx:
        _turn(place, tx)
        rows = tx.rows(statements.CALLABLE, (place.log, after.id, now, now, most))
        claims = [
            Claim(after.id, ref, n, tries + 1, fence + 1, due) for ref, n, tries, fence, due in rows
        ]
        for one in claims:
            _write(place, tx, one, tries=one.tries, lease_until=until, fence=one.fence)
    return claims


def settle(place: Workplace, one: Claim, ran: Ran) -> Outcome:
    """Settle a call that was made, or leave it to a later try."""
    if not ran.done and not ran.stopped and (not ran.again or one.tries > len(PATIENCE)):
        return _give_up(place, one, ran)
    with place.database.write() as tx:
        if not _is_ours(place, tx, one):
            return "overtaken"
        if ran.done:
            _write(place, tx, one, status="done", lease_until=0, last=ran.said)
            return "done"
        if ran.stopped:
            tries = one.tries - 1
            _write(place, tx, one, tries=tries, next_at=one.due, lease_until=0, last=ran.said)
            return "put back"
        next_at = micros(place) + PATIENCE[one.tries - 1] * 1_000_000
        _write(place, tx, one, next_at=next_at, lease_until=0, last=ran.said)
        return "failed"


def _give_up(place: Workplace, one: Claim, ran: Ran) -> Outcome:
    try:
        with place.database.write() as tx:
            # The case before its calls, as whoever takes a step locks it.
            draft = _draft(place, tx, one.ref)
            if not _is_ours(place, tx, one):
                return "overtaken"
            row = tx.row(queries.EVENT, (place.log, one.ref, one.n))
            step = str(parse(row[0])["body"]["transition"]) if row else ""
            give_up(draft, Uncalled(one.hook, one.n, step, ran.how, one.tries))
            save(place, tx, [draft], "")
            _write(place, tx, one, status="given up", lease_until=0, last=ran.said)
        return "given up"
    except StorageError:
        raise
    except Exception:
        # Its case cannot be changed: that it is given up stands beside the trail.
        return _abandoned(place, one, ran)


def _abandoned(place: Workplace, one: Claim, ran: Ran) -> Outcome:
    with place.database.write() as tx:
        if not _is_ours(place, tx, one):
            return "overtaken"
        _write(place, tx, one, status="abandoned", lease_until=0, last=ran.said)
    return "abandoned"


def _draft(place: Workplace, tx: Transaction, ref: str) -> Draft:
    case = Case(ref, place.store.load_to_change(tx, ref, whole=False))
    return drafted_by_the_clock(place, tx, case)


def _is_ours(place: Workplace, tx: Transaction, one: Claim) -> bool:
    """Whether nobody has claimed or settled it since."""
    _turn(place, tx)
    row = tx.row(statements.CALL, (place.log, *one.key))
    return row is not None and tuple(row) == (one.fence, "waiting")


def _turn(place: Workplace, tx: Transaction) -> None:
    tx.exclusive(f"calls|{place.log}")


def _write(place: Workplace, tx: Transaction, one: Claim, **columns: Any) -> None:
    sql = statements.update("calls", tuple(columns))
    tx.run(sql, (*columns.values(), place.log, *one.key))


def is_due(tries: int, next_at: int, lease_until: int, now: int) -> bool:
    """Whether a call that waits is tried at some time that a worker can have set: a day more is
    allowed for clocks that are set back, or do not agree.
    """
    at_most = now + 2 * PATIENCE[-1] * 1_000_000
    return max(next_at, lease_until) <= at_most and tries <= len(PATIENCE) + 1 and next_at < NEVER
