"""Checks the files of packs: each names what it prints, and every name must be of its process."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.definition import Workflow
from engine.loading.draft import Draft
from engine.loading.findings import Findings, Place
from engine.loading.kinds import Reading, read_shape
from engine.loading.reading import Document, read_document
from engine.loading.shapes import PACK_FILE


def read_packs(files: list[tuple[str, Path]], findings: Findings) -> dict[str, Document]:
    """The files of packs that say what to print, by their names."""
    return {
        called: read_document(called, file, findings)
        for called, file in files
        if file.suffix == ".toml"
    }


def check_packs(
    draft: Draft, workflow: Workflow, documents: Mapping[str, Document], unread: Collection[str]
) -> None:
    """Note what the files of a process's packs name that is not there, or does not fit.

    Nothing is said of the questions of linked processes that could not be read.
    """
    for pack in workflow.packs.values():
        document = documents.get(pack.template)
        if document is None or document.keys is None:
            continue
        said = read_shape(PACK_FILE, document.keys, document.place, draft.reading)
        if not draft.sheet.whole:
            continue
        for number, section in enumerate(said.get("section", ())):
            place = document.place / "section" / number
            linked = section.get("linked", {})
            if linked.get("process", "") not in ("", *unread):
                child = workflow.children[linked["process"]]
                _check_linked(place / "linked" / "answers", linked, child, draft.reading)
            for key, problem in _problems(section, workflow):
                draft.reading.fault(place / key, problem)


def _check_linked(
    place: Place, linked: Mapping[str, Any], child: Workflow, reading: Reading
) -> None:
    for name in linked.get("answers", ()):
        if name not in child.questions:
            problem = f'The process "{child.name}" has no question "{name}".'
            reading.unknown(place, problem, name, child.questions)


def _problems(section: Mapping[str, Any], workflow: Workflow) -> Iterator[tuple[str, str]]:
    for name in section.get("by_agency", ()):
        if not workflow.questions[name].asked_of:
            yield "by_agency", f'"{name}" is not asked of agencies.'
    for name in section.get("answers", ()):
        if "each" in section and workflow.questions[name].per != section["each"]:
            yield "answers", f'"{name}" is not asked about each {section["each"]}.'
