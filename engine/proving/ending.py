"""Whether something can still happen, wherever a case has come: an end, a step that meets a clock.

A step counts only where every answer that may be on record lets it be taken, sooner or later,
without any answer having been wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from engine.definition import Transition
from engine.proving.boxes import lowest, meeting, outside, spread
from engine.proving.effort import Search, TooManyError
from engine.proving.reaching import Node
from engine.proving.record import Masks
from engine.proving.walking import Goal, Move, Walks, Watch, Way

Places = dict[Node, list[Masks]]
"""Places, and what may be on record at each."""

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
        # Where nothing at all leads on, it is seen best; that such a place is come to is not known.
        for here in (fast, never - fast):
            way = self._walks.find(_is_at(here), watch) if here else None
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
        seen_by, search = self._walks.projection(names), self._walks.effort.search()

        def before(_: str, wanted: Masks) -> Iterator[tuple[str, Masks]]:
            yield state, seen_by.unsettled(state, wanted)
            for step in helpers:
                for held in seen_by.before(step.id, state, wanted):
                    yield state, held

        first = [
            (state, held)
            for step in steps
            for held in seen_by.before(step.id, step.to or state, seen_by.every)
        ]
        try:
            good = spread(first, before, search).get(state, [])
            # First of any record at all, then only of those that may be there.
            return not outside(seen_by.every, good, search) or not any(
                outside(held, good, search) for held in self._walks.in_state(state, names)
            )
        except TooManyError:
            return False

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
            here = {node: boxes for node, boxes in here.items() if wanted(node)}
            # Where nothing at all leads on, it is seen best.
            here = self._staying(names, graph, here) or here
            if not here:
                return None
            way, held = self._place(names, here, watch)
            more = self._walks.more(way, names)
            if more is None:
                return Stuck(way, self._said(names, held))
            names = more

    def _stuck(
        self,
        names: frozenset[str],
        graph: Graph,
        doubtful: set[Node],
        ends: Ends,
        watch: Watch,
    ) -> Places:
        """What may be on record at doubtful places so that it cannot happen."""
        seen_by, search = self._walks.projection(names), self._walks.effort.search()
        leading: dict[Node, list[tuple[Transition, Node]]] = {}
        first: list[tuple[Node, Masks]] = []
        for node in doubtful:
            for step, there in graph.edges.get(node, ()):
                if ends(step, node[0], there[0]) or there not in doubtful:
                    befores = seen_by.before(step.id, there[1], seen_by.every)
                    first += [(node, held) for held in befores]
                else:
                    leading.setdefault(there, []).append((step, node))

        def before(there: Node, wanted: Masks) -> Iterator[tuple[Node, Masks]]:
            yield there, seen_by.unsettled(there[1], wanted)
            for step, node in leading.get(there, ()):
                for held in seen_by.before(step.id, there[1], wanted):
                    yield node, held

        good = spread(first, before, search)
        reached = self._walks.reach(names, watch).places
        return _outside(
            {node: masks for node, masks in reached.items() if node in doubtful}, good, search
        )

    def _staying(self, names: frozenset[str], graph: Graph, stuck: Places) -> Places:
        """Those of the places from which no step leads to another."""
        seen_by = self._walks.projection(names)
        leaving = {
            node: [
                held
                for step, there in graph.edges.get(node, ())
                if there != node
                for held in seen_by.before(step.id, there[1], seen_by.every)
            ]
            for node in stuck
        }
        return _outside(stuck, leaving, self._walks.effort.search())

    def _place(self, names: frozenset[str], stuck: Places, watch: Watch) -> tuple[Way, Masks]:
        """The way to the nearest of some places, and what must be on record there."""

        def is_there(move: Move) -> bool:
            return any(meeting(move.held, box) for box in stuck.get((move.phase, move.state), ()))

        move = self._walks.nearest(is_there, names, watch)
        if move is None:
            raise TooManyError
        here = stuck[move.phase, move.state]
        return move.way, min(lowest(both) for box in here if (both := meeting(move.held, box)))

    def _said(self, names: frozenset[str], held: Masks) -> tuple[tuple[str, tuple[str, ...]], ...]:
        subjects = self._walks.projection(names).subjects
        return tuple((one.name, one.said(m)) for one, m in zip(subjects, held, strict=True))


def _is_at(nodes: Collection[Node]) -> Goal:
    return lambda move: (move.phase, move.state) in nodes


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


def _outside(some: Places, others: Places, search: Search) -> Places:
    """What is at places in some boxes, and not in others."""
    found = {
        node: [piece for box in boxes for piece in outside(box, others.get(node, ()), search)]
        for node, boxes in some.items()
    }
    return {node: boxes for node, boxes in found.items() if boxes}
