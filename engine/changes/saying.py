"""How what stands in a definition is said in a comparison: by titles, and in whole words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.changes.change import NOTHING
from engine.definition import Condition, Guard, OwnRule, Question, Timescale, Workflow
from engine.duties import is_read
from engine.guards import words
from engine.overlays import Overlay
from engine.prose import day_of, listed, name_of, quoted, straight
from engine.timescales import length, parse, sets_no_day


def said(workflow: Workflow, value: Any, holds: str = "") -> str:
    """A value as words; names of things (of the kind that it `holds`) by their titles."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value in ("", (), {}):
        return NOTHING
    if isinstance(value, Overlay):
        return f"{value.name}, over edition {value.base_edition} ({value.base_hash[:12]})"
    if hasattr(value, "_fields"):
        return several(str(one) for one in value if one)
    if isinstance(value, tuple):
        return listed(said(workflow, one, holds) for one in value)
    if isinstance(value, Mapping):
        return listed(f"{name} ({one})" for name, one in value.items())
    return titled(workflow, str(value), holds) if holds else str(value)


def titled(workflow: Workflow, name: str, kind: str) -> str:
    """A thing by its title; by its name where the definition has no such thing."""
    if kind == "people":
        return name_of(workflow, name)
    known = getattr(workflow, kind).get(name)
    return straight(quoted(title(known))) if known else name


def title(thing: Any) -> str:
    """What a thing of a definition is called."""
    if isinstance(thing, Question):
        return thing.ask
    return str(thing.says if isinstance(thing, OwnRule) else thing.title)


def condition(workflow: Workflow, guard: Guard, nothing: str) -> str:
    """A guard in English; by its names, where the definition does not have what it reads."""
    known = {*workflow.questions, *workflow.children}
    if all(line.subject in known for table in guard.tables for line in table):
        return straight(words(guard, workflow)) or nothing
    return " or ".join(", ".join(map(_plainly, table)) for table in guard.tables)


def _plainly(line: Condition) -> str:
    return " ".join([line.subject, line.word, *line.values])


def rule(workflow: Workflow, due: str) -> str:
    """What a timescale allows: `within 5 working days of the day on which ...`."""
    known = parse(due)
    anchor = workflow.questions.get(known.anchor)
    day = straight(day_of(anchor)) if anchor else known.anchor
    if sets_no_day(known):
        return f"as soon as practicable after {day}"
    size = length(known.number, known.unit)
    return {
        "within": f"within {size} of {day}",
        "beginning with": f"within {size} beginning with {day}",
        "before": f"at least {size} before {day}",
        "every": f"every {size}",
        "after": f"until {size} after {day}",
    }[known.form]


def summed(workflow: Workflow, timescale: Timescale) -> str:
    """A timescale in one line: what it allows, and on what that rests."""
    allowed = [rule(workflow, variant.due) for variant in timescale.variants]
    read = all(is_read(timescale, one) for one in timescale.variants)
    duty = f"; {'' if read else 'said to be under '}{timescale.duty}" if timescale.duty else ""
    return f"{listed(dict.fromkeys(allowed), 'or')}{duty}"


def several(lines: Iterable[str]) -> str:
    """Several things as one line."""
    return "; ".join(lines) or NOTHING
