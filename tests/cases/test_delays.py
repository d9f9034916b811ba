"""A delay is explained ahead or once it is late, and every command says which."""

from __future__ import annotations

import pytest

from engine.cli import saying
from engine.errors import RefusedError
from engine.service import cases
from engine.service.workplace import By
from tests.offices import Office, ago
from tests.worlds import World

TOLD = ("--told", "the Panel", "--reason", "a trial")


def whole(said: str) -> str:
    return " ".join(said.split())


def explained(world: World, on: str) -> str:
    """What is said of a notification due on 19 December whose delay is explained on a day."""
    ref = world.open(aware_on="2025-12-12")
    world.clock.go_to("2025-12-24")
    by = By("bess", on=on, reason="a trial")
    cases.delay(world.place, by, ref, "notification", "the Panel")
    return saying.state(world.deadline(ref, "notification"))


@pytest.mark.parametrize("on", ["2025-12-16", "2025-12-19"])
def test_a_delay_that_is_explained_by_the_last_day_is_explained_ahead(
    world: World, on: str
) -> None:
    assert "; a delay was explained ahead, on " in explained(world, on)


def test_a_delay_that_is_explained_after_the_last_day_is_the_delay(world: World) -> None:
    assert explained(world, "2025-12-20").endswith("; the delay was explained on Sat 20 Dec 2025")


def test_a_delay_explained_with_days_left_says_that_nothing_is_late_and_no_day_moves(
    office: Office,
) -> None:
    ref = office.open()
    due = office.show(ref)["deadlines"][0]["due_on"]
    said = whole(office.ok("delay", ref, "notification", *TOLD))
    assert said.startswith(
        '"Notify the Panel" was not late yet: it is on record that a delay was explained ahead. '
        "The day it is due stays where it is."
    )
    assert office.show(ref)["deadlines"][0]["due_on"] == due
    late = office.open("place=in our area", f"aware_on={ago(30)}")
    said = whole(office.ok("delay", late, "notification", *TOLD))
    assert said.startswith('It is on record that the delay of "Notify the Panel" was explained.')
    ahead = whole(office.ok("delay", late, "notification", *TOLD, "--on", ago(29)))
    assert ahead.startswith('"Notify the Panel" was not late yet')


def test_a_delay_repeated_under_its_key_is_said_to_be_done_even_once_it_has_ended(
    office: Office,
) -> None:
    ref = office.at("to_notify")
    words = ("delay", ref, "notification", *TOLD, "--key", "delay-of-the-form")
    office.ok(*words)
    office.ok("take", ref, "record_notification_sent", "--as", "lee")
    assert office.ok(*words).startswith("This was done already, under the same key")


def test_what_is_to_last_until_a_day_has_no_delay_to_explain(world: World) -> None:
    ref = world.publishing()
    world.record(ref, publication_planned_on="2025-12-20")
    world.take(ref, "send_copies")
    world.take(ref, "publish")
    with pytest.raises(RefusedError, match='"Keep the report public" is to last until a day'):
        cases.delay(world.place, By("bess", reason="a trial"), ref, "public", "the Panel")
    assert world.deadline(ref, "public")["delay_explained_on"] is None
