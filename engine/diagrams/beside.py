"""A short picture: the main line runs down the page, and the branches stand beside it; the bars of
timescales stand at the left of the one and at the right of the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from math import inf

from engine.diagrams import rows
from engine.diagrams.graph import Clock, Picture
from engine.diagrams.lanes import Lanes, free, main_step
from engine.diagrams.shapes import (
    BAND_HEAD,
    BOX_WIDTH,
    BRANCH_WIDTH,
    CLOCK_LANE,
    GAP,
    HEAD,
    LANE,
    MARGIN,
    PAD,
    Band,
    Bar,
    Box,
    Column,
    Line,
)


def beside(picture: Picture) -> Column:
    """The whole picture as one column."""
    drafted = _drafted(picture)
    lanes = Lanes(picture, drafted, inf)
    on_line = [clock for clock in picture.drawn_clocks if clock.first in picture.line]
    aside = [clock for clock in picture.drawn_clocks if clock not in on_line]
    spanned = list(_bars(on_line, drafted, MARGIN))
    left = max([MARGIN, *(bar.x + CLOCK_LANE / 2 for bar in spanned)]) + PAD + lanes.width("left")
    spine, bands = _spine(picture, left)
    branch_left = left + BOX_WIDTH + PAD + lanes.width("right")
    branches = _branches(picture, branch_left, spine)
    boxes = {box.id: box for box in (*spine, *branches)}
    lines = (*lanes.lines(boxes, left, left + BOX_WIDTH), *_onward(picture, boxes))
    right = branch_left + (BRANCH_WIDTH + 2 * LANE if branches else 0)
    bars = (*spanned, *_bars(aside, boxes, right))
    right = max([right, *(bar.x for bar in bars)]) + CLOCK_LANE
    return Column(tuple(boxes.values()), tuple(bands), lines, bars, right)


def _drafted(picture: Picture) -> dict[str, Box]:
    """The boxes at the heights at which they will stand, before anybody knows how far apart."""
    spine, _ = _spine(picture, 0.0)
    return {box.id: box for box in (*spine, *_branches(picture, 0.0, spine))}


def _spine(picture: Picture, left: float) -> tuple[list[Box], list[Band]]:
    boxes: list[Box] = []
    bands: list[Band] = []
    top, group, begun = HEAD, "", 0.0
    for name in picture.line:
        place = picture.places[name]
        if place.group != group:
            if group:
                bands.append(_band(left, begun, boxes[-1].bottom))
                top += PAD
            group = place.group
            if group:
                begun = top
                head = rows.of_group(picture, group, (left, top), BOX_WIDTH, {})
                boxes.append(head)
                top = head.bottom + BAND_HEAD
        box = rows.of_place(picture, place, (left, top), BOX_WIDTH, {})
        boxes.append(box)
        top = box.bottom + GAP
    if group:
        bands.append(_band(left, begun, boxes[-1].bottom))
    return boxes, bands


def _band(left: float, top: float, bottom: float) -> Band:
    edge = PAD - 2
    return Band(left - edge, top - edge, BOX_WIDTH + 2 * edge, bottom - top + 2 * edge)


def _branches(picture: Picture, left: float, spine: Iterable[Box]) -> list[Box]:
    """What is not on the main line, each about as high as the place from which it is reached."""
    tops = {box.id: box.top for box in spine}
    found: list[Box] = []
    bottom = HEAD - GAP
    for place in picture.places.values():
        if place.main:
            continue
        top = max(_wanted(picture, place.id, tops), bottom + GAP)
        box = rows.of_place(picture, place, (left, top), BRANCH_WIDTH, {})
        found.append(box)
        tops[place.id] = box.top
        bottom = box.bottom
    return found


def _wanted(picture: Picture, name: str, tops: Mapping[str, float]) -> float:
    sources = [s.source for s in picture.steps if s.target == name and s.way != "back"]
    return min((tops[source] for source in sources if source in tops), default=HEAD)


def _onward(picture: Picture, boxes: Mapping[str, Box]) -> Iterable[Line]:
    """The main line itself; it goes behind the head of a group."""
    for source, target in pairwise(picture.line):
        above, below = boxes[source], boxes[target]
        x = above.left + above.width / 2
        step = main_step(picture, source, target)
        yield Line(step, ((x, above.bottom), (x, below.top)), source)


def _bars(clocks: Iterable[Clock], boxes: Mapping[str, Box], left: float) -> Iterable[Bar]:
    taken: list[list[tuple[float, float]]] = []
    bottom = max(box.bottom for box in boxes.values())
    for clock in clocks:
        first = boxes[clock.first]
        last = boxes.get(clock.last)
        end = max(last.bottom, first.bottom) if last else min(first.top + 110, bottom)
        lane = free(taken, (first.top - 14, end + 14))
        yield Bar(clock, left + (lane + 0.5) * CLOCK_LANE, first.top, end, last is None)
