"""Sets of records as boxes: of each question the values that may stand, whatever the others are.

Answers that do not depend on one another are never multiplied: boxes that together are one box are
kept as one. Nothing is added by that, and nothing is lost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from math import prod
from operator import and_, ne, or_
from typing import TypeVar

from engine.proving.effort import Search
from engine.proving.record import Masks, within

Place = TypeVar("Place", bound=Hashable)


def spread(
    first: Iterable[tuple[Place, Masks]],
    more: Callable[[Place, Masks], Iterable[tuple[Place, Masks]]],
    search: Search,
) -> dict[Place, list[Masks]]:
    """All that comes of the first boxes, at each place, when more is made of each over again.

    Raises TooManyError when there is too much.
    """
    found: dict[Place, list[Masks]] = {}
    waiting: deque[tuple[Place, Masks]] = deque()

    def add(place: Place, box: Masks) -> None:
        boxes = found.setdefault(place, [])
        search.look(len(boxes))
        joined = join(boxes, box)
        if joined is not None:
            waiting.append((place, joined))

    for place, box in first:
        add(place, box)
    while waiting:
        place, box = waiting.popleft()
        # One that has become part of a larger one waits as that.
        if box in found[place]:
            for there, one in more(place, box):
                add(there, one)
    return found


def join(boxes: list[Masks], box: Masks) -> Masks | None:
    """Add a box to others, as large as it can be with them; None if one of them has it already."""
    if box in boxes or any(within(box, other) for other in boxes):
        return None
    growing = True
    while growing:
        growing = False
        for other in boxes:
            larger = _grown(box, other)
            growing = growing or larger != box
            box = larger
    boxes[:] = [other for other in boxes if not within(other, box)]
    boxes.append(box)
    return box


def _grown(box: Masks, other: Masks) -> Masks:
    """A box with what another adds to it in one question, having all of it in every other."""
    both = tuple(map(or_, box, other))
    beyond = tuple(map(ne, both, other))
    if sum(beyond) != 1:
        return box
    at = beyond.index(True)
    return (*box[:at], both[at], *box[at + 1 :])


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
