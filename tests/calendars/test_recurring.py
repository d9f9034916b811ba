"""Recurring clocks after a step was set aside or given another day: where they run, and since
when.
"""

from __future__ import annotations

from pathlib import Path

from engine.service import cases
from engine.service.workplace import By
from tests.cases.test_clocks import bodies
from tests.changed_sample import changed
from tests.refusing import WHY
from tests.worlds import LEE, World

LEE_WHY = By("lee", reason="it was recorded too early")
WHILE_REVIEWED = 'starts_in  = ["reviewing"]'
IF_AGREED = (WHILE_REVIEWED, f'{WHILE_REVIEWED}\nonly_if    = {{ letter_says = "agrees" }}')
SINCE_SENDING = (
    WHILE_REVIEWED,
    'starts_in  = ["to_notify", "reviewing"]\nonly_if    = { letter_says = "agrees" }',
)
FROM_THE_START = (WHILE_REVIEWED, 'starts_in  = ["referred", "deciding"]')
REMIND = "remind_on_the_day_it_is_due"


def sent_on(world: World, ref: str) -> int:
    taken = [e for e in world.events(ref) if e["type"] == "transition taken"]
    return int(next(e["n"] for e in taken if e["body"]["transition"] == "record_notification_sent"))


def starts(world: World, ref: str) -> tuple[str, str]:
    row = world.deadline(ref, "progress")
    return str(row["status"]), str(row["starts_on"])


def test_a_clock_that_an_answer_began_stops_when_the_step_into_its_state_is_set_aside(
    tmp_path: Path,
) -> None:
    with changed(tmp_path, IF_AGREED) as world:
        ref = world.notified()
        world.record(ref, letter_says="agrees")
        assert starts(world, ref) == ("running", "2025-12-15")
        cases.undo(world.place, LEE_WHY, ref)
        assert world.deadline(ref, "progress")["status"] == "no longer applies"
        [stopped] = bodies(world, ref, "deadline stopped")
        assert stopped == {
            "timescale": "progress",
            "of": "",
            "no": 1,
            "cause": "its step was set aside",
            "now": {"status": "no longer applies"},
            "dropped": [[REMIND, 1]],
        }
        world.take(ref, "record_notification_sent", LEE)
        assert world.deadline(ref, "progress", 2)["status"] == "running"
        assert world.verdict().problems == []


def test_setting_a_step_aside_leaves_a_clock_alone_that_still_counts_from_its_day(
    tmp_path: Path,
) -> None:
    with changed(tmp_path, SINCE_SENDING) as world:
        ref = world.open(aware_on="2025-12-12")
        world.take(ref, "start_deciding")
        world.opinions(ref)
        world.take(ref, "decide_to_notify", LEE, rationale="The tests are met.")
        world.clock.go_to("2025-12-17")
        world.take(ref, "record_notification_sent", LEE)
        world.clock.go_to("2025-12-18")
        world.take(ref, "record_letter", letter_says="agrees")
        assert starts(world, ref) == ("running", "2025-12-17")
        world.take(ref, "ask_for_summaries", agencies_asked="board")
        cases.undo(world.place, WHY, ref)
        assert starts(world, ref) == ("running", "2025-12-17")
        assert bodies(world, ref, "deadline moved") == []


def test_a_clock_whose_condition_came_later_follows_the_step_into_its_state_to_another_day(
    tmp_path: Path,
) -> None:
    with changed(tmp_path, IF_AGREED) as world:
        ref = world.notified()
        world.record(ref, letter_says="agrees")
        cases.redate(world.place, LEE_WHY, ref, sent_on(world, ref), "2025-12-12")
        assert starts(world, ref) == ("running", "2025-12-12")
        moved = bodies(world, ref, "deadline moved")[-1]
        assert (moved["timescale"], moved["cause"]) == ("progress", "a step was re-dated")
        assert world.verdict().problems == []


def test_a_clock_that_runs_where_every_case_begins_counts_from_the_day_of_opening(
    tmp_path: Path,
) -> None:
    with changed(tmp_path, FROM_THE_START) as world:
        ref = world.open(aware_on="2025-12-12")
        world.clock.go_to("2025-12-16")
        world.take(ref, "start_deciding")
        assert starts(world, ref) == ("running", "2025-12-15")
        cases.undo(world.place, WHY, ref)
        assert starts(world, ref) == ("running", "2025-12-15")
        assert bodies(world, ref, "deadline moved") == []


def test_a_cycle_counts_from_the_day_on_which_the_one_before_it_was_met(tmp_path: Path) -> None:
    with changed(tmp_path) as world:
        ref = world.notified()
        world.clock.go_to("2026-01-14")
        world.take(ref, "check_progress")
        world.clock.go_to("2026-01-20")
        world.take(ref, "ask_for_summaries", agencies_asked="board")
        cases.undo(world.place, WHY, ref)
        assert world.deadline(ref, "progress", 2)["starts_on"] == "2026-01-14"
        assert bodies(world, ref, "deadline moved") == []
