"""Rules over time, compared stretch by stretch: for each run of days that may start a clock, the
rule of the one edition and that of the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from engine.dates import short_day
from engine.definition import Variant

_DAY = timedelta(days=1)


class Stretch(NamedTuple):
    """Days on which one rule holds in each edition, or none; an end that is empty is open."""

    since: str
    until: str
    old: Variant | None
    new: Variant | None

    @property
    def days(self) -> str:
        """`from Fri 15 Dec 2023 to Sun 30 Jun 2024`, to follow "for what starts"."""
        if self.since and self.since == self.until:
            return f"on {_said(self.since)} alone"
        if self.since and self.until:
            return f"from {_said(self.since)} to {_said(self.until)}"
        if self.since:
            return f"on {_said(self.since)} or later"
        return f"on {_said(self.until)} or earlier" if self.until else "on any day"


def stretches(old: Sequence[Variant], new: Sequence[Variant]) -> list[Stretch]:
    """All days, cut where a rule of either edition begins or ends, in their order.

    Raises ValueError where a day is none.
    """
    begins = {""}
    for one in (*old, *new):
        begins |= {one.since, _next(one.until)}
    ordered = sorted(begins)
    return [
        Stretch(since, _before(after), _on(old, since), _on(new, since))
        for since, after in pairwise([*ordered, ""])
    ]


def differing(
    found: Sequence[Stretch], pair: Callable[[Stretch], tuple[Any, Any]]
) -> Iterator[Stretch]:
    """The stretches on which a part of the rules differs; those next to each other that say the
    same are taken as one, with the rules of the first. `pair` gives that part of both rules.
    """
    for (was, now), run in groupby(found, key=pair):
        every = list(run)
        if was != now:
            yield every[0]._replace(until=every[-1].until)


def _on(rules: Sequence[Variant], day: str) -> Variant | None:
    return next((one for one in rules if one.holds_on(day)), None)


def _next(day: str) -> str:
    return (date.fromisoformat(day) + _DAY).isoformat() if day and day < _LAST else ""


def _before(day: str) -> str:
    return (date.fromisoformat(day) - _DAY).isoformat() if day else ""


_LAST = date.max.isoformat()


def _said(day: str) -> str:
    return short_day(date.fromisoformat(day))
