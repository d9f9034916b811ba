"""Where a case is and how it came there, to be drawn on the picture of its process.

Nothing here shows a personal value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.dates import said
from engine.definition import Workflow
from engine.diagrams.graph import Track
from engine.service.looking import reading, viewing
from engine.service.workplace import By, Workplace

_PLAIN = {"overdue": "overdue since the end of", "running": "due", "provisional": "provisionally"}


def track(place: Workplace, by: By, ref: str) -> tuple[Workflow, Track]:
    """The edition that a case is pinned to, and its way through it."""
    with place.database.read() as tx:
        seen = viewing.view(place, tx, ref)
    case = reading.show(place, by, ref)
    been, taken = _way(reading.history(place, ref))
    clocks = {one["timescale"]: _stands(one) for one in case["deadlines"]}
    drawn = Track(
        ref=ref,
        state=case["state"],
        since=case["since"],
        been=frozenset(been) | {case["state"]},
        taken=taken,
        clocks=clocks,
        demo=place.demo,
    )
    return seen.edition.workflow, drawn


def _way(events: Iterable[Mapping[str, Any]]) -> tuple[set[str], dict[tuple[str, str], str]]:
    """The states that it has been at, and when each step was last taken from each of them; not what
    was set aside.
    """
    steps: list[tuple[str, str, str]] = []
    for event in events:
        body = event["body"]
        if event["type"] == "transition taken":
            steps.append((body["transition"], body["from"], event["happened"]))
        elif event["type"] == "step undone" and steps:
            steps.pop()
    return {where for _, where, _ in steps}, {(name, where): day for name, where, day in steps}


def _stands(one: Mapping[str, Any]) -> tuple[str, bool]:
    status, day = one["status"], one["due_on"]
    late = status == "overdue"
    if not day or status not in _PLAIN:
        met = f" on {said(one['met_on'])}" if one["met_on"] else ""
        return f"{status}{met}", late
    words = f"provisionally due {said(day)}" if status == "provisional" else ""
    return words or f"{_PLAIN[status]} {said(day)}", late
