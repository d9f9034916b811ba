"""What is to be seen of a process: its places, the steps between them, and its timescales.

Where a definition names no main line, it is the longest way from where a case starts to where it is
closed that never goes back in the order of reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from string import ascii_uppercase
from typing import Final, Literal, NamedTuple

from engine import duties
from engine.definition import State, Timescale, Transition, Variant, Workflow
from engine.diagrams.ordering import longest_line, reading_order
from engine.prose import day_of, name_of, setter
from engine.timescales import parse, words

MOST_DRAWN: Final = 4
"""A step from more places than this is told where it leads to, and not drawn from each of them."""

Way = Literal["main", "on", "back"]
Rank = Literal["duty", "guidance", "local"]


@dataclass(frozen=True, slots=True)
class Step:
    """A step as it is drawn from one place, or told at the place it leads to."""

    id: str
    title: str
    source: str
    """A state, or a group of states that share it; empty where it is told and not drawn."""
    target: str
    """Empty if the case stays where it is."""
    way: Way
    taken: str = ""
    """The day on which the case last took it."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """A step from many places, told at the one it leads to."""

    step: Step
    sources: int


@dataclass(frozen=True, slots=True)
class Place:
    """A state as it is drawn."""

    id: str
    title: str
    waiting_on: str
    group: str
    closed: bool
    main: bool
    steps: tuple[Step, ...] = ()
    """Those that lead from here to another place, in the order of the files."""
    within: tuple[str, ...] = ()
    """The titles of those that leave the case here."""
    gathered: tuple[Gathered, ...] = ()
    shared: tuple[Step, ...] = ()
    """Those of its group that lead from here down the main line."""
    here: bool = False
    been: bool = False
    came: tuple[tuple[int, str], ...] = ()
    """By which steps of its way the case came here, by their number, and on which days."""


@dataclass(frozen=True, slots=True)
class Band:
    """A group of states that share steps."""

    id: str
    title: str
    steps: tuple[Step, ...]
    within: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clock:
    """A timescale as it is drawn: from the place where it starts to the one where it is met."""

    number: int
    id: str
    title: str
    time: str
    """What it allows, in words."""
    rests_on: str
    """What sets its time, and how far that is confirmed; its duty if somebody has read it."""
    rank: Rank
    first: str
    last: str
    """Empty where it runs on past closure, or is met at no place of its own."""
    stands: str = ""
    """Where it stands on the case: its status and day; empty if it has not started."""
    late: bool = False
    running: bool = False

    @property
    def label(self) -> str:
        """Its letter, by which a bar and what is told of it belong together: A to Z, then AA."""
        before, last = divmod(self.number - 1, len(ascii_uppercase))
        return (ascii_uppercase[before - 1] if before else "") + ascii_uppercase[last]


class Went(NamedTuple):
    """A step of a case from one place to another."""

    step: str
    source: str
    target: str
    day: str


class Stands(NamedTuple):
    """Where a timescale stands on a case: in words, and whether it is late, and runs."""

    words: str
    late: bool = False
    running: bool = False


_NOT_STARTED: Final = Stands("")


@dataclass(frozen=True, slots=True)
class Track:
    """Where a case is, and how it came there; days are as they are recorded."""

    ref: str
    state: str
    since: str
    been: frozenset[str] = frozenset()
    taken: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """The day on which each step was last taken from each state."""
    clocks: Mapping[str, Stands] = field(default_factory=dict)
    """Where each timescale stands that has started."""
    way: tuple[Went, ...] = ()
    """The steps that led it from place to place, in the order in which they were taken."""
    demo: bool = False
    """Whether everybody in it is made up."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that is to be seen."""

    title: str
    edition: str
    line: tuple[str, ...]
    """The states of the main line, from the first to the last."""
    places: Mapping[str, Place]
    bands: Mapping[str, Band]
    anywhere: tuple[Step, ...]
    """The steps that leave a case where it is, and can be taken at many places."""
    clocks: tuple[Clock, ...]
    track: Track | None = None
    day: date | None = None
    """The day on which the law stood so, where that was asked."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """The title of every step."""

    @property
    def drawn_clocks(self) -> list[Clock]:
        """The timescales that are drawn: of a case, only those that have started."""
        return [clock for clock in self.clocks if clock.stands or not self.track]

    @property
    def holders(self) -> tuple[Place | Band, ...]:
        """All from which steps lead: the places, and the groups of places."""
        return (*self.places.values(), *self.bands.values())

    @property
    def steps(self) -> list[Step]:
        """Every step that is drawn."""
        return [step for holder in self.holders for step in holder.steps]


def picture(workflow: Workflow, track: Track | None = None, day: date | None = None) -> Picture:
    """What is to be seen of a process, and of one case if it is given."""
    line = main_line(workflow)
    drawn = _Drawn(workflow, line, track)
    for transition in workflow.transitions.values():
        drawn.add(transition)
    states = [state for state in workflow.states.values() if not state.abstract]
    return Picture(
        title=workflow.title,
        edition=workflow.edition,
        line=line,
        places={state.id: drawn.place(state) for state in states},
        bands={s.id: drawn.band(s) for s in workflow.states.values() if s.abstract},
        anywhere=tuple(drawn.anywhere),
        clocks=tuple(_clocks(workflow, drawn.order, track)),
        track=track,
        day=day,
        titles={step.id: step.title for step in workflow.transitions.values()},
    )


def main_line(workflow: Workflow) -> tuple[str, ...]:
    """The way that the definition names, or else the longest that only goes on."""
    return workflow.main_line or longest_line(workflow)


class _Drawn:
    """The steps as they are drawn, gathered place by place."""

    def __init__(self, workflow: Workflow, line: tuple[str, ...], track: Track | None) -> None:
        self.workflow = workflow
        self.line = line
        self.track = track
        self.next = dict(pairwise(line))
        self.order = reading_order(workflow)
        self.steps: dict[str, list[Step]] = {}
        self.within: dict[str, list[str]] = {}
        self.gathered: dict[str, list[Gathered]] = {}
        self.anywhere: list[Step] = []
        groups: dict[str, set[str]] = {}
        for state in workflow.states.values():
            if state.within and not state.abstract:
                groups.setdefault(state.within, set()).add(state.id)
        self.groups = groups

    def add(self, transition: Transition) -> None:
        """Draw a step from where it starts, or tell it where it leads."""
        sources = [name for name in transition.starts if name != transition.to]
        ports = self._ports(sources)
        if len(ports) > MOST_DRAWN:
            step = self._step(transition, "", "on")
            if transition.to:
                self.gathered.setdefault(transition.to, []).append(Gathered(step, len(sources)))
            else:
                self.anywhere.append(step)
            return
        for port in ports:
            if transition.to:
                step = self._step(transition, port, self._way(port, transition.to))
                self.steps.setdefault(port, []).append(step)
            else:
                self.within.setdefault(port, []).append(transition.title)

    def place(self, state: State) -> Place:
        """A state with what leads from it."""
        track = self.track
        return Place(
            id=state.id,
            title=state.title,
            waiting_on=name_of(self.workflow, state.waiting_on).partition(" (")[0],
            group=state.within,
            closed=state.closed,
            main=state.id in self.line,
            steps=tuple(self.steps.get(state.id, ())),
            within=tuple(self.within.get(state.id, ())),
            gathered=tuple(self.gathered.get(state.id, ())),
            shared=tuple(self._shared(state)),
            here=track is not None and track.state == state.id,
            been=track is not None and state.id in track.been,
            came=tuple(
                (number, went.day)
                for number, went in enumerate(track.way if track else (), 1)
                if went.target == state.id
            ),
        )

    def _shared(self, state: State) -> Iterable[Step]:
        """The steps of the group of a state with which the main line leaves it."""
        for step in self.steps.get(state.within, ()) if state.id in self.next else ():
            if step.target == self.next[state.id]:
                yield step

    def band(self, state: State) -> Band:
        """A group of states with what leads from all of them alike."""
        steps, within = self.steps.get(state.id, ()), self.within.get(state.id, ())
        return Band(state.id, state.title, tuple(steps), tuple(within))

    def _ports(self, sources: list[str]) -> list[str]:
        """The groups of which every state is a source, and the states that are left."""
        left, found = set(sources), []
        for group, members in self.groups.items():
            if len(members) > 1 and members <= left:
                found.append(group)
                left -= members
        return [*found, *(name for name in sources if name in left)]

    def _way(self, port: str, target: str) -> Way:
        if self.next.get(port) == target:
            return "main"
        members = self.groups.get(port)
        if members and any(self.next.get(member) == target for member in members):
            return "main"
        here = max(self.order[name] for name in members) if members else self.order[port]
        return "on" if self.order[target] > here else "back"

    def _step(self, transition: Transition, port: str, way: Way) -> Step:
        taken = self._taken(transition, port)
        return Step(transition.id, transition.title, port, transition.to, way, taken)

    def _taken(self, transition: Transition, port: str) -> str:
        """The day on which it was last taken from here; from anywhere, where none is named."""
        places = self.groups.get(port, {port} if port else {*transition.starts})
        known = self.track.taken if self.track else {}
        return max((known.get((transition.id, place), "") for place in places), default="")


def _clocks(workflow: Workflow, order: Mapping[str, int], track: Track | None) -> Iterable[Clock]:
    for number, timescale in enumerate(workflow.timescales.values(), 1):
        variant = _latest(timescale)
        first = _starts(workflow, timescale, variant, order)
        stands = track.clocks.get(timescale.id, _NOT_STARTED) if track else _NOT_STARTED
        yield Clock(
            number=number,
            id=timescale.id,
            title=timescale.title,
            time=_time(workflow, variant),
            rests_on=_rests_on(timescale, variant),
            rank=_rank(timescale, variant),
            first=first,
            last=_met(workflow, timescale, first, order),
            stands=stands.words,
            late=stands.late,
            running=stands.running,
        )


def _latest(timescale: Timescale) -> Variant:
    """The rule as it stands: the latest of those that have not ended, or else the latest."""
    standing = [one for one in timescale.variants if not one.until] or timescale.variants
    return max(standing, key=lambda one: one.since)


def _time(workflow: Workflow, variant: Variant) -> str:
    rule = parse(variant.due)
    question = workflow.questions.get(rule.anchor)
    return f"{words(replace(rule, anchor=''))} {day_of(question)}" if question else words(rule)


def _rests_on(timescale: Timescale, variant: Variant) -> str:
    how_far = "read" if variant.confirmed == "read" else f"unconfirmed: {variant.confirmed}"
    by = f"{setter(variant.time_from.kind)} (“{variant.time_from.says}”), {how_far}"
    read = duties.is_read(timescale, variant)
    return f"duty under {timescale.duty}; time set by {by}" if read else f"time set by {by}"


def _rank(timescale: Timescale, variant: Variant) -> Rank:
    if duties.is_read(timescale, variant):
        return "duty"
    local = variant.time_from.kind == "local" and not timescale.duty
    return "local" if local else "guidance"


def _starts(
    workflow: Workflow, timescale: Timescale, variant: Variant, order: Mapping[str, int]
) -> str:
    """The first place at which it can start."""
    anchor = parse(variant.due).anchor
    steps = [step for step in workflow.transitions.values() if anchor and step.dates == anchor]
    places = [step.to or (step.starts[0] if len(step.starts) == 1 else "") for step in steps]
    found = [name for name in places if name] or list(timescale.starts_in)
    found = [name for name in found if name in order]
    if steps and not found:
        found = [name for step in steps for name in step.starts if name in order]
    return min(found, key=lambda name: order[name], default=workflow.starts_at)


def _met(workflow: Workflow, timescale: Timescale, first: str, order: Mapping[str, int]) -> str:
    """The last place, from the first on, from which a step meets it in the ordinary course."""
    steps = [workflow.transitions[name] for name in timescale.met_by]
    few = [step for step in steps if len(step.starts) <= MOST_DRAWN] or steps
    places = [name for step in few for name in step.starts if order.get(name, -1) >= order[first]]
    if len(places) > 2 * MOST_DRAWN:
        return min(places, key=lambda name: order[name])
    return max(places, key=lambda name: order[name], default="")
