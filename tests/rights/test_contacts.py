from __future__ import annotations

from dataclasses import replace

import pytest

from engine.case import Given
from engine.decide.steps.taking import Step
from engine.directory import Absence, Appointment, Directory
from engine.errors import RefusedError
from engine.service import cases
from engine.service.workplace import By
from tests.worlds import AGENCIES, DIRECTORY, PEOPLE, World, given

ACTING = ("business_unit", "local_authority", "executive")


def test_the_contact_of_an_agency_answers_for_it_and_for_nobody_else(world: World) -> None:
    pol, ref = By("pol", reason="it was so"), world.open(aware_on="2025-12-12")
    world.take(ref, "start_deciding")
    for refused in (
        Given("opinion", "notify", "board"),
        Given("opinion", None, "police", status="asked"),
        Given("opinion", None, "police", status="no reply", asked_on="2025-12-12"),
        Given("happened_on", "2025-12-10"),
        Given("rationale", "Met."),
    ):
        with pytest.raises(RefusedError, match="cannot be recorded"):
            cases.record(world.place, pol, ref, [refused])
    cases.record(world.place, pol, ref, [Given("opinion", "notify", "police")])
    cases.correct(world.place, pol, ref, [Given("opinion", "undecided", "police")])
    with pytest.raises(RefusedError, match="needs a role of the process themselves"):
        cases.take_step(world.place, pol, ref, Step("decide_to_notify"))
    reviewed = world.notified()
    asked = "board,police"
    board, police = world.take(reviewed, "ask_for_summaries", agencies_asked=asked).opened
    cases.record(world.place, pol, police, given(summary="We hold one file."))
    with pytest.raises(RefusedError, match="cannot be recorded"):
        cases.record(world.place, pol, board, given(summary="They hold one file."))


@pytest.mark.parametrize(
    ("known", "speaks"),
    [
        (DIRECTORY, {"pol"}),
        (replace(DIRECTORY, absences=(Absence("pol", "2025-12-15"),)), {"pol", "dee"}),
        (
            replace(
                DIRECTORY,
                agencies={"police": replace(AGENCIES["police"], until="2025-12-14")},
            ),
            set(),
        ),
    ],
)
def test_for_a_contact_who_is_away_their_deputy_answers_and_for_an_agency_that_is_gone_nobody(
    known: Directory, speaks: set[str]
) -> None:
    deputy = Appointment("dee", "national_panel", "police", deputy_for="pol")
    told = replace(known, appointments=(*known.appointments, deputy))
    said = {one for one in PEOPLE if told.speaks_for(one, "police", ACTING, "2025-12-15")}
    assert said == speaks
