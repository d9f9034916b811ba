"""The entrance of the sample partnership, on SQLite, with passwords that cost next to nothing."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import database
from engine.service.accounts import passwords
from tests.accounts.conftest import CHEAP
from tests.knocking import at_the_door
from tests.web.servers import Served
from tests.worlds import World, place_on


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", lambda: CHEAP)


@pytest.fixture
def world(sqlite_sample: Path, tmp_path: Path) -> Iterator[World]:
    """On SQLite alone: what is kept, and how, is tried on each database with the accounts."""
    file = tmp_path / "casetrail.db"
    shutil.copy(sqlite_sample, file)
    file.chmod(0o600)
    opened = database.open(f"sqlite:///{file}", durable=False)
    try:
        yield World(*place_on(opened))
    finally:
        opened.close()


@pytest.fixture
def door(world: World) -> Iterator[Served]:
    with at_the_door(world, "lee", "bess") as made:
        yield made


@pytest.fixture
def patient(world: World) -> Iterator[Served]:
    """A door at which each look at the clock is a minute later."""
    with at_the_door(world, "lee", "bess", clock=itertools.count(0, 61).__next__) as made:
        yield made
