"""The page for business managers: its commands run as they are written, on the demo's open case."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from engine.cli.commands import COMMANDS
from engine.errors import ConfigError
from tests.offices import Demo
from tests.partnership import BASE, settings

PAGE = (Path(__file__).parents[2] / "docs" / "restricting.md").read_text(encoding="utf-8")
RESTRICTED = ("--to", "sam", "--to", "avery", "--reason", "kept among few", "--as", "sam")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def test_the_commands_of_the_page_run_as_they_are_written(demo_left: Demo, tmp_path: Path) -> None:
    demo = demo_left.copied(tmp_path / "demo")
    ran = 0
    for block in blocks("sh"):
        if "break-glass" in block:
            demo.office.ok("case", "restrict", demo.still_open, *RESTRICTED)
        for line in block.splitlines():
            _, *words = shlex.split(line.replace("2026-K7QF29", demo.still_open))
            demo.office.ok(*words, *(() if "--as" in words else ("--as", "sam")))
            ran += 1
    assert ran > 6
    assert "Consistent" in demo.office.ok("audit", "verify", "--as", "sam")


def test_every_command_of_these_is_on_the_page() -> None:
    own = {name for name in COMMANDS if re.match(r"(case|conflict) |break-glass", name)}

    assert {name for name in own if f"casetrail {name} " in PAGE} == own


def test_the_example_of_the_page_is_read(tmp_path: Path) -> None:
    [block] = blocks("toml")
    named = block.replace('"sam"', '"robin"')
    read = settings(tmp_path, f"{BASE}\n{named}")

    assert read.directory.alerted == ("robin", "avery")


@pytest.mark.parametrize(
    ("tell", "wrong"),
    [
        ('["avery"]', '"tell" names fewer than 2 people'),
        ('["avery", "avery"]', '"tell" names fewer than 2 people'),
        ('["avery", "blake"]', '"tell" is "blake", but no [[person]] has that id.'),
        ('"avery"', '"tell" must be a list such as'),
    ],
)
def test_two_people_who_are_there_are_named(tmp_path: Path, tell: str, wrong: str) -> None:
    with pytest.raises(ConfigError) as raised:
        settings(tmp_path, f"{BASE}\n[break_glass]\ntell = {tell}\n")
    assert wrong in str(raised.value)
