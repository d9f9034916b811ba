"""Tasks that a move to another edition ended, and that are open again once it is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.cli.telling import Titles, told
from engine.decide.steps.taking import Step
from engine.service import cases
from engine.service.looking import reading
from engine.service.workplace import By
from engine.verbs.titles import titles
from tests import moving
from tests.changed_sample import changed
from tests.moving import back, case_of, holds, move, needs
from tests.worlds import BESS, LEE, World, given

GUARD = 'only_if = { place = "in our area" }'
TWO_WAYS = 'only_if = [{ place = "in our area" }, { letter_says = "agrees" }]'
ANY_WAY = (
    'only_if = [{ place = "in our area" }, { letter_says = "agrees" }, { aware_on = "answered" }]'
)
LOOSER_GUARD = (GUARD, ANY_WAY)
WITH_TWO_WAYS = (GUARD, TWO_WAYS)


@pytest.fixture
def narrow(tmp_path: Path) -> Iterator[World]:
    """A partnership whose decision is taken in one of two ways."""
    with changed(tmp_path, WITH_TWO_WAYS) as world:
        yield world


def undecided(world: World) -> str:
    """A case whose decision was recorded as already done, in neither of the two ways."""
    asked = given(aware_on="2025-12-12")
    ref = cases.open_new(world.place, BESS, "incident", asked, historic=True).ref
    world.take(ref, "start_deciding")
    world.opinions(ref)
    step = Step("decide_to_notify", given(rationale="The tests are met."), already_done=True)
    cases.take_step(world.place, LEE, ref, step)
    return ref


def tasks_of(world: World, ref: str) -> dict[str, dict[str, object]]:
    """The rows of all tasks of a case."""
    return {str(key[1]): dict(row) for key, row in case_of(world, ref).rows.table("tasks").items()}


def left(world: World, ref: str) -> list[str]:
    """The tasks that are open, by their names."""
    return [task["task"] for task in reading.show(world.place, BESS, ref)["tasks"]]


@pytest.mark.parametrize("reason", ["", "the law has changed"])
def test_a_task_that_a_move_ended_is_as_it_was_when_the_move_is_taken_back(
    narrow: World, tmp_path: Path, reason: str
) -> None:
    by = By("bess", reason=reason)
    ref = undecided(narrow)
    before = tasks_of(narrow, ref)
    assert [row["status"] for row in before.values()] == ["open"]
    moving.another(narrow, tmp_path, LOOSER_GUARD)
    for _ in range(2):
        assert needs(move(narrow, by=by)) == []
        assert left(narrow, ref) == []
        assert needs(back(narrow, by=by)) == []
        assert tasks_of(narrow, ref) == before
        holds(narrow, ref)
    [task] = left(narrow, ref)
    narrow.record(ref, place="in our area")
    assert left(narrow, ref) == []
    assert [e["body"]["tasks"] for e in narrow.events(ref) if e["type"] == "task closed"] == [
        [task],
        [task],
        [task],
    ]
    holds(narrow, ref)


def test_the_history_says_that_a_task_is_open_again(narrow: World, tmp_path: Path) -> None:
    ref = undecided(narrow)
    moving.another(narrow, tmp_path, LOOSER_GUARD)
    move(narrow)
    back(narrow)
    [task] = left(narrow, ref)
    tasks = {task: "see where it happened"}
    known = Titles(titles(moving.INCIDENT, narrow.place.directory, tasks))
    *_, returned = (e for e in narrow.events(ref) if e["type"] == "case migrated")
    assert f"open again: See where it happened ({task})" in told(returned, known)


def test_what_came_to_be_on_record_since_the_move_stays_ended(
    narrow: World, tmp_path: Path
) -> None:
    ref = undecided(narrow)
    moving.another(narrow, tmp_path, LOOSER_GUARD)
    move(narrow)
    narrow.record(ref, place="in our area")
    assert needs(back(narrow)) == []
    assert left(narrow, ref) == []
    [gone, returned] = [e["body"] for e in narrow.events(ref) if e["type"] == "case migrated"]
    assert "tasks" not in gone
    assert "tasks" not in returned
    holds(narrow, ref)


def test_what_somebody_ended_since_the_move_stays_ended(narrow: World, tmp_path: Path) -> None:
    ref = undecided(narrow)
    moving.another(narrow, tmp_path, moving.SHORTER, WITH_TWO_WAYS)
    assert needs(move(narrow)) == []
    [task] = left(narrow, ref)
    cases.done(narrow.place, By("lee", reason="It was seen to in person."), ref, task)
    assert needs(back(narrow, later=moving.AGREED)) == []
    assert left(narrow, ref) == []
    holds(narrow, ref)


def test_a_task_is_opened_again_by_the_return_that_gives_its_ending_back_and_by_no_other(
    narrow: World, tmp_path: Path
) -> None:
    ref = undecided(narrow)
    moving.another(narrow, tmp_path, WITH_TWO_WAYS, name="2026-01")
    moving.another(narrow, tmp_path, LOOSER_GUARD, name="2026-02")
    [task] = left(narrow, ref)
    move(narrow, to="2026-01")
    move(narrow, to="2026-02")
    assert left(narrow, ref) == []
    for _ in range(2):
        assert needs(back(narrow)) == []
        assert left(narrow, ref) == [task]
    moves = [e["body"] for e in narrow.events(ref) if e["type"] == "case migrated"]
    assert [body.get("tasks", []) for body in moves] == [[], [], [task], []]
    holds(narrow, ref)
