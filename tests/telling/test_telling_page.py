"""The page for administrators: its examples are read as config.toml, and its commands are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.cli.commands import COMMANDS
from engine.config import read
from engine.preferences import Preference
from notifiers import NOTIFIERS

PAGE = (Path(__file__).parents[2] / "docs" / "telling.md").read_text(encoding="utf-8")
BASE = """
[partnership]
id   = "sample"
name = "Sample Partnership"
[store]
database = "sqlite:///casetrail.db"
keys     = "casetrail.keys"
"""
SAM = '\n[[person]]\nid = "sam"\nname = "Sam Example"\nmail = "sam@partnership.example"\n'


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def test_the_examples_are_read_together(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(BASE + "".join(blocks("toml")) + SAM)
    found = read(file, NOTIFIERS)
    wish = found.directory.preference("avery")
    assert (wish.by, wish.also, wish.digest) == ("smtp", ("file",), "08:30")
    assert wish.quiet.days_off
    assert found.directory.fallbacks == {"local_authority": "sam", "any role": "sam"}


@pytest.mark.parametrize("wish", ["by", "also", "address", "digest", "quiet"])
def test_every_wish_is_on_the_page_and_in_its_example(wish: str) -> None:
    names = {"address": "addresses"}
    assert names.get(wish, wish) in Preference.__slots__
    assert f"| `{wish}` |" in PAGE
    assert re.search(rf"^{wish}\s+= ", blocks("toml")[0], re.MULTILINE)


def test_every_command_of_the_page_is_there() -> None:
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    words = [line.split("#")[0].split() for line in lines]
    assert len(words) > 5
    assert all(one[0] == "casetrail" for one in words)
    assert all(one[1] in COMMANDS or " ".join(one[1:3]) in COMMANDS for one in words)
