"""A pack's document before it is HTML or PDF: headings, paragraphs, statements, tables and notes.

It never fetches or decides anything: whoever builds a document hands over every word of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count, groupby
from typing import TypeAlias

from engine.dates import long_day
from engine.errors import EngineError

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"

REFERENCE = re.compile(r"(\S+) @([1-9][0-9]*)")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
LONG_VALUE = 280
TABLE_ROOM = 90
LONG_WORD = 16
NOT_RECORDED = "Not recorded"

_ILLEGIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_WORDS = ("title", "subtitle", "reference", "language", "classification")
_MARKS = ("draft", "demo")
_TO = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1, 2 or 3; its number is counted, never written."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; an empty line parts paragraphs, a line break parts lines."""

    text: str
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing the record says, as a label and a value; neighbours form one list."""

    label: str
    value: str
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header; `widths` are relative, and are estimated when left out."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...] = ()
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signatures:
    """Who signs: (role, name, date), the last two empty where they are still to be written."""

    lines: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A remark set apart in a box."""

    text: str


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins on a new page."""


Block: TypeAlias = Heading | Paragraph | Statement | Table | Signatures | Note | PageBreak


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document.

    `prepared_on` is the day as at which the record is told. `brief` sets it without a title page,
    a list of contents and a list of sources. `reference` is the case's; an event reads
    "2025-K7QF29 @12", case and number. `caution` says what has not been checked about the rules
    used, `gaps` what a draft still lacks.
    """

    title: str
    subtitle: str
    reference: str
    prepared_on: date
    blocks: tuple[Block, ...]
    language: str = "en-GB"
    classification: str = ""
    caution: str = ""
    draft: bool = False
    demo: bool = False
    gaps: tuple[str, ...] = ()
    brief: bool = False


def events(document: Document) -> tuple[str, ...]:
    """The events that the document rests on, each once, in the order of their first mention."""
    return tuple(dict.fromkeys(ref for block in document.blocks for ref in _rests_on(block)))


def check(document: Document) -> None:
    """Raise EngineError with everything that keeps the document from being rendered."""
    problems = [*_problems_of_document(document), *_problems_of_headings(document)]
    for number, block in enumerate(document.blocks, start=1):
        problems += [f"block {number}: {problem}" for problem in _problems_of_block(block)]
    if problems:
        raise EngineError(
            "This pack's document cannot be rendered; correct the pack that builds it: "
            + "; ".join(problems)
            + "."
        )


def cite(rests_on: Iterable[str], home: str) -> str:
    """Say events briefly: those of case `home` as "@3, @7-9", others with their case before."""
    runs: list[tuple[str, int, int]] = []
    for case, number in sorted({_parts(ref) for ref in rests_on}, key=lambda p: (p[0] != home, p)):
        if runs and runs[-1][0] == case and runs[-1][2] == number - 1:
            runs[-1] = (case, runs[-1][1], number)
        else:
            runs.append((case, number, number))
    return ", ".join(_run(*run, home) for run in runs)


def legible(text: str) -> str:
    """The text with one sign for a line break, and what must not act on a page spelt as [U+202E].

    That is control characters, what no Unicode text may hold, and the signs that would turn the
    direction of the words around them.
    """
    text = re.sub("\r\n?|[\u2028\u2029\x85]", "\n", text)
    return _ILLEGIBLE.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


def plain(document: Document) -> dict[str, Json]:
    """The checked document as plain data, numbered and grouped, the same for every renderer."""
    check(document)
    outline = _outline(document)
    said = {name: legible(getattr(document, name)) for name in _WORDS}
    return {
        **said,
        "prepared_on": document.prepared_on.isoformat(),
        "prepared_day": long_day(document.prepared_on),
        "draft": document.draft,
        "demo": document.demo,
        "brief": document.brief,
        "marks": " · ".join(name.upper() for name in _MARKS if getattr(document, name)),
        "caution": _text(document.caution),
        "gaps": [_text(gap) for gap in document.gaps],
        "contents": [entry for entry in outline if entry["level"] != 3],
        "blocks": list(_blocks(document, outline)),
        "sources": list(_sources(document, outline)),
    }


def _parts(reference: str) -> tuple[str, int]:
    found = REFERENCE.fullmatch(reference)
    if not found:
        raise EngineError(f"Write an event as 'CASE @NUMBER', not {reference!r}.")
    return found[1], int(found[2])


def _run(case: str, first: int, last: int, home: str) -> str:
    span = f"@{first}" if first == last else f"@{first}{_TO}{last}"
    return span if case == home else f"{case} {span}"


def _rests_on(block: Block) -> tuple[str, ...]:
    return block.rests_on if isinstance(block, Paragraph | Statement | Table) else ()


def _problems_of_document(document: Document) -> Iterator[str]:
    for name in ("title", "reference"):
        if not getattr(document, name).strip():
            yield f"it has no {name}"
    if not LANGUAGE.fullmatch(document.language):
        yield f"write its language as 'en' or 'en-GB', not {document.language!r}"
    if document.gaps and not document.draft:
        yield "it lists gaps but is no draft"
    if not all(gap.strip() for gap in document.gaps):
        yield "it lists a gap without saying what is missing"


def _problems_of_headings(document: Document) -> Iterator[str]:
    level = 0
    for heading in (block for block in document.blocks if isinstance(block, Heading)):
        if not 1 <= heading.level <= 3:
            yield f"heading {heading.text!r} has level {heading.level}; use 1, 2 or 3"
        elif heading.level > level + 1:
            yield f"heading {heading.text!r} skips from level {level} to level {heading.level}"
        level = heading.level
    if not level:
        yield "it has no heading"


def _problems_of_block(block: Block) -> Iterator[str]:
    yield from (f"event {ref!r} is not 'CASE @NUMBER'" for ref in _malformed(block))
    match block:
        case Heading(text=text) | Paragraph(text=text) | Note(text=text) if not text.strip():
            yield f"a {type(block).__name__.lower()} without text"
        case Statement(label=label) if not label.strip():
            yield "a statement without a label"
        case Signatures(lines=()):
            yield "signatures without a line"
        case Table():
            yield from _problems_of_table(block)


def _malformed(block: Block) -> list[str]:
    return [ref for ref in _rests_on(block) if not REFERENCE.fullmatch(ref)]


def _problems_of_table(table: Table) -> Iterator[str]:
    name, columns = f"table {table.caption!r}", len(table.header)
    if not table.caption.strip():
        yield "a table without a caption"
    if not columns or not all(cell.strip() for cell in table.header):
        yield f"{name} has a column without a heading"
    if not table.rows:
        yield f"{name} has no rows; say so in a paragraph instead"
    for number, row in enumerate(table.rows, start=1):
        if len(row) != columns:
            yield f"{name}, row {number}: {len(row)} cells under {columns} headings"
    if table.widths and (len(table.widths) != columns or min(table.widths) < 1):
        yield f"{name} needs one positive width for each of its {columns} columns"


def _text(text: str) -> list[Json]:
    """Paragraphs, each a list of its lines."""
    paragraphs = re.split(r"\n[ \t]*(?:\n[ \t]*)+", legible(text).strip())
    return [[*part.strip("\n").split("\n")] for part in paragraphs if part.strip()]


def _line(text: str) -> str:
    return " ".join(legible(text).split())


def _outline(document: Document) -> list[dict[str, Json]]:
    entries: list[dict[str, Json]] = []
    counts: list[int] = []
    for heading in (block for block in document.blocks if isinstance(block, Heading)):
        counts = [*counts, 0][: heading.level]
        counts[-1] += 1
        number = ".".join(map(str, counts))
        entries.append({"level": heading.level, "number": number, "text": _line(heading.text)})
    return entries


def _blocks(document: Document, outline: list[dict[str, Json]]) -> Iterator[dict[str, Json]]:
    """The blocks in order; neighbouring statements become one group, tables get their number."""
    headings, tables, home = iter(outline), count(1), document.reference
    for together, blocks in groupby(document.blocks, lambda block: isinstance(block, Statement)):
        if together:
            rows = [_statement(block, home) for block in blocks if isinstance(block, Statement)]
            yield {"kind": "statements", "rows": [*rows]}
            continue
        for block in blocks:
            match block:
                case Heading():
                    yield {"kind": "heading", **next(headings)}
                case Table():
                    yield {"kind": "table", "number": next(tables), **_table(block, home)}
                case _:
                    yield _block(block, home)


def _block(block: Block, home: str) -> dict[str, Json]:
    match block:
        case Paragraph():
            cited = cite(block.rests_on, home)
            return {"kind": "paragraph", "text": _text(block.text), "cite": cited}
        case Signatures():
            return {"kind": "signatures", "lines": [[*map(_line, line)] for line in block.lines]}
        case Note():
            return {"kind": "note", "text": _text(block.text)}
        case _:
            return {"kind": "break"}


def _statement(statement: Statement, home: str) -> dict[str, Json]:
    value = _text(statement.value)
    return {
        "label": _line(statement.label),
        "value": value or [[NOT_RECORDED]],
        "missing": not value,
        "long": len(statement.value) > LONG_VALUE or len(value) > 1,
        "cite": cite(statement.rests_on, home),
    }


def _table(table: Table, home: str) -> dict[str, Json]:
    return {
        "caption": _line(table.caption),
        "header": [_line(cell) for cell in table.header],
        "rows": [[_text(cell) for cell in row] for row in table.rows],
        "widths": _shares(table.widths or _estimated(table)),
        "cite": cite(table.rests_on, home),
    }


def _estimated(table: Table) -> tuple[int, ...]:
    """Room for each column's longest word first; the rest goes to the columns that say more."""
    needs, wants = [], []
    for column in zip(table.header, *table.rows, strict=True):
        sizes = [*map(len, column)]
        usual = (sum(sizes) // len(sizes) + max(sizes)) // 2
        needs.append(min(max(4, *map(len, " ".join(column).split())), LONG_WORD) + 3)
        wants.append(max(min(usual, TABLE_ROOM) + 3 - needs[-1], 0))
    spare, wanted = max(TABLE_ROOM - sum(needs), 0), max(sum(wants), 1)
    return tuple(n + spare * w // wanted for n, w in zip(needs, wants, strict=True))


def _shares(widths: tuple[int, ...]) -> list[Json]:
    """Widths as whole per cent that add up to 100."""
    total, shares, before = sum(widths), [], 0
    for end in (sum(widths[: place + 1]) for place in range(len(widths))):
        shares.append(100 * end // total - before)
        before = 100 * end // total
    return [*shares]


def _sources(document: Document, outline: list[dict[str, Json]]) -> Iterator[dict[str, Json]]:
    """Each section of the first level with the events that it rests on."""
    found: list[list[str]] = []
    for block in document.blocks:
        if isinstance(block, Heading) and block.level == 1:
            found.append([])
        elif found:
            found[-1].extend(_rests_on(block))
    sections = (entry for entry in outline if entry["level"] == 1)
    for entry, refs in zip(sections, found, strict=True):
        if refs:
            yield {**entry, "cite": cite(refs, document.reference)}
