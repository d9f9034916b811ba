"""A made-up document, and readers of the web page and the PDF that share no code with ours."""

from __future__ import annotations

import dataclasses
import io
import re
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser

import pikepdf

from engine.packs.tree import (
    Block,
    Document,
    Heading,
    Note,
    PageBreak,
    Paragraph,
    Signatures,
    Statement,
    Table,
)

CASE = "2025-K7QF29"


def document(*blocks: Block, **parts: object) -> Document:
    plainest = Document("Rapid review", "", CASE, date(2025, 4, 3), blocks or (Heading(1, "One"),))
    return dataclasses.replace(plainest, **parts)


def sample() -> Document:
    rows = tuple(
        (f"Agency {n}", "Yes", "Its account of the contacts it had. " * 9) for n in range(30)
    )
    return document(
        Heading(1, "Administration"),
        Statement("Aware on", "3 March 2025", (f"{CASE} @2",)),
        Statement("Submitted", ""),
        Heading(2, "What happened"),
        Statement("In the words of the agency", "A long account. " * 40, (f"{CASE} @7",)),
        Paragraph("First.\nSecond line.\n\nNext paragraph.", (f"{CASE} @3", f"{CASE} @2")),
        Heading(1, "Agencies"),
        Table("Returns", ("Agency", "Involved", "Analysis"), rows, rests_on=(f"{CASE} @9",)),
        Note("A remark."),
        Heading(2, "Detail"),
        Table("Actions", ("No", "Action"), (("1", "Sibling examined"),), widths=(1, 5)),
        PageBreak(),
        Heading(1, "Sign-off"),
        Signatures((("Director", "Hester Quill", ""), ("Chief Constable", "", ""))),
        subtitle="To the Panel",
        classification="OFFICIAL-SENSITIVE",
        caution="Its chapter on serious incidents has not been checked.",
    )


class Page(HTMLParser):
    """A web page as its reader meets it: text by element, and every attribute."""

    VOID = frozenset({"br", "meta", "col"})

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def said(self) -> str:
        return "\n".join(text for tag, text in self.texts if tag != "style")

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def code_map(font: pikepdf.Object) -> dict[int, str]:
    found: dict[int, str] = {}
    for operands, operator in pikepdf.parse_content_stream(font.ToUnicode):
        values = [bytes(value) for value in operands if isinstance(value, pikepdf.String)]
        if str(operator) == "endbfchar":
            for code, text in zip(values[::2], values[1::2], strict=True):
                found[int.from_bytes(code, "big")] = text.decode("utf-16-be")
    return found


def page_runs(page: pikepdf.Page) -> Iterator[tuple[bool, str]]:
    """What a page prints, in order: whether it is mere decoration, and its text."""
    fonts = {name: code_map(font) for name, font in page.Resources.get("/Font", {}).items()}
    marked: list[tuple[str, str | None]] = []
    current: dict[int, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "BDC" | "BMC":
                extra = operands[1] if len(operands) > 1 else {}
                actual = extra.get("/ActualText") if isinstance(extra, pikepdf.Dictionary) else None
                marked.append((str(operands[0]), None if actual is None else str(actual)))
                if actual is not None:
                    yield marked[0][0] == "/Artifact", str(actual)
            case "EMC":
                marked.pop()
            case "Tf":
                current = fonts[str(operands[0])]
            case "Tj" | "TJ" if not any(actual for _, actual in marked):
                parts = operands[0] if str(operator) == "TJ" else operands
                codes = b"".join(bytes(p) for p in parts if isinstance(p, pikepdf.String))
                pairs = (codes[at : at + 2] for at in range(0, len(codes), 2))
                text = "".join(current.get(int.from_bytes(pair, "big"), "") for pair in pairs)
                yield bool(marked) and marked[0][0] == "/Artifact", text


def printed(content: bytes, *, decoration: bool = False) -> list[str]:
    """The text of each page without its spaces, either all that counts or all decoration."""
    with pikepdf.open(io.BytesIO(content)) as file:
        return [
            re.sub(r"\s", "", "".join(text for side, text in page_runs(page) if side is decoration))
            for page in file.pages
        ]


def structure(element: pikepdf.Object) -> Iterator[str]:
    if isinstance(element, pikepdf.Array):
        for part in element:
            yield from structure(part)
    elif isinstance(element, pikepdf.Dictionary):
        if "/S" in element:
            yield str(element.S)
        if "/K" in element:
            yield from structure(element.K)
