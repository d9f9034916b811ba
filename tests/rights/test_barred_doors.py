"""A restricted case at the doors: the command line, HTTP, hooks, and what they leave behind."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import bootstrap
from engine.service import restricting
from engine.service.workplace import By
from tests.barring import directory, restricted
from tests.hooking import doors
from tests.offices import Office
from tests.stories import SETTINGS
from tests.web.servers import served
from tests.worlds import World

SAM = By("sam")
LOOKS = (
    ("list",),
    ("today",),
    ("deadlines",),
    ("find", "council"),
    ("find", "20"),
    ("list", "--mine"),
    ("workflow", "list"),
    ("audit", "verify"),
    ("workflow", "migrate", "incident", "--to", "2025-01", "--dry-run"),
)
"""What is told of many cases at once."""


def manager(office: Office) -> str:
    """Who keeps the record: the person of whoever sits there."""
    return str(tomllib.loads(office.config.read_text())["person"][0]["id"])


def test_the_whole_of_it_at_the_command_line(office: Office) -> None:
    ref, other, own = office.open(), office.open(), manager(office)
    both = " and ".join(sorted([own, "lee"]))
    because = ("--reason", "kept among few")
    said = office.ok("case", "restrict", ref, "--to", own, "--to", "lee", *because)
    assert f"Only {both} can see {ref} from now on." in said
    assert "Nobody who can see it acts for the executive" in " ".join(said.split())
    assert f"Restricted: only {both} can see it." in office.ok("show", ref)

    never = office.run("show", "2025-AAAAAX", "--as", "eve")
    hidden = office.run("show", ref, "--as", "eve")
    assert (hidden.exit_code, hidden.stdout) == (3, "")
    assert hidden.stderr.startswith(f"There is no case {ref}; `casetrail list` shows those there")
    assert never.exit_code == 3
    for words in LOOKS:
        result = office.run(*words, "--as", "eve")
        assert ref not in result.output, words
    assert other in office.ok("list", "--as", "eve")
    office.refused(3, "message", "preview", ref, "notification", "--as", "eve")
    office.ok("blank-forms", "--out", str(office.folder / "paper"), "--as", "eve")
    for file in (office.folder / "paper").rglob("*.html"):
        assert ref not in file.read_text()

    said = office.ok("break-glass", ref, *because, "--as", "eve")
    assert f"Told: {both}." in said
    assert ref in office.ok("show", ref, "--as", "eve")
    told = office.ok("history", ref)
    assert "broke the glass, to read the case" in " ".join(told.split())
    assert "restricted to" in told
    assert "kept among few" not in told
    office.ok("case", "unrestrict", ref, *because)
    assert ref in office.ok("list", "--as", "eve")


def test_a_conflict_at_the_command_line(office: Office) -> None:
    ref, own = office.open(), manager(office)
    because = ("--reason", "a neighbour")
    office.ok("conflict", "declare", ref, "--person", "eve", *because, "--as", "eve")
    office.refused(3, "show", ref, "--as", "eve")
    assert "Kept from it by a conflict of interest: eve." in office.ok("show", ref)
    assert "conflict of interest declared" in office.ok("history", ref)
    office.ok("conflict", "end", ref, "--person", "eve", *because, "--as", own)
    office.ok("show", ref, "--as", "eve")


def test_a_glass_that_nobody_could_be_told_of_says_so(office: Office) -> None:
    ref, own = office.open(), manager(office)
    because = ("--reason", "kept among few")
    office.ok("case", "restrict", ref, "--to", own, "--to", "lee", *because)
    # The folder into which messages are written is none.
    folder = office.folder / "messages"
    if folder.exists():
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
    folder.write_text("in the way")
    found = office.run("break-glass", ref, *because, "--as", "eve", "--json")
    document = json.loads(found.stdout)

    assert (document["open"], document["told"]) == (False, [])
    assert sorted(document["not_told"]) == sorted([own, "lee"])
    said = office.run("break-glass", ref, *because, "--as", "hana").stdout
    assert "the case is not open yet" in " ".join(said.split())
    office.refused(3, "show", ref, "--as", "eve")
    folder.unlink()


@pytest.fixture
def here(world: World, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    if "postgresql" in request.node.name:
        pytest.skip("the doors hang on no database")
    world.place.directory = directory()
    bootstrap.wire(world.place, replace(SETTINGS, file=tmp_path / "config.toml"))
    yield world
    assert world.verdict().problems == []


def test_by_http_it_is_a_case_that_is_not_there(here: World) -> None:
    ref = here.notified()
    restricted(here, ref)
    with served(here.place.at("http")) as web:
        eve, lee = web.client("eve"), web.client("lee")
        never = eve.get("/cases/2025-K7QF29")
        hidden = eve.get(f"/cases/{ref}")
        paths = (
            "history",
            "people",
            "deadlines",
            "documents",
            "next",
            "packs",
            "process/questions",
        )
        for path in paths:
            found = eve.get(f"/cases/{ref}/{path}")
            assert found.status_code == 404, path
            assert "etag" not in found.headers
        shown = lee.get(f"/cases/{ref}")
        listed = eve.get("/cases").text + eve.get("/today").text + eve.get("/deadlines").text
        made = eve.post(f"/cases/{ref}/restriction/lifted", json={"reason": "to try it"})
        broken = eve.post(f"/cases/{ref}/broken-glass", json={"reason": "nobody is there"})
        conflict = lee.post(
            f"/cases/{ref}/conflicts", json={"person": "lee", "reason": "a neighbour"}
        )
        after = lee.get(f"/cases/{ref}")

    assert (never.status_code, hidden.status_code) == (404, 404)
    assert "etag" not in hidden.headers
    assert shown.status_code == 200
    assert ref not in listed
    assert made.status_code == 404
    assert broken.status_code == 200
    assert broken.json()["task"]
    assert conflict.status_code == 200
    assert after.status_code == 404


def answered(here: World, folder: Path, ref: str) -> Any:
    # A folder of its own each time: a secret that may be in use is not made anew.
    own = folder / str(len([*folder.iterdir()]))
    own.mkdir()
    asked = doors(here, own)
    here.place.directory = directory()
    return asked.call("opinion", {"case": ref, "opinion": "notify"})


def test_a_hook_whose_person_is_barred_is_answered_as_for_a_case_that_is_not_there(
    here: World, tmp_path: Path
) -> None:
    ref = here.open(aware_on="2025-12-12")
    here.take(ref, "start_deciding")
    restricted(here, ref, "sam", "lee", who="sam")
    hidden = answered(here, tmp_path, ref)
    never = answered(here, tmp_path, "2025-AAAAAX")

    assert hidden.status == never.status == 422
    assert hidden.document == never.document
    restricting.lift(here.place, replace(SAM, reason="over"), ref)
    assert answered(here, tmp_path, ref).taken
