"""The verbs by which it is seen what would be: until a day to come, or had the past been decided
by another definition.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from engine.dates import read_day
from engine.edition import Edition
from engine.errors import UsageError
from engine.service import editions, uploads
from engine.service.rehearsals.rehearsing import Beginning, Wish, rehearse_case, rehearse_new
from engine.service.rehearsals.what_if import what_if
from engine.verbs import given
from engine.verbs.fields import PATH, REF, Field
from engine.verbs.given import ANSWERS
from engine.verbs.naming import names
from engine.verbs.verb import Document, Job, Verb


def of_case(job: Job) -> Document:
    """What would be told until a day on a case that is there, and on its linked cases."""
    found = rehearse_case(job.place, job.by, job.ref, _wish(job), job.place.wired.mails())
    return _with_names(job, found)


def of_process(job: Job) -> Document:
    """What would be told until a day on a case that is opened with these answers."""
    place, edition = job.place, _edition(job)
    in_use = not job.get("files") and _is_used(job)
    told = given.answers(job.get("answers", ()), edition.workflow).own
    write = place.wired.mails([] if in_use else [edition.workflow])
    beginning = Beginning(edition, told, _since(job))
    return _with_names(job, rehearse_new(place, job.by, beginning, _wish(job), write))


def replay(job: Job) -> Document:
    """What another definition would make of all past cases of a process; nothing is changed."""
    workflow, other = str(job.get("workflow")), str(job.get("other"))
    edition, files = str(job.get("edition")), job.get("files")
    if not (other or edition):
        raise UsageError('Say which definition: "other", "edition" or "files" with "other".')
    found = uploads.meant(job.place, other or workflow, edition, files)
    return what_if(job.place, workflow, found)


def _edition(job: Job) -> Edition:
    """The edition in use under which a case would open; else a definition that is none."""
    workflow, edition = str(job.get("workflow")), str(job.get("edition"))
    if not job.get("files") and _is_used(job):
        since = _since(job)
        with job.place.database.read() as tx:
            on = since.isoformat() if since else ""
            return editions.to_open(job.place, tx, workflow, edition, on)
    return uploads.meant(job.place, workflow, "", job.get("files"))


def _is_used(job: Job) -> bool:
    named = bool(job.get("edition"))
    return named or job.get("workflow") in {one.name for one in editions.in_use(job.place)}


def _wish(job: Job) -> Wish:
    return Wish(read_day(str(job.get("until"))), tuple(map(_step, job.get("supposed", ()))))


def _since(job: Job) -> date | None:
    said = str(job.get("since"))
    return read_day(said) if said else None


def _step(text: str) -> tuple[str, date]:
    step, word, when = text.partition(" on ")
    if not word or not step.strip():
        raise UsageError(f'"{text[:60]}" supposes nothing; write it as "STEP on 2026-12-23".')
    return step.strip(), read_day(when.strip())


def _with_names(job: Job, found: dict[str, Any]) -> Document:
    told = [one for notice in found["notices"] for one in notice["told"]]
    people = {one["person"] for one in told} | {one["stands_for"] for one in told}
    people |= {person for one in found["collisions"] for person in one["people"]}
    return {**found, "names": names(job.place, *sorted(people))}


def _verb(name: str, path: str, about: str, act: Any, fields: Sequence[Field]) -> Verb:
    return Verb(name, path, about, tuple(fields), act, method="POST")


_UNTIL = (
    Field("until", "day", "The last day that is rehearsed.", required=True),
    Field("supposed", "names", 'Steps that somebody takes on the way: "STEP on 2026-12-23".'),
)
_PROCESS = Field("workflow", "word", "The process.", required=True, where=PATH)
_EDITION = Field("edition", "word", "An edition in use, by its name or its hash.")

VERBS = (
    _verb(
        "workflow rehearse",
        "/workflows/{workflow}/rehearsal",
        "What would be told until a day, on a case that is opened with these answers.",
        of_process,
        (
            _PROCESS,
            _EDITION,
            Field("files", "files", "The files of a definition, in the folder `workflow`."),
            ANSWERS,
            Field("since", "day", "The day on which it is opened."),
            *_UNTIL,
        ),
    ),
    _verb(
        "workflow rehearse case",
        "/cases/{ref}/rehearsal",
        "What would be told until a day on a case that is there.",
        of_case,
        (REF, *_UNTIL),
    ),
    _verb(
        "workflow replay",
        "/workflows/{workflow}/replay",
        "What another definition makes of all past cases.",
        replay,
        (
            _PROCESS,
            Field("other", "word", "Another process, or the folder of the files."),
            _EDITION,
            Field("files", "files", "The files of a definition, in the folder `other`."),
        ),
    ),
)
