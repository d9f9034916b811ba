"""A move that ends the clock of a duty, or lets go of the duty, is told and to be agreed to."""

from __future__ import annotations

from datetime import date

import pytest

from engine.decide.moving.loosening import Side, looser, told
from engine.definition import Condition, Guard
from engine.edition import Edition
from engine.service.looking import explaining
from tests import moving
from tests.moving import INCIDENT, case_of, clock, due, due_within, holds, move, needs, rewritten
from tests.worlds import CALENDAR, World


def test_what_is_to_last_is_looser_where_it_ends_earlier() -> None:
    edition = Edition(INCIDENT)
    one = clock("public")
    shorter = due_within("public", "6 months after published_on")
    sides = [
        Side(
            edition,
            timescale,
            {
                "status": "running",
                "rule": timescale.variants[0].due,
                "starts_on": "2026-01-15",
                "due_on": day,
                "due_from": None,
                "due_to": None,
            },
        )
        for timescale, day in ((one, "2027-01-15"), (shorter, "2026-07-15"))
    ]
    found = looser(sides[0], sides[1], date(2026, 2, 1), CALENDAR, historic=False)
    assert found is not None
    assert told("Keep the report public", found.plain()) == (
        'SHORTER: "Keep the report public", required by Sample regulations reg 17, would last '
        "until Wed 15 Jul 2026 and not until Fri 15 Jan 2027, on the word of a regulation "
        '("must"): '
        "Sample regulations reg 17; that was read on 22 November 2026 against Sample regulations "
        "reg 17 (text as made)"
    )
    assert looser(sides[1], sides[0], date(2026, 2, 1), CALENDAR, historic=False) is None


def test_a_duty_whose_clock_is_not_counted_for_the_case_ends_only_where_that_is_said(
    world: World,
) -> None:
    ref = world.open(aware_on="2025-12-12", place="in our area")
    line = Condition("place", "is", ("elsewhere",))
    one = clock("notification")._replace(only_if=Guard(((line,),)))
    rewritten(world, notification=one)
    assert needs(move(world)) == [
        'ENDS: "Notify the Panel" is required by Sample Act s.1, was due Fri 19 Dec 2025, and the '
        "new edition does not count it for this case; the edition names no authority for that"
    ]
    assert needs(move(world, clocks={"notification": "stop"})) == []
    assert case_of(world, ref).open_deadlines() == []
    event = next(e for e in world.events(ref) if e["type"] == "case migrated")
    [choice] = event["body"]["choices"]
    assert (choice["looser"]["what"], choice["looser"]["kind"]) == ("ended", "")
    [told] = explaining.explain(world.place, ref, "notification")
    assert told["changes"][-1]["loosened"]["looser"]["what"] == "ended"
    holds(world, ref)


@pytest.mark.parametrize("choice", ["rebase", "keep"])
def test_a_duty_that_is_none_any_more_is_not_let_go_by_the_way_and_made_later_by_the_next_move(
    world: World, choice: str
) -> None:
    ref = world.open(aware_on="2025-12-12")
    rewritten(world, notification=clock("notification")._replace(duty=""))
    clocks = {"notification": choice}
    [found] = move(world, clocks=clocks)
    assert [need.what for need in found.needs] == [
        'NO DUTY: "Notify the Panel" is required by Sample Act s.1, and by nothing any more in the '
        "new edition; the edition names no authority for that"
    ]
    assert found.needs[0].how == "agree to it with --allow-later notification"
    assert needs(move(world, later=("notification",))) == []
    [told] = explaining.explain(world.place, ref, "notification")
    assert (told["duty"], told["due_on"]) == ("", "2025-12-19")
    event = world.events(ref)[-1]
    assert event["body"]["choices"][0]["looser"]["what"] == "released"
    holds(world, ref)


def test_a_duty_that_counts_as_met_by_another_step_ends_only_where_that_is_said(
    world: World,
) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.take(ref, "start_deciding")
    one = clock("notification")._replace(met_by=("start_deciding",))
    rewritten(world, notification=one)
    [said] = needs(move(world))
    assert said.startswith('ENDS: "Notify the Panel" is required by Sample Act s.1, was due Fri 19')
    assert "the new edition counts it as met by what has happened already" in said
    assert needs(move(world, clocks={"notification": "stop"})) == []
    assert due(world, ref, "notification")[0] == "met"
    holds(world, ref)


def test_another_clock_of_the_same_duty_that_ran_before_is_not_the_one_that_is_gone(
    world: World,
) -> None:
    more = clock("notification")._replace(id="second", title="Tell the Panel again")
    known = {**INCIDENT.timescales, "second": more}
    moving.made(world, "2025-12", timescales=known)
    ref = world.open(aware_on="2025-12-12")
    assert {key[1] for key, _ in case_of(world, ref).open_deadlines()} == {"notification", "second"}
    rewritten(world, notification=None, second=more)
    assert needs(move(world))[0].startswith('ENDS: "Notify the Panel" is required by')


@pytest.mark.parametrize(("days", "refused"), [(5, False), (4, False), (8, True)])
def test_a_duty_that_goes_on_under_another_name_is_compared_with_the_clock_of_before(
    world: World, days: int, refused: bool
) -> None:
    ref = world.open(aware_on="2025-12-12")
    one = due_within("notification", f"within {days} working days of aware_on")
    renamed = one._replace(id="tell_panel", title="Tell the Panel")
    rewritten(world, notification=None, tell_panel=renamed)
    found = needs(move(world))
    assert bool(found) is refused
    if refused:
        assert found == [
            'LATER: "Tell the Panel", required by Sample Act s.1, would be due Wed 24 Dec 2025 and '
            'not Fri 19 Dec 2025 as "Notify the Panel" was, on the word of statutory guidance '
            '("should"): Sample guidance; that is unconfirmed: second-hand'
        ]
        assert needs(move(world, later=("tell_panel",))) == []
        [told] = explaining.explain(world.place, ref, "tell_panel")
        assert told["began"]["loosened"]["looser"]["was"] == "2025-12-19"
    holds(world, ref)
