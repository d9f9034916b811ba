"""Every way that a case can go, searched from its opening: through states, and what is on record.

A search looks at no more of the record than it must. It begins with the states alone; where what it
finds cannot be done, it looks at the answers for which it cannot, and searches again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol

from engine.definition import Transition, Workflow
from engine.proving.record import Masks, Projection, Record, within

MOST = 6_000
"""Situations of one search, after which it is given up and said to show nothing."""

NO_PHASE = ""


class TooManyError(Exception):
    """A search was given up: there are more situations than it looks at."""


class Watch(Protocol):
    """What a search follows beside the state: a clock, or what was done on the way."""

    def first(self, state: str) -> Hashable:
        """How it stands when a case is opened."""

    def after(self, step: Transition, phase: Hashable, before: str, there: str) -> Hashable:
        """How it stands after a step from one state to another, or back to the same."""


class Watching:
    """Nothing is followed beside the state."""

    def first(self, state: str) -> Hashable:
        """Nothing."""
        return NO_PHASE

    def after(self, step: Transition, phase: Hashable, before: str, there: str) -> Hashable:
        """Nothing still."""
        return phase


class Move(NamedTuple):
    """A case at a place in a search, with the step that led there and from where."""

    state: str
    phase: Hashable
    held: Masks
    step: Transition | None = None
    before: Move | None = None

    @property
    def way(self) -> Way:
        """How the case came here."""
        moves = list(self.moves)
        return Way(tuple(m.step for m in moves if m.step), tuple(m.state for m in moves))

    @property
    def moves(self) -> Iterator[Move]:
        """From the opening to here."""
        found: list[Move] = []
        one: Move | None = self
        while one is not None:
            found.append(one)
            one = one.before
        return reversed(found)


class Way(NamedTuple):
    """The steps of a case from its opening, and the states through which they lead."""

    steps: tuple[Transition, ...]
    states: tuple[str, ...]


Goal = Callable[[Move], bool]
Node = tuple[Hashable, str]
"""A phase of what is followed, and a state."""


def takes(step: Transition) -> Goal:
    """A goal: a step is taken."""

    def goal(move: Move) -> bool:
        return move.step is step

    return goal


def takes_one_of(steps: Collection[str]) -> Goal:
    """A goal: one of these steps is taken."""

    def goal(move: Move) -> bool:
        return move.step is not None and move.step.id in steps

    return goal


def comes_in(states: Collection[str]) -> Goal:
    """A goal: a case is in one of these states."""

    def goal(move: Move) -> bool:
        return move.state in states

    return goal


class Walks:
    """The searches through one workflow; what was searched once is kept."""

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow
        self.record = Record(workflow)
        self.steps: dict[str, list[Transition]] = {}
        for step in workflow.transitions.values():
            for start in step.starts:
                self.steps.setdefault(start, []).append(step)
        self._projections: dict[frozenset[str], Projection] = {}
        self._valuations: dict[frozenset[str], dict[str, list[Masks]]] = {}
        self._streams: dict[frozenset[str], _Stream] = {}
        self._whole = Projection(self.record, self.record.subjects)

    def projection(self, names: Collection[str]) -> Projection:
        """The record seen through these subjects."""
        key = frozenset(names)
        if key not in self._projections:
            self._projections[key] = Projection(self.record, key)
        return self._projections[key]

    def moves(
        self,
        names: Collection[str] = (),
        watch: Watch | None = None,
        without: Collection[str] = (),
        known: dict[Node, list[Masks]] | None = None,
    ) -> Iterator[Move]:
        """Every move of a case, nearest first; each situation is gone on from once.

        What may be on record at each place is left in `known`. Raises TooManyError when there are
        too many situations.
        """
        seen_by, watching = self.projection(names), watch or Watching()
        start = self.workflow.starts_at
        opened = Move(start, watching.first(start), seen_by.first)
        known = {} if known is None else known
        known[(opened.phase, start)] = [opened.held]
        waiting, situations = deque([opened]), 0
        yield opened
        while waiting:
            here = waiting.popleft()
            for step in self.steps.get(here.state, ()):
                if step.id in without:
                    continue
                there = step.to or here.state
                phase = watching.after(step, here.phase, here.state, there)
                if phase is None:
                    continue
                before = known.setdefault((phase, there), [])
                for held in seen_by.after(step.id, there, here.held):
                    move = Move(there, phase, held, step, here)
                    yield move
                    if held not in before and not any(within(held, other) for other in before):
                        before.append(held)
                        waiting.append(move)
                        situations += 1
                        if situations > MOST:
                            raise TooManyError

    def find(
        self, goal: Goal, watch: Watch | None = None, without: Collection[str] = ()
    ) -> Way | None:
        """The shortest way that a case can really go to a goal; None if there is no way.

        Raises TooManyError where that cannot be told.
        """
        names: frozenset[str] | None = frozenset()
        way = None
        while names is not None:
            kept = watch is None and not without
            moves: Iterable[Move] = self._kept(names) if kept else self.moves(names, watch, without)
            way = next((move.way for move in moves if goal(move)), None)
            if way is None:
                return None
            names = self._more(way, names)
        return way

    def find_record(
        self,
        test: Callable[[Move, Mapping[str, int]], bool],
        names: Iterable[str],
        watch: Watch | None = None,
    ) -> Way | None:
        """The shortest way to a place that passes a test, with what may be on record there of these
        subjects.

        Raises TooManyError where that cannot be told.
        """
        looked_at: frozenset[str] | None = frozenset(names)
        way = None
        while looked_at is not None:
            order = self.projection(looked_at).names
            moves: Iterable[Move] = self.moves(looked_at, watch) if watch else self._kept(looked_at)
            way = next(
                (m.way for m in moves if test(m, dict(zip(order, m.held, strict=True)))), None
            )
            if way is None:
                return None
            looked_at = self._more(way, looked_at)
        return way

    def _more(self, way: Way, names: frozenset[str]) -> frozenset[str] | None:
        """What a search must look at too, since a way cannot be gone; None if it can."""
        lacking = self.lacking(way)
        if lacking and lacking <= names:
            raise TooManyError
        return names | lacking if lacking else None

    def lacking(self, way: Way) -> frozenset[str]:
        """The subjects for which a way cannot be gone; none if it can."""
        whole = self._whole
        held: list[Masks] = [whole.first]
        for step, there in zip(way.steps, way.states[1:], strict=True):
            following = list(dict.fromkeys(m for h in held for m in whole.after(step.id, there, h)))
            if not following:
                return frozenset[str]().union(*(whole.lacking(step.id, h) for h in held))
            held = following
        return frozenset()

    def at_end(self, way: Way) -> list[Masks]:
        """What may be on record, of all that is looked at, at the end of a way."""
        held: list[Masks] = [self._whole.first]
        for step, there in zip(way.steps, way.states[1:], strict=True):
            held = list(
                dict.fromkeys(m for h in held for m in self._whole.after(step.id, there, h))
            )
        return held

    def in_state(self, state: str, names: Collection[str]) -> list[Masks]:
        """What may be on record of these subjects while a case is in a state."""
        key = frozenset(names)
        if key not in self._valuations:
            self._valuations[key] = self._valued(key)
        return self._valuations[key].get(state, [])

    def _valued(self, names: frozenset[str]) -> dict[str, list[Masks]]:
        """What may be on record in each state, found as `moves` does, of which nothing is kept."""
        seen_by, start = self.projection(names), self.workflow.starts_at
        found: dict[str, list[Masks]] = {start: [seen_by.first]}
        waiting, situations = deque([(start, seen_by.first)]), 0
        while waiting:
            state, before = waiting.popleft()
            for step in self.steps.get(state, ()):
                there = step.to or state
                known = found.setdefault(there, [])
                for held in seen_by.after(step.id, there, before):
                    if held not in known and not any(within(held, other) for other in known):
                        known.append(held)
                        waiting.append((there, held))
                        situations += 1
            if situations > MOST:
                raise TooManyError
        return found

    def _kept(self, names: Collection[str]) -> _Stream:
        """Every move of a case where nothing is followed beside the state; searched once."""
        key = frozenset(names)
        if key not in self._streams:
            self._streams[key] = _Stream(self.moves(key))
        return self._streams[key]


class _Stream:
    """The moves of one search, made as they are wanted and kept for the next who asks."""

    def __init__(self, moves: Iterator[Move]) -> None:
        self._moves = moves
        self._made: list[Move] = []
        self._given_up = False

    def __iter__(self) -> Iterator[Move]:
        number = 0
        while True:
            while number < len(self._made):
                yield self._made[number]
                number += 1
            if not self._more():
                return

    def _more(self) -> bool:
        """Make another move; raises TooManyError, for all who ask, where the search is given up."""
        if self._given_up:
            raise TooManyError
        try:
            move = next(self._moves, None)
        except TooManyError:
            self._given_up = True
            raise
        if move is not None:
            self._made.append(move)
        return move is not None
