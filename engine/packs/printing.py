"""The files that a document is handed over as, and what whoever hands them over should know."""

from __future__ import annotations

import re

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


def remarks(files: dict[str, bytes], most_pages: int) -> tuple[str, ...]:
    """What is not as it should be, and does not keep the pack from being used."""
    found = []
    for name, content in files.items():
        pages = len(_PAGE.findall(content)) if name.endswith(".pdf") else 0
        if most_pages and pages > most_pages:
            found.append(f"{name} has {pages} pages; at most {most_pages} are wanted.")
    return tuple(found)
