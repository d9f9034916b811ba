"""Each way of a step's condition: whether a case can ever be so that the step is taken by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.definition import Guard, Transition
from engine.guards import words
from engine.prose import quoted
from engine.proving.inquiry import Inquiry
from engine.proving.places import nearest
from engine.proving.walking import takes


def check(inquiry: Inquiry) -> None:
    """The ways of a condition that no case ever comes to, where the step can be taken by others."""
    told = {one.entry for one in inquiry.found.failures if one.kind == "steps_possible"}
    steps = inquiry.workflow.transitions.values()
    every = {
        one.id: (step, one)
        for step in steps
        if inquiry.entry("transition", step.id) not in told
        for one in _by_one_way(step)
    }
    if not every:
        return
    apart = _with(inquiry, [one for _, one in every.values()])
    for step, one in every.values():
        entry, before = inquiry.entry("transition", step.id), len(inquiry.found.not_shown)
        if apart.way("ways_possible", entry, takes(one)) is None:
            if len(inquiry.found.not_shown) > before:
                continue
            said = words(one.only_if, inquiry.workflow)
            says = f"{quoted(step.title)} names a situation that can never be: {said}."
            inquiry.fail("ways_possible", says, entry, nearest(apart, one))


def _by_one_way(step: Transition) -> Iterator[Transition]:
    """A step of several ways as several steps of one each."""
    tables = step.only_if.tables
    for number, table in enumerate(tables if len(tables) > 1 else (), 1):
        yield step._replace(id=f"{step.id}, way {number}", only_if=Guard((table,)))


def _with(inquiry: Inquiry, more: list[Transition]) -> Inquiry:
    """The same process with more steps, which lead nowhere that its own do not."""
    steps = {**inquiry.workflow.transitions, **{step.id: step for step in more}}
    workflow = replace(inquiry.workflow, transitions=steps)
    diary = replace(inquiry.diary, workflow=workflow)
    return Inquiry(workflow, diary, inquiry.process, inquiry.found, inquiry.effort)
