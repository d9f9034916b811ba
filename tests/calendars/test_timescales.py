"""The days that timescales and the moments of their notices lead to."""

from __future__ import annotations

import calendar as month_lengths
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendars import load
from engine.dates import parse_partial
from engine.errors import UsageError
from engine.timescales import (
    Moment,
    derivation_lines,
    due,
    due_between,
    due_on,
    moment_day,
    occurrence,
    parse,
    parse_moment,
    parse_question,
)
from tests.rules import rules

DAY = timedelta(days=1)
ENGLAND = load("England and Wales")

SIN = parse("within 5 working days of aware_on")
RAPID_REVIEW = parse("within 15 working days of notified_on")
COPY = parse("at least 7 calendar days before publication_planned_on")
COPY_BY_GUIDANCE = parse("at least 7 working days before publication_planned_on")
KEEP = parse("1 year after published_on")
SIX_MONTHS = parse("within 6 months of decided_on")
ONE_MONTH = parse("within one month beginning with aware_on")

some_day = st.dates(date(2015, 6, 1), date(2035, 12, 31))


def on(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("aware", "notify", "review", "review_from_awareness"),
    [
        ("2020-05-05", "2020-05-13", "2020-06-04", "2020-05-28"),
        ("2020-12-25", "2021-01-05", "2021-01-26", "2021-01-19"),
        ("2021-12-24", "2022-01-05", "2022-01-26", "2022-01-19"),
        ("2022-05-30", "2022-06-08", "2022-06-29", "2022-06-22"),
        ("2022-09-14", "2022-09-22", "2022-10-13", "2022-10-06"),
        ("2022-09-17", "2022-09-26", "2022-10-17", "2022-10-10"),
        ("2023-05-04", "2023-05-12", "2023-06-05", "2023-05-26"),
        ("2023-08-10", "2023-08-17", "2023-09-08", "2023-09-01"),
        ("2023-12-21", "2024-01-02", "2024-01-23", "2024-01-16"),
        ("2024-03-27", "2024-04-05", "2024-04-26", "2024-04-19"),
        ("2025-12-24", "2026-01-05", "2026-01-26", "2026-01-19"),
        ("2026-12-23", "2027-01-04", "2027-01-25", "2027-01-18"),
        ("2027-12-24", "2028-01-05", "2028-01-26", "2028-01-19"),
    ],
)
def test_notification_and_rapid_review_fall_on_the_known_days(
    aware, notify, review, review_from_awareness
):
    assert due_on(SIN, on(aware), ENGLAND) == on(notify)
    assert due_on(RAPID_REVIEW, on(notify), ENGLAND) == on(review)
    assert due_on(RAPID_REVIEW, on(aware), ENGLAND) == on(review_from_awareness)


@pytest.mark.parametrize(
    ("publish", "by_regulation", "by_guidance", "keep"),
    [
        ("2022-03-14", "2022-03-07", "2022-03-03", "2023-03-14"),
        ("2022-09-26", "2022-09-19", "2022-09-14", "2023-09-26"),
        ("2024-01-03", "2023-12-27", "2023-12-20", "2025-01-03"),
        ("2024-03-27", "2024-03-20", "2024-03-18", "2025-03-27"),
        ("2025-11-13", "2025-11-06", "2025-11-04", "2026-11-13"),
    ],
)
def test_copies_are_counted_back_from_publication_and_the_report_is_kept_for_a_year(
    publish, by_regulation, by_guidance, keep
):
    assert due_on(COPY, on(publish), ENGLAND) == on(by_regulation)
    assert due_on(COPY_BY_GUIDANCE, on(publish), ENGLAND) == on(by_guidance)
    assert due_on(KEEP, on(publish), ENGLAND) == on(keep)


@pytest.mark.parametrize(
    ("rule", "start", "end"),
    [
        (SIX_MONTHS, "2023-08-29", "2024-02-29"),
        (SIX_MONTHS, "2024-08-31", "2025-02-28"),
        (SIX_MONTHS, "2025-03-31", "2025-09-30"),
        (SIX_MONTHS, "2024-02-29", "2024-08-29"),
        (SIX_MONTHS, "2023-10-10", "2024-04-10"),
        (ONE_MONTH, "2023-05-15", "2023-06-14"),
        (ONE_MONTH, "2023-04-01", "2023-04-30"),
        (ONE_MONTH, "2024-01-31", "2024-02-29"),
        (ONE_MONTH, "2024-01-29", "2024-02-28"),
        (KEEP, "2024-02-29", "2025-02-28"),
        (parse("at least 1 month before x"), "2024-03-31", "2024-02-29"),
        (parse("within 1 year beginning with x"), "2024-02-29", "2025-02-28"),
        (parse("within 1 year beginning with x"), "2023-03-01", "2024-02-29"),
    ],
)
def test_months_end_on_the_corresponding_date_or_the_last_day_of_the_month(rule, start, end):
    assert due_on(rule, on(start), ENGLAND) == on(end)


@pytest.mark.parametrize(
    ("received", "publish", "statement", "newspaper"),
    [
        ("2022-09-12", "2022-10-25", "2022-12-20", "2022-10-12"),
        ("2023-12-01", "2024-01-17", "2024-03-13", "2023-12-31"),
        ("2024-02-14", "2024-03-27", "2024-05-28", "2024-03-15"),
    ],
)
def test_a_joint_area_review_counts_two_units_in_one_regulation(
    received, publish, statement, newspaper
):
    start = on(received)
    assert due_on(parse("within 30 working days of received_on"), start, ENGLAND) == on(publish)
    assert due_on(parse("within 70 working days of received_on"), start, ENGLAND) == on(statement)
    assert due_on(parse("within 30 calendar days of received_on"), start, ENGLAND) == on(newspaper)


@pytest.mark.parametrize("months", [1, 3, 6, 12, 13])
def test_months_agree_with_a_naive_loop_from_every_day(months):
    within = parse(f"within {months} months of x")
    inclusive = parse(f"within {months} months beginning with x")
    back = parse(f"at least {months} months before x")
    day = date(2015, 1, 1)
    while day.year < 2029:
        year, month = day.year, day.month
        earlier, of_earlier = day.year, day.month
        for _ in range(months):
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
            earlier, of_earlier = (earlier, of_earlier - 1) if of_earlier > 1 else (earlier - 1, 12)
        longest = month_lengths.monthrange(year, month)[1]
        corresponding = date(year, month, min(day.day, longest))
        assert due_on(within, day, ENGLAND) == corresponding
        assert due_on(inclusive, day, ENGLAND) == (
            corresponding if day.day > longest else corresponding - DAY
        )
        shortest = month_lengths.monthrange(earlier, of_earlier)[1]
        assert due_on(back, day, ENGLAND) == date(earlier, of_earlier, min(day.day, shortest))
        day += DAY


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("within 48 hours of x", "2026-12-23", "2026-12-25"),
        ("within 1 hour of x", "2026-12-23", "2026-12-24"),
        ("within 25 hours of x", "2026-12-23", "2026-12-25"),
        ("at least 25 hours before x", "2026-12-23", "2026-12-21"),
        ("within 6 weeks of x", "2026-12-23", "2027-02-03"),
        ("within 2 weeks beginning with x", "2026-12-23", "2027-01-05"),
        ("within 10 calendar days beginning with x", "2026-12-23", "2027-01-01"),
        ("within 1 calendar day beginning with x", "2026-12-23", "2026-12-23"),
        ("within 3 working days beginning with x", "2026-12-23", "2026-12-29"),
        ("within 1 working day beginning with x", "2026-12-23", "2026-12-23"),
        ("within 3 working days beginning with x", "2026-12-25", "2026-12-31"),
        ("within 1 working day of x", "2015-01-01", "2015-01-02"),
        ("within 1 working day beginning with x", "2015-01-01", "2015-01-02"),
        ("every 2 working days", "2026-12-24", "2026-12-30"),
        ("every 3 years", "2024-02-29", "2027-02-28"),
    ],
)
def test_each_unit_counts_in_its_own_way(text, start, end):
    assert due_on(parse(text), on(start), ENGLAND) == on(end)


def test_as_soon_as_practicable_sets_no_day_and_says_so():
    rule = parse("as soon as practicable after decided_on")
    assert due_on(rule, on("2026-12-23"), ENGLAND) is None
    shown = due(rule, on("2026-12-23"), ENGLAND)
    assert shown.due_on is None
    assert derivation_lines(shown) == [
        "Wed 23 Dec 2026   the day it happened",
        "No day is set: it is to be done as soon as practicable, and is never overdue.",
    ]
    assert due_between(rule, on("2020-12-01"), on("2020-12-31"), ENGLAND) is None


def test_a_holiday_on_the_last_day_moves_it_to_the_next_working_day():
    before = due_on(SIN, on("2027-06-11"), ENGLAND)
    late = ENGLAND.with_holiday(on("2027-06-18"), "Bank holiday for a victory", "v2")
    assert before == on("2027-06-18")
    assert due_on(SIN, on("2027-06-11"), late) == on("2027-06-21")
    assert "v2" in due(SIN, on("2027-06-11"), late).working_days


@given(rules(most=60), some_day, st.integers(0, 400))
def test_a_later_start_never_ends_earlier(rule, start, days):
    span = due_between(rule, start, start + days * DAY, ENGLAND)
    if span is None:
        assert rule.form == "as soon as practicable"
        return
    assert span[0] <= span[1]
    middle = due_on(rule, start + days // 2 * DAY, ENGLAND)
    assert middle is not None
    assert span[0] <= middle <= span[1]


def test_a_partial_start_gives_the_earliest_and_the_latest_end():
    start = parse_partial("2020-12")
    assert due_between(SIN, start.first, start.last, ENGLAND) == (
        on("2020-12-08"),
        on("2021-01-08"),
    )
    with pytest.raises(UsageError, match="give the earlier day first"):
        due_between(SIN, start.last, start.first, ENGLAND)


def test_a_monthly_rule_from_the_31st_does_not_slip_after_february():
    monthly, start = parse("every 1 month"), on("2025-12-31")
    times = [due_on(occurrence(monthly, no), start, ENGLAND) for no in (1, 2, 3)]
    assert times == [on("2026-01-31"), on("2026-02-28"), on("2026-03-31")]


@pytest.mark.parametrize(
    ("asked", "canonical", "end"),
    [
        ("15 working days after 2026-12-23", "15 working days after 2026-12-23", "2027-01-18"),
        (
            "at least 7 calendar days before 2024-03-27",
            "at least 7 calendar days before 2024-03-27",
            "2024-03-20",
        ),
        (
            "within 5 working days of 2020-12-25",
            "within 5 working days of 2020-12-25",
            "2021-01-05",
        ),
        ("6 months from 2023-08-29", "within 6 months of 2023-08-29", "2024-02-29"),
        (
            "one month beginning with 2023-05-15",
            "within 1 month beginning with 2023-05-15",
            "2023-06-14",
        ),
        (
            "7 working days before 2022-03-14",
            "at least 7 working days before 2022-03-14",
            "2022-03-03",
        ),
        (
            "5 working days before Mon 14 March 2022",
            "at least 5 working days before 2022-03-14",
            "2022-03-07",
        ),
        ("Two weeks from 23 December 2026", "within 2 weeks of 2026-12-23", "2027-01-06"),
    ],
)
def test_a_question_of_its_own_is_read_and_answered(asked, canonical, end):
    rule, start = parse_question(asked)
    assert rule.text == canonical
    assert rule.anchor == start.isoformat()
    assert due_on(rule, start, ENGLAND) == on(end)


def test_an_end_outside_the_calendar_is_refused():
    for text in ("within 9000 years of x", "at least 3000 years before x"):
        with pytest.raises(UsageError, match="outside the calendar"):
            due_on(parse(text), on("2026-12-23"), ENGLAND)
    with pytest.raises(UsageError, match="outside the calendar"):
        due_on(parse("within 9999 weeks of x"), date(9990, 1, 1), ENGLAND)


@pytest.mark.parametrize(
    "text",
    [
        *("within 5 working days of x", "within 5 weeks of x", "within 5 months of x"),
        *("within 5 months beginning with x", "within 5 hours of x"),
    ],
)
def test_an_instant_does_not_start_a_clock(text):
    with pytest.raises(UsageError, match="an instant, not a day"):
        due_on(parse(text), datetime(2026, 6, 1, 23, 30, tzinfo=UTC), ENGLAND)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2 working days before it is due", "2026-12-30"),
        ("1 working day after it was due", "2027-01-05"),
        ("3 working days after it starts", "2026-12-30"),
        ("on the day it is due", "2027-01-04"),
        ("the day before it is due", "2027-01-03"),
        ("the day after it was due", "2027-01-05"),
        ("on the day it starts", "2026-12-23"),
        ("the day after it starts", "2026-12-24"),
        ("two weeks before it is due", "2026-12-21"),
        ("1 month after it was due", "2027-02-04"),
        ("12 hours before it is due", "2027-01-03"),
        ("30 hours after it starts", "2026-12-25"),
        (" On the  day it is due ", "2027-01-04"),
    ],
)
def test_a_notice_is_told_from_the_day_it_is_due_or_starts(text, day):
    moment = parse_moment(text)
    assert moment_day(moment, on("2026-12-23"), on("2027-01-04"), ENGLAND) == on(day)
    assert parse_moment(moment.text) == moment


def test_a_notice_before_the_due_day_of_a_rule_without_one_is_refused():
    moment = parse_moment("2 working days before it is due")
    with pytest.raises(UsageError, match="needs a due day, and this timescale sets none"):
        moment_day(moment, on("2026-12-23"), None, ENGLAND)
    start = parse_moment("3 working days after it starts")
    assert moment_day(start, on("2026-12-23"), None, ENGLAND) == on("2026-12-30")
    assert start == Moment(3, "working days", "start", "3 working days after it starts")


def test_a_notice_before_a_due_day_that_is_not_set_says_from_what_to_count_instead():
    with pytest.raises(UsageError) as refused:
        moment_day(parse_moment("2 working days before it is due"), on("2026-03-02"), None, ENGLAND)
    assert str(refused.value) == (
        '"2 working days before it is due" needs a due day, and this timescale sets none; '
        'count from its start, as in "3 working days after it starts".'
    )
