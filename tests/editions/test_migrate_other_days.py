"""A case moved to an edition that counts by another list of bank holidays: no clock is left to a
rule that counts its working days by the list of before.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import calendars
from engine.decide.moving.migrating import Wishes
from engine.service import ticking
from engine.service.bank_holidays import holidays, recounting
from engine.service.bank_holidays.almanac import ADDED, Almanac
from engine.service.bank_holidays.holidays import Holiday
from engine.service.moving import giving_back
from engine.service.moving.giving_back import Back
from tests import moving
from tests.calendars.test_calendar_late import HOLIDAY as FUNERAL
from tests.late import world_of
from tests.moving import back, due, fired, foreseen, holds, move, needs
from tests.worlds import BESS, World

ENGLAND, SCOTLAND = "England and Wales", "Scotland"
SCOTTISH = (ENGLAND, SCOTLAND)
SAID = (
    '"Notify the Panel" cannot be left to its old rule: that counts the working days of England '
    "and Wales, and a later bank holiday of Scotland, by whose list the new edition counts, would "
    "move it"
)
KEEP = {"notification": "keep"}
LATE = Holiday(ADDED, "2025-12-17", "A day of thanks", "2025-12-15", "gov.scot", SCOTLAND)


@pytest.fixture
def both(world: World) -> World:
    """A partnership that knows the lists of both jurisdictions."""
    lists = {name: calendars.load(name) for name in SCOTTISH}
    world.place.calendars, world.place.almanac = lists, Almanac(lists)
    return world


def scottish(world: World, folder: Path, *edits: moving.Edit, name: str = moving.LATER) -> str:
    """An edition in use that counts by the list of Scotland."""
    return moving.another(world, folder, SCOTTISH, *edits, linked=(SCOTTISH,), name=name)


def test_a_clock_of_working_days_is_not_kept_where_another_list_counts_them(
    both: World, tmp_path: Path
) -> None:
    ref = both.open(aware_on="2025-12-12")
    scottish(both, tmp_path, moving.LONGER)
    for found in (foreseen(both, clocks=KEEP), move(both, clocks=KEEP)):
        [need] = found[0].needs
        assert need.what == SAID
        assert need.how == "choose rebase, or restart where no duty requires it"
    assert due(both, ref, "notification") == ("running", "2025-12-19")
    holidays.change(both.place, BESS, LATE)
    assert due(both, ref, "notification") == ("running", "2025-12-19")
    holds(both, ref)


def test_what_is_refused_is_counted_anew_by_the_other_list_and_moves_with_it(
    both: World, tmp_path: Path
) -> None:
    ref = both.open(aware_on="2025-12-12")
    scottish(both, tmp_path)
    assert needs(move(both)) == []
    assert due(both, ref, "notification") == ("running", "2025-12-19")
    holidays.change(both.place, BESS, LATE)
    assert due(both, ref, "notification") == ("running", "2025-12-22")
    assert both.verdict().problems == []


def test_nobody_is_told_to_keep_what_cannot_be_kept(both: World, tmp_path: Path) -> None:
    both.open(aware_on="2025-12-12")
    scottish(both, tmp_path, moving.LONGER)
    [need] = foreseen(both)[0].needs
    assert need.what.startswith("LATER")
    assert need.how == "agree to it with --allow-later notification"


def test_a_clock_that_counts_no_working_days_is_kept_whatever_the_list(
    both: World, tmp_path: Path
) -> None:
    ref = both.open(aware_on="2025-12-12")
    month = ("within 5 working days of aware_on", "within 1 month of aware_on")
    moving.another(both, tmp_path, month, name="2025-02")
    assert needs(move(both, to="2025-02", later=moving.AGREED)) == []
    assert due(both, ref, "notification") == ("running", "2026-01-12")
    scottish(both, tmp_path, moving.SHORTER)
    assert needs(move(both, clocks=KEEP)) == []
    holidays.change(both.place, BESS, LATE._replace(day="2026-01-12"))
    assert due(both, ref, "notification") == ("running", "2026-01-12")
    assert both.verdict().problems == []


def test_a_clock_that_is_given_back_counts_a_bank_holiday_that_came_meanwhile(
    tmp_path: Path,
) -> None:
    with world_of(tmp_path, "2022-09-12", known="2022-09-09") as world:
        ref = world.open(aware_on="2022-09-12")
        assert due(world, ref, "notification") == ("running", "2022-09-19")
        moving.another(world, tmp_path, moving.SHORTER)
        assert needs(move(world)) == []
        holidays.change(world.place, BESS, FUNERAL)
        assert due(world, ref, "notification") == ("running", "2022-09-15")
        # No tick looks for clocks that a change so long ago has not reached.
        world.clock.go_to("2022-09-15", 8)
        ticking.ticked(world.place)
        wish = Back("incident", wishes=Wishes(later=moving.AGREED))
        [seen] = giving_back.foreseen(world.place, BESS, wish)
        assert seen.plans[0].clocks[0].now["due_on"] == "2022-09-20"
        assert needs(back(world, later=moving.AGREED)) == []
        assert recounting.settle_recent(world.place) == 0
        assert due(world, ref, "notification") == ("running", "2022-09-20")
        kinds = [e["type"] for e in world.told(ref)]
        assert kinds[-3:] == ["case migrated", "deadline resumed", "deadline moved"]
        assert fired(world, ref) == [(moving.ESCALATION, "waiting"), (moving.REMINDER, "waiting")]
        holds(world, ref)
