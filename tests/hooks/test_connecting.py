"""The page on connecting other systems, done as it is written, in an empty folder."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from engine import bootstrap
from engine.cli.main import root
from engine.hooks.receiving import Reception
from tests.hooking import Doors
from tests.hooks.test_asgi import serving

PAGE = Path("docs/connecting.md").resolve()
BLOCK = re.compile(r"<!-- (?P<what>[a-z]+)(?:: (?P<file>\S+))? -->\n```\w+\n(?P<text>.*?)```", re.S)
NAMED = "2026-K7QF29"


class Block(NamedTuple):
    """Something that the reader is to do."""

    what: str
    file: str
    text: str


class Reader:
    """Somebody who does what the page says, in an empty folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ref = ""
        self.answers: list[tuple[int, dict[str, object]]] = []
        self.said: list[str] = []

    def do(self, block: Block) -> None:
        text = block.text.replace(NAMED, self.ref or NAMED)
        if block.what == "add":
            with (self.folder / block.file).open("a") as file:
                file.write("\n" + text)
        elif block.what == "file":
            (self.folder / block.file).write_text(text)
        elif block.what == "shell":
            subprocess.run(["sh", "-euc", text], cwd=self.folder, check=True)
        elif block.what == "call":
            self.call(text)
        else:
            for line in text.strip().split("\n"):
                self.casetrail(line, 4 if block.what == "refused" else 0)

    def casetrail(self, line: str, code: int = 0) -> None:
        result = CliRunner().invoke(root(), shlex.split(line)[1:])
        assert (result.exit_code, result.stderr) == (code, ""), (line, result.output)
        self.said.append(result.stdout)

    def call(self, line: str) -> None:
        """Make a call, twice, at a real server of the folder's own."""
        settings = bootstrap.settings("config.toml")
        place = bootstrap.workplace(settings)
        try:
            with serving(Doors(place, settings, Reception(place, settings))) as address:
                words = shlex.split(line.replace("http://127.0.0.1:8080", address))
                done = [
                    subprocess.run(
                        [sys.executable, *words[1:5], *(words[5:] or ["msg-1"])],
                        cwd=self.folder,
                        capture_output=True,
                        text=True,
                        check=True,
                    ).stdout
                    for _ in range(2)
                ]
        finally:
            place.database.close()
        assert done[0] == done[1]
        status, _, document = done[0].partition(" ")
        self.answers.append((int(status), json.loads(document)))
        self.ref = self.ref or str(self.answers[-1][1].get("ref"))


def blocks() -> Iterator[Block]:
    for one in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        yield Block(one["what"], one["file"] or "", one["text"])


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    monkeypatch.chdir(tmp_path)
    return Reader(tmp_path)


def test_the_page_connects_a_form_a_mailbox_and_a_case_management_system(reader: Reader) -> None:
    for block in blocks():
        reader.do(block)
        if block.what == "refused":
            assert "1 file refused" in reader.said[-1]

    assert [status for status, _ in reader.answers] == [200, 200]
    assert {document["ref"] for _, document in reader.answers} == {reader.ref}
    assert sum("1 file taken" in said for said in reader.said) == 1
    letters = reader.folder / "hooks" / "inbox" / "panel_letter"
    assert json.loads((letters / "letter.eml.answer.json").read_text())["ref"] == reader.ref
    shown = json.loads(CliRunner().invoke(root(), ["history", reader.ref, "--json"]).stdout)
    doors = {event["actor"]["door"] for event in shown["events"]}
    assert doors >= {"hook", "drop folder"}
    reader.casetrail("casetrail audit verify")


def test_every_block_of_the_page_is_done_or_is_a_table() -> None:
    text = PAGE.read_text(encoding="utf-8")

    assert len(list(blocks())) == text.count("```") // 2
