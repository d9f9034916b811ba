"""A calendar at its edges: the first and the last day, one day only, and what it refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from engine.calendars import Calendar, at_local, load
from engine.dates import read_day
from engine.errors import UsageError
from engine.standing import standing_holidays

DAY = timedelta(days=1)
FIRST, LAST = date(2012, 1, 1), date(2028, 12, 31)
ENGLAND = load("England and Wales")


def test_the_list_begins_with_its_first_day_and_counting_ends_with_its_last_year():
    assert ENGLAND.covers(FIRST)
    assert not ENGLAND.covers(FIRST - DAY)
    assert ENGLAND.working_days_between(FIRST, date(2012, 1, 3)) == 1
    assert ENGLAND.working_days_between(date(2012, 1, 2), FIRST) == 0
    assert ENGLAND.covers(date(2199, 12, 31))
    assert not ENGLAND.covers(date(2200, 1, 1))
    assert ENGLAND.add_working_days(date(2199, 6, 3), 1) == date(2199, 6, 4)
    with pytest.raises(UsageError, match="not counted beyond the year 2199"):
        ENGLAND.add_working_days(date(2200, 6, 2), 1)


def test_the_instant_among_two_days_is_the_one_that_is_refused():
    instant, day = datetime(2026, 6, 1, 23, 30, tzinfo=UTC), date(2026, 6, 5)
    for ask in (
        lambda: ENGLAND.working_days_between(instant, day),
        lambda: ENGLAND.working_days_between(day, instant),
        lambda: at_local(instant, 9),
    ):
        with pytest.raises(UsageError, match="2026-06-01 23:30"):
            ask()


def test_within_the_published_list_only_the_list_makes_a_holiday():
    bare = Calendar("v1", "England and Wales", {}, date(2026, 1, 1), date(2026, 12, 25))
    assert bare.is_working(date(2026, 12, 25))
    assert not bare.is_working(date(2026, 12, 28))


def test_a_list_of_one_day_is_a_list():
    one = date(2026, 12, 24)
    assert Calendar("v1", "England and Wales", {}, one, one).is_working(one)


def test_a_late_bank_holiday_may_be_the_first_day_of_the_list_or_the_last_of_the_table():
    monday = date(2026, 1, 5)
    small = Calendar("v1", "England and Wales", {}, monday, date(2026, 12, 31))
    assert not small.with_holiday(monday, "One-off day", "v2").is_working(monday)
    last = date(2038, 12, 31)
    assert small.is_working(last)
    assert not small.with_holiday(last, "One-off day", "v2").is_working(last)


def test_taking_one_holiday_off_the_list_leaves_what_is_said_of_the_others():
    moved = ENGLAND.without_holiday(date(2027, 5, 3), "v2")
    assert moved.why_not_counted(date(2026, 12, 28)) == (
        "Boxing Day, substitute day (bank holiday, gov.uk list v2)"
    )
    assert ENGLAND.without_holiday(date(2026, 12, 28), "v2").is_working(date(2026, 12, 28))


@pytest.mark.parametrize(
    ("year", "sunday"),
    [
        (1954, "1954-04-18"),
        (1981, "1981-04-19"),
        (2038, "2038-04-25"),
        (2049, "2049-04-18"),
        (2076, "2076-04-19"),
        (2100, "2100-03-28"),
        (2106, "2106-04-18"),
        (2199, "2199-04-14"),
    ],
)
def test_easter_falls_right_in_the_years_that_mislead_a_simpler_reckoning(year, sunday):
    titles = {title: day for day, title in standing_holidays(year).items()}
    assert titles["Good Friday"] == read_day(sunday) - 2 * DAY
    assert titles["Easter Monday"] == read_day(sunday) + DAY


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (
            lambda: Calendar("", "England and Wales", {}, FIRST, LAST),
            "A calendar needs a version, and its first day not after its last.",
        ),
        (
            lambda: Calendar("v1", "Wales", {}, FIRST, LAST),
            'The standing bank holidays of "Wales" are not known; '
            "only those of England and Wales, Scotland, Northern Ireland are.",
        ),
        (
            lambda: Calendar("v1", "England and Wales", {FIRST - DAY: "Early"}, FIRST, LAST),
            "2011-12-31 is before the list begins, or has a note but no title.",
        ),
        (
            lambda: ENGLAND.without_holiday(date(2027, 5, 3), ENGLAND.version),
            "A changed calendar needs a version of its own; give a new name.",
        ),
        (
            lambda: ENGLAND.is_working(date(2011, 12, 31)),
            "The list england-and-wales-2026-11-22 begins on Sun 1 Jan 2012; working days before "
            "that day are not known, so count them by hand and record the result.",
        ),
    ],
)
def test_what_a_calendar_refuses_it_says_in_a_sentence_with_what_to_do(make, says):
    with pytest.raises(UsageError) as refused:
        make()
    assert str(refused.value) == says
