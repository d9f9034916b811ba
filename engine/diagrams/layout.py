"""Where everything stands in the picture: boxes, rows, the lanes of lines, the bars of clocks.

The main line runs down the page; branches stand beside it. Lines run in lanes between the two, and
all lines to one place share a lane, as trains to one station share a track.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from engine.diagrams.columns import cut
from engine.diagrams.graph import Clock, Gathered, Picture, Place, Step
from engine.diagrams.measure import broken

MARGIN: Final = 28.0
TITLE_SIZE: Final = 14.0
ROW_SIZE: Final = 12.0
TITLE_LINE: Final = 18.0
ROW_LINE: Final = 15.5
PAD: Final = 10.0
BOX_WIDTH: Final = 350.0
BRANCH_WIDTH: Final = 300.0
LANE: Final = 11.0
CLOCK_LANE: Final = 26.0
GAP: Final = 26.0
ARRIVES: Final = 14.0
"""How far below the top of a box lines come in."""
HEAD: Final = 96.0
BAND_HEAD: Final = 12.0
TOLD_WIDTH: Final = 430.0
NEXT: Final = "next column: "
"""Before the place with which the main line goes on, where the end of a column says so."""

Kind = Literal["title", "waiting", "step", "within", "gathered"]


@dataclass(frozen=True, slots=True)
class Row:
    """Some lines of a box."""

    kind: Kind
    lines: tuple[str, ...]
    top: float
    step: Step | None = None

    @property
    def middle(self) -> float:
        """The height at which a line leaves it."""
        return self.top + ROW_LINE / 2 + 1

    @property
    def height(self) -> float:
        """How high it is."""
        return len(self.lines) * (TITLE_LINE if self.kind == "title" else ROW_LINE)


@dataclass(frozen=True, slots=True)
class Box:
    """A place, or the head of a group, as it stands on the page."""

    id: str
    left: float
    top: float
    width: float
    height: float
    rows: tuple[Row, ...]
    place: Place | None = None

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height


@dataclass(frozen=True, slots=True)
class Band:
    """The frame around the places of a group on the main line."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    """A step as a line: its corners, in order; the last has the arrow."""

    step: Step
    corners: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A clock as a bar from where it starts to where it is met."""

    clock: Clock
    x: float
    top: float
    bottom: float
    open: bool


class Column(NamedTuple):
    """A part of the picture that stands by itself, with a part of the main line."""

    boxes: tuple[Box, ...]
    bands: tuple[Band, ...]
    lines: tuple[Line, ...]
    bars: tuple[Bar, ...]
    right: float


@dataclass(frozen=True, slots=True)
class Page:
    """The whole picture."""

    picture: Picture
    width: float
    height: float
    boxes: tuple[Box, ...]
    bands: tuple[Band, ...]
    lines: tuple[Line, ...]
    bars: tuple[Bar, ...]
    told_left: float
    """Where the column of what is told in words begins."""


def layout(picture: Picture) -> Page:
    """A page on which nothing overlaps; a long main line stands in several columns."""
    drafted = _drafted(picture)
    tops = {name: box.top for name, box in drafted.items()}
    height = max(box.bottom for box in drafted.values())
    columns: list[Column] = []
    left = MARGIN
    for one in cut(picture, tops, height):
        columns.append(_column(one, left))
        left = columns[-1].right
    bottom = max(box.bottom for column in columns for box in column.boxes)
    return Page(
        picture=picture,
        width=left + TOLD_WIDTH + MARGIN,
        height=bottom + MARGIN + PAD,
        boxes=tuple(box for column in columns for box in column.boxes),
        bands=tuple(band for column in columns for band in column.bands),
        lines=tuple(line for column in columns for line in column.lines),
        bars=tuple(bar for column in columns for bar in column.bars),
        told_left=left,
    )


def _column(picture: Picture, left: float) -> Column:
    lanes = _Lanes(picture, _drafted(picture))
    spine_left = left + PAD + lanes.width("left")
    spine, bands = _spine(picture, spine_left)
    branch_left = spine_left + BOX_WIDTH + PAD + lanes.width("right")
    branches = _branches(picture, branch_left, spine)
    boxes = {box.id: box for box in (*spine, *branches)}
    lines = tuple(_lines(picture, boxes, lanes, spine_left))
    right = branch_left + (BRANCH_WIDTH if branches else 0) + (2 * LANE if branches else 0)
    bars = tuple(_bars(picture, boxes, right))
    right = max([right, *(bar.x for bar in bars)]) + CLOCK_LANE
    return Column(tuple(boxes.values()), tuple(bands), lines, bars, right)


class _Lanes:
    """Which lane the lines to a place run in, on which side; a lane is used again further down."""

    def __init__(self, picture: Picture, boxes: Mapping[str, Box]) -> None:
        spans: dict[tuple[str, str], list[float]] = {}
        for _, row, step in _leaving(boxes):
            ends = [row.middle, boxes[step.target].top + ARRIVES]
            spans.setdefault((side(picture, step), step.target), []).extend(ends)
        self.of: dict[tuple[str, str], int] = {}
        self.count = {"left": 0, "right": 0}
        taken: dict[str, list[list[tuple[float, float]]]] = {"left": [], "right": []}
        short_first = sorted(spans.items(), key=lambda one: (_long(one[1]), one[0]))
        for key, ends in short_first:
            span = (min(ends), max(ends))
            lane = _free(taken[key[0]], span)
            self.of[key] = lane
            self.count[key[0]] = max(self.count[key[0]], lane + 1)

    def width(self, where: str) -> float:
        """How wide the lanes of a side are together."""
        return (self.count[where] + 1) * LANE


def side(picture: Picture, step: Step) -> str:
    """On which side of the main line a step runs: what goes back on it, on the left."""
    on_line = step.target in picture.line and (
        step.source in picture.line or step.source in picture.bands
    )
    return "left" if on_line and step.way == "back" else "right"


def _long(ends: Iterable[float]) -> float:
    values = list(ends)
    return max(values) - min(values)


def _free(lanes: list[list[tuple[float, float]]], span: tuple[float, float]) -> int:
    for number, taken in enumerate(lanes):
        if all(span[1] < first or last < span[0] for first, last in taken):
            taken.append(span)
            return number
    lanes.append([span])
    return len(lanes) - 1


def _drafted(picture: Picture) -> dict[str, Box]:
    """The boxes at the heights at which they will stand, before anybody knows how far apart."""
    spine, _ = _spine(picture, 0.0)
    return {box.id: box for box in (*spine, *_branches(picture, 0.0, spine))}


def _leaving(boxes: Mapping[str, Box]) -> Iterable[tuple[Box, Row, Step]]:
    """The rows from which a line leaves that does not go down the main line, nor to another
    column.
    """
    for box in boxes.values():
        for row in box.rows:
            drawn = row.kind == "step" and row.step and row.step.way != "main"
            if drawn and row.step and row.step.target in boxes:
                yield box, row, row.step


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
                head = _head(picture, group, left, top)
                boxes.append(head)
                top = head.bottom + BAND_HEAD
        box = _box(place, left, top, BOX_WIDTH)
        boxes.append(box)
        top = box.bottom + GAP
    if group:
        bands.append(_band(left, begun, boxes[-1].bottom))
    if picture.goes_on:
        top += PAD if group else 0
        said = f"goes on in the next column: {picture.goes_on_with}"
        rows = _stacked(top, BOX_WIDTH, [("within", said, None)])
        height = rows[-1].top + rows[-1].height - top + 4
        boxes.append(Box(NEXT + picture.goes_on, left, top, BOX_WIDTH, height, rows))
    return boxes, bands


def _band(left: float, top: float, bottom: float) -> Band:
    edge = PAD - 2
    return Band(
        left - edge,
        top - edge,
        BOX_WIDTH + 2 * edge,
        bottom - top + 2 * edge,
    )


def _head(picture: Picture, group: str, left: float, top: float) -> Box:
    """What is said at the head of a group: its title, and what all its places share."""
    band = picture.bands[group]
    said: list[tuple[Kind, str, Step | None]] = [("title", band.title, None)]
    said += [("within", f"· {title}", None) for title in band.within]
    said += [("step", step.title, step) for step in band.steps]
    rows = _stacked(top, BOX_WIDTH, said)
    return Box(group, left, top, BOX_WIDTH, rows[-1].top + rows[-1].height - top + 4, rows)


def _box(place: Place, left: float, top: float, width: float) -> Box:
    said: list[tuple[Kind, str, Step | None]] = [("title", place.title, None)]
    if place.waiting_on:
        said.append(("waiting", f"waits on {place.waiting_on}", None))
    said += [("gathered", _told(one), one.step) for one in place.gathered]
    said += [("within", f"· {title}", None) for title in place.within]
    said += [("step", step.title, step) for step in place.steps]
    said += [("step", f"{s.title}, from anywhere in this band", s) for s in place.shared]
    rows = _stacked(top, width, said)
    last = rows[-1]
    return Box(place.id, left, top, width, last.top + last.height + 8 - top, rows, place)


def _told(one: Gathered) -> str:
    return f"from {one.sources} places: {one.step.title}"


def _stacked(
    top: float, width: float, said: Iterable[tuple[Kind, str, Step | None]]
) -> tuple[Row, ...]:
    rows: list[Row] = []
    at = top + 7
    for kind, text, step in said:
        size = TITLE_SIZE if kind == "title" else ROW_SIZE
        lines = broken(text, size, width - 2 * PAD - (14 if kind in ("step", "gathered") else 0))
        row = Row(kind, tuple(lines), at, step)
        rows.append(row)
        at += row.height + (3 if kind == "title" else 0)
    return tuple(rows)


def _branches(picture: Picture, left: float, spine: Iterable[Box]) -> list[Box]:
    """What is not on the main line, each about as high as the place from which it is reached."""
    tops = {box.id: box.top for box in spine}
    found: list[Box] = []
    bottom = HEAD - GAP
    for place in picture.places.values():
        if place.main:
            continue
        wanted = _wanted(picture, place.id, tops)
        box = _box(place, left, max(wanted, bottom + GAP), BRANCH_WIDTH)
        found.append(box)
        tops[place.id] = box.top
        bottom = box.bottom
    return found


def _wanted(picture: Picture, name: str, tops: Mapping[str, float]) -> float:
    sources = [s.source for s in picture.steps if s.target == name and s.way != "back"]
    return min((tops[source] for source in sources if source in tops), default=HEAD)


def _lines(
    picture: Picture, boxes: Mapping[str, Box], lanes: _Lanes, spine_left: float
) -> Iterable[Line]:
    for box, row, step in _leaving(boxes):
        where = side(picture, step)
        lane = (lanes.of[where, step.target] + 1) * LANE
        left = where == "left"
        x = spine_left - PAD - lane if left else spine_left + BOX_WIDTH + PAD + lane
        yield _line((box, row, step), boxes[step.target], x, left=left)
    onward = (*picture.line, picture.goes_on) if picture.goes_on else picture.line
    for source, target in pairwise(onward):
        below = boxes[target if target in boxes else NEXT + target]
        yield _onward(picture, boxes[source], below, source, target)


def _onward(picture: Picture, above: Box, below: Box, source: str, target: str) -> Line:
    """The line from one place of the main line to the next; it goes behind the head of a group."""
    group = picture.places[source].group
    steps = [
        one
        for one in picture.steps
        if one.target == target and one.way == "main" and one.source in (source, group)
    ]
    step = max(steps, key=lambda one: one.taken, default=Step("", "", source, target, "main"))
    x = above.left + above.width / 2
    return Line(replace(step, target=below.id), ((x, above.bottom), (x, below.top)))


def _line(leaving: tuple[Box, Row, Step], target: Box, x: float, *, left: bool) -> Line:
    """From a row to a place, by the lane at x."""
    box, row, step = leaving
    y = target.top + ARRIVES
    start = box.left if left or box.left > x else box.right
    end = target.left if left or target.left > x else target.right
    return Line(step, ((start, row.middle), (x, row.middle), (x, y), (end, y)))


def _bars(picture: Picture, boxes: Mapping[str, Box], left: float) -> Iterable[Bar]:
    taken: list[list[tuple[float, float]]] = []
    bottom = max(box.bottom for box in boxes.values())
    for clock in picture.clocks:
        first = boxes[clock.first]
        last = boxes.get(clock.last)
        end = max(last.bottom, first.bottom) if last else min(first.top + 110, bottom)
        lane = _free(taken, (first.top - 14, end + 14))
        yield Bar(clock, left + (lane + 0.5) * CLOCK_LANE, first.top, end, last is None)
