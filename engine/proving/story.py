"""Tells a way through a process as a dated story, counted with the real working days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from engine.calendars import Calendar
from engine.dates import short_day
from engine.definition import Condition, Timescale, Transition, Variant, Workflow
from engine.guards import YES_OR_NO, clause
from engine.prose import people, quoted, series, with_article
from engine.proving.record import COMING, DONE, GIVEN, NOTHING, ONCE, PAST
from engine.proving.walking import Way
from engine.timescales import Rule, due_on, length, parse
from engine.written import BEGINS

MOST_STEPS = 8


@dataclass(frozen=True, slots=True)
class Diary:
    """One made-up case of a process, a step each working day."""

    workflow: Workflow
    calendar: Calendar
    begins: date = BEGINS

    def day(self, number: int) -> date:
        """The day of a step; that of the opening is number 0."""
        return self.calendar.add_working_days(self.begins, number)

    def tells(self, way: Way, *more: str) -> tuple[str, ...]:
        """The story of a way, and what there is to say at its end."""
        return (*self.steps(way), *more)

    def steps(self, way: Way) -> list[str]:
        """Each step of a way with its day; in the middle of a long way only how many there are."""
        title = self.workflow.states[way.states[0]].title
        lines = [f"On {short_day(self.begins)} a case is opened: {quoted(title)}."]
        numbered = list(enumerate(way.steps, 1))
        if len(numbered) <= MOST_STEPS:
            return lines + [self._step(*one) for one in numbered]
        between = len(numbered) - MOST_STEPS + 1
        lines += [self._step(*one) for one in numbered[:3]]
        lines.append(f"({between} more steps follow, one each working day.)")
        return lines + [self._step(*one) for one in numbered[3 + between :]]

    def last(self, way: Way) -> date:
        """The day of the last step of a way."""
        return self.day(len(way.steps))

    def _step(self, number: int, step: Transition) -> str:
        by = people(self.workflow, step.who, "or") if step.who else "nobody"
        return f"On {short_day(self.day(number))} {by}: {quoted(step.title)}."

    def due(self, timescale: Timescale, started: date, told_on: date | None = None) -> str:
        """That a timescale which started on a day is over, and when; or was over by another day."""
        variant = in_force(timescale, started)
        rule = parse(variant.due)
        name = quoted(timescale.title)
        if rule.form == "before":
            return self._counted_back(rule, started, name)
        end = due_on(rule, started, self.calendar)
        if end is None:
            return f"{name} runs from {short_day(started)}, to be done as soon as practicable."
        said = length(rule.number, rule.unit)
        are = "is" if rule.number == 1 else "are"
        if told_on and end < told_on:
            were = "was" if rule.number == 1 else "were"
            return f"The {said} of {name} {were} over on {short_day(end)}."
        return f"On {short_day(end)} the {said} of {name} {are} over."

    def _counted_back(self, rule: Rule, since: date, name: str) -> str:
        """What is due before a plan, of a plan for the first day by which that is still to come."""
        plan = plan_for(rule, since, self.calendar)
        while (end := due_on(rule, plan, self.calendar)) is not None and end <= since:
            plan += max(since - end, timedelta(1))
        assert end is not None
        planned = f"Counted back from a plan for {short_day(plan)}, {name}"
        return f"{planned} is due on {short_day(end)}, and that day goes by."

    def record(self, held: Iterable[tuple[str, Sequence[str]]]) -> str:
        """What is on record of these subjects, as a sentence."""
        said = [part for name, values in held if (part := self._held(name, values))]
        return f"On record by then: {'; '.join(said)}." if said else ""

    def _held(self, name: str, values: Sequence[str]) -> str:
        if name.startswith(ONCE):
            title = self.workflow.transitions[name.removeprefix(ONCE)].title
            return f"{quoted(title)} was done already" if DONE in values else ""
        question = self.workflow.questions.get(name)
        if question is None:
            title = quoted(self.workflow.children[name].title)
            open_ = any(value.startswith("some") for value in values)
            return f"a linked case {title} is {'open' if open_ else 'not open'}"
        chosen = question.choices or YES_OR_NO
        if values and all(value in chosen for value in values):
            return clause(Condition(name, "is", tuple(values)), self.workflow)
        known = {GIVEN: "answered", PAST: PAST, COMING: COMING, NOTHING: "not answered"}
        words = [known.get(value, quoted(value)) for value in values]
        return f"{quoted(question.ask)} is {series(words, 'or')}"


def plan_for(rule: Rule, since: date, calendar: Calendar) -> date:
    """A day to count back from, so that what is due before it is due about a given day."""
    return due_on(replace(rule, form="within"), since, calendar) or since


def in_force(timescale: Timescale, day: date) -> Variant:
    """The variant of a timescale that is in force on a day, or else its first."""
    said = day.isoformat()
    for variant in timescale.variants:
        if variant.holds_on(said):
            return variant
    return timescale.variants[0]


def who(workflow: Workflow, name: str) -> str:
    """A role or a group as it stands in a sentence."""
    known = workflow.roles.get(name) or workflow.groups.get(name)
    return with_article(known.title) if known else name
