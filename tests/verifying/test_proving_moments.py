from __future__ import annotations

from pathlib import Path

import pytest

from tests.proving import faults

REMIND = "2 working days before it is due"
ESCALATE = "1 working day after it was due"


def watched(folder: Path, *changes: tuple[str, str]) -> list[str]:
    return [one.says for one in faults(folder, *changes) if one.kind == "clocks_watched"]


@pytest.mark.parametrize(
    "late",
    [
        "1 working day after it was due",
        "98 years after it was due",
        "60 working days after it starts",
    ],
)
def test_a_reminder_that_only_comes_when_it_is_over_reminds_nobody(
    tmp_path: Path, late: str
) -> None:
    (said,) = watched(tmp_path, (REMIND, late))
    assert said == "Nobody is reminded of “Notify in time” before it is over."


@pytest.mark.parametrize("late", ["99 years after it was due", "99 years after it starts"])
def test_an_escalation_years_after_it_was_due_is_no_escalation(tmp_path: Path, late: str) -> None:
    (said,) = watched(tmp_path, (ESCALATE, late))
    assert said == f"“Notify in time” is first escalated {late}, long after it is over."


@pytest.mark.parametrize("soon", ["4 weeks after it was due", "15 working days after it starts"])
def test_an_escalation_that_comes_within_four_weeks_tells_of_lateness(
    tmp_path: Path, soon: str
) -> None:
    assert watched(tmp_path, (ESCALATE, soon)) == []


def test_of_a_body_outside_one_asks_when_its_time_is_over(tmp_path: Path) -> None:
    assert watched(tmp_path) == []


PLANNED = """
[question.planned_on]
ask      = "When is the report to be finished?"
answer   = "date"
personal = false
because  = "a date of the process"

[timescale.copies]
title      = "Send copies first"
due        = "at least 7 calendar days before planned_on"
met_by     = "finish"
starts_in  = ["writing"]
waiting_on = "unit"
remind     = [{{ at = "{}", tell = "unit" }}]
escalate   = [{{ at = "{}", tell = "chair" }}]
"""
ASKED = ('on_file = ["letter"]', 'on_file = ["letter", "planned_on"]')


def planned(folder: Path, remind: str, escalate: str) -> list[str]:
    found = faults(folder, ASKED, more=PLANNED.format(remind, escalate))
    return [" ".join((one.says, *one.story)) for one in found if one.kind == "clocks_watched"]


def test_the_notices_of_what_counts_back_from_a_plan_come_in_time_too(tmp_path: Path) -> None:
    assert planned(tmp_path / "a", REMIND, ESCALATE) == []
    assert planned(tmp_path / "b", "1 working day after it was due", ESCALATE) == [
        "Nobody is reminded of “Send copies first” before it is over. Counted back from a plan for "
        "Mon 22 Dec 2025 it is due on Mon 15 Dec 2025; the notice is for Tue 16 Dec 2025."
    ]
    assert planned(tmp_path / "c", REMIND, "3 years after it was due") == [
        "“Send copies first” is first escalated 3 years after it was due, long after it is over. "
        "Counted back from a plan for Mon 22 Dec 2025 it is due on Mon 15 Dec 2025; the notice is "
        "for Fri 15 Dec 2028."
    ]
    assert planned(tmp_path / "d", REMIND, "3 working days before it is due") == [
        "“Send copies first” is escalated 3 working days before it is due: before it is due. "
        "Counted back from a plan for Mon 22 Dec 2025 it is due on Mon 15 Dec 2025; the notice is "
        "for Wed 10 Dec 2025."
    ]


def test_the_notices_of_what_counts_from_a_plan_come_in_time_too(tmp_path: Path) -> None:
    forward = PLANNED.replace("at least 7 calendar days before", "within 10 working days of")
    late, early = "1 working day after it was due", "15 working days before it is due"
    says = [
        [one.says for one in faults(tmp_path / name, ASKED, more=forward.format(remind, ESCALATE))]
        for name, remind in (("a", late), ("b", early))
    ]

    assert says == [["Nobody is reminded of “Send copies first” before it is over."], []]


def test_what_counts_back_longer_than_the_calendar_goes_is_counted_from_a_later_plan(
    tmp_path: Path,
) -> None:
    long = PLANNED.replace("7 calendar days", "9000 working days")
    unwatched = long.replace('remind     = [{{ at = "{}", tell = "unit" }}]\n', "")
    (found,) = faults(tmp_path, ASKED, more=unwatched.format(ESCALATE))

    assert found.kind == "clocks_watched"
    assert "Counted back from a plan for" in found.story[-1]
