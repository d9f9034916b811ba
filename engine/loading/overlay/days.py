"""On which days a time of a base holds, and that of an overlay in its place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from engine.dates import said
from engine.definition import Variant

_DAY = timedelta(days=1)
_FIRST, _LAST = date.min.isoformat(), date.max.isoformat()


class Gap(NamedTuple):
    """Days that may start a clock, on which a rule of the base holds and none in its place."""

    since: str
    until: str
    rule: Variant
    """That of the base on the first of them."""

    @property
    def days(self) -> str:
        """`on Thu 2 Jan 2025 or later`, to follow "for what starts"."""
        if self.since == _FIRST:
            return f"on {said(self.until, short=True)} or earlier"
        if self.until == _LAST:
            return f"on {said(self.since, short=True)} or later"
        return f"from {said(self.since, short=True)} to {said(self.until, short=True)}"


def first_gap(before: Sequence[Variant], after: Sequence[Variant]) -> Gap | None:
    """The first days of the base's rules on which no rule stands in their place; None if none."""
    begins = {_FIRST, *(one.since for one in (*before, *after) if one.since)}
    begins |= {_next(one.until) for one in (*before, *after) if one.until and one.until < _LAST}
    found: Gap | None = None
    for since in sorted(begins):
        rule = next((one for one in before if one.holds_on(since)), None)
        if rule is None or any(one.holds_on(since) for one in after):
            if found:
                return found._replace(until=_before(since))
        elif found is None:
            found = Gap(since, _LAST, rule)
    return found


def both_hold(one: Variant, other: Variant) -> bool:
    """Whether there is a day on which both of two rules hold."""
    since = max(one.since, other.since)
    return all(not rule.until or since <= rule.until for rule in (one, other))


def _next(day: str) -> str:
    return (date.fromisoformat(day) + _DAY).isoformat()


def _before(day: str) -> str:
    return (date.fromisoformat(day) - _DAY).isoformat()
