"""Every way that a case of a small process can really go, tried with the engine's own rules.

Nobody puts an answer right, and nothing is recorded as already done: that is what a proof is of.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import product

from engine import calendars
from engine.case import RUNNING, Actor, Case, Context, Given, Rows
from engine.decide.draft import Draft
from engine.decide.entries import recording
from engine.decide.steps import opening, taking
from engine.definition import Transition, Workflow
from engine.directory import Appointment, Directory, Person
from engine.edition import Edition
from engine.errors import RefusedError

MOST = 400
FIRST = date(2025, 12, 15)
DAY = timedelta(days=1)
CALENDAR = calendars.load("England and Wales")
PEOPLE = Directory(
    people={"sam": Person("sam", "Sam Example")}, appointments=(Appointment("sam", "unit"),)
)

Key = tuple[object, ...]


class TooBigError(Exception):
    """There are more situations than are tried."""


@dataclass
class Tried:
    """What was found by trying."""

    states: set[str] = field(default_factory=set)
    steps: set[str] = field(default_factory=set)
    closed: dict[Key, bool] = field(default_factory=dict)
    running: dict[Key, bool] = field(default_factory=dict)
    leads: dict[Key, set[Key]] = field(default_factory=dict)

    def never_closed(self) -> bool:
        """Whether a case comes to where it can no longer be closed."""
        able = self._able({key for key, closed in self.closed.items() if closed})
        return set(self.closed) != able

    def never_stopped(self) -> bool:
        """Whether a clock comes to where nothing can end it any more."""
        able = self._able({key for key, running in self.running.items() if not running})
        return set(self.running) != able

    def _able(self, found: set[Key]) -> set[Key]:
        while more := {k for k, there in self.leads.items() if k not in found and there & found}:
            found |= more
        return found


def tried(workflow: Workflow) -> Tried:
    """Try everything that anybody can do, one thing after the other."""
    found, edition = Tried(), Edition(workflow)
    start = _opened(edition)
    waiting = [(start, 0)]
    found.leads[_key(start, workflow)] = set()
    _see(found, start, workflow)
    while waiting:
        case, depth = waiting.pop(0)
        key = _key(case, workflow)
        for after, step in _after(case, edition, depth + 1):
            there = _key(after, workflow)
            found.leads[key].add(there)
            if step:
                found.steps.add(step.id)
            if there not in found.leads:
                found.leads[there] = set()
                _see(found, after, workflow)
                waiting.append((after, depth + 1))
                if len(found.leads) > MOST:
                    raise TooBigError
    return found


def _see(found: Tried, case: Case, workflow: Workflow) -> None:
    key = _key(case, workflow)
    found.states.add(case.state)
    found.closed[key] = workflow.states[case.state].closed
    found.running[key] = any(row["status"] in RUNNING for row in case.deadlines().values())


def _key(case: Case, workflow: Workflow) -> Key:
    answers = tuple(
        case.value(name) is not None and _said(case, name) for name in workflow.questions
    )
    clocks = tuple(row["status"] for _, row in sorted(case.deadlines().items()))[-1:]
    taken = tuple(
        bool(case.taken_on(step))
        for t in workflow.timescales.values()
        for step in (*t.met_by, *t.stops_if)
    )
    return (case.state, answers, clocks, taken)


def _said(case: Case, name: str) -> str:
    value = str(case.value(name))
    return "a day" if value[:2] == "20" else value


def _after(case: Case, edition: Edition, depth: int) -> Iterator[tuple[Case, Transition | None]]:
    workflow = edition.workflow
    for question in workflow.questions.values():
        for value in question.choices:
            draft = _draft(case, edition, depth)
            try:
                recording.record(draft, (Given(question.id, value),))
            except RefusedError:
                continue
            yield draft.case, None
    for step in workflow.from_state(case.state):
        for given in _ways_to_give(step, workflow):
            draft = _draft(case, edition, depth)
            try:
                taking.take(draft, taking.Step(step.id, given))
            except RefusedError:
                continue
            yield draft.case, step


def _ways_to_give(step: Transition, workflow: Workflow) -> Iterator[tuple[Given, ...]]:
    asked = [workflow.questions[name] for name in step.asks_anew]
    each = [(None, *question.choices) for question in asked]
    for values in product(*each):
        pairs = zip(asked, values, strict=True)
        yield tuple(Given(question.id, value) for question, value in pairs if value is not None)


def _opened(edition: Edition) -> Case:
    draft = _draft(Case("R-1", Rows()), edition, 0)
    opening.open_case(draft, ())
    return draft.case


def _draft(case: Case, edition: Edition, depth: int) -> Draft:
    rows = Rows()
    for name, table in case.rows.tables.items():
        rows.tables[name] = {key: dict(row) for key, row in table.items()}
    today = FIRST + depth * DAY
    now = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    actor = Actor("sam", "sam", "unit")
    context = Context("sample", now, today, actor, f"c{depth}", today.isoformat())
    return Draft(Case(case.ref, rows), edition, context, PEOPLE, CALENDAR, lambda n: b"\0" * n)
