"""What is rehearsed of a case while its clocks wait to be moved: whoever put a bank holiday on the
list was stopped before they were, and a worker moves them before anything fires.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from engine import worker
from engine.calendars import local_date
from engine.dates import iso
from engine.service import ticking
from engine.service.bank_holidays import holidays
from engine.service.outbox import Outgoing
from engine.service.rehearsals import rehearsing
from engine.service.rehearsals.rehearsing import Mail, Wish
from tests.calendars.test_calendar_late import HOLIDAY, moves, stopping_after
from tests.late import world_of
from tests.rehearsals import next_notice
from tests.worlds import BESS, World

UNTIL = "2022-09-27"
Notices = list[tuple[Any, ...]]


def write(message: Outgoing) -> Mail:
    return Mail(message.person, message.what, message.by_when)


def keep(message: Outgoing) -> str:
    return "kept"


def rehearsed(world: World, ref: str, **supposed: str) -> Notices:
    """What a rehearsal says: on which day each notice fires, for which day, and whom it tells."""
    steps = tuple((step, date.fromisoformat(day)) for step, day in supposed.items())
    wish = Wish(date.fromisoformat(UNTIL), steps)
    found = rehearsing.rehearse_case(world.place, BESS, ref, wish, write)
    return [
        (
            one["on"],
            one["timescale"],
            one["notice"],
            one["late"],
            [(told["person"], told["text"]) for told in one["told"]],
        )
        for one in found["notices"]
    ]


def happened(world: World, ref: str) -> Notices:
    """The same, when the days go by and a worker comes by at once, and then at each notice."""
    known = len(world.events(ref))
    worker.tick(world.place, keep)
    while (moment := next_notice(world.place)) and iso(local_date(moment)) <= UNTIL:
        world.clock.instant = max(moment, world.clock.instant)
        worker.tick(world.place, keep)
    found: Notices = []
    for event in world.events(ref)[known:]:
        if event["type"] == "notice fired":
            body = event["body"]
            day = iso(local_date(datetime.fromisoformat(event["recorded"])))
            people = [(one["person"], one["by_when"]) for one in body["messages"]]
            found.append((day, body["timescale"], body["notice"], bool(body["late"]), people))
    return found


def left_behind(world: World, day: str) -> str:
    """A case whose clocks wait, since whoever changed the list was stopped on a day."""
    ref = world.notified(aware_on="2022-09-01")
    world.clock.go_to(day)
    drawn, world.place.randomness = world.place.randomness, stopping_after(1)
    with pytest.raises(KeyboardInterrupt):
        holidays.change(world.place, BESS, HOLIDAY)
    world.place.randomness = drawn
    assert moves(world, ref) == []
    return ref


def named(found: Notices) -> list[tuple[str, str]]:
    return [(day, notice) for day, timescale, notice, *_ in found if timescale == "review"]


MOVED = [
    ("2022-09-15", "remind_5_working_days_before_it_is_due"),
    ("2022-09-23", "remind_on_the_day_it_is_due"),
    ("2022-09-26", "escalate_1_working_day_after_it_was_due"),
]
STAYED = [
    ("2022-09-15", "remind_5_working_days_before_it_is_due"),
    ("2022-09-22", "remind_on_the_day_it_is_due"),
    ("2022-09-23", "escalate_1_working_day_after_it_was_due"),
]


@pytest.mark.parametrize("day", ["2022-09-10", "2022-09-16"])
def test_what_waits_to_be_moved_is_rehearsed_as_a_worker_moves_it(tmp_path: Path, day: str) -> None:
    with world_of(tmp_path, "2022-09-01") as world:
        ref = left_behind(world, day)
        entries = len(world.events(ref))
        said = rehearsed(world, ref)
        assert named(said) == [(max(first, day), notice) for first, notice in MOVED]
        assert len(world.events(ref)) == entries
        assert moves(world, ref) == []
        assert happened(world, ref) == said
        assert moves(world, ref) == [("review", "2022-09-22", "2022-09-23")]
        assert world.verdict().problems == []


def test_a_step_that_is_supposed_meets_what_was_moved(tmp_path: Path) -> None:
    with world_of(tmp_path, "2022-09-01") as world:
        ref = left_behind(world, "2022-09-10")
        said = rehearsed(world, ref, submit_review="2022-09-23")
        assert named(said) == MOVED[:2]


def test_what_no_worker_moves_any_more_is_rehearsed_as_it_stands(tmp_path: Path) -> None:
    with world_of(tmp_path, "2022-09-01") as world:
        ref = left_behind(world, "2022-09-10")
        world.clock.go_to("2022-09-13")
        ticking.ticked(world.place)
        said = rehearsed(world, ref)
        assert named(said) == STAYED
        assert happened(world, ref) == said
        assert moves(world, ref) == []
