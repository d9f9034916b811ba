from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from engine import calendars
from engine.definition import Variant
from engine.edition import Edition
from engine.loading import find
from engine.timescales import due_on
from tests.histories import PROCESS, deadlines, done, explained, opened, shown
from tests.offices import Office
from tests.shared import loaded
from tests.workflows.test_partial_days import printed

WORKFLOW = loaded(find(PROCESS))
EDITION = Edition(WORKFLOW)
CALENDAR = calendars.load("England and Wales")
ALWAYS = date(2016, 1, 1)

WT18, WT23, WT26 = "Working Together 2018", "Working Together 2023", "Working Together 2026"
AWARE, SENT, DECIDED = "aware_on", "notified_on", "practice_review_decided_on"

LAW: dict[str, list[tuple[str, str, str, str, str]]] = {
    "notification": [
        ("2018-06-28", "", "", "", ""),
        ("2018-06-29", WT18, AWARE, "2018-07-06", "second-hand"),
        ("2020-03-29", WT18, AWARE, "2020-04-03", "second-hand"),
        ("2020-03-30", WT18, AWARE, "2020-04-06", "second-hand"),
        ("2020-05-05", WT18, AWARE, "2020-05-13", "second-hand"),
        ("2022-09-14", WT18, AWARE, "2022-09-22", "second-hand"),
        ("2023-12-14", WT18, AWARE, "2023-12-21", "second-hand"),
        ("2023-12-15", WT23, AWARE, "2023-12-22", "second-hand"),
        ("2026-03-18", WT23, AWARE, "2026-03-25", "second-hand"),
        ("2026-03-19", WT26, AWARE, "2026-03-26", "disputed"),
        ("2026-11-20", WT26, AWARE, "2026-11-27", "disputed"),
    ],
    "rapid_review": [
        ("2018-06-28", "", "", "", ""),
        ("2018-06-29", "A partnership's older page", AWARE, "2018-07-20", "disputed"),
        ("2020-03-29", "A partnership's older page", AWARE, "2020-04-21", "disputed"),
        ("2020-03-30", "The relaxation of March 2020", AWARE, "", "second-hand"),
        ("2020-09-25", "The relaxation of March 2020", AWARE, "", "second-hand"),
        ("2020-09-26", "A partnership's older page", AWARE, "2020-10-16", "disputed"),
        ("2020-12-25", "A partnership's older page", AWARE, "2021-01-19", "disputed"),
        ("2022-08-31", "A partnership's older page", AWARE, "2022-09-22", "disputed"),
        (
            "2022-09-01",
            "The national Panel's guidance of September",
            SENT,
            "2022-09-23",
            "disputed",
        ),
        (
            "2025-05-31",
            "The national Panel's guidance of September",
            SENT,
            "2025-06-20",
            "disputed",
        ),
        (
            "2025-06-01",
            "The national Panel's guidance of June 2025",
            SENT,
            "2025-06-20",
            "disputed",
        ),
        (
            "2026-11-20",
            "The national Panel's guidance of June 2025",
            SENT,
            "2026-12-11",
            "disputed",
        ),
    ],
    "practice_review_published": [
        ("2018-06-29", WT18, DECIDED, "2018-12-29", "second-hand"),
        ("2020-03-29", WT18, DECIDED, "2020-09-29", "second-hand"),
        ("2020-03-30", "The relaxation of March 2020", DECIDED, "", "second-hand"),
        ("2020-09-26", WT18, DECIDED, "2021-03-26", "second-hand"),
        ("2023-08-29", WT18, DECIDED, "2024-02-29", "second-hand"),
        ("2024-08-31", WT23, DECIDED, "2025-02-28", "second-hand"),
        ("2026-06-01", WT26, DECIDED, "2026-12-01", "disputed"),
    ],
    "care_leaver_death": [
        ("2023-12-14", "", "", "", ""),
        ("2023-12-15", "Working Together 2023 asks", AWARE, "2023-12-22", "second-hand"),
    ],
    "copy_of_report": [
        ("2018-06-28", "", "", "", ""),
        ("2022-09-26", "SI 2018/789 reg 16(1)", "publication_planned_on", "2022-09-19", "read"),
    ],
    "copy_of_report_by_guidance": [
        ("2020-06-01", WT18, "publication_planned_on", "2020-05-20", "disputed"),
        ("2022-09-26", WT18, "publication_planned_on", "2022-09-14", "recalled"),
        ("2024-03-27", WT23, "publication_planned_on", "2024-03-18", "recalled"),
    ],
}
"""Of each clock, by the day that starts it: whose rule governs it, which date it counts from, the
day that it gives (none where it sets none), and how far its time is confirmed."""

ROWS = [(name, *row) for name, rows in LAW.items() for row in rows]


@pytest.mark.parametrize(("clock", "day", "source", "anchor", "due", "confirmed"), ROWS)
def test_the_day_that_starts_a_clock_chooses_its_rule(
    clock: str, day: str, source: str, anchor: str, due: str, confirmed: str
) -> None:
    found = EDITION.variant(WORKFLOW.timescales[clock], day)

    if found is None:
        assert source == ""
        return
    rule = EDITION.rule(found.due)
    gives = due_on(rule, date.fromisoformat(day), CALENDAR)
    assert source
    assert found.time_from.source.startswith(source)
    assert (rule.anchor, gives.isoformat() if gives else "") == (anchor, due)
    assert found.confirmed == confirmed


def every_dated_variant() -> list[tuple[str, Variant]]:
    processes = (WORKFLOW, *WORKFLOW.children.values())
    timescales = [one for process in processes for one in process.timescales.values()]
    return [(one.id, v) for one in timescales for v in one.variants if v.since or v.until]


def test_every_day_has_at_most_one_rule_and_none_between_two_is_without() -> None:
    for name in {name for name, _ in every_dated_variant()}:
        timescale = WORKFLOW.timescales[name]
        days = [ALWAYS + timedelta(days=number) for number in range(4_400)]
        known = [
            [v for v in timescale.variants if v.since <= day <= (v.until or "9")]
            for day in map(date.isoformat, days)
        ]
        assert {len(one) for one in known} <= {0, 1}
        first = next(number for number, one in enumerate(known) if one)
        assert all(known[first:])


def test_every_day_of_the_history_says_what_made_it_so_and_only_what_was_read_claims_it() -> None:
    for name, variant in every_dated_variant():
        assert variant.began, name
        for basis in filter(None, (variant.began, variant.ended)):
            assert basis.by
            assert basis.confirmed != "read"


def test_in_the_spring_of_2020_the_five_days_stood_and_the_fifteen_and_the_six_months_did_not(
    office: Office,
) -> None:
    ref = opened(office, "2020-05-05", "aware_on=2020-05-05")
    done(office, ref, "record_notification_sent", "2020-05-13")
    done(office, ref, "decide_practice_review", "2020-06-30")
    known = deadlines(office, ref)

    assert known["notification"]["due_on"] == "2020-05-13"
    assert known["notification"]["punctuality"]["verdict"] == "in time"
    for clock in ("rapid_review", "practice_review_published"):
        assert known[clock]["due_on"] is known[clock]["due_between"] is None
        assert known[clock]["rule"].startswith("as soon as practicable after")
        assert known[clock]["not_counted"] == ""
        assert known[clock]["confirmed"] == "second-hand"
    assert known["practice_review_published"]["status"] == "running"
    assert "OVERDUE" not in shown(office, ref)


def test_a_deadline_prints_the_rule_of_its_own_day_and_not_that_of_today(office: Office) -> None:
    ref = opened(office, "2020-05-05", "aware_on=2020-05-05")
    told = deadlines(office, ref)
    said, why = shown(office, ref), explained(office, ref, "rapid_review")

    assert told["notification"]["time_from"]["source"] == "Working Together 2018, chapter 4"
    assert told["rapid_review"]["in_force"]["since"] == "2020-03-30"
    assert told["rapid_review"]["in_force"]["until"] == "2020-09-25"
    assert told["rapid_review"]["in_force"]["ended"]["confirmed"] == "assumed"
    assert told["rapid_review"]["in_force"]["over"] is True
    assert "Working Together 2023" not in said
    assert (
        "Working Together 2018, chapter 4 (second-hand). This rule held for what started from Fri "
        "29 Jun 2018 to Thu 14 Dec 2023."
    ) in said
    assert "The relaxation of March 2020, as two partnerships relay it (second-hand)." in why
    assert "From Mon 30 Mar 2020: The Department for Education and the national Panel" in why
    assert "Until Fri 25 Sep 2020: No source says when it ended." in why
    assert "lapsed on this day (assumed)." in why
    assert "The fifteen working days were relaxed because of the pandemic" in why
    assert "No act or regulation sets a time for it" in why


def test_a_pack_prints_the_rule_of_the_day_that_started_its_clock(office: Office) -> None:
    ref = opened(office, "2020-05-05", "aware_on=2020-05-05")
    done(office, ref, "record_notification_sent", "2020-05-13")
    done(office, ref, "submit_rapid_review", "2020-08-03")
    said = printed(office, ref)

    assert "Due as soon as practicable after 5 May 2020; no day is set." in said
    assert "The relaxation of March 2020, as two partnerships relay it" in said
    assert "It holds where the clock starts from 30 March 2020 to 25 September 2020." in said
    assert "Working Together 2018, chapter 4" in said
    assert "Working Together 2023" not in re.sub(r"Working Together 2023;? [^.]*relay it", "", said)


def test_a_pack_prints_of_a_clock_that_has_not_begun_the_rule_of_the_day_as_at_which_it_is_told(
    office: Office,
) -> None:
    said = printed(office, opened(office, "2020-05-05"))

    assert "It has not begun." in said
    assert "Working Together 2026, not read" in said
    assert "Working Together 2018" not in said


def test_a_clock_stays_under_the_rule_of_its_first_day_though_law_is_made_later(
    office: Office,
) -> None:
    before = opened(office, "2020-03-27", "aware_on=2020-03-27")
    after = opened(office, "2020-03-30", "aware_on=2020-03-30")
    done(office, before, "record_notification_sent", "2020-04-03")
    done(office, after, "record_notification_sent", "2020-04-06")

    assert deadlines(office, before)["rapid_review"]["due_on"] == "2020-04-21"
    assert deadlines(office, after)["rapid_review"]["due_on"] is None


def test_before_a_first_rule_no_clock_starts_and_explaining_says_from_when_one_is_known(
    office: Office,
) -> None:
    ref = opened(office, "2017-03-01", "aware_on=2017-03-01")

    assert "notification" not in deadlines(office, ref)
    said = " ".join(office.refused(2, "explain", ref, "notification").split())
    assert "this edition has no rule for what starts before 29 June 2018." in said
