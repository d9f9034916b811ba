"""Checks the files of packs: each names what it prints, and every name must be of its process."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any

from engine.definition import Workflow
from engine.loading.draft import Draft
from engine.loading.files.reading import Document, read_document
from engine.loading.findings import Findings, Place, closest
from engine.loading.kinds import Reading, read_shape, text, texts
from engine.loading.shapes import PACK_FILE, PACK_SECTION

PRINTED = PACK_SECTION.keys.keys() - {"title", "each", "headings"}


def read_packs(
    files: list[tuple[str, Path]], findings: Findings, prefix: str = ""
) -> dict[str, Document]:
    """The files of packs that say what to print, by their names; the prefix is for mistakes."""
    return {
        called: read_document(f"{prefix}{called}", file, findings)
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
            _check_section(place, section, draft.reading, workflow, unread)
            if not document.keys["section"][number].keys() & PRINTED:
                hint = 'Give it answers = ["QUESTION"].'
                draft.reading.fault(place, "This section prints nothing.", hint)


def check_named(
    drafts: Iterable[Draft],
    workflow: Workflow,
    documents: Mapping[str, Document],
    findings: Findings,
) -> None:
    """Note the files that say what to print and that no pack names, so that nothing prints them.

    Nothing is said where a pack's own table could not be read, or names a file that is not there:
    the file may be the one that is meant.
    """
    every = (workflow, *workflow.children.values())
    named = {pack.template for one in every for pack in one.packs.values()}
    if named - {*workflow.templates} or not all(draft.sheet.whole for draft in drafts):
        return
    stems = {PurePath(name).stem: name for name in named}
    for name, document in documents.items():
        if name not in named and document.keys is not None:
            meant = stems.get(closest(PurePath(name).stem, stems))
            hint = f'Name it in a pack, template = "{name}", or take it away.'
            hint = f'Did you mean "{meant}"? {hint}' if meant else hint
            findings.add(document.place, "No pack names this file, so nothing prints it.", hint)


def _check_section(
    place: Place,
    section: Mapping[str, Any],
    reading: Reading,
    workflow: Workflow,
    unread: Collection[str],
) -> None:
    linked = section.get("linked", {})
    if linked.get("process", "") not in ("", *unread):
        child = workflow.children[linked["process"]]
        _check_linked(place / "linked" / "answers", linked, child, reading)
        _check_only(place / "linked" / "only", linked.get("only", {}), child, reading)
    printed = (*section.get("answers", ()), *section.get("by_agency", ()))
    _check_headings(place, section, printed, reading)
    _check_headings(place / "linked", linked, linked.get("answers", ()), reading)
    for key, problem in _problems(section, workflow):
        reading.fault(place / key, problem)


def _check_linked(
    place: Place, linked: Mapping[str, Any], child: Workflow, reading: Reading
) -> None:
    for name in linked.get("answers", ()):
        if name not in child.questions:
            problem = f'The process "{child.name}" has no question "{name}".'
            reading.unknown(place, problem, name, child.questions)


def _check_only(place: Place, only: Any, child: Workflow, reading: Reading) -> None:
    """A choice of linked cases goes by their public answers, each one of a list."""
    if not isinstance(only, dict):
        reading.fault(place, '"only" must be a table: { QUESTION = "ANSWER" }.')
        return
    for name, written in only.items():
        question = child.questions.get(name)
        if question is None:
            problem = f'The process "{child.name}" has no question "{name}".'
            reading.unknown(place / name, problem, name, child.questions)
        elif question.personal or not question.choices:
            reading.fault(
                place / name, f'"{name}" is personal, or is no choice of several answers.'
            )
        else:
            for value in texts(written, place / name, reading) or ():
                if value not in question.choices:
                    problem = f'"{value}" cannot be the answer to "{name}".'
                    reading.unknown(place / name, problem, value, question.choices)


def _check_headings(
    place: Place, table: Mapping[str, Any], printed: Collection[str], reading: Reading
) -> None:
    """Headings are shorter words for what the table prints, and for nothing else."""
    if "headings" not in table:
        return
    at, headings = place / "headings", table["headings"]
    if not isinstance(headings, dict):
        reading.fault(at, '"headings" must be a table: { QUESTION = "SHORTER WORDS" }.')
        return
    for name, words in headings.items():
        if name not in printed:
            problem = f'"{name}" has a heading and is not printed here.'
            reading.unknown(at / name, problem, name, printed)
        text(words, at / name, reading)


def _problems(section: Mapping[str, Any], workflow: Workflow) -> Iterator[tuple[str, str]]:
    for name in section.get("by_agency", ()):
        if not workflow.questions[name].asked_of:
            yield "by_agency", f'"{name}" is not asked of agencies.'
    for name in section.get("answers", ()):
        if "each" in section and workflow.questions[name].per != section["each"]:
            yield "answers", f'"{name}" is not asked about each {section["each"]}.'
    approved = {a.of for t in workflow.transitions.values() for a in t.approve}
    if "approvals" in section and section["approvals"] not in approved:
        yield "approvals", f'No step asks for the approval of "{section["approvals"]}".'
    for role in section.get("signatures", ()):
        if workflow.roles[role].outside:
            yield "signatures", f'"{role}" is outside, and signs nothing here.'
