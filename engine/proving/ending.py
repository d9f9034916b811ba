"""Whether something can still happen, wherever a case has come: an end, a step that meets a clock.

A step counts only where every answer that may be on record lets it be taken, sooner or later,
without any answer having been wrong.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from math import prod
from operator import itemgetter
from typing import NamedTuple

from engine.definition import Transition
from engine.proving.record import Masks, Projection
from engine.proving.walking import Move, Node, TooManyError, Walks, Watch, Way

FEW = 4_000
"""Records, answer by answer, that are looked at in one state."""

Place = tuple[Node, Masks]
"""A place, and what is on record there."""

Ends = Callable[[Transition, Hashable, Hashable], bool]
"""Whether a step from one phase to another is what is to happen."""


class Stuck(NamedTuple):
    """A way to where something can no longer happen."""

    way: Way
    held: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """What must be on record there for it to be so: subjects, and the values of each."""


@dataclass(slots=True)
class Graph:
    """Where a case can come, state by state, and the steps from each place to the next."""

    edges: dict[Node, list[tuple[Transition, Node]]] = field(default_factory=dict)
    reached: dict[Node, Move] = field(default_factory=dict)
    """The nearest move to each."""


class Prospects:
    """What can still happen from wherever a case has come."""

    def __init__(self, walks: Walks) -> None:
        self._walks = walks
        self._graphs: dict[str, Graph] = {}
        self._hindered: dict[tuple[str, str], set[str]] = {}
        self._sure: dict[tuple[str, frozenset[str], frozenset[str]], bool] = {}

    def graph(self, watch: Watch | None = None, called: str = "") -> Graph:
        """Every place of a case, and every step from it, whatever is on record.

        What is followed is `called` something, so that it is searched once.
        """
        if called not in self._graphs:
            self._graphs[called] = self._made(watch)
        return self._graphs[called]

    def _made(self, watch: Watch | None) -> Graph:
        graph = Graph()
        for move in self._walks.moves((), watch):
            node = (move.phase, move.state)
            graph.reached.setdefault(node, move)
            if move.step and move.before:
                before = (move.before.phase, move.before.state)
                graph.edges.setdefault(before, []).append((move.step, node))
        return graph

    def possible(self, graph: Graph, ends: Ends) -> tuple[set[Node], set[Node]]:
        """The places from which it can never happen, and those from which it may."""
        possible = _backwards(graph, {n for n in graph.reached if _may_end(graph, n, ends)})
        return set(graph.reached) - possible, possible

    def doubtful(self, graph: Graph, ends: Ends) -> tuple[set[Node], set[Node]]:
        """The places from which it can never happen, and those of which that is not yet known."""
        never, possible = self.possible(graph, ends)
        good: set[Node] = set()
        changed = True
        while changed:
            changed = self._grow(graph, ends, possible, good)
        return never, possible - good

    def _grow(self, graph: Graph, ends: Ends, possible: set[Node], good: set[Node]) -> bool:
        """Add the places from which a step surely leads on; those that are easily seen first."""
        before, left = len(good), list[tuple[int, Node, list[Transition]]]()
        for node in graph.reached:
            if node not in possible or node in good:
                continue
            steps = [
                step
                for step, there in graph.edges.get(node, ())
                if there in good or ends(step, node[0], there[0])
            ]
            hindering = [self._hindering(step, node[1]) for step in steps]
            if not all(hindering):
                good.add(node)
            elif steps:
                left.append((len(set[str]().union(*hindering)), node, steps))
        if len(good) > before:
            return True
        for _, node, steps in sorted(left, key=itemgetter(0)):
            if self._is_sure(node, steps, graph):
                good.add(node)
                return True
        return False

    def way_to_none(
        self, ends: Ends, watch: Watch, called: str, wanted: Callable[[Node], bool]
    ) -> Stuck | None:
        """The shortest way to one of the places that are wanted from where it can no longer happen.

        None if it always can. Raises TooManyError where that cannot be told.
        """
        graph = self.graph(watch, called)
        never, doubtful = self.doubtful(graph, ends)
        never = {node for node in never if wanted(node)}
        fast = {n for n in never if all(there == n for _, there in graph.edges.get(n, ()))}
        never = fast or never
        if never:
            way = self._walks.find(lambda move: (move.phase, move.state) in never, watch)
            if way is not None:
                return Stuck(way)
        if any(wanted(node) for node in doubtful):
            return self._exactly(graph, doubtful, ends, watch, wanted)
        return None

    def _is_sure(self, node: Node, steps: Iterable[Transition], graph: Graph) -> bool:
        """Whether one of these steps can always be taken from a place, sooner or later."""
        helping = [step for step, there in graph.edges.get(node, ()) if there == node]
        key = (node[1], frozenset(s.id for s in steps), frozenset(s.id for s in helping))
        if key not in self._sure:
            self._sure[key] = self._judged(node[1], list(steps), helping)
        return self._sure[key]

    def _judged(self, state: str, steps: list[Transition], helping: list[Transition]) -> bool:
        names = set[str]().union(*(self._hindering(step, state) for step in steps))
        helpers: list[Transition] = []
        for step in helping:
            gives = {name for name, _ in self._walks.record.begins[step.id]}
            hindering = self._hindering(step, state)
            if gives & names:
                helpers.append(step)
                names |= hindering
        return self._each(state, names, steps, helpers)

    def _hindering(self, step: Transition, state: str) -> set[str]:
        """The subjects that may keep a step from being taken, whatever people answer.

        Empty if there is a way in which nothing can.
        """
        key = (step.id, state)
        if key not in self._hindered:
            self._hindered[key] = self._hinders(step, state)
        return self._hindered[key]

    def _hinders(self, step: Transition, state: str) -> set[str]:
        found: set[str] = set()
        begun = dict(self._walks.record.begins[step.id])
        for way in self._walks.record.ways[step.id]:
            hindering = {
                name
                for name, mask in way.needs
                if not self._comes(name, mask, state, begun.get(name, 0))
            }
            if not hindering:
                return set()
            found |= hindering
        return found

    def _comes(self, name: str, mask: int, state: str, begun: int) -> bool:
        """Whether an answer that is needed can always be given, from any that may stand."""
        if begun:
            return bool(begun & mask)
        return all(later & mask for later in self._walks.record.later(name, state))

    def _each(
        self, state: str, names: set[str], steps: list[Transition], helpers: list[Transition]
    ) -> bool:
        """Whether each record that may be in a state lets one of the steps be taken in the end."""
        seen_by = self._walks.projection(names)
        # First of any record at all, then only of those that may be there.
        some = tuple(one.every for one in seen_by.subjects)
        return self._all_settle(state, [some], seen_by, (steps, helpers)) or self._all_settle(
            state, self._walks.in_state(state, names), seen_by, (steps, helpers)
        )

    def _all_settle(
        self,
        state: str,
        masks: list[Masks],
        seen_by: Projection,
        which: tuple[list[Transition], list[Transition]],
    ) -> bool:
        steps, helpers = which
        try:
            waiting = _one_by_one(masks)
        except TooManyError:
            return False
        good = {held for held in waiting if any(_can(seen_by, s, state, held) for s in steps)}
        return _settles(waiting, good, lambda held: _next(seen_by, helpers, state, held))

    def _exactly(
        self,
        graph: Graph,
        doubtful: set[Node],
        ends: Ends,
        watch: Watch,
        wanted: Callable[[Node], bool],
    ) -> Stuck | None:
        """The shortest way to a record at a doubtful place from where it cannot happen."""
        names = frozenset(
            name
            for node in doubtful
            for step, _ in graph.edges.get(node, ())
            for name in self._hindering(step, node[1])
        )
        while True:
            here = self._stuck(names, graph, doubtful, ends, watch)
            here = {place: fast for place, fast in here.items() if wanted(place[0])}
            # Where nothing at all leads on, it is seen best.
            here = {place: fast for place, fast in here.items() if fast} or here
            if not here:
                return None
            way, held = self._nearest(names, here, watch)
            lacking = self._walks.lacking(way)
            if not lacking:
                return Stuck(way, self._said(names, held))
            if lacking <= names:
                raise TooManyError
            names |= lacking

    def _stuck(
        self,
        names: frozenset[str],
        graph: Graph,
        doubtful: set[Node],
        ends: Ends,
        watch: Watch,
    ) -> dict[Place, bool]:
        """The records at doubtful places from where it cannot happen, and whether a case stays."""
        seen_by = self._walks.projection(names)
        known: dict[Node, list[Masks]] = {}
        deque(self._walks.moves(names, watch, known=known), maxlen=0)
        reached = {node: masks for node, masks in known.items() if node in doubtful}
        places = {(n, held) for n, masks in reached.items() for held in _one_by_one(masks)}
        if len(places) > FEW:
            raise TooManyError
        following: dict[tuple[Node, Masks], set[tuple[Node, Masks]]] = {}
        good: set[tuple[Node, Masks]] = set()
        for place in places:
            node, held = place
            mine = {(node, one) for one in _one_by_one([seen_by.settled(node[1], held)])}
            for step, there in graph.edges.get(node, ()):
                for masks in seen_by.after(step.id, there[1], held):
                    if ends(step, node[0], there[0]) or there not in doubtful:
                        good.add(place)
                    mine |= {(there, one) for one in _one_by_one([masks])}
            following[place] = mine
        changed = True
        while changed:
            more = {p for p in places - good if following[p] & good}
            good |= more
            changed = bool(more)
        return {
            place: all(there == place[0] for there, _ in following[place])
            for place in places - good
        }

    def _nearest(
        self, names: frozenset[str], stuck: Collection[Place], watch: Watch
    ) -> tuple[Way, Masks]:
        for move in self._walks.moves(names, watch):
            node = (move.phase, move.state)
            for held in sorted(_one_by_one([move.held])):
                if (node, held) in stuck:
                    return move.way, held
        raise TooManyError

    def _said(self, names: frozenset[str], held: Masks) -> tuple[tuple[str, tuple[str, ...]], ...]:
        subjects = self._walks.projection(names).subjects
        return tuple((one.name, one.said(m)) for one, m in zip(subjects, held, strict=True))


def _may_end(graph: Graph, node: Node, ends: Ends) -> bool:
    return any(ends(step, node[0], there[0]) for step, there in graph.edges.get(node, ()))


def _backwards(graph: Graph, found: set[Node]) -> set[Node]:
    changed = True
    while changed:
        more = {
            node
            for node, edges in graph.edges.items()
            if node not in found and any(there in found for _, there in edges)
        }
        found |= more
        changed = bool(more)
    return found


def _one_by_one(masks: Iterable[Masks]) -> set[Masks]:
    """Each record, answer by answer, that these masks may stand for."""
    found: set[Masks] = set()
    for held in masks:
        found |= _each_alone(held)
        if len(found) > FEW:
            raise TooManyError
    return found


@lru_cache(maxsize=16_384)
def _each_alone(held: Masks) -> frozenset[Masks]:
    if prod(mask.bit_count() for mask in held) > FEW:
        raise TooManyError
    return frozenset(
        product(*([1 << n for n in range(m.bit_length()) if m >> n & 1] for m in held))
    )


def _can(seen_by: Projection, step: Transition, state: str, held: Masks) -> bool:
    there = step.to or state
    return bool(seen_by.after(step.id, there, held))


def _next(
    seen_by: Projection, helpers: Iterable[Transition], state: str, held: Masks
) -> list[frozenset[Masks]]:
    following = [seen_by.settled(state, held)]
    for step in helpers:
        following += seen_by.after(step.id, state, held)
    return list(map(_each_alone, dict.fromkeys(following)))


def _settles(
    waiting: set[Masks], good: set[Masks], following: Callable[[Masks], list[frozenset[Masks]]]
) -> bool:
    """Whether all these records lead to a good one."""
    left = waiting - good
    known = {held: following(held) for held in left} if good else {}
    while left:
        more = {held for held in left if not all(map(good.isdisjoint, known.get(held, ())))}
        if not more:
            return False
        good, left = good | more, left - more
    return True
