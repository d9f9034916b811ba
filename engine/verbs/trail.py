"""The verbs of the trail: to verify it, to sign its head, and to read the access log."""

from __future__ import annotations

from collections.abc import Sequence

from engine import checkpoint as note
from engine.service import barriers
from engine.service.trail import accessing, checkpoints, verifying
from engine.verbs.fields import BODY, QUERY, Field
from engine.verbs.looking import WHY
from engine.verbs.pages import cursor
from engine.verbs.paging import PAGES, after, most
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


def log(job: Job) -> Document:
    """Who came in or was kept out, and who read, searched or took out what."""
    found = _page(job)
    return {"entries": found.found, "next": _next(found)}


def reasons(job: Job) -> Document:
    """What is sealed of the same entries, such as why somebody read; this read is logged."""
    page = _page(job)
    numbers = [int(one["n"]) for one in page.found if one["sealed"]]
    found = accessing.reasons(job.place, job.by, numbers, str(job.get("why")))
    return {"reasons": {f"@{n}": said for n, said in found.items()}, "next": _next(page)}


def _next(page: accessing.Page) -> str | None:
    return cursor((page.after,) if page.after else None)


def _page(job: Job) -> accessing.Page:
    [at] = after(job, (0,)) or (accessing.NEWEST,)
    named = {name: str(job.get(name, "")) for name in accessing.Wish._fields}
    return accessing.entries(job.place, accessing.Wish(**named), most(job) or WHOLE, int(at))


WHOLE = 1_000_000
"""More entries than are ever looked at at once."""

_WISH = (
    Field("since", "day", "Entries of this day and later.", where=QUERY),
    Field("person", "id", "What this person did, or was tried in their name.", where=QUERY),
    Field("case", "ref", "What was done on this case.", where=QUERY),
    Field("kind", "word", "Entries of this kind.", where=QUERY, choices=accessing.KINDS),
)

VERBS = (
    Verb(
        "audit log",
        "/trail/access",
        "The access log, the latest entry first.",
        (*_WISH, *PAGES),
        log,
    ),
    Verb(
        "audit log reasons",
        "/trail/access/reasons",
        "Why what the access log has was done; the read is logged.",
        (*(one._replace(where=BODY) for one in (*_WISH, *PAGES)), WHY),
        reasons,
        method="POST",
    ),
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
