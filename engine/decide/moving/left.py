"""By which edition a clock is counted that a move to another one left to its rule of before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.calendars import local_date
from engine.case import Key, Row
from engine.dates import iso, parse_partial
from engine.decide.moving.pinning import KEPT, RESTARTED, turn_of
from engine.definition import Timescale, Variant
from engine.edition import Edition

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Left:
    """A clock that was left to its rule of before, or was started anew, by a move that stands."""

    n: int
    """The entry of the move."""
    on: str
    """The day on which that was recorded."""
    name: str
    """The name of the edition from which the case was moved then."""
    by: Edition | None
    """That edition, by which it is counted; None for one that was started anew."""
    released: bool = False
    """Whether a move since made it no duty any more, and somebody agreed to that."""

    def plain(self) -> dict[str, Any]:
        """The same in its stable form."""
        how = "kept" if self.by else "restarted"
        return {"n": self.n, "on": self.on, "edition": self.name, "how": how}


def standing(moves: Sequence[Event]) -> list[Event]:
    """The moves of a case that were not taken back, the first first."""
    stands: list[Event] = []
    for event in moves:
        if not event["body"]["back"]:
            stands.append(event)
        elif stands:
            stands.pop()
    return stands


def left(key: Key, moves: Sequence[Event], edition: Callable[[str], Edition]) -> Left | None:
    """What became of a clock by the moves of its case that stand; None where the edition of now
    counts it.

    One that was left as it was by several moves in turn is counted by the edition of before the
    first of them.
    """
    first: Event | None = None
    released = False
    for event in reversed(moves):
        how = _how(key, event)
        if how == RESTARTED and first is None:
            return _told(event, None)
        if how != KEPT:
            break
        first, released = event, released or _released(key, event)
    if first is None:
        return None
    return _told(first, edition(str(first["body"]["from_edition"])), released=released)


def governing(
    edition: Edition, timescale: Timescale, row: Row, kept: Left | None
) -> tuple[Timescale, Variant]:
    """The timescale by which a clock is counted, with its duty and its notes, and the variant: of
    the edition of before where it was left to that, else of the one that governs its case.

    Where a move let it be no duty, the duty is that of the edition of now, if it has one again.
    """
    start = parse_partial(str(row["starts_on"])).first.isoformat()
    if kept is None or kept.by is None:
        return timescale, edition.governing(timescale, str(row["rule"]), start)
    was = kept.by.workflow.timescales[timescale.id]
    duty = timescale if kept.released else was
    own = was._replace(duty=duty.duty, duty_checked=duty.duty_checked)
    return own, kept.by.governing(was, str(row["rule"]), start)


def holds_throughout(variant: Variant, row: Row) -> bool:
    """Whether a rule holds on every day on which a clock may have started."""
    start = parse_partial(str(row["starts_on"]))
    return start.exact or all(variant.holds_on(iso(day)) for day in (start.first, start.last))


def _how(key: Key, event: Event) -> int:
    what = turn_of(key)
    return next((int(t["no"]) for t in event["body"]["turns"] if t["what"] == what), 0)


def _released(key: Key, event: Event) -> bool:
    return any(
        (one["timescale"], one["of"], one["no"]) == key[1:4]
        and one.get("looser", {}).get("what") == "released"
        for one in event["body"]["choices"]
    )


def _told(event: Event, by: Edition | None, *, released: bool = False) -> Left:
    on = local_date(datetime.fromisoformat(event["recorded"])).isoformat()
    return Left(int(event["n"]), on, str(event["body"]["from_name"]), by, released)
