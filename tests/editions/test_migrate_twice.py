"""A clock that was left to its old rule and is moved again is judged by the edition that counts it.

Three editions in turn, with times and authorities of every kind; what is agreed to is worked out
beside the engine, from the texts alone.
"""

from __future__ import annotations

import random
from typing import NamedTuple

import pytest

from engine.definition import Notice, TimeFrom
from engine.service.looking import reading
from tests import moving
from tests.moving import INCIDENT, back, due, due_within, holds, move, needs
from tests.worlds import BESS, World

KEEP = {"notification": "keep"}
AGREED = ("notification",)
DUTY, REGULATION, GUIDANCE = "duty", "regulation", "guidance"
DAYS = {3: "2025-12-17", 5: "2025-12-19", 8: "2025-12-24"}
"""So many working days from 12 December 2025."""


class Said(NamedTuple):
    """What an edition says of the time: how long, and on whose word."""

    name: str
    days: int
    word: str

    @property
    def duty(self) -> str:
        return f"Act {self.name}" if self.word == DUTY else ""

    @property
    def bound(self) -> str:
        """The duty, or the regulation that sets the time."""
        return f"Regulation {self.name}" if self.word == REGULATION else self.duty

    @property
    def day(self) -> str:
        return DAYS[self.days]


def made(world: World, said: Said, **parts: object) -> None:
    """Bring an edition into use that says so."""
    kind = "regulation" if said.word == REGULATION else "statutory guidance"
    source = said.bound if said.word == REGULATION else f"Guidance {said.name}"
    rule = f"within {said.days} working days of aware_on"
    one = due_within("notification", rule, time_from=TimeFrom(kind, "must", source))
    one = one._replace(duty=said.duty, **parts)
    moving.made(world, said.name, timescales={**INCIDENT.timescales, "notification": one})


def loosened(was: Said, now: Said, days: tuple[str, str]) -> str:
    """With what word a line begins that tells of a clock, which goes from one day to another."""
    if days[1] > days[0] and (now.duty or was.bound):
        return f"LATER {now.duty or was.bound}"
    return f"NO DUTY {was.bound}" if was.bound and not now.bound else ""


def read(sentences: list[str]) -> str:
    """The same of what the engine says."""
    if not sentences:
        return ""
    [said] = sentences
    return f"{said.partition(':')[0]} {said.partition('required by ')[2].partition(',')[0]}"


@pytest.mark.parametrize("seed", range(10))
def test_what_a_second_move_makes_looser_is_judged_by_the_edition_by_which_it_is_counted(
    world: World, seed: int
) -> None:
    chance = random.Random(seed)
    every = [
        Said(f"2026-0{n}", chance.choice([*DAYS]), chance.choice((DUTY, REGULATION, GUIDANCE)))
        for n in (1, 2, 3)
    ]
    first, second, third = every
    made(world, first)
    ref = world.open(aware_on="2025-12-12")
    made(world, second)
    made(world, third)
    kept, again = seed % 2 == 0, seed % 4 == 3

    assert needs(move(world, to=second.name, clocks=KEEP if kept else {}, later=AGREED)) == []
    released = bool(first.bound) and not second.bound
    counted = first if kept and not released else second
    day = first.day if kept else second.day
    assert due(world, ref, "notification") == ("running", day)

    wishes = KEEP if again else {}
    now = day if again else third.day
    told = read(needs(move(world, to=third.name, clocks=wishes)))
    assert told == loosened(counted, third, (day, now))
    if told:
        assert needs(move(world, to=third.name, clocks=wishes, later=AGREED)) == []
    assert due(world, ref, "notification") == ("running", now)

    gone = again and bool(counted.bound) and not third.bound
    by = third if not again or gone else counted
    told = read(needs(back(world)))
    assert told == loosened(by, counted, (now, day))
    if told:
        assert needs(back(world, later=AGREED)) == []
    assert due(world, ref, "notification") == ("running", day)
    [shown] = reading.show(world.place, BESS, ref)["deadlines"]
    assert (shown["kept"] or {}).get("edition") == (first.name if kept else None)
    holds(world, ref)


def test_a_time_that_a_regulation_set_is_no_later_after_two_moves_that_nobody_agreed_to(
    world: World,
) -> None:
    made(world, Said("2026-01", 3, REGULATION))
    ref = world.open(aware_on="2025-12-12")
    made(world, Said("2026-02", 5, GUIDANCE))
    made(world, Said("2026-03", 8, REGULATION))
    [said] = needs(move(world, to="2026-02", clocks=KEEP))
    assert said.startswith('NO DUTY: "Notify the Panel" is required by Regulation 2026-01')
    made(world, Said("2026-04", 5, REGULATION))
    assert needs(move(world, to="2026-04", clocks=KEEP)) == []
    made(world, Said("2026-05", 5, GUIDANCE))
    [said] = needs(move(world, to="2026-05"))
    assert said.startswith('LATER: "Notify the Panel", required by Regulation 2026-01, would be')
    assert due(world, ref, "notification") == ("running", "2025-12-17")


def test_who_is_told_of_a_kept_clock_is_judged_by_the_edition_of_which_the_notices_are(
    world: World,
) -> None:
    early = Notice("remind_early", "remind", "3 working days before it is due", ("chair",))
    made(world, Said("2026-01", 5, DUTY))
    ref = world.open(aware_on="2025-12-12")
    made(world, Said("2026-02", 8, DUTY), notices=(early,))
    made(world, Said("2026-03", 8, DUTY), notices=(early,))
    assert needs(move(world, to="2026-02", clocks=KEEP, later=AGREED)) == []
    assert needs(move(world, to="2026-03", clocks=KEEP)) == []
    holds(world, ref)


def test_a_kept_clock_of_which_one_move_made_no_duty_is_one_again_by_an_edition_that_says_so(
    world: World,
) -> None:
    made(world, Said("2026-01", 5, DUTY))
    ref = world.open(aware_on="2025-12-12")
    made(world, Said("2026-02", 5, GUIDANCE))
    made(world, Said("2026-03", 5, DUTY))
    assert needs(move(world, to="2026-02", clocks=KEEP, later=AGREED)) == []
    assert reading.show(world.place, BESS, ref)["deadlines"][0]["duty"] == ""
    assert needs(move(world, to="2026-03", clocks=KEEP)) == []
    assert reading.show(world.place, BESS, ref)["deadlines"][0]["duty"] == "Act 2026-03"
    made(world, Said("2026-04", 8, GUIDANCE))
    [said] = needs(move(world, to="2026-04"))
    assert said.startswith('LATER: "Notify the Panel", required by Act 2026-03, would be due')
    holds(world, ref)


def test_going_back_lets_no_step_more_meet_a_duty_and_no_duty_be_none_without_a_word(
    world: World,
) -> None:
    steps = ("record_notification_sent", "start_deciding")
    made(world, Said("2026-01", 5, GUIDANCE), met_by=steps)
    ref = world.open(aware_on="2025-12-12")
    made(world, Said("2026-02", 5, DUTY), met_by=steps)
    made(world, Said("2026-03", 5, DUTY))
    assert needs(move(world, to="2026-02")) == []
    assert needs(move(world, to="2026-03")) == []
    [said] = needs(back(world))
    assert said.startswith('LOOSER: "Notify the Panel" is required by Act 2026-0')
    assert 'it may be met by "Begin the decision" too' in said
    assert needs(back(world, later=AGREED)) == []
    event = world.events(ref)[-1]
    assert event["body"]["choices"][0]["looser"]["what"] == "looser"
    [said] = needs(back(world))
    assert said.startswith('NO DUTY: "Notify the Panel" is required by Act 2026-02, and by nothing')
    assert needs(back(world, later=AGREED)) == []
    holds(world, ref)
