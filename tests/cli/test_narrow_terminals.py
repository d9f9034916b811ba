"""What is looked at on a narrow terminal stands within it; only a command to type may be longer."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.cli.main import root
from engine.cli.printing import folded
from engine.cli.sheet import COLUMNS
from tests.offices import Demo
from tests.trials.test_trying import LENT, SMALL
from tests.worlds import SAMPLE

NARROW = 40


def wider(*words: str) -> list[str]:
    """The lines that are wider than the terminal and are nothing to type."""
    said = CliRunner(env={"COLUMNS": str(NARROW)}).invoke(root(), [*words]).stdout
    assert said.strip()
    assert "\x1b" not in said
    lines = [line for line in said.splitlines() if not line.lstrip().startswith("casetrail")]
    return [line for line in lines if len(line) > NARROW]


def at_a_terminal(command: list[str], folder: Path) -> list[str]:
    """What a command says on standard error, where that is a narrow terminal."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, NARROW, 0, 0))
    subprocess.run(command, cwd=folder, stderr=follower, stdout=subprocess.DEVNULL)
    os.close(follower)
    said = os.read(leader, 4096).decode()
    os.close(leader)
    return said.splitlines()


@pytest.mark.parametrize(
    "words",
    [
        ("next", "REF"),
        ("next", "REF", "--all"),
        ("why-not", "REF", "decide_to_notify"),
        ("why-not", "REF", "publish_report"),
        ("explain", "REF"),
        ("explain", "REF", "notification"),
    ],
)
def test_what_is_said_of_a_case_stands_within_a_narrow_terminal(
    demo_left: Demo, words: tuple[str, ...]
) -> None:
    said = [word.replace("REF", demo_left.still_open) for word in words]

    assert wider(*said, "--config", str(demo_left.office.config), "--as", "sam") == []


@pytest.mark.parametrize("command", ["verify", "describe", "check"])
def test_what_is_said_of_a_process_stands_within_a_narrow_terminal(command: str) -> None:
    assert wider("workflow", command, str(SAMPLE)) == []


def test_what_its_stories_come_to_stands_within_a_narrow_terminal(tmp_path: Path) -> None:
    (tmp_path / "loan" / "scenarios").mkdir(parents=True)
    (tmp_path / "loan" / "process.toml").write_text(SMALL)
    stories = tmp_path / "loan" / "scenarios"
    (stories / "lent.toml").write_text(LENT.replace('state = "lent"', 'state = "kept"'))
    (stories / "odd.toml").write_text(LENT.replace("lendable =", "lendible ="))

    assert wider("workflow", "test", str(tmp_path / "loan")) == []


@pytest.mark.parametrize(
    "words", [("today",), ("list",), ("deadlines",), ("show", "REF"), ("history", "REF")]
)
def test_what_is_said_of_all_cases_stands_within_a_narrow_terminal(
    demo_left: Demo, words: tuple[str, ...]
) -> None:
    said = [word.replace("REF", demo_left.still_open) for word in words]

    assert wider(*said, "--config", str(demo_left.office.config), "--as", "sam") == []


def test_the_sheet_keeps_its_width_where_there_is_no_terminal(demo_left: Demo) -> None:
    words = ["today", "--config", str(demo_left.office.config), "--as", "sam"]
    said = CliRunner().invoke(root(), words).stdout
    assert NARROW < max(map(len, said.splitlines())) <= COLUMNS


def test_a_sentence_is_folded_at_words_and_not_within_what_is_typed_or_a_place_in_a_file() -> None:
    typed = "`casetrail take 2026-K7QF29 decide_to_notify --decided-by PERSON --evidence FILE`"
    said = f"Nothing was done, since it is for somebody else; {typed} says that they decided it so."
    lines = folded(said, NARROW)
    assert typed in lines
    assert " ".join(lines) == said
    assert all(len(line) <= NARROW for line in lines if line != typed)
    place = "a/very/long/folder/of/processes/of/this/partnership/process.toml:12:"
    slip = f"{place} there is no state of this name; see notifier.toml line 14 in a long sentence."
    assert folded(slip, NARROW)[0] == place
    assert "notifier.toml line 14" in "\n".join(folded(slip, NARROW))
    assert folded("    casetrail " + "x " * 90, NARROW) == ["    casetrail " + "x " * 90]
    assert folded("short", NARROW) == ["short"]


def test_an_error_is_wrapped_at_a_terminal_and_one_line_in_a_file(tmp_path: Path) -> None:
    code = "from engine.cli.main import root; root().main(['next', '2026-K7QF29'])"
    command = [sys.executable, "-c", code]
    plain = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stderr
    assert len(plain.splitlines()) == 1
    shown = at_a_terminal(command, tmp_path)
    assert len(shown) > 1
    assert max(map(len, shown)) <= NARROW
    assert " ".join(shown) == plain.strip()
