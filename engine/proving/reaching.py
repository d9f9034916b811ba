"""Where a case can come with what may be on record there, as boxes, and how it came there.

This looks at far fewer situations than going on from each one, and finds the same; only that a way
it tells of need not be the shortest.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import NamedTuple

from engine.definition import Transition
from engine.proving.boxes import meeting, spread
from engine.proving.effort import Search
from engine.proving.record import Masks, Projection

Node = tuple[Hashable, str]
"""A phase of what is followed, and a state."""

Onward = Callable[[Node], Iterable[tuple[Transition, Node]]]
"""The steps from a place, and where each leads."""


class Arrival(NamedTuple):
    """A step that leads somewhere, with what may be on record there and before."""

    there: Node
    held: Masks
    step: Transition
    start: Node
    before: Masks


class Reach:
    """Every place that a case comes to; raises TooManyError when there is too much."""

    def __init__(
        self, seen_by: Projection, opened: tuple[Node, Masks], onward: Onward, search: Search
    ) -> None:
        self.arrivals: list[Arrival] = []
        self._at: dict[Node, list[int]] = {}
        self.opened = opened
        self._seen_by, self._onward = seen_by, onward
        self.places = spread([opened], self._more, search)

    def _more(self, start: Node, before: Masks) -> Iterator[tuple[Node, Masks]]:
        for step, there in self._onward(start):
            for held in self._seen_by.after(step.id, there[1], before):
                self._at.setdefault(there, []).append(len(self.arrivals))
                self.arrivals.append(Arrival(there, held, step, start, before))
                yield there, held

    def way_to(self, number: int, search: Search) -> list[tuple[Arrival, Masks]]:
        """A way that ends with one of the arrivals, and what may be on record after each step.

        Raises TooManyError where it takes too long to tell.
        """
        found: list[tuple[Arrival, Masks]] = []
        wanted = self.arrivals[number].held
        while True:
            one = self.arrivals[number]
            found.append((one, wanted))
            wanted = self._left_by(one, wanted)
            node, first = self.opened
            if one.start == node and meeting(wanted, first) is not None:
                return found[::-1]
            # What may be on record at a place has come there before anything was made of it.
            looked, number, wanted = next(
                (looked, earlier, both)
                for looked, earlier in enumerate(self._at[one.start])
                if (both := meeting(wanted, self.arrivals[earlier].held)) is not None
            )
            search.look(looked)

    def _left_by(self, one: Arrival, wanted: Masks) -> Masks:
        """What was on record before an arrival, for some of what is wanted to be there after."""
        befores = self._seen_by.before(one.step.id, one.there[1], wanted)
        return next(both for held in befores if (both := meeting(held, one.before)) is not None)
