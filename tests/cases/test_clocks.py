"""The life of a clock on the trail: what started, moved, met and stopped it, and its notices."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from engine.calendars import at_local
from engine.cli import saying
from engine.service import cases, ticking
from engine.service.looking import listing
from engine.service.workplace import By
from tests.refusing import ON_SQLITE, WHY
from tests.worlds import LEE, World, given

pytestmark = ON_SQLITE
LEE_WHY = By("lee", reason="it was recorded too early")
REMIND, ESCALATE = (
    "remind_2_working_days_before_it_is_due",
    "escalate_1_working_day_after_it_was_due",
)


def told(world: World, ref: str) -> list[tuple[str, str, int, str, str, str]]:
    """Of each change of a clock: what, which clock, which time, cause, status, the day due."""
    found = []
    for event in world.told(ref):
        kind, _, what = event["type"].partition(" ")
        if kind == "deadline":
            body = event["body"]
            now = body.get("now", body)
            row = (body["timescale"], body["no"], body.get("cause", ""))
            found.append((what, *row, now.get("status", ""), now.get("due_on") or ""))
    return found


def bodies(world: World, ref: str, kind: str) -> list[dict[str, Any]]:
    found = [event["body"] for event in world.told(ref) if event["type"] == kind]
    apart = ("type", "clocks")
    return [{name: part for name, part in body.items() if name not in apart} for body in found]


def days(notices: list[list[Any]]) -> list[tuple[str, str]]:
    """The notices with the days at nine o'clock of which they fire."""
    found = []
    for name, at in notices:
        instant = datetime.fromtimestamp(at / 1_000_000, UTC)
        assert instant == at_local(instant.date(), 9)
        found.append((name, instant.date().isoformat()))
    return found


def test_a_clock_is_provisional_then_moved_by_answers_and_stopped_by_the_other_decision(
    world: World,
) -> None:
    ref = world.open(happened_on="2025-12-10")
    world.record(ref, aware_on="2025-12-12")
    cases.correct(world.place, WHY, ref, given(aware_on="2025-12-11"))
    world.take(ref, "start_deciding")
    world.take(ref, "decide_not_to_notify", LEE, rationale="It was an accident.")
    world.take(ref, "reopen", LEE, aware_on="2025-12-15")
    assert told(world, ref) == [
        ("started", "notification", 1, "", "provisional", "2025-12-17"),
        ("moved", "notification", 1, "an answer was recorded", "running", "2025-12-19"),
        ("moved", "notification", 1, "an answer was corrected", "running", "2025-12-18"),
        ("stopped", "notification", 1, "decide_not_to_notify", "no longer applies", ""),
        ("started", "notification", 2, "", "running", "2025-12-22"),
    ]


def test_what_a_clock_moves_from_and_to_is_on_the_trail_with_its_notices(world: World) -> None:
    ref = world.open(happened_on="2025-12-10")
    world.record(ref, aware_on="2025-12-12")
    [started] = bodies(world, ref, "deadline started")
    [moved] = bodies(world, ref, "deadline moved")
    assert days(started["notices"]) == [(REMIND, "2025-12-15"), (ESCALATE, "2025-12-18")]
    assert days(moved["notices"]) == [(REMIND, "2025-12-17"), (ESCALATE, "2025-12-22")]
    assert moved["dropped"] == [[REMIND, 1], [ESCALATE, 1]]
    assert moved["old"] == {
        "starts_on": "2025-12-10",
        "due_on": "2025-12-17",
        "due_from": None,
        "due_to": None,
        "status": "provisional",
        "calendar": "england-and-wales-2026-11-22",
    }
    assert moved["now"] == {
        "status": "running",
        "rule": "within 5 working days of aware_on",
        "starts_on": "2025-12-12",
        "due_on": "2025-12-19",
        "due_from": None,
        "due_to": None,
        "calendar": "england-and-wales-2026-11-22",
        "schedule": 2,
    }
    assert (started["schedule"], moved["schedule"]) == (1, 2)


def test_a_step_redated_undone_and_taken_again_brings_its_clocks_along(world: World) -> None:
    ref = world.notified()
    sent = [e["n"] for e in world.events(ref) if e["type"] == "transition taken"][-1]
    cases.redate(world.place, LEE_WHY, ref, sent, "2025-12-12")
    cases.undo(world.place, LEE_WHY, ref)
    world.take(ref, "record_notification_sent", LEE)
    aside, again = "its step was set aside", "the step was taken again"
    assert told(world, ref) == [
        ("started", "notification", 1, "", "running", "2025-12-19"),
        ("met", "notification", 1, "record_notification_sent", "met", ""),
        ("started", "review", 1, "", "running", "2026-01-08"),
        ("started", "progress", 1, "", "running", "2026-01-15"),
        ("moved", "review", 1, "an answer was corrected", "running", "2026-01-07"),
        ("re-judged", "notification", 1, "a step was re-dated", "met", ""),
        ("moved", "progress", 1, "a step was re-dated", "running", "2026-01-12"),
        ("resumed", "notification", 1, aside, "running", "2025-12-19"),
        ("set aside", "review", 1, aside, "set aside", ""),
        ("set aside", "progress", 1, aside, "set aside", ""),
        ("met", "notification", 1, "record_notification_sent", "met", ""),
        ("resumed", "review", 1, again, "running", "2026-01-08"),
        ("resumed", "progress", 1, again, "running", "2026-01-15"),
    ]
    first, review, progress = bodies(world, ref, "deadline resumed")
    assert days(sorted(first["notices"])) == [(ESCALATE, "2025-12-22"), (REMIND, "2025-12-17")]
    assert (first["dropped"], first["now"]["met_on"]) == ([], None)
    assert review["now"]["first_due_on"] == "2026-01-08"
    assert progress["turns"] == [{"what": "clock:progress", "no": 1, "first": False}]
    dropped = [[name for name, _ in b["dropped"]] for b in bodies(world, ref, "deadline set aside")]
    assert dropped[1] == ["remind_on_the_day_it_is_due"]


def test_what_was_met_is_judged_by_the_corrected_day_and_says_how_it_was_judged_before(
    world: World,
) -> None:
    ref = world.notified(aware_on="2025-12-08")
    cases.correct(world.place, WHY, ref, given(aware_on="2025-12-05"))
    [judged] = bodies(world, ref, "deadline re-judged")
    assert judged["old"] == {
        "starts_on": "2025-12-08",
        "due_on": "2025-12-15",
        "due_from": None,
        "due_to": None,
        "status": "met",
        "calendar": "england-and-wales-2026-11-22",
    }
    assert judged["now"] == {
        "starts_on": "2025-12-05",
        "due_on": "2025-12-12",
        "due_from": None,
        "due_to": None,
        "calendar": "england-and-wales-2026-11-22",
        "status": "met late",
    }


def test_recurring_and_counted_back_clocks_end_with_the_steps_that_meet_them(
    world: World,
) -> None:
    ref = world.notified()
    world.clock.go_to("2026-01-14")
    world.take(ref, "check_progress")
    world.record(ref, report="The report.", publication_planned_on="2026-03-02")
    for who in ("eve", "ed"):
        cases.approve(world.place, By(who), ref, "report")
    world.take(ref, "submit_review")
    world.record(ref, publication_planned_on="2026-03-09")
    world.clock.go_to("2026-03-09")
    world.take(ref, "send_copies")
    world.take(ref, "publish")
    assert told(world, ref)[4:] == [
        ("met", "progress", 1, "check_progress", "met", ""),
        ("started", "progress", 2, "", "running", "2026-02-14"),
        ("met", "review", 1, "submit_review", "met late", ""),
        ("stopped", "progress", 2, "the case has moved on", "no longer applies", ""),
        ("started", "copies", 1, "", "running", "2026-02-23"),
        ("moved", "copies", 1, "an answer was recorded", "running", "2026-03-02"),
        ("met", "copies", 1, "send_copies", "met late", ""),
        ("started", "public", 1, "", "running", "2027-03-09"),
    ]


def test_a_clock_that_stops_drops_the_notices_that_still_waited(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.take(ref, "start_deciding")
    world.take(ref, "decide_not_to_notify", LEE, rationale="It was an accident.")
    [stopped] = bodies(world, ref, "deadline stopped")
    assert sorted(stopped["dropped"]) == [[ESCALATE, 1], [REMIND, 1]]


def test_a_start_that_is_learnt_after_the_step_that_met_it_meets_it_by_that_step(
    world: World,
) -> None:
    ref = world.open()
    world.take(ref, "start_deciding")
    world.opinions(ref)
    world.take(ref, "decide_to_notify", LEE, rationale="The tests are met.")
    world.take(ref, "record_notification_sent", LEE)
    world.clock.go_to("2025-12-18")
    world.record(ref, aware_on="2025-12-12")
    assert world.deadline(ref, "notification")["met_on"] == "2025-12-15"
    assert world.deadline(ref, "notification")["status"] == "met"


def test_of_late_notices_the_ones_before_name_the_one_that_was_sent(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.clock.go_to("2026-01-05")
    ticking.fire_due(world.place)
    [superseded] = bodies(world, ref, "notice superseded")
    assert (superseded["notice"], superseded["by"]) == (REMIND, ESCALATE)


def test_a_reminder_says_by_when_and_an_escalation_is_urgent_and_says_it_is_overdue(
    world: World,
) -> None:
    ref = world.open(aware_on="2025-12-12")
    for day in ("2025-12-17", "2025-12-22"):
        world.clock.go_to(day, 9)
        ticking.fire_due(world.place)
    [reminder], escalation = (body["messages"] for body in bodies(world, ref, "notice fired"))
    said = ("what", "by_when", "urgent", "role")
    assert [reminder[name] for name in said] == [
        *("Notify the Panel: is due", "2025-12-19", 0, "local_authority"),
    ]
    assert [[message[name] for name in said] for message in escalation] == [
        ["Notify the Panel: was due, and is overdue", "2025-12-19", 1, role]
        for role in ("local_authority", "executive", "executive")
    ]


def test_on_its_last_day_a_clock_is_due_and_not_yet_overdue(world: World) -> None:
    ref = world.notified()
    world.clock.go_to("2026-01-08", 9)
    ticking.fire_due(world.place)
    messages = [m for body in bodies(world, ref, "notice fired") for m in body["messages"]]
    assert "Send the review: is due" in {message["what"] for message in messages}


def test_what_was_to_last_until_a_day_is_not_overdue_once_that_day_has_passed(world: World) -> None:
    ref = world.publishing()
    world.record(ref, publication_planned_on="2025-12-20")
    world.take(ref, "send_copies")
    world.take(ref, "publish")
    running = world.deadline(ref, "public")
    assert saying.state(running | {"working_days_left": 260}).endswith(", 260 working days left")
    assert saying.state(running | {"working_days_left": 261}) == "until Tue 15 Dec 2026"
    assert saying.state(running | {"working_days_left": -260}).endswith(", 260 working days ago")
    assert saying.state(running | {"working_days_left": -261}).endswith(", more than 1 year ago")
    assert saying.state(running | {"working_days_left": -509}).endswith(", more than 1 year ago")
    assert saying.state(running | {"working_days_left": -8850}).endswith(", more than 34 years ago")
    kept = [("public", ref)]
    assert [(one["timescale"], one["ref"]) for one in listing.running(world.place)] == kept
    world.clock.go_to("2026-12-16")

    assert saying.state(world.deadline(ref, "public")) == "until Tue 15 Dec 2026, 1 working day ago"
    assert world.deadline(ref, "public")["status"] == "running"
    assert listing.running(world.place) == []
    every = listing.cases(world.place, listing.Wish(closed=True))
    assert [(one["late"], one["next_due_on"]) for one in every] == [(False, None)]
    assert listing.cases(world.place, listing.Wish(closed=True, late=True)) == []
