"""The verbs by which a case begins and moves along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.decide.steps.passing import passed_over, passes_over
from engine.decide.steps.taking import Step
from engine.errors import RefusedError
from engine.service import cases, editions
from engine.service.filing import Paper
from engine.service.looking import documents, listing
from engine.verbs import answering, changed, given
from engine.verbs.fields import PATH, Field
from engine.verbs.verb import Document, Job, Verb

REF = Field("ref", "ref", "The reference of the case.", required=True, where=PATH)
ANSWERS = Field(
    "answers", "answers", "Answers by QUESTION, QUESTION/OF or QUESTION/OF/NO, each as text."
)
SOURCE = Field("source", "id", "The agency that the answers came from.")


def open_(job: Job) -> Document:
    """Open a case, unless it may be one that is there already and nobody said that it is not."""
    place, by, workflow = job.place, job.by, str(job.get("workflow"))
    historic, edition = bool(job.get("historic", False)), str(job.get("edition"))
    with place.database.read() as tx:
        pinned = editions.to_open(place, tx, workflow, edition, by.on).workflow
    told = given.answers(job.get("answers", ()), pinned, answering.source(job)).own
    alike = cases.alike(place, by, cases.Wish(workflow, told, historic, edition))
    if alike and not job.get("not_the_same", False):
        raise RefusedError(_look_first(alike))
    outcome = cases.open_new(place, by, workflow, told, historic=historic, edition=edition)
    caution = ""
    if not (historic or outcome.repeated):
        with place.database.read() as tx:
            caution = editions.before_any(place, tx, pinned, told)
    return changed.document(job, outcome, similar=alike, caution=caution)


def alike(job: Job) -> Document:
    """The cases that may be the one about to be opened; nothing is changed."""
    place, by, workflow = job.place, job.by, str(job.get("workflow"))
    historic, edition = bool(job.get("historic", False)), str(job.get("edition"))
    with place.database.read() as tx:
        pinned = editions.to_open(place, tx, workflow, edition, by.on).workflow
    told = given.answers(job.get("answers", ()), pinned, answering.source(job)).own
    return {"similar": cases.alike(place, by, cases.Wish(workflow, told, historic, edition))}


def _look_first(alike: Sequence[dict[str, Any]]) -> str:
    refs = ", ".join(one["ref"] for one in alike)
    return (
        f"It may be the same as {refs}, with the same dates or places: look there first, and say "
        '"not_the_same" if it is another case.'
    )


def take(job: Job) -> Document:
    """Take a step, or record one that has already happened."""
    seen = answering.look(job)
    workflow, named = seen.edition.workflow, str(job.get("transition"))
    opened = given.opened_by(workflow, named)
    told = given.answers(job.get("answers", ()), workflow, answering.source(job), opened)
    done = bool(job.get("already_done", False))
    known, over = workflow.transitions.get(named), ""
    if known and done and passes_over(seen.case, known):
        over = passed_over(workflow, seen.case.state, known)
    agreed = bool(over) and bool(job.get("pass_over", False))
    papers = [Paper(asked.question, file, asked.of) for asked, file in job.get("papers", ())]
    step = Step(named, told.own, done, agreed)
    outcome = cases.take_step(job.place, job.by, job.ref, step, told.linked, papers)
    title = known.title if known else named
    return changed.document(job, outcome, transition=named, title=title, passed_over=over)


def redate(job: Job) -> Document:
    """Give a step the day on which it really happened."""
    outcome = cases.redate(
        job.place, job.done_by(on=""), job.ref, int(job.get("n")), str(job.get("to"))
    )
    return changed.document(job, outcome)


def undo(job: Job) -> Document:
    """Set the latest step aside."""
    return changed.document(job, cases.undo(job.place, job.by, job.ref))


def done(job: Job) -> Document:
    """Say that an open task is done."""
    return changed.document(job, cases.done(job.place, job.by, job.ref, str(job.get("task"))))


def extend(job: Job) -> Document:
    """Set a target beside a deadline."""
    named, to, agreed = (str(job.get(one)) for one in ("timescale", "to", "agreed_by"))
    return changed.document(job, cases.extend(job.place, job.by, job.ref, named, to, agreed))


def delay(job: Job) -> Document:
    """Record that a delay was explained."""
    named, told = str(job.get("timescale")), str(job.get("told"))
    return changed.document(job, cases.delay(job.place, job.by, job.ref, named, told))


def approve(job: Job) -> Document:
    """Approve an answer as it stands."""
    asked = job.get("question")
    return changed.document(job, cases.approve(job.place, job.by, job.ref, asked.question))


def add_person(job: Job) -> Document:
    """Add somebody whom the case is about."""
    seen = answering.look(job)
    told = given.answers(job.get("answers", ()), seen.edition.workflow).own
    kind = str(job.get("kind"))
    same = listing.called_alike(job.place, job.by, job.ref, kind, told)
    who, outcome = cases.add_person(job.place, job.by, job.ref, kind, told)
    return changed.document(job, outcome, person=who, similar=same)


def erase(job: Job) -> Document:
    """Destroy what is known about one person; the reference, given once more, confirms it."""
    copies, who = bool(job.get("copies", False)), str(job.get("person"))
    if job.get("confirm") != job.ref:
        doomed = documents.to_erase(job.place, job.by, job.ref, who, copies=copies)
        raise RefusedError(
            f"This destroys for ever {doomed.values} values, {doomed.documents} documents and "
            f'{doomed.packs} files of packs; give the reference once more as "confirm".'
        )
    outcome = documents.erase_person(
        job.place, job.by, job.ref, who, str(job.get("basis")), copies=copies
    )
    gone = documents.destroyed(job.place, outcome)
    return changed.document(job, outcome, destroyed=[one._asdict() for one in gone])


_OPENING = (
    Field("workflow", "name", "The process under which it is opened.", required=True),
    ANSWERS,
    SOURCE,
    Field("historic", "flag", "An old case: dates may be known only in part."),
    Field("edition", "word", "Under this edition, by its name or hash."),
)


def _changing(
    name: str, path: str, about: str, act: Any, *fields: Field, new: bool = False
) -> Verb:
    own = fields if new else (REF, *fields)
    return Verb(name, path, about, own, act, True, new, "POST", changed.SCHEMA)


def _named(name: str, about: str) -> Field:
    return Field(name, "name", about, required=True, where=PATH)


VERBS = (
    _changing(
        "open",
        "/cases",
        "Open a case, unless it is there already.",
        open_,
        *_OPENING,
        Field("not_the_same", "flag", "Although another case looks like this one."),
        new=True,
    ),
    Verb(
        "open alike",
        "/cases/alike",
        "The cases that may be the one about to be opened.",
        _OPENING,
        alike,
        method="POST",
    ),
    _changing(
        "record",
        "/cases/{ref}/answers",
        "Record answers, or that agencies were asked and did not reply.",
        answering.record,
        ANSWERS,
        Field("asked", "asked", "QUESTION/AGENCY that was asked, with the day, or null for `on`."),
        Field("no_reply", "asked", "QUESTION/AGENCY that did not reply, with the day of asking."),
        SOURCE,
    ),
    _changing(
        "correct",
        "/cases/{ref}/corrections",
        "Put answers right; `reason` says why.",
        answering.correct,
        ANSWERS._replace(required=True),
        SOURCE,
    ),
    _changing(
        "correct day",
        "/cases/{ref}/corrections/of-days",
        "Give a step the day on which it really happened; `reason` says why.",
        redate,
        Field("n", "number", "The entry of the history that is the step.", required=True),
        Field("to", "when", "The day on which it really happened.", required=True),
    ),
    _changing(
        "attach",
        "/cases/{ref}/documents",
        "Answer a question with a document of at most 25 MB, which is kept encrypted.",
        answering.attach,
        Field("question", "path", "QUESTION, or QUESTION/OF where it is asked of each.", True),
        Field("document", "file", "The document.", required=True),
    ),
    _changing(
        "take",
        "/cases/{ref}/steps/{transition}",
        "Take a step on a case, or record one already done.",
        take,
        _named("transition", "The step; `next` lists those there are."),
        ANSWERS,
        SOURCE,
        Field("already_done", "flag", "It has happened, on the day `on`."),
        Field("pass_over", "flag", "With `already_done`: pass over the steps between."),
        Field("papers", "papers", "Documents that answer questions, given with the step."),
    ),
    _changing("undo", "/cases/{ref}/undo", "Set the latest step aside; `reason` says why.", undo),
    _changing(
        "done",
        "/cases/{ref}/tasks/{task}/done",
        "Say that an open task is done; `reason` says how.",
        done,
        Field("task", "id", "The task, by the name that `show` has for it.", True, PATH),
    ),
    _changing(
        "extend",
        "/cases/{ref}/deadlines/{timescale}/target",
        "Set a target beside a deadline, which stays where it is.",
        extend,
        _named("timescale", "The timescale."),
        Field("to", "day", "The new target.", required=True),
        Field("agreed_by", "text", "Who agreed.", required=True),
    ),
    _changing(
        "delay",
        "/cases/{ref}/deadlines/{timescale}/delay",
        "Record that a delay was explained; `reason` is the explanation.",
        delay,
        _named("timescale", "The timescale."),
        Field("of", "id", "The agency whose deadline it is, where there are several."),
        Field("told", "text", "Who was told.", required=True),
    ),
    _changing(
        "approve",
        "/cases/{ref}/approvals",
        "Approve an answer as it stands; it is void when the answer changes.",
        approve,
        Field("question", "path", "What is approved.", required=True),
    ),
    _changing(
        "person add",
        "/cases/{ref}/people",
        "Add somebody whom the case is about.",
        add_person,
        Field("kind", "name", "What they are to the case, such as child.", required=True),
        ANSWERS,
    ),
    _changing(
        "erase",
        "/cases/{ref}/people/{person}/erase",
        "Destroy for ever what is known about one person; the trail stays.",
        erase,
        Field("person", "id", "The person of the case, such as p1.", True, PATH),
        Field("basis", "text", "On what ground.", required=True),
        Field("copies", "flag", "Packs that were signed off or sent, too."),
        Field("confirm", "ref", "The reference of the case, once more."),
    ),
)
"""In the order in which the API's description lists them."""
