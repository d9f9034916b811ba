"""Where a case is and how it came there, to be drawn on the picture of its process.

Nothing here shows a personal value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.dates import said
from engine.definition import Workflow
from engine.diagrams.graph import Stands, Track, Went
from engine.service.looking import reading, viewing
from engine.service.workplace import Workplace

_PLAIN = {
    "overdue": "overdue since the end of",
    "running": "due",
    "provisional": "provisionally due",
}
_NEVER = "9999"


def track(place: Workplace, ref: str) -> tuple[Workflow, Track]:
    """The edition that a case is pinned to, and its way through it."""
    with place.database.read() as tx:
        seen = viewing.view(place, tx, ref)
    case = reading.standing(place, ref)
    way = _way(reading.history(place, ref))
    drawn = Track(
        ref=ref,
        state=case["state"],
        since=case["since"],
        been=frozenset(one.source for one in way) | {case["state"]},
        taken={(one.step, one.source): one.day for one in way},
        clocks=_clocks(case["deadlines"]),
        way=tuple(one for one in way if one.target and one.target != one.source),
        demo=place.demo,
    )
    return seen.edition.workflow, drawn


def _way(events: Iterable[Mapping[str, Any]]) -> list[Went]:
    """The steps that it has taken, in their order; not what was set aside."""
    steps: list[Went] = []
    for event in events:
        body = event["body"]
        if event["type"] == "transition taken":
            target = body["to"] or ""
            steps.append(Went(body["transition"], body["from"], target, event["happened"]))
        elif event["type"] == "step undone" and steps:
            steps.pop()
    return steps


def _clocks(deadlines: Iterable[Mapping[str, Any]]) -> dict[str, Stands]:
    """Where each timescale stands: the earliest that runs, or else the latest that ran."""
    found: dict[str, Stands] = {}
    days: dict[str, str] = {}
    for one in deadlines:
        name, stands, day = one["timescale"], _stands(one), one["due_on"] or _NEVER
        known = found.get(name)
        if known and known.running and not (stands.running and day < days[name]):
            continue
        found[name], days[name] = stands, day
    return found


def _stands(one: Mapping[str, Any]) -> Stands:
    status, day = one["status"], one["due_on"]
    late, running = status == "overdue", status in _PLAIN
    if not running:
        met = f" on {said(one['met_on'])}" if one["met_on"] else ""
        return Stands(f"{status}{met}", late)
    if not day:
        return Stands("running, without a day", late, running)
    return Stands(f"{_PLAIN[status]} {said(day, short=True)}", late, running)
