"""The arithmetic of days against a second implementation: every day of every published year, in all
units, conventions and jurisdictions.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import get_args

import pytest

from engine.calendars import SHIPPED, Calendar, TooEarlyError, at_local, load, local_date
from engine.grammar import UNITS
from engine.timescales import (
    Form,
    Moment,
    Rule,
    due,
    due_on,
    moment_day,
    occurrence,
    parse,
    parse_moment,
)
from tests import second_count
from tests.second_count import DAY, FIRST, LAST, calendar_days, months, working_days

EVERY_DAY = [FIRST + n * DAY for n in range((LAST - FIRST).days + 1)]
FORMS = {
    "within": "within {} of x",
    "beginning with": "within {} beginning with x",
    "before": "at least {} before x",
    "every": "every {}",
    "after": "{} after x",
}
MOMENTS = {
    "before it is due": ("before", "due"),
    "after it was due": ("within", "due"),
    "after it starts": ("within", "start"),
}
"""How the moment of a notice is said, each with how it is counted and from which day."""
CLASSES = [(0, 0), (0, 30), (1, 0), (1, 30), (2, 0), (9, 0), (17, 0), (23, 59)]
HOUR = timedelta(hours=1)


@cache
def shipped(name: str) -> Calendar:
    return load(name)


def rule(form: str, number: int, unit: str) -> Rule:
    made = parse(FORMS[form].format(f"{number} {unit if number > 1 else unit[:-1]}"))
    assert (made.form, made.number, made.unit) == (form, number, unit)
    return made


def test_every_form_of_a_timescale_and_every_unit_is_compared_or_sets_no_day() -> None:
    assert {*FORMS, "as soon as practicable"} == set(get_args(Form))
    assert {"working days", "months", "years", *(unit for _, unit, _ in LENGTHS)} == set(UNITS)


def test_the_days_that_are_compared_are_those_of_seventeen_years() -> None:
    assert (len(EVERY_DAY), EVERY_DAY[0].year, EVERY_DAY[-1].year) == (6210, 2012, 2028)
    assert set(second_count.DIVISIONS) == set(SHIPPED)
    assert all((shipped(name).first, shipped(name).last) == (FIRST, LAST) for name in SHIPPED)


@pytest.mark.parametrize("jurisdiction", SHIPPED)
def test_every_day_is_a_working_day_or_not_as_the_second_count_has_it(jurisdiction: str) -> None:
    calendar, known = shipped(jurisdiction), second_count.table(jurisdiction)

    assert [day for day in EVERY_DAY if calendar.is_working(day) != (day in known.working)] == []


@pytest.mark.parametrize("jurisdiction", SHIPPED)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("number", [1, 2, 5, 10, 15, 20])
def test_working_days_come_to_the_same_day_from_every_day(
    jurisdiction: str, form: str, number: int
) -> None:
    calendar, counted = shipped(jurisdiction), rule(form, number, "working days")
    differ, unknown = [], 0
    for day, expected in working_days(jurisdiction, form, number):
        try:
            found = due_on(counted, day, calendar)
        except TooEarlyError:
            found, unknown = None, unknown + 1
        if found != expected:
            differ.append((day, expected, found))

    assert differ == []
    # Only counting back runs out of the list, and only in its first weeks.
    assert (unknown > 0) == (form == "before")
    assert unknown <= 31


@pytest.mark.parametrize("jurisdiction", SHIPPED)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("number", "unit", "times"),
    [(1, "months", 1), (3, "months", 1), (6, "months", 1), (1, "years", 12), (2, "years", 12)],
)
def test_months_and_years_come_to_the_same_day_from_every_day(
    jurisdiction: str, form: str, number: int, unit: str, times: int
) -> None:
    calendar, counted = shipped(jurisdiction), rule(form, number, unit)
    every = months(form, number * times)

    assert [day for day, expected in every if due_on(counted, day, calendar) != expected] == []


LENGTHS = [
    (1, "calendar days", 1),
    (7, "calendar days", 7),
    (28, "calendar days", 28),
    (1, "weeks", 7),
    (6, "weeks", 42),
    (24, "hours", 1),
    (36, "hours", 2),
    (48, "hours", 2),
]
# A period of hours does not begin with a day, and the grammar refuses it.
COUNTED = [
    (form, *length)
    for form in FORMS
    for length in LENGTHS
    if (form, length[1]) != ("beginning with", "hours")
]


@pytest.mark.parametrize("jurisdiction", SHIPPED)
@pytest.mark.parametrize(("form", "number", "unit", "days"), COUNTED)
def test_calendar_days_weeks_and_hours_come_to_the_same_day_from_every_day(
    jurisdiction: str, form: str, number: int, unit: str, days: int
) -> None:
    calendar, counted = shipped(jurisdiction), rule(form, number, unit)
    every = calendar_days(form, days)

    assert [day for day, expected in every if due_on(counted, day, calendar) != expected] == []


def moment(number: int, unit: str, tail: str) -> Moment:
    made = parse_moment(f"{number} {unit if number > 1 else unit[:-1]} {tail}")
    assert (abs(made.number), made.unit, made.anchor) == (number, unit, MOMENTS[tail][1])
    return made


@pytest.mark.parametrize("jurisdiction", SHIPPED)
@pytest.mark.parametrize("tail", MOMENTS)
def test_the_moment_of_a_notice_comes_to_the_same_day_from_every_day(
    jurisdiction: str, tail: str
) -> None:
    calendar, (form, anchor) = shipped(jurisdiction), MOMENTS[tail]
    far = date(2040, 1, 2)
    for number, unit in ((1, "working days"), (5, "working days"), (3, "calendar days")):
        told = moment(number, unit, tail)
        every: Iterator[tuple[date, date | None]] = calendar_days(form, number)
        if unit == "working days":
            every = working_days(jurisdiction, form, number)
        for day, expected in every:
            start, due_day = (far, day) if anchor == "due" else (day, far)
            if expected is not None:
                assert moment_day(told, start, due_day, calendar) == expected, day


@pytest.mark.parametrize("jurisdiction", SHIPPED)
def test_what_is_left_of_working_days_is_the_same_from_every_day(jurisdiction: str) -> None:
    calendar = shipped(jurisdiction)
    for day, later, number in second_count.left(jurisdiction, 47):
        assert calendar.working_days_between(day, later) == number, (day, later)


def test_the_nth_month_of_a_recurring_time_is_counted_from_its_first_start() -> None:
    calendar, monthly = shipped("England and Wales"), rule("every", 1, "months")
    for number in (2, 3, 12, 25):
        nth = occurrence(monthly, number)
        every = months("every", number)
        assert [day for day, found in every if due_on(nth, day, calendar) != found] == []


def test_what_is_to_be_done_as_soon_as_practicable_has_no_day_of_any_start() -> None:
    calendar, counted = shipped("Scotland"), parse("as soon as practicable after x")

    assert {due_on(counted, day, calendar) for day in EVERY_DAY} == {None}


@pytest.mark.parametrize(("hour", "minute"), CLASSES)
def test_a_time_of_any_day_is_of_that_day_whatever_the_clocks_do(hour: int, minute: int) -> None:
    for day in EVERY_DAY:
        instant = second_count.utc(day, hour, minute)
        assert at_local(day, hour, minute) == instant, day
        assert local_date(instant) == day, day


def test_the_last_and_the_first_minute_of_every_day_belong_to_it_and_no_minute_is_lost() -> None:
    for day in EVERY_DAY:
        midnight = second_count.utc(day, 0, 0)
        assert local_date(midnight - timedelta(microseconds=1)) == day - DAY, day
        length = (second_count.utc(day + DAY, 0, 0) - midnight) // HOUR
        assert length in (23, 24, 25), day
        assert {local_date(midnight + n * HOUR) for n in range(length)} == {day}, day


@pytest.mark.parametrize("jurisdiction", SHIPPED)
def test_what_is_told_of_a_count_day_by_day_comes_to_the_same_day(jurisdiction: str) -> None:
    calendar, counted = shipped(jurisdiction), rule("within", 15, "working days")
    known = second_count.table(jurisdiction)
    for day, expected in list(working_days(jurisdiction, "within", 15))[::7]:
        made = due(counted, day, calendar)
        told = [step.day for step in made.steps if step.count]
        assert made.due_on == expected
        assert told == sorted(told)
        assert (len(told), told[-1], set(told) <= known.working) == (15, expected, True)
