"""The verbs by which somebody sees what lies ahead of a case, and what is still to be asked."""

from __future__ import annotations

from engine.decide.steps.passing import passed_over, passes_over
from engine.service.looking import ahead as ahead_of
from engine.service.looking import viewing
from engine.verbs.fields import PATH, QUERY, REF, Field
from engine.verbs.naming import names
from engine.verbs.verb import Document, Job, Verb


def ahead(job: Job) -> Document:
    """What can happen next, for whoever asks."""
    return {**ahead_of.next_steps(job.place, job.by, job.ref), **_asking(job)}


def why_not(job: Job) -> Document:
    """All that one step needs, who can supply it, and what it would pass over if it has happened
    already.
    """
    named = str(job.get("transition"))
    found = ahead_of.why_not(job.place, job.by, job.ref, named)
    with job.place.database.read() as tx:
        seen = viewing.view(job.place, tx, job.ref)
    step, over = seen.edition.workflow.transitions[named], ""
    if passes_over(seen.case, step):
        over = passed_over(seen.edition.workflow, seen.case.state, step)
    return {**found, **_asking(job), "passes_over": over}


def questions(job: Job) -> Document:
    """The questions that are open on a case."""
    # Only a form asks for them.
    from engine.service.looking import asking

    every = bool(job.get("every", False))
    return asking.open_questions(job.place, job.by, job.ref, every=every)


def _asking(job: Job) -> Document:
    return {"person": job.by.person, "names": names(job.place, job.by.person)}


VERBS = (
    Verb(
        "next",
        "/cases/{ref}/next",
        "What can happen next, and what is missing.",
        (REF,),
        ahead,
    ),
    Verb(
        "why-not",
        "/cases/{ref}/steps/{transition}",
        "One step: what is missing, and who can supply it.",
        (REF, Field("transition", "word", "The step.", required=True, where=PATH)),
        why_not,
    ),
    Verb(
        "record form",
        "/cases/{ref}/questions",
        "The questions that are open on a case.",
        (REF, Field("every", "flag", "Every open one, not only those of next steps.", where=QUERY)),
        questions,
    ),
)
