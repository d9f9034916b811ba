"""A process at a glance: its main line, and each timescale with its duty, its time and its source.

Only what an act or a regulation requires, and somebody has read there, is called a duty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from engine import duties
from engine.definition import Timescale, Variant, Workflow
from engine.prose import capital, day_of, name_of, on_day, setter
from engine.timescales import parse


class Stage(NamedTuple):
    """A state of the main line, and on whom a case waits there."""

    title: str
    waits_on: str


class Line(NamedTuple):
    """A rule of a timescale, in the words of a table."""

    starts: str
    """The days on which a clock must start for the rule to hold."""
    due: str
    duty: str
    time_from: str
    source: str
    confirmed: str


class Clock(NamedTuple):
    """A timescale and its rules."""

    title: str
    waits_on: str
    lines: tuple[Line, ...]


def stages(workflow: Workflow, line: Iterable[str]) -> list[Stage]:
    """The states of the main line, from the first to the last."""
    states = [workflow.states[name] for name in line]
    return [Stage(state.title, _waits_on(workflow, state.waiting_on)) for state in states]


def clocks(workflow: Workflow) -> list[Clock]:
    """The timescales of a process, in the order of its files."""
    return [
        Clock(one.title, _waits_on(workflow, one.waiting_on), tuple(_lines(workflow, one)))
        for one in workflow.timescales.values()
    ]


def _waits_on(workflow: Workflow, name: str) -> str:
    """A title without what it adds in brackets, which is said where the people are."""
    return name_of(workflow, name).partition(" (")[0]


def _lines(workflow: Workflow, timescale: Timescale) -> Iterator[Line]:
    for variant in timescale.variants:
        yield line(workflow, timescale, variant)


def line(workflow: Workflow, timescale: Timescale, variant: Variant) -> Line:
    """One rule of a timescale in the words of a table."""
    time_from = variant.time_from
    return Line(
        starts=_starts(variant),
        due=capital(rule_said(workflow, variant, keep=timescale.keep)),
        duty=_duty(timescale, variant),
        time_from=f"{capital(setter(time_from.kind))} (“{time_from.says}”)",
        source=time_from.source,
        confirmed="Read" if variant.confirmed == "read" else f"No: {variant.confirmed}",
    )


def rule_said(workflow: Workflow, variant: Variant, *, keep: bool = False) -> str:
    """A rule with what it counts from in words: `within 5 working days of the day on which ...`."""
    anchor = parse(variant.due).anchor
    question = workflow.questions.get(anchor)
    plain = variant.due.replace("every 1 ", "every ")
    said = plain.replace(anchor, day_of(question)) if question else plain
    return f"kept until {said}" if keep else said


def _starts(variant: Variant) -> str:
    if variant.since and variant.until:
        return f"{on_day(variant.since)} to {on_day(variant.until)}"
    if variant.since:
        return f"{on_day(variant.since)} or later"
    return f"{on_day(variant.until)} or earlier" if variant.until else "Any day"


def _duty(timescale: Timescale, variant: Variant) -> str:
    if not timescale.duty:
        return "No duty"
    if duties.is_read(timescale, variant):
        return f"Duty: {timescale.duty}"
    if variant.confirmed == "read":
        return f"Said to be a duty ({duties.UNREAD}): {timescale.duty}"
    return f"Expected (source not yet read): {timescale.duty}"
