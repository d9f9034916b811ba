"""How far long work has come is shown where somebody watches, and nowhere else."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli import progress
from engine.cli.progress import Progress
from engine.cli.state import State
from tests.offices import Office

ROOT = Path(__file__).parents[2]


class Terminal(io.StringIO):
    """A stream that remembers what was written on it, and what a person would see now."""

    def __init__(self, *, terminal: bool = True) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    @property
    def seen(self) -> str:
        shown = ""
        for part in self.getvalue().split("\r"):
            shown = part + shown[len(part) :]
        return shown.rstrip()


class Clock:
    """A clock that goes when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def at_work(
    monkeypatch: pytest.MonkeyPatch, columns: int = 80, **environment: str
) -> tuple[Progress, Terminal, Clock]:
    for name in ("TERM", "CASETRAIL_PLAIN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(progress, "columns", lambda stream: columns)
    terminal, clock = Terminal(), Clock()
    return Progress("Verifying, events", terminal, clock), terminal, clock


def test_nothing_is_shown_of_what_is_done_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, terminal, clock = at_work(monkeypatch)
    for clock.now in (0.1, 0.5, 0.9):
        shown.came(3, 10)
    shown.end()

    assert terminal.getvalue() == ""


def test_one_line_is_written_over_a_few_times_a_second_and_then_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown, terminal, clock = at_work(monkeypatch)
    for step in range(3200):
        clock.now = step / 1024
        shown.came(step, 4096)
    assert terminal.seen.startswith("Verifying, events: [###############.....] 3,")
    assert terminal.seen.endswith(" of 4,096 (78%), 3 s")
    assert terminal.getvalue().count("\r") <= 4 * 3
    shown.end()

    assert terminal.seen == ""
    assert "\x1b" not in terminal.getvalue()
    assert "\n" not in terminal.getvalue()


@pytest.mark.parametrize("columns", [20, 40, 59])
def test_the_line_stands_within_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    shown, terminal, clock = at_work(monkeypatch, columns)
    clock.now = 2
    shown.came(7, 10)

    assert terminal.seen == "Verifying, events: 7 of 10 (70%), 2 s"[: columns - 1].rstrip()


@pytest.mark.parametrize("said", [{"CASETRAIL_PLAIN": "1"}, {"TERM": "dumb"}])
def test_where_no_line_can_be_written_over_there_is_one_every_ten_seconds(
    monkeypatch: pytest.MonkeyPatch, said: dict[str, str]
) -> None:
    shown, terminal, clock = at_work(monkeypatch, **said)
    for second in range(25):
        clock.now = second
        shown.came(second, 100)
    shown.end()

    assert terminal.getvalue() == (
        "Verifying, events: 10 of 100 (10%), 10 s.\nVerifying, events: 20 of 100 (20%), 20 s.\n"
    )


@pytest.mark.parametrize(
    ("state", "terminal"), [(State(json=True), True), (State(json=False), False)]
)
def test_nobody_is_shown_it_beside_a_document_or_where_nobody_watches(
    monkeypatch: pytest.MonkeyPatch, state: State, terminal: bool
) -> None:
    aside = Terminal(terminal=terminal)
    monkeypatch.setattr(sys, "stderr", aside)
    monkeypatch.setattr(progress, "QUIET", 0.0)
    with progress.working(state, "Verifying", ticking=True) as shown:
        shown.came(1, 2)

    assert aside.getvalue() == ""


def on_a_terminal(office: Office, *words: str) -> bytes:
    """What comes on standard error of a command whose work is shown from the first moment."""
    leader, follower = pty.openpty()
    code = (
        "from engine.cli import progress; progress.QUIET = progress.APART = 0.0\n"
        "from engine.cli.main import main; main()"
    )
    command = [sys.executable, "-c", code, *words, "--config", str(office.config)]
    env = {**os.environ, "TERM": "xterm", "PYTHONPATH": str(ROOT)}
    subprocess.run(command, env=env, stderr=follower, stdout=subprocess.DEVNULL, check=True)
    os.close(follower)
    try:
        return os.read(leader, 1_000_000)
    except OSError:
        return b""
    finally:
        os.close(leader)


def test_a_verification_says_how_many_events_it_has_looked_at(office: Office) -> None:
    said = on_a_terminal(office, "audit", "verify")

    assert b"\rVerifying, events: 2, 0 s" in said
    assert said.split(b"\r")[-2].strip() == b""
    assert on_a_terminal(office, "audit", "verify", "--json") == b""


def test_cases_that_are_moved_are_counted(office: Office) -> None:
    office.open()
    office.open()
    words = ("workflow", "replay", "incident", "--with", "incident")
    edition = office.json("workflow", "list")["in_use"][-1]["edition"]
    said = on_a_terminal(office, *words[:-1], edition)

    assert b"1 of 2 (50%)" in said
