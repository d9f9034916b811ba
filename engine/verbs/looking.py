"""The verbs by which one case is looked at; what is personal is read by a verb of its own."""

from __future__ import annotations

from datetime import date

from engine.service import references
from engine.service.looking import private, reading, viewing
from engine.verbs import asking, given
from engine.verbs.fields import QUERY, REF, Field
from engine.verbs.verb import Document, Job, Verb


def show(job: Job) -> Document:
    """A case, without what is personal; or as it stood on a day, by what was recorded by then."""
    if said := str(job.get("as_at")):
        return reading.show_as_at(job.place, job.ref, date.fromisoformat(said))
    return reading.show(job.place, job.by, job.ref)


def personal(job: Job) -> Document:
    """What is personal on a case; the read is logged before anything is shown."""
    return {
        "ref": job.ref,
        "personal": private.answers(job.place, job.by, job.ref, str(job.get("why"))),
    }


def people(job: Job) -> Document:
    """Those whom a case is about, by their ids, with what is known of them and no secret."""
    case = reading.standing(job.place, job.ref)
    told = [
        {**one, "answers": [a for a in case["answers"] if a["of"] == one["person"]]}
        for one in case["people"]
    ]
    return {"ref": job.ref, "people": told, "caution": case["caution"]}


def questions(job: Job) -> Document:
    """What the process of a case asks; with a step that opens linked cases, what theirs does."""
    with job.place.database.read() as tx:
        workflow = viewing.view(job.place, tx, job.ref).edition.workflow
    opened = given.opened_by(workflow, str(job.get("transition")))
    linked = {"workflow": opened.name, "questions": asking.questions(opened)} if opened else None
    return {
        "ref": job.ref,
        "workflow": workflow.name,
        "questions": asking.questions(workflow),
        "linked": linked,
    }


def near(job: Job) -> Document:
    """The cases that may have been meant by a reference that is none."""
    return {"near": references.near(job.place, str(job.get("typed")))}


WHY = Field("why", "text", "Why it is read; the reason is logged.", required=True)

VERBS = (
    Verb(
        "show",
        "/cases/{ref}",
        "A case, without what is personal.",
        (REF, Field("as_at", "day", "As it was known at the end of this day.", where=QUERY)),
        show,
    ),
    Verb(
        "show personal",
        "/cases/{ref}/personal",
        "What is personal; the read is logged.",
        (REF, WHY),
        personal,
        method="POST",
    ),
    Verb("person show", "/cases/{ref}/people", "Those whom a case is about.", (REF,), people),
    Verb(
        "questions",
        "/cases/{ref}/process/questions",
        "All that the process of a case asks, and how each question is answered.",
        (
            REF,
            Field("transition", "word", "With what this step asks of linked cases.", where=QUERY),
        ),
        questions,
    ),
    Verb(
        "near",
        "/references/near",
        "The cases that may have been meant by a reference that is none.",
        (Field("typed", "word", "The reference, as it was given.", required=True),),
        near,
        method="POST",
    ),
)
