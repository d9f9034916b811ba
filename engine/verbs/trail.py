"""The verbs of the trail: to verify it, and to sign its head."""

from __future__ import annotations

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
        "problems": [barriers.unnamed(job.place, one) for one in verdict.problems],
        "events": verdict.events,
        "cases": verdict.cases,
        "rows": verdict.rows,
        "erased": verdict.erased,
        "size": verdict.size,
        "root": verdict.root,
        "against": kept.size if kept else None,
        "demo": job.place.demo,
        "said": [barriers.unnamed(job.place, one) for one in verdict.lines()],
    }


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
