"""The access log is for those who keep the record; what is sealed, for a reason that is logged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import bootstrap
from engine.errors import DeniedError, UsageError
from engine.service.trail import accessing
from engine.verbs.table import run
from tests.barring import by, directory, restricted
from tests.offices import Office
from tests.stories import SETTINGS
from tests.worlds import BESS, LEE, World

WHY = "The yearly review."


@pytest.fixture
def here(world: World, tmp_path: Path) -> Iterator[World]:
    world.place.directory = directory()
    bootstrap.wire(world.place, replace(SETTINGS, file=tmp_path / "config.toml"))
    yield world
    assert world.verdict().problems == []


def told(world: World, who: str, verb: str, **raw: Any) -> Any:
    """What a verb tells somebody."""
    return run(world.place, by(who), verb, raw)


def searched(world: World, times: int) -> None:
    for number in range(times):
        run(world.place, BESS, "find", {"text": f"Robin {number}"})


def test_it_shows_who_did_what_on_which_case_the_latest_first(here: World) -> None:
    ref = here.open(aware_on="2025-12-12")
    run(here.place, BESS, "show personal", {"ref": ref, "why": "The chair asks."})
    with pytest.raises(DeniedError):
        run(here.place, LEE, "audit log", {})
    found = told(here, "bess", "audit log")["entries"]
    assert [(one["kind"], one["person"], one["ref"]) for one in found] == [
        ("refused", "lee", ""),
        ("read", "bess", ref),
    ]
    assert "The chair asks." not in str(found)


def test_each_filter_leaves_the_others_out(here: World) -> None:
    ref = here.open(aware_on="2025-12-12")
    searched(here, 1)
    here.clock.go_to("2025-12-20")
    run(here.place, BESS, "show personal", {"ref": ref, "why": "The chair asks."})
    run(here.place, LEE, "find", {"text": "Robin"})

    def shown(**wish: str) -> list[str]:
        return [one["kind"] for one in told(here, "bess", "audit log", **wish)["entries"]]

    assert shown() == ["searched", "read", "searched"]
    assert shown(since="2025-12-20") == ["searched", "read"]
    assert shown(person="lee") == ["searched"]
    assert shown(case=ref) == ["read"]
    assert shown(kind="read") == ["read"]
    assert shown(kind="signed in") == []


def test_pages_hide_and_repeat_nothing_while_entries_come(here: World) -> None:
    searched(here, 7)
    seen: list[int] = []
    page = told(here, "bess", "audit log", limit=3)
    seen += [one["n"] for one in page["entries"]]
    searched(here, 2)
    while page["next"]:
        page = told(here, "bess", "audit log", limit=3, after=page["next"])
        seen += [one["n"] for one in page["entries"]]
    assert seen == [7, 6, 5, 4, 3, 2, 1]


def test_reasons_are_shown_after_the_read_of_them_is_logged(here: World) -> None:
    searched(here, 2)
    found = told(here, "bess", "audit log reasons", why=WHY, person="bess")["reasons"]
    assert found == {"@2": {"text": "Robin 1"}, "@1": {"text": "Robin 0"}}
    latest = told(here, "bess", "audit log", limit=1)["entries"][0]
    assert (latest["kind"], latest["person"], latest["what"]) == ("read", "bess", {"answers": 2})
    first = told(here, "bess", "audit log reasons", why="x", limit=1)
    assert first["next"]
    assert first["reasons"] == {"@3": {"why": WHY}}
    with pytest.raises(UsageError, match="why"):
        run(here.place, BESS, "audit log reasons", {"why": " "})


@pytest.mark.parametrize("verb", ["audit log", "audit log reasons"])
def test_only_those_who_keep_the_record_see_it(here: World, verb: str) -> None:
    given = {"why": WHY} if verb == "audit log reasons" else {}
    for person in ("lee", "eve", "ed", "dee"):
        with pytest.raises(DeniedError):
            run(here.place, by(person), verb, given)


def test_of_a_case_that_is_not_theirs_to_see_nothing_is_told(here: World) -> None:
    ref = here.open(aware_on="2025-12-12")
    restricted(here, ref)
    run(here.place, BESS, "show personal", {"ref": ref, "why": "The chair asks."})
    assert ref in str(told(here, "bess", "audit log"))
    for wish in ({}, {"case": ref}):
        assert ref not in str(told(here, "sam", "audit log", **wish)["entries"])
    assert "chair" not in str(told(here, "sam", "audit log reasons", why=WHY))


def test_every_kind_of_entry_is_one_of_the_closed_list(office: Office) -> None:
    said = office.refused(2, "audit", "log", "--kind", "reads")
    assert all(kind in said for kind in accessing.KINDS)


def test_the_command_prints_them_and_reasons_for_a_reason_alone(office: Office) -> None:
    office.ok("find", "Robin Sample")
    assert "searched" in office.ok("audit", "log")
    assert "Robin" not in office.ok("audit", "log")
    assert "text: Robin Sample" in office.ok("audit", "log", "--why", "-", typed=WHY)
    assert office.json("audit", "log", "--kind", "read")["entries"][0]["what"] == {"answers": 1}
