"""Reads a process layer by layer: the one that all stand on first, then what a partnership adds."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.definition import Workflow
from engine.errors import DefinitionError
from engine.loading.checks.judging import judge
from engine.loading.checks.packs import check_named, check_packs, read_packs
from engine.loading.draft import Draft, read_draft
from engine.loading.files.folders import (
    MOST_BYTES,
    check_files,
    child_files,
    own_files,
    pack_files,
    templates,
)
from engine.loading.files.lines import Lines
from engine.loading.files.reading import Document, Sheet, read_sheet
from engine.loading.findings import Findings, Place
from engine.loading.names import name_problem
from engine.loading.overlay.joining import check_headings, join
from engine.loading.overlay.layers import EXTENDS, PINNED, Chain, base_of
from engine.loading.overlay.merging import merged
from engine.loading.overlay.tightening import tighten
from engine.loading.resolving import hashed, resolve
from engine.loading.shapes import CHILD_HEAD, HEAD, SECTIONS
from engine.overlays import Overlay


@dataclass(frozen=True, slots=True)
class Layer:
    """A sound process, with the tables that another folder may put its own over."""

    workflow: Workflow
    read: Read
    prefixes: tuple[str, ...] = ()
    """What stands before the names of its files."""


@dataclass(slots=True)
class Read:
    """The files of one folder, over those that it stands on."""

    sheet: Sheet
    children: dict[str, Sheet]
    documents: dict[str, Document]
    """The files of its packs that say what to print, by the names that packs give them."""
    templates: dict[str, str]
    """The SHA-256 of each file of its packs."""
    parts: tuple[str, ...]


def lay(chain: Chain) -> Layer:
    """The process that the lowest folder of a chain defines, over all that it extends.

    Raises DefinitionError with all the mistakes of its files, and of the process that it extends.
    """
    findings, folder = Findings(), chain.folders[-1]
    read = _read(chain, findings)
    base = _base(read.sheet, chain, findings)
    overlay = None
    if base:
        overlay = _overlay(folder.name, read.sheet, base.workflow, findings)
        check_headings(base.workflow, base.read.documents, read.documents, findings)
        read = _over(base.read, read, findings)
    name = base.workflow.name if base else folder.name
    workflow, drafts = _built(name, read, findings)
    if base and read.sheet.whole:
        tighten(base.workflow, workflow, drafts, base.read.documents)
        _leave_out_what_follows(base, findings)
    findings.raise_any(workflow)
    for part, draft in drafts.items():
        _put_in_order(read.children[part] if part else read.sheet, draft)
    prefixes = (*(base.prefixes if base else ()), chain.prefix)
    return Layer(hashed(replace(workflow, overlay=overlay)), read, prefixes)


def _read(chain: Chain, findings: Findings) -> Read:
    folder, prefix = chain.folders[-1], chain.prefix
    check_files(folder, findings, prefix)
    if chain.size > MOST_BYTES:
        problem = f"These files, with those they extend, have more than {MOST_BYTES // 1024} kB."
        findings.add(Place(prefix or folder.name, Lines()), problem)
    files = own_files(folder)
    if not files:
        problem = "This folder holds no definition, or is none; it needs a file that ends in .toml."
        findings.add(Place(prefix or str(folder), Lines()), problem)
    findings.raise_any()
    hashes = templates(folder, findings, prefix)
    documents = read_packs(pack_files(folder), findings, prefix)
    children = {}
    for called, file in child_files(folder):
        if problem := name_problem("process", file.stem):
            findings.add(Place(f"{prefix}{called}", Lines()), problem)
        children[file.stem] = read_sheet([(f"{prefix}{called}", file)], SECTIONS, findings)
    sheet = read_sheet([(f"{prefix}{name}", file) for name, file in files], SECTIONS, findings)
    return Read(sheet, children, documents, hashes, tuple(file.stem for _, file in files))


def _base(sheet: Sheet, chain: Chain, findings: Findings) -> Layer | None:
    """The process that a folder extends; None if it extends none."""
    folder = base_of(sheet, chain, findings)
    if folder is None:
        if EXTENDS in sheet.head or not sheet.headed:
            findings.raise_any()
        return None
    try:
        return lay(chain / folder)
    except DefinitionError as error:
        problem = f'The process "{folder.name}" that this one extends has mistakes.'
        findings.add(sheet.head[EXTENDS][0], problem, "They are put right first.")
        findings.mistakes.extend(error.mistakes)
        findings.raise_any()
        raise


def _leave_out_what_follows(base: Layer, findings: Findings) -> None:
    """A base has no mistakes, so one in its files follows from one in the files over it."""
    own = [one for one in findings.mistakes if not one.file.startswith(base.prefixes)]
    if own:
        findings.mistakes[:] = own


def _overlay(name: str, sheet: Sheet, base: Workflow, findings: Findings) -> Overlay:
    """What stands on what; and the edition of its own that an overlay must have."""
    place, edition = sheet.head.get("edition", (sheet.start, ""))
    hint = 'Write an edition of your own, such as edition = "2025-06 local 1".'
    lost = not edition and not sheet.whole
    if not lost and (not edition or edition == base.edition):
        findings.add(place, "An edition that extends another is told from it by its name.", hint)
    place, pinned = sheet.head.get(PINNED, (sheet.start, ""))
    if not isinstance(pinned, str):
        findings.add(place, '"extends_edition" must be the name, or the hash, of an edition.')
    return Overlay(name, base.edition, base.hash, str(pinned))


def _over(base: Read, own: Read, findings: Findings) -> Read:
    """What a folder says over what it extends."""
    for key in (EXTENDS, PINNED):
        own.sheet.head.pop(key, None)
    children = dict(base.children)
    for name, sheet in own.children.items():
        known = base.children.get(name)
        children[name] = merged(known, sheet, findings) if known else sheet
    documents, hashes = join(
        (base.documents, base.templates), (own.documents, own.templates), findings
    )
    return Read(merged(base.sheet, own.sheet, findings), children, documents, hashes, own.parts)


def _built(name: str, read: Read, findings: Findings) -> tuple[Workflow, dict[str, Draft]]:
    """The workflow, judged; and its draft and those of its linked processes."""
    shared = {"process": tuple(read.children), "part": read.parts}
    draft = read_draft(read.sheet, HEAD, findings, shared)
    linked = {called: _linked(sheet, draft, findings) for called, sheet in read.children.items()}
    workflow = resolve(name, draft, linked, read.templates)
    drafts = {"": draft, **linked}
    unread = [called for called, child in linked.items() if not child.sheet.whole]
    for called, part in drafts.items():
        one = workflow.children[called] if called else workflow
        judge(part, one)
        check_packs(part, one, read.documents, unread)
    check_named(drafts.values(), workflow, read.documents, findings)
    return workflow, drafts


def _linked(sheet: Sheet, parent: Draft, findings: Findings) -> Draft:
    """A linked process; it shares the roles and groups of the process that opens it."""
    sheet.whole = sheet.whole and parent.sheet.whole
    shared = {section: parent.reading.known[section] for section in ("role", "group")}
    return read_draft(sheet, CHILD_HEAD, findings, shared)


def _put_in_order(sheet: Sheet, draft: Draft) -> None:
    """The tables of a sheet in the order in which they are met, which an overlay keeps."""
    for section, known in sheet.tables.items():
        sheet.tables[section] = {name: known[name] for name in draft.tables[section]}
