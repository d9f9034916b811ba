"""`extend`, `delay` and `approve`: a target, an explanation, a yes; none moves a deadline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.cli import saying, texts, values
from engine.cli.door import argument, option
from engine.cli.printing import day
from engine.cli.visit import Visit, changes
from engine.service import references

Deadline = Mapping[str, Any]


@changes(
    "extend",
    argument("ref", "REF"),
    argument("timescale", "TIMESCALE"),
    more=[
        option("--to", metavar="DATE", required=True, help="The new target."),
        option("--agreed-by", metavar="WHOM", required=True, help=f"Who agreed: {texts.FREE}"),
    ],
)
def extend(door: Visit, ref: str, timescale: str) -> None:
    """Set a target beside a deadline, which stays where it is; --reason says why."""
    ref, options = references.read(ref), door.options
    to = texts.exact_day(options["to"])
    agreed_by = texts.free_text(options["agreed_by"], "--agreed-by")
    found = door.change("extend", ref=ref, timescale=timescale, to=to, agreed_by=agreed_by)
    door.done(found, f"The target is {day(to)}; the day it was due stays on record.")


@changes(
    "delay",
    argument("ref", "REF"),
    argument("timescale", "TIMESCALE"),
    more=[option("--told", metavar="WHOM", required=True, help=f"Who was told: {texts.FREE}")],
)
def delay(door: Visit, ref: str, timescale: str) -> None:
    """Record that a delay was explained, and to whom; --reason is the explanation.

    It may be explained ahead, as soon as it is foreseen. The deadline stays where it is, and is
    overdue once its day has passed, whatever was explained.
    """
    ref = references.read(ref)
    told = texts.free_text(door.options["told"], "--told")
    named, _, of = timescale.partition("/")
    found = door.change("delay", ref=ref, timescale=named, of=of, told=told)
    door.done(found, _explained(found["delayed"], found["as_at"]) if found["delayed"] else "")


@changes("approve", argument("ref", "REF"), argument("what", "QUESTION"))
def approve(door: Visit, ref: str, what: str) -> None:
    """Approve an answer as it stands; the approval is void when the answer changes."""
    ref = references.read(ref)
    asked = values.path(what, "What is approved")
    found = door.change("approve", ref=ref, question=asked.path)
    ask = f'"{found["ask"]}"' if found["ask"] else found["question"]
    door.done(found, f"{ask} is approved as it stands.")


def _explained(delayed: Deadline, on: str) -> str:
    """That a delay was explained; and of a day that had not passed then, that it stays."""
    title = f'"{delayed["title"]}"'
    if not saying.not_yet_late(delayed, on):
        return f"It is on record that the delay of {title} was explained."
    return (
        f"{title} was not late yet: it is on record that a delay was explained ahead. The day it "
        "is due stays where it is."
    )
