"""A move after which people are told later, or less, of a duty is to be agreed to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from engine.decide.moving.less_told import less_told
from engine.definition import Notice
from engine.service import ticking
from engine.timescales import moment_day, parse_moment
from tests.moving import INCIDENT, back, clock, due_within, foreseen, holds, move, needs, rewritten
from tests.worlds import CALENDAR, World

AGREE = "agree to it with --allow-later notification"
KINDS = ("remind", "escalate")
START, DUE = date(2025, 12, 12), date(2025, 12, 19)
ROW = {"starts_on": START.isoformat(), "due_on": DUE.isoformat(), "due_from": None, "due_to": None}


def notice(kind: str, at: str, *tell: str) -> Notice:
    return Notice(f"{kind}_{at.replace(' ', '_')}", kind, at, tell)


def at(kind: str, moment: str) -> tuple[Notice, ...]:
    """The notices of the duty, of which those of a kind go out at another moment."""
    return tuple(
        notice(kind, moment, *one.tell) if one.kind == kind else one
        for one in clock("notification").notices
    )


@pytest.mark.parametrize(
    ("notices", "told"),
    [
        (
            at("remind", "1 working day before it is due"),
            "its reminder goes out 1 working day before it is due and not 2 working days before it "
            "is due",
        ),
        (
            at("escalate", "10 working days after it was due"),
            "its escalation goes out 10 working days after it was due and not 1 working day after "
            "it was due",
        ),
        (
            (
                *at("remind", "1 working day before it is due"),
                notice("remind", "on the day it is due", "chair"),
            ),
            "its reminder goes out",
        ),
        (
            (
                notice("remind", "2 working days before it is due", "chair"),
                clock("notification").notices[1],
            ),
            "its reminders go no more to the local authority",
        ),
    ],
)
def test_a_duty_of_which_people_are_told_later_is_moved_only_where_that_is_agreed(
    world: World, notices: tuple[Notice, ...], told: str
) -> None:
    ref = world.open(aware_on="2025-12-12")
    rewritten(world, notification=clock("notification")._replace(notices=notices))
    for clocks in ({}, {"notification": "keep"}):
        [seen] = foreseen(world, clocks=clocks)
        [found] = move(world, clocks=clocks)
        [need] = found.needs
        assert seen.needs == found.needs
        assert need.what.startswith(
            'LOOSER: "Notify the Panel" is required by Sample Act s.1, and in the new edition '
        )
        assert told in need.what
        assert need.how == AGREE
    assert needs(move(world, later=("notification",))) == []
    assert needs(back(world, later=("notification",))) == []
    holds(world, ref)


def test_taking_back_an_earlier_reminder_of_a_duty_is_agreed_to(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    early = at("remind", "3 working days before it is due")
    rewritten(world, notification=clock("notification")._replace(notices=early))
    assert needs(move(world)) == []
    [said] = needs(back(world))
    assert said.startswith('LOOSER: "Notify the Panel" is required by Sample Act s.1, and in the ')
    assert "goes out 2 working days before it is due and not 3 working days before it is" in said
    assert needs(back(world, later=("notification",))) == []
    holds(world, ref)


def test_a_later_day_says_of_the_later_reminder_too(world: World) -> None:
    world.open(aware_on="2025-12-12")
    one = due_within("notification", "within 8 working days of aware_on")
    later = one._replace(notices=at("remind", "1 working day before it is due"))
    rewritten(world, notification=later)
    [said] = needs(move(world))
    assert said.startswith('LATER: "Notify the Panel", required by Sample Act s.1, would be due')
    assert "; its reminder goes out 1 working day before it is due and not 2 working" in said


def test_a_reminder_of_what_is_no_duty_may_go_out_later_without_a_word(world: World) -> None:
    ref = world.notified()
    [one, *others] = clock("review").notices
    later = one._replace(id="remind_later", at="1 working day before it is due")
    rewritten(world, review=clock("review")._replace(notices=(later, *others)))
    assert needs(move(world)) == []
    holds(world, ref)


def told_less(before: Sequence[Notice], after: Sequence[Notice]) -> list[str]:
    one = clock("notification")
    pair = one._replace(notices=tuple(before)), one._replace(notices=tuple(after))
    return list(less_told(INCIDENT, pair, ROW, CALENDAR))


def sent(world: World, ref: str) -> list[tuple[str, int, set[str]]]:
    """The notices that went out, whether late, and to whom in which roles."""
    every = (e["body"] for e in world.events(ref) if e["type"] == "notice fired")
    return [(b["notice"], b["late"], {m["role"] for m in b["messages"]}) for b in every]


def test_an_earlier_reminder_whose_moment_has_passed_goes_out_at_once(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    rewritten(
        world,
        notification=clock("notification")._replace(
            notices=at("remind", "4 working days before it is due")
        ),
    )
    world.clock.go_to("2025-12-16")
    move(world)
    ticking.fire_due(world.place)
    assert sent(world, ref) == [("remind_4_working_days_before_it_is_due", 1, {"local_authority"})]
    holds(world, ref)


def test_who_was_never_told_of_an_overdue_duty_is_told_at_once_and_nobody_else_again(
    world: World,
) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.clock.go_to("2025-12-29")
    ticking.fire_due(world.place)
    before = sent(world, ref)
    notices = (
        *clock("notification").notices,
        notice("remind", "1 working day before it is due", "local_authority"),
        notice("escalate", "2 working days after it was due", "executive", "local_authority"),
        notice("escalate", "3 working days after it was due", "business_unit"),
    )
    rewritten(world, notification=clock("notification")._replace(notices=notices))
    move(world)
    ticking.fire_due(world.place)
    [added] = sent(world, ref)[len(before) :]
    assert added == ("escalate_3_working_days_after_it_was_due", 1, {"business_unit"})
    holds(world, ref)


def test_the_same_day_in_other_words_is_no_later() -> None:
    before = [notice("remind", "7 calendar days before it is due", "chair")]
    after = [notice("remind", "on the day it starts", "chair")]
    assert told_less(before, after) == told_less(after, before) == []


def test_of_several_reminders_the_one_that_is_later_is_named_with_who_gets_it() -> None:
    before = [
        notice("remind", "5 working days before it is due", "chair", "executive"),
        notice("remind", "2 working days before it is due", "chair", "executive"),
    ]
    after = [before[0], notice("remind", "1 working day before it is due", "chair", "executive")]
    assert told_less(before, after) == [
        "one of its reminders goes out 1 working day before it is due and not 2 working days "
        "before it is due"
    ]
    after = [before[0], before[1]._replace(tell=("executive",))]
    [said] = told_less(before, after)
    assert said.endswith("is sent 1 reminder and not 2")
    assert told_less(after, before) == []
    [said] = told_less(before, before[1:])
    assert said == "it has 1 reminder and not 2"


MOMENTS = (
    "3 working days before it is due",
    "4 calendar days before it is due",
    "on the day it is due",
    "1 working day after it was due",
    "2 working days after it starts",
)
NOTICES = some.lists(
    some.builds(
        notice,
        some.sampled_from(KINDS),
        some.sampled_from(MOMENTS),
        some.sampled_from(("chair", "executive")),
    ),
    max_size=4,
    unique_by=lambda one: (one.id, one.tell),
)


def days(notices: Sequence[Notice], kind: str, role: str) -> list[date]:
    mine = [parse_moment(one.at) for one in notices if one.kind == kind and role in one.tell]
    return [moment_day(one, START, DUE, CALENDAR) for one in mine]


def covered(before: list[date], after: list[date]) -> bool:
    """Whether each notice of before has one of its own after, that is no later."""
    return any(
        all(now <= was for was, now in zip(before, chosen, strict=True))
        for chosen in permutations(after, len(before))
    )


@settings(max_examples=150, deadline=None)
@given(NOTICES, NOTICES)
def test_nothing_is_said_exactly_where_everybody_is_told_as_often_and_as_early(
    before: list[Notice], after: list[Notice]
) -> None:
    fine = all(
        covered(days(before, kind, role), days(after, kind, role))
        for kind in KINDS
        for role in ("chair", "executive")
    )
    assert (told_less(before, after) == []) == fine
