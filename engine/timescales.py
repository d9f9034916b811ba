"""From the words of a timescale to the day it ends, with every day counted or skipped on the way.

Never moves a last day that falls on a day off, since nothing read allows it; it warns instead.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from engine.calendars import Calendar, TooEarlyError
from engine.dates import add_months, corresponding, long_day, not_a_day, short_day
from engine.errors import UsageError
from engine.grammar import (
    Form,
    Moment,
    Rule,
    Unit,
    length,
    occurrence,
    parse,
    parse_moment,
    parse_question,
    words,
)

__all__ = [
    "Due",
    "Form",
    "Moment",
    "Rule",
    "Step",
    "Unit",
    "answering",
    "basis_lines",
    "caution_lines",
    "convention",
    "day_lines",
    "derivation_lines",
    "due",
    "due_between",
    "due_on",
    "due_or_uncounted",
    "length",
    "moment_day",
    "occurrence",
    "parse",
    "parse_moment",
    "parse_question",
    "sets_no_day",
    "standing_in",
    "words",
]

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_DAY_ZERO: dict[Form, str] = {
    "within": "The day it happened is day 0, whatever the time of day",
    "beginning with": "The day it happened is the first day of the period",
    "before": "Counted back: the day itself is day 0",
    "every": "The day it starts is day 0",
    "after": "The day itself is day 0",
}
_HAPPENED = "the day it happened"
_STARTS: dict[Form, str] = {
    "within": "day 0, the day it happened",
    "beginning with": "the first day of the period",
    "before": "day 0, counted back from here",
    "as soon as practicable": "the day it happened",
    "every": "day 0, the day it starts",
    "after": "day 0",
}
_ENDS: dict[Form, str] = {
    "within": "the last day",
    "beginning with": "the last day",
    "before": "the latest day",
    "every": "the next time",
    "after": "the day it comes to",
}
_RESULTS: dict[Form, str] = {
    "within": "To be done by the end of",
    "beginning with": "To be done by the end of",
    "before": "To be done at the latest on",
    "every": "Next on",
    "after": "It comes to",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One day of a derivation."""

    day: date
    count: int | None
    """How many units have been counted by this day; None if the day itself is not counted."""
    note: str


@dataclass(frozen=True, slots=True)
class Due:
    """The day a rule leads to, with everything that led to it."""

    rule: Rule
    starts_on: date
    due_on: date | None
    convention: str
    """How it was counted, as a sentence."""
    steps: tuple[Step, ...]
    provisional: bool
    """Whether bank holidays that are not published yet were counted with."""
    warning: str
    """What to beware of, as a sentence; empty if nothing."""
    working_days: str
    """What a working day is and by which list, as a sentence; empty if none were counted."""


def due_on(rule: Rule, start: date, calendar: Calendar) -> date | None:
    """The last day the rule allows, or None where it sets no day.

    For `before` the latest day, for `every` the next time, for `after` the day it comes to. Hours
    count as whole days begun (48 hours are 2 days), because the start is a day and not a time.
    """
    if sets_no_day(rule):
        return None
    if rule.form == "beginning with":
        return _end_of_period(rule, start, calendar)
    number = -rule.number if rule.form == "before" else rule.number
    return _shift(start, number, rule.unit, calendar)


def due_between(
    rule: Rule, earliest: date, latest: date, calendar: Calendar
) -> tuple[date, date] | None:
    """The earliest and the latest day it can end, where the start is known only in part."""
    if earliest > latest:
        raise UsageError(f"{earliest} is after {latest}; give the earlier day first.")
    first, last = due_on(rule, earliest, calendar), due_on(rule, latest, calendar)
    return (first, last) if first and last else None


def sets_no_day(rule: Rule) -> bool:
    """Whether a rule leads to no day at all, however it is counted."""
    return rule.form == "as soon as practicable"


def due_or_uncounted(rule: Rule, start: date, calendar: Calendar) -> Due:
    """The same as `due`, or, where working days are not known, that the last day is not counted."""
    try:
        return due(rule, start, calendar)
    except TooEarlyError:
        return Due(
            rule=rule,
            starts_on=start,
            due_on=None,
            convention=convention(rule),
            steps=(Step(start, 0, _STARTS[rule.form]),),
            provisional=False,
            warning=f"Not counted: {calendar.begins}.",
            working_days="",
        )


def due(rule: Rule, start: date, calendar: Calendar) -> Due:
    """The last day the rule allows, with every day that was counted or skipped."""
    end = due_on(rule, start, calendar)
    counted = rule.unit == "working days"
    listed = f"{calendar.jurisdiction}, {calendar.listed_in} {calendar.version}"
    return Due(
        rule=rule,
        starts_on=start,
        due_on=end,
        convention=convention(rule),
        steps=_steps(rule, start, end, calendar),
        provisional=counted and calendar.is_provisional(max(start, end or start)),
        warning="" if end is None or counted else _warning(rule, start, end, calendar),
        working_days=f"A working day ({listed}) is {calendar.definition}." if counted else "",
    )


def answering(made: Due, ask: str) -> Due:
    """The same derivation, which starts on the day that is the answer to a question."""
    head = _STARTS[made.rule.form]
    if not ask or made.rule.form == "every":
        return made

    def said(step: Step) -> Step:
        off = step.note.removeprefix(head).removeprefix(": ")
        words_of = [word for word in (head.replace(_HAPPENED, "").rstrip(", "), off) if word]
        return replace(step, note=": ".join(filter(None, (", ".join(words_of), f'"{ask}"'))))

    steps = tuple(said(s) if s.note.startswith(head) else s for s in made.steps[:1])
    return replace(
        made,
        steps=(*steps, *made.steps[1:]),
        convention=made.convention.replace(_HAPPENED.capitalize(), "That day"),
    )


def standing_in(made: Due, why: str) -> Due:
    """The same derivation from a day that only stands in for the one that counts, and why."""
    first = [replace(one, note=one.note.replace(_HAPPENED, why)) for one in made.steps[:1]]
    return replace(
        made,
        steps=(*first, *made.steps[1:]),
        convention=made.convention.replace(_HAPPENED.capitalize(), "That day"),
    )


def convention(rule: Rule) -> str:
    """How the rule is counted, as a sentence; the guidance itself says nothing of it."""
    if sets_no_day(rule):
        return "No day is set: it is to be done as soon as practicable, and is never overdue."
    return f"{_DAY_ZERO[rule.form]}; {_counting(rule)}."


def derivation_lines(due: Due) -> list[str]:
    """The derivation day by day and what it comes to, in plain English."""
    return [*day_lines(due), *basis_lines(due), *caution_lines(due)]


def day_lines(due: Due) -> list[str]:
    """Every day that was counted or skipped, and the day that it comes to."""
    lines = [f"{short_day(step.day):<15}   {step.note}" for step in due.steps]
    return [*lines, f"{_RESULTS[due.rule.form]} {long_day(due.due_on)}."] if due.due_on else lines


def basis_lines(due: Due) -> list[str]:
    """How it was counted, and what a working day is where they were."""
    return [line for line in (due.convention, due.working_days) if line]


def caution_lines(due: Due) -> list[str]:
    """What to beware of."""
    standing = (
        "Provisional: not all bank holidays of this time are published; the standing rules "
        "were used."
    )
    return [line for line in (due.warning, standing if due.provisional else "") if line]


def moment_day(moment: Moment, starts_on: date, due_on: date | None, calendar: Calendar) -> date:
    """The day of a notice; a deadline that sets no day has only moments from its start."""
    base = due_on if moment.anchor == "due" else starts_on
    if base is None:
        raise UsageError(
            f'"{moment.text}" needs a due day, and this timescale sets none; '
            'count from its start, as in "3 working days after it starts".'
        )
    return _shift(base, moment.number, moment.unit, calendar)


def _shift(day: date, number: int, unit: Unit, calendar: Calendar) -> date:
    if unit == "working days":
        return calendar.add_working_days(day, number)
    if isinstance(day, datetime):
        raise not_a_day(day)
    if unit in ("months", "years"):
        return add_months(day, number * 12 if unit == "years" else number)
    try:
        return day + timedelta(days=_days(number, unit))
    except OverflowError:
        raise UsageError(f"{number} {unit} from {day} is outside the calendar.") from None


def _days(number: int, unit: Unit) -> int:
    """Whole days; a part of a day counts as one, away from the day it is counted from."""
    if unit == "hours":
        return number // 24 if number < 0 else -(-number // 24)
    return number * 7 if unit == "weeks" else number


def _end_of_period(rule: Rule, start: date, calendar: Calendar) -> date:
    """The last day of a period of which the start is the first day.

    For months the day before the corresponding date, or the last day of the month if that has no
    such date, as in Police, Crime, Sentencing and Courts Act 2022 s.27(8).
    """
    if rule.unit == "working days" and calendar.is_working(start):
        return calendar.add_working_days(start, rule.number - 1)
    if rule.unit not in ("months", "years"):
        whole = _shift(start, rule.number, rule.unit, calendar)
        return whole if rule.unit == "working days" else whole - _DAY
    day, exists = _corresponding(rule, start)
    return day - _DAY if exists else day


def _corresponding(rule: Rule, start: date) -> tuple[date, bool]:
    months = rule.number * 12 if rule.unit == "years" else rule.number
    return corresponding(start, -months if rule.form == "before" else months)


def _counting(rule: Rule) -> str:
    """The second half of a convention: how the unit is counted, and to where."""
    end, number = _ENDS[rule.form], rule.number
    said, later = length(number, rule.unit), "earlier" if rule.form == "before" else "later"
    if rule.unit in ("months", "years"):
        before = "the day before " if rule.form == "beginning with" else ""
        return (
            f"{end} is {before}the corresponding date {said} {later}, "
            "or the last day of that month if it has no such date"
        )
    end += " is the whole of" if rule.form in ("within", "beginning with") else " is"
    if rule.unit == "working days":
        return f"{end} working day {number}"
    if rule.unit == "hours":
        days = _days(number, "hours")
        return f"{end} calendar day {days} ({said}), because the start is a day and not a time"
    weeks = f" ({said})" if rule.unit == "weeks" else ""
    return f"{end} calendar day {_days(number, rule.unit)}{weeks}, and no day is skipped"


def _steps(rule: Rule, start: date, end: date | None, calendar: Calendar) -> tuple[Step, ...]:
    if end is None:
        return (Step(start, 0, _STARTS[rule.form]),)
    if rule.unit in ("working days", "calendar days"):
        return tuple(_walk(rule, start, calendar))
    return tuple(_leap(rule, start, end))


def _walk(rule: Rule, start: date, calendar: Calendar) -> list[Step]:
    """Every calendar day, counted or skipped."""
    working = rule.unit == "working days"
    forward = _DAY if rule.form != "before" else -_DAY
    steps, day, count = [], start, 0
    if rule.form == "beginning with":
        day -= forward
    else:
        off = calendar.why_not_counted(start) if working else None
        steps.append(Step(start, 0, _STARTS[rule.form] + (f": {off}" if off else "")))
    while count < rule.number:
        day += forward
        off = calendar.why_not_counted(day) if working else None
        if off:
            steps.append(Step(day, None, f"not counted: {off}"))
            continue
        count += 1
        last = f", {_ENDS[rule.form]}" if count == rule.number else ""
        steps.append(Step(day, count, f"{rule.unit[:-1]} {count}{last}"))
    return steps


def _leap(rule: Rule, start: date, end: date) -> list[Step]:
    """The start, the corresponding date where there is one, and the end."""
    said, later = length(rule.number, rule.unit), "earlier" if rule.form == "before" else "later"
    steps = [Step(start, 0, _STARTS[rule.form])]
    note = f"{said} {later}, {_ENDS[rule.form]}"
    if rule.unit == "hours":
        note = f"{said} {later}, counted as whole days, {_ENDS[rule.form]}"
    elif rule.unit in ("months", "years") and not _corresponding(rule, start)[1]:
        note += f": that month has no day {start.day}, so its last day stands"
    elif rule.form == "beginning with":
        steps.append(Step(end + _DAY, None, f"the corresponding day {said} {later}"))
        note = "the day before, the last day of the period"
    elif rule.unit in ("months", "years"):
        note = f"the corresponding date {note}"
    return [*steps, Step(end, rule.number, note)]


def _warning(rule: Rule, start: date, end: date, calendar: Calendar) -> str:
    """What to do about an end that falls on a day off; no rule that was read moves it."""
    off = calendar.why_not_working(end) if calendar.covers(end - _WEEK) else None
    if off is None:
        return ""
    falls = f"It falls on {'a ' if end.weekday() > 4 else ''}{off}; no rule that was read moves it"
    if rule.form in ("every", "after"):
        return f"{falls}."
    before = calendar.add_working_days(end, -1)
    if rule.form != "before" and before < start:
        return f"{falls}, so act at once."
    return f"{falls}, so act by {long_day(before)}."
