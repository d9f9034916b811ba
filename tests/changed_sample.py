"""The sample process with some of its words changed, in use in a store of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from engine import database
from engine.directory import Appointment
from engine.loading import load, sources
from engine.service import editions
from tests.worlds import BESS, SAMPLE, World, place_on

Edit = tuple[str, str]


@contextmanager
def changed(folder: Path, *process: Edit, linked: tuple[Edit, ...] = ()) -> Iterator[World]:
    """A partnership that works by the sample with these words of it, each found once, replaced."""
    copy = folder / "incident"
    shutil.copytree(SAMPLE, copy)
    _edit(copy / "process.toml", process)
    _edit(copy / "children" / "summary.toml", linked)
    url = f"sqlite:///{folder / 'casetrail.db'}"
    database.create(url, "sample", durable=False)
    store = database.open(url, durable=False)
    try:
        world = World(*place_on(store))
        editions.activate(world.place, BESS, load(copy), sources(copy))
        yield world
    finally:
        store.close()


def appointed(world: World, *more: Appointment) -> None:
    """Appoint others too."""
    people = world.place.directory
    world.place.directory = replace(people, appointments=(*people.appointments, *more))


def _edit(file: Path, edits: tuple[Edit, ...]) -> None:
    text = file.read_text(encoding="utf-8")
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
