"""An administrator's journey, as the page that teaches it tells it: each command and each file of
docs/writing-a-process.md, through the command line alone.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner, Result

from engine.bootstrap import now
from engine.calendars import local_date
from engine.cli.main import root

PAGE = Path("docs/writing-a-process.md").resolve()
BLOCK = re.compile(r"<!-- (?P<what>[a-z]+)(?:: (?P<file>\S+))? -->\n```\w+\n(?P<text>.*?)```", re.S)


class Block(NamedTuple):
    """Something that the reader is to do."""

    what: str
    file: str
    text: str


def blocks() -> list[Block]:
    found = BLOCK.finditer(PAGE.read_text(encoding="utf-8"))
    return [Block(one["what"], one["file"] or "", one["text"]) for one in found]


def _next_week(today: date) -> date:
    """A Wednesday or Thursday of next week that is no bank holiday."""
    monday = today + timedelta(days=7 - today.weekday())
    days = (monday + timedelta(days=2), monday + timedelta(days=3))
    return next(day for day in days if (day.month, day.day) not in ((12, 25), (12, 26), (1, 1)))


class Reader:
    """Somebody who does what the page says, in an empty folder."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.last = ""
        today = local_date(now())
        self.days = {
            "TODAY": today.isoformat(),
            "IN-A-MONTH": (today + timedelta(days=31)).isoformat(),
            "A-DAY": _next_week(today).isoformat(),
        }

    def run(self, line: str) -> Result:
        words = [self.days.get(word, word) for word in shlex.split(line)]
        words = [re.sub("TODAY", self.days["TODAY"], word) for word in words]
        assert words[0] == "casetrail"
        result = CliRunner().invoke(root(), words[1:])
        self.last = " ".join(result.output.split())
        if opened := re.search(r"Opened (\S+)\.", self.last):
            self.days["REF"] = opened[1]
        self.said.append(f"$ {line}\n{result.output}")
        return result

    def does(self, block: Block, following: Iterator[Block]) -> None:
        if block.what == "run":
            for line in block.text.splitlines():
                result = self.run(line)
                assert result.exit_code == 0, "\n".join(self.said[-2:])
        elif block.what == "refused":
            assert self.run(block.text).exit_code == 2, self.said[-1]
        elif block.what == "says":
            assert " ".join(block.text.split()) in self.last
        elif block.what == "add":
            Path(block.file).parent.mkdir(exist_ok=True)
            with Path(block.file).open("a", encoding="utf-8") as file:
                file.write(f"\n{block.text}")
        else:
            changed = next(following)
            assert (block.what, changed.what) == ("change", "to")
            text = Path(block.file).read_text(encoding="utf-8")
            assert text.count(block.text) == 1, block
            Path(block.file).write_text(text.replace(block.text, changed.text), encoding="utf-8")


@pytest.fixture
def read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    monkeypatch.chdir(tmp_path)
    reader = Reader()
    following = iter(blocks())
    for block in following:
        reader.does(block, following)
    return reader


def heard(reader: Reader, command: str) -> str:
    """What the last run of a command said."""
    found = [said for said in reader.said if said.startswith(f"$ casetrail {command}")]
    return " ".join(found[-1].split())


def said_of(reader: Reader, command: str, option: str) -> str:
    """What the first run of a command with an option said."""
    start = f"$ casetrail {command}"
    found = [said for said in reader.said if said.startswith(start) and option in said]
    return " ".join(found[0].split())


def test_whoever_does_what_the_page_says_comes_to_a_process_that_is_in_use_and_moved(
    read_whole: Reader,
) -> None:
    assert "Consistent with the 4 rules written in this file" in heard(
        read_whole, "workflow verify"
    )
    told = heard(read_whole, "workflow rehearse")
    assert "reminder: Decide whether to review it, 2 working days before it is due" in told
    assert "within 5 working days" in heard(read_whole, "workflow compare")
    assert 'names no agency whose kind is "integrated care board" or "police"' in said_of(
        read_whole, "workflow activate", "local_review"
    )
    assert "New cases open under it, and no longer under edition 1 (" in heard(
        read_whole, "workflow activate"
    )
    assert "1 case was moved" in said_of(read_whole, "workflow migrate", "--yes")
    assert "1 case is under the edition of before again" in heard(read_whole, "workflow migrate")
    assert heard(read_whole, "audit verify").startswith("$ casetrail audit verify Consistent")
    drawn = Path("local_review.svg").read_text(encoding="utf-8")
    assert "Decide whether to review it" in drawn
    assert "then The partners are asked whether they agree with the findings, then " in drawn
    assert 'class="line back' not in drawn
    assert "Decide to review it [decide_to_review]" in heard(read_whole, "next")
    assert "no answer to" in heard(read_whole, "why-not")
    assert "working day 10, the last day" in heard(read_whole, "explain")
    assert "The case" in Path("case.svg").read_text(encoding="utf-8")
    assert Path("form.txt").read_text(encoding="utf-8").startswith("| CASETRAIL FORM")
    assert "1 clock moves because of it" in heard(read_whole, "calendar add")


def test_the_page_uses_every_command_that_an_administrator_needs() -> None:
    run = "".join(block.text for block in blocks() if block.what in ("run", "refused"))
    for verb in ("new", "check", "describe", "diagram", "verify", "test", "rehearse", "activate"):
        assert f"casetrail workflow {verb} " in run
    for verb in ("compare", "replay", "migrate"):
        assert f"casetrail workflow {verb} " in run
    for verb in ("next", "why-not", "explain", "calendar add"):
        assert f"casetrail {verb} " in run
    assert "--back --dry-run" in run
    assert "--back --yes" in run
