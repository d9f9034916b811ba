"""Barred cases where all cases are looked over or moved: editions, replays, late bank holidays,
handed-over work, and references among answers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine import bootstrap
from engine.errors import CaseNotFoundError
from engine.service import handing_over, restricting
from engine.service.handing_over import Handover
from engine.service.workplace import By
from engine.verbs.table import run
from tests import moving
from tests.barring import Post, broken, by, directory, restricted, told
from tests.stories import SETTINGS
from tests.worlds import World

HOLIDAY = {
    "day": "2025-12-29",
    "title": "A one-off day",
    "announced": "2025-12-15",
    "source": "a Royal Proclamation",
    "allow_later": True,
}


@pytest.fixture
def here(world: World, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    if "postgresql" in request.node.name:
        pytest.skip("what is looked over hangs on no database")
    world.place.directory = directory()
    bootstrap.wire(world.place, replace(SETTINGS, file=tmp_path / "config.toml"))
    yield world
    assert world.verdict().problems == []


def test_a_move_of_all_cases_leaves_those_that_whoever_moves_may_not_see(
    here: World, tmp_path: Path
) -> None:
    ref, other = here.notified(), here.notified()
    restricted(here, ref)
    moving.another(here, tmp_path, moving.TWENTY)
    asked = {"workflow": "incident", "to": moving.LATER}
    found = told(here, "sam", "workflow migrate", **asked)
    with pytest.raises(CaseNotFoundError):
        told(here, "sam", "workflow migrate", **asked, refs=[ref])

    assert (ref in json.dumps(found), other in json.dumps(found)) == (False, True)
    old = moving.edition_of(here, ref)
    assert old != moving.edition_of(here, other)
    told(here, "bess", "workflow migrate", **asked, refs=[ref])
    assert moving.edition_of(here, ref) == moving.edition_of(here, other)
    told(here, "bess", "workflow migrate", workflow="incident", back=True, refs=[ref])
    assert moving.edition_of(here, ref) == old


def test_what_a_deputy_decided_for_one_in_conflict_is_decided_so_again(
    here: World, tmp_path: Path
) -> None:
    ref = here.open(aware_on="2025-12-12")
    here.take(ref, "start_deciding")
    here.opinions(ref)
    restricting.declare(here.place, by("lee"), ref, "lee")
    restricted(here, ref, "bess", "dee")
    broken(here, "eve", ref, Post())
    here.take(ref, "decide_to_notify", By("dee"), rationale="The three tests of the law are met.")
    moving.another(here, tmp_path, moving.TWENTY)

    asked = {"workflow": "incident", "edition": moving.LATER}
    found = told(here, "bess", "workflow replay", **asked)
    assert (found["cases"], found["totals"]["impossible"]) == (1, [])
    here.open()
    assert told(here, "eve", "workflow replay", **asked)["cases"] == 1


def test_a_late_bank_holiday_moves_its_clocks_and_names_it_to_those_on_the_list(
    here: World,
) -> None:
    ref, other = (here.notified(aware_on="2025-12-12") for _ in range(2))
    restricted(here, ref)
    was = here.deadline(ref, "review")["due_on"]
    seen = {p: told(here, p, "calendar add", **HOLIDAY, dry_run=True) for p in ("bess", "sam")}
    assert ref in json.dumps(seen["bess"])
    assert (ref in json.dumps(seen["sam"]), other in json.dumps(seen["sam"])) == (False, True)
    told(here, "sam", "calendar add", **HOLIDAY)

    assert here.deadline(ref, "review")["due_on"] > was


def test_work_is_handed_over_where_all_three_see_the_case(here: World) -> None:
    ref, other = here.open(), here.open()
    for one in (ref, other):
        here.take(one, "start_deciding")
    restricted(here, ref, "bess", "lee")
    wanted = Handover("lee", "dee", "2025-12-15", "2025-12-19")

    assert handing_over.note(here.place, By("bess"), wanted) == [other]
    restricted(here, ref, "bess", "lee", "dee")
    assert handing_over.note(here.place, By("bess"), wanted) == [ref]


def test_a_rehearsal_tells_those_on_the_list_alone(here: World) -> None:
    ref = here.open(aware_on="2025-12-12")
    restricted(here, ref, "bess", "dee")
    wish = {"ref": ref, "until": "2026-01-20"}
    found = run(here.place, By("bess"), "workflow rehearse case", wish)

    assert isinstance(found, dict)
    people = {m["person"] for notice in found["notices"] for m in notice["told"]}
    assert people == {"bess", "dee"}
