"""The verbs by which a case begins, unless it is there already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.case import Given
from engine.edition import Edition
from engine.errors import LooksAlikeError
from engine.service import cases, editions
from engine.verbs import answering, asking, changed, given
from engine.verbs.fields import PATH, QUERY, Field
from engine.verbs.given import ANSWERS, SOURCE
from engine.verbs.verb import Document, Job, Verb


def open_(job: Job) -> Document:
    """Open a case, unless it may be one that is there already and nobody said that it is not."""
    place, by, wish = job.place, job.by, _wish(job, job.by.on)
    alike = cases.alike(place, by, wish)
    if alike and not job.get("not_the_same", False):
        raise LooksAlikeError(_look_first(alike))
    outcome = cases.open_new(
        place, by, wish.workflow, wish.given, historic=wish.historic, edition=wish.edition
    )
    asked = not (wish.historic or outcome.repeated)
    caution = _caution(job, wish.given) if asked else ""
    return changed.document(job, outcome, similar=alike, caution=caution)


def alike(job: Job) -> Document:
    """The cases that may be the one about to be opened; nothing is changed."""
    on = str(job.get("on"))
    by = job.done_by(on=on, reason=str(job.get("reason")))
    return {"similar": cases.alike(job.place, by, _wish(job, on))}


def questions(job: Job) -> Document:
    """What a process asks, in the edition under which a case opens on a day."""
    workflow = _pinned(job, str(job.get("on"))).workflow
    return {
        "workflow": workflow.name,
        "edition": workflow.edition,
        "hash": workflow.hash,
        "questions": asking.questions(workflow),
        "steps": asking.steps(workflow),
    }


def _wish(job: Job, on: str) -> cases.Wish:
    workflow = _pinned(job, on).workflow
    told = given.answers(job.get("answers", ()), workflow, answering.source(job)).own
    historic, edition = bool(job.get("historic", False)), str(job.get("edition"))
    return cases.Wish(str(job.get("workflow")), told, historic, edition)


def _pinned(job: Job, on: str) -> Edition:
    workflow, edition = str(job.get("workflow")), str(job.get("edition"))
    with job.place.database.read() as tx:
        return editions.to_open(job.place, tx, workflow, edition, on)


def _caution(job: Job, told: Sequence[Given]) -> str:
    pinned = _pinned(job, job.by.on)
    with job.place.database.read() as tx:
        return editions.before_any(job.place, tx, pinned.workflow, told)


def _look_first(alike: Sequence[dict[str, Any]]) -> str:
    refs = ", ".join(one["ref"] for one in alike)
    return (
        f"It may be the same as {refs}, with the same dates or places: look there first, and say "
        '"not_the_same" if it is another case.'
    )


_OPENING = (
    Field("workflow", "word", "The process under which it is opened.", required=True),
    ANSWERS,
    SOURCE,
    Field("historic", "flag", "An old case: dates may be known only in part."),
    Field("edition", "word", "Under this edition, by its name or hash."),
)

VERBS = (
    Verb(
        "open",
        "/cases",
        "Open a case, unless it is there already.",
        (*_OPENING, Field("not_the_same", "flag", "Although another case looks like this one.")),
        open_,
        changes=True,
        new=True,
        method="POST",
        answer=changed.SCHEMA,
    ),
    Verb(
        "open alike",
        "/cases/alike",
        "The cases that may be the one about to be opened.",
        (
            *_OPENING,
            Field("on", "when", "The day it happened; today if left out."),
            Field("reason", "text", "Why."),
        ),
        alike,
        method="POST",
    ),
    Verb(
        "workflow questions",
        "/workflows/{workflow}/questions",
        "All that a process asks of a new case, how each question is answered, and its steps.",
        (
            Field("workflow", "word", "The process, of which an edition is in use.", True, PATH),
            Field("edition", "word", "This edition, by its name or hash.", where=QUERY),
            Field("on", "when", "Of a case that opens on this day.", where=QUERY),
        ),
        questions,
    ),
)
