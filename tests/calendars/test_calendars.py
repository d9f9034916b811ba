"""Working days against two independent lists, late bank holidays, and London's clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays as holidays_library
import pytest
from govuk_bank_holidays.bank_holidays import BankHolidays
from hypothesis import given
from hypothesis import strategies as st

from engine import calendars
from engine.calendars import (
    Calendar,
    at_local,
    load,
    local_date,
    overdue_from,
    parse_calendar,
)
from engine.dates import read_day
from engine.errors import ConfigError, UsageError
from engine.standing import standing_holidays

DAY = timedelta(days=1)
FIRST, LAST = date(2012, 1, 1), date(2028, 12, 31)
EVERY_DAY = [FIRST + i * DAY for i in range((LAST - FIRST).days + 1)]
ENGLAND = load("England and Wales")

some_day = st.dates(date(2012, 3, 1), date(2040, 6, 30))
some_number = st.integers(-30, 60)


@cache
def published() -> dict[date, str]:
    govuk = BankHolidays(use_cached_holidays=True)
    days = govuk.get_holidays(division=BankHolidays.ENGLAND_AND_WALES)
    return {
        day["date"]: day["title"].replace("\u2019", "'")
        for day in days
        if FIRST <= day["date"] <= LAST
    }


@cache
def holidays_of(year: int) -> set[date]:
    library = holidays_library.country_holidays("GB", subdiv="ENG", years=year)
    return {day for day in library if day.year == year and day.weekday() < 5}


def naive_working(day: date) -> bool:
    return day.weekday() < 5 and day not in holidays_of(day.year)


def naive_add(day: date, n: int) -> date:
    step = DAY if n > 0 else -DAY
    for _ in range(abs(n)):
        day += step
        while not naive_working(day):
            day += step
    return day


def test_the_list_is_that_of_gov_uk_with_its_titles_in_straight_quotation_marks():
    assert dict(ENGLAND.holidays) == published()


def test_the_list_is_that_of_a_second_independent_library():
    assert set(ENGLAND.holidays) == set().union(*map(holidays_of, range(2012, 2029)))


def test_every_day_of_the_published_years_is_working_or_not_as_both_lists_say():
    for day in EVERY_DAY:
        assert (
            ENGLAND.is_working(day)
            == naive_working(day)
            == (day.weekday() < 5 and day not in published())
        ), day


@pytest.mark.parametrize("n", [1, 2, 5, 10, 15, 20, 30, 70])
def test_adding_working_days_agrees_with_a_naive_loop_from_every_day(n):
    working = [day for day in (FIRST + i * DAY for i in range(6600)) if naive_working(day)]
    following = 0
    for day in EVERY_DAY:
        while working[following] <= day:
            following += 1
        assert ENGLAND.add_working_days(day, n) == working[following + n - 1], (day, n)


@pytest.mark.parametrize("n", [1, 2, 5, 7, 10, 15, 20])
def test_counting_back_agrees_with_a_naive_loop_from_every_day(n):
    for day in EVERY_DAY[60:]:
        assert ENGLAND.add_working_days(day, -n) == naive_add(day, -n), (day, n)


@given(some_day, some_number)
def test_counting_undoes_adding(day, n):
    assert ENGLAND.working_days_between(day, ENGLAND.add_working_days(day, n)) == n


@given(some_day, st.integers(1, 60))
def test_from_a_working_day_counting_back_undoes_counting_forward(day, n):
    start = ENGLAND.add_working_days(day, 1)
    assert ENGLAND.add_working_days(ENGLAND.add_working_days(start, n), -n) == start


@given(some_day, some_day)
def test_the_working_days_between_two_days_are_those_one_can_point_at(a, b):
    low, high = min(a, b), max(a, b)
    inside = [low + i * DAY for i in range((high - low).days + 1)]
    working = sum(map(ENGLAND.is_working, inside[1:] if a <= b else inside[:-1]))
    assert ENGLAND.working_days_between(a, b) == (working if a <= b else -working)


@given(some_day, st.integers(1, 40), st.integers(1, 40))
def test_adding_twice_is_adding_the_sum(day, n, m):
    twice = ENGLAND.add_working_days(ENGLAND.add_working_days(day, n), m)
    assert twice == ENGLAND.add_working_days(day, n + m)


published_day = st.dates(date(2012, 3, 1), LAST)


@given(published_day, published_day)
def test_what_is_overdue_is_so_many_working_days_late_as_have_come_since(today, last):
    left = ENGLAND.working_days_left(today, last)
    passed = [one for one in EVERY_DAY if min(today, last) < one <= max(today, last)]
    counted = sum(map(naive_working, passed))

    assert left == (counted if last >= today else -counted)


@pytest.mark.parametrize(
    ("today", "last", "left"),
    [
        ("2026-11-20", "2026-11-20", 0),
        ("2026-11-21", "2026-11-20", 0),
        ("2026-11-22", "2026-11-20", 0),
        ("2026-11-23", "2026-11-20", -1),
        ("2026-11-22", "2025-12-24", -229),
        ("2026-11-22", "2026-11-23", 1),
    ],
)
def test_a_weekend_makes_nothing_a_working_day_late(today, last, left):
    assert ENGLAND.working_days_left(read_day(today), read_day(last)) == left


def test_no_working_days_later_is_the_day_itself_even_on_a_sunday():
    assert ENGLAND.add_working_days(date(2026, 11, 22), 0) == date(2026, 11, 22)


def test_standing_rules_agree_with_a_library_for_the_rest_of_the_century():
    for year in range(2029, 2100):
        assert set(standing_holidays(year)) == holidays_of(year), year


def test_standing_rules_give_the_published_year_where_nothing_was_moved():
    for year in (2013, 2014, 2015, 2016, 2017, 2018, 2019, 2021, 2024, 2025, 2026, 2027, 2028):
        days = {day: title for day, title in ENGLAND.holidays.items() if day.year == year}
        assert standing_holidays(year) == days


def test_after_the_last_published_day_the_standing_rules_count_and_say_so():
    assert not ENGLAND.is_provisional(LAST)
    assert ENGLAND.is_provisional(LAST + DAY)
    assert ENGLAND.add_working_days(date(2029, 12, 24), 1) == date(2029, 12, 27)
    assert ENGLAND.why_not_counted(date(2029, 12, 25)) == (
        "Christmas Day (bank holiday, standing rules)"
    )


def test_a_day_far_beyond_the_table_is_counted_by_the_same_rules():
    far = date(2090, 12, 22)
    assert ENGLAND.add_working_days(far, 15) == naive_add(far, 15)
    assert ENGLAND.add_working_days(date(2040, 12, 20), 15) == naive_add(date(2040, 12, 20), 15)
    assert ENGLAND.working_days_between(far, naive_add(far, 15)) == 15
    assert ENGLAND.is_working(far) == naive_working(far)
    assert ENGLAND.why_not_working(date(2090, 12, 25)) == "Christmas Day (bank holiday)"
    assert ENGLAND.add_working_days(FIRST, 9999) == naive_add(FIRST, 9999)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: ENGLAND.is_working(date(2011, 12, 31)),
        lambda: ENGLAND.add_working_days(date(2011, 12, 31), 5),
        lambda: ENGLAND.add_working_days(date(2012, 1, 5), -5),
        lambda: ENGLAND.add_working_days(date(2012, 1, 3), -1),
        lambda: ENGLAND.working_days_between(date(2011, 1, 1), date(2016, 1, 1)),
        lambda: ENGLAND.working_days_between(date(2016, 1, 1), date(2011, 1, 1)),
        lambda: ENGLAND.with_holiday(date(2011, 1, 6), "Holiday", "other"),
    ],
)
def test_before_the_list_begins_every_question_is_refused(ask):
    with pytest.raises(UsageError, match="begins on Sun 1 Jan 2012"):
        ask()


def test_beyond_the_last_year_counting_is_refused():
    with pytest.raises(UsageError, match="not counted beyond the year 2199"):
        ENGLAND.add_working_days(date(2250, 1, 1), 5)


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-11-21", "Saturday"),
        ("2026-11-22", "Sunday"),
        ("2021-12-25", "Saturday"),
        ("2026-12-25", "Christmas Day (bank holiday)"),
        ("2020-05-08", "Early May bank holiday (VE day)"),
        ("2020-05-04", None),
        ("2022-05-30", None),
        ("2026-11-20", None),
    ],
)
def test_it_says_why_a_day_is_not_a_working_day(day, why):
    assert ENGLAND.why_not_working(read_day(day)) == why


def test_a_skipped_day_names_its_list_and_how_it_departs_from_the_usual():
    assert ENGLAND.why_not_counted(date(2026, 12, 28)) == (
        "Boxing Day, substitute day (bank holiday, gov.uk list england-and-wales-2026-11-22)"
    )
    assert ENGLAND.why_not_counted(date(2022, 6, 3)) == (
        "Platinum Jubilee bank holiday, one-off day (gov.uk list england-and-wales-2026-11-22)"
    )
    assert ENGLAND.why_not_counted(date(2026, 12, 26)) == "Saturday"
    assert ENGLAND.why_not_counted(date(2026, 12, 29)) is None


def test_every_day_off_has_a_reason_and_every_working_day_has_none():
    for day in EVERY_DAY:
        working = ENGLAND.is_working(day)
        assert (ENGLAND.why_not_working(day) is None) == working
        assert (ENGLAND.why_not_counted(day) is None) == working


def test_a_late_bank_holiday_makes_a_new_calendar_and_leaves_the_old_one():
    day = date(2027, 6, 18)
    late = ENGLAND.with_holiday(day, "Bank holiday for a victory", "england-and-wales-2027-06")
    assert ENGLAND.is_working(day)
    assert not late.is_working(day)
    assert late.version == "england-and-wales-2027-06"
    assert late.why_not_counted(day) == (
        "Bank holiday for a victory (gov.uk list england-and-wales-2027-06)"
    )
    assert late.add_working_days(date(2027, 6, 16), 5) == date(2027, 6, 24)
    assert ENGLAND.add_working_days(date(2027, 6, 16), 5) == date(2027, 6, 23)
    assert late != ENGLAND


def test_a_moved_bank_holiday_leaves_its_old_day_working():
    moved = ENGLAND.without_holiday(date(2027, 5, 3), "v2").with_holiday(
        date(2027, 5, 7), "Early May bank holiday", "v3"
    )
    assert moved.is_working(date(2027, 5, 3))
    assert not moved.is_working(date(2027, 5, 7))
    assert moved.add_working_days(date(2027, 4, 30), 5) == date(2027, 5, 10)


def test_a_late_bank_holiday_beyond_the_published_years_counts_too():
    late = ENGLAND.with_holiday(date(2030, 3, 6), "One-off day", "v2")
    assert not late.is_working(date(2030, 3, 6))
    assert late.is_provisional(date(2030, 3, 6))
    far = late.with_holiday(date(2050, 3, 9), "Another", "v3")
    assert far.add_working_days(date(2050, 3, 8), 1) == date(2050, 3, 10)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda: ENGLAND.with_holiday(date(2026, 12, 25), "X", "v2"), "no working day as it is"),
        (lambda: ENGLAND.with_holiday(date(2026, 12, 26), "X", "v2"), "no working day as it is"),
        (lambda: ENGLAND.with_holiday(date(2026, 12, 1), "X", ENGLAND.version), "of its own"),
        (lambda: ENGLAND.without_holiday(date(2026, 12, 1), "v2"), "no bank holiday on the list"),
    ],
)
def test_a_change_that_changes_nothing_is_refused(change, says):
    with pytest.raises(UsageError, match=says):
        change()


SMALL = """
version = "v1"
jurisdiction = "England and Wales"
first = 2026-01-01
last = 2026-12-31
[holidays]
2026-12-25 = "Christmas Day"
"""


def test_a_calendar_cannot_be_changed_through_what_it_was_made_from():
    days = {date(2026, 12, 25): "Christmas Day"}
    calendar = Calendar("v1", "England and Wales", days, date(2026, 1, 1), date(2026, 12, 31))
    days[date(2026, 12, 24)] = "Slipped in"
    assert date(2026, 12, 24) not in calendar.holidays
    with pytest.raises(TypeError):
        calendar.holidays[date(2026, 12, 24)] = "Slipped in"
    assert {calendar: "it can be a key"}[parse_calendar(SMALL, "my.toml")]


def test_an_instant_is_no_day():
    instant = datetime(2026, 6, 1, 23, 30, tzinfo=UTC)
    for ask in (
        lambda: ENGLAND.is_working(instant),
        lambda: ENGLAND.add_working_days(instant, 5),
        lambda: ENGLAND.working_days_between(instant, instant),
        lambda: at_local(instant, 9),
    ):
        with pytest.raises(UsageError, match="an instant, not a day"):
            ask()


def test_every_shipped_list_can_be_loaded_by_the_name_of_its_jurisdiction():
    files = list((Path(calendars.__file__).parent / "data" / "calendars").glob("*.toml"))
    assert len(files) == len(calendars.SHIPPED)
    for name in calendars.SHIPPED:
        calendar = load(name)
        assert calendar.jurisdiction == name
        assert "Banking and Financial Dealings Act 1971" in calendar.definition
        assert "gov.uk" in calendar.source
        assert (calendar.first, calendar.last) == (FIRST, LAST)


def test_an_unknown_jurisdiction_names_those_that_are_shipped():
    with pytest.raises(UsageError, match='"Wales"; there is one for England and Wales, Scotland'):
        load("Wales")


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ('version = "v1"', ""),
        ('version = "v1"', 'version = ""'),
        ("England and Wales", "Wales"),
        ("first = 2026-01-01", "first = 2027-01-01"),
        ("2026-12-25 =", "2026-12-32 ="),
        ("2026-12-25 =", "2025-12-25 ="),
        ("[holidays]", "[holydays]"),
        ("first = 2026-01-01", 'first = "soon"'),
        ('"Christmas Day"', '"Christmas Day'),
        ('"Christmas Day"', '"Christmas Day"\n[notes]\n2026-12-24 = "no such day"'),
    ],
)
def test_a_list_that_cannot_be_used_names_its_file(was, becomes):
    assert parse_calendar(SMALL, "my.toml").version == "v1"
    assert was in SMALL
    with pytest.raises(ConfigError, match=r"^my\.toml is not a calendar"):
        parse_calendar(SMALL.replace(was, becomes), "my.toml")


def test_at_half_past_eleven_in_june_it_is_tomorrow_in_london():
    assert local_date(datetime(2026, 6, 1, 23, 30, tzinfo=UTC)) == date(2026, 6, 2)
    assert local_date(datetime(2026, 12, 1, 23, 30, tzinfo=UTC)) == date(2026, 12, 1)
    west = timezone(timedelta(hours=-8))
    assert local_date(datetime(2026, 12, 1, 16, 30, tzinfo=west)) == date(2026, 12, 2)


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))
def test_every_instant_of_an_hour_has_the_day_that_the_zone_itself_gives(instant):
    assert local_date(instant) == instant.astimezone(ZoneInfo("Europe/London")).date()


def test_an_instant_without_a_time_zone_is_refused():
    with pytest.raises(UsageError, match="no time zone"):
        local_date(datetime(2026, 6, 1, 12, 0))


def test_nine_oclock_is_nine_oclock_in_summer_and_in_winter():
    assert at_local(date(2026, 6, 1), 9) == datetime(2026, 6, 1, 8, tzinfo=UTC)
    assert at_local(date(2026, 12, 1), 9) == datetime(2026, 12, 1, 9, tzinfo=UTC)
    assert at_local(date(2026, 6, 1), 9).tzinfo is UTC


def test_a_skipped_hour_is_counted_on_and_a_repeated_one_is_its_first():
    assert at_local(date(2026, 3, 29), 1, 30) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert at_local(date(2026, 10, 25), 1, 30) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("clock", [(0, 0), (1, 0), (1, 30), (9, 0), (23, 59)])
def test_no_local_day_is_lost_or_doubled_when_the_clocks_change(clock):
    for day in EVERY_DAY:
        assert local_date(at_local(day, *clock)) == day


def test_local_days_follow_one_another_without_gap_or_overlap():
    for day in EVERY_DAY:
        end = overdue_from(day)
        assert end == at_local(day + DAY, 0)
        assert local_date(end - timedelta(microseconds=1)) == day
        assert local_date(end) == day + DAY
