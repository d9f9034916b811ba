"""Days as people write them, read and said again; months and their ends are in timescales."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.dates import iso, long_day, parse_partial, read_day, short_day
from engine.errors import UsageError


def test_days_are_said_in_english_whatever_the_machine_speaks():
    assert short_day(date(2026, 12, 3)) == "Thu 3 Dec 2026"
    assert long_day(date(2026, 12, 3)) == "Thursday 3 December 2026"


@given(st.dates())
def test_a_day_is_kept_in_the_form_that_sorts_and_that_is_read_again(day):
    assert iso(day) == day.isoformat() == iso(day)


@pytest.mark.parametrize(
    "text",
    [
        *("2026-12-03", "3 December 2026", "03 Dec 2026", " Thu 3 Dec 2026", "3  dec 2026"),
        *("Thursday, 3 December 2026", "Thurs 3 Dec. 2026"),
    ],
)
def test_a_day_is_read_in_any_british_way(text):
    assert read_day(text) == date(2026, 12, 3)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_a_day_that_is_said_is_read_back(day):
    assert read_day(short_day(day)) == read_day(long_day(day)) == read_day(str(day)) == day


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is not a date"),
        ("soon", "is not a date"),
        ("3/12/2026", "could be 3 December or 12 March"),
        ("20261203", "is not a date as it stands"),
        ("2026-W49-4", "is not a date"),
        ("2026-12-03T10:00", "is not a date"),
        ("26-12-03", "is not a date"),
        ("2026-1-3", "is not a date"),
        ("\u0662\u0660\u0662\u0666-12-03", "is not a date"),
        ("December 3 2026", "is not a date"),
        ("Thu December 2026", "is not a date"),
        ("2026-02-30", "does not exist"),
        ("31 June 2026", "does not exist"),
        ("2026-13", "does not exist"),
        ("0026-12-03", "outside the years 1900 to 2199"),
        ("Monday 13 November 2025", "that day is a Thursday"),
        ("2026-12", "names no single day"),
        ("2026", "names no single day"),
    ],
)
def test_what_is_not_a_day_is_refused_in_a_sentence(text, says):
    with pytest.raises(UsageError, match=says):
        read_day(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("23/11/2026", "write 2026-11-23 or 23 November 2026"),
        ("23.11.2026", "write 2026-11-23 or 23 November 2026"),
        (" 23-11-2026", "write 2026-11-23 or 23 November 2026"),
        ("11/23/2026", "write 2026-11-23 or 23 November 2026"),
        ("05/05/2026", "write 2026-05-05 or 5 May 2026"),
        ("2026/3/5", "write 2026-03-05 or 5 March 2026"),
        ("2026-3-5", "write 2026-03-05 or 5 March 2026"),
        ("23rd November 2026", "write 2026-11-23 or 23 November 2026"),
        ("November 23, 2026", "write 2026-11-23 or 23 November 2026"),
        ("05/03/2026", "could be 5 March or 3 May; write 2026-03-05 or 2026-05-03."),
        ("20261203", "write 2026-12-03 or 3 December 2026"),
    ],
)
def test_a_day_that_is_written_otherwise_is_turned_round_and_no_other_day_is_named(text, meant):
    with pytest.raises(UsageError) as refused:
        read_day(text)
    assert meant in str(refused.value)
    assert "23 December" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    ["soon", "", "30/02/2026", "31/31/2026", "23/11/26", "23 November", "0/0/2026", "2026-12"],
)
def test_of_what_is_no_day_no_sample_day_is_named(text):
    with pytest.raises(UsageError) as refused:
        read_day(text)
    assert "YYYY-MM-DD" in str(refused.value)
    assert not re.search(r"[12]\d\d\d-\d\d", str(refused.value).replace(f'"{text}"', ""))


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.sampled_from("/. -"))
def test_a_british_day_in_numbers_is_always_among_the_days_that_are_named(day, mark):
    with pytest.raises(UsageError, match=day.isoformat()):
        read_day(f"{day.day:02}{mark}{day.month:02}{mark}{day.year}")


@pytest.mark.parametrize(
    ("text", "first", "last", "canonical"),
    [
        ("2020", "2020-01-01", "2020-12-31", "2020"),
        ("2020-12", "2020-12-01", "2020-12-31", "2020-12"),
        ("2020-02", "2020-02-01", "2020-02-29", "2020-02"),
        ("December 2020", "2020-12-01", "2020-12-31", "2020-12"),
        ("Sept 2020", "2020-09-01", "2020-09-30", "2020-09"),
        ("25 December 2020", "2020-12-25", "2020-12-25", "2020-12-25"),
        ("2020-12-25", "2020-12-25", "2020-12-25", "2020-12-25"),
    ],
)
def test_a_partial_date_is_the_interval_of_days_it_can_be(text, first, last, canonical):
    partial = parse_partial(text)
    assert (partial.first, partial.last) == (read_day(first), read_day(last))
    assert str(partial) == canonical
    assert partial.exact == (first == last)
    assert parse_partial(str(partial)) == partial
