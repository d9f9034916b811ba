"""The verbs by which a case moves along."""

from __future__ import annotations

from typing import Any

from engine.decide.steps.passing import passed_over, passes_over
from engine.decide.steps.taking import Step
from engine.service import cases
from engine.service.filing import Paper
from engine.service.looking import reading
from engine.service.looking.running import TO_BE_MET
from engine.verbs import answering, changed, given
from engine.verbs.fields import PATH, REF, Field
from engine.verbs.given import ANSWERS, SOURCE
from engine.verbs.verb import Document, Job, Verb


def take(job: Job) -> Document:
    """Take a step, or record one that has already happened."""
    done = bool(job.get("already_done", False))
    seen = answering.look(job) if done else None
    workflow = (seen.edition if seen else answering.edition(job)).workflow
    named = str(job.get("transition"))
    opened = given.opened_by(workflow, named)
    told = given.answers(job.get("answers", ()), workflow, answering.source(job), opened)
    known, over = workflow.transitions.get(named), ""
    if known and seen and passes_over(seen.case, known):
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
    """Record that a delay was explained, of the deadline that runs if there is one."""
    of, told = str(job.get("of")), str(job.get("told"))
    named = f"{job.get('timescale')}/{of}" if of else str(job.get("timescale"))
    before = reading.standing(job.place, job.ref)["deadlines"]
    outcome = cases.delay(job.place, job.by, job.ref, named, told)
    on = job.by.on or job.place.today().isoformat()
    return changed.document(job, outcome, delayed=_named_by(before, named), as_at=on)


def _named_by(known: list[dict[str, Any]], named: str) -> dict[str, Any] | None:
    """The deadline that is named, as TIMESCALE or TIMESCALE/AGENCY; None if it has ended."""
    timescale, _, of = named.partition("/")
    found = [one for one in known if one["timescale"] == timescale and of in ("", one["of"])]
    running = [one for one in found if one["status"] in TO_BE_MET]
    return min(running, key=lambda one: (one["of"], one["no"]), default=None)


def approve(job: Job) -> Document:
    """Approve an answer as it stands."""
    asked = job.get("question")
    ask = answering.ask_of(answering.look(job), asked)
    outcome = cases.approve(job.place, job.by, job.ref, asked.question)
    return changed.document(job, outcome, question=asked.question, ask=ask)


def _changing(name: str, path: str, about: str, act: Any, *fields: Field) -> Verb:
    return Verb(
        name,
        path,
        about,
        (REF, *fields),
        act,
        changes=True,
        method="POST",
        answer=changed.SCHEMA,
    )


def _named(name: str, about: str) -> Field:
    return Field(name, "word", about, required=True, where=PATH)


VERBS = (
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
        Field("task", "word", "The task, by the name that `show` has for it.", True, PATH),
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
        Field("of", "word", "The agency whose deadline it is, where there are several."),
        Field("told", "text", "Who was told.", required=True),
    ),
    _changing(
        "approve",
        "/cases/{ref}/approvals",
        "Approve an answer as it stands; it is void when the answer changes.",
        approve,
        Field("question", "path", "What is approved.", required=True),
    ),
)
"""In the order in which the API's description lists them."""
