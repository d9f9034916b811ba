"""`message preview`: what a message says, word for word, before anybody gets it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from engine.cli.door import argument, option
from engine.cli.printing import day, strong
from engine.cli.visit import Visit, reads

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
    found = door.ask("message preview", ref=ref, message=what, by=way)
    lines: list[str] = []
    for on, several in groupby(found["messages"], key=lambda one: str(one["on"])):
        lines += [*([""] if lines else []), _when(on)]
        for one in several:
            lines += ["", *_message(one, found["names"])]
    door.answer(found, lines or [_when(found["on"]), "It tells nobody."])


def _when(on: str) -> str:
    """The day on which it goes out, of one that has not; else that it has."""
    if not on:
        return "It is in the outbox, or was sent already."
    return f"It goes out on {day(on)}, if nobody does anything more."


def _message(one: Known, names: Mapping[str, str]) -> list[str]:
    head = strong(f"To {names.get(one['person'], one['person'])}, by {one['by']}: {one['to']}")
    text = [f"    {line}".rstrip() for line in one["text"].splitlines()]
    return [
        head,
        f"  Subject: {one['subject']}" if one["subject"] else "  Without a subject",
        *text,
    ]
