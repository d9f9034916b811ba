"""Whether something was done in time, and how late, where days are known only in part."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendars import load
from engine.dates import PartialDate, parse_partial, said, when
from engine.grammar import Rule
from engine.punctuality import Punctuality, of_deadline, punctuality
from engine.punctuality import said as said_of
from engine.timescales import due_between, due_on, parse
from tests.rules import rules

ENGLAND = load("England and Wales")
NOTIFY = parse("within 5 working days of aware_on")
PUBLISH = parse("within 6 months of decided_on")
KEEP = parse("1 year after published_on")

some_day = st.dates(date(2016, 1, 1), date(2030, 12, 31))
intervals = st.builds(
    lambda first, days: PartialDate("", first, first + timedelta(days)),
    some_day,
    st.integers(0, 40),
)


def on(text: str) -> date:
    return date.fromisoformat(text)


def days(interval: PartialDate) -> list[date]:
    length = (interval.last - interval.first).days
    return [interval.first + timedelta(at) for at in range(length + 1)]


def found(rule: Rule, start: str, done: str) -> str:
    """What is said of a rule whose start and whose end are known so far."""
    known = parse_partial(start)
    due = due_between(rule, known.first, known.last, ENGLAND)
    assert due is not None
    one = punctuality(rule, due, parse_partial(done), ENGLAND)
    assert one is not None
    return said_of(one)


def how_late(rule: Rule, due: date, done: PartialDate) -> list[int | None]:
    """How many days late on each day that it may have been done, counted one by one; None if in
    time.
    """
    count, day, found = 0, min(due, done.first), list[int | None]()
    while day <= done.last:
        count += day > due and (rule.unit != "working days" or is_working(day))
        if day >= done.first:
            found.append(count if day > due else None)
        day += timedelta(1)
    return found


is_working = cache(ENGLAND.is_working)


@given(rules(most=30), intervals, intervals)
def test_what_is_said_is_what_every_pair_of_days_that_may_be_says_together(
    rule: Rule, start: PartialDate, done: PartialDate
) -> None:
    due = due_between(rule, start.first, start.last, ENGLAND)
    if due is None or rule.form == "after":
        return
    one = punctuality(rule, due, done, ENGLAND)
    ends = {due_on(rule, day, ENGLAND) for day in days(start)}
    late = [days for end in ends if end for days in how_late(rule, end, done)]

    assert one is not None
    if None not in late:
        assert one.verdict == "late"
    else:
        assert one.verdict == ("in time" if set(late) == {None} else "in time or late")
    assert one.least == min(each or 0 for each in late)
    assert one.most == max(each or 0 for each in late)
    assert one.unit == ("working days" if rule.unit == "working days" else "calendar days")


@pytest.mark.parametrize(
    ("start", "done", "says"),
    [
        ("2019-03", "2019-03", "in time or up to 15 working days late"),
        ("2019-03", "2019-04", "in time or up to 35 working days late"),
        ("2019-03", "2019-05", "between 16 and 56 working days late"),
        ("2019-03", "2019-03-08", "in time"),
        ("2019-03", "2019-03-11", "in time or up to 1 working day late"),
        ("2019-03", "2019-03-10", "in time or less than a working day late"),
        ("2019-03", "2018", "in time"),
        ("2019-03-04", "2019-03", "in time or up to 14 working days late"),
        ("2019-03-04", "2019-03-11", "in time"),
        ("2019-03-04", "2019-03-12", "1 working day late"),
        ("2019-03-01", "2019-03-09", "less than a working day late"),
        ("2019-03-01", "2019-04", "between 16 and 35 working days late"),
        ("2018-12", "2019-01-11", "between 3 and 22 working days late"),
        ("2019-03-28", "2019-04-05", "1 working day late"),
    ],
)
def test_how_late_a_notification_was_is_said_as_far_as_the_days_are_known(
    start: str, done: str, says: str
) -> None:
    assert found(NOTIFY, start, done) == says


def test_where_a_late_day_may_be_the_day_after_the_last_it_is_up_to_so_many_days_late() -> None:
    due = on("2019-03-08"), on("2019-03-08")
    done = PartialDate("", on("2019-03-09"), on("2019-03-12"))
    one = punctuality(NOTIFY, due, done, ENGLAND)

    assert one == Punctuality("late", 0, 2, "working days")
    assert said_of(one) == "up to 2 working days late"


def test_what_is_counted_in_months_is_late_by_calendar_days() -> None:
    assert found(PUBLISH, "2023-10-10", "2025-11-13") == "582 calendar days late"
    assert found(PUBLISH, "2023-10-10", "2024-04-11") == "1 calendar day late"
    assert found(PUBLISH, "2023-10", "2025-11") == "between 550 and 608 calendar days late"
    assert found(PUBLISH, "2023", "2023-12") == "in time or up to 183 calendar days late"


def test_what_is_to_last_until_a_day_is_neither_in_time_nor_late() -> None:
    day = on("2023-03-14")

    assert punctuality(KEEP, (day, day), parse_partial("2024"), ENGLAND) is None


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"due_on": "2019-03-08", "met_on": "2019-03-08"}, "in time"),
        ({"due_on": "2019-03-08", "met_on": "2019-03-11T16:02"}, "1 working day late"),
        (
            {"due_from": "2019-03-08", "due_to": "2019-04-05", "met_on": "2019-04"},
            "in time or up to 35 working days late",
        ),
        ({"due_from": "2019-03-08", "due_to": "2019-04-05"}, None),
        ({"due_on": "2019-03-08"}, None),
        ({"met_on": "2019-03-08"}, None),
    ],
)
def test_of_a_deadline_that_has_no_day_or_is_not_met_nothing_is_said(
    columns: dict[str, Any], says: str | None
) -> None:
    row = dict.fromkeys(("due_on", "due_from", "due_to", "met_on")) | columns
    one = of_deadline(NOTIFY, row, ENGLAND)

    assert (one and said_of(one)) == says


@pytest.mark.parametrize(
    ("text", "plain", "short"),
    [
        ("2019-03-04", "on 4 March 2019", "on Mon 4 Mar 2019"),
        ("2019-03-04T09:30:00Z", "on 4 March 2019", "on Mon 4 Mar 2019"),
        ("2019-03", "in March 2019", "in March 2019"),
        ("2019", "in 2019", "in 2019"),
    ],
)
def test_something_happened_on_a_day_and_in_a_month_or_a_year(
    text: str, plain: str, short: str
) -> None:
    assert (when(text), when(text, short=True)) == (plain, short)
    assert f"on {said(text)}" == plain or f"in {said(text)}" == plain
