"""Answers put on record or put right, and the steps that they rule out from then on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from engine.case import Given
from engine.definition import Transition
from engine.errors import EngineError, UsageError
from engine.service import cases
from engine.service.changing import Outcome
from engine.service.looking import documents, ruling_out, viewing
from engine.service.looking.viewing import View
from engine.service.workplace import File
from engine.verbs import changed, given
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
    return _changed(job, seen, told, lambda: cases.record(job.place, job.by, job.ref, told))


def correct(job: Job) -> Document:
    """Put answers right, for a reason; the state of the case never changes by it."""
    seen = look(job)
    told = given.answers(job.get("answers", ()), seen.edition.workflow, source(job)).own
    return _changed(job, seen, told, lambda: cases.correct(job.place, job.by, job.ref, told))


def attach(job: Job) -> Document:
    """Answer a question with a document."""
    asked, file = job.get("question"), job.file("document")
    assert isinstance(asked, Asked)
    assert isinstance(file, File)
    outcome = documents.attach(job.place, job.by, job.ref, asked.question, file, asked.of)
    return changed.document(job, outcome)


def look(job: Job) -> View:
    """The case as it is before anything is done."""
    with job.place.database.read() as tx:
        return viewing.view(job.place, tx, job.ref)


def source(job: Job) -> str:
    """The agency that the answers came from. Raises UsageError for one that is not known."""
    said = str(job.get("source"))
    if said and said not in job.place.directory.agencies:
        raise UsageError('"source" is no agency that config.toml names.')
    return said


def _changed(
    job: Job, seen: View, told: Sequence[Given], act: Callable[[], Outcome]
) -> dict[str, Any]:
    """Change answers of a case; with the steps that are ruled out by them from now on."""
    place, by, found = job.place, job.by, list[dict[str, Any]]()
    steps = _read_by(seen, {one.question for one in told})
    steps = ruling_out.still_open(place, by, seen, steps) if steps else []
    outcome = act()
    if steps and not outcome.repeated:
        try:
            found = ruling_out.by_now(place, by, seen.case.ref, steps, told)
        except EngineError:
            # What was saved stays saved, even where it cannot be read again at once.
            found = []
    return changed.document(job, outcome, ruled_out=found)


def _read_by(seen: View, asked: Collection[str]) -> list[Transition]:
    """The steps whose guards read one of these answers; of most answers there are none."""
    return [
        step
        for step in seen.edition.workflow.transitions.values()
        if any(line.subject in asked for table in step.only_if.tables for line in table)
    ]
