"""A long picture cut into columns: where one ends, the main line goes on at the top of the next.

What leads to a place of another column is told by its title, and no line is drawn there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from engine.diagrams.graph import Clock, Picture, Step

TALLEST: Final = 2000.0
"""How high a column is at most, about, so that all of it can be read on one sheet of A2."""
MOST: Final = 3


def cut(picture: Picture, tops: Mapping[str, float], height: float) -> list[Picture]:
    """The columns of a picture whose places would stand this high; one alone is left as it is."""
    number = min(MOST, 1 + int(height // TALLEST))
    breaks = _breaks(picture, tops, height, number)
    if not breaks:
        return [picture]
    ends = [0, *breaks, len(picture.line)]
    lines = [picture.line[first:last] for first, last in pairwise(ends)]
    where = _where(picture, lines)
    return [_column(picture, lines, where, number) for number in range(len(lines))]


def _breaks(picture: Picture, tops: Mapping[str, float], height: float, number: int) -> list[int]:
    """Where the main line is cut: between groups, as near to equal heights as that allows."""
    line, found = picture.line, list[int]()
    groups = [picture.places[name].group for name in line]
    every = [n for n in range(1, len(line)) if not groups[n] or groups[n] != groups[n - 1]]
    for part in range(1, number):
        wanted = height * part / number
        left = [n for n in every if n > (found[-1] if found else 0)]
        if left:
            found.append(min(left, key=lambda n: abs(tops[line[n]] - wanted)))
    return found


def _where(picture: Picture, lines: Sequence[tuple[str, ...]]) -> dict[str, int]:
    """In which column each place and each group stands: a branch where it is first reached from."""
    where = {name: number for number, line in enumerate(lines) for name in line}
    for place in picture.places.values():
        if place.group and place.id in where:
            where.setdefault(place.group, where[place.id])
    for place in picture.places.values():
        if place.id in where:
            continue
        came = [s.source for s in picture.steps if s.target == place.id and s.way != "back"]
        near = [where[name] for name in came if name in where]
        near = near or [where[step.target] for step in place.steps if step.target in where]
        where[place.id] = min(near, default=len(lines) - 1)
        if place.group:
            where.setdefault(place.group, where[place.id])
    return where


def _column(
    picture: Picture, lines: Sequence[tuple[str, ...]], where: Mapping[str, int], number: int
) -> Picture:
    here = {name for name, column in where.items() if column == number}
    places = {name: one for name, one in picture.places.items() if name in here}
    bands = {name: one for name, one in picture.bands.items() if name in here}
    after = lines[number + 1][0] if number + 1 < len(lines) else ""
    return replace(
        picture,
        line=lines[number],
        places={n: replace(p, steps=_told(picture, p.steps, here)) for n, p in places.items()},
        bands={n: replace(b, steps=_told(picture, b.steps, here)) for n, b in bands.items()},
        clocks=tuple(_clocks(picture, lines, where, number)),
        goes_on=after,
        goes_on_with=picture.places[after].title if after else "",
    )


def _told(picture: Picture, steps: Sequence[Step], here: set[str]) -> tuple[Step, ...]:
    """The steps as a column tells them: one that leads elsewhere says where."""
    return tuple(
        step
        if step.target in here or step.way == "main"
        else replace(step, title=f"{step.title}, to “{picture.places[step.target].title}”")
        for step in steps
    )


def _clocks(
    picture: Picture, lines: Sequence[tuple[str, ...]], where: Mapping[str, int], number: int
) -> list[Clock]:
    """The timescales that run in a column; one that runs on is drawn to its end."""
    found = []
    for clock in picture.clocks:
        first = where[clock.first]
        last = max(first, where[clock.last]) if clock.last else first
        if first <= number <= last:
            begins = clock.first if first == number else lines[number][0]
            ends = clock.last if last == number else lines[number][-1]
            found.append(replace(clock, first=begins, last=ends))
    return found
