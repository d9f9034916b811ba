"""Holds a definition against every way that its cases can go, and tells of each fault as a story.

Nothing here ever says that a process is lawful: only what its definition is consistent with.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from engine import calendars
from engine.definition import Workflow
from engine.own_rules import holds_on
from engine.proving import bodies, budgets, clocks, decisions, own, places, privacy, records
from engine.proving.inquiry import Found, Inquiry
from engine.proving.story import BEGINS, Diary
from engine.proving.verdict import PROPERTIES, Entry, Failure, Open, Verdict

__all__ = ["PROPERTIES", "Entry", "Failure", "Open", "Verdict", "verify"]

CHECKS = (
    places.check,
    decisions.check,
    clocks.check,
    own.check,
    bodies.check,
    budgets.check,
    records.check_packs,
    privacy.check,
)


def verify(workflow: Workflow, begins: date | None = None) -> Verdict:
    """What can be shown of a process and of those linked to it; nothing is read or written.

    The stories of what fails begin on the day given, or on the first on which the edition is in
    force from a Monday before Christmas 2025.
    """
    found = Found()
    calendar = calendars.load(workflow.working_days)
    first = begins or max(BEGINS, date.fromisoformat(workflow.in_force_from or "2000-01-01"))
    for name, process in _all(workflow):
        inquiry = Inquiry(process, Diary(process, calendar, first), name, found)
        for check in CHECKS:
            check(inquiry)
    return _verdict(workflow, found, first.isoformat())


def _all(workflow: Workflow) -> Iterator[tuple[str, Workflow]]:
    yield "", workflow
    yield from workflow.children.items()


def _verdict(workflow: Workflow, found: Found, day: str) -> Verdict:
    processes = [process for _, process in _all(workflow)]
    rules = [
        rule.confirmed for one in processes for rule in one.rules.values() if holds_on(rule, day)
    ]
    times = [
        variant.confirmed
        for one in processes
        for timescale in one.timescales.values()
        for variant in timescale.variants
    ]
    order = list(PROPERTIES)
    return Verdict(
        title=workflow.title,
        edition=workflow.edition,
        own_rules=len(rules),
        timescale_rules=len(times),
        unconfirmed=sum(confirmed != "read" for confirmed in (*rules, *times)),
        failures=sorted(found.failures, key=lambda failure: order.index(failure.kind)),
        not_shown=list(found.not_shown),
    )
