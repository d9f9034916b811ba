"""The verb that says what a message says, word for word, before anybody gets it."""

from __future__ import annotations

from engine.service.rehearsals import previewing
from engine.verbs.fields import QUERY, REF, Field
from engine.verbs.naming import names
from engine.verbs.verb import Document, Job, Verb


def preview(job: Job) -> Document:
    """What would go out to each who is told, by each notifier that tells them; nothing is sent."""
    ways, write = job.place.wired.previews(str(job.get("by")))
    found = previewing.preview(job.place, job.ref, str(job.get("message")), ways, write)
    people = (str(one["person"]) for one in found["messages"])
    return {**found, "names": names(job.place, *people)}


VERBS = (
    Verb(
        "message preview",
        "/cases/{ref}/messages/preview",
        "What a message says, by each notifier; nothing is sent.",
        (
            REF,
            Field(
                "message",
                "word",
                "A timescale, a notice of it, both as TIMESCALE/NOTICE, or a message's id.",
                required=True,
                where=QUERY,
            ),
            Field("by", "word", "As this notifier would send it.", where=QUERY),
        ),
        preview,
    ),
)
