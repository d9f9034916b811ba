"""Passing over: a step recorded as already done, in a case that is not yet where it starts."""

from __future__ import annotations

from engine.case import Case
from engine.definition import Transition, Workflow
from engine.prose import listed

PASS_OVER = (
    "if it has happened: record the steps between that happened, each with --already-done, or give "
    "--pass-over where nothing of them is to be recorded; if it has not: leave out --already-done, "
    "and `why-not` says what it needs"
)

FEW = 3
"""The most states that are told one by one."""


def passes_over(case: Case, transition: Transition) -> bool:
    """Whether a case is somewhere else than where a step starts."""
    return case.state not in transition.starts


def passed_over(workflow: Workflow, state: str, transition: Transition) -> str:
    """From where to where a step passes over what is not on record, as a clause."""
    here, starts = from_where(workflow, state, transition)
    return (
        f"the case is at {here}, and this step starts at {starts}; how it came there is not on "
        "record"
    )


def from_where(workflow: Workflow, state: str, transition: Transition) -> tuple[str, str]:
    """Where a case is, and where a step starts, by their titles."""
    titles = [f'"{workflow.states[name].title}"' for name in (state, *transition.starts)]
    if len(titles) - 1 > FEW:
        return titles[0], f"one of {len(titles) - 1} other places"
    return titles[0], listed(titles[1:], "or")
