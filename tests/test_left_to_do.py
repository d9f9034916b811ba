"""What a step, a correction or an undo leaves for somebody to do: its kind, its words, whose, of
what.
"""

from __future__ import annotations

from typing import Any

from engine.decide.taking import Step
from engine.service import cases
from engine.service.workplace import By
from tests.refusing import ON_SQLITE, WHY
from tests.worlds import LEE, World, given

pytestmark = ON_SQLITE


def tasks(world: World, ref: str) -> list[tuple[Any, ...]]:
    with world.place.database.read() as tx:
        return [
            tuple(row)
            for row in tx.rows(
                "SELECT kind, subject, role, status FROM tasks WHERE ref = ? ORDER BY n, task",
                (ref,),
            )
        ]


def test_a_step_already_done_leaves_each_unmet_need_to_whoever_can_meet_it(world: World) -> None:
    ref = world.notified()
    step = Step("submit_review", already_done=True)
    cases.take_step(world.place, By("bess", on="2025-12-15"), ref, step)
    assert tasks(world, ref) == [
        ("missing answer", "report", "business_unit", "open"),
        ("unmet need", "report", "executive", "open"),
    ]
    taken = next(e["body"] for e in world.events(ref)[::-1] if e["type"] == "transition taken")
    assert [need["subject"] for need in taken["unmet"]] == ["report", "report"]
    assert taken["already_done"] == 1


def test_the_tasks_of_one_command_are_numbered_from_one_under_its_entry(world: World) -> None:
    ref = world.notified()
    cases.take_step(world.place, By("bess"), ref, Step("submit_review", already_done=True))
    opened = next(e for e in world.events(ref) if e["type"] == "task opened")
    assert [task["task"] for task in opened["body"]["tasks"]] == [
        f"{opened['n']}.1",
        f"{opened['n']}.2",
    ]


def test_undo_drops_what_the_step_left_to_do_and_leaves_what_went_out_to_be_followed_up(
    world: World,
) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.take(ref, "start_deciding")
    done = Step("decide_to_notify", given(rationale="The tests are met."), already_done=True)
    cases.take_step(world.place, LEE, ref, done)
    assert tasks(world, ref) == [
        ("not asked", f"opinion/{agency}", "business_unit", "open")
        for agency in ("council", "board", "police")
    ]
    cases.undo(world.place, By("lee", reason="it was too early"), ref)
    assert {row[3] for row in tasks(world, ref)} == {"dropped"}
    world.opinions(ref)
    world.take(ref, "decide_to_notify", LEE, rationale="The tests are met.")
    world.take(ref, "record_notification_sent", LEE)
    cases.undo(world.place, By("lee", reason="another form was sent"), ref)
    assert tasks(world, ref)[-1] == (
        *("follow up", "record_notification_sent", "local_authority", "open"),
    )


def test_a_correction_leaves_the_decision_that_rested_on_it_to_whoever_took_it(
    world: World,
) -> None:
    ref = world.notified()
    cases.correct(world.place, WHY, ref, given(place="elsewhere"))
    assert tasks(world, ref) == [
        ("confirm decision", "decide_to_notify", "local_authority", "open"),
    ]
