"""A partnership at a time when a bank holiday had not been announced yet."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from click.testing import CliRunner, Result

from engine import bootstrap, calendars, database
from engine.cli.main import root
from engine.decide.steps.taking import Step
from engine.loading import load, sources
from engine.service import cases, editions
from engine.service.looking import listing
from engine.service.workplace import By, Workplace
from tests import calling, entering
from tests.worlds import BESS, SAMPLE, World, place_on

ENGLAND = "England and Wales"
PROCESS = "child_safeguarding_practice_review"


@contextmanager
def world_of(
    folder: Path, day: str, jurisdiction: str = ENGLAND, known: str = ""
) -> Iterator[World]:
    """A partnership that counts by a jurisdiction, by the list of bank holidays known on a day."""
    copy = folder / "incident"
    shutil.copytree(SAMPLE, copy)
    for file in (copy / "process.toml", copy / "children" / "summary.toml"):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(ENGLAND, jurisdiction), encoding="utf-8")
    url = f"sqlite:///{folder / 'casetrail.db'}"
    database.create(url, "sample", durable=False)
    with joined(folder, day, known) as world:
        editions.activate(world.place, BESS, load(copy), sources(copy))
        yield world


@contextmanager
def joined(folder: Path, day: str, known: str = "") -> Iterator[World]:
    """Another process at work on the same store, on the same day."""
    opened = database.open(f"sqlite:///{folder / 'casetrail.db'}", durable=False)
    try:
        place, clock = place_on(opened, day)
        then = date.fromisoformat(known or day)
        lists = {name: calendars.load(name).as_known_on(then) for name in calendars.SHIPPED}
        yield World(replace(place, calendars=lists), clock)
    finally:
        opened.close()


def _meet(place: Workplace) -> None:
    """Take a step in the open case of a demo."""
    [still_open] = listing.cases(place, listing.Wish())
    cases.take_step(place, By("sam"), str(still_open["ref"]), Step("call_extraordinary_meeting"))


def left_by_a_demo(folder: Path) -> Result:
    """Leave what a demo leaves in a folder, a late bank holiday, and what whoever comes through a
    door leaves; yields how that ended.
    """
    late = ["2026-11-20", "Late", "--announced", "2026-10-29", "--source", "A sample", "--yes"]
    late.append("--allow-later")
    made = CliRunner().invoke(root(), ["demo", "--out", str(folder)])
    # What a verification would put in order is in order before.
    for words in (["calendar", "add", *late], ["audit", "verify"]):
        more = ["--as", "sam", "--config", str(folder / "config.toml")]
        made = made if made.exit_code else CliRunner().invoke(root(), [*words, *more])
        if words[0] == "calendar":
            place = bootstrap.workplace(bootstrap.settings(str(folder / "config.toml")))
            entering.leave_traces(place, By("sam"))
            with place.database.read() as tx:
                asked = "SELECT ref FROM cases WHERE closed_on IS NULL AND parent = ''"
                [ref] = tx.rows(asked)[0]
            entering.leave_barriers(place, ref, "sam", "avery", "quinn")
            calling.leave_traces(place, PROCESS, partial(_meet, place))
            place.database.close()
    return made
