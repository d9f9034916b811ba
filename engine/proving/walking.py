"""Every way that a case can go, searched from its opening: through states, and what is on record.

A search looks at no more of the record than it must. It begins with the states alone; where what it
finds cannot be done, it looks at the answers for which it cannot, and searches again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple, Protocol

from engine.definition import Transition, Workflow
from engine.proving.boxes import Pile
from engine.proving.effort import Effort, Search, TooManyError
from engine.proving.reaching import Arrival, Node, Reach
from engine.proving.record import Masks, Projection, Record, within
from engine.proving.stream import Stream

MANY = 32
"""So many boxes at the end of a way are kept apart, of which some may be one."""

NO_PHASE = ""


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
Test = Callable[[Move, Mapping[str, int]], bool]


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

    def __init__(self, workflow: Workflow, effort: Effort, *, linked: bool = False) -> None:
        self.workflow = workflow
        self.effort = effort
        self.record = Record(workflow, linked=linked)
        self.steps: dict[str, list[Transition]] = {}
        for step in workflow.transitions.values():
            for start in step.starts:
                self.steps.setdefault(start, []).append(step)
        self._projections: dict[frozenset[str], Projection] = {}
        self._reaches: dict[frozenset[str], Reach] = {}
        self._too_many: set[frozenset[str]] = set()
        """The subjects with which a search for the nearest was given up."""
        self._ends: dict[tuple[str, ...], list[Masks]] = {}
        self._streams: dict[frozenset[str], Stream[Move]] = {}
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
    ) -> Iterator[Move]:
        """Every move of a case, nearest first; each situation is gone on from once.

        Raises TooManyError when there are too many situations.
        """
        seen_by, near = self.projection(names), self.effort.near
        search = self.effort.search() if names else self.effort.of_states()
        opened, onward = self._opened(seen_by, watch), self._onward(watch, without)
        known: dict[Node, list[Masks]] = {(opened.phase, opened.state): [opened.held]}
        waiting, situations = deque([opened]), 0
        yield opened
        while waiting:
            here = waiting.popleft()
            steps = onward((here.phase, here.state))
            search.look(len(steps) << 2)
            for step, node in steps:
                before = known.setdefault(node, [])
                for held in seen_by.after(step.id, node[1], here.held):
                    move = Move(node[1], node[0], held, step, here)
                    yield move
                    if held not in before and not any(within(held, other) for other in before):
                        search.look(len(before))
                        before.append(held)
                        waiting.append(move)
                        situations += 1
                        if names and situations > near:
                            raise TooManyError

    def _opened(self, seen_by: Projection, watch: Watch | None) -> Move:
        start = self.workflow.starts_at
        return Move(start, (watch or Watching()).first(start), seen_by.first)

    def _onward(
        self, watch: Watch | None, without: Collection[str]
    ) -> Callable[[Node], list[tuple[Transition, Node]]]:
        """The steps from a place, and where each leads."""
        watching = watch or Watching()
        known: dict[Node, list[tuple[Transition, Node]]] = {}

        def onward(node: Node) -> list[tuple[Transition, Node]]:
            if node not in known:
                phase, state = node
                places = (
                    (step, (watching.after(step, phase, state, step.to or state), step.to or state))
                    for step in self.steps.get(state, ())
                    if step.id not in without
                )
                known[node] = [one for one in places if one[1][0] is not None]
            return known[node]

        return onward

    def find(
        self, goal: Goal, watch: Watch | None = None, without: Collection[str] = ()
    ) -> Way | None:
        """The shortest way that a case can really go to a goal; None if there is no way.

        Where there are too many situations it may not be the shortest. Raises TooManyError where
        that cannot be told.
        """
        names: frozenset[str] | None = frozenset()
        way = None
        while names is not None:
            move = self.nearest(goal, names, watch, without)
            if move is None:
                return None
            way = move.way
            names = self.more(way, names)
        return way

    def find_record(
        self, test: Test, names: Iterable[str], watch: Watch | None = None
    ) -> Way | None:
        """The shortest way to a place that passes a test, with what may be on record there of these
        subjects.

        What passes with a record passes with one that may be more. Raises TooManyError where that
        cannot be told.
        """
        looked_at: frozenset[str] | None = frozenset(names)
        way = None
        while looked_at is not None:
            order = self.projection(looked_at).names
            move = self.nearest(partial(_passes, test, order), looked_at, watch)
            if move is None:
                return None
            way = move.way
            looked_at = self.more(way, looked_at)
        return way

    def nearest(
        self,
        goal: Goal,
        names: frozenset[str],
        watch: Watch | None = None,
        without: Collection[str] = (),
    ) -> Move | None:
        """The nearest move to a goal, as far as these subjects tell; any where there are too many.

        Raises TooManyError where it cannot be told whether there is one.
        """
        kept = watch is None and not without
        if not self._is_large(names):
            moves = self._kept(names) if kept else self.moves(names, watch, without)
            try:
                return next((move for move in moves if goal(move)), None)
            except TooManyError:
                self._too_many |= {names} if kept else set()
        return self._any(goal, names, self.reach(names, watch, without))

    def _is_large(self, names: frozenset[str]) -> bool:
        return any(fewer <= names for fewer in self._too_many)

    def _any(self, goal: Goal, names: frozenset[str], reach: Reach) -> Move | None:
        """A move to a goal, by any way."""
        (phase, state), held = reach.opened
        opened = Move(state, phase, held)
        if goal(opened):
            return opened
        for number, one in enumerate(reach.arrivals):
            if goal(_moved(one, Move(one.start[1], one.start[0], one.before))):
                move = opened
                for arrival, held in reach.way_to(number, self.effort.search()):
                    move = _moved(arrival, move)._replace(held=held)
                if goal(move):
                    return move
                raise TooManyError
        return None

    def reach(
        self, names: Collection[str], watch: Watch | None = None, without: Collection[str] = ()
    ) -> Reach:
        """Every place of a case, with what may be on record there.

        Raises TooManyError when there is too much.
        """
        key, kept = frozenset(names), watch is None and not without
        if kept and key in self._reaches:
            return self._reaches[key]
        seen_by = self.projection(key)
        opened = self._opened(seen_by, watch)
        reach = Reach(
            seen_by,
            ((opened.phase, opened.state), opened.held),
            self._onward(watch, without),
            self.effort.search(),
        )
        if kept:
            self._reaches[key] = reach
        return reach

    def more(self, way: Way, names: frozenset[str]) -> frozenset[str] | None:
        """What a search must look at too, since a way cannot be gone; None if it can.

        What a step lacks may hang on which of its ways an earlier step was taken by, and so on all
        that is read on the way.
        """
        lacking = self.lacking(way, every=self._is_large(names))
        if lacking and lacking <= names:
            lacking = frozenset(
                name for step in way.steps for name in self.record.subjects_of(step.id)
            )
            if lacking <= names:
                raise TooManyError
        return names | lacking if lacking else None

    def lacking(self, way: Way, *, every: bool = False) -> frozenset[str]:
        """The subjects for which a way cannot be gone, the first ones or all; none if it can.

        Raises TooManyError where too much may be on record on the way.
        """
        held: list[Masks] = [self._whole.first]
        search = self.effort.search()
        for step, there in zip(way.steps, way.states[1:], strict=True):
            following = list(self._following(step.id, there, held, search))
            if not following:
                whole = self._whole
                return frozenset[str]().union(
                    *(whole.lacking(step.id, one, every=every) for one in held)
                )
            held = following
        self._ends[_key(way)] = held
        return frozenset()

    def _following(
        self, step: str, there: str, held: Sequence[Masks], search: Search
    ) -> Collection[Masks]:
        following = dict.fromkeys(m for h in held for m in self._whole.after(step, there, h))
        if len(following) <= MANY:
            return following
        joined = Pile()
        for one in following:
            search.look(len(joined.boxes) << 2)
            joined.add(one)
        return joined.boxes

    def at_end(self, way: Way) -> list[dict[str, int]]:
        """What may be on record, of all that is looked at, at the end of a way; none where it
        cannot be gone.
        """
        if _key(way) not in self._ends:
            self.lacking(way)
        names = self._whole.names
        return [dict(zip(names, held, strict=True)) for held in self._ends.get(_key(way), [])]

    def in_state(self, state: str, names: Collection[str]) -> list[Masks]:
        """What may be on record of these subjects while a case is in a state."""
        return self.reach(names).places.get((NO_PHASE, state), [])

    def _kept(self, names: Collection[str]) -> Stream[Move]:
        """Every move of a case where nothing is followed beside the state; searched once."""
        key = frozenset(names)
        if key not in self._streams:
            self._streams[key] = Stream(self.moves(key))
        return self._streams[key]


def _moved(one: Arrival, before: Move) -> Move:
    return Move(one.there[1], one.there[0], one.held, one.step, before)


def _passes(test: Test, names: Sequence[str], move: Move) -> bool:
    return test(move, dict(zip(names, move.held, strict=True)))


def _key(way: Way) -> tuple[str, ...]:
    return (*way.states, *(step.id for step in way.steps))
