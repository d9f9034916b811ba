"""A closed case opened again: by a step recorded as already done, as by one that is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.decide.steps.taking import Step
from engine.errors import RefusedError
from engine.service import cases
from engine.service.looking import reading
from engine.service.workplace import By
from tests.changed_sample import changed
from tests.worlds import BESS, LEE, World, given

REOPENED = (
    ('from      = "not_notified"', 'from      = ["not_notified", "closed"]'),
    (
        'asks_anew = ["aware_on", "opinion", "rationale"]',
        'asks_anew = ["aware_on", "opinion", "rationale", "published_on"]',
    ),
    (
        'keep       = "1 year after published_on"',
        'keep       = "1 year after published_on"\nstops_if   = ["reopen"]',
    ),
)


def closed(world: World) -> str:
    """A case that was closed by its publication on 20 January 2026, so that the file is kept."""
    ref = world.notified()
    cases.take_step(world.place, BESS, ref, Step("submit_review", already_done=True))
    world.record(ref, publication_planned_on="2026-01-20")
    world.clock.go_to("2026-01-20")
    world.take(ref, "publish")
    assert world.deadline(ref, "public")["status"] == "running"
    return ref


def again(world: World, ref: str, day: str = "", reason: str = "") -> None:
    """A step that does not start where the case is closed, recorded as already done."""
    by = By("bess", on=day, reason=reason)
    step = Step("check_progress", already_done=True, pass_over=True)
    cases.take_step(world.place, by, ref, step)
    step = Step("submit_review", already_done=True, pass_over=True)
    cases.take_step(world.place, by, ref, step)


def answered(world: World, ref: str, question: str) -> list[int]:
    """The occurrences of a question that are answered."""
    answers = reading.show(world.place, BESS, ref)["answers"]
    return [one["no"] for one in answers if one["question"] == question]


def test_a_step_already_done_that_opens_a_case_again_ends_what_its_closing_began(
    tmp_path: Path,
) -> None:
    with changed(tmp_path, *REOPENED) as world:
        ref = closed(world)
        again(world, ref)
        shown = reading.show(world.place, BESS, ref)
        assert (shown["state"], shown["closed_on"]) == ("publishing", None)
        assert world.deadline(ref, "public")["status"] == "no longer applies"
        world.clock.go_to("2026-03-02")
        world.take(ref, "publish")
        assert reading.show(world.place, BESS, ref)["closed_on"] == "2026-03-02"
        assert world.deadline(ref, "public")["status"] == "no longer applies"
        assert world.deadline(ref, "public", 2)["due_on"] == "2027-03-02"
        assert answered(world, ref, "published_on") == [1, 2]
        assert world.verdict().problems == []


def test_undo_of_such_a_step_finds_the_case_closed_as_it_was(tmp_path: Path) -> None:
    with changed(tmp_path, *REOPENED) as world:
        ref = closed(world)
        before = world.deadline(ref, "public")
        again(world, ref)
        cases.undo(world.place, By("bess", reason="it was another case"), ref)
        shown = reading.show(world.place, BESS, ref)
        assert (shown["state"], shown["closed_on"]) == ("closed", "2026-01-20")
        assert world.deadline(ref, "public") == before
        assert world.verdict().problems == []


def test_a_step_taken_out_of_a_closed_state_and_one_already_done_end_the_same(
    tmp_path: Path,
) -> None:
    with changed(tmp_path, *REOPENED) as world:
        ref = closed(world)
        world.take(ref, "reopen", LEE)
        assert reading.show(world.place, BESS, ref)["closed_on"] is None
        assert world.deadline(ref, "public")["status"] == "no longer applies"


def test_what_no_step_out_of_a_closed_state_ends_goes_on_when_a_case_is_opened_again(
    world: World,
) -> None:
    ref = closed(world)
    again(world, ref)
    assert reading.show(world.place, BESS, ref)["closed_on"] is None
    assert world.deadline(ref, "public")["status"] == "running"


def test_a_step_from_before_the_closing_does_not_open_the_case_again(world: World) -> None:
    ref = closed(world)
    with pytest.raises(RefusedError, match="does not open it again") as refused:
        again(world, ref, "2026-01-19", "it was found on the file")
    [need] = refused.value.unmet
    assert need.what == (
        "the case was closed on 20 January 2026, and this happened on 19 January 2026"
    )
    assert "`undo`" in need.how
    assert world.state(ref) == "closed"


def test_history_from_before_the_closing_is_entered_in_any_order(world: World) -> None:
    opening = given(place="in our area", aware_on="2019-04-02")
    by = By("bess", on="2019-04-03")
    ref = cases.open_new(world.place, by, "incident", opening, historic=True).ref
    for name, day in (("publish", "2019-08-01"), ("submit_review", "2019-06-03")):
        by = By("bess", on=day, reason="entered from the file")
        cases.take_step(world.place, by, ref, Step(name, already_done=True))
    shown = reading.show(world.place, BESS, ref)
    assert (shown["state"], shown["closed_on"]) == ("publishing", None)
    assert world.verdict().problems == []
