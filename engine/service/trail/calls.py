"""Verifying the calls after steps: which there are, and which were given up, follows from the
events; how often the others were tried is no record.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine import queries
from engine.database import Transaction
from engine.service.calls.listing import STATUSES
from engine.service.calls.queueing import Following
from engine.service.calls.settling import is_due
from engine.service.ticking import micros
from engine.service.trail.comparing import CallKey, Folded
from engine.service.workplace import Workplace

Problem = tuple[str, str]
"""Which row, and what is wrong with it."""


def problems(place: Workplace, tx: Transaction, folded: Folded) -> Iterator[Problem]:
    """Each step that was followed has its call, and no other has; what was given up says so."""
    left, now = _wanted(folded), micros(place)
    for log, *values in tx.each(queries.everything("calls")):
        hook, ref, n, *rest = values
        key: CallKey = (hook, ref, n)
        where = f"calls {hook}/{ref}/{n}"
        if log != place.log:
            yield where, "it is filed under another partnership"
        elif key not in left:
            yield where, "no step of a case is followed by this call"
        elif problem := _problem(rest, now, given_up=key in folded.given_up):
            yield where, problem
        left.discard(key)
    for hook, ref, n in sorted(left):
        yield f"calls {hook}/{ref}/{n}", "the row is gone"


def _problem(row: Sequence[object], now: int, *, given_up: bool) -> str:
    status, *counts, _ = row
    numbers = [one for one in counts if isinstance(one, int)]
    if status not in STATUSES or len(numbers) < len(counts):
        return "it is of no form that a worker writes"
    tries, next_at, lease_until, fence = numbers
    if given_up != (status == "given up"):
        return "what its case says of it is not what it says"
    if min(tries, next_at, lease_until, fence) < 0 or tries > fence:
        return "it was tried as often as no worker does"
    if status == "waiting":
        kept = not is_due(tries, next_at, lease_until, now)
        return "it is kept back for longer than any worker does" if kept else ""
    return "" if tries else "it is settled, and was never tried"


def _wanted(folded: Folded) -> set[CallKey]:
    """The calls that follow from the steps, each by what was declared before it."""
    cases = folded.rows.table("cases")
    in_use: dict[str, Following] = {}
    found: set[CallKey] = set()
    for placed in sorted(folded.placed_for_calls):
        for item in placed.declared:
            named = (item["process"], ",".join(item["steps"]), item["linked"], item["status"])
            in_use[item["hook"]] = Following(item["hook"], *named)
        row = cases.get((placed.ref,), {})
        if row.get("historic", 1):
            continue
        above = cases.get((row["parent"],), {}).get("workflow")
        found |= {
            (one.hook, placed.ref, placed.n)
            for one in in_use.values()
            if one.status == "in use" and one.is_called(row["workflow"], above, placed.step)
        }
    return found
