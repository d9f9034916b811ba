"""What a picture is made of on its page: boxes and their rows, lines, bars; and their sizes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from engine.diagrams.graph import Clock, Picture, Place, Step

MARGIN: Final = 14.0
TITLE_SIZE: Final = 13.0
ROW_SIZE: Final = 12.0
TITLE_LINE: Final = 15.2
ROW_LINE: Final = 13.8
PAD: Final = 9.0
BOX_WIDTH: Final = 350.0
BRANCH_WIDTH: Final = 300.0
LANE: Final = 9.0
CLOCK_LANE: Final = 26.0
GAP: Final = 26.0
ARRIVES: Final = 14.0
"""How far below the top of a box lines come in."""
HEAD: Final = 80.0
BAND_HEAD: Final = 12.0
SHEET: Final = (1156.0, 808.0)
"""A sheet of A3 on its side within margins of six millimetres, in points."""

Kind = Literal["title", "waiting", "step", "within", "gathered", "came", "due", "late"]


@dataclass(frozen=True, slots=True)
class Row:
    """Some lines of a box."""

    kind: Kind
    lines: tuple[str, ...]
    top: float
    step: Step | None = None
    mark: str = ""
    """What stands in the disc before it: the number of a step of the case, or the letter of a
    timescale.
    """
    rank: str = ""
    """Of a timescale, what stands behind it."""

    @property
    def middle(self) -> float:
        """The height at which a line leaves it."""
        return self.top + ROW_LINE / 2

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
    number: int = 0
    """By which other boxes name it, in a long picture; else none."""

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
    source: str = ""
    """The box from which it leaves, where that is not the one that the step names."""


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


class Told(NamedTuple):
    """A line of what is told in words: the mark before it, what stands behind that, its text."""

    mark: str
    rank: str
    text: str
    kind: str
    height: float


class Words(NamedTuple):
    """A column of what is told in words, and where it begins."""

    left: float
    top: float
    lines: tuple[Told, ...]


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
    told: tuple[Words, ...]
    numbers: Mapping[str, int] = field(default_factory=dict)
    """By which number the boxes name each other, in a long picture."""

    @property
    def scale(self) -> float:
        """How many points a unit of it is when it is printed to fill a sheet of A3."""
        return min(SHEET[0] / self.width, SHEET[1] / self.height)
