"""Where everything stands in the picture: which of the two ways to lay it out, and on what sheet.

A short process is one line with its branches beside it. A long one flows through columns, as many
and as wide as make its letters largest on one sheet of A3, the largest that an office prints; on a
screen it is as large as its letters need to be read, and is scrolled.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Final

from engine.diagrams.beside import beside
from engine.diagrams.flow import cuts, flow, in_order
from engine.diagrams.graph import Picture
from engine.diagrams.legend import Part, height_of, in_columns, told
from engine.diagrams.rows import Numbers
from engine.diagrams.shapes import HEAD, LANE, MARGIN, TITLE_LINE, Column, Page, Told, Words

TALLEST: Final = 1480.0
"""How high a picture is at most as one line, so that it is read on one sheet of A3."""
TOLD_WIDTH: Final = 430.0
WIDTHS: Final = (280.0, 300.0, 320.0, 340.0, 360.0)
HEIGHTS: Final = (*range(1000, 1500, 25), *range(1500, 2100, 100))
TOLD_WIDTHS: Final = (250.0, 265.0, 280.0, 300.0, 320.0)
NARROWEST: Final = 14.0
"""What is left free at the right of a column of words."""
UNDER: Final = 40.0
"""Between the last box and the words under it."""
GOES_ON: Final = Told("", "", "Continued from the right", "title", TITLE_LINE + 4)


def layout(picture: Picture) -> Page:
    """A page on which nothing overlaps."""
    page = _page(
        picture, [beside(picture)], {}, TOLD_WIDTH, told(picture, {}, TOLD_WIDTH - NARROWEST)
    )
    if max(box.bottom for box in page.boxes) <= TALLEST:
        return page
    order = in_order(picture)
    numbers = {name: number for number, name in enumerate(order, 1)}
    parts = {words: told(picture, numbers, words - NARROWEST) for words in TOLD_WIDTHS}
    found: dict[tuple[float, float], Page] = {}
    for width in WIDTHS:
        for cut in cuts(picture, order, width, HEIGHTS):
            columns = flow(picture, order, width, cut)
            for words in (one for one in TOLD_WIDTHS if one <= width + LANE):
                page = _page(picture, columns, numbers, words, parts[words])
                found.setdefault((-page.scale, page.width), page)
    return found[min(found)]


def _page(
    picture: Picture,
    columns: Sequence[Column],
    numbers: Numbers,
    words: float,
    parts: Sequence[Part],
) -> Page:
    """The columns side by side, and what is told in words at their right; in a long picture the
    last of it under the last column, if there is room.
    """
    boxes = tuple(box for one in columns for box in one.boxes)
    bottom = max(box.bottom for box in boxes)
    left = columns[-1].right
    under = max(box.bottom for box in columns[-1].boxes) + UNDER
    aside = min(box.left for box in columns[-1].boxes)
    tall = [height_of(part) for part in parts]
    deep = max(bottom - HEAD + TITLE_LINE, 1 + (max(tall) if numbers else sum(tall)))
    for number in count(1):
        heights = [*[deep] * number, *([HEAD + deep - under - GOES_ON.height] if numbers else [])]
        placed = in_columns(parts, heights)
        if placed:
            break
    corners = [(left + words * at, HEAD - TITLE_LINE + 4) for at in range(number)]
    return Page(
        picture=picture,
        width=left + words * number + MARGIN,
        height=max(bottom, HEAD + deep) + MARGIN,
        boxes=boxes,
        bands=tuple(band for one in columns for band in one.bands),
        lines=tuple(line for one in columns for line in one.lines),
        bars=tuple(bar for one in columns for bar in one.bars),
        told=tuple(
            Words(*corner, (*([GOES_ON] if corner[1] == under else []), *part))
            for corner, part in zip([*corners, (aside, under)], placed or [], strict=False)
            if part
        ),
        numbers=numbers,
    )
