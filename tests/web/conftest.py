"""The sample partnership, served; once for each file of tests, on SQLite."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from engine import bootstrap, database
from tests.stories import SETTINGS
from tests.web.servers import Served, served
from tests.worlds import World, place_on


@pytest.fixture(scope="module")
def office(sqlite_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The sample partnership at work, as others come to it by the door of the web."""
    file = tmp_path_factory.mktemp("web") / "casetrail.db"
    shutil.copy(sqlite_sample, file)
    file.chmod(0o600)
    opened = database.open(f"sqlite:///{file}", durable=False)
    try:
        place, clock = place_on(opened)
        bootstrap.wire(place, replace(SETTINGS, file=file.parent / "config.toml"))
        yield World(place.at("http"), clock)
    finally:
        opened.close()


@pytest.fixture(scope="module")
def web(office: World) -> Iterator[Served]:
    """The same, served."""
    with served(office.place) as made:
        yield made


@pytest.fixture(scope="module")
def bess(web: Served) -> httpx2.Client:
    """The business manager's client."""
    return web.client("bess")


@pytest.fixture(scope="module")
def lee(web: Served) -> httpx2.Client:
    """The director's client."""
    return web.client("lee")
