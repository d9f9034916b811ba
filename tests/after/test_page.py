"""The page on programs after steps, done as it is written, in an empty folder."""

from __future__ import annotations

import json
import re
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.hooks import test_connecting as connecting
from tests.hooks.test_connecting import BLOCK, Block, Reader

PAGE = Path("docs/after-a-step.md").resolve()
PROGRAMS, KEPT = "/usr/local/lib/casetrail", "/var/lib/casetrail"
SHOWN = re.compile(r"```json\n(.*?)```", re.S)


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    (tmp_path / "programs").mkdir()
    (tmp_path / "kept").mkdir()
    (tmp_path / "office").mkdir()
    monkeypatch.chdir(tmp_path / "office")
    return Reader(tmp_path / "office")


def blocks(folder: Path) -> list[Block]:
    """What is to be done, with folders that are the reader's own."""
    text = PAGE.read_text(encoding="utf-8").replace("/usr/bin/python3", sys.executable)
    text = text.replace(PROGRAMS, str(folder / "programs")).replace(KEPT, str(folder / "kept"))
    return [Block(one["what"], one["file"] or "", one["text"]) for one in BLOCK.finditer(text)]


def do(reader: Reader, block: Block) -> None:
    """Do a block, line by line: the reference of the case is known from its second line on."""
    if block.what != "run":
        reader.do(block)
        return
    for line in block.text.strip().split("\n"):
        reader.casetrail(line.replace(connecting.NAMED, reader.ref or connecting.NAMED))
        if found := re.search(r"Opened (\S+)\.", reader.said[-1]):
            reader.ref = found[1]


def test_the_page_calls_two_programs_after_a_step(reader: Reader, tmp_path: Path) -> None:
    for block in blocks(tmp_path):
        do(reader, block)

    ticked, listed, tried = reader.said[-3:]
    assert "2 calls made after steps, 0 failed." in ticked
    assert listed.count("0 waiting, 1 done") == 2
    [kept] = (tmp_path / "kept" / "kept").iterdir()
    told = json.loads(kept.read_text())
    assert (told["id"], told["ref"]) == (kept.stem, reader.ref)
    assert told["answers"] == [
        {"question": "place_of_incident", "of": "", "no": 1, "value": "in our area"}
    ]
    with closing(sqlite3.connect(tmp_path / "kept" / "index.db")) as index:
        [row] = index.execute("SELECT id, ref, step FROM steps")
    shown = json.loads(tried)
    assert row == (shown["id"], reader.ref, "call_meeting")
    reader.casetrail("casetrail audit verify")
    example = json.loads(str(SHOWN.findall(PAGE.read_text())[0]).replace("\n", ""))
    drawn = {"id", "ref", "happened", "recorded", "position"}
    assert {**example, **{name: shown[name] for name in drawn}} == shown
    assert list(example) == list(shown)


def test_every_block_of_the_page_is_done_or_is_what_was_told() -> None:
    text = PAGE.read_text(encoding="utf-8")

    assert len(blocks(Path())) + len(SHOWN.findall(text)) == text.count("```") // 2
