"""The verbs by which somebody sees what has happened on a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.decide.moving.moves import MIGRATED
from engine.service.looking import linked, pages, private, reading, viewing
from engine.verbs import titles
from engine.verbs.fields import QUERY, REF, Field
from engine.verbs.looking import WHY
from engine.verbs.pages import cursor
from engine.verbs.paging import PAGES, after, most
from engine.verbs.verb import Document, Job, Verb

Event = Mapping[str, Any]

WHOLE = 1_000_000
"""More entries than any history has."""


def history(job: Job) -> Document:
    """What has happened on a case, in order."""
    [at] = after(job, (0,)) or (0,)
    last = int(job.get("last", 0))
    if last:
        at = max(int(at), reading.version(job.place, job.ref) - last)
    found = pages.history(job.place, job.ref, most(job) or WHOLE, int(at))
    cautions = reading.cautions(job.place, [job.ref])
    return {
        "ref": job.ref,
        "events": found.found,
        "next": cursor(found.after),
        "cautions": cautions,
    }


def called(job: Job) -> Document:
    """What the things and the people are called that a history names by their ids; and by entry
    the linked case that it is about.
    """
    whole = reading.history(job.place, job.ref)
    events = whole[-int(job.get("last", 0)) :]
    ended = linked.of_entries(job.place, job.ref, events)
    return {
        "ref": job.ref,
        "titles": _titles(job, whole, events),
        "linked": {str(n): dict(one) for n, one in ended.items()},
    }


def personal(job: Job) -> Document:
    """What is personal in what has happened; the read is logged."""
    found = private.entries(job.place, job.by, job.ref, str(job.get("why")))
    values = {f"@{n} {path}": value for (n, path), value in found.items()}
    return {"ref": job.ref, "personal": values}


def _titles(job: Job, whole: Sequence[Event], events: Sequence[Event]) -> Document:
    place = job.place
    with place.database.read() as tx:
        workflow = viewing.view(place, tx, job.ref).edition.workflow
        formerly = [place.edition(tx, one, workflow.name).workflow for one in _editions(whole)]
    known = titles.titles(workflow, place.directory, _left_to_do(whole), formerly)
    return titles.named(known, events)


def _editions(events: Iterable[Event]) -> list[str]:
    """The hashes of the editions from which a case was moved, the first first."""
    moves = [event["body"] for event in events if event["type"] == MIGRATED]
    return list(dict.fromkeys(body["from_edition"] for body in moves))


def _left_to_do(events: Iterable[Event]) -> dict[str, str]:
    """What each task of a case was, by its name."""
    opened = [event["body"] for event in events if event["type"] == "task opened"]
    return {one["task"]: one["what"] for body in opened for one in body["tasks"]}


_LAST = Field("last", "number", "Only of the last so many entries.", where=QUERY)

VERBS = (
    Verb(
        "history",
        "/cases/{ref}/history",
        "What has happened on a case, in order.",
        (REF, _LAST, *PAGES),
        history,
    ),
    Verb(
        "history titles",
        "/cases/{ref}/history/titles",
        "What the things and people are called that a history names.",
        (REF, _LAST),
        called,
    ),
    Verb(
        "history personal",
        "/cases/{ref}/history/personal",
        "What is personal in what has happened; the read is logged.",
        (REF, WHY),
        personal,
        method="POST",
    ),
)
