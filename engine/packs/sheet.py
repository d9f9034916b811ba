"""A document as a plain sheet to copy from: one box a question, in the order of the sections."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from engine.packs.archive import Rendered
from engine.packs.tree import Document, Json, plain

RULE = "-" * 78
DOUBLE = "=" * 78


def render(document: Document) -> Rendered:
    """The sheet as UTF-8; every answer stands on lines of its own, with nothing beside it."""
    known = plain(document)
    lines = [*_front(known), *(line for block in _list(known["blocks"]) for line in _block(block))]
    return Rendered(("\n".join(lines).strip("\n") + "\n").encode())


def _front(known: dict[str, Json]) -> Iterator[str]:
    yield from (str(known["title"]), str(known["subtitle"]))
    yield f"Case {known['reference']}. Record as at {known['prepared_day']}."
    yield from (str(known[name]) for name in ("classification", "marks") if known[name])
    yield from _said(known["caution"])
    gaps = _list(known["gaps"])
    if gaps:
        yield from ("", "Still missing:")
        yield from (f"- {' '.join(_said(gap))}" for gap in gaps)


def _block(block: Json) -> Iterator[str]:
    assert isinstance(block, dict), "a block is a table of plain data"
    match block["kind"]:
        case "heading":
            line = DOUBLE if block["level"] == 1 else RULE
            yield from ("", line, f"{block['number']}  {block['text']}", line)
        case "statements":
            for row in _list(block["rows"]):
                yield from _box(row)
        case "table":
            yield from _table(block)
        case "signatures":
            for role, name, day in map(_list, _list(block["lines"])):
                yield from ("", f"{role}", f"Name: {name}", f"Date: {day}", "Signature:")
        case "paragraph" | "note":
            yield from ("", *_said(block["text"]))


def _box(row: Json) -> Iterator[str]:
    assert isinstance(row, dict), "a statement is a table of plain data"
    yield from ("", f"[ {row['label']} ]", *_said(row["value"]))


def _table(block: dict[str, Json]) -> Iterator[str]:
    """A table row by row, each answer under the name of its column."""
    yield from ("", str(block["caption"]))
    header = [str(name) for name in _list(block["header"])]
    for number, row in zip(count(1), _list(block["rows"]), strict=False):
        yield from ("", f"({number})")
        for name, cell in zip(header, _list(row), strict=True):
            yield from (f"[ {name} ]", *_said(cell))


def _said(paragraphs: Json) -> Iterator[str]:
    """Paragraphs of lines, with an empty line between two of them."""
    for place, lines in enumerate(_list(paragraphs)):
        if place:
            yield ""
        yield from map(str, _list(lines))


def _list(value: Json) -> list[Json]:
    assert isinstance(value, list), "plain data holds a list here"
    return value
