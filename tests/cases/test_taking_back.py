"""What setting a step aside brings back, word for word: answers, turns, clocks, tasks, and who is
told.
"""

from __future__ import annotations

from typing import Any

from engine.decide.steps.taking import Step
from engine.service import cases, ticking
from engine.service.looking import reading
from engine.service.workplace import By
from tests.cases.test_clocks import ESCALATE, REMIND, bodies, days
from tests.refusing import ON_SQLITE, WHY
from tests.telling.test_notices import open_tasks
from tests.worlds import BESS, LEE, World, given

pytestmark = ON_SQLITE
LEE_WHY = By("lee", reason="it was recorded too early")


def undone(world: World, ref: str, by: By = LEE_WHY) -> dict[str, Any]:
    cases.undo(world.place, by, ref)
    return bodies(world, ref, "step undone")[-1]


def entry(world: World, ref: str, step: str) -> int:
    taken = [e for e in world.events(ref) if e["type"] == "transition taken"]
    return int([e["n"] for e in taken if e["body"]["transition"] == step][-1])


def test_the_first_step_taken_back_was_never_taken(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.clock.go_to("2025-12-16")
    world.take(ref, "start_deciding")
    step = entry(world, ref, "start_deciding")
    assert undone(world, ref, WHY) == {
        "step": step,
        "transition": "start_deciding",
        "state": "referred",
        "closed_on": None,
        "state_since": "2025-12-15",
        "latest_on": "2025-12-15",
        "answers": [],
        "turns": [{"what": "took:start_deciding", "no": 0, "happened": "", "first": False}],
    }


def test_a_step_taken_back_once_of_twice_was_taken_once_on_its_first_day(world: World) -> None:
    ref = world.notified()
    for day in ("2025-12-17", "2025-12-19"):
        world.clock.go_to(day)
        world.take(ref, "record_letter", letter_says="agrees")
    turns = {turn["what"]: turn for turn in undone(world, ref, WHY)["turns"]}
    assert (turns["took:record_letter"]["no"], turns["took:record_letter"]["happened"]) == (
        1,
        "2025-12-17",
    )
    assert turns["letter_says"]["no"] == 0


def test_what_the_step_recorded_is_set_aside_and_what_was_there_before_it_stays(
    world: World,
) -> None:
    ref = world.notified()
    world.take(ref, "record_letter", letter_says="agrees")
    world.take(ref, "record_letter", letter_says="disagrees")
    back = undone(world, ref, WHY)["answers"]
    assert [(a["question"], a["of"], a["no"], a["status"]) for a in back] == [
        ("letter_says", "", 2, "set aside")
    ]
    shown = reading.show(world.place, BESS, ref)["answers"]
    letters = [(a["no"], a["value"]) for a in shown if a["question"] == "letter_says"]
    assert letters == [(1, "agrees")]


def test_of_three_letters_only_the_latest_is_taken_back(world: World) -> None:
    ref = world.notified()
    for says in ("agrees", "disagrees", "agrees"):
        world.take(ref, "record_letter", letter_says=says)
    back = undone(world, ref, WHY)["answers"]
    assert [(a["question"], a["no"], a["status"]) for a in back] == [
        ("letter_says", 3, "set aside")
    ]
    shown = reading.show(world.place, BESS, ref)["answers"]
    assert [a["no"] for a in shown if a["question"] == "letter_says"] == [1, 2]


def test_the_clock_that_a_step_had_met_runs_again_with_the_notices_that_it_dropped(
    world: World,
) -> None:
    ref = world.notified()
    undone(world, ref)
    resumed, *_ = bodies(world, ref, "deadline resumed")
    assert (resumed["timescale"], resumed["of"], resumed["no"]) == ("notification", "", 1)
    assert resumed["cause"] == "its step was set aside"
    assert resumed["now"] == {
        "status": "running",
        "rule": "within 5 working days of aware_on",
        "starts_on": "2025-12-12",
        "due_on": "2025-12-19",
        "due_from": None,
        "due_to": None,
        "target_on": None,
        "delay_on": None,
        "met_on": None,
        "calendar": "england-and-wales-2026-11-22",
        "schedule": 2,
    }
    assert resumed["schedule"] == 2
    armed = sorted(days(resumed["notices"]))
    assert armed == [(ESCALATE, "2025-12-22"), (REMIND, "2025-12-17")]
    aside = {b["timescale"]: b for b in bodies(world, ref, "deadline set aside")}
    assert sorted(aside) == ["progress", "review"]
    assert aside["review"]["now"] == {"status": "set aside"}
    assert sorted(aside["review"]["dropped"]) == [
        ["escalate_1_working_day_after_it_was_due", 1],
        ["remind_5_working_days_before_it_is_due", 1],
        ["remind_on_the_day_it_is_due", 1],
    ]


def test_a_notice_that_had_been_sent_before_the_step_is_not_sent_again(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.take(ref, "start_deciding")
    world.opinions(ref)
    world.take(ref, "decide_to_notify", LEE, rationale="The tests are met.")
    world.clock.go_to("2025-12-17", 9)
    ticking.fire_due(world.place)
    world.take(ref, "record_notification_sent", LEE)
    undone(world, ref)
    resumed, *_ = bodies(world, ref, "deadline resumed")
    assert [name for name, _ in resumed["notices"]] == [ESCALATE]
    ticking.fire_due(world.place)
    assert len(bodies(world, ref, "notice fired")) == 1


def test_what_left_the_building_is_followed_up_by_those_whose_step_it_was(world: World) -> None:
    ref = world.notified()
    undone(world, ref)
    assert open_tasks(world) == [
        (
            "follow up",
            "follow up the notification form, to the national Panel: "
            '"Record that the notification was sent" was set aside',
            "local_authority",
            "record_notification_sent",
        )
    ]


def test_those_who_were_told_of_a_step_are_told_that_it_was_set_aside(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.take(ref, "start_deciding")
    undone(world, ref, WHY)
    [done, aside] = bodies(world, ref, "people told")
    assert done["what"] == "Begin the decision: done on 2025-12-15"
    assert aside["what"] == "Begin the decision: this step was set aside"
    assert [(m["person"], m["role"]) for m in aside["messages"]] == [("lee", "local_authority")]
    assert open_tasks(world) == []


def test_a_task_of_the_step_that_was_done_since_is_not_dropped(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.take(ref, "start_deciding")
    done = Step("decide_to_notify", given(rationale="The tests are met."), already_done=True)
    cases.take_step(world.place, LEE, ref, done)
    [opened] = bodies(world, ref, "task opened")
    world.opinions(ref)
    undone(world, ref)
    closed = bodies(world, ref, "task closed")
    assert {task for body in closed for task in body["tasks"]} == {
        task["task"] for task in opened["tasks"]
    }
    assert {body["status"] for body in closed} == {"done"}


def test_the_clock_of_what_was_asked_anew_is_gone_and_that_of_before_stands_as_it_stood(
    world: World,
) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.take(ref, "start_deciding")
    world.take(ref, "decide_not_to_notify", LEE, rationale="It was an accident.")
    world.take(ref, "reopen", LEE)
    world.record(ref, aware_on="2025-12-15")
    back = undone(world, ref)
    named = {(a["question"], a["no"]): a["status"] for a in back["answers"]}
    assert named == {("aware_on", 2): "set aside"}
    assert {turn["what"]: turn["no"] for turn in back["turns"]} == {
        "took:reopen": 0,
        "aware_on": 0,
        "rationale": 0,
    }
    assert [(b["no"], b["cause"]) for b in bodies(world, ref, "deadline set aside")] == [
        (2, "its step was set aside")
    ]
    assert world.deadline(ref, "notification")["status"] == "no longer applies"
    assert world.state(ref) == "not_notified"
    assert world.verdict().problems == []
