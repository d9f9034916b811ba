"""A process at a glance, in text: what becomes of a case, by which states it goes, what is required
in what time, and who takes part. It stands before the description, and says nothing that is not
in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from engine.definition import Timescale, Variant, Workflow
from engine.describing import glance
from engine.describing.sheet import Sheet
from engine.prose import capital, ended, listed, people, quoted, series
from engine.timescales import parse

_LEADS = re.compile(r" (?:of|after|beginning with)$")
"""What leads from a length to the day that it is counted from."""


def say_glance(sheet: Sheet, workflow: Workflow, line: Sequence[str]) -> None:
    """The overview; `line` are the states of the main line, from the first to the last."""
    sheet.say("At a glance")
    sheet.say(*course(workflow))
    stages = glance.stages(workflow, line)
    if stages:
        sheet.say("An ordinary case goes by these states.")
        sheet.numbered(stage.title for stage in stages)
    required = [one for one in workflow.timescales.values() if one.duty]
    if required:
        sheet.say(
            "Each duty with its time; where nobody has read the source yet, it is only expected to "
            "be one."
        )
        sheet.items(_required(workflow, required))
    others = [one for one in workflow.timescales.values() if not one.duty]
    if others:
        sheet.say(f"These have a time{' as well' if required else ''}, and are no duty here.")
        sheet.items(f"{one.title}: {_shortly(one)}" for one in others)
    sheet.say(*takers(workflow))


def course(workflow: Workflow) -> Iterator[str]:
    """Who opens a case, where it begins and where it ends, as sentences."""
    begins = quoted(workflow.states[workflow.starts_at].title)
    ends = [quoted(state.title) for state in workflow.states.values() if state.closed]
    by = f" by {people(workflow, workflow.may_open, 'or')}" if workflow.may_open else ""
    yield f"A case is opened{by}. It begins at {begins}" + (
        f" and ends at {listed(ends, 'or')}." if ends else "."
    )
    if workflow.children:
        kinds = series(quoted(child.title) for child in workflow.children.values())
        yield f"Linked cases may run beside it: {ended(kinds)}"


def takers(workflow: Workflow) -> Iterator[str]:
    """Who acts, and who is only told or heard from, as sentences."""
    acting = [role.id for role in workflow.roles.values() if not role.outside]
    outside = [role.id for role in workflow.roles.values() if role.outside]
    if acting:
        yield f"{capital(people(workflow, acting))} {_plural(acting, 'acts', 'act')} in it."
    if outside:
        are = _plural(outside, "is", "are")
        yield f"{capital(people(workflow, outside))} {are} told or heard from, and never act here."


def _plural(names: Sequence[str], one: str, many: str) -> str:
    return one if len(names) == 1 else many


def _required(workflow: Workflow, timescales: Iterable[Timescale]) -> Iterator[str]:
    """Each timescale with its time in the rule that holds now, its duty, and how well both are
    known.
    """
    for timescale in timescales:
        line = glance.line(workflow, timescale, _now(timescale))
        unread = "" if line.confirmed == "Read" else "; its time is unconfirmed"
        yield f"{timescale.title}: {line.due[:1].lower()}{line.due[1:]}. {line.duty}{unread}."


def _shortly(timescale: Timescale) -> str:
    """Its time without what it is counted from: `within 15 working days`."""
    variant = _now(timescale)
    rule = parse(variant.due)
    said = variant.due.replace("every 1 ", "every ")
    if rule.anchor:
        said = said.partition(f" {rule.anchor}")[0]
    kept = "kept for " if timescale.keep else ""
    return f"{kept}{_LEADS.sub('', said)}".replace(" before", " beforehand")


def _now(timescale: Timescale) -> Variant:
    """The rule that holds for what starts now: the one that has not ended."""
    return next((one for one in timescale.variants if not one.until), timescale.variants[0])
