"""What a step, a correction or an undo leaves for somebody to do: its kind, its words, whose, of
what.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.case import Given
from engine.decide.steps.taking import Step
from engine.errors import RefusedError
from engine.service import cases, ticking
from engine.service.looking import documents, listing, reading
from engine.service.workplace import By
from tests.refusing import ON_SQLITE, WHY, said
from tests.worlds import BESS, LEE, World, given

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


def with_a_task_of_each_kind(world: World) -> str:
    """A case on which something of every kind was left for somebody to do."""
    ref = world.open(aware_on="2025-12-12")
    known = world.place.directory
    world.place.directory = replace(known, appointments=(), fallbacks={})
    world.clock.go_to("2025-12-17", 9)
    ticking.fire_due(world.place)
    world.place.directory = known
    cases.add_person(world.place, BESS, ref, "child")
    step = Step("decide_to_notify", already_done=True, pass_over=True)
    cases.take_step(world.place, By("bess", decided_by="eve", evidence="minutes-1"), ref, step)
    world.take(ref, "record_notification_sent", LEE)
    cases.undo(world.place, By("lee", reason="another form was sent"), ref)
    cases.correct(world.place, WHY, ref, given(place="elsewhere"))
    world.record(ref, report="The report names somebody.")
    documents.erase_person(world.place, BESS, ref, "p1", "a court's order")
    return ref


def type_what_is_told(world: World, ref: str, how: str, by: By) -> None:
    """Do what a task says is to be typed, and nothing else."""
    verb, told, what, *_ = how.split()
    assert told == ref
    if verb == "done":
        cases.done(world.place, by, ref, what)
        return
    name, _, of = what.partition("=")[0].partition("/")
    value = {"opinion": "notify"}.get(name, "It was said in the meeting.")
    cases.record(world.place, by, ref, [Given(name, value, of)])


def test_every_task_says_what_is_typed_to_end_it_and_that_ends_it(world: World) -> None:
    ref = with_a_task_of_each_kind(world)
    kinds = {row[0] for row in tasks(world, ref) if row[3] == "open"}
    assert kinds == {
        *("missing answer", "not asked", "unmet need", "not theirs"),
        *("confirm decision", "follow up", "message"),
    }
    while left := reading.show(world.place, BESS, ref)["tasks"]:
        task = left[0]
        by = By("lee" if task["role"] == "local_authority" else "bess", reason="it was looked at")
        type_what_is_told(world, ref, task["how"], by)
        remaining = [one["task"] for one in reading.show(world.place, BESS, ref)["tasks"]]
        assert task["task"] not in remaining
    assert {row[3] for row in tasks(world, ref)} == {"done"}
    assert listing.today_sheet(world.place)["tasks"] == []
    assert world.verdict().problems == []


def test_a_task_stays_done_when_the_step_that_left_it_is_set_aside(world: World) -> None:
    ref = world.notified()
    cases.take_step(world.place, BESS, ref, Step("submit_review", already_done=True))
    open_now = reading.show(world.place, BESS, ref)["tasks"]
    [approval] = [one for one in open_now if one["how"].startswith("done")]
    cases.done(world.place, WHY, ref, approval["task"])
    cases.undo(world.place, By("bess", reason="it was too early"), ref)
    assert [row[3] for row in tasks(world, ref)] == ["dropped", "done"]
    assert world.verdict().problems == []


def test_a_task_is_ended_by_those_whose_it_is_and_with_what_was_done(world: World) -> None:
    ref = world.notified()
    cases.correct(world.place, WHY, ref, given(place="elsewhere"))
    [confirm] = reading.show(world.place, BESS, ref)["tasks"]
    task = confirm["task"]
    assert said(world, lambda w: cases.done(w.place, LEE, ref, task)) == [
        "A task is done in some way; say how with --reason."
    ]
    # To confirm a decision is to decide: who only keeps the record does not.
    refused = said(world, lambda w: cases.done(w.place, WHY, ref, task))
    assert refused[0] == "This task is for others to end."
    assert "it is for the" in refused[1]
    cases.done(world.place, By("lee", reason="it stands"), ref, task)
    [closed] = [e for e in world.events(ref) if e["type"] == "task closed"]
    assert closed["body"] == {"tasks": [task], "status": "done"}
    assert [path.partition("/")[0] for path in closed["sealed"]] == ["reason"]
    assert said(world, lambda w: cases.done(w.place, LEE, ref, task)) == [
        f'{ref} has no open task "{task}".'
    ]


def test_a_missing_record_is_put_on_record_and_not_said_to_be_done(world: World) -> None:
    ref = world.open()
    world.take(ref, "start_deciding")
    step = Step("decide_to_notify", already_done=True)
    cases.take_step(world.place, LEE, ref, step)
    missing = reading.show(world.place, BESS, ref)["tasks"]
    [rationale] = [one for one in missing if "rationale" in one["how"]]
    assert rationale["how"] == f"record {ref} rationale=-"
    with pytest.raises(RefusedError, match="when what is missing is on record") as refused:
        cases.done(world.place, WHY, ref, rationale["task"])
    assert [need.how for need in refused.value.unmet] == [rationale["how"]]
