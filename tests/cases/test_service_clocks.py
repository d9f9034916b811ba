from __future__ import annotations

from datetime import timedelta

import pytest

from engine.errors import DeliveryError, RefusedError
from engine.service import cases, outbox, ticking
from engine.service.looking import explaining, reading
from engine.service.workplace import By
from engine.timescales import derivation_lines
from tests.worlds import BESS, ED, EVE, LEE, World, given

REMIND = "remind_2_working_days_before_it_is_due"
ESCALATE = "escalate_1_working_day_after_it_was_due"


def told(world: World, ref: str) -> list[tuple[str, str]]:
    """Who was told what of a case, in the order of the events."""
    return [
        (message["person"], message["what"])
        for event in world.events(ref)
        if event["type"] in ("notice fired", "people told")
        for message in event["body"]["messages"]
    ]


def fired(world: World, ref: str) -> list[tuple[str, str, str]]:
    """The notices of a case and what became of them."""
    return [
        (event["body"]["timescale"], event["body"]["notice"], event["type"].removeprefix("notice "))
        for event in world.events(ref)
        if event["type"].startswith("notice ")
    ]


def test_a_clock_counts_provisionally_until_its_start_is_known(world: World) -> None:
    ref = world.open(happened_on="2025-12-10")
    before = world.deadline(ref, "notification")
    assert (before["status"], before["starts_on"], before["due_on"]) == (
        "provisional",
        "2025-12-10",
        "2025-12-17",
    )
    world.record(ref, aware_on="2025-12-12")
    after = world.deadline(ref, "notification")
    assert (after["status"], after["due_on"], after["first_due_on"]) == (
        "running",
        "2025-12-19",
        "2025-12-17",
    )


def test_met_or_late_is_judged_by_the_day_it_happened(world: World) -> None:
    ref = world.notified(aware_on="2025-12-08")
    assert world.deadline(ref, "notification")["status"] == "met"
    late = world.notified(aware_on="2025-12-05")
    assert world.deadline(late, "notification")["status"] == "met late"


def test_a_missed_deadline_shows_at_once_without_any_worker(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.clock.go_to("2025-12-19", 23)
    assert world.deadline(ref, "notification")["status"] == "running"
    world.clock.go_to("2025-12-20", 0)
    assert world.deadline(ref, "notification")["status"] == "overdue"


def test_a_reminder_and_an_escalation_fire_once_each_to_those_they_name(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.clock.go_to("2025-12-17", 9)
    assert ticking.fire_due(world.place).notices == 1
    assert ticking.fire_due(world.place).notices == 0
    world.clock.go_to("2025-12-22", 9)
    assert ticking.fire_due(world.place).notices == 1
    assert fired(world, ref) == [
        ("notification", REMIND, "fired"),
        ("notification", ESCALATE, "fired"),
    ]
    assert [person for person, _ in told(world, ref)] == ["lee", "lee", "eve", "ed"]
    assert world.verdict().problems == []


def test_of_several_late_notices_only_the_last_one_sends(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.clock.go_to("2026-01-05")
    ticking.fire_due(world.place)
    assert fired(world, ref) == [
        ("notification", REMIND, "superseded"),
        ("notification", ESCALATE, "fired"),
    ]
    assert "this notice is late" in told(world, ref)[0][1]


def test_no_notice_fires_before_nine_on_its_day(world: World) -> None:
    world.open(aware_on="2025-12-12")
    world.clock.go_to("2025-12-17", 8)
    assert ticking.fire_due(world.place).notices == 0


def test_what_is_met_reminds_nobody(world: World) -> None:
    ref = world.notified()
    world.clock.go_to("2025-12-22", 9)
    ticking.fire_due(world.place)
    assert [f for f in fired(world, ref) if f[0] == "notification"] == []


def test_a_correction_moves_a_running_clock_in_the_open_and_tells_those_already_told(
    world: World,
) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.clock.go_to("2025-12-17", 9)
    ticking.fire_due(world.place)
    by = By("bess", reason="the strategy meeting was on Monday")
    cases.correct(world.place, by, ref, given(aware_on="2025-12-15"))
    moved = next(e for e in world.told(ref) if e["type"] == "deadline moved")
    assert moved["body"]["old"]["due_on"] == "2025-12-19"
    assert moved["body"]["now"]["due_on"] == "2025-12-22"
    assert told(world, ref)[-1] == ("lee", "Notify the Panel: the day has moved")
    assert moved["body"]["notices"] == [
        [REMIND, world_moment("2025-12-18")],
        [ESCALATE, world_moment("2025-12-23")],
    ]


def world_moment(day: str) -> int:
    from datetime import date

    from engine.decide.timing.arming import micros_at

    return micros_at(date.fromisoformat(day))


def test_a_notice_that_fired_is_not_armed_again_for_the_past(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.clock.go_to("2025-12-18", 9)
    ticking.fire_due(world.place)
    by = By("bess", reason="it was a day earlier")
    cases.correct(world.place, by, ref, given(aware_on="2025-12-11"))
    moved = next(e for e in world.told(ref) if e["type"] == "deadline moved")
    assert [name for name, _ in moved["body"]["notices"]] == [ESCALATE]


def test_a_plan_that_changes_moves_what_is_counted_back_from_it(world: World) -> None:
    ref = world.publishing()
    world.record(ref, publication_planned_on="2026-03-02")
    assert world.deadline(ref, "copies")["due_on"] == "2026-02-23"
    world.record(ref, publication_planned_on="2026-03-09")
    assert world.deadline(ref, "copies")["due_on"] == "2026-03-02"


def test_a_recurring_clock_starts_again_each_time_it_is_met(world: World) -> None:
    ref = world.notified()
    assert world.deadline(ref, "progress")["due_on"] == "2026-01-15"
    world.clock.go_to("2026-01-14")
    world.take(ref, "check_progress")
    assert world.deadline(ref, "progress", 1)["status"] == "met"
    assert world.deadline(ref, "progress", 2)["due_on"] == "2026-02-14"


def test_a_recurring_clock_stops_when_the_case_moves_on(world: World) -> None:
    ref = world.publishing()
    assert world.deadline(ref, "progress")["status"] == "no longer applies"


def test_what_must_be_kept_outlives_the_closure_of_the_case(world: World) -> None:
    ref = world.publishing()
    world.record(ref, publication_planned_on="2025-12-20")
    world.take(ref, "send_copies")
    world.take(ref, "publish")
    assert world.deadline(ref, "public")["due_on"] == "2026-12-15"
    assert world.deadline(ref, "public")["status"] == "running"


def test_a_historic_case_may_know_its_start_only_by_the_month_and_is_never_called_late(
    world: World,
) -> None:
    ref = cases.open_new(
        world.place,
        BESS,
        "incident",
        given(place="in our area", aware_on="2020-12"),
        historic=True,
    ).ref
    shown = world.deadline(ref, "notification")
    assert shown["due_on"] is None
    assert shown["due_between"] == ["2020-12-08", "2021-01-08"]
    assert shown["status"] == "running"
    ticking.fire_due(world.place)
    assert fired(world, ref) == []


def test_a_live_clock_refuses_to_start_from_a_month(world: World) -> None:
    with pytest.raises(RefusedError) as error:
        world.open(aware_on="2025-12")
    assert "needs the day, not only 2025-12" in error.value.unmet[0].what


def test_a_role_that_nobody_holds_goes_to_the_fallback(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    from dataclasses import replace

    nobody = tuple(a for a in world.place.directory.appointments if a.role != "local_authority")
    world.place.directory = replace(world.place.directory, appointments=nobody)
    world.clock.go_to("2025-12-17", 9)
    ticking.fire_due(world.place)
    assert told(world, ref)[0][0] == "bess"


def test_a_notice_that_reaches_nobody_leaves_a_task(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    from dataclasses import replace

    world.place.directory = replace(world.place.directory, appointments=(), fallbacks={})
    world.clock.go_to("2025-12-17", 9)
    ticking.fire_due(world.place)
    with world.place.database.read() as tx:
        tasks = tx.rows("SELECT what FROM tasks WHERE status = 'open'")
    assert 'nobody could be told of "Notify the Panel"' in tasks[0][0]
    assert ref


def test_a_message_is_sent_once_and_that_it_was_is_on_the_trail(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.take(ref, "start_deciding")
    taken: list[str] = []

    def sender(message: outbox.Outgoing) -> str:
        taken.append(message.person)
        return "file: taken"

    assert outbox.send_waiting(world.place, sender).sent == 1
    assert outbox.send_waiting(world.place, sender).sent == 0
    assert taken == ["lee"]
    assert world.events(ref)[-1]["type"] == "message sent"
    assert world.verdict().problems == []


def test_a_message_that_cannot_be_delivered_is_tried_again_and_then_given_up_loudly(
    world: World,
) -> None:
    ref = world.open()
    world.take(ref, "start_deciding")

    def broken(message: outbox.Outgoing) -> str:
        raise DeliveryError("The server does not answer.")

    rounds = 0
    while outbox.send_waiting(world.place, broken).given_up == 0:
        world.clock.instant += timedelta(days=1, minutes=5)
        rounds += 1
        assert rounds < 20
    assert rounds == len(outbox.PATIENCE)
    assert world.events(ref)[-1]["type"] == "task opened"
    assert (
        "could not be delivered to lee" in reading.show(world.place, BESS, ref)["tasks"][0]["what"]
    )
    assert world.verdict().problems == []


def test_only_the_worker_that_holds_the_fence_settles_a_message(world: World) -> None:
    ref = world.open()
    world.take(ref, "start_deciding")

    def slow(message: outbox.Outgoing) -> str:
        world.clock.instant = world.clock.instant.replace(hour=23)
        assert outbox.send_waiting(world.place, lambda m: "another worker").sent == 1
        return "the slow worker"

    outbox.send_waiting(world.place, slow)
    sent = [e["body"]["receipt"] for e in world.events(ref) if e["type"] == "message sent"]
    assert sent == ["another worker"]


def test_the_same_moment_is_due_however_often_the_wall_clock_goes_back(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.clock.go_to("2025-12-17", 9)
    ticking.fire_due(world.place)
    world.clock.go_to("2025-12-16", 9)
    ticking.fire_due(world.place)
    world.clock.go_to("2025-12-17", 9)
    ticking.fire_due(world.place)
    assert len(fired(world, ref)) == 1


def test_a_case_that_cannot_fire_holds_no_other_case_up(world: World) -> None:
    good = world.open(aware_on="2025-12-12")
    bad = world.open(aware_on="2025-12-12")
    with world.place.database.write() as tx:
        tx.run("UPDATE cases SET edition = 'gone', head = ? WHERE ref = ?", ("f" * 64, bad))
    world.clock.go_to("2025-12-17", 9)
    result = ticking.fire_due(world.place)
    assert fired(world, good) == [("notification", REMIND, "fired")]
    assert result.failed >= 1
    assert LEE


BEGINS = "the calendar of England and Wales here begins on Sun 1 Jan 2012"


def long_ago(world: World, day: str = "2011-12-30") -> str:
    said = given(place="in our area", aware_on=day)
    return cases.open_new(world.place, BESS, "incident", said, historic=True).ref


def test_a_slip_in_the_year_does_not_silence_the_clock_of_a_case_of_today(world: World) -> None:
    with pytest.raises(RefusedError) as refused:
        world.open(aware_on="2004-12-12")
    assert "known here only from Sun 1 Jan 2012; correct the year" in str(refused.value.unmet)


@pytest.mark.parametrize("day", ["2011-12-30", "2011", "2011-12"])
def test_a_clock_that_begins_before_working_days_are_known_is_said_not_to_be_counted(
    world: World, day: str
) -> None:
    ref = long_ago(world, day)
    deadline = world.deadline(ref, "notification")
    assert deadline["not_counted"] == BEGINS
    assert (deadline["due_on"], deadline["due_between"]) == (None, None)
    [explained] = explaining.explain(world.place, ref, "notification")
    assert derivation_lines(explained["derivation"])[-1] == f"Not counted: {BEGINS}."
    assert world.verdict().problems == []


def test_a_clock_that_is_not_counted_is_never_late_and_tells_nobody(world: World) -> None:
    ref = long_ago(world)
    world.clock.go_to("2026-02-02")
    assert ticking.fire_due(world.place).notices == 0
    assert world.deadline(ref, "notification")["status"] == "running"
    world.take(ref, "start_deciding")
    world.opinions(ref)
    world.take(ref, "decide_to_notify", LEE, rationale="The tests are met.")
    world.take(ref, "record_notification_sent", LEE)
    assert world.deadline(ref, "notification")["status"] == "met"
    assert world.verdict().problems == []


def test_a_corrected_day_brings_a_clock_to_where_it_is_counted_and_back(world: World) -> None:
    ref = long_ago(world)
    because = By("bess", reason="the year was mistyped")
    cases.correct(world.place, because, ref, given(aware_on="2015-12-30"))
    found = world.deadline(ref, "notification")
    assert (found["due_on"], found["status"], found["not_counted"]) == ("2016-01-07", "running", "")
    cases.correct(world.place, because, ref, given(aware_on="2011-12-30"))
    assert world.deadline(ref, "notification")["not_counted"] == BEGINS


def test_a_plan_of_long_ago_is_counted_back_in_calendar_days_and_left_without_working_days(
    world: World,
) -> None:
    ref = world.notified()
    [asked] = world.take(ref, "ask_for_summaries", agencies_asked="police").opened
    world.take(asked, "decline")
    world.record(ref, publication_planned_on="2011-12-30", report="The report.")
    for approver in (EVE, ED):
        cases.approve(world.place, approver, ref, "report")
    world.take(ref, "submit_review")
    found = world.deadline(ref, "copies")
    assert (found["due_on"], found["status"]) == ("2011-12-23", "overdue")
    assert (found["not_counted"], found["working_days_left"]) == ("", None)


def test_after_each_failure_a_message_waits_longer_before_it_is_tried_again(world: World) -> None:
    ref = world.open()
    world.take(ref, "start_deciding")

    def broken(message: outbox.Outgoing) -> str:
        # Whoever is told of it in the end is told at once.
        if message.person != "lee":
            return "file: taken"
        raise DeliveryError("The server does not answer.")

    def tried() -> int:
        done = outbox.send_waiting(world.place, broken)
        return done.failed + done.given_up

    assert list(outbox.PATIENCE) == sorted(outbox.PATIENCE)
    assert tried() == 1
    for seconds in outbox.PATIENCE:
        world.clock.instant += timedelta(seconds=seconds - 1)
        assert tried() == 0
        world.clock.instant += timedelta(seconds=1)
        assert tried() == 1
    world.clock.instant += timedelta(days=30)
    assert tried() == 0
