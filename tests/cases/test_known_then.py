"""A case as it stood on a day: what had been recorded by then, and nothing that has been since."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from engine.errors import CaseNotFoundError, RefusedError, UsageError
from engine.service import cases
from engine.service.looking import reading
from engine.service.workplace import By
from tests.worlds import BESS, LEE, World, given

NOW = ("allowed", "can_be_done")
"""What a case says of today alone."""


def told(world: World, ref: str, day: str) -> dict[str, Any]:
    return reading.show_as_at(world.place, ref, date.fromisoformat(day))


def today(world: World, ref: str) -> dict[str, Any]:
    shown = reading.show(world.place, BESS, ref)
    return {name: value for name, value in shown.items() if name not in NOW}


def test_what_was_recorded_later_was_not_known_then_whenever_it_happened(world: World) -> None:
    world.clock.go_to("2025-12-15")
    ref = world.open(aware_on="2025-12-12")
    world.clock.go_to("2025-12-19")
    world.take(ref, "start_deciding", By("bess", on="2025-12-15"))

    assert told(world, ref, "2025-12-18")["state"] == "referred"
    assert told(world, ref, "2025-12-19")["state"] == world.state(ref)


def test_an_answer_that_was_put_right_is_told_as_it_was_with_the_day_it_then_led_to(
    world: World,
) -> None:
    world.clock.go_to("2025-12-15")
    ref = world.open(aware_on="2025-12-12")
    before = today(world, ref)
    world.clock.go_to("2025-12-17")
    cases.correct(
        world.place, By("bess", reason="It was misread."), ref, given(aware_on="2025-12-10")
    )

    then = told(world, ref, "2025-12-16")
    assert then["deadlines"][0]["due_on"] == before["deadlines"][0]["due_on"]
    assert today(world, ref)["deadlines"][0]["due_on"] < then["deadlines"][0]["due_on"]
    answers = {one["question"]: one["value"] for one in then["answers"]}
    assert answers["aware_on"] == "2025-12-12"


def test_a_clock_is_overdue_as_at_a_day_only_if_it_was_then(world: World) -> None:
    world.clock.go_to("2025-12-15")
    ref = world.open(aware_on="2025-12-12")
    due = today(world, ref)["deadlines"][0]["due_on"]
    world.clock.go_to("2026-02-02")

    assert told(world, ref, due)["deadlines"][0]["status"] == "running"
    assert told(world, ref, "2026-01-20")["deadlines"][0]["status"] == "overdue"


def test_a_case_was_not_on_record_before_it_was_opened_and_no_day_to_come_is_told(
    world: World,
) -> None:
    world.clock.go_to("2025-12-15")
    ref = world.open(aware_on="2025-12-12")
    with pytest.raises(CaseNotFoundError, match="was not on record yet"):
        told(world, ref, "2025-12-14")
    with pytest.raises(UsageError, match="lies in the future"):
        told(world, ref, "2025-12-16")
    with pytest.raises(CaseNotFoundError, match="There is no case"):
        told(world, "2025-AAAAAA", "2025-12-15")


STEPS = st.lists(st.sampled_from(["take", "opinions", "decide", "wait"]), max_size=6)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@drawn(STEPS)
def test_as_at_every_day_it_is_told_as_it_was_shown_on_the_evening_of_that_day(
    world: World, steps: list[str]
) -> None:
    world.clock.go_to("2025-12-15")
    ref = world.open(aware_on="2025-12-12", place="in our area")
    shown: dict[str, dict[str, Any]] = {}
    for number, step in enumerate(steps):
        if step == "take" and world.state(ref) == "referred":
            world.take(ref, "start_deciding")
        if step == "opinions":
            with suppress(RefusedError):
                world.opinions(ref)
        if step == "decide" and "decide_to_notify" in today_allowed(world, ref):
            world.take(ref, "decide_to_notify", LEE, rationale="The tests of the law are met.")
        shown[f"2025-12-{15 + number}"] = today(world, ref)
        world.clock.go_to(f"2025-12-{16 + number}")

    for day, expected in shown.items():
        found = told(world, ref, day)
        assert {name: found[name] for name in expected} == expected


def today_allowed(world: World, ref: str) -> list[str]:
    return list(reading.show(world.place, LEE, ref)["allowed"])
