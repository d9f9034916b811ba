"""A description as one web page: no script, no other file, nothing from outside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from engine.as_at import as_at
from engine.definition import Workflow
from engine.describing import described, glance
from engine.describing.overview import course, takers
from engine.describing.sheet import Block, Heading, Item, Items, Part, Said

_CITED = re.compile(r"\((\d+(?:\.\d+)+)\)")

Pieces = list[tuple[str, str]]
"""Running text in pieces, each with the number of the heading that it leads to, or nothing."""


def page(whole: Workflow, line: Sequence[str], day: date | None = None) -> str:
    """The page of `workflow describe --format html`; `line` are the states of the main line.

    Every text of the definition is escaped: a title that looks like a tag is a title.
    """
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("page.html").render(_values(whole, line, day))


def _values(whole: Workflow, line: Sequence[str], day: date | None) -> dict[str, Any]:
    workflow = as_at(whole, day) if day else whole
    _, *blocks = described(whole, day).blocks
    notice = blocks.pop(0) if day else None
    headings = [one for one in blocks if isinstance(one, Heading)]
    numbers = {one.number for one in headings}
    return {
        "title": workflow.title,
        "edition": workflow.edition,
        "notice": notice.parts[0] if isinstance(notice, Said) else "",
        "caution": workflow.caution,
        "contents": _contents(headings),
        "overview": [" ".join(course(workflow)), " ".join(takers(workflow))],
        "stages": _linked(glance.stages(workflow, line), headings),
        "clocks": _linked(glance.clocks(workflow), headings),
        "blocks": list(_told(blocks, numbers)),
    }


def _contents(headings: Iterable[Heading]) -> list[dict[str, Any]]:
    """The headings of the first depth, each with those of the second below it."""
    found: list[dict[str, Any]] = []
    for one in headings:
        if one.depth == 1:
            found.append({"number": one.number, "text": one.text, "below": []})
        elif one.depth == 2:
            found[-1]["below"].append({"number": one.number, "text": one.text})
    return found


def _linked(things: Iterable[Any], headings: Sequence[Heading]) -> list[dict[str, Any]]:
    """Things by their titles, each with the number of the heading that it is described under."""
    where = {one.text: one.number for one in reversed(headings) if one.depth > 1}
    return [one._asdict() | {"number": where.get(one.title, "")} for one in things]


def _told(blocks: Iterable[Block], numbers: set[str]) -> Iterator[dict[str, Any]]:
    depth = 1
    for block in blocks:
        match block:
            case Heading(depth, number, text):
                # The level of a heading of the page, whose own title is the first.
                yield {"kind": "heading", "level": depth + 1, "number": number, "text": text}
            case Said(parts):
                yield {"kind": "said", "parts": _parts(parts, numbers)}
            case Item(head, paragraphs):
                below = [part for one in paragraphs for part in _parts(one, numbers)]
                level = min(depth + 2, 6)
                yield {"kind": "item", "level": level, "text": head, "parts": below}
            case Items(texts):
                yield {"kind": "items", "entries": [_pieces(text, numbers) for text in texts]}


def _parts(parts: Iterable[Part], numbers: set[str]) -> list[dict[str, Any]]:
    """Sentences that follow each other as one paragraph, and the lists between them."""
    found: list[dict[str, Any]] = []
    sentences: list[str] = []
    for part in (*parts, ()):
        if isinstance(part, str):
            sentences.append(part)
            continue
        if sentences:
            found.append({"said": _pieces(" ".join(sentences), numbers), "entries": []})
            sentences = []
        if part:
            found.append({"said": [], "entries": [_pieces(text, numbers) for text in part]})
    return found


def _pieces(text: str, numbers: set[str]) -> Pieces:
    """A text with each number of a heading that stands in brackets as a link to it."""
    found: Pieces = []
    end = 0
    for cited in _CITED.finditer(text):
        if cited[1] in numbers:
            found += [(text[end : cited.start(1)], ""), (cited[1], cited[1])]
            end = cited.end(1)
    return [*found, (text[end:], "")]
