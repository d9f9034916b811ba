"""A definition as the law stood on a day: only the rules that were in force then.

What was not yet law is left out and named; what held before a first rule is never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from engine.definition import Timescale, Transition, Workflow


class LeftOut(NamedTuple):
    """A timescale of which no rule was in force on the day."""

    process: str
    """The title of the process that it belongs to."""
    timescale: str
    title: str
    first: str
    """The day on which its next rule after that day begins; empty if none does."""
    last: str
    """The day on which its latest rule before that day ended; empty if none had begun."""


def as_at(workflow: Workflow, day: date) -> Workflow:
    """The definition with, of each timescale, only the rule for a clock that starts on this day.

    A timescale without one is left out, and so is a duty of which the definition knows that it was
    not law yet. Linked processes are treated alike. It is no edition: its hash is empty.
    """
    return _as_at(workflow, day.isoformat(), first_day(workflow))


def _as_at(workflow: Workflow, on: str, first: str) -> Workflow:
    kept = {
        name: timescale._replace(variants=rules)
        for name, timescale in workflow.timescales.items()
        if (rules := tuple(one for one in timescale.variants if one.holds_on(on)))
    }
    return replace(
        workflow,
        timescales=kept,
        transitions={
            name: step
            if _is_law(step, workflow, on, first)
            else step._replace(duty="", duty_checked="")
            for name, step in workflow.transitions.items()
        },
        children={name: _as_at(child, on, first) for name, child in workflow.children.items()},
        hash="",
    )


def left_out(workflow: Workflow, day: date) -> tuple[LeftOut, ...]:
    """The timescales that `as_at` leaves out, of the process and then of its linked ones."""
    return tuple(_left_out(workflow, day.isoformat()))


def first_day(workflow: Workflow) -> str:
    """The day on which the first of the rules began that have a beginning and none before them;
    empty if there is none.

    Of the days before it the definition knows nothing but the rules without a beginning.
    """
    firsts = [min(one.since for one in rules.variants) for rules in _timescales(workflow)]
    return min((day for day in firsts if day), default="")


def ended_later(workflow: Workflow, day: date) -> bool:
    """Whether a rule held on this day that has an end, and no beginning that is named."""
    on = day.isoformat()
    rules = [one for timescale in _timescales(workflow) for one in timescale.variants]
    return any(one.until and not one.since and one.holds_on(on) for one in rules)


def _left_out(workflow: Workflow, on: str) -> Iterator[LeftOut]:
    for name, timescale in workflow.timescales.items():
        rules = timescale.variants
        if not any(one.holds_on(on) for one in rules):
            first = min((one.since for one in rules if one.since > on), default="")
            last = max((one.until for one in rules if one.until and one.until < on), default="")
            yield LeftOut(workflow.title, name, timescale.title, first, last)
    for child in workflow.children.values():
        yield from _left_out(child, on)


def _is_law(step: Transition, workflow: Workflow, on: str, first: str) -> bool:
    """Whether nothing says that the duty of a step was not law on this day.

    A timescale of the same duty says so by its rules; of a duty that none has, the first day of
    which the definition knows anything.
    """
    same = [one for one in workflow.timescales.values() if step.duty and one.duty == step.duty]
    if same:
        return any(rule.holds_on(on) for one in same for rule in one.variants)
    return on >= first


def _timescales(workflow: Workflow) -> Iterator[Timescale]:
    yield from workflow.timescales.values()
    for child in workflow.children.values():
        yield from _timescales(child)
