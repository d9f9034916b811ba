"""What is said in a box: its title, on whom it waits, what is due there, and where its steps lead.

No answer that a person gave is ever among it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from engine.dates import said
from engine.diagrams.graph import Clock, Picture, Place, Step
from engine.diagrams.measure import BOLD, broken
from engine.diagrams.shapes import PAD, ROW_SIZE, TITLE_SIZE, Box, Kind, Row

INDENT: Final[Mapping[str, float]] = {
    **dict.fromkeys(("step", "gathered"), 14.0),
    **dict.fromkeys(("came", "due", "late"), 22.0),
}
"""How far in the text of a row begins, where a sign or a disc stands before it."""
LEADS: Final = "\N{BLACK RIGHT-POINTING SMALL TRIANGLE}"
"""What stands before the number of a box to which something leads."""
MOST_CAME: Final = 3
"""Of a place to which a case came again and again, only the last times are told."""


class Said(NamedTuple):
    """A row before anybody knows where it stands."""

    kind: Kind
    text: str
    step: Step | None = None
    mark: str = ""
    rank: str = ""


def of_place(
    picture: Picture, place: Place, corner: tuple[float, float], width: float, numbers: Numbers
) -> Box:
    """A place as a box; in a long picture without what leaves the case there, which is told once
    for all beside it.
    """
    said = [Said("title", _numbered(picture, place, numbers))]
    said += _came(place)
    if place.waiting_on and (place.here or not place.been):
        said.append(Said("waiting", f"waits on {place.waiting_on}"))
    if place.here:
        said += map(_due, _soonest(picture.clocks))
    for one in place.gathered:
        said.append(Said("gathered", f"from {one.sources} places: {one.step.title}", one.step))
    said += [Said("within", f"· {title}") for title in place.within if not numbers]
    said += [Said("step", _leads(step, place, numbers), step) for step in place.steps]
    said += [Said("step", f"{s.title}, from anywhere in this band", s) for s in place.shared]
    return _box(place.id, corner, width, said, place, numbers.get(place.id, 0))


def of_group(
    picture: Picture, group: str, corner: tuple[float, float], width: float, numbers: Numbers
) -> Box:
    """What is said at the head of a group: its title, and what all its places share."""
    band = picture.bands[group]
    said = [Said("title", band.title)]
    said += [Said("within", f"· {title}") for title in band.within if not numbers]
    said += [Said("step", _leads(step, None, numbers), step) for step in band.steps]
    return _box(group, corner, width, said)


def of_more(
    picture: Picture, group: str, corner: tuple[float, float], width: float, place: str
) -> Box:
    """The head of a group that goes on in another column."""
    said = [Said("within", f"{picture.bands[group].title}, continued")]
    return _box(f"{group}, continued at {place}", corner, width, said)


Numbers = Mapping[str, int]
"""The number of each place in a long picture; none in another."""


def _numbered(picture: Picture, place: Place, numbers: Numbers) -> str:
    """A title with its number; what the head of its group says already is not said again."""
    if not numbers:
        return place.title
    head = f"{picture.bands[place.group].title}: " if place.group else ""
    title = place.title.removeprefix(head)
    return f"{numbers[place.id]}  {title[:1].upper()}{title[1:]}"


def _came(place: Place) -> Iterable[Said]:
    for number, day in place.came[-MOST_CAME:]:
        yield Said("came", said(day, short=True), mark=str(number))


def _soonest(clocks: Iterable[Clock]) -> list[Clock]:
    """Those that run, the late ones first, then in the order of the files."""
    return sorted((one for one in clocks if one.running), key=lambda one: not one.late)


def _due(clock: Clock) -> Said:
    by = {"duty": "a duty", "guidance": "guidance", "local": "local practice"}[clock.rank]
    kind: Kind = "late" if clock.late else "due"
    return Said(kind, f"{clock.title}: {clock.stands} ({by})", mark=clock.label, rank=clock.rank)


def _leads(step: Step, place: Place | None, numbers: Numbers) -> str:
    """A step with the number of the box that it leads to, unless that is the next on its line."""
    number = numbers.get(step.target, 0)
    onward = place is not None and step.way == "main"
    return step.title if onward or not number else f"{step.title} {LEADS}{number}"


def _box(
    name: str,
    corner: tuple[float, float],
    width: float,
    said: Iterable[Said],
    place: Place | None = None,
    number: int = 0,
) -> Box:
    left, top = corner
    rows = _stacked(top, width, said)
    last = rows[-1]
    under = 6 if place else 4
    return Box(name, left, top, width, last.top + last.height + under - top, rows, place, number)


def _stacked(top: float, width: float, said: Iterable[Said]) -> tuple[Row, ...]:
    rows: list[Row] = []
    at = top + 4
    for one in said:
        size = TITLE_SIZE if one.kind == "title" else ROW_SIZE
        bold = BOLD if one.kind in ("title", "due", "late") else 1.0
        room = width - 2 * PAD - INDENT.get(one.kind, 0)
        row = Row(one.kind, broken(one.text, size * bold, room), at, one.step, one.mark, one.rank)
        rows.append(row)
        at += row.height + (2 if one.kind == "title" else 0)
    return tuple(rows)
