"""Loads the definition of a process from its folder, or says everything that is wrong with it."""

from __future__ import annotations

from pathlib import Path

from engine.definition import Workflow
from engine.loading.draft import Draft, read_draft
from engine.loading.findings import Findings, Place
from engine.loading.folders import (
    Process,
    available,
    child_files,
    find,
    own_files,
    pack_files,
    sources,
    templates,
)
from engine.loading.judging import judge
from engine.loading.lines import Lines
from engine.loading.names import name_problem
from engine.loading.packs import check_packs, read_packs
from engine.loading.reading import read_sheet
from engine.loading.resolving import hashed, resolve
from engine.loading.shapes import CHILD_HEAD, HEAD, SECTIONS

__all__ = ["Process", "available", "find", "load", "sources"]


def load(folder: Path) -> Workflow:
    """The workflow that a folder defines, with its content hash.

    Raises DefinitionError with all the mistakes of all its files, each with its file, its line and
    what was probably meant. Whether states are reached and clocks end is judged as soon as the
    links between states can be read.
    """
    findings = Findings()
    files = own_files(folder)
    if not files:
        problem = "This folder holds no definition, or is none; it needs a file that ends in .toml."
        findings.add(Place(str(folder), Lines()), problem)
    findings.raise_any()
    hashes = templates(folder, findings)
    documents = read_packs(pack_files(folder), findings)
    linked = {file.stem: (called, file) for called, file in child_files(folder)}
    sheet = read_sheet(files, SECTIONS, findings)
    parts = tuple(file.stem for _, file in files)
    draft = read_draft(sheet, HEAD, findings, {"process": tuple(linked), "part": parts})
    children = {name: _linked(*file, draft, findings) for name, file in linked.items()}
    workflow = resolve(folder.resolve().name, draft, children, hashes)
    unread = [name for name, child in children.items() if not child.sheet.whole]
    for name, part in {"": draft, **children}.items():
        one = workflow.children[name] if name else workflow
        judge(part, one)
        check_packs(part, one, documents, unread)
    findings.raise_any()
    return hashed(workflow)


def _linked(called: str, file: Path, parent: Draft, findings: Findings) -> Draft:
    """A linked process; it shares the roles and groups of the process that opens it."""
    if problem := name_problem("process", file.stem):
        findings.add(Place(called, Lines()), problem)
    sheet = read_sheet([(called, file)], SECTIONS, findings)
    sheet.whole = sheet.whole and parent.sheet.whole
    shared = {section: parent.reading.known[section] for section in ("role", "group")}
    return read_draft(sheet, CHILD_HEAD, findings, shared)
