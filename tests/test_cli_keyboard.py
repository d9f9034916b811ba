"""Somebody sits at the keyboard: what is asked for is typed, and what is late stands out."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.offices import COMMAND, Office, ago

ROOT = Path(__file__).parents[1]


def typing(office: Office, *words: str, keys: str = "", **environment: str) -> tuple[int, str]:
    """How a command ends on a terminal on which this is typed, and what the terminal shows."""
    mine, theirs = os.openpty()
    running = subprocess.Popen(
        [*COMMAND, *words, "--config", str(office.config)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm", **environment},
        start_new_session=True,
    )
    os.close(theirs)
    os.write(mine, keys.encode())
    shown = b""
    try:
        while piece := os.read(mine, 65536):
            shown += piece
    except OSError:
        # Linux says so when the other end is closed.
        pass
    os.close(mine)
    return running.wait(60), shown.decode().replace("\r\n", "\n")


def test_a_personal_answer_is_typed_where_it_is_asked_for(office: Office) -> None:
    ref = office.at("deciding")
    keys = "It fits:\n- the first test\n\x04"
    code, shown = typing(office, "record", ref, "rationale=-", keys=keys)
    assert code == 0, shown
    assert "Why was it decided so? (finish with Ctrl-D on a line of its own)" in shown
    held = office.json("show", ref, "--personal", "--why", "to see it")["personal"]
    assert held == {"rationale//1": "It fits:\n- the first test"}


def test_two_answers_are_asked_for_one_after_the_other(office: Office) -> None:
    ref = office.at("deciding")
    code, shown = typing(
        office, "record", ref, "rationale=-", "happened_on=-", keys=f"It fits.\n\x04{ago(3)}\n"
    )
    assert code == 0, shown
    answers = {one["question"]: one["value"] for one in office.show(ref)["answers"]}
    assert answers["happened_on"] == ago(3)


def test_a_form_is_confirmed_at_the_keyboard(office: Office) -> None:
    ref = office.at("deciding")
    text = office.ok("record", ref, "--form")
    file = office.file("form.txt", text.replace("[[ rationale ]]\n", "[[ rationale ]]\nIt fits."))
    code, shown = typing(office, "record", ref, "--form", file, keys="no\n")
    assert (code, "Nothing was recorded" in shown) == (2, True)
    code, shown = typing(office, "record", ref, "--form", file, keys="yes\n")
    assert code == 0, shown
    assert "Recorded 1 answer" in shown


def test_what_is_overdue_is_red_on_a_terminal_unless_colour_is_unwanted(office: Office) -> None:
    office.open("place=in our area", f"aware_on={ago(30)}")
    environment = {k: v for k, v in os.environ.items() if k == "NO_COLOR"}
    assert not environment
    _, shown = typing(office, "deadlines")
    assert "\x1b[31m" in shown
    _, shown = typing(office, "deadlines", NO_COLOR="1")
    assert "\x1b" not in shown
    assert "\x1b" not in office.ok("deadlines")
