"""A bank holiday that is announced late: it moves the clocks that run across it, and no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from engine.service import cases, ticking
from engine.service.bank_holidays import holidays, recounting
from engine.service.bank_holidays.almanac import ADDED, REMOVED
from engine.service.bank_holidays.holidays import Holiday
from engine.service.looking import reading
from engine.service.workplace import By
from tests import second_count
from tests.late import joined, world_of
from tests.replays import differences
from tests.reviews import SAM, Review
from tests.worlds import BESS, ED, EVE, World, given

DAY = timedelta(days=1)
FUNERAL = date(2022, 9, 19)
TITLE = "Bank Holiday for the State Funeral of Queen Elizabeth II"
HOLIDAY = Holiday(ADDED, "2022-09-19", TITLE, "2022-09-10", "GOV.UK, 10 September 2022")
SUMMER = [date(2022, 8, 1) + n * DAY for n in range(40)]
"""1 August to 9 September 2022."""


class Casebook(NamedTuple):
    world: World
    notified: dict[str, date]
    """The cases of which a review is to be sent within fifteen working days, by day 0."""
    aware: dict[str, date]
    """The cases that are to be notified within five working days, by day 0."""
    met: dict[str, date]


def is_working(day: date) -> bool:
    """By the second count, which knows the holiday as the list of today does."""
    return day == FUNERAL or day in second_count.table("England and Wales").working


def counted(day: date, number: int, off: date | None = None) -> str:
    while number:
        day += DAY
        number -= is_working(day) and day != off
    return day.isoformat()


def opened_on(world: World, days: list[date]) -> Casebook:
    book = Casebook(world, {}, {}, {})
    for day in days:
        world.clock.go_to(day.isoformat())
        book.notified[world.notified(aware_on=day.isoformat())] = day
        book.aware[world.open(aware_on=day.isoformat())] = day
        if day.day % 5 == 0:
            ref = world.notified(aware_on=day.isoformat())
            world.record(ref, report="The report.")
            for by in (EVE, ED):
                cases.approve(world.place, by, ref, "report")
            world.take(ref, "submit_review")
            book.met[ref] = day
    return book


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Casebook]:
    folder = tmp_path_factory.mktemp("funeral")
    with world_of(folder, "2022-08-01") as world:
        made = opened_on(world, SUMMER)
        world.clock.go_to("2022-09-10", 20)
        yield made


def moves(world: World, ref: str) -> list[tuple[str, str, str]]:
    """The clocks of a case that were moved: which, from and to which day."""
    bodies = [e["body"] for e in world.told(ref) if e["type"] == "deadline moved"]
    return [(b["timescale"], b["old"]["due_on"], b["now"]["due_on"]) for b in bodies]


def test_the_state_funeral_moves_exactly_the_fifteen_days_that_began_from_26_august_to_9_september(
    book: Casebook,
) -> None:
    world = book.world
    across = [date(2022, 8, 26) + n * DAY for n in range(15)]
    expected = {
        (ref, "review", counted(day, 15), counted(day, 15, FUNERAL))
        for ref, day in book.notified.items()
        if day in across
    }
    assert len(expected) == 15
    assert {(first, last) for _, _, first, last in expected} >= {("2022-09-19", "2022-09-20")}

    planned = holidays.plan(world.place, BESS, HOLIDAY)
    assert {ref: moves(world, ref) for ref in book.notified if moves(world, ref)} == {}
    done = holidays.change(world.place, BESS, HOLIDAY)

    listed = {
        (one.ref, one.timescale, one.old["due_on"], one.now["due_on"])
        for one in planned.moving
        if one.kind == "moved"
    }
    every = [*book.notified, *book.aware, *book.met]
    recorded = {(ref, *move) for ref in every for move in moves(world, ref)}
    assert listed == expected
    assert recorded == expected
    assert done.failed == ()
    for ref, day in book.notified.items():
        off = FUNERAL if day in across else None
        assert world.deadline(ref, "review")["due_on"] == counted(day, 15, off), day
    for ref, day in book.aware.items():
        assert world.deadline(ref, "notification")["due_on"] == counted(day, 5), day
    assert world.verdict().problems == []


def test_five_days_move_as_well_where_the_list_is_changed_while_they_run_across_it(
    tmp_path: Path,
) -> None:
    days = [date(2022, 9, 5) + n * DAY for n in range(12)]
    with world_of(tmp_path, "2022-09-05") as world:
        book = opened_on(world, days)
        world.clock.go_to("2022-09-16", 18)
        holidays.change(world.place, BESS, HOLIDAY)
        moved = {book.aware[ref] for ref in book.aware if moves(world, ref)}
        fifteen = {book.notified[ref] for ref in book.notified if moves(world, ref)}
        later = world.open(aware_on="2022-09-16")

        assert moved == set(days[7:])
        assert fifteen == set(days)
        assert world.deadline(later, "notification")["due_on"] == "2022-09-26"
        assert world.deadline(later, "notification")["calendar"].endswith(".1")
        assert moves(world, later) == []
        assert world.verdict().holds


def test_an_escalation_that_would_have_come_on_the_holiday_comes_the_day_after_it(
    tmp_path: Path,
) -> None:
    with world_of(tmp_path, "2022-08-25") as world:
        ref = world.notified(aware_on="2022-08-25")
        world.clock.go_to("2022-09-10", 20)
        done = holidays.change(world.place, BESS, HOLIDAY)
        [moved] = [e["body"] for e in world.told(ref) if e["type"] == "notices moved"]
        world.clock.go_to("2022-09-19", 12)
        ticking.fire_due(world.place)
        on_the_day = told_of(world, ref, "escalate")
        world.clock.go_to("2022-09-20", 12)
        ticking.fire_due(world.place)

        assert [one.kind for one in done.moving] == ["notices"]
        assert moves(world, ref) == []
        assert [name for name, _ in moved["notices"]] == ["escalate_1_working_day_after_it_was_due"]
        assert world.deadline(ref, "review")["due_on"] == "2022-09-16"
        assert (on_the_day, told_of(world, ref, "escalate")) == (0, 1)
        assert world.verdict().holds


def told_of(world: World, ref: str, kind: str) -> int:
    fired = [e["body"] for e in world.told(ref) if e["type"] == "notice fired"]
    return sum(body["kind"] == kind and body["timescale"] == "review" for body in fired)


def test_what_has_fired_is_not_sent_again_and_those_who_had_it_are_told_of_the_move_once(
    tmp_path: Path,
) -> None:
    with world_of(tmp_path, "2022-08-26") as world:
        ref = world.notified(aware_on="2022-08-26")
        world.clock.go_to("2022-09-12", 10)
        ticking.fire_due(world.place)
        before = told_of(world, ref, "remind")
        done = holidays.change(world.place, BESS, HOLIDAY)
        [news] = [
            e["body"]
            for e in world.told(ref)
            if e["type"] == "people told" and "moved" in e["body"]["what"]
        ]
        for day in range(13, 31):
            world.clock.go_to(f"2022-09-{day}", 12)
            ticking.fire_due(world.place)
        fired = [
            (e["body"]["notice"], e["happened"])
            for e in world.told(ref)
            if e["type"] == "notice fired" and e["body"]["timescale"] == "review"
        ]

        assert before == 1
        assert [(one.ref, one.tell) for one in done.moving if one.kind == "moved"] == [
            (ref, ("bess",))
        ]
        assert [(one["person"], one["by_when"]) for one in news["messages"]] == [
            ("bess", "2022-09-20")
        ]
        assert fired == [
            ("remind_5_working_days_before_it_is_due", "2022-09-12"),
            ("remind_on_the_day_it_is_due", "2022-09-20"),
            ("escalate_1_working_day_after_it_was_due", "2022-09-21"),
        ]
        assert world.verdict().holds


def test_who_was_told_of_a_day_that_has_moved_before_is_told_of_the_next_move_too(
    tmp_path: Path,
) -> None:
    with world_of(tmp_path, "2022-08-26") as world:
        ref = world.notified(aware_on="2022-08-26")
        world.clock.go_to("2022-09-09", 10)
        cases.correct(world.place, by_mistake(), ref, given(notified_on="2022-08-25"))
        world.clock.go_to("2022-09-09", 12)
        ticking.fire_due(world.place)
        # The reminder that has gone out is armed again, for the later day.
        cases.correct(world.place, by_mistake(), ref, given(notified_on="2022-08-30"))
        world.clock.go_to("2022-09-10", 20)
        [one] = holidays.change(world.place, BESS, HOLIDAY).moving

        assert one.tell == ("bess",)
        assert [(told.person, told.on, told.day) for told in one.told] == [
            ("bess", "2022-09-09", "2022-09-20")
        ]
        assert world.verdict().holds


def by_mistake() -> By:
    return By("bess", reason="It was typed wrongly.")


def test_an_agency_that_was_asked_by_a_day_is_told_that_the_day_has_moved(
    review: Review,
) -> None:
    place, clock = review.place, review.clock
    [ref] = review.take("ask_more_agencies", more_agencies="icb").opened
    [row] = reading.show(place, SAM, ref)["deadlines"]
    day = date.fromisoformat(row["due_on"])
    clock.go_to(str(row["starts_on"]), 12)
    late = Holiday(ADDED, day.isoformat(), "A late one", row["starts_on"], "GOV.UK")
    planned = holidays.plan(place, SAM, late)
    [one] = [each for each in planned.moving if each.ref == ref]
    holidays.change(place, SAM, late)
    last: Any = [e for e in review.events(ref) if e["type"] == "people told"][-1]["body"]

    assert one.waits_on
    assert one.tell == ("blake",)
    assert [(told.person, told.day) for told in one.told] == [("blake", row["due_on"])]
    assert "the day has moved" in last["what"]
    assert [(m["person"], m["by_when"]) for m in last["messages"]] == [("blake", one.now["due_on"])]
    assert differences(place) == []


def test_a_clock_that_was_met_before_stays_met_as_it_was_judged(book: Casebook) -> None:
    world = book.world
    judged = {world.deadline(ref, "review")["status"] for ref in book.met}
    types = {e["type"] for ref in book.met for e in world.told(ref)}

    assert judged == {"met"}
    assert types.isdisjoint({"deadline re-judged", "deadline moved"})


def test_a_moved_bank_holiday_is_one_taken_off_and_one_put_on(tmp_path: Path) -> None:
    source = "GOV.UK, 7 June 2019"
    with world_of(tmp_path, "2019-06-06") as world:
        place = world.place
        world.clock.go_to("2020-04-30")
        ref = world.open(aware_on="2020-04-28")
        first = world.deadline(ref, "notification")["due_on"]
        holidays.change(place, BESS, Holiday(REMOVED, "2020-05-04", "", "2019-06-07", source))
        second = world.deadline(ref, "notification")["due_on"]
        added = Holiday(ADDED, "2020-05-08", "Early May bank holiday", "2019-06-07", source)
        holidays.change(place, BESS, added)
        other = world.open(aware_on="2020-04-30")

        assert (first, second) == ("2020-05-06", "2020-05-05")
        assert world.deadline(other, "notification")["due_on"] == "2020-05-07"
        assert moves(world, ref) == [("notification", "2020-05-06", "2020-05-05")]
        assert [one.version[-2:] for one in place.almanac.changes] == [".1", ".2"]
        assert world.verdict().holds


def test_another_process_that_is_already_at_work_counts_by_the_changed_list(
    tmp_path: Path,
) -> None:
    with world_of(tmp_path, "2022-09-09") as here, joined(tmp_path, "2022-09-09") as there:
        before = there.open(aware_on="2022-09-09")
        for world in (here, there):
            world.clock.go_to("2022-09-12")
        holidays.change(here.place, BESS, HOLIDAY)
        after = there.open(aware_on="2022-09-12")

        assert there.deadline(before, "notification")["due_on"] == "2022-09-16"
        assert there.deadline(after, "notification")["due_on"] == "2022-09-20"
        assert there.deadline(after, "notification")["calendar"].endswith(".1")


def test_a_worker_moves_what_whoever_changed_the_list_did_not_reach(
    tmp_path: Path,
) -> None:
    with world_of(tmp_path, "2022-09-01") as world:
        ref = world.notified(aware_on="2022-09-01")
        world.clock.go_to("2022-09-10")
        drawn, world.place.randomness = world.place.randomness, stopping_after(1)
        with pytest.raises(KeyboardInterrupt):
            holidays.change(world.place, BESS, HOLIDAY)
        world.place.randomness = drawn
        left = moves(world, ref)

        assert left == []
        assert world.verdict().holds
        assert recounting.settle_recent(world.place) == 1
        assert moves(world, ref) == [("review", "2022-09-22", "2022-09-23")]
        assert recounting.settle_recent(world.place) == 0
        assert world.verdict().holds


def test_a_worker_that_comes_by_long_after_still_moves_what_was_not_reached(
    tmp_path: Path,
) -> None:
    with world_of(tmp_path, "2022-09-01") as world:
        ref = world.notified(aware_on="2022-09-01")
        world.clock.go_to("2022-09-10")
        ticking.ticked(world.place)
        drawn, world.place.randomness = world.place.randomness, stopping_after(1)
        with pytest.raises(KeyboardInterrupt):
            holidays.change(world.place, BESS, HOLIDAY)
        world.place.randomness = drawn
        world.clock.go_to("2022-09-20")

        assert recounting.settle_recent(world.place) == 1
        assert moves(world, ref) == [("review", "2022-09-22", "2022-09-23")]
        ticking.ticked(world.place)
        assert recounting.settle_recent(world.place) == 0


def stopping_after(most: int) -> Callable[[int], bytes]:
    """Chance at which somebody presses Ctrl-C: the list is changed then, and no case is."""
    left = [most]

    def draw(size: int) -> bytes:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return bytes(size)

    return draw
