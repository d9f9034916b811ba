"""The words of timescales, notices and questions: what is read, what is refused, and how."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UsageError
from engine.grammar import parse, parse_moment, parse_question, words
from tests.rules import rules, units


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("within five working days of aware_on", "within 5 working days of aware_on"),
        ("  Within  5\tworking\n days of aware_on ", "within 5 working days of aware_on"),
        ("within 5\u00a0working days of aware_on", "within 5 working days of aware_on"),
        ("within 1 working days of x2", "within 1 working day of x2"),
        ("within twelve month beginning with a", "within 12 months beginning with a"),
        ("at least ONE week before x", "at least 1 week before x"),
        ("as soon as practicable after x", "as soon as practicable after x"),
        ("every 12 months", "every 12 months"),
        ("every one month", "every 1 month"),
        ("3 years after x", "3 years after x"),
    ],
)
def test_a_rule_is_read_whatever_its_spacing_and_said_in_one_way(text, canonical):
    assert parse(text).text == canonical


@given(rules())
def test_the_words_of_a_rule_are_read_back_as_the_same_rule(rule):
    assert parse(words(rule)) == rule
    assert rule.text == words(rule)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("within 7 days of x", 'say "7 calendar days" or "7 working days"'),
        ("at least 7 days before x", 'say "7 calendar days" or "7 working days"'),
        ("within one day of x", 'say "1 calendar day" or "1 working day"'),
        ("7 days", 'say "7 calendar days" or "7 working days"'),
        ("within 5 working days after x", 'did you mean "within 5 working days of x"?'),
        ("5 working days of x", 'did you mean "within 5 working days of x"?'),
        ("5 working days before x", 'did you mean "at least 5 working days before x"?'),
        ("6 months from x", 'did you mean "within 6 months of x"?'),
        ("one month beginning with x", 'did you mean "within 1 month beginning with x"?'),
        ("within 1 month beginning x", 'did you mean "within 1 month beginning with x"?'),
        ("", 'where nothing stands, a number from 1 to 9999 is expected; say it as one of "with'),
        ("soon", 'where "soon" stands, a number'),
        ("within 0 weeks of x", 'where "0" stands, a number'),
        ("within -5 weeks of x", 'where "-5" stands, a number'),
        ("within 10000 weeks of x", 'where "10000" stands, a number'),
        ("within \u0665 weeks of x", "stands, a number"),
        ("within 5", "where nothing stands, a unit is expected: hours, calendar days"),
        ("within 5 fortnights of x", 'where "fortnights" stands, a unit is expected'),
        ("within 5 business days of x", 'where "business" stands, a unit is expected'),
        ("within 5 weeks", "say it as one of"),
        ("within 5 weeks of", "where nothing stands, the name of one date"),
        ("within 5 weeks of 2026-12-23", 'where "2026-12-23" stands, the name of one date'),
        ("within 5 weeks of x or y", 'where "x or y" stands, the name of one date'),
        ("within 5 weeks of Aware", 'where "Aware" stands, the name of one date'),
        ("within 5 weeks of _x", 'where "_x" stands, the name of one date'),
        ("as soon as practicable", "say it as one of"),
        ("every 1 month of x", 'leave out "of x"'),
        ("within 24 hours beginning with x", "hours does not begin with a day"),
    ],
)
def test_words_that_are_no_timescale_are_refused_with_a_suggestion(text, says):
    with pytest.raises(UsageError) as refused:
        parse(text)
    assert says in str(refused.value)
    assert str(refused.value).startswith(f'"{text}" cannot be read: ')
    assert "\n" not in str(refused.value)


@given(st.text(alphabet="within of before after 5 days month beg_x\u00a0", max_size=60))
def test_any_words_are_read_or_refused_and_nothing_else(text):
    for read in (parse, parse_question, parse_moment):
        with suppress(UsageError):
            read(text)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("5 days after 2026-12-23", 'say "5 calendar days" or "5 working days"'),
        ("5 working days after", "is not a date; write it as YYYY-MM-DD"),
        ("5 working days after 23/12/2026", "is not a date"),
        ("5 working days after Monday 13 November 2025", "that day is a Thursday"),
        ("5 working days after 2026-12", "names no single day"),
        ("5 working days since 2026-12-23", '"15 working days after 2026-12-23"'),
        ("tomorrow", 'where "tomorrow" stands, a number'),
    ],
)
def test_a_question_that_cannot_be_read_is_refused_in_a_sentence(asked, says):
    with pytest.raises(UsageError) as refused:
        parse_question(asked)
    assert says in str(refused.value)


@given(
    st.integers(1, 9999),
    units,
    st.sampled_from(["before it is due", "after it was due", "after it starts"]),
)
def test_the_words_of_a_moment_are_read_back_as_the_same_moment(number, unit, tail):
    moment = parse_moment(f"{number} {unit} {tail}")
    assert parse_moment(moment.text) == moment
    assert abs(moment.number) == number


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("7 days before it is due", 'say "7 calendar days" or "7 working days"'),
        ("2 weeks after it is due", '"1 working day after it was due"'),
        ("soon before it is due", '"2 working days before it is due"'),
        ("2 working days early before it is due", '"2 working days before it is due"'),
        ("before it is due", '"2 working days before it is due"'),
        ("", '"2 working days before it is due"'),
    ],
)
def test_words_that_are_no_moment_are_refused_with_examples(text, says):
    with pytest.raises(UsageError) as refused:
        parse_moment(text)
    assert says in str(refused.value)
