"""A move after which less sees to it that a duty is met in time is told, and to be agreed to."""

from __future__ import annotations

import pytest

from engine.definition import Question
from engine.service.looking import explaining
from tests.moving import (
    INCIDENT,
    back,
    case_of,
    clock,
    due,
    due_within,
    foreseen,
    holds,
    made,
    move,
    needs,
    rewritten,
)
from tests.worlds import World

KNOWN = Question(
    "known_on", "When was it known?", "date", personal=False, because="a date of the process"
)
ASKED = {**INCIDENT.questions, "known_on": KNOWN}
ANSWER = 'the answer to "When was it known?"'
AGREE = "agree to it with --allow-later notification"


@pytest.mark.parametrize(
    "other",
    [
        {"met_by": ("start_deciding",)},
        {"met_by": ("record_notification_sent", "start_deciding")},
        {"waiting_on": "business_unit"},
    ],
)
def test_a_clock_of_the_same_duty_that_other_steps_meet_is_not_the_one_that_is_gone(
    world: World, other: dict[str, object]
) -> None:
    ref = world.open(aware_on="2025-12-12")
    one = due_within("notification", "within 3 working days of aware_on")
    rewritten(world, notification=None, ack=one._replace(id="ack", title="Acknowledge", **other))
    assert clock("notification").waiting_on != "business_unit"
    [said] = needs(move(world))
    assert said.startswith('ENDS: "Notify the Panel" is required by Sample Act s.1, was due Fri 19')
    assert needs(move(world, clocks={"notification": "stop"})) == []
    holds(world, ref)


def test_one_clock_takes_the_place_of_one_that_is_gone_and_not_of_two(world: World) -> None:
    more = due_within("notification", "within 4 working days of aware_on")
    more = more._replace(id="second", title="Tell the Panel again")
    made(world, "2025-12", timescales={**INCIDENT.timescales, "second": more})
    ref = world.open(aware_on="2025-12-12")
    heir = due_within("notification", "within 3 working days of aware_on")
    rewritten(world, notification=None, heir=heir._replace(id="heir", title="Tell the Panel"))
    [said] = needs(move(world))
    assert said.startswith("ENDS: ")
    name = "second" if "again" in said else "notification"
    assert needs(move(world, clocks={name: "stop"})) == []
    holds(world, ref)


def test_a_fixed_day_that_would_hang_on_an_answer_not_given_yet_is_agreed_to(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    one = due_within("notification", "within 5 working days of known_on")
    known = {**INCIDENT.timescales, "notification": one._replace(provisional=True)}
    made(world, timescales=known, questions=ASKED)
    before = world.events(ref)
    for found in (foreseen(world), move(world)):
        [said] = needs(found)
        assert said.startswith(
            'LATER: "Notify the Panel", required by Sample Act s.1, would be due'
        )
        assert said.endswith(f"; its day hangs on {ANSWER}, which is not on record yet")
    assert world.events(ref) == before
    assert needs(move(world, clocks={"notification": "keep"})) == []
    assert due(world, ref, "notification") == ("running", "2025-12-19")
    holds(world, ref)


def test_what_was_agreed_to_of_a_day_that_is_fixed_no_more_stands_on_record(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    one = due_within("notification", "within 5 working days of known_on")
    known = {**INCIDENT.timescales, "notification": one._replace(provisional=True)}
    made(world, timescales=known, questions=ASKED)
    assert needs(move(world, later=("notification",))) == []
    event = next(e for e in world.events(ref) if e["type"] == "case migrated")
    [choice] = event["body"]["choices"]
    assert choice["looser"]["what"] == "later"
    assert choice["looser"]["also"] == [f"its day hangs on {ANSWER}, which is not on record yet"]
    assert due(world, ref, "notification")[0] == "provisional"
    world.record(ref, known_on="2025-12-15")
    assert due(world, ref, "notification") == ("running", "2025-12-22")
    holds(world, ref)


def test_a_day_that_would_hang_on_another_answer_on_record_is_agreed_to(world: World) -> None:
    made(world, "2025-12", questions=ASKED)
    ref = world.open(aware_on="2025-12-12")
    world.record(ref, known_on="2025-12-11")
    one = due_within("notification", "within 5 working days of known_on")
    made(world, questions=ASKED, timescales={**INCIDENT.timescales, "notification": one})
    [said] = needs(move(world))
    assert "would be due Thu 18 Dec 2025 and not Fri 19 Dec 2025" in said
    assert f'; its day hangs on {ANSWER}, and not on the answer to "When did the' in said
    assert needs(move(world, later=("notification",))) == []
    holds(world, ref)


def without(kind: str) -> dict[str, object]:
    one = clock("notification")
    return {"notices": tuple(notice for notice in one.notices if notice.kind != kind)}


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (without("remind"), "nobody is reminded of it any more"),
        (without("escalate"), "nobody is told any more where it was not met"),
        (
            {"met_by": ("record_notification_sent", "start_deciding")},
            'it may be met by "Begin the decision" too',
        ),
        ({"waiting_on": "business_unit"}, "it waits on the business unit and not on"),
    ],
)
def test_a_duty_to_which_less_sees_is_moved_only_where_that_is_agreed(
    world: World, other: dict[str, object], told: str
) -> None:
    ref = world.open(aware_on="2025-12-12")
    rewritten(world, notification=clock("notification")._replace(**other))
    for clocks in ({}, {"notification": "keep"}):
        [found] = move(world, clocks=clocks)
        [need] = found.needs
        assert need.what.startswith(
            'LOOSER: "Notify the Panel" is required by Sample Act s.1, and in the new edition '
        )
        assert told in need.what
        assert need.how == AGREE
    assert needs(move(world, later=("notification",))) == []
    [choice] = next(e for e in world.events(ref) if e["type"] == "case migrated")["body"]["choices"]
    assert choice["looser"]["what"] == "looser"
    assert told in choice["looser"]["also"][0]
    assert due(world, ref, "notification") == ("running", "2025-12-19")
    assert explaining.explain(world.place, ref, "notification")
    assert needs(back(world, later=("notification",))) == []
    holds(world, ref)


def test_reminders_that_are_fewer_or_go_to_fewer_are_each_named(world: World) -> None:
    first = clock("notification").notices[0]
    two = first._replace(id="remind_early", at="3 working days before it is due")
    two = two._replace(tell=(*first.tell, "chair"))
    known = clock("notification")._replace(notices=(two, *clock("notification").notices))
    made(world, "2025-12", timescales={**INCIDENT.timescales, "notification": known})
    ref = world.open(aware_on="2025-12-12")
    rewritten(world, notification=clock("notification"))
    [said] = needs(move(world))
    assert "it has 1 reminder and not 2; its reminders go no more to the " in said
    assert needs(move(world, later=("notification",))) == []
    assert case_of(world, ref).open_deadlines()
    holds(world, ref)


def test_more_reminders_and_fewer_steps_need_no_word(world: World) -> None:
    one = clock("notification")._replace(met_by=("record_notification_sent", "start_deciding"))
    one = one._replace(**without("remind"))
    made(world, "2025-12", timescales={**INCIDENT.timescales, "notification": one})
    ref = world.open(aware_on="2025-12-12")
    rewritten(world, notification=clock("notification"))
    assert needs(move(world)) == []
    holds(world, ref)
