"""Sets of records as boxes: of each question the values that may stand, whatever the others are.

Answers that do not depend on one another are never multiplied: boxes that together are one box are
kept as one. Nothing is added by that, and nothing is lost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from math import prod
from operator import and_
from typing import TypeVar

from engine.proving.effort import Search
from engine.proving.record import Masks

Place = TypeVar("Place", bound=Hashable)


def spread(
    first: Iterable[tuple[Place, Masks]],
    more: Callable[[Place, Masks], Iterable[tuple[Place, Masks]]],
    search: Search,
) -> dict[Place, list[Masks]]:
    """All that comes of the first boxes, at each place, when more is made of each over again.

    Raises TooManyError when there is too much.
    """
    found: dict[Place, Pile] = {}
    waiting: deque[tuple[Place, Masks]] = deque()

    def add(place: Place, box: Masks) -> None:
        pile = found.setdefault(place, Pile())
        search.look(len(pile.boxes))
        joined = pile.add(box)
        if joined is not None:
            waiting.append((place, joined))

    for place, box in first:
        add(place, box)
    while waiting:
        place, box = waiting.popleft()
        # One that has become part of a larger one waits as that.
        if box in found[place].boxes:
            for there, one in more(place, box):
                add(there, one)
    return {place: pile.boxes for place, pile in found.items()}


class Pile:
    """Boxes at one place, each as large as it can be with the others.

    Beside each box stands one number with a field for each of its masks: two boxes are then
    compared in one operation and not mask by mask, which was half of what a large process cost.
    """

    __slots__ = ("_fields", "_packed", "_wide", "boxes")

    def __init__(self) -> None:
        self.boxes: list[Masks] = []
        self._packed: list[int] = []
        self._fields: list[int] = []
        """Each field with all its bits, by its number."""
        self._wide = 0
        """The bits of a field."""

    def add(self, box: Masks) -> Masks | None:
        """Add a box, as large as it can be with the others; None if one of them has it already."""
        self._widen(box)
        packed = self._pack(box)
        for other in self._packed:
            if packed | other == other:
                return None
        larger = self._grown(packed)
        box = box if larger == packed else self._unpack(larger)
        left = [at for at, other in enumerate(self._packed) if other | larger != larger]
        self.boxes = [*(self.boxes[at] for at in left), box]
        self._packed = [*(self._packed[at] for at in left), larger]
        return box

    def _grown(self, box: int) -> int:
        """A box with what others add to it in one question, having all of it in every other.

        Once around is enough: what is beyond another is never less of a larger box.
        """
        for other in self._packed:
            beyond = (box | other) ^ other
            lowest_bit = (beyond & -beyond).bit_length() - 1
            field = self._fields[lowest_bit // self._wide]
            if beyond | field == field:
                box |= other & field
        return box

    def _widen(self, box: Masks) -> None:
        wide = max((mask.bit_length() for mask in box), default=0)
        if wide > self._wide or not self._fields:
            self._wide = max(wide, 1)
            every = (1 << self._wide) - 1
            self._fields = [every << at for at in self._places(box)] or [every]
            self._packed = [self._pack(one) for one in self.boxes]

    def _places(self, box: Masks) -> range:
        return range(0, len(box) * self._wide, self._wide)

    def _pack(self, box: Masks) -> int:
        packed = 0
        for at, mask in zip(self._places(box), box, strict=True):
            packed |= mask << at
        return packed

    def _unpack(self, packed: int) -> Masks:
        every = self._fields[0]
        return tuple(packed >> at & every for at in self._places(self.boxes[0]))


def outside(box: Masks, others: Iterable[Masks], search: Search) -> list[Masks]:
    """What of a box is in none of the others, as boxes that have nothing in common."""
    rest = [box]
    for other in others:
        rest = [piece for one in rest for piece in _without(one, other)]
        search.look(len(rest) << 3)
        if not rest:
            break
    return rest


def _without(box: Masks, other: Masks) -> Iterator[Masks]:
    if meeting(box, other) is None:
        yield box
        return
    for at, mask in enumerate(other):
        left = box[at] & ~mask
        if left:
            yield (*box[:at], left, *box[at + 1 :])
            box = (*box[:at], box[at] & mask, *box[at + 1 :])


def meeting(one: Masks, other: Masks) -> Masks | None:
    """What two boxes have in common; None if nothing."""
    both = tuple(map(and_, one, other))
    return both if all(both) else None


def lowest(box: Masks) -> Masks:
    """The first record of a box, by the order of the values of each question."""
    return tuple(mask & -mask for mask in box)


def size(boxes: Sequence[Masks]) -> int:
    """How many records are in boxes that have nothing in common."""
    return sum(prod(mask.bit_count() for mask in box) for box in boxes)
