"""A case that was moved to another edition is given back as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import RefusedError
from engine.service import cases, ticking
from tests import moving
from tests.moving import (
    AGREED,
    BECAUSE,
    ESCALATION,
    REMINDER,
    back,
    case_of,
    due,
    edition_of,
    fired,
    holds,
    move,
    needs,
)
from tests.worlds import World, given


def rows_of(world: World, ref: str) -> dict[str, object]:
    """The case's rows, without what rises with every event."""
    case = case_of(world, ref)
    own = {k: v for k, v in case.row.items() if k not in ("version", "head")}
    clocks = {
        key[1:]: {k: v for k, v in row.items() if k not in ("n", "schedule")}
        for key, row in case.deadlines().items()
        if row["status"] != "set aside"
    }
    waiting = sorted(
        (*key[1:5], row["at"])
        for key, row in case.rows.table("notices").items()
        if row["status"] == "waiting"
    )
    turns = {
        key[1]: row
        for key, row in case.rows.table("turns").items()
        if not str(key[1]).startswith("kept:")
    }
    pinned = [k for k, row in case.rows.table("turns").items() if "kept:" in k[1] and row["no"]]
    return {"case": own, "clocks": clocks, "waiting": waiting, "turns": turns, "pinned": pinned}


@pytest.mark.parametrize("choice", ["keep", "rebase"])
def test_a_case_that_is_given_back_is_as_it_was(world: World, tmp_path: Path, choice: str) -> None:
    ref = world.notified()
    other = world.open(aware_on="2025-12-12")
    linked = world.take(ref, "ask_for_summaries", agencies_asked="police").opened
    every = (ref, other, *linked)
    before = {one: rows_of(world, one) for one in every}
    moving.another(world, tmp_path, moving.LONGER, moving.TWENTY, *moving.IN_REVIEW)
    clocks = {"notification": choice, "review": choice}
    assert needs(move(world, states={"reviewing": "in_review"}, clocks=clocks, later=AGREED)) == []
    assert {one: rows_of(world, one) for one in every} != before
    found = back(world)

    assert [one.opened for one in found] == ["2025-01", "2025-01"]
    assert {one: rows_of(world, one) for one in every} == before
    holds(world, *every)
    world.clock.go_to("2025-12-16")
    cases.undo(world.place, BECAUSE, ref)
    world.take(other, "start_deciding")
    holds(world, other)
    assert needs(move(world, states={"reviewing": "in_review"}, later=AGREED)) == []
    holds(world, ref, other)


def test_what_fired_after_the_move_is_not_fired_again_when_it_is_taken_back(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(aware_on="2025-12-12")
    moving.another(world, tmp_path, moving.SHORTER)
    move(world)
    world.clock.go_to("2025-12-17")
    ticking.fire_due(world.place)
    assert (REMINDER, "fired") in fired(world, ref)
    back(world, later=AGREED)
    world.clock.go_to("2025-12-18")
    ticking.fire_due(world.place)
    assert fired(world, ref) == [(ESCALATION, "waiting"), (REMINDER, "fired")]
    assert due(world, ref, "notification") == ("running", "2025-12-19")
    holds(world, ref)


def test_what_another_notice_told_after_the_move_is_not_told_late_when_it_is_taken_back(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(aware_on="2025-12-12")
    moving.another(world, tmp_path, moving.SHORTER)
    move(world)
    world.clock.go_to("2025-12-19")
    ticking.fire_due(world.place)
    assert fired(world, ref) == [(ESCALATION, "fired"), (REMINDER, "superseded")]
    back(world, later=AGREED)
    ticking.fire_due(world.place)
    assert fired(world, ref) == [
        (ESCALATION, "fired"),
        (ESCALATION, "waiting"),
        (REMINDER, "superseded"),
    ]
    holds(world, ref)


def test_a_move_is_not_taken_back_once_a_step_rests_on_it(world: World, tmp_path: Path) -> None:
    ref = world.open(aware_on="2025-12-12")
    newer = moving.another(world, tmp_path, moving.SHORTER)
    move(world)
    world.take(ref, "start_deciding")
    [found] = back(world)
    assert found.needs[0].what.startswith('the step "Begin the decision" was taken on')
    assert edition_of(world, ref) == newer
    # The way that decides the whole history anew is still open.
    assert needs(move(world, to="2025-01", later=AGREED)) == []
    assert due(world, ref, "notification") == ("running", "2025-12-19")
    holds(world, ref)


def test_a_corrected_day_keeps_a_move_from_being_taken_back_and_a_note_does_not(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(aware_on="2025-12-12")
    moving.another(world, tmp_path, moving.SHORTER)
    move(world)
    world.record(ref, letter_says="agrees")
    assert needs(back(world, later=AGREED)) == []
    move(world)
    cases.correct(world.place, BECAUSE, ref, given(aware_on="2025-12-11"))
    [said] = needs(back(world))
    assert said == (
        'the answer to "When did the local authority become aware of it?" was corrected on '
        "15 December 2025 (@7), since the move"
    )
    holds(world, ref)


def test_a_step_of_before_the_move_is_set_aside_only_under_its_own_edition(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.take(ref, "start_deciding")
    moving.another(world, tmp_path, moving.SHORTER)
    move(world)
    with pytest.raises(RefusedError, match="before the case was moved to another edition"):
        cases.undo(world.place, BECAUSE, ref)
    back(world, later=AGREED)
    cases.undo(world.place, BECAUSE, ref)
    assert world.state(ref) == "referred"
    assert world.verdict().problems == []
