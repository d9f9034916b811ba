"""The verbs of deadlines: what is still to be met, and how each came to its day."""

from __future__ import annotations

from datetime import date

from engine.service.looking import explaining, listing, pages, reading
from engine.service.looking.running import TO_BE_MET
from engine.verbs.counting import counted, derived
from engine.verbs.fields import QUERY, REF, Field
from engine.verbs.pages import cursor
from engine.verbs.paging import PAGES, after, most
from engine.verbs.verb import Document, Job, Verb

_DERIVED = ("derivation", "from_latest")


def deadlines_of(job: Job) -> Document:
    """What is still to be met on a case; with `every` what was met too."""
    case = reading.standing(job.place, job.ref)
    every = bool(job.get("every", False))
    found = [{"ref": case["ref"], **one} for one in case["deadlines"]]
    kept = [one for one in found if every or one["status"] in TO_BE_MET]
    return {"deadlines": kept, "cautions": [case["caution"]] if case["caution"] else []}


def deadlines(job: Job) -> Document:
    """What is still to be met on all cases."""
    number, at = most(job), after(job, pages.FIRST_DUE)
    if number:
        found, last = pages.running(job.place, number, at)
    else:
        found, last = listing.running(job.place), None
    cautions = reading.cautions(job.place, [one["ref"] for one in found])
    return {"deadlines": found, "next": cursor(last), "cautions": cautions}


def explain(job: Job) -> Document:
    """How deadlines came to their days."""
    named = str(job.get("timescale"))
    explained = (
        explaining.explain(job.place, job.ref, named)
        if named
        else explaining.explain_all(job.place, job.ref)
    )
    found = []
    for one in explained:
        ends = {name: one[name] and derived(one["rule"], one[name]) for name in _DERIVED}
        found.append({**one, **ends})
    return {
        "ref": job.ref,
        "timescale": named or None,
        "deadlines": found,
        "cautions": reading.cautions(job.place, [job.ref]),
    }


def dates(job: Job) -> Document:
    """Days counted without a case."""
    known = str(job.get("as_known_on"))
    found = counted(
        [str(job.get("asked"))],
        str(job.get("jurisdiction")),
        date.fromisoformat(known) if known else None,
    )
    return {"dates": [derived(question, made) for question, made in found]}


VERBS = (
    Verb(
        "deadlines of case",
        "/cases/{ref}/deadlines",
        "What is still to be met on a case.",
        (REF, Field("every", "flag", "All of them, also what is over.", where=QUERY)),
        deadlines_of,
    ),
    Verb("deadlines", "/deadlines", "What is still to be met on all cases.", PAGES, deadlines),
    Verb(
        "explain",
        "/cases/{ref}/explanation",
        "How deadlines came to their days, day by day.",
        (REF, Field("timescale", "word", "Only of this timescale.", where=QUERY)),
        explain,
    ),
    Verb(
        "date",
        "/dates",
        "Count days without a case.",
        (
            Field("asked", "word", "Such as 15 working days after 2026-12-23.", True, QUERY),
            Field("jurisdiction", "word", "England and Wales, if left out.", where=QUERY),
            Field("as_known_on", "day", "By the bank holidays announced by then.", where=QUERY),
        ),
        dates,
    ),
)
