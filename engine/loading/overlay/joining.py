"""Joins the file of a pack with what an overlay prints after it: the sections of its own."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from engine.definition import Workflow
from engine.loading.files.lines import Lines, Path
from engine.loading.files.reading import Document, parsed
from engine.loading.findings import Findings, Place
from engine.loading.overlay.merging import Layered

SECTION = "section"

Files = tuple[Mapping[str, Document], Mapping[str, str]]
"""The files of packs that say what to print, and the SHA-256 of every file; by their names."""


def join(base: Files, own: Files, findings: Findings) -> tuple[dict[str, Document], dict[str, str]]:
    """The files of a base and those of an overlay; what has a name of the base goes on with it."""
    documents, hashes = {**base[0], **own[0]}, {**base[1], **own[1]}
    for name in own[1]:
        if name not in base[1]:
            continue
        if name not in own[0]:
            problem = "The base has a file of this name, and only sections are added to one."
            findings.add(Place(name, Lines()), problem, "Give it another name.")
        elif joined := _joined(base[0][name], own[0][name], findings):
            documents[name] = joined
            hashes[name] = hashlib.sha256(joined.text.encode()).hexdigest()
    return documents, hashes


def joined_text(base: str, own: str) -> str:
    """The text of a pack's file, and after it what an overlay adds to it."""
    return f"{base.rstrip()}\n\n{own}"


def _joined(base: Document, own: Document, findings: Findings) -> Document | None:
    if base.keys is None or own.keys is None:
        return None
    hint = "Write [[section]] above the keys of each section, and nothing else."
    for key in own.keys:
        if key != SECTION:
            problem = f'To a pack\'s file of the base only sections are added, and not "{key}".'
            findings.add(own.place / key, problem, hint)
            return None
    text = joined_text(base.text, own.text)
    keys = parsed(text, own.place, Findings())
    if keys is None or keys.get(SECTION) != [*_sections(base), *_sections(own)]:
        findings.add(own.place, "These sections cannot be put after those of the base.", hint)
        return None
    return Document(_place(base, own), text, keys)


def _sections(document: Document) -> list[Any]:
    written = (document.keys or {}).get(SECTION)
    return written if isinstance(written, list) else []


def _place(base: Document, own: Document) -> Layered:
    first = len(_sections(base))
    numbers = range(len(_sections(own)))
    before = base.place.written if isinstance(base.place, Layered) else {}
    added: dict[Path, Place] = {
        (SECTION, first + number): own.place / SECTION / number for number in numbers
    }
    return Layered(base.place.file, base.place.lines, (), {**before, **added})


def check_headings(
    base: Workflow, known: Mapping[str, Document], own: Mapping[str, Document], findings: Findings
) -> None:
    """Note what an overlay prints above an answer of the base, where that is not its question.

    `known` are the files of the base, whose own shorter words may be used.
    """
    said: dict[str, set[str]] = defaultdict(set)
    for document in known.values():
        for _, headings in _headings(document, document.place):
            for name, words in headings.items():
                said[name].add(str(words))
    asked = {
        n: q.ask for child in (*base.children.values(), base) for n, q in child.questions.items()
    }
    for document in own.values():
        for place, headings in _headings(document, document.place):
            for name, words in headings.items():
                if name in asked and words not in (asked[name], *said[name]):
                    problem = f'This says otherwise what question "{name}" asks, "{asked[name]}".'
                    others = " or ".join(f'"{one}"' for one in sorted(said[name]))
                    hint = "Leave it out, and the question itself is printed"
                    as_base = f"; or write {others}, as the base does" if others else ""
                    findings.add(place / name, problem, f"{hint}{as_base}.")


def _headings(document: Document, place: Place) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """What is printed above answers, section by section, and where it stands."""
    for number, section in enumerate(_sections(document)):
        if not isinstance(section, dict):
            continue
        here = place / SECTION / number
        for at, table in ((here, section), (here / "linked", section.get("linked"))):
            if isinstance(table, dict) and isinstance(table.get("headings"), dict):
                yield at / "headings", table["headings"]
