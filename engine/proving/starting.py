"""Whether something ever starts each timescale: the day from which it counts is asked in time."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from engine.definition import Timescale, Transition, Workflow
from engine.edition import rests_on
from engine.guards import NOT_ANSWERED
from engine.loading.checks.soundness import RUNNING, Clock
from engine.prose import listed, quoted
from engine.proving.inquiry import Inquiry
from engine.proving.walking import comes_in, takes_one_of
from engine.timescales import parse


class Told:
    """Follows a timescale whose day is known from the first step that asks for it."""

    def __init__(self, clock: Clock, asking: Mapping[str, Transition]) -> None:
        self._clock = clock
        self._asking = asking

    def first(self, state: str) -> Hashable:
        """Not known."""
        return self._clock.at_first(state)

    def after(self, step: Transition, phase: Hashable, before: str, there: str) -> Hashable:
        """How it stands after a step."""
        step = self._asking.get(step.id, step)
        return self._clock.after(step, str(phase), before, there)


def check(inquiry: Inquiry) -> None:
    """Timescales that nothing starts."""
    day = inquiry.diary.begins
    for timescale in inquiry.workflow.timescales.values():
        if not any(variant.holds_on(day.isoformat()) for variant in timescale.variants):
            says = f"{quoted(timescale.title)} has no rule that is in force on {day:%a %-d %b %Y}."
            entry = inquiry.entry("timescale", timescale.id)
            inquiry.fail("clocks_can_start", says, entry, ("No clock of it starts from then on.",))
        anchors = dict.fromkeys(parse(variant.due).anchor for variant in timescale.variants)
        for name in anchors:
            if name and _is_unasked(inquiry, timescale, name):
                _tell(inquiry, timescale, name)


def asking(workflow: Workflow, name: str) -> dict[str, Transition]:
    """The steps that ask for the answer to a question, or give it."""
    return {step.id: step for step in workflow.transitions.values() if _asks(step, name)}


def _asks(step: Transition, name: str) -> bool:
    if name in (*rests_on(step), *step.asked, *step.asks, step.dates, *dict(step.sets)):
        return True
    tables = step.only_if.tables
    lines = [[li for li in table if li.subject == name] for table in tables]
    return bool(tables) and all(any(li.word != NOT_ANSWERED for li in table) for table in lines)


def _is_unasked(inquiry: Inquiry, timescale: Timescale, name: str) -> bool:
    """Whether nothing asks for the day, or only what comes when the timescale is over."""
    workflow = inquiry.workflow
    if name in workflow.opening:
        return False
    steps = asking(workflow, name)
    if timescale.provisional:
        # It counts from another day until somebody answers, however late.
        return not steps
    ends = timescale.met_by or timescale.stops_if
    dating = {one.id: one._replace(dates=name) for one in steps.values()}
    clock = Clock(
        frozenset((name,)), timescale.met_by, timescale.stops_if, timescale.starts_in, True
    )
    graph = inquiry.prospects.graph(Told(clock, dating), f"told {name} for {timescale.id}")
    running = [node for node in graph.reached if node[0] == RUNNING]
    if name in inquiry.walks.record.by_step or timescale.keep or not ends:
        # Whether what has started can still be met is looked at elsewhere.
        return not running
    return not any(step.id in ends for node in running for step, _ in graph.edges.get(node, ()))


def _tell(inquiry: Inquiry, timescale: Timescale, name: str) -> None:
    ask, title = quoted(inquiry.workflow.questions[name].ask), quoted(timescale.title)
    late = [quoted(step.title) for step in asking(inquiry.workflow, name).values()]
    entry = inquiry.entry("timescale", timescale.id)
    if late:
        says = f"{title} counts from {ask}, and nothing asks for that day in time."
        last = f"Only {listed(late, 'or')} asks {ask}: too late for {title}, which has never run."
    else:
        says = f"{title} counts from {ask}, and nothing ever asks for that day."
        last = f"No opening and no step on this way has asked {ask}, so {title} has never run."
    inquiry.fail("clocks_can_start", says, entry, _reaching(inquiry, timescale, last))


def _reaching(inquiry: Inquiry, timescale: Timescale, last: str) -> tuple[str, ...]:
    """The nearest case that meets a timescale, or else is closed."""
    workflow, entry = inquiry.workflow, inquiry.entry("timescale", timescale.id)
    closed = [state.id for state in workflow.states.values() if state.closed]
    for goal in (takes_one_of(timescale.met_by), comes_in(closed)):
        way = inquiry.way("clocks_can_start", entry, goal)
        if way:
            return inquiry.diary.tells(way, last)
    return (last,)
