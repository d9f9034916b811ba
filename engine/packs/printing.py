"""The files that a document is handed over as, and what whoever hands them over should know."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from engine.packs import html, pdf, sheet
from engine.packs.archive import Rendered
from engine.packs.tree import Document

_PAGE = re.compile(rb"/Type\s*/Page\b")


def print_files(document: Document, name: str, *, plain_text: bool) -> dict[str, Rendered]:
    """The document as web page and PDF, and as a plain sheet where one is wanted."""
    files = {f"{name}.html": html.render(document), f"{name}.pdf": pdf.render(document)}
    if plain_text:
        files[f"{name}.txt"] = sheet.render(document)
    return files


def remarks(
    files: Mapping[str, bytes], manifest: Mapping[str, Any], most_pages: int
) -> tuple[str, ...]:
    """What is not as it should be, and does not keep the pack from being used."""
    pdfs = {name: content for name, content in files.items() if name.endswith(".pdf")}
    return tuple(
        remark
        for name, content in pdfs.items()
        for remark in _remarks(name, content, manifest["files"][name], most_pages)
    )


def _remarks(
    name: str, content: bytes, listed: Mapping[str, Any], most_pages: int
) -> Iterator[str]:
    pages = len(_PAGE.findall(content))
    if most_pages and pages > most_pages:
        yield f"{name} has {pages} pages; at most {most_pages} are wanted."
    if listed["replaced"]:
        yield (
            f"{name} cannot show {len(listed['replaced'])} of the characters in it, and spells "
            "them by their numbers; the web page has them as they are."
        )
    if "ua-1" not in listed["standards"]:
        yield f"{name} could not be made to meet PDF/UA-1; hand over the web page beside it."
