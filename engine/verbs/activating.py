"""The verb by which an edition of a process is proved, and brought into use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine import loading
from engine.definition import Workflow
from engine.service import editions, uploads
from engine.service.editions import NEW
from engine.service.moving import choosing
from engine.service.unasked import unasked
from engine.verbs.fields import PATH, Field
from engine.verbs.proving import base_of, prove
from engine.verbs.verb import Document, Job, Verb


def activate(job: Job) -> Document:
    """Bring an edition into use; what is refuted is left alone, but where somebody answers for it.

    It is proved first, unless it was in use before. Raises RefusedError for whoever may not.
    """
    workflow, edition, files = str(job.get("workflow")), str(job.get("edition")), job.get("files")
    if edition and not files:
        with job.place.database.read() as tx:
            found = choosing.edition_in_use(job.place, tx, workflow, edition).workflow
        return _activate(job, found, {}, None)
    with uploads.folder_of(workflow, files) as folder:
        return _activate(job, loading.load(folder), loading.sources(folder), folder)


def _activate(
    job: Job, workflow: Workflow, sources: dict[str, str], folder: Path | None
) -> Document:
    """The same of a definition with the texts of its files; an edition in use keeps its own."""
    place, by = job.place, job.by
    place.wired.check_appointments([workflow])
    to_do = editions.comes_to(place, by, workflow)
    before = editions.for_new_cases(place, workflow.name)
    # What is in use already is not proved.
    proof = _proof(folder, workflow) if to_do == NEW and folder else {}
    faults = len(proof.get("failures", ()))
    refused = bool(faults) and not job.get("anyway", False)
    if to_do and not refused:
        editions.activate(place, by, workflow, sources, faults)
    return {
        **_known(job, workflow, done=bool(to_do) and not refused),
        "to_do": to_do,
        "refused": refused,
        "faults": faults,
        "before": before and before._asdict(),
        "verdict": proof.get("verdict", ""),
        "failures": proof.get("failures", []),
        "not_shown": proof.get("not_shown", []),
    }


def _proof(folder: Path, workflow: Workflow) -> dict[str, Any]:
    proof = prove(folder, workflow)
    return {"verdict": proof.verdict.sentence, **proof.plain()}


def _known(job: Job, workflow: Workflow, *, done: bool) -> dict[str, Any]:
    """How the process stands now, in its stable form."""
    place, today = job.place, job.place.today().isoformat()
    governs = editions.for_new_cases(place, workflow.name)
    others = editions.passed_over(place, workflow)
    return {
        "workflow": workflow.name,
        "title": workflow.title,
        "edition": workflow.edition,
        "hash": workflow.hash,
        "in_force_from": workflow.in_force_from,
        "in_force_to": workflow.in_force_to,
        "today": today,
        "activated": done,
        "extends": base_of(workflow),
        "open_under_others": choosing.under_others(place, workflow.name, workflow.hash),
        "new_cases": governs and {"edition": governs.edition, "hash": governs.hash},
        "passed_over": [{"edition": one.edition, "from": one.since} for one in others],
        "unasked": [
            {**one._asdict(), "kinds": list(one.kinds), "steps": list(one.steps)}
            for one in unasked(place.directory, workflow, today)
        ],
        "caution": workflow.caution,
    }


VERBS = (
    Verb(
        "workflow activate",
        "/workflows/{workflow}/activation",
        "Prove an edition; bring it into use.",
        (
            Field("workflow", "word", "The process, or the folder of the files.", True, PATH),
            Field("edition", "word", "An edition that was in use, to take its place again."),
            Field("files", "files", "The files of a definition, by FOLDER/FILE."),
            Field("anyway", "flag", "Although it is refuted; the record says so."),
        ),
        activate,
        changes=True,
        of_store=True,
        method="POST",
    ),
)
