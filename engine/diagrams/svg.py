"""The picture as SVG: one file, without a network, a script or a letter of its own.

Everything that comes from a definition or a case is escaped; nothing personal is ever in it. Its
size is that at which its letters are read: a browser enlarges it, and a sheet of A3 is filled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Final

from engine.dates import said
from engine.diagrams.graph import Picture, Step
from engine.diagrams.layout import layout
from engine.diagrams.legend import INDENT as INDENT_TOLD
from engine.diagrams.rows import INDENT
from engine.diagrams.shapes import (
    MARGIN,
    PAD,
    ROW_LINE,
    TITLE_LINE,
    Band,
    Bar,
    Box,
    Line,
    Page,
    Row,
    Words,
)
from engine.diagrams.style import STYLE, led_to

KINDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("waiting", "within", "gathered"), "quiet"),
    **dict.fromkeys(("came", "due"), "bold"),
    "title": "title",
    "late": "late",
}


def svg(picture: Picture) -> str:
    """The picture as one SVG document."""
    page = layout(picture)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="t d" '
        f'viewBox="0 0 {page.width:g} {page.height:g}" '
        f'width="{page.width:g}" height="{page.height:g}">',
        f'<title id="t">{escape(picture.title)}</title>',
        f'<desc id="d">{escape(_described(picture))}</desc>',
        f"<style>{STYLE}{''.join(led_to(page))}</style>",
        *_markers(),
        f'<rect width="{page.width:g}" height="{page.height:g}" fill="#ffffff"/>',
        *_heading(picture),
        *map(_band, page.bands),
        *(_holder(page, box) for box in page.boxes),
        *(part for bar in page.bars for part in _bar(bar)),
        *(part for words in page.told for part in _told(words)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _described(picture: Picture) -> str:
    line = ", then ".join(picture.places[name].title for name in picture.line)
    here = ""
    if picture.track:
        title = picture.places[picture.track.state].title
        here = f" The case {picture.track.ref} is at: {title}."
    words = " The same in words: casetrail workflow describe."
    return f"The main line: {line}.{here}{words}"


def _markers() -> Iterable[str]:
    colours = (
        ("grey", "#505a5f"),
        ("brown", "#7a4b00"),
        ("green", "#00573a"),
        ("black", "#0b0c0c"),
    )
    for name, colour in colours:
        yield (
            f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerUnits="userSpaceOnUse" '
            f'markerWidth="9" markerHeight="9" orient="auto">'
            f'<path d="M0 0 L8 4 L0 8 z" fill="{colour}"/></marker>'
        )


def _heading(picture: Picture) -> Iterable[str]:
    yield _text(MARGIN, 34, picture.title, "heading")
    track = picture.track
    under = f"Edition {picture.edition}"
    if picture.day:
        under += f", as the law stood on {said(picture.day.isoformat())}"
    if track:
        under += f". The case {track.ref}: where it is stands in yellow, its way is green"
        under += " and numbered" if track.way else ""
        under = f"DEMO: everybody here is made up. {under}" if track.demo else under
    yield _text(MARGIN, 56, under, "sub")


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text x="{x:g}" y="{y:g}"{named}>{escape(text)}</text>'


def _band(band: Band) -> str:
    return (
        f'<rect class="band" rx="6" x="{band.left:g}" y="{band.top:g}" '
        f'width="{band.width:g}" height="{band.height:g}"/>'
    )


def _holder(page: Page, box: Box) -> str:
    """A box with the lines that leave it, so that pointing at the one shows the other."""
    lines = [line for line in page.lines if (line.source or line.step.source) == box.id]
    lines.sort(key=lambda line: bool(line.step.taken))
    parts = [f'<g class="holder" id="place-{escape(box.id.replace(" ", "-"))}">']
    parts += [f"<title>{escape(_tip(page, box))}</title>"] if box.place else []
    parts += [_line(line) for line in lines]
    return "\n".join([*parts, *_box(box), "</g>"])


def _tip(page: Page, box: Box) -> str:
    """What is read where a box is pointed at: also what leaves the case where it is."""
    place = box.place
    if place is None:
        return ""
    titles = page.picture.places
    told = [place.title, *(f"{s.title}: to “{titles[s.target].title}”" for s in place.steps)]
    return "\n".join([*told, *(f"{title}: stays here" for title in place.within)])


def _line(line: Line) -> str:
    kind, tip = _drawn(line.step)
    (x, y), *others = line.corners
    path = f"M{x:g} {y:g} " + " ".join(f"L{a:g} {b:g}" for a, b in others)
    title = f"<title>{escape(line.step.title)}</title>" if line.step.title else ""
    return f'<path class="line {kind}" d="{path}" marker-end="url(#{tip})">{title}</path>'


def _drawn(step: Step) -> tuple[str, str]:
    """In which style a step is drawn, and with which arrow."""
    if step.taken:
        return f"{step.way} taken", "green"
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
    size = TITLE_LINE if row.kind == "title" else ROW_LINE
    kind = KINDS.get(row.kind, "")
    first = row.top + size - 3
    if row.mark:
        yield from _mark(box.left + PAD + 8, first - 4, row.mark, row.rank or "way")
    elif row.step:
        yield _text(box.left + PAD, first, _sign(row), kind)
        if row.step.taken and row.kind == "step":
            yield _text(box.left + box.width - 4, first, "✓", "tick end")
    for number, line in enumerate(row.lines):
        y = row.top + (number + 1) * size - 3
        yield _text(box.left + PAD + INDENT.get(row.kind, 0.0), y, line, kind)


def _sign(row: Row) -> str:
    if row.kind == "gathered":
        return "⇥"
    way = row.step.way if row.step else "on"
    return {"main": "↓", "on": "→", "back": "↩"}[way]


def _mark(x: float, y: float, mark: str, rank: str) -> Iterable[str]:
    """A square for a duty, a disc for guidance and for the way of a case, a ring for what is local;
    with its letter or number.
    """
    if rank == "duty":
        yield f'<rect class="mark {rank}" x="{x - 7:g}" y="{y - 7:g}" width="14" height="14"/>'
    else:
        yield f'<circle class="mark {rank}" cx="{x:g}" cy="{y:g}" r="6.5"/>'
    if mark:
        yield _text(x, y + 4, mark, f"number on-{rank}")


def _bar(bar: Bar) -> Iterable[str]:
    clock = bar.clock
    over = " over" if clock.stands and not clock.running else ""
    loose = " open" if bar.open else ""
    said = f"{clock.label} {clock.title}" + (f": {clock.stands}" if clock.stands else "")
    yield (
        f'<path class="bar bar-{clock.rank}{loose}{over}" '
        f'd="M{bar.x:g} {bar.top:g} L{bar.x:g} {bar.bottom:g}">'
        f"<title>{escape(said)}</title></path>"
    )
    yield from _mark(bar.x, bar.top + 8, clock.label, clock.rank)


def _told(words: Words) -> Iterable[str]:
    left, y, lines = words
    for one in lines:
        y += one.height
        if one.rank:
            yield from _mark(left + 10, y - 4, one.mark, one.rank)
        if one.text:
            at = 0 if one.kind in ("title", "plain") else INDENT_TOLD
            yield _text(left + at, y, one.text, "" if one.kind == "plain" else one.kind)
