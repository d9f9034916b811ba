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
