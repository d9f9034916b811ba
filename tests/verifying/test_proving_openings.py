"""Who may open a case, held against who owes what counts from before there is one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.proving import verify
from tests.proving import small
from tests.shared import loaded
from tests.stories import PROCESS


def told(folder: Path, *who: str, kept_by: tuple[str, ...] = ("unit",)) -> list[tuple[str, ...]]:
    workflow = replace(small(folder), may_open=who, kept_by=kept_by)
    found = verify(workflow).failures
    assert {one.kind for one in found} <= {"duties_wait"}
    return [(one.entry.name, one.says, *one.story) for one in found]


def test_a_duty_whose_case_only_others_may_open_is_told_to_wait_for_them(tmp_path: Path) -> None:
    assert told(tmp_path, "chair") == [
        (
            "notification",
            "“Notify in time” is a duty, and a case of it waits to be opened by the chair.",
            "On Mon 15 Dec 2025 “Notify in time” begins to count: “When did the authority become "
            "aware?”",
            "Only the chair may open a case (may_open): not the local authority, who owes it, nor "
            "the business unit, who keeps the record.",
            "On Mon 22 Dec 2025 the 5 working days of “Notify in time” are over.",
        )
    ]


@pytest.mark.parametrize("who", [(), ("authority",), ("unit",), ("chair", "unit")])
def test_those_who_owe_it_or_keep_the_record_may_open_it(
    tmp_path: Path, who: tuple[str, ...]
) -> None:
    assert told(tmp_path, *who) == []


def test_where_those_who_owe_it_keep_the_record_they_are_named_once(tmp_path: Path) -> None:
    [(*_, only, _)] = told(tmp_path, "chair", kept_by=("authority",))
    assert only == (
        "Only the chair may open a case (may_open): not the local authority, who owes it."
    )


def test_an_overlay_that_leaves_the_opening_to_agencies_alone_is_told_of_the_duty_to_notify() -> (
    None
):
    narrowed = replace(loaded(PROCESS), may_open=("agency_lead",))
    assert "notification" in {one.entry.name for one in verify(narrowed).failures}
