"""The derivation of a due day: each day counted or skipped, the convention, the warnings."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendars import Calendar, load
from engine.timescales import (
    answering,
    convention,
    derivation_lines,
    due,
    due_on,
    parse,
    parse_question,
)
from tests.rules import rules

DAY = timedelta(days=1)
ENGLAND = load("England and Wales")

SIN = parse("within 5 working days of aware_on")
COPY = parse("at least 7 calendar days before publication_planned_on")
COPY_BY_GUIDANCE = parse("at least 7 working days before publication_planned_on")
KEEP = parse("1 year after published_on")
SIX_MONTHS = parse("within 6 months of decided_on")
ONE_MONTH = parse("within one month beginning with aware_on")

some_day = st.dates(date(2015, 6, 1), date(2035, 12, 31))


def on(text: str) -> date:
    return date.fromisoformat(text)


@given(rules(most=60), some_day)
def test_the_derivation_ends_on_the_due_day(rule, start):
    shown = due(rule, start, ENGLAND)
    assert shown.due_on == due_on(rule, start, ENGLAND)
    if shown.due_on:
        assert shown.steps[-1].day == shown.due_on
        assert shown.steps[-1].count == rule.number


@given(rules(most=60).filter(lambda rule: rule.unit.endswith(" days")), some_day)
def test_every_day_of_a_count_is_shown_once_counted_or_with_its_reason(rule, start):
    steps = due(rule, start, ENGLAND).steps
    step = -DAY if rule.form == "before" else DAY
    assert [each.day for each in steps] == [start + i * step for i in range(len(steps))]
    counts = [each.count for each in steps if each.count]
    assert counts == list(range(1, rule.number + 1))
    for each in steps:
        if each.count is None:
            assert each.note == f"not counted: {ENGLAND.why_not_counted(each.day)}"
        elif each.count:
            assert rule.unit == "calendar days" or ENGLAND.is_working(each.day)


def test_a_derivation_reads_day_by_day_with_the_source_of_each_skipped_day():
    rule, start = parse_question("within 5 working days of 23 December 2026")
    assert derivation_lines(due(rule, start, ENGLAND)) == [
        "Wed 23 Dec 2026   day 0, the day it happened",
        "Thu 24 Dec 2026   working day 1",
        "Fri 25 Dec 2026   not counted: Christmas Day (bank holiday, gov.uk list "
        "england-and-wales-2026-11-22)",
        "Sat 26 Dec 2026   not counted: Saturday",
        "Sun 27 Dec 2026   not counted: Sunday",
        "Mon 28 Dec 2026   not counted: Boxing Day, substitute day (bank holiday, gov.uk list "
        "england-and-wales-2026-11-22)",
        "Tue 29 Dec 2026   working day 2",
        "Wed 30 Dec 2026   working day 3",
        "Thu 31 Dec 2026   working day 4",
        "Fri 1 Jan 2027    not counted: New Year's Day (bank holiday, gov.uk list "
        "england-and-wales-2026-11-22)",
        "Sat 2 Jan 2027    not counted: Saturday",
        "Sun 3 Jan 2027    not counted: Sunday",
        "Mon 4 Jan 2027    working day 5, the last day",
        "To be done by the end of Monday 4 January 2027.",
        "The day it happened is day 0, whatever the time of day; "
        "the last day is the whole of working day 5.",
        "A working day (England and Wales, gov.uk list england-and-wales-2026-11-22) is "
        f"{ENGLAND.definition}.",
    ]


def test_a_start_on_a_day_off_is_day_0_and_says_why_it_is_off():
    steps = due(SIN, on("2022-09-17"), ENGLAND).steps
    assert steps[0].note == "day 0, the day it happened: Saturday"
    assert [step.day for step in steps if step.count == 1] == [on("2022-09-20")]


def test_a_month_derivation_is_short_and_shows_where_the_date_is_missing():
    assert [(step.day, step.note) for step in due(SIX_MONTHS, on("2024-08-31"), ENGLAND).steps] == [
        (on("2024-08-31"), "day 0, the day it happened"),
        (
            on("2025-02-28"),
            "6 months later, the last day: that month has no day 31, so its last day stands",
        ),
    ]
    assert [(step.day, step.note) for step in due(ONE_MONTH, on("2023-05-15"), ENGLAND).steps] == [
        (on("2023-05-15"), "the first day of the period"),
        (on("2023-06-15"), "the corresponding day 1 month later"),
        (on("2023-06-14"), "the day before, the last day of the period"),
    ]


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (
            SIN,
            "The day it happened is day 0, whatever the time of day; the last day is the whole "
            "of working day 5.",
        ),
        (
            COPY,
            "Counted back: the day itself is day 0; the latest day is calendar day 7, and no "
            "day is skipped.",
        ),
        (
            ONE_MONTH,
            "The day it happened is the first day of the period; the last day is the day "
            "before the corresponding date 1 month later, or the last day of that month "
            "if it has no such date.",
        ),
        (
            parse("within 48 hours of x"),
            "The day it happened is day 0, whatever the time of day; "
            "the last day is the whole of calendar day 2 (48 hours), "
            "because the start is a day and not a time.",
        ),
        (
            parse("every 6 weeks"),
            "The day it starts is day 0; the next time is calendar day 42 "
            "(6 weeks), and no day is skipped.",
        ),
        (
            parse("at least 1 month before x"),
            "Counted back: the day itself is day 0; the latest day is the corresponding date "
            "1 month earlier, or the last day of that month if it has no such date.",
        ),
    ],
)
def test_the_convention_is_a_sentence(rule, says):
    assert convention(rule) == says


@pytest.mark.parametrize(
    ("rule", "start", "says"),
    [
        (
            COPY,
            "2022-09-26",
            "It falls on Bank Holiday for the State Funeral of Queen Elizabeth II;"
            " no rule that was read moves it, so act by Friday 16 September 2022.",
        ),
        (SIX_MONTHS, "2026-08-01", ""),
        (
            SIX_MONTHS,
            "2026-07-31",
            "It falls on a Sunday; no rule that was read moves it, "
            "so act by Friday 29 January 2027.",
        ),
        (KEEP, "2025-11-22", "It falls on a Sunday; no rule that was read moves it."),
        (
            parse("within 1 calendar day of x"),
            "2026-11-21",
            "It falls on a Sunday; no rule that was read moves it, so act at once.",
        ),
        (COPY, "2026-11-27", ""),
        (SIN, "2026-11-27", ""),
        (COPY, "2012-01-14", ""),
        (COPY, "2010-01-10", ""),
    ],
)
def test_an_end_on_a_day_off_is_kept_and_warned_of(rule, start, says):
    shown = due(rule, on(start), ENGLAND)
    assert shown.warning == says
    assert (says in derivation_lines(shown)) == bool(says)


def test_a_count_into_unpublished_years_is_provisional():
    assert not due(SIN, on("2028-12-20"), ENGLAND).provisional
    assert due(SIN, on("2028-12-27"), ENGLAND).provisional
    assert due(COPY_BY_GUIDANCE, on("2029-01-05"), ENGLAND).provisional
    assert not due(COPY, on("2029-01-05"), ENGLAND).provisional
    assert derivation_lines(due(SIN, on("2028-12-27"), ENGLAND))[-1].startswith("Provisional: ")


def test_a_calendar_without_a_definition_still_says_what_a_working_day_is():
    bare = Calendar("v1", "England and Wales", {}, on("2026-01-01"), on("2026-12-31"))
    assert due(SIN, on("2026-06-01"), bare).working_days == (
        "A working day (England and Wales, published list v1) is "
        "a weekday that is not a bank holiday."
    )


@pytest.mark.parametrize(
    ("rule", "start", "steps"),
    [
        (
            "within 48 hours of x",
            "2026-03-02",
            [
                ("2026-03-02", 0, "day 0, the day it happened"),
                ("2026-03-04", 48, "48 hours later, counted as whole days, the last day"),
            ],
        ),
        (
            "within 2 weeks of x",
            "2026-03-02",
            [
                ("2026-03-02", 0, "day 0, the day it happened"),
                ("2026-03-16", 2, "2 weeks later, the last day"),
            ],
        ),
        (
            "within 2 weeks beginning with x",
            "2026-03-02",
            [
                ("2026-03-02", 0, "the first day of the period"),
                ("2026-03-16", None, "the corresponding day 2 weeks later"),
                ("2026-03-15", 2, "the day before, the last day of the period"),
            ],
        ),
        (
            "within 2 months of x",
            "2026-01-15",
            [
                ("2026-01-15", 0, "day 0, the day it happened"),
                ("2026-03-15", 2, "the corresponding date 2 months later, the last day"),
            ],
        ),
        (
            "at least 2 months before x",
            "2026-03-15",
            [
                ("2026-03-15", 0, "day 0, counted back from here"),
                ("2026-01-15", 2, "the corresponding date 2 months earlier, the latest day"),
            ],
        ),
        (
            "1 year after x",
            "2025-11-22",
            [
                ("2025-11-22", 0, "day 0"),
                ("2026-11-22", 1, "the corresponding date 1 year later, the day it comes to"),
            ],
        ),
        (
            "1 year after x",
            "2024-02-29",
            [
                ("2024-02-29", 0, "day 0"),
                (
                    "2025-02-28",
                    1,
                    "1 year later, the day it comes to: that month has no day 29, so its last "
                    "day stands",
                ),
            ],
        ),
        (
            "every 1 week",
            "2026-03-07",
            [
                ("2026-03-07", 0, "day 0, the day it starts"),
                ("2026-03-14", 1, "1 week later, the next time"),
            ],
        ),
        (
            "as soon as practicable after x",
            "2026-03-02",
            [("2026-03-02", 0, "the day it happened")],
        ),
    ],
)
def test_what_is_not_counted_in_days_shows_where_it_begins_and_where_it_ends(rule, start, steps):
    shown = due(parse(rule), on(start), ENGLAND)
    assert shown.starts_on == on(start)
    assert [(str(step.day), step.count, step.note) for step in shown.steps] == steps


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (
            KEEP,
            "The day itself is day 0; the day it comes to is the corresponding date 1 year later, "
            "or the last day of that month if it has no such date.",
        ),
        (
            parse("within 5 working days beginning with x"),
            "The day it happened is the first day of the period; the last day is the whole of "
            "working day 5.",
        ),
    ],
)
def test_the_convention_names_the_date_of_a_year_and_the_whole_of_a_first_day(rule, says):
    assert convention(rule) == says


@pytest.mark.parametrize(
    ("rule", "start", "says"),
    [
        ("every 1 week", "2026-03-07", "It falls on a Saturday; no rule that was read moves it."),
        (
            "within 1 week of x",
            "2026-03-27",
            "It falls on Good Friday (bank holiday); no rule that was read moves it, "
            "so act by Thursday 2 April 2026.",
        ),
        (
            "within 1 week of x",
            "2026-03-28",
            "It falls on a Saturday; no rule that was read moves it, "
            "so act by Thursday 2 April 2026.",
        ),
        (
            "within 2 calendar days of x",
            "2026-11-20",
            "It falls on a Sunday; no rule that was read moves it, "
            "so act by Friday 20 November 2026.",
        ),
    ],
)
def test_a_warning_names_the_day_off_and_the_last_day_on_which_one_can_still_act(rule, start, says):
    assert due(parse(rule), on(start), ENGLAND).warning == says


def test_a_provisional_derivation_ends_by_saying_what_it_was_counted_by():
    assert derivation_lines(due(SIN, on("2028-12-27"), ENGLAND))[-1] == (
        "Provisional: not all bank holidays of this time are published; the standing rules were "
        "used."
    )


@pytest.mark.parametrize(
    ("rule", "note"),
    [
        ("within 3 working days of x", 'day 0: "When was it known?"'),
        ("within 3 hours of x", 'day 0: "When was it known?"'),
        ("within 3 months beginning with x", 'the first day of the period: "When was it known?"'),
        (
            "at least 3 calendar days before x",
            'day 0, counted back from here: "When was it known?"',
        ),
        ("as soon as practicable after x", '"When was it known?"'),
        ("every 1 month", "day 0, the day it starts"),
        ("3 months after x", 'day 0: "When was it known?"'),
    ],
)
def test_day_0_is_told_by_the_question_that_it_answers(rule: str, note: str) -> None:
    made = due(parse(rule), on("2026-03-02"), ENGLAND)
    told = answering(made, "When was it known?")
    assert told.steps[0].note == note
    assert "it happened" not in " ".join(derivation_lines(told))
    assert told.steps[1:] == made.steps[1:]


def test_day_0_on_a_day_off_is_told_as_one_beside_its_question() -> None:
    sunday = due(parse("within 3 working days of x"), on("2026-03-01"), ENGLAND)
    assert answering(sunday, "Known?").steps[0].note == 'day 0, Sunday: "Known?"'
