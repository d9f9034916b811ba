"""The stories of the flagship process, and the sample partnership that plays them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from engine import calendars, database
from engine.config import read
from engine.directory import Directory
from engine.loading import sources
from engine.service import editions
from engine.service.virtual import VirtualClock
from engine.service.workplace import By, Workplace
from engine.trials.cast import cast
from tests.shared import loaded
from tests.worlds import KEYS, chance

ROOT = Path(__file__).parents[1]
PROCESS = ROOT / "workflows" / "child_safeguarding_practice_review"
SETTINGS = read(ROOT / "config.toml")
CAST = cast(PROCESS, loaded(PROCESS)).directory
"""The sample partnership, with somebody for each role who has no other, as stories are played."""
CALENDARS = {name: calendars.load(name) for name in calendars.SHIPPED}
BEFORE = datetime(2018, 1, 1, tzinfo=UTC)


def make_store(url: str) -> None:
    """A store of the sample partnership in which the process is in use."""
    database.create(url, SETTINGS.log, clock="virtual", durable=False)
    with partnership(url) as (place, _):
        editions.activate(place, By("sam"), loaded(PROCESS), sources(PROCESS))


@contextmanager
def partnership(
    url: str, directory: Directory = SETTINGS.directory
) -> Iterator[tuple[Workplace, VirtualClock]]:
    """The sample partnership at work on a store, long before anything happens."""
    opened = database.open(url, durable=False)
    clock = VirtualClock(BEFORE)
    try:
        yield (
            Workplace(
                log=SETTINGS.log,
                database=opened,
                keys=KEYS,
                directory=directory,
                calendars=CALENDARS,
                clock=clock,
                randomness=chance(),
                clock_kind="virtual",
            ),
            clock,
        )
    finally:
        opened.close()


def copied(template: Path, folder: Path) -> str:
    """A store of one's own, copied from one on SQLite."""
    file = folder / "casetrail.db"
    shutil.copy(template, file)
    file.chmod(0o600)
    return f"sqlite:///{file}"
