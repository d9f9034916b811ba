"""In which lanes the lines of a picture run.

All lines to one place share a lane, as trains to one station share a track.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from engine.diagrams.graph import Picture, Step
from engine.diagrams.shapes import ARRIVES, LANE, PAD, Box, Line, Row

Side = Literal["left", "right"]
Span = tuple[float, float]


class Lanes:
    """Which lane the lines to a place run in, on which side; a lane is used again further down."""

    def __init__(self, picture: Picture, boxes: Mapping[str, Box], reach: float) -> None:
        self.picture = picture
        self.reach = reach
        spans: dict[tuple[Side, str], list[float]] = {}
        for _, row, step in leaving(boxes, reach):
            ends = [row.middle, boxes[step.target].top + ARRIVES]
            spans.setdefault((side(picture, step), step.target), []).extend(ends)
        self.of: dict[tuple[Side, str], int] = {}
        taken: dict[Side, list[list[Span]]] = {"left": [], "right": []}
        short_first = sorted(spans.items(), key=lambda one: (max(one[1]) - min(one[1]), one[0]))
        for key, ends in short_first:
            self.of[key] = free(taken[key[0]], (min(ends), max(ends)))
        self.count = {where: len(lanes) for where, lanes in taken.items()}

    def width(self, where: Side) -> float:
        """How wide the lanes of a side are together."""
        return (self.count[where] + 1) * LANE

    def lines(self, boxes: Mapping[str, Box], left: float, right: float) -> Iterable[Line]:
        """The lines beside boxes that stand between these two edges."""
        for box, row, step in leaving(boxes, self.reach):
            where = side(self.picture, step)
            lane = PAD + (self.of[where, step.target] + 1) * LANE
            x = left - lane if where == "left" else right + lane
            yield _line((box, row, step), boxes[step.target], x)


def leaving(boxes: Mapping[str, Box], reach: float) -> Iterable[tuple[Box, Row, Step]]:
    """The rows from which a line leaves: not one down the main line, nor one out of reach, which
    its row tells by the number of the box.
    """
    for box in boxes.values():
        for row in box.rows:
            step = row.step if row.kind == "step" else None
            target = boxes.get(step.target) if step and step.way != "main" else None
            if step and target and abs(target.top + ARRIVES - row.middle) <= reach:
                yield box, row, step


def side(picture: Picture, step: Step) -> Side:
    """On which side of the main line a step runs: what goes back on it, on the left."""
    on_line = step.target in picture.line and (
        step.source in picture.line or step.source in picture.bands
    )
    return "left" if on_line and step.way == "back" else "right"


def free(lanes: list[list[Span]], span: Span) -> int:
    """The first lane in which nothing stands in the way of this span; it is taken there."""
    for number, taken in enumerate(lanes):
        if all(span[1] < first or last < span[0] for first, last in taken):
            taken.append(span)
            return number
    lanes.append([span])
    return len(lanes) - 1


def main_step(picture: Picture, source: str, target: str) -> Step:
    """The step with which the main line goes on: the one that was taken, where there are several;
    that of the group, where only that leads on.
    """
    group = picture.places[source].group
    steps = [
        one
        for one in picture.steps
        if one.target == target and one.way == "main" and one.source in (source, group)
    ]
    return max(steps, key=lambda one: one.taken, default=Step("", "", source, target, "main"))


def _line(leaving: tuple[Box, Row, Step], target: Box, x: float) -> Line:
    """From a row to a place, by the lane at x."""
    box, row, step = leaving
    y = target.top + ARRIVES
    start = box.left if box.left > x else box.right
    end = target.left if target.left > x else target.right
    return Line(step, ((start, row.middle), (x, row.middle), (x, y), (end, y)))
