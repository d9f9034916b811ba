"""`extend`, `delay` and `approve`: a target, an explanation, a yes; none moves a deadline."""

from __future__ import annotations

from engine.cli import texts, values
from engine.cli.door import argument, option
from engine.cli.printing import day
from engine.cli.visit import Visit, changes
from engine.service import cases, references


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
    """Record that a delay was explained, and to whom; --reason is the explanation."""
    ref = references.read(ref)
    told = texts.free_text(door.options["told"], "--told")
    place, by = door.place, door.by()
    known = door.workflow(ref).timescales.get(timescale.partition("/")[0])
    outcome = cases.delay(place, by, ref, timescale, told)
    title = f'"{known.title}"' if known else timescale
    door.done(by, outcome, f"It is on record that the delay of {title} was explained.")


@changes("approve", argument("ref", "REF"), argument("what", "QUESTION"))
def approve(door: Visit, ref: str, what: str) -> None:
    """Approve an answer as it stands; the approval is void when the answer changes."""
    ref = references.read(ref)
    asked = values.path(what, "What is approved")
    place, by = door.place, door.by()
    ask = door.asks(ref, asked.question)
    outcome = cases.approve(place, by, ref, asked.question)
    door.done(by, outcome, f"{ask} is approved as it stands.")
