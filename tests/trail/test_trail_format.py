from __future__ import annotations

import ast
import json
import random
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine import checkpoint, database
from engine.apply import EFFECTS
from engine.canonical import Place, canonical, commitment, event_hash, parse
from engine.case import Given
from engine.service import cases
from engine.service.looking import documents
from engine.service.trail import checkpoints
from tests import sealing
from tests.sealing import form, kept
from tests.worlds import BESS, World, place_on

PAGE = (Path(__file__).parents[2] / "docs" / "trail-format.md").read_text(encoding="utf-8")
LONGEST_SKETCH = 40
Lines = list[str]


def samples() -> list[Path]:
    return sorted(sealing.KEPT.glob("*.json"))


def sketch() -> str:
    found = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def row_of(kind: str) -> str:
    """What the page says of a type."""
    [row] = re.findall(rf"^\| `{re.escape(kind)}` \|.*$", PAGE, re.MULTILINE)
    return str(row)


def test_of_every_type_of_event_a_sample_is_kept() -> None:
    assert [kind for kind in EFFECTS if not sealing.file_of(kind).exists()] == []
    assert {json.loads(parse_file(file)["text"])["type"] for file in samples()} == set(EFFECTS)


def parse_file(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("file", samples(), ids=lambda file: file.stem)
def test_an_event_that_was_ever_sealed_is_read_as_it_was_meant(file: Path) -> None:
    sample = parse_file(file)
    event = parse(sample["text"])
    assert event_hash(sample["text"]) == sample["hash"]
    assert canonical(event) == sample["text"]
    again = sealing.sample_of(sample["text"])
    assert json.loads(json.dumps(again["changes"])) == sample["changes"]


def test_what_is_sealed_today_has_the_form_of_the_latest_sample(tmp_path: Path) -> None:
    made = sealing.one_of_each(tmp_path)
    assert made.keys() == EFFECTS.keys()
    differs = {
        kind: (form(kind, text), form(kind, kept(kind)["text"]))
        for kind, text in made.items()
        if form(kind, text) != form(kind, kept(kind)["text"])
    }
    # A new form is a new sample, kept beside the old one; a form that was released never goes.
    assert differs == {}


def test_the_page_names_every_part_of_an_event_and_of_every_body() -> None:
    event = parse(kept("transition taken")["text"])
    assert [part for part in event if f"| `{part}` |" not in PAGE] == []
    assert [part for part in event["actor"] if f"`{part}`" not in PAGE] == []
    for kind in EFFECTS:
        body = sealing.body_of(kind, kept(kind)["text"])
        assert [part for part in body if f"`{part}`" not in row_of(kind)] == [], kind


def test_the_page_names_what_stands_in_the_lists_of_a_body() -> None:
    for kind, part in (("answers recorded", "answers"), ("people told", "messages")):
        [item, *_] = parse(kept(kind)["text"])["body"][part]
        assert [name for name in item if f"`{name}`" not in PAGE] == []
    assert [name for name in parse(kept("task opened")["text"])["body"]["tasks"][0]] == [
        "kind",
        "role",
        "subject",
        "task",
        "what",
    ]


def test_the_program_on_the_page_is_short_and_needs_nothing_but_python() -> None:
    assert sketch().count("\n") <= LONGEST_SKETCH
    imported = [n for n in ast.walk(ast.parse(sketch())) if isinstance(n, ast.Import)]
    assert {alias.name for n in imported for alias in n.names} <= sys.stdlib_module_names


@pytest.fixture(scope="module")
def exported(
    sqlite_sample: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Lines, str, Path]:
    """A trail as lines of JSON, its checkpoint, and the program of the page in a file."""
    folder = tmp_path_factory.mktemp("exported")
    (folder / "casetrail.db").write_bytes(sqlite_sample.read_bytes())
    (folder / "casetrail.db").chmod(0o600)
    world = World(*place_on(database.open(f"sqlite:///{folder / 'casetrail.db'}")))
    ref = world.notified()
    person, _ = cases.add_person(world.place, BESS, ref, "child", [Given("name", "Zoë Sample")])
    documents.erase_person(world.place, BESS, ref, person, "a court's order")
    world.take(world.open(), "record_letter", letter_says="agrees")
    note = checkpoints.make(world.place)
    world.open()
    checkpoints.make(world.place)
    with world.place.database.read() as tx:
        rows = tx.rows("SELECT position, text FROM events ORDER BY position")
    world.place.database.close()
    (folder / "check.py").write_text(sketch(), encoding="utf-8")
    return [json.dumps(row, ensure_ascii=False) for row in rows], note, folder


def checked(exported: tuple[Lines, str, Path], lines: Lines, note: str = "") -> str:
    """What the program of the page says, in a Python without anything of ours."""
    _, own, folder = exported
    (folder / "trail").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "note").write_text(note or own, encoding="utf-8")
    command = [sys.executable, "-I", "-S", "check.py", "trail", "note"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return done.stdout.strip() or done.stderr.strip().split("\n")[-1]


def test_the_program_on_the_page_checks_a_trail_against_a_checkpoint(
    exported: tuple[Lines, str, Path],
) -> None:
    lines, note, _ = exported
    size = int(note.split("\n")[1])
    assert size < len(lines)
    assert checked(exported, lines) == f"{size} events are whole"
    assert checkpoint.origin("sample") == note.split("\n")[0]


def altered(lines: Lines, at: int) -> Lines:
    position, text = json.loads(lines[at])
    changed = text.replace('"recorded":"2025', '"recorded":"2024')
    return [*lines[:at], json.dumps([position, changed], ensure_ascii=False), *lines[at + 1 :]]


def spaced(lines: Lines, at: int) -> Lines:
    position, text = json.loads(lines[at])
    return [*lines[:at], json.dumps([position, text.replace(":", ": ", 1)]), *lines[at + 1 :]]


def without(lines: Lines, at: int) -> Lines:
    return lines[:at] + lines[at + 1 :]


def cut(lines: Lines, at: int) -> Lines:
    return lines[:at]


def swapped(lines: Lines, at: int) -> Lines:
    return [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]


def twice(lines: Lines, at: int) -> Lines:
    return [*lines[: at + 1], *lines[at:]]


@pytest.mark.parametrize("tamper", [altered, spaced, without, cut, swapped, twice])
def test_the_program_on_the_page_finds_what_was_done_to_a_trail(
    exported: tuple[Lines, str, Path], tamper: Callable[[Lines, int], Lines]
) -> None:
    lines, note, _ = exported
    covered = int(note.split("\n")[1])
    for at in random.Random(7).sample(range(covered - 1), 6):
        said = checked(exported, tamper(lines, at))
        assert "are whole" not in said, at


def test_the_program_on_the_page_opens_what_an_event_committed_to() -> None:
    known: dict[str, Any] = {"__name__": "page"}
    exec(sketch(), known)
    place = Place("sample", "2025-K7QF29", "command", "name", "p1", 2)
    salt = bytes(range(32))
    event = {
        "log": place.log,
        "stream": place.stream,
        "command": place.command,
        "sealed": {"name/p1/2": commitment(salt, place, "Zoë\nSample")},
    }
    assert known["opens"](event, "name/p1/2", salt, "Zoë\nSample")
    assert not known["opens"](event, "name/p1/2", salt, "Zoë Sample")
    assert not known["opens"](event, "name/p1/2", bytes(32), "Zoë\nSample")
