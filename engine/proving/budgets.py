"""Local times that follow one another within a time that spans them: whether they fit into it."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator
from datetime import date, timedelta

from engine.dates import short_day
from engine.definition import Timescale, Transition
from engine.prose import quoted
from engine.proving.inquiry import Inquiry
from engine.proving.moments import FORWARD
from engine.proving.story import in_force
from engine.proving.walking import Goal, Move
from engine.timescales import Rule, due_on, length, parse

DAYS = 731
"""Starting days that are tried: two years of them, with all their holidays."""


class Passing:
    """Follows whether one of some steps was taken since one of others."""

    def __init__(self, begin: Collection[str], passes: Collection[str]) -> None:
        self._begin = begin
        self._passes = passes

    def first(self, state: str) -> Hashable:
        """Not begun."""
        return 0

    def after(self, step: Transition, phase: Hashable, before: str, there: str) -> Hashable:
        """0 where it has not begun, 1 where it has, 2 where it has passed."""
        if phase == 1 and step.id in self._passes:
            return 2
        return 1 if step.id in self._begin else phase


def check(inquiry: Inquiry) -> None:
    """Spanning times that the local times within them may use up, and more."""
    for span in inquiry.workflow.timescales.values():
        begin = _begins(inquiry, span)
        if _rule(inquiry, span).form not in FORWARD or _is_local(inquiry, span) or not begin:
            continue
        parts = [
            one
            for one in inquiry.workflow.timescales.values()
            if one is not span
            and _is_local(inquiry, one)
            and _rule(inquiry, one).form in FORWARD
            and _always_within(inquiry, span, one, begin)
        ]
        for chain in _chains(inquiry, parts, begin):
            _fits(inquiry, span, chain)


def _rule(inquiry: Inquiry, timescale: Timescale) -> Rule:
    return parse(in_force(timescale, inquiry.diary.begins).due)


def _is_local(inquiry: Inquiry, timescale: Timescale) -> bool:
    variant = in_force(timescale, inquiry.diary.begins)
    return variant.time_from.kind == "local" and not timescale.duty


def _begins(inquiry: Inquiry, timescale: Timescale) -> frozenset[str]:
    """The steps that start a timescale by the day on which they happen."""
    anchor = _rule(inquiry, timescale).anchor
    steps = inquiry.walks.record.edition.dated_by.get(anchor, ())
    return frozenset(step.id for step in steps)


def _always_within(
    inquiry: Inquiry, span: Timescale, part: Timescale, begin: frozenset[str]
) -> bool:
    """Whether the span is met on no way on which the part was not met since the span began."""
    own, ends = _begins(inquiry, part), frozenset(span.met_by)
    if not own or not part.met_by:
        return False
    entry = inquiry.entry("timescale", part.id)
    for passes in (part.met_by, *([] if own <= begin else [tuple(own)])):
        way = inquiry.way("budgets", entry, _unpassed(ends), Passing(begin, passes))
        if way is not None:
            return False
    return True


def _unpassed(ends: frozenset[str]) -> Goal:
    """A goal: a span is met that has begun, and what should be passed is not."""

    def goal(move: Move) -> bool:
        if move.step is None or move.before is None or move.step.id not in ends:
            return False
        return move.before.phase == 1 and move.phase != 2

    return goal


def _chains(
    inquiry: Inquiry, parts: list[Timescale], begin: frozenset[str]
) -> Iterator[list[Timescale]]:
    """The parts that follow one another: each starts where the one before it is met."""

    def longer(chain: list[Timescale]) -> Iterator[list[Timescale]]:
        met = frozenset(chain[-1].met_by)
        following = [p for p in parts if p not in chain and _begins(inquiry, p) <= met]
        if not following:
            yield chain
        for part in following:
            yield from longer([*chain, part])

    for part in parts:
        if _begins(inquiry, part) <= begin:
            yield from longer([part])


def _fits(inquiry: Inquiry, span: Timescale, chain: list[Timescale]) -> None:
    calendar, rule = inquiry.diary.calendar, _rule(inquiry, span)
    for number in range(DAYS):
        started = inquiry.diary.begins + timedelta(days=number)
        days = list(_days(inquiry, chain, started))
        due = due_on(rule, started, calendar)
        if due and days and days[-1] > due:
            _tell(inquiry, span, chain, started, days, due)
            return


def _days(inquiry: Inquiry, chain: list[Timescale], started: date) -> Iterator[date]:
    for part in chain:
        end = due_on(_rule(inquiry, part), started, inquiry.diary.calendar)
        if end is None:
            return
        yield end
        started = end


def _tell(
    inquiry: Inquiry,
    span: Timescale,
    chain: list[Timescale],
    started: date,
    days: list[date],
    due: date,
) -> None:
    rule = _rule(inquiry, span)
    allowed = length(rule.number, rule.unit)
    lines = [f"On {short_day(started)} {quoted(span.title)} starts, with {allowed}."]
    for part, day in zip(chain, days, strict=True):
        own = _rule(inquiry, part)
        said = length(own.number, own.unit)
        lines.append(f"On {short_day(day)} {quoted(part.title)} is done on its last day ({said}).")
    lines.append(f"On {short_day(due)} {quoted(span.title)} was due: the time was used up before.")
    names = ", then ".join(quoted(part.title) for part in chain)
    says = f"{names} may take longer than {quoted(span.title)} allows, and lies within it."
    entry = inquiry.entry("timescale", chain[-1].id)
    inquiry.fail("budgets", says, entry, tuple(lines))
