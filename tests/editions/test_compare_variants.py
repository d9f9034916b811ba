"""Rules over time are compared by the days on which both hold, and judged for each stretch."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.changes import Change, compare, flipped
from engine.changes.lengths import strictness
from engine.definition import Basis, TimeFrom, Variant
from engine.loading import load
from tests.worlds import SAMPLE

INCIDENT = load(SAMPLE)
GUIDANCE = TimeFrom("statutory guidance", "should", "Sample guidance")
BEGAN = Basis("the guidance was published", "recalled")


def rule(
    days: int, since: str = "", until: str = "", unit: str = "working days", **parts: Any
) -> Variant:
    due = f"within {days} {unit} of aware_on"
    return Variant(due, GUIDANCE, "second-hand", since=since, until=until, **parts)


def edition(*variants: Variant) -> Any:
    one = INCIDENT.timescales["notification"]._replace(variants=variants)
    return replace(INCIDENT, timescales={**INCIDENT.timescales, "notification": one})


def told(old: tuple[Variant, ...], new: tuple[Variant, ...]) -> list[tuple[str, str]]:
    changes = compare(edition(*old), edition(*new))
    assert all(one.part == "law" for one in changes)
    return [(one.verdict, short(one)) for one in changes]


def short(one: Change) -> str:
    head, _, what = one.what.removeprefix('The timescale "Notify the Panel"').rpartition(": ")
    return f"{head.removeprefix(', for what starts ')}: {what}"


WHAT = "what is allowed, and from when it counts"
TODAY = (rule(5, "2018-06-29", "2023-12-14"), rule(5, "2023-12-15"))


def test_a_rule_that_is_longer_from_a_day_on_is_looser_for_what_starts_from_then_on() -> None:
    newer = (*TODAY[:1], rule(5, "2023-12-15", "2026-12-31"), rule(8, "2027-01-01"))
    found = compare(edition(*TODAY), edition(*newer))
    assert [(one.verdict, short(one)) for one in found] == [
        ("looser", f"on Fri 1 Jan 2027 or later: {WHAT}")
    ]
    assert found[0].was.startswith("within 5 working days of ")
    assert found[0].now.startswith("within 8 working days of ")


def test_a_rule_that_is_shorter_for_a_while_is_stricter_for_that_while() -> None:
    newer = (
        *TODAY[:1],
        rule(5, "2023-12-15", "2024-12-31"),
        rule(3, "2025-01-01", "2025-06-30"),
        rule(5, "2025-07-01"),
    )
    assert told(TODAY, newer) == [("stricter", f"from Wed 1 Jan 2025 to Mon 30 Jun 2025: {WHAT}")]


def test_a_rule_that_holds_longer_is_looser_where_it_allows_more_than_what_it_replaces() -> None:
    old = (rule(8, "2018-06-29", "2023-12-14"), rule(5, "2023-12-15"))
    new = (rule(8, "2018-06-29", "2024-06-30"), rule(5, "2024-07-01"))
    days = "from Fri 15 Dec 2023 to Sun 30 Jun 2024"
    assert told(old, new) == [("looser", f"{days}: {WHAT}")]
    assert told(new, old) == [("stricter", f"{days}: {WHAT}")]


def test_what_is_stricter_comes_before_what_is_looser_within_one_timescale() -> None:
    newer = (rule(8, "2018-06-29", "2022-12-31"), rule(3, "2023-01-01"))
    assert [verdict for verdict, _ in told(TODAY, newer)] == ["stricter", "looser"]
    assert told(TODAY, newer)[0][1].startswith("on Sun 1 Jan 2023 or later: ")


def test_a_day_that_no_rule_governs_any_more_is_looser_and_one_that_is_governed_now_stricter() -> (
    None
):
    later = (rule(5, "2019-01-01"),)
    assert told(TODAY, later) == [("looser", f"from Fri 29 Jun 2018 to Mon 31 Dec 2018: {WHAT}")]
    assert told(later, TODAY)[0][0] == "stricter"
    assert compare(edition(*TODAY), edition(*later))[0].now == "nothing"


def test_a_rule_without_dates_is_compared_with_one_that_has_them() -> None:
    assert told((rule(5),), (rule(8, "2018-06-29"),)) == [
        ("looser", f"on Thu 28 Jun 2018 or earlier: {WHAT}"),
        ("looser", f"on Fri 29 Jun 2018 or later: {WHAT}"),
    ]


def test_what_has_changed_alike_on_all_days_is_told_once() -> None:
    newer = (rule(8, "2018-06-29", "2023-12-14"), rule(8, "2023-12-15"))
    assert told(TODAY, newer) == [("looser", f": {WHAT}")]


def test_the_authority_and_how_far_it_is_confirmed_are_told_for_their_own_days() -> None:
    act = TimeFrom("act", "must", "Sample Act s.1(2)")
    newer = (*TODAY[:1], rule(5, "2023-12-15", "2026-12-31"))
    last = rule(5, "2027-01-01")._replace(time_from=act, confirmed="recalled", note="Not read.")
    found = compare(edition(*TODAY), edition(*newer, last))
    days = "on Fri 1 Jan 2027 or later"
    assert [(one.part, one.verdict, short(one)) for one in found] == [
        ("law", "stricter", f"{days}: what sets its time"),
        ("law", "other", f"{days}: how far its source is confirmed"),
        ("words", "other", f"{days}: the note on it"),
    ]


def test_what_only_divides_time_otherwise_is_told_once_and_is_neither() -> None:
    split = (*TODAY[:1], rule(5, "2023-12-15", "2024-12-31"), rule(5, "2025-01-01"))
    [(verdict, what)] = told(TODAY, split)
    assert (verdict, what) == (
        "other",
        ": its rules, each with the days on which a clock must start for it",
    )


def test_what_made_a_rule_begin_is_told_where_time_is_divided_otherwise() -> None:
    newer = (rule(5, "2018-06-29", "2023-12-14"), rule(8, "2023-12-16", began=BEGAN))
    verdicts = {what: verdict for verdict, what in told(TODAY, newer)}
    assert verdicts[": what made its rules begin and end"] == "other"
    [one] = [one for one in compare(edition(*TODAY), edition(*newer)) if one.at.endswith("began")]
    assert one.was == "nothing"
    assert one.now == "from 16 December 2023: the guidance was published (recalled)"
    # One day is left without a rule.
    assert verdicts[f"on Fri 15 Dec 2023 alone: {WHAT}"] == "looser"


def test_rules_of_which_it_cannot_be_told_are_neither() -> None:
    from_another_day = rule(5, "2025-01-01")._replace(due="within 5 working days of notified_on")
    newer = (*TODAY[:1], rule(5, "2023-12-15", "2024-12-31"), from_another_day)
    assert told(TODAY, newer) == [("other", f"on Wed 1 Jan 2025 or later: {WHAT}")]


@pytest.mark.parametrize(
    "due",
    [
        "within 15 working days of aware_on",
        "within one month beginning with sent_on",
        "at least 7 calendar days before aware_on",
        "every 1 month",
    ],
)
def test_a_time_that_sets_no_day_any_more_is_looser(due: str) -> None:
    at_once = "as soon as practicable after aware_on"
    assert strictness(due, at_once) == "looser"
    assert strictness(at_once, due) == "stricter"
    assert strictness(at_once, "as soon as practicable after sent_on") == "other"


def test_a_variant_that_changes_on_its_own_days_says_for_which() -> None:
    newer = (TODAY[0], rule(8, "2023-12-15"))
    assert told(TODAY, newer) == [("looser", f"on Fri 15 Dec 2023 or later: {WHAT}")]


FIRST = date(2020, 1, 1)
LENGTHS = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 40)), min_size=1, max_size=4)


def laid_out(lengths: list[tuple[int, int]]) -> tuple[Variant, ...]:
    """Variants one after the other, each with its working days and the days that it holds."""
    made, since = [], FIRST
    for days, held in lengths:
        until = since + timedelta(held - 1)
        made.append(rule(days, since.isoformat(), until.isoformat()))
        since = until + timedelta(1)
    return (*made[:-1], made[-1]._replace(until=""))


@given(old=LENGTHS, new=LENGTHS)
def test_each_day_is_told_as_stricter_or_looser_exactly_where_its_own_rule_is(
    old: list[tuple[int, int]], new: list[tuple[int, int]]
) -> None:
    before, after = laid_out(old), laid_out(new)
    there, back = told(before, after), told(after, before)
    assert sorted(there) == sorted((flipped(v), what) for v, what in back)  # type: ignore[arg-type]
    wanted = set()
    for number in range(200):
        day = (FIRST + timedelta(number)).isoformat()
        one, two = (next(v for v in rules if v.holds_on(day)) for rules in (before, after))
        was, now = (int(v.due.split()[1]) for v in (one, two))
        if was != now:
            wanted.add("looser" if now > was else "stricter")
    assert {verdict for verdict, _ in there} - {"other"} == wanted
    rank = [("stricter", "looser", "other").index(verdict) for verdict, _ in there]
    assert rank == sorted(rank)


@pytest.mark.parametrize("broken", ["2023-12-15 x", "9999-12-31"])
def test_days_that_are_no_days_are_told_all_the_same(broken: str) -> None:
    newer = (TODAY[0], TODAY[1]._replace(until=broken))
    assert told(TODAY, newer)
