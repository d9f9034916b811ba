"""What is told in words beside a picture: how to read it, a case's way, and the timescales."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from engine.dates import said
from engine.diagrams.graph import Clock, Picture, Track
from engine.diagrams.measure import BOLD, broken
from engine.diagrams.rows import LEADS, Numbers
from engine.diagrams.shapes import ROW_LINE, ROW_SIZE, TITLE_LINE, TITLE_SIZE, Told

INDENT: Final = 22.0
GAP: Final = 12.0
RANKS: Final = (
    ("duty", "square: a duty of an act or a regulation that somebody has read"),
    ("guidance", "round: guidance, or a duty not yet read"),
    ("local", "ring: the partnership's own"),
)
_IDLE: Final = "Not drawn: {} that have not started. casetrail workflow describe tells them."
Part = list[Told]
"""What is told together, and not torn apart."""


def told(picture: Picture, numbers: Numbers, width: float) -> list[Part]:
    """The parts in their order, each broken into lines of this width."""
    parts = [_key(picture, numbers, width)]
    if picture.track:
        parts += _way(picture, numbers, width)
    drawn = picture.drawn_clocks
    if picture.clocks:
        parts.append(_ranks(picture, width))
        parts += _of_clocks(drawn, width)
        idle = len(picture.clocks) - len(drawn)
        parts.append(_lines(_IDLE.format(idle), width) if idle else [])
    return [*parts, *_stays(picture, numbers, width)]


def in_columns(parts: Iterable[Part], heights: Sequence[float]) -> list[list[Told]] | None:
    """The parts in columns no higher than these; nothing if they are not enough."""
    columns: list[list[Told]] = [[] for _ in heights]
    at = 0
    for part in parts:
        while height_of(columns[at]) + height_of(part) > heights[at]:
            at += 1
            if at == len(heights):
                return None
        columns[at].extend(part)
    return columns


def height_of(lines: Iterable[Told]) -> float:
    """How high lines are together."""
    return sum(line.height for line in lines)


def _key(picture: Picture, numbers: Numbers, width: float) -> Part:
    part = _title("How to read this", width)
    if numbers:
        part += _lines(
            "The thick line is the main line, column by column; branches are set in. Each box has "
            f"a number. {LEADS}7 behind a step: it leads to box 7; a line goes to what is near. "
            "↓ leads on along the main line, → to another place, ↩ back; ⇥ comes from many places. "
            "On a screen, point at a box to see where its steps lead.",
            width,
        )
    else:
        part += _lines(
            "The main line runs down; branches stand beside it. ↓ leads to the next place of the "
            "main line, → on to another, ↩ back; ⇥ comes from many places. · leaves the case "
            "where it is.",
            width,
        )
    part += _lines("All of it in words: casetrail workflow describe.", width)
    track = picture.track
    if track:
        title = picture.places[track.state].title
        since = f"The case {track.ref} is at “{title}” since {said(track.since)}"
        part += _lines(f"{since}: the yellow box, with what is due there.", width)
    return [*part, _gap(GAP)]


def _way(picture: Picture, numbers: Numbers, width: float) -> list[Part]:
    track = picture.track
    if not track or not track.way:
        return []
    parts = [_title("Its way, step by step", width)]
    for number, went in enumerate(track.way, 1):
        where = picture.places.get(went.target)
        to = numbers.get(went.target, 0)
        what = picture.titles.get(went.step, "")
        text = f"{said(went.day, short=True)}: {what or (where.title if where else '')}"
        parts.append(_marked(str(number), "way", f"{text} {LEADS}{to}" if to else text, width))
    parts[0] += parts.pop(1)
    parts[-1].append(_gap(GAP))
    return parts


def _ranks(picture: Picture, width: float) -> Part:
    """What the colours and the shapes of the marks of timescales mean."""
    part = _title("Timescales, from where each starts to where it is met", width)
    drawn = {clock.rank for clock in picture.drawn_clocks}
    for rank, meaning in RANKS:
        part += _marked("", rank, meaning, width) if rank in drawn else []
    more = "; a thin one is over" if picture.track else ""
    return [*part, *_lines(f"A dotted bar runs on past what is drawn{more}.", width), _gap(8)]


def _of_clocks(clocks: Iterable[Clock], width: float) -> Iterable[Part]:
    """Each with its time and what sets that, which is told once for those that share it; of one
    that is over, only how it ended.
    """
    for (rule, _), same in groupby(clocks, key=lambda one: (_rule(one), _over(one) and one.id)):
        part: Part = []
        for clock in same:
            part += _marked(clock.label, clock.rank, clock.title, width, "bold")
            if clock.stands:
                part += _lines(clock.stands, width, "late" if clock.late else "told", INDENT)
        yield [*part, *(_lines(rule, width, "quiet", INDENT) if rule else []), _gap(4)]


def _over(clock: Clock) -> bool:
    return bool(clock.stands) and not clock.running


def _rule(clock: Clock) -> str:
    if _over(clock):
        return ""
    return f"{clock.time}; {clock.rests_on.replace('time set by', 'set by')}"


def _stays(picture: Picture, numbers: Numbers, width: float) -> list[Part]:
    """The steps that leave a case where it is: those of many places; in a long picture all, but
    with a case only those that it took.
    """
    if not numbers:
        head = "At many places, leaving the case where it is"
        lines = [_stay(step.title, [], step.taken) for step in picture.anywhere]
    elif picture.track:
        head = "Steps it took that left it where it was"
        lines = [_stay(title, [], day) for title, day in _taken(picture, picture.track).items()]
    else:
        head = "Steps that leave the case where it is"
        lines = [_stay(title, at, "") for title, at in _everywhere(picture, numbers).items()]
        lines += [_stay(step.title, [], "") for step in picture.anywhere]
    if not lines:
        return []
    parts = [_lines(line, width) for line in lines]
    parts[0] = [_gap(10), *_title(head, width), *parts[0]]
    return parts


def _taken(picture: Picture, track: Track) -> dict[str, str]:
    """The steps of a case that moved it nowhere, and when each was last taken."""
    moved = {went.step for went in track.way}
    found: dict[str, str] = {}
    for (step, _), day in track.taken.items():
        if step not in moved and step in picture.titles:
            title = picture.titles[step]
            found[title] = max(day, found.get(title, ""))
    return found


def _everywhere(picture: Picture, numbers: Numbers) -> dict[str, list[int]]:
    """The steps that leave a case where it is, and at which boxes."""
    found: dict[str, list[int]] = {}
    for holder in picture.holders:
        members = [p.id for p in picture.places.values() if holder.id in (p.id, p.group)]
        for title in holder.within:
            found.setdefault(title, []).extend(numbers[name] for name in members)
    return found


def _stay(title: str, numbers: Iterable[int], taken: str) -> str:
    at = _ranges(numbers)
    where = f", at {at}" if at else ""
    return f"· {title}{where}" + (f" (last on {said(taken)})" if taken else "")


def _ranges(numbers: Iterable[int]) -> str:
    """`2-6, 9`: numbers that follow each other are told by the first and the last."""
    runs = []
    for _, run in groupby(enumerate(sorted(set(numbers))), key=lambda one: one[1] - one[0]):
        values = [value for _, value in run]
        runs.append(f"{values[0]}-{values[-1]}" if len(values) > 1 else str(values[0]))
    return ", ".join(runs)


def _title(text: str, width: float) -> Part:
    return [*_lines(text, width, "title"), _gap(4)]


def _gap(height: float) -> Told:
    return Told("", "", "", "", height)


def _marked(mark: str, rank: str, text: str, width: float, kind: str = "") -> Part:
    first, *others = _lines(text, width, kind, INDENT)
    return [first._replace(mark=mark, rank=rank), *others]


def _lines(text: str, width: float, kind: str = "", indent: float = 0.0) -> Part:
    big = kind == "title"
    size = TITLE_SIZE if big else ROW_SIZE
    bold = BOLD if kind in ("title", "bold", "told", "late") else 1.0
    height = TITLE_LINE if big else ROW_LINE
    style = kind if indent or big else kind or "plain"
    return [Told("", "", line, style, height) for line in broken(text, size * bold, width - indent)]
