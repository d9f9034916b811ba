"""A table of which every column is wrapped; on a narrow terminal each row is told as a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from textwrap import wrap

from engine.cli.printing import item, paragraph, strong, width

GAP = "  "
LEAST = 18
"""Columns of text that are narrower than this are not read any more."""


def columns(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Rows under a head, as wide as a line may be; the first column is never wrapped.

    What a row has in its first column alike with the row above is not repeated.
    """
    every = [tuple(row) for row in rows]
    if not every:
        return []
    first = max(len(row[0]) for row in (head, *every))
    room = width() - first - len(GAP) * (len(head) - 1)
    natural = [max(len(row[at]) for row in (head, *every)) for at in range(1, len(head))]
    if sum(natural) > room < LEAST * len(natural):
        return list(_below(head, every))
    widths = [first, *_shared(natural, room)]
    found = [strong(line) for line in _row(head, widths)]
    above = ""
    for row in every:
        found += _row(("" if row[0] == above else row[0], *row[1:]), widths)
        above = row[0]
    return found


def _shared(natural: Sequence[int], room: int) -> list[int]:
    """What each column gets of the room: as much as it needs, or an even part of what is left."""
    found = list(natural)
    left, open_ = room, sorted(range(len(natural)), key=lambda at: natural[at])
    for number, at in enumerate(open_):
        found[at] = min(natural[at], left // (len(open_) - number))
        left -= found[at]
    return found


def _row(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    cells = [_wrapped(cell, size) for cell, size in zip(row, widths, strict=True)]
    for line in zip_longest(*cells, fillvalue=""):
        yield GAP.join(f"{cell:<{size}}" for cell, size in zip(line, widths, strict=True)).rstrip()


def _wrapped(cell: str, size: int) -> list[str]:
    return wrap(cell, size, break_on_hyphens=False) or [""]


def _below(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for first, second, *others in rows:
        yield from item(f"{first}: {second}")
        for name, cell in zip(head[2:], others, strict=True):
            yield from paragraph(f"{name}: {cell}", 4, 2) if cell else ()
