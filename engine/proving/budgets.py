"""Local times that follow one another within a time that spans them: whether they fit into it."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache, partial

from engine.dates import short_day
from engine.definition import Timescale, Transition
from engine.loading.checks.soundness import RUNNING
from engine.prose import quoted
from engine.proving.clocks import watch_of
from engine.proving.inquiry import Inquiry
from engine.proving.moments import FORWARD
from engine.proving.story import in_force
from engine.proving.walking import Move
from engine.timescales import Rule, due_on, length, parse

DAYS = 731
"""Starting days that are tried: two years of them, with all their holidays."""

COMPARED = 4 * DAYS
"""Comparisons that the trying of one chain counts for: of each day with where its parts end."""

MET = -1
"""The span was met after the last of its parts, each of which began where the one before ended."""

Chain = tuple[Timescale, ...]
"""Local times, each of which starts with the step that meets the one before."""


class Both:
    """Follows two timescales at once."""

    def __init__(self, inquiry: Inquiry, span: Timescale, part: Timescale) -> None:
        self._watches = [watch_of(one, inquiry.workflow) for one in (span, part)]

    def first(self, state: str) -> Hashable:
        """How each stands when a case is opened."""
        return tuple(watch.first(state) for watch in self._watches)

    def after(self, step: Transition, phase: Hashable, before: str, there: str) -> Hashable:
        """How each stands after a step."""
        assert isinstance(phase, tuple)
        return tuple(
            watch.after(step, one, before, there)
            for watch, one in zip(self._watches, phase, strict=True)
        )


class Progress:
    """Follows how many of some parts were met since their span began, one after the other."""

    def __init__(self, span: Timescale, begins: frozenset[str], chain: Chain) -> None:
        self._span, self._begins, self._chain = span, begins, chain

    def first(self, state: str) -> Hashable:
        """A span begins with the case where no step gives its day."""
        return 0 if self._begins else 1

    def after(self, step: Transition, phase: Hashable, before: str, there: str) -> Hashable:
        """0 where the span does not run, or the number of the part that does; one more at last."""
        at = phase if isinstance(phase, int) and phase > 0 else 0
        if 0 < at <= len(self._chain) and step.id in self._chain[at - 1].met_by:
            at += 1
        if step.id in self._span.met_by:
            at = MET if at > len(self._chain) else 0
        elif step.id in self._span.stops_if:
            at = 0
        return 1 if step.id in self._begins else at


def check(inquiry: Inquiry) -> None:
    """Spanning times that the local times within them may use up, and more."""
    every = [
        one
        for one in inquiry.workflow.timescales.values()
        if one.met_by and _rule(inquiry, one).form in FORWARD
    ]
    local = [one for one in every if _is_local(inquiry, one)]
    for span in every:
        if span not in local:
            entry = inquiry.entry("timescale", span.id)
            inquiry.attempt("budgets", entry, partial(_spans, inquiry, span, local))


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


def _spans(inquiry: Inquiry, span: Timescale, local: Sequence[Timescale]) -> None:
    """Tell of the local times that may use up a span, of each sequence of them the shortest."""
    search, begins = inquiry.effort.search(), _begins(inquiry, span)
    is_within = cache(partial(_is_within, inquiry, span))
    waiting: deque[Chain] = deque([()])
    while waiting:
        for chain in _longer(inquiry, span, waiting.popleft(), local):
            search.look(COMPARED)
            watch = Progress(span, begins, chain)
            counts = is_within(chain[-1]) and _can_be_met(inquiry, chain, watch)
            if counts and not _uses_up(inquiry, span, chain, watch):
                waiting.append(chain)


def _longer(
    inquiry: Inquiry, span: Timescale, chain: Chain, parts: Sequence[Timescale]
) -> Iterator[Chain]:
    """A sequence with one more: the first counts from the day from which its span does."""
    anchor, ending = _rule(inquiry, span).anchor, chain[-1].met_by if chain else ()
    for part in parts:
        follows = not _begins(inquiry, part).isdisjoint(ending)
        if part not in chain and (follows if chain else _rule(inquiry, part).anchor == anchor):
            yield (*chain, part)


def _is_within(inquiry: Inquiry, span: Timescale, part: Timescale) -> bool:
    """Whether the span is met on no way while the part runs, but by what meets both."""

    def goal(move: Move) -> bool:
        if move.step is None or move.before is None or move.step.id not in span.met_by:
            return False
        return move.step.id not in part.met_by and move.before.phase == (RUNNING, RUNNING)

    entry = inquiry.entry("timescale", part.id)
    return inquiry.way("budgets", entry, goal, Both(inquiry, span, part)) is None


def _can_be_met(inquiry: Inquiry, chain: Chain, watch: Progress) -> bool:
    """Whether some steps meet one part after the other, whatever they need."""
    met = (MET, len(chain) + 1)
    return inquiry.walks.nearest(lambda move: move.phase in met, frozenset(), watch) is not None


def _uses_up(inquiry: Inquiry, span: Timescale, chain: Chain, watch: Progress) -> bool:
    """Whether the parts may take longer than the span, on a way that a case can go; told if so."""
    calendar, rule = inquiry.diary.calendar, _rule(inquiry, span)
    rules = [_rule(inquiry, part) for part in chain]
    for number in range(DAYS):
        started = inquiry.diary.begins + timedelta(days=number)
        days = list(_days(inquiry, rules, started))
        due = due_on(rule, started, calendar)
        if due and days and days[-1] > due:
            entry = inquiry.entry("timescale", chain[-1].id)
            if inquiry.way("budgets", entry, lambda move: move.phase == MET, watch) is None:
                return False
            _tell(inquiry, span, chain, (started, days, due))
            return True
    return False


def _days(inquiry: Inquiry, rules: Sequence[Rule], started: date) -> Iterator[date]:
    for rule in rules:
        end = due_on(rule, started, inquiry.diary.calendar)
        if end is None:
            return
        yield end
        started = end


def _tell(
    inquiry: Inquiry, span: Timescale, chain: Chain, counted: tuple[date, list[date], date]
) -> None:
    started, days, due = counted
    rule = _rule(inquiry, span)
    allowed = length(rule.number, rule.unit)
    lines = [f"On {short_day(started)} {quoted(span.title)} starts, with {allowed}."]
    for part, day in zip(chain, days, strict=True):
        own = _rule(inquiry, part)
        said = length(own.number, own.unit)
        lines.append(f"On {short_day(day)} {quoted(part.title)} is done on its last day ({said}).")
    lines.append(f"{quoted(span.title)} was due before that, on {short_day(due)}.")
    names = ", then ".join(quoted(part.title) for part in chain)
    says = f"{names} may take longer than {quoted(span.title)} allows, and lies within it."
    inquiry.fail("budgets", says, inquiry.entry("timescale", chain[-1].id), tuple(lines))
