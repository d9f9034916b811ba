"""`extend`, `delay` and `approve`: a target, an explanation, a yes; none moves a deadline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.cli import saying, texts, values
from engine.cli.door import argument, option
from engine.cli.printing import day
from engine.cli.visit import Visit, changes
from engine.service import cases, references
from engine.service.looking import reading

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
    place, by = door.place, door.by()
    outcome = cases.extend(place, by, ref, timescale, to, agreed_by)
    door.done(by, outcome, f"The target is {day(to)}; the day it was due stays on record.")


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
    place, by = door.place, door.by()
    before = reading.standing(place, ref)["deadlines"]
    outcome = cases.delay(place, by, ref, timescale, told)
    delayed = _named(before, timescale)
    on = by.on or place.today().isoformat()
    door.done(by, outcome, _explained(delayed, on) if delayed else "")


@changes("approve", argument("ref", "REF"), argument("what", "QUESTION"))
def approve(door: Visit, ref: str, what: str) -> None:
    """Approve an answer as it stands; the approval is void when the answer changes."""
    ref = references.read(ref)
    asked = values.path(what, "What is approved")
    place, by = door.place, door.by()
    ask = door.asks(ref, asked.question)
    outcome = cases.approve(place, by, ref, asked.question)
    door.done(by, outcome, f"{ask} is approved as it stands.")


def _named(known: Iterable[Deadline], named: str) -> Deadline | None:
    """The deadline that a command names, as TIMESCALE or TIMESCALE/AGENCY; None if it has ended."""
    timescale, _, of = named.partition("/")
    found = [one for one in known if one["timescale"] == timescale and of in ("", one["of"])]
    running = [one for one in found if one["status"] in saying.OPEN]
    return min(running, key=lambda one: (one["of"], one["no"]), default=None)


def _explained(delayed: Deadline, on: str) -> str:
    """That a delay was explained; and of a day that had not passed then, that it stays."""
    title = f'"{delayed["title"]}"'
    if not saying.not_yet_late(delayed, on):
        return f"It is on record that the delay of {title} was explained."
    return (
        f"{title} was not late yet: it is on record that a delay was explained ahead. The day it "
        "is due stays where it is."
    )
