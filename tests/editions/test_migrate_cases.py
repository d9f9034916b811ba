from __future__ import annotations

from pathlib import Path

from engine.service import cases, ticking
from tests import moving
from tests.moving import (
    AGREED,
    BECAUSE,
    ESCALATION,
    REMINDER,
    due,
    edition_of,
    fired,
    foreseen,
    holds,
    move,
    needs,
)
from tests.worlds import LEE, World, given


def test_a_case_that_is_moved_is_governed_by_the_other_edition_from_then_on(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(aware_on="2025-12-12")
    before = edition_of(world, ref)
    newer = moving.another(world, tmp_path, moving.SHORTER)
    [found] = move(world, by=BECAUSE)

    assert (found.refused, found.opened, edition_of(world, ref)) == (False, "2025-01", newer)
    assert due(world, ref, "notification") == ("running", "2025-12-17")
    event = next(e for e in world.events(ref) if e["type"] == "case migrated")
    assert (event["edition"], event["body"]["from_edition"]) == (newer, before)
    assert list(event["sealed"]) == [f"reason//{event['n']}"]
    world.take(ref, "start_deciding")
    assert world.events(ref)[-1]["edition"] == newer
    holds(world, ref)


def test_a_dry_run_changes_nothing(world: World, tmp_path: Path) -> None:
    ref = world.open(aware_on="2025-12-12")
    moving.another(world, tmp_path, moving.SHORTER)
    before = world.events(ref)
    [found] = foreseen(world)

    [clock] = found.plans[0].clocks
    assert (clock.choice, clock.old["due_on"], clock.now["due_on"]) == (
        "rebase",
        "2025-12-19",
        "2025-12-17",
    )
    assert world.events(ref) == before
    holds(world)


def test_a_clock_that_is_kept_stays_as_it_was_counted_through_every_later_step(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(aware_on="2025-12-12")
    moving.another(world, tmp_path, moving.SHORTER)
    move(world, clocks={"notification": "keep"})
    assert due(world, ref, "notification") == ("running", "2025-12-19")
    world.take(ref, "start_deciding")
    world.opinions(ref)
    assert due(world, ref, "notification") == ("running", "2025-12-19")
    assert world.deadline(ref, "notification")["rule"] == "within 5 working days of aware_on"

    cases.correct(world.place, BECAUSE, ref, given(aware_on="2025-12-11"))
    assert due(world, ref, "notification") == ("running", "2025-12-18")
    world.take(ref, "decide_to_notify", LEE, rationale="It fits.")
    world.clock.go_to("2025-12-18")
    world.take(ref, "record_notification_sent", LEE)
    assert due(world, ref, "notification") == ("met", "2025-12-18")
    holds(world, ref)


def test_what_was_met_in_time_is_not_late_under_a_shorter_time(
    world: World, tmp_path: Path
) -> None:
    world.clock.go_to("2025-12-19")
    ref = world.notified(aware_on="2025-12-12")
    assert due(world, ref, "notification") == ("met", "2025-12-19")
    moving.another(world, tmp_path, moving.SHORTER)
    move(world)
    world.take(ref, "check_progress")
    world.record(ref, happened_on="2025-12-01")
    assert due(world, ref, "notification") == ("met", "2025-12-19")
    holds(world, ref)


def test_an_overdue_deadline_is_overdue_still_or_by_the_longer_time_no_more(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.clock.go_to("2025-12-23")
    ticking.fire_due(world.place)
    assert due(world, ref, "notification") == ("overdue", "2025-12-19")
    moving.another(world, tmp_path, moving.LONGER)
    move(world, later=AGREED)
    assert due(world, ref, "notification") == ("running", "2025-12-24")
    holds(world, ref)


def test_a_provisional_clock_is_counted_anew_and_counts_provisionally_still(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(happened_on="2025-12-10")
    moving.another(world, tmp_path, moving.SHORTER)
    move(world)
    assert due(world, ref, "notification") == ("provisional", "2025-12-15")
    world.record(ref, aware_on="2025-12-12")
    assert due(world, ref, "notification") == ("running", "2025-12-17")
    holds(world, ref)


def test_a_provisional_clock_that_is_kept_counts_by_the_old_rule_when_its_day_is_known(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(happened_on="2025-12-10")
    moving.another(world, tmp_path, moving.SHORTER)
    move(world, clocks={"notification": "keep"})
    assert due(world, ref, "notification") == ("provisional", "2025-12-17")
    world.record(ref, aware_on="2025-12-12")
    assert due(world, ref, "notification") == ("running", "2025-12-19")
    holds(world, ref)


def test_what_has_fired_stays_fired_and_what_waits_goes_out_at_its_new_moment(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.clock.go_to("2025-12-17")
    ticking.fire_due(world.place)
    assert fired(world, ref) == [(ESCALATION, "waiting"), (REMINDER, "fired")]
    moving.another(world, tmp_path, moving.SHORTER)
    move(world)
    assert fired(world, ref) == [(ESCALATION, "waiting"), (REMINDER, "fired")]
    told = [e["body"] for e in world.events(ref) if e["type"] == "people told"]
    assert told[-1]["what"] == "Notify the Panel: the day has moved"
    assert {one["person"] for one in told[-1]["messages"]} == {"lee"}
    world.clock.go_to("2025-12-18")
    ticking.fire_due(world.place)
    assert fired(world, ref) == [(ESCALATION, "fired"), (REMINDER, "fired")]
    holds(world, ref)


def test_a_reminder_fires_again_only_where_its_new_moment_is_to_come(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.clock.go_to("2025-12-17")
    ticking.fire_due(world.place)
    moving.another(world, tmp_path, moving.LONGER)
    move(world, later=AGREED)
    assert fired(world, ref) == [
        (ESCALATION, "waiting"),
        (REMINDER, "fired"),
        (REMINDER, "waiting"),
    ]
    holds(world, ref)


def test_the_notices_of_a_clock_that_is_kept_are_those_of_the_new_edition(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(aware_on="2025-12-12")
    edit = ("2 working days before it is due", "1 working day before it is due")
    moving.another(world, tmp_path, edit)
    assert needs(move(world, clocks={"notification": "keep"}, later=AGREED)) == []
    assert fired(world, ref) == [
        (ESCALATION, "waiting"),
        ("remind_1_working_day_before_it_is_due", "waiting"),
    ]
    world.clock.go_to("2025-12-18")
    ticking.fire_due(world.place)
    assert ("remind_1_working_day_before_it_is_due", "fired") in fired(world, ref)
    holds(world, ref)


def test_a_state_with_another_name_is_where_a_case_then_is_and_its_steps_are_read_so(
    world: World, tmp_path: Path
) -> None:
    ref = world.notified()
    moving.another(world, tmp_path, *moving.IN_REVIEW)
    assert "the new edition has no such state" in needs(foreseen(world))[0]
    move(world, states={"reviewing": "in_review"})
    assert world.state(ref) == "in_review"
    world.take(ref, "check_progress")
    step = next(e["n"] for e in world.events(ref) if e["body"].get("to") == "reviewing")
    world.clock.go_to("2025-12-16")
    cases.redate(world.place, BECAUSE, ref, step, "2025-12-14")
    cases.undo(world.place, BECAUSE, ref)
    # The monthly check counts again from the day on which the case came to be reviewed.
    assert world.deadline(ref, "progress")["starts_on"] == "2025-12-14"
    holds(world)


def test_a_case_that_its_own_history_would_not_have_led_there_stays_where_it_is(
    world: World, tmp_path: Path
) -> None:
    ref = world.notified()
    other = world.open(aware_on="2025-12-12")
    newer = moving.another(
        world, tmp_path, ('on_file = ["rationale"]\nasked   = ["opinion"]', 'on_file = ["form"]')
    )
    found = {one.ref: one for one in move(world)}

    assert found[other].refused is False
    assert found[ref].sentence == f"{ref} cannot be moved to that edition; it stays as it is."
    [need] = found[ref].needs
    assert '"Decide to notify" cannot be done yet' in need.what
    assert 'no answer to "The form that was sent"' in need.what
    assert edition_of(world, ref) != newer == edition_of(world, other)
    holds(world, ref, other)


def test_a_step_that_there_is_no_more_keeps_a_case_that_took_it_under_its_edition(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.take(ref, "record_letter", letter_says="agrees")
    moving.another(world, tmp_path, ("[transition.record_letter]", "[transition.keep_letter]"))
    [found] = move(world)
    [need] = found.needs
    assert need.what == (
        'the step "Record a letter from the Panel" was taken on 15 December 2025 (@4), and the new '
        "edition has no such step"
    )
    assert need.how.startswith(
        "where it has only another name there, give it the name record_letter again and change its "
        "title instead, since the record goes by names; else leave the case under its edition"
    )


def test_an_answer_that_the_edition_does_not_ask_keeps_a_case_under_its_own(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(aware_on="2025-12-12", happened_on="2025-12-10")
    edit = ("[question.happened_on]", "[question.came_about_on]")
    moving.another(world, tmp_path, edit)
    [found] = move(world)
    [need] = found.needs
    assert need.what == (
        'the record answers "When did it happen?", which the new edition does not ask'
    )
    assert "give it the name happened_on again and change its title instead" in need.how
    holds(world, ref)


def test_a_history_that_leads_elsewhere_is_said(world: World) -> None:
    world.take(world.open(aware_on="2025-12-12"), "start_deciding")
    steps = dict(moving.load(moving.SAMPLE).transitions)
    steps["start_deciding"] = steps["start_deciding"]._replace(to="to_notify")
    moving.made(world, transitions=steps)
    assert needs(move(world)) == [
        'its own history would have led it to "The notification is to be sent", and not to "The '
        'local authority is deciding"'
    ]
