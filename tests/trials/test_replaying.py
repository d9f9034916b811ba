from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pysqlite3 as sqlite3
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from engine import database
from engine.case import Given
from engine.decide.what_if.replaying import Replay
from engine.definition import Workflow, plain, workflow_from
from engine.errors import CaseNotFoundError, UsageError
from engine.service import cases, ticking
from engine.service.bank_holidays import holidays
from engine.service.bank_holidays.holidays import Holiday
from engine.service.rehearsals import replaying
from engine.service.rehearsals.what_if import what_if
from engine.service.workplace import By, Workplace
from tests import stories
from tests.redrafting import leaves, mutated
from tests.replays import (
    casebook,
    differences,
    replayed,
    with_due,
    with_step,
    without_notice,
    without_step,
)
from tests.shared import loaded
from tests.stores.test_both_databases import walked
from tests.worlds import SAMPLE, World, given, place_on

INCIDENT = loaded(SAMPLE)
REMINDER = "remind_2_working_days_before_it_is_due"
THREE_DAYS = with_due(INCIDENT, "notification", "within 3 working days of aware_on")


def ticked(world: World, day: str) -> None:
    world.clock.go_to(day)
    ticking.fire_due(world.place)


def deadline(done: Replay, timescale: str) -> tuple[str, str, str, str]:
    """A deadline as it is and as it would be: each its day and its status."""
    [one] = [one for one in done.deadlines if one.timescale == timescale]
    assert one.old is not None
    assert one.new is not None
    return one.old.due_on, one.old.status, one.new.due_on, one.new.status


def refused(done: Replay) -> list[tuple[str, list[str]]]:
    return [(one.subject, [need.what for need in one.needs]) for one in done.impossible]


def test_under_its_own_edition_every_event_is_made_again_as_it_was(world: World) -> None:
    ref = world.publishing()
    world.record(ref, publication_planned_on="2026-02-02")
    cases.undo(world.place, By("bess", reason="too early"), ref)
    ticked(world, "2026-03-02")

    assert differences(world.place) == []


@pytest.mark.parametrize("seed", range(3))
def test_a_random_walk_is_made_again_event_by_event(sample_url: str, seed: int) -> None:
    walk = walked(sample_url, 120, seed)

    assert differences(walk.place) == []
    walk.place.database.close()


def test_a_shorter_time_is_missed_by_what_was_done_in_the_longer(world: World) -> None:
    ref = world.open(aware_on="2025-12-08")
    world.take(ref, "start_deciding")
    world.opinions(ref)
    world.take(ref, "decide_to_notify", By("lee"), rationale="The tests are met.")
    world.take(ref, "record_notification_sent", By("lee"))
    done = replayed(world.place, ref, THREE_DAYS)

    assert deadline(done, "notification") == ("2025-12-15", "met", "2025-12-11", "met late")
    assert refused(done) == []


def test_a_longer_time_is_met_by_what_was_late_in_the_shorter(world: World) -> None:
    ref = world.notified(aware_on="2025-12-01")
    longer = with_due(INCIDENT, "notification", "within 15 working days of aware_on")
    done = replayed(world.place, ref, longer)

    assert deadline(done, "notification") == ("2025-12-08", "met late", "2025-12-22", "met")


def test_what_still_runs_is_overdue_under_a_shorter_time(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    ticked(world, "2025-12-18")
    done = replayed(world.place, ref, THREE_DAYS)

    assert deadline(done, "notification") == ("2025-12-19", "running", "2025-12-17", "overdue")


def test_notices_of_another_day_are_told_with_both_days_and_those_that_never_fired_as_new(
    world: World,
) -> None:
    ref = world.open(aware_on="2025-12-12")
    ticked(world, "2025-12-18")
    found = replayed(world.place, ref, THREE_DAYS).notices

    assert [(one.notice, one.old_on, one.new_on) for one in found] == [
        ("escalate_1_working_day_after_it_was_due", "", "2025-12-18"),
        (REMINDER, "2025-12-18", "2025-12-15"),
    ]


def test_while_no_worker_came_by_nothing_else_would_have_fired_either(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    ticked(world, "2026-01-05")
    sooner = with_due(INCIDENT, "notification", "within 6 working days of aware_on")
    found = replayed(world.place, ref, sooner)

    # Both were due in the silence: what comes last tells, when the worker is back.
    assert [(one.notice, one.on) for one in found.told] == [
        ("escalate_1_working_day_after_it_was_due", "2026-01-05")
    ]
    assert found.notices == []


def test_a_record_that_must_be_on_file_now_makes_the_step_impossible_and_it_goes_on(
    world: World,
) -> None:
    ref = world.notified()
    decide = INCIDENT.transitions["decide_to_notify"]
    stricter = with_step(INCIDENT, decide.id, on_file=(*decide.on_file, "report"))
    done = replayed(world.place, ref, stricter)

    assert refused(done) == [("decide_to_notify", ['no answer to "The report"'])]
    assert done.case.state == "reviewing"
    assert [one for one in done.deadlines if one.differs] == []


def test_a_record_that_was_on_file_in_time_leaves_the_step_possible(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.record(ref, report="The report.")
    world.take(ref, "start_deciding")
    world.opinions(ref)
    world.take(ref, "decide_to_notify", By("lee"), rationale="The tests are met.")
    decide = INCIDENT.transitions["decide_to_notify"]
    stricter = with_step(INCIDENT, decide.id, on_file=(*decide.on_file, "report"))

    assert refused(replayed(world.place, ref, stricter)) == []


def test_a_step_that_was_recorded_as_already_done_lacks_only_what_is_missing_anew(
    world: World,
) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.take(ref, "start_deciding")
    done_already = cases.Step("decide_to_notify", given(rationale="So it was."), already_done=True)
    cases.take_step(world.place, By("lee"), ref, done_already)
    decide = INCIDENT.transitions["decide_to_notify"]
    stricter = with_step(INCIDENT, decide.id, on_file=(*decide.on_file, "report"))

    assert refused(replayed(world.place, ref, INCIDENT)) == []
    assert refused(replayed(world.place, ref, stricter)) == [
        ("decide_to_notify", ['no answer to "The report"'])
    ]


def test_a_step_for_another_role_now_is_told_to_be_for_that(world: World) -> None:
    ref = world.notified()
    narrower = with_step(INCIDENT, "decide_to_notify", who=("executive",))

    assert refused(replayed(world.place, ref, narrower)) == [
        ("decide_to_notify", ["it is for the executive to decide"])
    ]


def test_a_step_that_is_gone_is_told_and_leads_where_it_led(world: World) -> None:
    ref = world.notified()
    done = replayed(world.place, ref, without_step(INCIDENT, "start_deciding"))

    [one] = done.impossible
    assert (one.subject, one.sentence) == (
        "start_deciding",
        "The definition has no step start_deciding any more.",
    )
    assert done.case.state == "reviewing"


def test_a_step_that_is_gone_meets_no_clock_and_can_still_be_set_aside(world: World) -> None:
    ref = world.notified(aware_on="2025-12-12")
    gone = without_step(INCIDENT, "record_notification_sent")
    _, status, _, would_be = deadline(replayed(world.place, ref, gone), "notification")
    cases.undo(world.place, By("bess", reason="it had not gone"), ref)
    undone = replayed(world.place, ref, gone)

    assert (status, would_be) == ("met", "running")
    assert (undone.case.state, len(undone.impossible)) == ("to_notify", 1)


def test_a_notice_that_is_gone_would_not_have_fired(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    ticked(world, "2025-12-18")
    found = replayed(world.place, ref, without_notice(INCIDENT, "notification", REMINDER))

    assert [(one.notice, one.old_on, one.new_on) for one in found.notices] == [
        (REMINDER, "2025-12-18", "")
    ]


def test_a_linked_case_is_replayed_under_the_linked_process(world: World) -> None:
    ref = world.notified()
    world.record(ref, agencies_asked="board,police")
    world.take(ref, "ask_for_summaries")

    assert sorted(casebook(world.place)) == [ref, f"{ref}.1", f"{ref}.2"]
    assert replayed(world.place, f"{ref}.1", THREE_DAYS).edition.workflow.name == "summary"
    assert differences(world.place) == []


def test_a_correction_moves_the_clocks_of_the_other_definition(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    right = By("bess", reason="misread")
    cases.correct(world.place, right, ref, [Given("aware_on", "2025-12-10")])

    assert deadline(replayed(world.place, ref, THREE_DAYS), "notification")[2] == "2025-12-15"


def test_a_day_put_right_is_put_right_again_by_the_number_that_the_step_has_now(
    world: World,
) -> None:
    world.clock.go_to("2025-12-17")
    ref = world.notified(aware_on="2025-12-12")
    sent = next(e["n"] for e in reversed(world.events(ref)) if e["type"] == "transition taken")
    cases.redate(world.place, By("lee", reason="misread"), ref, sent, "2025-12-16")
    # Notices fire that did not, so that all later entries have other numbers.
    more = replayed(
        world.place,
        ref,
        with_due(INCIDENT, "notification", "within 1 working day of aware_on"),
    )
    [one] = [one for one in more.deadlines if one.timescale == "notification"]

    assert one.new is not None
    assert (one.new.met_on, one.new.status, refused(more)) == ("2025-12-16", "met late", [])


def test_a_late_bank_holiday_is_counted_from_the_day_on_which_it_was_announced(
    world: World,
) -> None:
    moved = world.open(aware_on="2025-12-12")
    world.clock.go_to("2025-12-16")
    funeral = Holiday("added", "2025-12-18", "A day of mourning", "2025-12-16", "the government")
    holidays.change(world.place, By("bess"), funeral)
    later = world.open(aware_on="2025-12-15")
    longer = with_due(INCIDENT, "notification", "within 6 working days of aware_on")

    assert differences(world.place) == []
    assert deadline(replayed(world.place, moved, longer), "notification")[::2] == (
        "2025-12-22",
        "2025-12-23",
    )
    assert deadline(replayed(world.place, later, longer), "notification")[2] == "2025-12-24"


def test_a_late_bank_holiday_moves_a_clock_that_it_did_not_move_then(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.clock.go_to("2025-12-16")
    eve = Holiday("added", "2025-12-24", "Another day", "2025-12-16", "the government")
    holidays.change(world.place, By("bess"), eve)
    longer = with_due(INCIDENT, "notification", "within 8 working days of aware_on")

    assert differences(world.place) == []
    assert deadline(replayed(world.place, ref, longer), "notification")[2] == "2025-12-29"


def test_nothing_is_written_by_a_replay(world: World) -> None:
    ref = world.notified()
    ticked(world, "2026-02-02")
    before = world.verdict()
    history = world.events(ref)
    what_if(world.place, "incident", replaying.Edition(THREE_DAYS))

    assert world.events(ref) == history
    assert world.verdict() == before


def test_a_case_that_there_is_not_is_told_so(world: World) -> None:
    with pytest.raises(CaseNotFoundError):
        replayed(world.place, "2025-000000", INCIDENT)


def test_a_process_without_cases_is_told_with_those_that_have_some(world: World) -> None:
    world.open()
    with pytest.raises(UsageError, match="there are cases of: incident"):
        what_if(world.place, "wedding", replaying.Edition(INCIDENT))


def test_the_totals_of_a_casebook_are_those_of_its_cases(world: World) -> None:
    for day in ("2025-12-10", "2025-12-11", "2025-12-12"):
        world.open(aware_on=day)
    ticked(world, "2025-12-18")
    found = what_if(world.place, "incident", replaying.Edition(THREE_DAYS))

    assert (found["cases"], len(found["differing"])) == (3, 3)
    assert found["totals"]["deadlines"] == [
        {
            "timescale": "notification",
            "title": "Notify the Panel",
            "other_day": 3,
            "now_missed": 2,
            "now_in_time": 0,
            "begun": 0,
            "gone": 0,
            "other_end": 0,
        }
    ]


def test_a_record_that_was_altered_is_left_out_and_said_to_be(
    sqlite_sample: Path, tmp_path: Path
) -> None:
    url = stories.copied(sqlite_sample, tmp_path)
    world = World(*place_on(database.open(url, durable=False)))
    whole, altered = (world.notified(aware_on="2025-12-09") for _ in "ab")
    raw = sqlite3.connect(tmp_path / "casetrail.db")
    triggers = raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (trigger,) in triggers:
        raw.execute(f"DROP TRIGGER {trigger}")
    raw.execute("UPDATE events SET text = '{' WHERE stream = ? AND n = 3", (altered,))
    raw.commit()
    raw.close()
    found = what_if(world.place, "incident", replaying.Edition(THREE_DAYS))
    world.place.database.close()

    assert [one["ref"] for one in found["unreadable"]] == [altered]
    assert [one["ref"] for one in found["differing"]] == [whole]


def test_of_a_linked_process_that_is_gone_every_case_is_told(world: World) -> None:
    ref = world.notified()
    world.record(ref, agencies_asked="board")
    world.take(ref, "ask_for_summaries")
    gone = with_step(INCIDENT, "ask_for_summaries", opens=None)
    gone = with_step(gone, "submit_review", only_if=INCIDENT.transitions["publish"].only_if)
    found = what_if(world.place, "incident", replaying.Edition(_without_children(gone)))

    assert [(one["ref"], one["impossible"][0]["said"]) for one in found["differing"]] == [
        (f"{ref}.1", "The definition has no linked process summary any more.")
    ]


def _without_children(workflow: Workflow) -> Workflow:
    stored = plain(workflow)
    return workflow_from({**stored, "children": {}}, "no children")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, sqlite_sample: Path) -> Iterator[Workplace]:
    """A partnership whose cases were made by a random walk."""
    walk = walked(stories.copied(sqlite_sample, tmp_path_factory.mktemp("walk")), 160, 9)
    yield walk.place
    walk.place.database.close()


SOUND = [
    *("due", "on_file", "asked", "tell", "who", "met_by", "stops_if", "starts_in", "asks_anew"),
    *("tables", "notices", "approve", "starts"),
]
"""The parts that can be changed by themselves, and leave a definition that can be used."""


@settings(max_examples=60)
@drawn(seed=st.integers(0, 10**9))
def test_whatever_has_changed_in_a_definition_a_replay_never_stops(
    told: Workplace, seed: int
) -> None:
    chance, stored = random.Random(seed), plain(INCIDENT)
    ways = [way for way in leaves(stored) if way[0] in ("transitions", "timescales")]
    path = chance.choice([way for way in ways if way[-1] in SOUND])
    changed = workflow_from(mutated(stored, path, chance), f"changed {seed}")
    for ref in casebook(told):
        done = replayed(told, ref, changed)

        assert done.case.state == done.record.case.state
        assert len(done.events) >= len(done.record.commands) // 2
