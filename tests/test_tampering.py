from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pysqlite3 as sqlite3
import pytest

from engine import database
from engine.case import Given
from engine.errors import EngineError
from engine.service import (
    cases,
    checkpoints,
    documents,
    listing,
    outbox,
    reading,
    sequencing,
    ticking,
    verifying,
)
from engine.service.workplace import By, Workplace
from tests.worlds import BESS, ED, EVE, LEE, World, given, place_on

EDITS = 200
BESIDE_THE_RECORD = {"attempts", "failures"}
"""Tables that are no projection and that no command shows."""


@pytest.fixture(scope="module")
def told(
    sqlite_sample: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str, list[str]]:
    """A store with something in every table, its checkpoint, and the references of its cases."""
    folder = tmp_path_factory.mktemp("told")
    file = folder / "casetrail.db"
    shutil.copy(sqlite_sample, file)
    file.chmod(0o600)
    opened = database.open(f"sqlite:///{file}")
    place, clock = place_on(opened)
    world = World(place, clock)
    ref = world.notified()
    cases.add_person(place, BESS, ref, "child", [Given("name", "Robin Sample")])
    other, _ = cases.add_person(place, BESS, ref, "child", [Given("name", "Kim Sample")])
    with Path(__file__).open("rb") as source:
        documents.attach(place, BESS, ref, "form", documents.File("form.pdf", source))
    linked = world.take(ref, "ask_for_summaries", agencies_asked="police,hospital").opened
    world.take(linked[0], "receive", summary="Nothing was held.")
    world.record(ref, report="The report.")
    cases.approve(place, EVE, ref, "report")
    cases.approve(place, ED, ref, "report")
    clock.go_to("2026-01-20")
    ticking.fire_due(place)
    outbox.send_waiting(place, lambda message: "file: taken")
    cases.correct(place, By("bess", reason="misread"), ref, given(aware_on="2025-12-11"))
    cases.extend(place, By("bess", reason="a trial"), ref, "review", "2026-03-01", "the executive")
    documents.erase_person(place, BESS, ref, other, "a court's order")
    second = world.open()
    world.take(second, "start_deciding")
    cases.undo(place, By("bess", reason="too early"), second)
    with pytest.raises(EngineError):
        world.take(second, "publish")
    reading.personal(place, LEE, ref, "to check the rationale")
    sequencing.seal_new(place)
    ticking.ticked(place)
    checkpoint = checkpoints.make(place)
    opened.close()
    return file, checkpoint, [ref, *linked, second]


def opened_copy(file: Path, folder: Path) -> Path:
    copy = folder / "casetrail.db"
    for suffix in ("", "-wal", "-shm"):
        beside = file.with_name(file.name + suffix)
        if beside.exists():
            shutil.copy(beside, copy.with_name(copy.name + suffix))
    copy.chmod(0o600)
    return copy


def everything_shown(place: Workplace, refs: list[str]) -> str:
    """All that the commands show of these cases, and of all cases together."""
    shown: list[Any] = []

    def see(look: Callable[[], Any]) -> None:
        try:
            shown.append(json.loads(json.dumps(look(), default=str)))
        except EngineError as error:
            shown.append(str(error))

    for ref in refs:
        see(lambda ref=ref: reading.show(place, BESS, ref))
        see(lambda ref=ref: reading.next_steps(place, BESS, ref))
        see(lambda ref=ref: reading.history(place, ref))
        see(lambda ref=ref: reading.explain(place, ref, "notification"))
        see(lambda ref=ref: reading.personal(place, BESS, ref, "compare"))
    see(lambda: listing.cases(place, listing.Wish(closed=True)))
    see(lambda: listing.running(place))
    see(lambda: listing.today_sheet(place))
    return json.dumps(shown, sort_keys=True)


def edits(file: Path, seed: int) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
    """Edits of any table, any column: a value changed, a row deleted, two rows swapped."""
    chance = random.Random(seed)
    base = sqlite3.connect(file)
    tables = [
        row[0]
        for row in base.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        )
        if row[0] not in BESIDE_THE_RECORD
    ]
    filled = [t for t in tables if base.execute(f'SELECT count(*) FROM "{t}"').fetchone()[0]]
    for number in range(EDITS):
        table = filled[number % len(filled)]
        info = base.execute(f'PRAGMA table_info("{table}")').fetchall()
        keys = [c[1] for c in info if c[5]] or [info[0][1]]
        rows = base.execute(f'SELECT * FROM "{table}"').fetchall()
        row = chance.choice(rows)
        where = " AND ".join(f'"{k}" IS ?' for k in keys)
        at = tuple(row[[c[1] for c in info].index(k)] for k in keys)
        column = chance.choice(info)
        old = row[[c[1] for c in info].index(column[1])]
        deed = chance.choice(("change", "change", "change", "delete", "swap"))
        if deed == "delete":
            yield table, f'DELETE FROM "{table}" WHERE {where}', at
        elif deed == "swap" and len(rows) > 1:
            other = chance.choice([r for r in rows if r != row])
            value = other[[c[1] for c in info].index(column[1])]
            yield table, f'UPDATE "{table}" SET "{column[1]}" = ? WHERE {where}', (value, *at)
        else:
            yield (
                table,
                f'UPDATE "{table}" SET "{column[1]}" = ? WHERE {where}',
                (
                    altered(old, chance),
                    *at,
                ),
            )
    base.close()


def altered(value: Any, chance: random.Random) -> Any:
    if isinstance(value, int):
        return value + chance.choice((-1, 1, 1000))
    if isinstance(value, bytes):
        at = chance.randrange(len(value)) if value else 0
        return value[:at] + bytes([(value[at] + 1) % 256 if value else 7]) + value[at + 1 :]
    if value is None:
        return "2025-12-24"
    text = str(value)
    at = chance.randrange(len(text)) if text else 0
    return f"{text[:at]}{chance.choice('0a-')}{text[at + 1 :]}"


def edit(file: Path, sql: str, values: tuple[Any, ...]) -> bool:
    """Do an edit as somebody who can write the file and drops what would stop them; whether it
    took.
    """
    raw = sqlite3.connect(file)
    try:
        for (name,) in raw.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            raw.execute(f'DROP TRIGGER "{name}"')
        raw.execute("PRAGMA ignore_check_constraints = ON")
        before = raw.total_changes
        raw.execute(sql, values)
        raw.commit()
        return bool(raw.total_changes > before)
    except sqlite3.Error:
        return False
    finally:
        raw.close()


def test_an_untouched_store_verifies_against_its_checkpoint(
    told: tuple[Path, str, list[str]], tmp_path: Path
) -> None:
    file, checkpoint, _ = told
    copy = opened_copy(file, tmp_path)
    note = tmp_path / "checkpoint.txt"
    note.write_text(checkpoint)
    place, _ = place_on(database.open(f"sqlite:///{copy}"))
    verdict = verifying.verify(place, checkpoints.read(place, note))
    assert verdict.problems == []
    assert verdict.erased == 1


def test_every_edit_is_named_or_changes_nothing_that_any_command_shows(
    told: tuple[Path, str, list[str]], tmp_path: Path
) -> None:
    file, checkpoint, refs = told
    note = tmp_path / "checkpoint.txt"
    note.write_text(checkpoint)
    first = tmp_path / "first"
    first.mkdir()
    place, _ = place_on(database.open(f"sqlite:///{opened_copy(file, first)}"), "2026-01-20")
    expected = everything_shown(place, refs)
    missed, seen, made = [], 0, 0
    for number, (table, sql, values) in enumerate(edits(file, seed=20261122)):
        folder = tmp_path / str(number)
        folder.mkdir()
        copy = opened_copy(file, folder)
        if not edit(copy, sql, values):
            continue
        made += 1
        problem = verify_edited(copy, note, table)
        if problem:
            seen += 1
            continue
        edited, _ = place_on(database.open(f"sqlite:///{copy}"), "2026-01-20")
        if everything_shown(edited, refs) != expected:
            missed.append((table, sql, values))
    assert missed == []
    assert made > EDITS * 0.7
    assert seen > made * 0.7


def verify_edited(copy: Path, note: Path, table: str) -> str:
    """What verification says first of an edited store; "" when it says nothing."""
    try:
        opened = database.open(f"sqlite:///{copy}")
    except EngineError as error:
        return str(error)
    place, _ = place_on(opened, "2026-01-20")
    verdict = verifying.verify(place, checkpoints.read(place, note))
    opened.close()
    return verdict.problems[0] if verdict.problems else ""


def test_commands_that_are_gone_are_seen(told: tuple[Path, str, list[str]], tmp_path: Path) -> None:
    file, checkpoint, _ = told
    note = tmp_path / "checkpoint.txt"
    note.write_text(checkpoint)
    copy = opened_copy(file, tmp_path)
    assert edit(copy, "DELETE FROM commands WHERE stream LIKE ?", ("2025-%",))
    assert verify_edited(copy, note, "commands").endswith("the row is gone")
