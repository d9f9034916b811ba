"""The verbs by which a definition is checked and proved: its mistakes, and the ways of its cases.

A definition is a process that comes with this program, an edition in use, or files.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from engine import loading
from engine.as_at import as_at as as_it_stood
from engine.as_at import left_out
from engine.definition import Workflow
from engine.directory import Directory, unknown_roles
from engine.errors import DefinitionError, UnsoundError
from engine.loading.files.locating import Where, locate
from engine.loading.resolving import hashed
from engine.own_rules import holds_on
from engine.proving import PROPERTIES, Entry, Failure, Open, Verdict, verify
from engine.proving.absent import absent
from engine.service import editions, uploads
from engine.verbs.fields import PATH, Field
from engine.verbs.verb import Document, Job, Verb
from engine.written import first_day, written

SHOWN = "shown"
NOTHING = "nothing here"


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found of a definition, and where in its files each thing stands."""

    verdict: Verdict
    places: dict[tuple[str, str, str], Where | None]

    def plain(self) -> dict[str, Any]:
        """Each fault, and what could not be shown, in their stable form."""
        return {
            "failures": [
                {"check": one.kind, "problem": one.says, "story": list(one.story)}
                | _place(one.entry, self.places[one.entry])
                for one in self.verdict.failures
            ],
            "not_shown": [
                {"check": one.kind, "problem": one.says} | _place(one.entry, self.places[one.entry])
                for one in self.verdict.not_shown
            ],
        }


def prove(folder: Path, workflow: Workflow, day: date | None = None) -> Proof:
    """Hold the process of a folder against every way that its cases can go."""
    verdict = verify(as_it_stood(workflow, day) if day else workflow, day)
    every: list[Failure | Open] = [*verdict.failures, *verdict.not_shown]
    return Proof(verdict, locate(folder, (one.entry for one in every)))


def proved(folder: Path, day: date | None) -> dict[str, Any]:
    """What comes of holding the process of a folder against every way of its cases.

    Raises DefinitionError for files whose mistakes are others than those it tells itself.
    """
    workflow, refused = _read(folder)
    proof = prove(folder, workflow, day)
    verdict = proof.verdict
    if refused and verdict.consistent:
        raise refused
    stood = as_it_stood(workflow, day) if day else workflow
    return {
        "workflow": workflow.name,
        "title": verdict.title,
        "edition": workflow.edition,
        "hash": workflow.hash,
        "as_at": day.isoformat() if day else None,
        "left_out": [one._asdict() for one in left_out(workflow, day)] if day else [],
        "consistent": verdict.consistent,
        "rules": verdict.written.rules,
        "own_rules": verdict.written.own,
        "timescale_rules": verdict.written.timescales,
        "unconfirmed": verdict.written.unconfirmed,
        **not_in_force(workflow, day or first_day(workflow)),
        "verdict": verdict.sentence,
        "checked": _results(stood, verdict),
        **proof.plain(),
        **({"mistakes": [asdict(one) for one in refused.mistakes]} if refused else {}),
        "caution": workflow.caution,
    }


def checked(workflow: Workflow, directory: Directory | None = None) -> dict[str, Any]:
    """What is written in the files of a process without a mistake, and what config.toml says of it
    that it does not know.
    """
    rules = written(workflow)
    states = [state for state in workflow.states.values() if not state.abstract]
    roles = editions.roles_of(workflow)
    unknown = unknown_roles(directory, roles) if directory else []
    kinds = editions.mistyped_kinds(directory, editions.kinds_of(workflow)) if directory else {}
    return {
        "workflow": workflow.name,
        "title": workflow.title,
        "edition": workflow.edition,
        "hash": workflow.hash,
        "states": len(states),
        "transitions": len(workflow.transitions),
        "questions": len(workflow.questions),
        "roles": sorted(roles),
        "unknown_roles": unknown,
        "mistyped_kinds": kinds,
        "misplaced_appointments": [],
        "rules": rules.rules,
        "own_rules": rules.own,
        "timescale_rules": rules.timescales,
        "unconfirmed": rules.unconfirmed,
        "said_rules": rules.said("its files"),
        **not_in_force(workflow, first_day(workflow)),
        # What says nothing of what to print, such as a picture.
        "unprinted_files": [n for n in sorted(workflow.templates) if not n.endswith(".toml")],
        "extends": base_of(workflow),
        "mistakes": [],
        "caution": workflow.caution,
    }


def not_in_force(workflow: Workflow, on: date) -> dict[str, Any]:
    """The rules of a process and its linked ones that do not hold on this day, in a stable form."""
    every = [rule for one in (workflow, *workflow.children.values()) for rule in one.rules.values()]
    out = [rule.id for rule in every if not holds_on(rule, on.isoformat())]
    return {"own_rules_written": len(every), "not_in_force": out, "on": on.isoformat()}


def base_of(workflow: Workflow) -> dict[str, Any] | None:
    """The process that the files extend, in its stable form; None where they extend none."""
    over = workflow.overlay
    if over is None:
        return None
    return {
        "overlay": over.name,
        "edition": over.base_edition,
        "hash": over.base_hash,
        "written_for": over.pinned,
        "moved": over.is_moved,
    }


def check(job: Job) -> Document:
    """Check the files of a process. Raises DefinitionError with every mistake of them."""
    with _folder(job) as folder:
        workflow = loading.load(folder)
    found = checked(workflow, job.place.directory)
    return {**found, "misplaced_appointments": job.place.wired.misplaced(workflow)}


def verified(job: Job) -> Document:
    """Hold a process against every way that its cases can go."""
    said = str(job.get("as_at"))
    with _folder(job) as folder:
        return proved(folder, date.fromisoformat(said) if said else None)


@contextmanager
def _folder(job: Job) -> Iterator[Path]:
    with uploads.folder_of(str(job.get("workflow")), job.get("files")) as folder:
        yield folder


def _read(folder: Path) -> tuple[Workflow, DefinitionError | None]:
    """The process of a folder; and why `check` refuses it, where only its ways are wrong."""
    try:
        return loading.load(folder), None
    except UnsoundError as error:
        return hashed(error.workflow), error


def _results(workflow: Workflow, verdict: Verdict) -> list[dict[str, str]]:
    """What came of each thing that was looked for."""
    fails = {one.kind for one in verdict.failures}
    left = {one.kind for one in verdict.not_shown}
    nothing = absent(workflow)

    def result(kind: str) -> str:
        if kind in fails:
            return "fails"
        if kind in left:
            return "not shown"
        return NOTHING if kind in nothing else SHOWN

    return [
        {"check": kind, "title": title, "result": result(kind)}
        for kind, title in PROPERTIES.items()
    ]


def _place(entry: Entry, where: Where | None) -> dict[str, Any]:
    return {
        "process": entry.process,
        "section": entry.section,
        "name": entry.name,
        "file": where.file if where else None,
        "line": where.line if where else None,
    }


DEFINED = (
    Field("workflow", "word", "A process of this program, or the folder of the files.", True, PATH),
    Field("files", "files", "The files of a definition, by FOLDER/FILE."),
)


VERBS = (
    Verb(
        "workflow check",
        "/workflows/{workflow}/check",
        "Check the files of a process.",
        DEFINED,
        check,
        method="POST",
    ),
    Verb(
        "workflow verify",
        "/workflows/{workflow}/proof",
        "Search a process for faults on every way.",
        (*DEFINED, Field("as_at", "day", "With the rules that held on this day.")),
        verified,
        method="POST",
    ),
)
