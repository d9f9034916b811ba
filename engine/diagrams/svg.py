"""The picture as SVG: one file, without a network, a script or a letter of its own.

Everything that comes from a definition or a case is escaped; nothing personal is ever in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

from engine.dates import said
from engine.diagrams.graph import Clock, Picture, Step
from engine.diagrams.layout import (
    HEAD,
    MARGIN,
    NEXT,
    PAD,
    ROW_LINE,
    ROW_SIZE,
    TITLE_LINE,
    TITLE_SIZE,
    TOLD_WIDTH,
    Band,
    Bar,
    Box,
    Line,
    Page,
    Row,
    layout,
)
from engine.diagrams.measure import broken

FONT: Final = "Arial, Helvetica, 'Liberation Sans', sans-serif"
STYLE: Final = f"""
text {{ font-family: {FONT}; fill: #0b0c0c; font-size: {ROW_SIZE}px; }}
.heading {{ font-size: 22px; font-weight: bold; }}
.sub {{ font-size: 13px; fill: #383f43; }}
.title {{ font-size: {TITLE_SIZE}px; font-weight: bold; }}
.bold {{ font-weight: bold; }}
.end {{ text-anchor: end; }}
.quiet {{ fill: #505a5f; }}
.box {{ fill: #ffffff; stroke: #0b0c0c; stroke-width: 1.5; }}
.branch {{ stroke: #505a5f; stroke-width: 1.2; fill: #fbfbfb; }}
.closed {{ stroke-width: 3; }}
.been {{ fill: #e8f1fa; }}
.here {{ fill: #ffdd00; stroke-width: 3; }}
.band {{ fill: #f3f2f1; stroke: #b1b4b6; }}
.head {{ fill: #f3f2f1; }}
.line {{ fill: none; stroke: #505a5f; stroke-width: 1.3; }}
.main {{ stroke: #0b0c0c; stroke-width: 3; }}
.back {{ stroke-dasharray: 5 3; stroke: #7a4b00; }}
.taken {{ stroke: #1d70b8; stroke-width: 3; stroke-dasharray: none; }}
.duty {{ stroke: #942514; }}
.guidance {{ stroke: #1d70b8; }}
.local {{ stroke: #6f777b; }}
.bar {{ stroke-width: 5; fill: none; }}
.open {{ stroke-dasharray: 2 4; }}
.number {{ font-weight: bold; text-anchor: middle; fill: #ffffff; }}
.disc-duty {{ fill: #942514; }} .disc-guidance {{ fill: #1d70b8; }} .disc-local {{ fill: #5d666a; }}
.late {{ font-weight: bold; fill: #942514; }}
"""


def svg(picture: Picture) -> str:
    """The picture as one SVG document."""
    page = layout(picture)
    told = list(_told(page))
    height = max(page.height, HEAD + sum(line[3] for line in told) + MARGIN)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="t d" '
        f'viewBox="0 0 {page.width:g} {height:g}" width="{page.width:g}" height="{height:g}">',
        f'<title id="t">{escape(picture.title)}</title>',
        f'<desc id="d">{escape(_described(picture))}</desc>',
        f"<style>{STYLE}</style>",
        *_markers(),
        f'<rect width="{page.width:g}" height="{height:g}" fill="#ffffff"/>',
        *_heading(picture),
        *map(_band, page.bands),
        *map(_line, sorted(page.lines, key=lambda line: bool(line.step.taken))),
        *(part for box in page.boxes for part in _box(box)),
        *(part for bar in page.bars for part in _bar(bar)),
        *_column(page.told_left, told),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _described(picture: Picture) -> str:
    line = ", then ".join(picture.places[name].title for name in picture.line)
    here = ""
    if picture.track:
        title = picture.places[picture.track.state].title
        here = f" The case {picture.track.ref} is at: {title}."
    return f"The main line: {line}.{here}"


def _markers() -> Iterable[str]:
    for name, colour in (("grey", "#505a5f"), ("brown", "#7a4b00"), ("blue", "#1d70b8")):
        yield _marker(name, colour)
    yield _marker("black", "#0b0c0c")


def _marker(name: str, colour: str) -> str:
    return (
        f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerUnits="userSpaceOnUse" '
        f'markerWidth="9" markerHeight="9" orient="auto">'
        f'<path d="M0 0 L8 4 L0 8 z" fill="{colour}"/></marker>'
    )


def _heading(picture: Picture) -> Iterable[str]:
    yield _text(MARGIN, 40, picture.title, "heading")
    track = picture.track
    under = f"Edition {picture.edition}"
    if picture.day:
        under += f", as the law stood on {said(picture.day.isoformat())}"
    if track:
        under += f". The case {track.ref}: where it is stands in yellow, and its way in blue"
        under = f"DEMO: everybody here is made up. {under}" if track.demo else under
    yield _text(MARGIN, 62, under, "sub")


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text x="{x:g}" y="{y:g}"{named}>{escape(text)}</text>'


def _band(band: Band) -> str:
    return (
        f'<rect class="band" rx="6" x="{band.left:g}" y="{band.top:g}" '
        f'width="{band.width:g}" height="{band.height:g}"/>'
    )


def _line(line: Line) -> str:
    kind, tip = _drawn(line.step)
    (x, y), *others = line.corners
    path = f"M{x:g} {y:g} " + " ".join(f"L{a:g} {b:g}" for a, b in others)
    title = f"<title>{escape(line.step.title)}</title>" if line.step.title else ""
    return f'<path class="line {kind}" d="{path}" marker-end="url(#{tip})">{title}</path>'


def _drawn(step: Step) -> tuple[str, str]:
    """In which style a step is drawn, and with which arrow."""
    if step.taken:
        return f"{step.way} taken", "blue"
    return step.way, {"main": "black", "back": "brown"}.get(step.way, "grey")


def _box(box: Box) -> Iterable[str]:
    place = box.place
    if place is None:
        yield (
            f'<rect class="head" x="{box.left:g}" y="{box.top + 2:g}" '
            f'width="{box.width:g}" height="{box.height:g}"/>'
        )
    else:
        kinds = ["box", "" if place.main else "branch", "closed" if place.closed else ""]
        kinds.append("here" if place.here else "been" if place.been else "")
        named = " ".join(kind for kind in kinds if kind)
        yield (
            f'<rect class="{named}" rx="5" x="{box.left:g}" y="{box.top:g}" '
            f'width="{box.width:g}" height="{box.height:g}"/>'
        )
    for row in box.rows:
        yield from _row(box, row)


def _row(box: Box, row: Row) -> Iterable[str]:
    big = row.kind == "title"
    indent = 14 if row.kind in ("step", "gathered") else 0
    kind = {"title": "title", "waiting": "quiet", "within": "quiet", "gathered": "quiet"}
    size = TITLE_LINE if big else ROW_LINE
    for number, line in enumerate(row.lines):
        y = row.top + (number + 1) * size - 4
        yield _text(box.left + PAD + indent, y, line, kind.get(row.kind, ""))
    if indent and row.step:
        yield _text(box.left + PAD, row.top + size - 4, _sign(row), kind.get(row.kind, ""))
        if row.step.taken and row.kind == "step":
            yield _text(box.left + box.width - PAD, row.top + size - 4, "✓", "title end")


def _sign(row: Row) -> str:
    if row.kind == "gathered":
        return "⇥"
    way = row.step.way if row.step else "on"
    return {"main": "↓", "on": "→", "back": "↩"}[way]


def _bar(bar: Bar) -> Iterable[str]:
    rank = bar.clock.rank
    loose = " open" if bar.open else ""
    yield (
        f'<path class="bar {rank}{loose}" d="M{bar.x:g} {bar.top:g} L{bar.x:g} {bar.bottom:g}">'
        f"<title>{escape(bar.clock.title)}</title></path>"
    )
    yield f'<circle class="disc-{rank}" cx="{bar.x:g}" cy="{bar.top:g}" r="11"/>'
    yield _text(bar.x, bar.top + 4.5, str(bar.clock.number), "number")


Told = tuple[str, str, str, float]
"""A line of what is told: the rank and number before it, its text, its style, its height."""


def _told(page: Page) -> Iterable[Told]:
    """The column of what is told in words: the way to read it, the timescales, the steps that can
    be taken anywhere.
    """
    picture = page.picture
    yield from _paragraph("", "How to read this", "title")
    for sentence in _key(picture):
        yield from _paragraph("", sentence, "plain")
    if picture.clocks:
        yield from _space()
        yield from _paragraph("", "Timescales, from where each starts to where it is met", "title")
        yield from _ranks(in_columns=any(box.id.startswith(NEXT) for box in page.boxes))
    for clock in picture.clocks:
        yield from _of_clock(clock)
    if picture.anywhere:
        yield from _space()
        yield from _paragraph("", "At many places, leaving the case where it is", "title")
    for step in picture.anywhere:
        done = f" (last on {said(step.taken)})" if step.taken else ""
        yield from _paragraph("", f"· {step.title}{done}", "plain")


def _key(picture: Picture) -> Iterable[str]:
    yield (
        "The main line runs down; branches stand beside it. ↓ leads to the next place of the "
        "main line, → on to another, ↩ back; ⇥ comes from many places. · leaves the case "
        "where it is."
    )
    track = picture.track
    if track:
        title = picture.places[track.state].title
        yield f"The case {track.ref} is at “{title}” since {said(track.since)}."


def _ranks(*, in_columns: bool) -> Iterable[Told]:
    """What the colours and the dots of the bars mean."""
    yield "", "", "", 4
    for rank, meaning in (
        ("duty", "a duty of an act or a regulation that somebody has read"),
        ("guidance", "guidance, or a duty not yet read"),
        ("local", "the partnership's own"),
    ):
        yield from _paragraph(f"{rank} ", meaning, "quiet")
        yield "", "", "", 5
    more = "; one that runs on in the next column begins there again" if in_columns else ""
    yield from _paragraph("", f"A dotted bar runs on past what is drawn{more}.", "quiet")
    yield from _space()


def _of_clock(clock: Clock) -> Iterable[Told]:
    number = f"{clock.rank} {clock.number}"
    yield from _paragraph(number, clock.title, "bold")
    yield from _paragraph("", clock.time, "")
    yield from _paragraph("", clock.rests_on, "quiet")
    if clock.stands:
        yield from _paragraph("", clock.stands, "late" if clock.late else "bold")
    yield "", "", "", 6


def _space() -> Iterable[Told]:
    yield "", "", "", 14


def _paragraph(number: str, text: str, kind: str) -> Iterable[Told]:
    size = TITLE_SIZE if kind in ("title", "bold") else ROW_SIZE
    for at, line in enumerate(broken(text, size, TOLD_WIDTH - 34)):
        height = TITLE_LINE if kind == "title" else ROW_LINE
        yield number if at == 0 else "", line, kind, height
    if kind == "title":
        yield "", "", "", 4


def _column(left: float, told: Iterable[Told]) -> Iterable[str]:
    y = HEAD - TITLE_LINE + 4
    for number, line, kind, height in told:
        y += height
        if number:
            rank, _, what = number.partition(" ")
            size = 10 if what else 7
            yield f'<circle class="disc-{rank}" cx="{left + 11:g}" cy="{y - 4:g}" r="{size}"/>'
            yield _text(left + 11, y, what, "number")
        if line:
            style = "" if kind == "plain" else kind
            yield _text(left + (0 if kind in ("title", "plain") else 28), y, line, style)
