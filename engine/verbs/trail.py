"""The verbs of the trail: to verify it, and to sign its head."""

from __future__ import annotations

from collections.abc import Sequence

from engine import checkpoint as note
from engine.service import barriers
from engine.service.trail import checkpoints, verifying
from engine.verbs.fields import Field
from engine.verbs.verb import Document, Job, Verb


def verify(job: Job) -> Document:
    """Whether the trail was altered, against a checkpoint where one was kept."""
    against = str(job.get("against"))
    kept = checkpoints.known(job.place, against) if against else None
    verdict = verifying.verify_and_seal(job.place, kept)
    return {
        "holds": verdict.holds,
        "problems": _said(job, verdict.problems),
        "events": verdict.events,
        "cases": verdict.cases,
        "rows": verdict.rows,
        "erased": verdict.erased,
        "size": verdict.size,
        "root": verdict.root,
        "against": kept.size if kept else None,
        "demo": job.place.demo,
        "said": _said(job, verdict.lines()),
    }


def _said(job: Job, lines: Sequence[str]) -> list[str]:
    """These lines for whoever asks: a case that is barred to them is not named.

    Who has the database's file, and says nothing of who they are, is told all.
    """
    return [barriers.unnamed(job.place, one) if job.by.person else one for one in lines]


def checkpoint(job: Job) -> Document:
    """The head of the trail, signed, and the key by which that is proved."""
    place = job.place
    text = checkpoints.make(place)
    key = note.public_key_text(note.origin(place.log), place.keys.public_key())
    return {"checkpoint": text, "public_key": key}


VERBS = (
    Verb(
        "audit verify",
        "/trail/verification",
        "Show whether the trail was altered.",
        (Field("against", "text", "The text of a checkpoint that was kept elsewhere."),),
        verify,
        method="POST",
    ),
    Verb(
        "audit checkpoint",
        "/trail/checkpoint",
        "Sign the trail, to be kept elsewhere; the store is verified first.",
        (),
        checkpoint,
        method="POST",
    ),
)
