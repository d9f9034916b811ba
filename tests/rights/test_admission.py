"""Somebody who has no part in the partnership today reads nothing of its cases, at no door."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.canonical import parse
from engine.directory import Absence, Agency, Appointment, Directory
from engine.errors import RefusedError
from engine.service import admission
from engine.service.workplace import By
from tests.offices import Office
from tests.worlds import DIRECTORY, World

LOOKS = (
    ("show", "REF"),
    ("show", "REF", "--all"),
    ("next", "REF"),
    ("history", "REF"),
    ("explain", "REF", "notification"),
    ("deadlines", "REF"),
    ("deadlines",),
    ("document", "REF"),
    ("person", "REF", "show"),
    ("record", "REF", "--form"),
    ("pack", "REF"),
    ("list",),
    ("list", "--late"),
    ("today",),
    ("find", "council"),
)


def ended(office: Office, person: str) -> None:
    """The one appointment of somebody has ended, and they speak for nobody."""
    text = office.config.read_text()
    held = f'person = "{person}"\nrole   = "executive"\n'
    assert held in text
    days = "from   = 2020-01-01\nto     = 2020-12-31\n"
    office.config.write_text(text.replace(held, held + days))


def logged(office: Office) -> list[Any]:
    store = office.store()
    with store.read() as tx:
        rows = tx.rows("SELECT text FROM events WHERE stream = 'access' ORDER BY n")
    store.close()
    return [parse(row[0]) for row in rows]


@pytest.mark.parametrize("words", LOOKS, ids=" ".join)
def test_whoever_holds_no_role_today_is_refused_at_every_door_and_that_is_logged(
    office: Office, words: tuple[str, ...]
) -> None:
    ref = office.open()
    asked = [ref if word == "REF" else word for word in words]
    assert office.run(*asked, "--as", "eve").exit_code == 0
    before = len(logged(office))
    ended(office, "eve")

    result = office.run(*asked, "--as", "eve")
    assert result.exit_code == 4
    assert "What is on record here is not yours to read." in result.stderr
    assert "config.toml says who holds which role" in " ".join(result.stderr.split())
    assert result.stdout == ""
    new = logged(office)[before:]
    assert [(event["type"], event["actor"]["decided"]) for event in new] == [("refused", "eve")]
    assert new[0]["body"]["ref"] == (ref if "REF" in words else "")


def a_directory(**more: Any) -> Directory:
    bare = replace(DIRECTORY, appointments=(), agencies={}, fallbacks={})
    return replace(bare, **more)


@pytest.mark.parametrize(
    ("directory", "may"),
    [
        (a_directory(), False),
        (a_directory(appointments=(Appointment("hana", "executive", "board"),)), True),
        (
            a_directory(
                appointments=(Appointment("hana", "executive", "board", deputy_for="ed"),),
                absences=(Absence("hana", "2025-01-01"),),
            ),
            True,
        ),
        (a_directory(appointments=(Appointment("hana", "executive", until="2025-12-11"),)), False),
        (a_directory(appointments=(Appointment("hana", "executive", since="2025-12-13"),)), False),
        (a_directory(agencies={"board": Agency("board", "Board", "police", "hana")}), True),
        (
            a_directory(
                agencies={"board": Agency("board", "Board", "police", "hana", "", "2025-12-11")}
            ),
            False,
        ),
        (a_directory(fallbacks={"any role": "hana"}), True),
    ],
)
def test_a_part_is_a_role_an_agency_to_speak_for_or_somebodys_place_on_the_day(
    world: World, directory: Directory, may: bool
) -> None:
    world.clock.go_to("2025-12-12")
    world.place.directory = directory
    if may:
        admission.need_part(world.place, By("hana"), "list")
    else:
        with pytest.raises(RefusedError, match="not yours to read"):
            admission.need_part(world.place, By("hana"), "list")
