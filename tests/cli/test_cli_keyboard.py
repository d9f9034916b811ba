"""Somebody sits at the keyboard: what is asked for is typed, and what is late stands out."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.offices import COMMAND, Office, ago

ROOT = Path(__file__).parents[2]


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


def test_a_case_that_looks_like_another_is_opened_after_a_yes_and_not_after_a_no(
    office: Office,
) -> None:
    first = office.open()
    words = ("open", "incident", "place=elsewhere", f"aware_on={ago(1)}")
    code, shown = typing(office, *words, keys="no\n")
    assert code == 4, shown
    assert first in shown
    asked = 'still open; the same answer to "When did the local authority become aware of it?"'
    assert asked in " ".join(shown.split())
    assert [case["ref"] for case in office.json("list")["cases"]] == [first]
    code, shown = typing(office, *words, keys="yes\n")
    assert code == 0, shown
    assert len(office.json("list")["cases"]) == 2


def test_somebody_is_erased_only_when_the_reference_is_typed_once_more(office: Office) -> None:
    ref = office.at("deciding")
    office.ok("person", ref, "add", "child", "name=-", typed="Avery Sample")
    words = ("erase", ref, "--person", "p1", "--basis", "asked for")
    code, shown = typing(office, *words, keys="yes\n")
    assert code == 2, shown
    said = " ".join(shown.split())
    assert f"all that is recorded under p1 of {ref}, which is 1 value. Nobody" in said
    assert "What stays: the trail, which says that it was there" in said
    assert "Nothing was erased, for nobody confirmed it" in said
    held = office.json("show", ref, "--personal", "--why", "to see it")["personal"]
    assert held == {"name/p1/1": "Avery Sample"}
    code, shown = typing(office, *words, keys=f"{ref.lower()}\n")
    assert code == 0, shown
    held = office.json("show", ref, "--personal", "--why", "to see it")["personal"]
    assert held == {"name/p1/1": "(erased)"}
