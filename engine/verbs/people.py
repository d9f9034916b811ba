"""The verbs of the people a case is about: somebody is added, or erased for ever."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.case import Given
from engine.errors import EngineError, RefusedError
from engine.service import cases
from engine.service.looking import documents, listing
from engine.verbs import answering, changed, given
from engine.verbs.fields import PATH, REF, Field
from engine.verbs.given import ANSWERS
from engine.verbs.verb import Document, Job, Verb


def add(job: Job) -> Document:
    """Add somebody whom the case is about, and say where somebody of that name is known already."""
    seen, kind = answering.look(job), str(job.get("kind"))
    told = given.answers(job.get("answers", ()), seen.edition.workflow).own
    alike = _called_alike(job, kind, told)
    who, outcome = cases.add_person(job.place, job.by, job.ref, kind, told)
    return changed.document(job, outcome, person=who, similar=alike)


def erase(job: Job) -> Document:
    """Destroy what is known about one person; the reference, given once more, confirms it."""
    copies, who = bool(job.get("copies", False)), str(job.get("person"))
    if job.get("dry_run", False) or job.get("confirm") != job.ref:
        doomed = documents.to_erase(job.place, job.by, job.ref, who, copies=copies)
        if job.get("dry_run", False):
            return {"ref": job.ref, "person": who, "doomed": _plain(doomed)}
        raise RefusedError(
            f"This destroys for ever {doomed.values} values, {doomed.documents} documents and "
            f'{doomed.packs} files of packs; give the reference once more as "confirm".'
        )
    outcome = documents.erase_person(
        job.place, job.by, job.ref, who, str(job.get("basis")), copies=copies
    )
    gone = documents.destroyed(job.place, outcome)
    return changed.document(job, outcome, destroyed=[one._asdict() for one in gone])


def _plain(doomed: documents.Doomed) -> dict[str, Any]:
    return {**doomed._asdict(), "copies": [one._asdict() for one in doomed.copies]}


def _called_alike(job: Job, kind: str, told: Sequence[Given]) -> list[str]:
    try:
        return listing.called_alike(job.place, job.by, job.ref, kind, told)
    except EngineError:
        # It is a help to who adds somebody, and never hinders it.
        return []


VERBS = (
    Verb(
        "person add",
        "/cases/{ref}/people",
        "Add somebody whom the case is about.",
        (
            REF,
            Field("kind", "word", "What they are to the case, such as child.", required=True),
            ANSWERS,
        ),
        add,
        changes=True,
        method="POST",
        answer=changed.SCHEMA,
    ),
    Verb(
        "erase",
        "/cases/{ref}/people/{person}/erase",
        "Destroy for ever what is known about one person; the trail stays.",
        (
            REF,
            Field("person", "word", "The person of the case, such as p1.", True, PATH),
            Field("basis", "text", "On what ground.", required=True),
            Field("copies", "flag", "Packs that were signed off or sent, too."),
            Field("confirm", "ref", "The reference of the case, once more."),
            Field("dry_run", "flag", "Only say what would be destroyed; nothing is changed."),
        ),
        erase,
        changes=True,
        method="POST",
    ),
)
