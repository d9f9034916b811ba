"""The store that each release left: brought up to date it verifies, and goes on."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from engine import database, keys
from engine.errors import ConfigError
from engine.migrations import LATEST
from engine.service.bank_holidays import holidays
from engine.service.bank_holidays.almanac import ADDED
from engine.service.bank_holidays.holidays import Holiday
from engine.service.looking import reading
from tests.offices import Office, copied
from tests.worlds import BESS, LEE, World, place_on

STORES = sorted((Path(__file__).parents[1].joinpath("golden") / "stores").glob("*.db.gz"))
CALENDAR = "england-and-wales-2026-11"
REVIEWED = "2025-XNE3Y9"
OTHER = "2025-VBN4PH"


class Left(NamedTuple):
    """What a store holds, and the calendars by which its two cases and a late holiday count."""

    events: int
    reviewed: str
    other: str
    late: str


HELD = {
    "schema_1": Left(33, CALENDAR, CALENDAR, f"{CALENDAR}-22.1"),
    # A late bank holiday was told there, which moved no clock.
    "schema_2": Left(34, f"{CALENDAR}-22", f"{CALENDAR}-22.1", f"{CALENDAR}-22.2"),
    # The same with a token and a password.
    "schema_3": Left(36, f"{CALENDAR}-22", f"{CALENDAR}-22.1", f"{CALENDAR}-22.2"),
}


@pytest.fixture(params=STORES, ids=lambda file: file.name.partition(".")[0])
def left(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    file = tmp_path / "casetrail.db"
    file.write_bytes(gzip.decompress(request.param.read_bytes()))
    file.chmod(0o600)
    return file


@pytest.fixture
def held(request: pytest.FixtureRequest, left: Path) -> Left:
    return HELD[request.node.callspec.params["left"].name.partition(".")[0]]


@pytest.fixture
def world(left: Path) -> Iterator[World]:
    database.migrate(f"sqlite:///{left}")
    opened = database.open(f"sqlite:///{left}")
    place, clock = place_on(opened, "2025-12-18")
    yield World(place, clock)
    opened.close()


def test_of_every_schema_before_this_one_a_store_is_kept() -> None:
    named = [file.name for file in STORES]

    assert named == [f"schema_{schema}.db.gz" for schema in range(1, LATEST)]


def test_a_store_of_an_earlier_release_says_what_brings_it_up_to_date(left: Path) -> None:
    with pytest.raises(ConfigError, match=r"make a backup, then run `casetrail migrate`"):
        database.open(f"sqlite:///{left}")


def test_a_store_of_an_earlier_release_verifies_once_it_is_up_to_date(
    world: World, held: Left
) -> None:
    verdict = world.verdict()

    assert verdict.problems == []
    assert (verdict.events, verdict.cases, verdict.erased) == (held.events, 5, 1)


def test_a_case_of_an_earlier_release_goes_on_where_it_was(world: World, held: Left) -> None:
    shown = world.deadline(OTHER, "notification")
    assert (shown["due_on"], shown["calendar"]) == ("2025-12-18", held.other)
    world.take(OTHER, "start_deciding")
    world.take(OTHER, "decide_not_to_notify", LEE, rationale="Not met.")

    assert world.state(OTHER) == "not_notified"
    assert world.verdict().holds


def test_a_clock_of_an_earlier_release_moves_by_a_late_bank_holiday(
    world: World, held: Left
) -> None:
    late = Holiday(ADDED, "2025-12-22", "A one-off day", "2025-12-18", "A sample source")
    done = holidays.change(world.place, BESS, late)

    assert done.failed == ()
    assert REVIEWED in {one.ref for one in done.moving}
    [moved] = [e for e in world.told(REVIEWED) if e["type"] == "deadline moved"]
    assert moved["body"]["old"]["calendar"] == held.reviewed
    assert moved["body"]["now"]["calendar"] == held.late
    assert reading.show(world.place, BESS, REVIEWED)["deadlines"]
    assert world.verdict().holds


def test_casetrail_migrate_brings_such_a_store_up_to_date(
    left: Path, held: Left, office_sample: Office, tmp_path: Path
) -> None:
    office = copied(office_sample, tmp_path / "office")
    for name in ("casetrail.db", "casetrail.keys"):
        (office.folder / name).unlink()
    left.rename(office.folder / "casetrail.db")
    drawn = iter((b"w", b"a", b"s"))
    keys.make(office.folder / "casetrail.keys", lambda size: next(drawn) * size)

    assert "run `casetrail migrate`" in office.refused(2, "show", OTHER)
    assert f"schema {LATEST}" in office.run("migrate").stdout
    assert f"Consistent: {held.events} events of 5 cases" in office.run("audit", "verify").stdout
    assert office.run("show", OTHER).exit_code == 0
    # People as config.toml has them now are noted by the first command that opens the store.
    noted = f"Consistent: {held.events + 1} events of 5 cases"
    assert noted in office.run("audit", "verify").stdout
