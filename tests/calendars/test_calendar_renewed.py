"""A newer list of bank holidays, as a newer Casetrail ships it: taken into use in the open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from engine.calendars import Calendar, load
from engine.errors import RefusedError
from engine.service.bank_holidays import holidays, recounting
from engine.service.bank_holidays.almanac import ADDED, Almanac
from engine.service.bank_holidays.holidays import Holiday
from engine.store import Store
from tests.worlds import BESS, EVE, World

ENGLAND = "England and Wales"
SHIPPED = load(ENGLAND)
SHORT = replace(
    SHIPPED,
    version="until-2025",
    last=date(2025, 12, 23),
    holidays={day: title for day, title in SHIPPED.holidays.items() if day <= date(2025, 12, 23)},
    notes={},
    announced={},
)
"""A list in which the end of 2025 is not published yet, as it stands by the standing rules."""
MOVED = SHIPPED.with_holiday(date(2025, 12, 29), "A proclaimed day", "newer")
"""The list that is published for it, with one day more."""


def lists(world: World, calendar: Calendar) -> None:
    """Let the partnership work with a Casetrail that ships this list."""
    known: Mapping[str, Calendar] = {ENGLAND: calendar}
    world.place.calendars = known
    world.place.almanac = Almanac(known, lambda name: (SHORT, SHIPPED))
    world.place.store = Store(world.place.log, world.place.keys.mac)


def bodies(world: World, ref: str, kind: str) -> list[Mapping[str, Any]]:
    return [e["body"] for e in world.told(ref) if e["type"] == kind]


def renewing(world: World) -> tuple[str, str]:
    """A clock that runs by days that were provisional, and one that was met by such."""
    lists(world, SHORT)
    world.clock.go_to("2025-12-22")
    runs = world.open(aware_on="2025-12-22")
    met = world.notified(aware_on="2025-12-22")
    world.clock.go_to("2025-12-31")
    late = world.open(aware_on="2025-12-19")
    world.take(late, "start_deciding")
    assert [world.deadline(ref, "notification")["due_on"] for ref in (runs, met, late)] == [
        "2025-12-31",
        "2025-12-31",
        "2025-12-30",
    ]
    return runs, met


def test_a_newer_list_moves_nothing_before_somebody_takes_it_into_use(world: World) -> None:
    runs, _ = renewing(world)
    lists(world, MOVED)

    assert recounting.settle_recent(world.place) == 0
    assert bodies(world, runs, "deadline moved") == []
    assert {one.ref for one in recounting.stale(world.place, BESS)} >= {runs}


def test_taking_a_newer_list_into_use_moves_what_runs_and_judges_again_what_was_provisional(
    world: World,
) -> None:
    runs, met = renewing(world)
    lists(world, MOVED)
    done = holidays.renew(world.place, BESS)
    [moved] = bodies(world, runs, "deadline moved")
    [judged] = bodies(world, met, "deadline re-judged")

    assert (moved["cause"], moved["old"]["calendar"], moved["now"]["calendar"]) == (
        "calendar",
        "until-2025",
        "newer",
    )
    assert (judged["old"]["due_on"], judged["now"]["due_on"]) == ("2025-12-31", "2026-01-02")
    assert world.deadline(met, "notification")["status"] == "met"
    assert world.deadline(runs, "notification")["due_on"] == "2026-01-02"
    assert done.failed == ()
    [change] = world.place.almanac.changes
    assert (change.change, change.before, change.version) == ("renewed", "until-2025", "newer")
    assert holidays.renew(world.place, BESS).moved == ()
    assert len(world.place.almanac.changes) == 1
    assert world.verdict().problems == []


def test_what_was_met_by_published_days_is_not_judged_again(world: World) -> None:
    ref = world.notified(aware_on="2025-12-12")
    world.clock.go_to("2025-12-16")
    holidays.change(
        world.place, BESS, Holiday(ADDED, "2025-12-17", "A late one", "2025-12-16", "A source")
    )

    assert bodies(world, ref, "deadline re-judged") == []
    assert world.deadline(ref, "notification")["due_on"] == "2025-12-19"


def test_a_day_that_was_added_here_stays_when_a_newer_list_comes(world: World) -> None:
    world.clock.go_to("2025-12-16")
    late = Holiday(ADDED, "2025-12-29", "A late one", "2025-12-16", "A source")
    holidays.change(world.place, BESS, late)
    ours = world.place.own_calendar
    lists(world, replace(SHIPPED, version="newer"))
    with world.place.database.read() as tx:
        world.place.almanac.see(tx, world.place.log)
    kept = world.place.own_calendar
    lists(world, MOVED)
    with world.place.database.read() as tx:
        world.place.almanac.see(tx, world.place.log)

    assert (ours.version, kept.version) == (f"{SHIPPED.version}.1", "newer.1")
    assert not kept.is_working(date(2025, 12, 29))
    assert world.place.own_calendar.version == "newer"


def test_a_clock_of_a_list_that_nobody_knows_any_more_is_counted_anew(world: World) -> None:
    lists(world, replace(SHORT, version="lost"))
    ref = world.open(aware_on="2025-12-15")
    lists(world, MOVED)

    assert holidays.renew(world.place, BESS).moved == ()
    assert world.deadline(ref, "notification")["due_on"] == "2025-12-22"


def test_only_those_who_keep_the_record_take_a_list_into_use(world: World) -> None:
    with pytest.raises(RefusedError, match="by those who keep the record"):
        holidays.renew(world.place, EVE)


def test_a_case_that_cannot_be_changed_is_told_and_the_others_move(world: World) -> None:
    world.clock.go_to("2025-12-15")
    good, bad = world.open(aware_on="2025-12-15"), world.open(aware_on="2025-12-15")
    with world.place.database.write() as tx:
        tx.run("UPDATE cases SET state = 'nowhere' WHERE ref = ?", (bad,))
        tx.run("UPDATE deadlines SET due_on = 'never' WHERE ref = ?", (bad,))
        tx.run("UPDATE deadlines SET rule = 'at some time' WHERE ref = ?", (bad,))
    world.place.store = Store(world.place.log, world.place.keys.mac)
    late = Holiday(ADDED, "2025-12-17", "A late one", "2025-12-15", "A source")
    done = holidays.change(world.place, BESS, late)

    assert done.failed == (bad,)
    assert [one.ref for one in done.moving] == [good]
    assert world.deadline(good, "notification")["due_on"] == "2025-12-23"


def test_many_cases_are_moved_in_batches_each_in_its_own_transaction(world: World) -> None:
    world.clock.go_to("2025-12-15")
    refs = [world.open(aware_on="2025-12-15") for _ in range(7)]
    late = Holiday(ADDED, "2025-12-17", "A late one", "2025-12-15", "A source")
    holidays.change(world.place, BESS, late)
    moved = [event for ref in refs for event in bodies(world, ref, "deadline moved")]

    assert len(moved) == 7
    assert recounting.settle(world.place, BESS, batch=2).moved == ()
    assert world.verdict().holds
