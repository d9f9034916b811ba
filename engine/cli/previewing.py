"""`message preview`: what a message says, word for word, before anybody gets it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import bootstrap
from engine.cli.door import argument, option
from engine.cli.printing import day, strong
from engine.cli.visit import Visit, reads
from engine.errors import UsageError
from engine.prose import listed
from engine.service import references
from engine.service.rehearsals import previewing
from engine.verbs.naming import called

Known = Mapping[str, Any]


@reads(
    "preview",
    argument("ref", "REF"),
    argument("what", "NOTICE|MESSAGE"),
    option("--by", "way", metavar="NOTIFIER", default="", help="As this notifier would send it."),
)
def preview(door: Visit, ref: str, what: str, way: str) -> None:
    """What would go out to each who is told, by each notifier that tells them. Nothing is sent.

    NOTICE is a timescale, a notice of it, or both as TIMESCALE/NOTICE, if it is still to come; it
    reads as it would if nobody did anything more. MESSAGE is the id of a message of the case.
    """
    if way and way not in bootstrap.notifiers():
        known = listed(bootstrap.notifiers(), "or")
        raise UsageError(f'There is no notifier "{way[:40]}"; --by takes {known}.')
    ref = references.read(ref)
    place, settings = door.admitted("preview", ref), door.settings

    def ways(person: str) -> tuple[str, ...]:
        return (way,) if way else bootstrap.ways(settings, person)

    write = bootstrap.previews(place, settings)
    found = previewing.preview(place, ref, what, ways, write)
    lines = [f"It goes out on {day(found['on'])}, if nobody does anything more."]
    if not found["on"]:
        lines = ["It is in the outbox, or was sent already."]
    for one in found["messages"]:
        lines += ["", *_message(door, one)]
    door.answer(found, lines if found["messages"] else [*lines, "It tells nobody."])


def _message(door: Visit, one: Known) -> list[str]:
    head = strong(f"To {called(door.place, one['person'])}, by {one['by']}: {one['to']}")
    text = [f"    {line}".rstrip() for line in one["text"].splitlines()]
    return [
        head,
        f"  Subject: {one['subject']}" if one["subject"] else "  Without a subject",
        *text,
    ]
