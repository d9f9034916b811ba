"""Holds a definition against every way that its cases can go, and tells of each fault as a story.

Nothing here ever says that a process is lawful: only what its definition is consistent with.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from engine import calendars
from engine.definition import Workflow
from engine.proving import (
    applying,
    bodies,
    budgets,
    clocks,
    decisions,
    opening,
    own,
    places,
    privacy,
    records,
    starting,
    stopping,
    ways,
)
from engine.proving.effort import Effort
from engine.proving.inquiry import Found, Inquiry
from engine.proving.story import Diary
from engine.proving.verdict import PROPERTIES, Entry, Failure, Open, Verdict
from engine.written import first_day, written

__all__ = ["PROPERTIES", "Entry", "Failure", "Open", "Verdict", "verify"]

CHECKS = (
    places.check,
    ways.check,
    decisions.check,
    starting.check,
    applying.check,
    clocks.check,
    own.check,
    bodies.check,
    opening.check,
    stopping.check,
    budgets.check,
    records.check_packs,
    privacy.check,
)


def verify(workflow: Workflow, begins: date | None = None, effort: Effort | None = None) -> Verdict:
    """What can be shown of a process and of those linked to it; nothing is read or written.

    The stories of what fails begin on the day given, or on the first on which the edition is in
    force from a Monday before Christmas 2025. What is looked at is counted in the effort given.
    """
    found, effort = Found(), effort or Effort()
    calendar = calendars.load(workflow.working_days)
    first = begins or first_day(workflow)
    for name, process in _all(workflow):
        inquiry = Inquiry(process, Diary(process, calendar, first), name, found, effort)
        for check in CHECKS:
            check(inquiry)
    order = list(PROPERTIES)
    return Verdict(
        title=workflow.title,
        edition=workflow.edition,
        written=written(workflow, first),
        failures=sorted(found.failures, key=lambda failure: order.index(failure.kind)),
        not_shown=list(found.not_shown),
    )


def _all(workflow: Workflow) -> Iterator[tuple[str, Workflow]]:
    yield "", workflow
    yield from workflow.children.items()
