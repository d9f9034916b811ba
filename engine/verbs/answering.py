"""Answers put on record or put right, and the steps that they rule out from then on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from engine.case import Given
from engine.definition import Transition
from engine.edition import Edition
from engine.errors import EngineError, UsageError
from engine.service import cases
from engine.service.changing import Outcome
from engine.service.looking import documents, viewing
from engine.service.looking.viewing import View
from engine.service.workplace import File
from engine.verbs import changed, given
from engine.verbs.naming import agency
from engine.verbs.paths import FORM, Asked
from engine.verbs.verb import Document, Job


def record(job: Job) -> Document:
    """Put answers on record, or that agencies were asked and did not reply."""
    seen = look(job)
    told = (
        *given.answers(job.get("answers", ()), seen.edition.workflow, source(job)).own,
        *given.not_replied(job.get("asked", ()), "asked"),
        *given.not_replied(job.get("no_reply", ()), "no reply"),
    )
    if not told:
        raise UsageError(f'Say what to record: "answers", "asked" or "no_reply", by {FORM}.')
    outcome, found = _change(
        job, seen, told, lambda: cases.record(job.place, job.by, job.ref, told)
    )
    recorded = [_recorded(job, seen, one) for one in told]
    return changed.document(job, outcome, recorded=recorded, ruled_out=found)


def correct(job: Job) -> Document:
    """Put answers right, for a reason; the state of the case never changes by it."""
    seen = look(job)
    told = given.answers(job.get("answers", ()), seen.edition.workflow, source(job)).own
    outcome, found = _change(
        job, seen, told, lambda: cases.correct(job.place, job.by, job.ref, told)
    )
    confirm = _to_confirm(outcome, seen)
    return changed.document(job, outcome, to_confirm=confirm, ruled_out=found)


def attach(job: Job) -> Document:
    """Answer a question with a document."""
    asked, file = job.get("question"), job.file("document")
    assert isinstance(asked, Asked)
    assert isinstance(file, File)
    ask = ask_of(look(job), asked)
    outcome = documents.attach(job.place, job.by, job.ref, asked.question, file, asked.of)
    return changed.document(job, outcome, question=asked.question, ask=ask)


def look(job: Job) -> View:
    """The case as it is before anything is done."""
    with job.place.database.read() as tx:
        return viewing.view(job.place, tx, job.ref)


def edition(job: Job) -> Edition:
    """The edition that the case is pinned to; of the case nothing else is read."""
    with job.place.database.read() as tx:
        return viewing.edition_of(job.place, tx, job.ref)


def source(job: Job) -> str:
    """The agency that the answers came from. Raises UsageError for one that is not known."""
    return agency(job.place, str(job.get("source")))


def ask_of(seen: View, asked: Asked) -> str:
    """What a question asks; nothing where the process has none of that name."""
    known = seen.edition.workflow.questions.get(asked.question)
    return known.ask if known else ""


def _change(
    job: Job, seen: View, told: Sequence[Given], act: Callable[[], Outcome]
) -> tuple[Outcome, list[dict[str, Any]]]:
    """Change answers of a case; with the steps that are ruled out by them from now on."""
    place, found = job.place, list[dict[str, Any]]()
    steps = _read_by(seen, {one.question for one in told})
    if steps:
        # Most answers rule nothing out, and pay for nothing that would say so.
        from engine.service.looking import ruling_out

        visitor = job.done_by(on="", reason="", decided_by="", shown=None)
        steps = ruling_out.still_open(place, visitor, seen, steps)
        outcome = act()
        if outcome.repeated:
            return outcome, []
        try:
            found = ruling_out.by_now(place, visitor, seen.case.ref, steps, told)
        except EngineError:
            # What was saved stays saved, even where it cannot be read again at once.
            found = []
        return outcome, found
    return act(), found


def _recorded(job: Job, seen: View, one: Given) -> dict[str, Any]:
    """What was put on record, without its value: to which question, of whom, and how it stands."""
    known = job.place.directory.agencies
    return {
        "question": one.question,
        "ask": ask_of(seen, Asked(one.question)),
        "of": one.of,
        "of_title": known[one.of].title if one.of in known else one.of,
        "no": one.no,
        "status": one.status,
        "asked_on": one.asked_on,
    }


def _to_confirm(outcome: Outcome, seen: View) -> list[dict[str, str]]:
    """The decisions that are open tasks because what they rested on was put right."""
    opened = [e["body"]["tasks"] for e in outcome.events if e["type"] == "task opened"]
    steps = [t["subject"] for left in opened for t in left if t["kind"] == "confirm decision"]
    known = seen.edition.workflow.transitions
    return [{"transition": step, "title": known[step].title} for step in steps]


def _read_by(seen: View, asked: Collection[str]) -> list[Transition]:
    """The steps whose guards read one of these answers; of most answers there are none."""
    return [
        step
        for step in seen.edition.workflow.transitions.values()
        if any(line.subject in asked for table in step.only_if.tables for line in table)
    ]
