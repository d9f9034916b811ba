"""Timescales on every way: what meets or stops them, on whom they wait, and who is told of them."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from datetime import date

from engine.definition import Notice, Timescale, Transition, Workflow
from engine.loading.checks.soundness import RUNNING, Clock
from engine.prose import capital, listed, quoted
from engine.proving import moments
from engine.proving.ending import Graph
from engine.proving.inquiry import Inquiry
from engine.proving.reaching import Node
from engine.proving.story import who
from engine.proving.walking import Move, Watch, Way
from engine.timescales import parse

_OFF = "not running"


class Recurring:
    """Follows a timescale that runs while a case is in some states."""

    def __init__(self, timescale: Timescale) -> None:
        self._timescale = timescale

    def first(self, state: str) -> Hashable:
        """Whether it runs when a case is opened."""
        return RUNNING if state in self._timescale.starts_in else _OFF

    def after(self, step: Transition, phase: Hashable, before: str, there: str) -> Hashable:
        """Whether it runs after a step."""
        return self.first(there)


class Counted:
    """Follows a timescale that counts from a date."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def first(self, state: str) -> Hashable:
        """How it stands when a case is opened."""
        return self._clock.at_first(state)

    def after(self, step: Transition, phase: Hashable, before: str, there: str) -> Hashable:
        """How it stands after a step."""
        return self._clock.after(step, str(phase), before, there)


class Since:
    """Follows a timescale, and whether it runs since it began in one state."""

    def __init__(self, watch: Watch, state: str) -> None:
        self._watch = watch
        self._state = state

    def first(self, state: str) -> Hashable:
        """How it stands when a case is opened."""
        phase = self._watch.first(state)
        return phase, phase == RUNNING and state == self._state

    def after(self, step: Transition, phase: Hashable, before: str, there: str) -> Hashable:
        """How it stands after a step."""
        assert isinstance(phase, tuple)
        clock, since = phase
        now = self._watch.after(step, clock, before, there)
        begins = clock != RUNNING and there == self._state
        return now, now == RUNNING and (since or begins)


def recurs(timescale: Timescale) -> bool:
    """Whether a timescale begins again each time it is met."""
    return any(parse(variant.due).form == "every" for variant in timescale.variants)


def watch_of(timescale: Timescale, workflow: Workflow) -> Watch:
    """Follows a timescale; one whose date anybody may answer begins as early as it can."""
    if recurs(timescale):
        return Recurring(timescale)
    anchors = frozenset(parse(variant.due).anchor for variant in timescale.variants)
    dated = {step.dates for step in workflow.transitions.values()}
    anybody = timescale.provisional or anchors & set(workflow.opening) or not anchors <= dated
    return Counted(
        Clock(anchors, timescale.met_by, timescale.stops_if, timescale.starts_in, not anybody)
    )


def check(inquiry: Inquiry) -> None:
    """What is wrong with the timescales of a process."""
    for timescale in inquiry.workflow.timescales.values():
        _waits(inquiry, timescale)
        _told(inquiry, timescale)
        for notice in timescale.notices:
            _reaches(inquiry, timescale, notice)
        moments.check(inquiry, timescale)
        if not timescale.keep:
            _never_closed_over(inquiry, timescale)
            _ends(inquiry, timescale)
            _can_be_met(inquiry, timescale)


def _waits(inquiry: Inquiry, timescale: Timescale) -> None:
    workflow = inquiry.workflow
    if timescale.waiting_on not in (*workflow.roles, *workflow.groups):
        says = f"{quoted(timescale.title)} waits on nobody."
        entry = inquiry.entry("timescale", timescale.id)
        story = _unwatched(inquiry, timescale, "Nobody is to do it.")
        inquiry.fail("clocks_watched", says, entry, story)
        return
    role = workflow.roles.get(timescale.waiting_on)
    if timescale.duty and role and role.outside:
        says = f"{quoted(timescale.title)} is a duty, and waits on {who(workflow, role.id)}."
        entry = inquiry.entry("timescale", timescale.id)
        never = capital(f"{who(workflow, role.id)} never acts here.")
        inquiry.fail("duties_wait", says, entry, _unwatched(inquiry, timescale, never) or (never,))


def _told(inquiry: Inquiry, timescale: Timescale) -> None:
    """A timescale has a reminder and an escalation, or says why not; never both."""
    kinds = {notice.kind for notice in timescale.notices}
    title, entry = quoted(timescale.title), inquiry.entry("timescale", timescale.id)
    for kind, reason, noun in (
        ("remind", timescale.no_reminder, "reminder"),
        ("escalate", timescale.no_escalation, "escalation"),
    ):
        if kind in kinds and reason:
            says = f"{title} says why it has no {noun}, and it has one."
            inquiry.fail("clocks_watched", says, entry)
        elif kind not in kinds and not reason:
            told = "is reminded of it." if kind == "remind" else "is told when it is over."
            says = f"{title} has no {noun}, and does not say why (no_{noun})."
            inquiry.fail(
                "clocks_watched", says, entry, _unwatched(inquiry, timescale, f"Nobody {told}")
            )


def _unwatched(inquiry: Inquiry, timescale: Timescale, last: str) -> tuple[str, ...]:
    """The nearest case in which a timescale runs, to the day on which it is over."""
    watch = watch_of(timescale, inquiry.workflow)
    entry = inquiry.entry("timescale", timescale.id)
    way = inquiry.way("clocks_watched", entry, lambda move: move.phase == RUNNING, watch)
    if way is None:
        return ()
    over = inquiry.diary.due(timescale, inquiry.diary.last(way))
    return inquiry.diary.tells(way, f"{over} {last}")


def _reaches(inquiry: Inquiry, timescale: Timescale, notice: Notice) -> None:
    """A reminder reaches somebody who can do it; an escalation somebody who acts at all."""
    workflow = inquiry.workflow
    able = {timescale.waiting_on, *_takers(workflow, (*timescale.met_by, *timescale.stops_if))}
    if notice.kind == "escalate" or not timescale.met_by:
        able |= set(_takers(workflow, tuple(workflow.transitions)))
    outside = {role.id for role in workflow.roles.values() if role.outside}
    if not set(notice.tell) & (able - outside):
        told = listed(who(workflow, name) for name in notice.tell) or "nobody"
        says = f"{quoted(timescale.title)} tells {told} ({notice.at}), who can do nothing about it."
        entry = inquiry.entry("timescale", timescale.id)
        story = _unwatched(inquiry, timescale, "Nobody is told who could act.")
        inquiry.fail("clocks_watched", says, entry, story)


def _takers(workflow: Workflow, steps: tuple[str, ...]) -> Iterator[str]:
    for name in steps:
        if name in workflow.transitions:
            yield from workflow.transitions[name].who


def _never_closed_over(inquiry: Inquiry, timescale: Timescale) -> None:
    """No way closes a case while the timescale is neither met nor stopped."""
    if recurs(timescale) or not (timescale.met_by or timescale.stops_if):
        return
    closed = {s.id for s in inquiry.workflow.states.values() if s.closed}
    watch = watch_of(timescale, inquiry.workflow)
    entry = inquiry.entry("timescale", timescale.id)

    def closes(before: Node, there: Node) -> bool:
        return is_running(there) and there[1] in closed and before[1] not in closed

    graph = inquiry.prospects.graph(watch, timescale.id)
    if not any(closes(n, there) for n, edges in graph.edges.items() for _, there in edges):
        return
    way = inquiry.way(
        "clocks_end",
        entry,
        lambda move: (
            move.before is not None
            and closes((move.before.phase, move.before.state), (move.phase, move.state))
        ),
        watch,
    )
    if way:
        says = f"A case can be closed while {quoted(timescale.title)} is neither met nor stopped."
        story = _over(inquiry, timescale, way, "Nothing on this way has met or stopped it.")
        inquiry.fail("clocks_end", says, entry, story)


def _ends(inquiry: Inquiry, timescale: Timescale) -> None:
    """From wherever it runs, something can still meet or stop it."""
    if not (timescale.met_by or timescale.stops_if or recurs(timescale)):
        return
    entry = inquiry.entry("timescale", timescale.id)
    ending = {*timescale.met_by, *timescale.stops_if}

    def ends(step: Transition, before: Hashable, after: Hashable) -> bool:
        return before == RUNNING and (step.id in ending or after != RUNNING)

    watch = watch_of(timescale, inquiry.workflow)
    stuck = inquiry.attempt(
        "clocks_end",
        entry,
        lambda: inquiry.prospects.way_to_none(ends, watch, timescale.id, is_running),
    )
    if stuck:
        says = f"{quoted(timescale.title)} may run on with nothing left that meets or stops it."
        last = "From here nothing that can be done meets or stops it."
        held = inquiry.diary.record(stuck.held)
        inquiry.fail("clocks_end", says, entry, _over(inquiry, timescale, stuck.way, held, last))


def _can_be_met(inquiry: Inquiry, timescale: Timescale) -> None:
    """Wherever it starts, a step that meets it can still be come to while it runs."""
    if not timescale.met_by:
        return
    entry = inquiry.entry("timescale", timescale.id)
    watch = watch_of(timescale, inquiry.workflow)
    ending = frozenset(timescale.met_by)

    def met(step: Transition, before: Hashable, after: Hashable) -> bool:
        return before == RUNNING and step.id in ending

    graph = inquiry.prospects.graph(watch, timescale.id)
    never, _ = inquiry.prospects.possible(graph, met)
    starts = _starts(graph)
    hopeless = never & starts or {
        node for node in starts if _is_never_met(inquiry, timescale, Since(watch, node[1]))
    }
    if not hopeless:
        return
    way = inquiry.way(
        "clocks_can_be_met", entry, lambda move: (move.phase, move.state) in hopeless, watch
    )
    if way:
        here = inquiry.workflow.states[way.states[-1]].title
        says = f"{quoted(timescale.title)} starts at {quoted(here)}, where nobody can meet it."
        last = "No step that meets it can be come to while it runs."
        inquiry.fail("clocks_can_be_met", says, entry, _over(inquiry, timescale, way, last))


def _is_never_met(inquiry: Inquiry, timescale: Timescale, since: Since) -> bool:
    """Whether no case in which a timescale starts at a place ever takes a step that meets it."""

    def goal(move: Move) -> bool:
        met = move.step is not None and move.step.id in timescale.met_by
        return met and move.before is not None and move.before.phase == (RUNNING, True)

    before, entry = len(inquiry.found.not_shown), inquiry.entry("timescale", timescale.id)
    way = inquiry.way("clocks_can_be_met", entry, goal, since)
    return way is None and len(inquiry.found.not_shown) == before


def _starts(graph: Graph) -> set[Node]:
    """Where a timescale begins to run."""
    opened = {node for node, move in graph.reached.items() if move.step is None}
    begun = {
        there for node, edges in graph.edges.items() for _, there in edges if not is_running(node)
    }
    return {node for node in (*opened, *begun) if is_running(node)}


def is_running(node: Node) -> bool:
    """Whether a timescale runs at a place."""
    return node[0] == RUNNING


def started_on(inquiry: Inquiry, watch: Watch, way: Way) -> date:
    """The day of a way on which a timescale that runs at its end began to run."""
    phase, state, number = watch.first(way.states[0]), way.states[0], 0
    started = 0
    for number, (step, there) in enumerate(zip(way.steps, way.states[1:], strict=True), 1):
        before, phase = phase, watch.after(step, phase, state, there)
        started = number if phase == RUNNING and before != RUNNING else started
        state = there
    return inquiry.diary.day(started)


def _over(inquiry: Inquiry, timescale: Timescale, way: Way, *last: str) -> tuple[str, ...]:
    """The story of a way on which a timescale is over in the end."""
    watch = watch_of(timescale, inquiry.workflow)
    last_day = inquiry.diary.last(way)
    over = inquiry.diary.due(timescale, started_on(inquiry, watch, way), last_day)
    return inquiry.diary.tells(way, over, *last)
