"""What no migration does: end a duty, make one later, or part linked cases from theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.decide.steps.taking import Step
from engine.errors import CaseNotFoundError, RefusedError, UsageError
from engine.service import cases, ticking
from engine.service.workplace import By
from tests import moving
from tests.moving import (
    AGREED,
    BECAUSE,
    back,
    case_of,
    due,
    edition_of,
    foreseen,
    holds,
    move,
    needs,
)
from tests.worlds import BESS, ED, EVE, LEE, World, given


def test_a_duty_is_not_ended_or_started_anew_and_the_refusal_names_the_act(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(aware_on="2025-12-12")
    moving.another(world, tmp_path, moving.LONGER)
    for choice in ("stop", "restart"):
        [said] = needs(move(world, clocks={"notification": choice}, provision="reg 9"))
        assert said.startswith('"Notify the Panel" is required by Sample Act s.1')
    assert due(world, ref, "notification") == ("running", "2025-12-19")
    assert needs(move(world, later=AGREED)) == []


def test_no_duty_is_made_later_by_local_practice(world: World, tmp_path: Path) -> None:
    ref = world.open(aware_on="2025-12-12")
    local = (
        'kind = "statutory guidance", says = "should", source = "Sample guidance"',
        'kind = "local", says = "should", source = "our own"',
    )
    moving.another(world, tmp_path, moving.LONGER, local)
    [said] = needs(move(world))
    assert said.startswith('"Notify the Panel" is required by Sample Act s.1, and what sets')
    assert needs(move(world, clocks={"notification": "keep"})) == []
    assert due(world, ref, "notification") == ("running", "2025-12-19")


def test_a_duty_that_the_new_edition_does_not_have_ends_only_where_that_is_said(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(aware_on="2025-12-12")
    parts = {k: v for k, v in moving.load(moving.SAMPLE).timescales.items() if k != "notification"}
    moving.made(world, timescales=parts)
    assert needs(move(world)) == [
        'ENDS: "Notify the Panel" is required by Sample Act s.1, was due Fri 19 Dec 2025, and the '
        "new edition does not have it; the edition names no authority for that"
    ]
    assert needs(move(world, clocks={"notification": "keep"})) == [
        '"Notify the Panel" cannot be chosen to keep: the new edition has no such timescale'
    ]
    assert needs(move(world, clocks={"notification": "stop"})) == []
    assert case_of(world, ref).open_deadlines() == []
    world.take(ref, "start_deciding")
    world.take(ref, "decide_not_to_notify", LEE, rationale="No.")
    world.clock.go_to("2026-03-01")
    ticking.fire_due(world.place)
    holds(world)


def test_only_what_is_local_is_started_anew_without_a_provision(
    world: World, tmp_path: Path
) -> None:
    ref = world.notified()
    moving.another(world, tmp_path, moving.TWENTY)
    world.clock.go_to("2025-12-29")
    [said] = needs(move(world, clocks={"review": "restart"}))
    assert said == (
        '"Send the review" has its time from Sample Panel guidance, which only a provision '
        "starts anew"
    )
    wishes = {"review": "restart", "progress": "restart"}
    assert needs(move(world, clocks=wishes, provision="SI 2026/1 reg 4")) == []
    assert due(world, ref, "review") == ("running", "2026-01-27")
    assert due(world, ref, "progress") == ("running", "2026-01-29")
    world.record(ref, agencies_asked="police")
    world.take(ref, "ask_for_summaries")
    cases.correct(world.place, BECAUSE, ref, given(aware_on="2025-12-11"))
    assert due(world, ref, "review") == ("running", "2026-01-27")
    event = next(e for e in world.events(ref) if e["type"] == "case migrated")
    assert f"provision//{event['n']}" in event["sealed"]
    holds(world)


def test_a_clock_that_only_the_new_edition_has_starts_from_its_own_day(
    world: World, tmp_path: Path
) -> None:
    ref = world.notified(aware_on="2025-12-12")
    more = (
        "[timescale.copies]",
        '[timescale.acknowledge]\ntitle = "Acknowledge"\n'
        'due = "within 30 calendar days of notified_on"\nmet_by = ["submit_review"]\n'
        'waiting_on = "business_unit"\nconfirmed = "recalled"\n'
        'time_from = { kind = "local", says = "may", source = "ours" }\n'
        'remind = [{ at = "on the day it is due", tell = ["business_unit"] }]\n\n'
        "[timescale.copies]",
    )
    moving.another(world, tmp_path, more)
    world.clock.go_to("2025-12-20")
    [found] = move(world)
    assert [c.choice for c in found.plans[0].clocks] == ["rebase", "rebase", "start"]
    assert due(world, ref, "acknowledge") == ("running", "2026-01-14")
    holds(world, ref)
    back(world, ref)
    with pytest.raises(StopIteration):
        due(world, ref, "acknowledge")
    holds(world, ref)


def test_linked_cases_go_with_the_case_above_them(world: World, tmp_path: Path) -> None:
    ref = world.notified()
    linked = world.take(ref, "ask_for_summaries", agencies_asked="police,hospital").opened
    world.take(linked[0], "decline")
    newer = moving.another(world, tmp_path, moving.TWENTY)
    [found] = move(world)

    assert [plan.ref for plan in found.plans] == [ref, *linked]
    assert {edition_of(world, one) for one in (ref, *linked)} == {newer}
    moved = [e for one in (ref, *linked) for e in world.events(one) if e["type"] == "case migrated"]
    assert len({e["command"] for e in moved}) == 1
    world.take(linked[1], "decline")
    holds(world, ref, *linked)
    with pytest.raises(UsageError, match="is a linked case, which goes with"):
        move(world, refs=[linked[0]])


def test_a_linked_case_that_cannot_be_moved_keeps_the_whole_case_where_it_is(
    world: World, tmp_path: Path
) -> None:
    ref = world.notified()
    [linked] = world.take(ref, "ask_for_summaries", agencies_asked="police").opened
    world.take(linked, "decline")
    moving.another(world, tmp_path, linked=(("[transition.decline]", "[transition.turn_down]"),))
    [found] = move(world)
    assert found.needs[0].what.startswith(f"{linked}: the step ")
    holds(world, ref, linked)


def test_a_closed_case_stays_under_its_edition(world: World, tmp_path: Path) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.take(ref, "start_deciding")
    world.take(ref, "decide_not_to_notify", LEE, rationale="No.")
    moving.another(world, tmp_path, moving.SHORTER)
    assert move(world) == []
    with pytest.raises(UsageError, match="is closed"):
        move(world, refs=[ref])


def test_a_case_is_moved_once(world: World, tmp_path: Path) -> None:
    ref = world.open(aware_on="2025-12-12")
    moving.another(world, tmp_path, moving.SHORTER)
    move(world)
    count = len(world.events(ref))
    assert move(world) == []
    assert move(world, refs=[ref]) == []
    assert len(world.events(ref)) == count


def test_only_who_keeps_the_record_under_both_editions_moves_cases(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(aware_on="2025-12-12")
    edit = ('kept_by      = ["business_unit"]', 'kept_by      = ["executive"]')
    moving.another(world, tmp_path, edit)
    for by in (LEE, BESS):
        with pytest.raises(RefusedError, match="keep the record under both"):
            move(world, by=by)
        with pytest.raises(RefusedError):
            foreseen(world, by=by)
    # Whoever keeps it under the later edition alone does not either.
    for found in (*move(world, by=EVE), *foreseen(world, by=EVE)):
        assert "keep the record under both" in found.sentence
        assert found.needs[0].what == "under edition 2025-01 that is the business unit"
    holds(world, ref)


def test_what_cannot_be_named_is_said(world: World) -> None:
    with pytest.raises(UsageError, match='There is no edition "1999"'):
        move(world, to="1999")
    with pytest.raises(CaseNotFoundError):
        move(world, to="2025-01", refs=["2025-AAAAAA"])


def test_an_approval_stands_and_what_was_told_stays_told(world: World, tmp_path: Path) -> None:
    ref = world.notified()
    world.record(ref, report="The report.")
    for by in (EVE, ED):
        cases.approve(world.place, by, ref, "report")
    messages = [e["body"] for e in world.events(ref) if e["type"] == "people told"]
    moving.another(world, tmp_path, moving.LONGER)
    move(world)
    assert [e["body"] for e in world.events(ref) if e["type"] == "people told"] == messages
    world.take(ref, "submit_review")
    assert world.state(ref) == "publishing"
    holds(world, ref)


def test_a_task_whose_need_the_new_edition_does_not_have_stays_and_can_be_ended(
    world: World, tmp_path: Path
) -> None:
    by = By("bess", decided_by="lee", evidence="minutes-1")
    ref = world.open(aware_on="2025-12-12")
    cases.take_step(
        world.place, by, ref, Step("decide_to_notify", already_done=True, pass_over=True)
    )
    moving.another(world, tmp_path, moving.LONGER)
    move(world)
    tasks = case_of(world, ref).open_tasks()
    assert tasks
    world.record(ref, rationale="It was said in the meeting.")
    assert len(case_of(world, ref).open_tasks()) == len(tasks) - 1
    holds(world, ref)


def test_no_case_is_moved_to_an_edition_before_its_first_day(world: World, tmp_path: Path) -> None:
    ref = world.open(aware_on="2025-12-12")
    came_from = edition_of(world, ref)
    moving.another(world, tmp_path, ("{ from = 2018-06-29 }", "{ from = 2025-12-17 }"))
    [seen] = foreseen(world)
    assert (seen.ref, seen.refused) == (ref, False)
    with pytest.raises(UsageError) as error:
        move(world)
    assert str(error.value) == (
        "Edition 2026-01 is in force from Wed 17 Dec 2025, and no case is moved to it before that "
        "day. --dry-run says what moving would come to."
    )
    assert edition_of(world, ref) == came_from
    world.clock.go_to("2025-12-17")
    [moved] = move(world)
    assert (moved.ref, moved.refused) == (ref, False)
