"""A bank holiday proclaimed at any moment of a clock's life, in each jurisdiction.

Only what is open moves, and what has fired stays fired.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest

from engine.calendars import SHIPPED
from engine.decide.timing.arming import micros_at
from engine.service import ticking
from engine.service.bank_holidays import holidays
from engine.service.bank_holidays.almanac import ADDED
from engine.service.bank_holidays.holidays import Holiday
from tests import second_count
from tests.late import world_of
from tests.worlds import BESS, LEE, World

MOMENTS = ("before start", "open", "due today", "fired", "closed")
CASES = 16
"""Random cases for each moment and jurisdiction; a campaign takes more."""
DAY = timedelta(days=1)
YEARS = [date(2018, 1, 1) + n * DAY for n in range(365 * 10)]
Body = Mapping[str, Any]


class Told(NamedTuple):
    """What a case's record says of its clock of five working days."""

    due_on: str
    status: str
    fired: Counter[tuple[str, int]]
    moved: list[Body]


@pytest.fixture(scope="module", params=SHIPPED)
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("injected")
    with world_of(folder, "2018-07-01", request.param, "2026-11-01") as made:
        yield made


def told(world: World, ref: str) -> Told:
    bodies = [(e["type"], e["body"]) for e in world.told(ref)]
    own = [(kind, body) for kind, body in bodies if body.get("timescale") == "notification"]
    fired = Counter((b["notice"], b["schedule"]) for kind, b in own if kind == "notice fired")
    row = world.deadline(ref, "notification")
    return Told(
        row["due_on"], row["status"], fired, [b for kind, b in own if kind == "deadline moved"]
    )


def plain(day: date, number: int, off: set[date]) -> date:
    while number:
        day += DAY
        number -= day.isoweekday() < 6 and day not in off
    return day


def jurisdiction(world: World) -> str:
    with world.place.database.read() as tx:
        [(pinned, workflow)] = tx.rows("SELECT DISTINCT hash, workflow FROM editions")
        return world.place.edition(tx, pinned, workflow).workflow.working_days


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_holiday_proclaimed_at_any_moment_moves_only_what_is_open(
    world: World, moment: str
) -> None:
    name = jurisdiction(world)
    chance = random.Random(f"{name} {moment}")
    working = second_count.table(name).working
    off = {one for one in YEARS if one.isoweekday() < 6 and one not in working}
    # Each case has a stretch of days of its own, so that no other holiday reaches it.
    day = date(2018, 7, 2) + MOMENTS.index(moment) * timedelta(days=540)
    for _ in range(CASES):
        day += timedelta(days=chance.randint(36, 38))
        _one(world, name, moment, (day, chance), off)
    assert world.verdict().problems == []


def _one(
    world: World, name: str, moment: str, when: tuple[date, random.Random], off: set[date]
) -> None:
    day, chance = when
    due = plain(day, 5, off)
    span = [day + n * DAY for n in range(1, (due - day).days + 1)]
    open_days = [one for one in span if one.isoweekday() < 6 and one not in off]
    if moment in ("due today", "closed"):
        holiday = due
    else:
        holiday = chance.choice(open_days[2:] if moment == "fired" else open_days)
    if moment == "fired":
        # The reminder goes two working days before, so only what comes after it is left.
        holiday = due
    now = {
        "before start": day - DAY,
        "open": day,
        "due today": due,
        "fired": open_days[-2],
        "closed": open_days[-2],
    }[moment]
    late = Holiday(ADDED, holiday.isoformat(), "A late one", now.isoformat(), "A source", name)
    ref = "" if moment == "before start" else _opened(world, day, now)
    if moment == "closed":
        world.take(ref, "start_deciding")
        world.take(ref, "decide_not_to_notify", LEE, rationale="Not met.")
    before = told(world, ref) if ref else None
    world.clock.go_to(now.isoformat(), 12)
    planned = holidays.plan(world.place, BESS, late)
    done = holidays.change(world.place, BESS, late)
    off.add(holiday)
    if before is None:
        ref = _opened(world, day, day)
        assert told(world, ref).due_on == plain(day, 5, off).isoformat()
        assert told(world, ref).moved == []
        return
    after = told(world, ref)
    assert [one.ref for one in planned.moving] == [one.ref for one in done.moving]
    if moment == "closed":
        assert after == before
        assert ref not in {one.ref for one in done.moving}
        return
    _moved(world, ref, (before, after), plain(day, 5, off))
    if moment == "fired":
        assert before.fired == after.fired
        assert sum(before.fired.values()) == 1
    _settles(world, ref, after.due_on)


def _opened(world: World, day: date, until: date) -> str:
    world.clock.go_to(day.isoformat())
    ref = world.open(aware_on=day.isoformat())
    if until > day:
        world.clock.go_to(until.isoformat())
        ticking.fire_due(world.place)
    return ref


def _moved(world: World, ref: str, told_then: tuple[Told, Told], due: date) -> None:
    before, after = told_then
    [moved] = after.moved
    assert (before.status, before.moved) in (("running", []),)
    assert (moved["cause"], moved["old"]["due_on"]) == ("calendar", before.due_on)
    assert (moved["now"]["due_on"], after.due_on) == (due.isoformat(), due.isoformat())
    assert moved["old"]["calendar"] != moved["now"]["calendar"]
    assert after.fired == before.fired
    again = {notice for notice, _ in before.fired}
    assert again.isdisjoint(notice for notice, _ in moved["notices"])
    assert all(at >= micros_at(date(2018, 1, 1)) for _, at in moved["notices"])


def _settles(world: World, ref: str, due_on: str) -> None:
    """Every notice comes once, whatever moved, and then the case is over."""
    for n in range(1, 12):
        world.clock.go_to((date.fromisoformat(due_on) + (n - 4) * DAY).isoformat(), 12)
        ticking.fire_due(world.place)
    fired = Counter(notice for notice, _ in told(world, ref).fired.elements())
    assert set(fired.values()) <= {1}
    assert fired["escalate_1_working_day_after_it_was_due"] == 1
    world.take(ref, "start_deciding")
    world.take(ref, "decide_not_to_notify", LEE, rationale="Not met.")
