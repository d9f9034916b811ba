"""A long picture: its places flow through columns as the words of a newspaper do, the main line as
one thick line along their left, branches set in after the place from which they are reached.

A long line is harder to follow than a number is to find: so every box has a number, in the order of
reading; a step says the number it leads to, and a line is drawn only to what is near. Bars of
timescales stand at the left of the very boxes they span.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from engine.diagrams import rows
from engine.diagrams.graph import Clock, Picture, Place
from engine.diagrams.lanes import Lanes, Span, free, main_step
from engine.diagrams.shapes import BAND_HEAD, HEAD, MARGIN, PAD, Band, Bar, Box, Column, Line

REACH: Final = 400.0
"""How far a line goes at most; a third of the height of a sheet."""
SET_IN: Final = 28.0
"""How far branches are set in, so that the main line goes by at their left."""
LINE_AT: Final = 13.0
BETWEEN: Final = 14.0
BAR_LANE: Final = 16.0
GUTTER: Final = 12.0
"""Between two columns, for the main line to go up to the next."""
OPEN: Final = 70.0
"""How long a bar is drawn that runs on past what is drawn."""

Cut = tuple[tuple[str, ...], ...]
"""The places of each column."""


def in_order(picture: Picture) -> tuple[str, ...]:
    """All places in the order of reading: each branch after the last place of the main line that
    leads on to it, but not between two places of a group that is not its own.
    """
    after: dict[str, list[str]] = {name: [] for name in picture.line}
    anchors = {name: name for name in picture.line}
    for place in picture.places.values():
        if not place.main:
            anchors[place.id] = _anchor(picture, place, anchors)
            after[anchors[place.id]].append(place.id)
    return tuple(one for name in picture.line for one in (name, *after[name]))


def cuts(
    picture: Picture, order: Sequence[str], width: float, heights: Iterable[float]
) -> Iterable[Cut]:
    """The ways to cut the order into columns of boxes so wide, and about so high at most."""
    numbers = {name: number for number, name in enumerate(order, 1)}
    boxes, _ = _Flowing(picture, numbers, width, order, order).stacked(0.0)
    return dict.fromkeys(tuple(_cut(boxes, most)) for most in heights)


def flow(picture: Picture, order: Sequence[str], width: float, cut: Cut) -> list[Column]:
    """The places in these columns of boxes so wide."""
    numbers = {name: number for number, name in enumerate(order, 1)}
    columns: list[Column] = []
    left = MARGIN
    for names in cut:
        columns.append(_Flowing(picture, numbers, width, names, order).column(left))
        left = columns[-1].right
    return _joined(picture, columns)


def _anchor(picture: Picture, place: Place, anchors: Mapping[str, str]) -> str:
    line = picture.line
    mates = [name for name in line if place.group and picture.places[name].group == place.group]
    found = [
        anchors[name]
        for step in picture.steps
        if step.target == place.id and step.way != "back"
        for name in _members(picture, step.source)
        if name in anchors
    ]
    near = [name for name in found if not mates or name in mates] or mates or found
    last = max(near, key=line.index, default=line[-1])
    group = picture.places[last].group
    if group and group != place.group:
        last = max((n for n in line if picture.places[n].group == group), key=line.index)
    return last


def _members(picture: Picture, source: str) -> list[str]:
    if source not in picture.bands:
        return [source]
    return [place.id for place in picture.places.values() if place.group == source]


def _cut(boxes: Sequence[Box], most: float) -> Iterable[tuple[str, ...]]:
    """The places column by column, none higher than `most` unless by one box."""
    names: list[str] = []
    begun = HEAD
    for box, before in zip(boxes, [None, *boxes], strict=False):
        if box.place is None:
            continue
        top = before.top if before and before.place is None else box.top
        if names and box.bottom - begun > most:
            yield tuple(names)
            names, begun = [], top
        names.append(box.id)
    yield tuple(names)


class _Flowing:
    """One column of a long picture."""

    def __init__(
        self,
        picture: Picture,
        numbers: rows.Numbers,
        width: float,
        names: Sequence[str],
        order: Sequence[str],
    ) -> None:
        self.picture = picture
        self.numbers = numbers
        self.width = width
        self.names = names
        self.order = order

    def column(self, left: float) -> Column:
        """What stands in it, from this left edge on."""
        drafted, _ = self.stacked(0.0)
        lanes = Lanes(self.picture, {box.id: box for box in drafted}, REACH)
        spans = list(self._spans({box.id: box for box in drafted}))
        bars = len({lane for _, lane, _ in spans}) * BAR_LANE
        edge = left + bars + lanes.width("left") + PAD
        stacked, bands = self.stacked(edge)
        boxes = {box.id: box for box in stacked}
        lines = (*lanes.lines(boxes, edge, edge + self.width), *self._onward(boxes))
        drawn = tuple(
            Bar(clock, left + (lane + 0.5) * BAR_LANE, span[0], span[1], not clock.last)
            for clock, lane, span in spans
        )
        right = edge + self.width + PAD + lanes.width("right") + GUTTER
        return Column(tuple(stacked), tuple(bands), lines, drawn, right)

    def stacked(self, left: float) -> tuple[list[Box], list[Band]]:
        """Its boxes and the frames of its groups, one below the other."""
        boxes: list[Box] = []
        bands: list[Band] = []
        top, group, begun = HEAD, "", 0.0
        for name in self.names:
            place = self.picture.places[name]
            if place.group != group:
                if group:
                    bands.append(self._band(left, begun, boxes[-1].bottom))
                    top += PAD
                group = place.group
                if group:
                    begun = top
                    boxes.append(self._head(name, (left, top)))
                    top = boxes[-1].bottom + BAND_HEAD
            in_by = 0.0 if place.main else SET_IN
            corner = (left + in_by, top)
            box = rows.of_place(self.picture, place, corner, self.width - in_by, self.numbers)
            boxes.append(box)
            top = box.bottom + BETWEEN
        if group:
            bands.append(self._band(left, begun, boxes[-1].bottom))
        return boxes, bands

    def _head(self, name: str, corner: tuple[float, float]) -> Box:
        """The head of a group where it begins; where it goes on, only its title."""
        group = self.picture.places[name].group
        first = next(one for one in self.order if self.picture.places[one].group == group)
        if first == name:
            return rows.of_group(self.picture, group, corner, self.width, self.numbers)
        return rows.of_more(self.picture, group, corner, self.width, name)

    def _band(self, left: float, top: float, bottom: float) -> Band:
        edge = PAD - 2
        return Band(left - edge, top - edge, self.width + 2 * edge, bottom - top + 2 * edge)

    def _onward(self, boxes: Mapping[str, Box]) -> Iterable[Line]:
        """The main line; it goes behind the head of a group, and by at the left of branches."""
        for source, target in pairwise(self.picture.line):
            if source in boxes and target in boxes:
                above, below = boxes[source], boxes[target]
                x = above.left + LINE_AT
                step = main_step(self.picture, source, target)
                yield Line(step, ((x, above.bottom), (x, below.top)), source)

    def _spans(self, boxes: Mapping[str, Box]) -> Iterable[tuple[Clock, int, Span]]:
        """The timescales that run here, in which lane, and from where to where."""
        at = {name: number for number, name in enumerate(self.order)}
        first, last = at[self.names[0]], at[self.names[-1]]
        bottom = boxes[self.names[-1]].bottom
        taken: list[list[Span]] = []
        for clock in self.picture.drawn_clocks:
            begins = at[clock.first]
            ends = max(begins, at[clock.last]) if clock.last else begins
            if begins > last or ends < first:
                continue
            top = boxes[self.order[max(begins, first)]].top
            end = boxes[self.order[min(ends, last)]].bottom
            if not clock.last:
                end = min(top + OPEN, bottom)
            yield clock, free(taken, (top - 12, end + 12)), (top, end)


def _joined(picture: Picture, columns: list[Column]) -> list[Column]:
    """With the main line between the columns: down from one, up beside it, into the next."""
    where = {box.id: number for number, one in enumerate(columns) for box in one.boxes}
    boxes = {box.id: box for one in columns for box in one.boxes}
    found = list(columns)
    for source, target in pairwise(picture.line):
        number = where[source]
        if number == where[target]:
            continue
        one, above, below = found[number], boxes[source], boxes[target]
        under = max(box.bottom for box in one.boxes) + BETWEEN
        beside, over = one.right - GUTTER / 2, HEAD - BETWEEN - 3
        start, end = above.left + LINE_AT, below.left + LINE_AT
        path = ((start, above.bottom), (start, under), (beside, under), (beside, over))
        line = Line(
            main_step(picture, source, target), (*path, (end, over), (end, below.top)), source
        )
        found[number] = one._replace(lines=(*one.lines, line))
    return found
