"""What can be shown of a process by walking its states: no dead ends, and no clock left running."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from engine.definition import Timescale, Transition, Workflow
from engine.loading.checks.rules import Problem
from engine.timescales import parse

UNKNOWN = "its date is unknown"
KNOWN = "its date is known"
RUNNING = "running"
STOPPED = "stopped until the case comes back"
ENDED = "ended"

Steps = Mapping[str, tuple[Transition, ...]]
Node = tuple[str, str]


def steps_from(workflow: Workflow) -> Steps:
    """The transitions that may be taken in each state."""
    found: dict[str, list[Transition]] = defaultdict(list)
    for transition in workflow.transitions.values():
        for start in transition.starts:
            found[start].append(transition)
    return {state: tuple(transitions) for state, transitions in found.items()}


def state_problems(workflow: Workflow, steps: Steps) -> Iterator[tuple[str, Problem]]:
    """The states that no case reaches, and those from which none can end, with what is wrong."""
    moves = [
        (start, transition.to)
        for start, transitions in steps.items()
        for transition in transitions
        if transition.to not in ("", start)
    ]
    forward, backward = defaultdict(set), defaultdict(set)
    for start, end in moves:
        forward[start].add(end)
        backward[end].add(start)
    reached = _reached({workflow.starts_at}, forward)
    ending = _reached({s.id for s in workflow.states.values() if s.closed}, backward)
    for state in (state for state in workflow.states.values() if not state.abstract):
        if state.id not in reached:
            yield state.id, Problem((), f'No step leads to the state "{state.id}".')
        if not state.closed and not forward[state.id]:
            hint = "Add a transition from it, or closed = true if it is an end."
            yield state.id, Problem((), f'Nothing leads out of the state "{state.id}".', hint)
        elif state.id not in ending:
            hint = "Lead it, in the end, to a state with closed = true."
            yield state.id, Problem((), f'A case in the state "{state.id}" can never end.', hint)


def line_problem(workflow: Workflow, steps: Steps) -> Problem | None:
    """What is wrong with the main line, which goes from the start to an end by steps."""
    line = workflow.main_line
    if not line:
        return None
    for here, there in pairwise(line):
        if there not in {step.to for step in steps.get(here, ())}:
            sentence = f'The main line goes from "{here}" to "{there}", and no step does.'
            return Problem(("main_line",), sentence)
    if line[0] != workflow.starts_at or not workflow.states[line[-1]].closed:
        sentence = "The main line goes from where a case starts to a closed state."
        return Problem(("main_line",), sentence)
    return None


def _reached(start: set[str], edges: Mapping[str, set[str]]) -> set[str]:
    found, waiting = set(start), list(start)
    while waiting:
        for state in edges.get(waiting.pop(), ()):
            if state not in found:
                found.add(state)
                waiting.append(state)
    return found


@dataclass(frozen=True, slots=True)
class Clock:
    """A timescale as the walk sees it: what makes its date known, where it starts, what ends it."""

    anchors: frozenset[str]
    met_by: tuple[str, ...]
    stops_if: tuple[str, ...]
    starts_in: tuple[str, ...]
    dated_by_steps: bool
    """Whether only steps answer its date; else anybody may, at any time."""

    def at_first(self, state: str) -> str:
        """How it stands when a case is opened."""
        return self._settled(self._asked(), state)

    def after(self, transition: Transition, phase: str, before: str, state: str) -> str:
        """How it stands after a step from one state to another, or back to the same."""
        if phase == RUNNING and transition.id in self.met_by:
            phase = ENDED
        elif phase == RUNNING and transition.id in self.stops_if:
            phase = STOPPED if self.starts_in else ENDED
        elif phase == STOPPED and state != before and self._starts(state):
            phase = RUNNING
        # A step that dates what was dated before asks it anew by that.
        if phase in (STOPPED, ENDED) and self.anchors & {*transition.asks_anew, transition.dates}:
            phase = self._asked()
        if phase == UNKNOWN and transition.dates in self.anchors:
            phase = KNOWN
        return self._settled(phase, state)

    def _asked(self) -> str:
        return UNKNOWN if self.dated_by_steps else KNOWN

    def _settled(self, phase: str, state: str) -> str:
        return RUNNING if phase == KNOWN and self._starts(state) else phase

    def _starts(self, state: str) -> bool:
        return not self.starts_in or state in self.starts_in


def clock_of(timescale: Timescale, workflow: Workflow) -> Clock | None:
    """The clock of a timescale; None for one that stops by itself, or may outlive the case."""
    rules = [parse(variant.due) for variant in timescale.variants]
    met_by, stops_if = timescale.met_by, timescale.stops_if
    recurs = any(rule.form == "every" for rule in rules)
    if timescale.keep or recurs or not (met_by or stops_if):
        return None
    anchors = frozenset(rule.anchor for rule in rules)
    dated = {transition.dates for transition in workflow.transitions.values()}
    anybody = timescale.provisional or anchors & set(workflow.opening) or not anchors <= dated
    return Clock(anchors, met_by, stops_if, timescale.starts_in, not anybody)


def clock_problem(timescale: Timescale, workflow: Workflow, steps: Steps) -> Problem | None:
    """The shortest way to close a case while a timescale is neither met nor stopped.

    A clock whose date anybody may answer is taken to start as early as it can, and one that a step
    dates to start there; guards are not looked at, so what can happen is never left out.
    """
    clock = clock_of(timescale, workflow)
    if clock is None:
        return None
    closing = _closing(clock, workflow, steps)
    if not closing:
        return None
    shortest = min(closing.values(), key=len)
    way = ", then ".join(f'"{name}"' for name in shortest)
    names = ", ".join(closing)
    return Problem(
        (),
        f'The case can close with the timescale "{timescale.id}" neither met nor stopped: {way}.',
        f"Name what ends it in met_by or stops_if ({names}), or where it starts in starts_in.",
    )


def _closing(clock: Clock, workflow: Workflow, steps: Steps) -> dict[str, tuple[str, ...]]:
    """The steps that close a case while the clock runs, each with the shortest way to it."""
    first: Node = (workflow.starts_at, clock.at_first(workflow.starts_at))
    ways: dict[Node, tuple[str, ...]] = {first: ()}
    waiting = deque([first])
    closing: dict[str, tuple[str, ...]] = {}
    while waiting:
        state, phase = node = waiting.popleft()
        for transition in steps.get(state, ()):
            there = transition.to or state
            following: Node = (there, clock.after(transition, phase, state, there))
            closes = workflow.states[there].closed and not workflow.states[state].closed
            if closes and following[1] == RUNNING:
                closing.setdefault(transition.id, (*ways[node], transition.id))
            elif following not in ways:
                ways[following] = (*ways[node], transition.id)
                waiting.append(following)
    return closing
