"""Losses that nobody has dealt with: told once more, before it is too late, and then no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from engine.service import cases, outbox, ticking, ticks, undealt
from engine.service.looking import reading
from engine.service.workplace import By
from tests.telling.test_losses import refusing
from tests.worlds import BESS, DIRECTORY, World

DUE = "2025-12-19"
"""The Friday on which what was known on the 12th is due; a reminder goes out on the 17th."""
FALLBACKS = {"local_authority": "hana", "any role": "eve"}


@pytest.fixture
def lost(world: World) -> tuple[World, str]:
    """A case of which a reminder with a day was given up two days before."""
    world.place.directory = replace(DIRECTORY, fallbacks=FALLBACKS)
    ref = world.open(aware_on="2025-12-12")
    world.clock.go_to("2025-12-17", 9)
    ticking.fire_due(world.place)
    assert outbox.send_waiting(world.place, refusing("lee")).given_up == 1
    return world, ref


def told_again(world: World, ref: str) -> list[dict[str, Any]]:
    return [
        message
        for event in world.events(ref)
        if event["type"] == "people told" and "lost" in event["body"]
        for message in event["body"]["messages"]
    ]


def test_all_who_can_act_are_told_at_nine_on_the_last_working_day_once(
    lost: tuple[World, str],
) -> None:
    world, ref = lost
    for day, hour, found in (("2025-12-18", 23, 0), (DUE, 8, 0), (DUE, 9, 1), (DUE, 10, 0)):
        world.clock.go_to(day, hour)
        assert undealt.escalate(world.place) == found
    found = told_again(world, ref)
    assert sorted(one["person"] for one in found) == ["bess", "eve", "hana"]
    assert {one["urgent"] for one in found} == {1}
    assert {one["by_when"] for one in found} == {DUE}
    start = "Not delivered, and not dealt with, to the local authority, tell them yourself: "
    assert all(one["what"].startswith(start) for one in found)
    assert world.verdict().problems == []


def test_who_has_done_the_task_is_left_alone(lost: tuple[World, str]) -> None:
    world, ref = lost
    [task] = [one["task"] for one in reading.show(world.place, BESS, ref)["tasks"]]
    cases.done(world.place, By("bess", reason="Told by telephone."), ref, task)
    world.clock.go_to(DUE, 11)
    assert undealt.escalate(world.place) == 0


def test_of_a_clock_that_is_met_nobody_is_told(lost: tuple[World, str]) -> None:
    world, ref = lost
    world.clock.go_to("2025-12-18", 12)
    world.take(ref, "start_deciding")
    world.opinions(ref)
    world.take(ref, "decide_to_notify", By("lee"), rationale="The three tests are met.")
    world.take(ref, "record_notification_sent", By("lee"))
    world.clock.go_to(DUE, 11)
    assert undealt.escalate(world.place) == 0
    assert told_again(world, ref) == []


def test_what_is_given_up_late_has_an_hour_first(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.clock.go_to(DUE, 11)
    ticking.fire_due(world.place)
    outbox.send_waiting(world.place, refusing("lee"))
    for passed, found in ((59, 0), (2, 1)):
        world.clock.instant += timedelta(minutes=passed)
        assert undealt.escalate(world.place) == found
    assert told_again(world, ref)


def test_after_the_day_it_is_left_to_the_escalations_of_the_clock(
    lost: tuple[World, str],
) -> None:
    world, ref = lost
    world.clock.go_to("2025-12-20", 11)
    assert undealt.escalate(world.place) == 0
    assert told_again(world, ref) == []


def test_a_loss_of_what_tells_of_a_loss_goes_no_further(world: World) -> None:
    world.place.directory = replace(DIRECTORY, fallbacks=FALLBACKS)
    ref = world.open(aware_on="2025-12-12")
    world.clock.go_to("2025-12-17", 9)
    ticking.fire_due(world.place)
    assert outbox.send_waiting(world.place, refusing("lee", "hana")).given_up == 2
    world.clock.go_to(DUE, 9)
    assert undealt.escalate(world.place) == 1
    outbox.send_waiting(world.place, refusing(*DIRECTORY.people))
    world.clock.go_to(DUE, 12)
    assert undealt.escalate(world.place) == 0
    assert len(told_again(world, ref)) == 3


def test_a_tick_tells_of_it_and_sends_it_in_the_same_round(lost: tuple[World, str]) -> None:
    world, _ = lost
    world.clock.go_to(DUE, 9)
    sent: list[str] = []

    def send(message: outbox.Outgoing) -> str:
        sent.append(message.what)
        return "file: taken"

    ticks.tick(world.place, send, held=True)
    assert not any("not dealt with" in what for what in sent)
    ticks.tick(world.place, send)
    assert sum("not dealt with" in what for what in sent) == 3
