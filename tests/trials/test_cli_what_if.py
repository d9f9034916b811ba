"""`workflow rehearse` and `workflow replay` at the command line."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from engine.cli.main import root
from tests.offices import Demo, Office, copied
from tests.stories import PROCESS, ROOT

NAME = PROCESS.name
PAGE = (ROOT / "docs" / "rehearsing.md").read_text(encoding="utf-8")
OPENING = (
    "place_of_incident=in our area",
    "place_of_residence=in our area",
    "referred_on=2026-12-18",
)


@pytest.fixture(scope="module")
def demo(demo_left: Demo, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return demo_left.copied(tmp_path_factory.mktemp("demo") / "left")


def said(office: Office, *words: str) -> str:
    return " ".join(office.ok("workflow", *words, "--as", "sam").split())


def document(office: Office, *words: str) -> dict[str, Any]:
    found = office.run("workflow", *words, "--as", "sam", "--json")
    assert found.exit_code == 0, found.output
    told = json.loads(found.stdout)
    assert isinstance(told, dict)
    return told


def refused(office: Office, *words: str) -> tuple[int, str]:
    result = office.run("workflow", *words, "--as", "sam")
    return result.exit_code, " ".join(result.output.split())


def copied_process(tmp_path: Path) -> Path:
    folder = tmp_path / NAME
    shutil.copytree(PROCESS, folder, ignore=shutil.ignore_patterns("scenarios"))
    return folder


@pytest.fixture
def stricter(tmp_path: Path) -> Path:
    """The process with three working days in the place of five."""
    folder = copied_process(tmp_path)
    clocks = folder / "timescales_notification.toml"
    text = clocks.read_text("utf-8")
    changed = text.replace("within 5 working days of aware_on", "within 3 working days of aware_on")
    assert changed != text
    clocks.write_text(changed, "utf-8")
    return folder


def test_an_open_case_is_rehearsed_with_whom_each_notice_tells_what(
    demo: tuple[Office, str, str],
) -> None:
    office, _, still_open = demo
    told = said(office, "rehearse", still_open, "--until", "2026-11-06")

    assert f"{still_open}, Child safeguarding practice review, from Fri 30 Oct 2026" in told
    assert "if nobody does anything: 5 notices. Nothing was written." in told
    assert "to Avery Example (local authority; holder), avery@council.example" in told
    assert f"Subject: DEMO: URGENT: {still_open}: Notify the national Panel" in told
    assert "Avery Example and Ellis Example each get 2 escalations on that day" in told


def test_in_brief_the_texts_are_left_out(demo: tuple[Office, str, str]) -> None:
    office, _, still_open = demo
    told = said(office, "rehearse", still_open, "--until", "2026-11-06", "--brief")

    assert "avery@council.example" in told
    assert "Subject:" not in told


def test_a_new_case_is_rehearsed_with_its_answers(demo: tuple[Office, str, str]) -> None:
    days = ("--from", "2026-12-18", "--until", "2027-01-10")
    told = said(demo[0], "rehearse", NAME, *OPENING, *days)

    assert told.startswith("DEMO: ")
    assert "A new case, Child safeguarding practice review, from Fri 18 Dec 2026" in told
    assert "Wed 30 Dec 2026 escalation" in told


def test_a_process_that_is_not_in_use_is_rehearsed_from_its_folder(
    demo: tuple[Office, str, str], stricter: Path
) -> None:
    days = ("--from", "2026-12-18", "--until", "2027-01-10")
    told = document(demo[0], "rehearse", str(stricter), *OPENING, *days)

    assert told["notices"][0]["on"] == "2026-12-21"
    assert told["notices"][0]["due_on"] == "2026-12-23"


def test_a_step_is_supposed_by_its_name_and_day(demo: tuple[Office, str, str]) -> None:
    office, _, still_open = demo
    step = ("--suppose", "record_notification_sent on 2026-11-04")
    told = document(office, "rehearse", still_open, "--until", "2026-11-20", *step)

    assert told["supposed"] == [{"transition": "record_notification_sent", "on": "2026-11-04"}]
    assert "rapid_review" in {one["timescale"] for one in told["notices"]}


def test_what_was_typed_wrongly_is_told(demo: tuple[Office, str, str]) -> None:
    office, _, still_open = demo
    until = ("--until", "2026-11-06")

    assert refused(office, "rehearse", still_open, "a=b", *until)[0] == 2
    assert refused(office, "rehearse", still_open, *until, "--suppose", "something")[0] == 2
    assert refused(office, "rehearse", "2026-000000", *until)[0] == 3
    assert refused(office, "rehearse", "wedding", *until)[0] == 2
    assert refused(office, "rehearse", NAME, *until)[0] == 4


def test_whoever_has_no_part_rehearses_and_replays_nothing(
    demo: tuple[Office, str, str], tmp_path: Path
) -> None:
    office = copied(demo[0], tmp_path / "demo")
    config = office.config.read_text("utf-8")
    stranger = '[[person]]\nid = "stranger"\nname = "A Stranger"\n'
    office.config.write_text(f"{config}\n{stranger}", "utf-8")
    for words in (("rehearse", demo[2], "--until", "2026-11-06"), ("replay", NAME, "--with", NAME)):
        result = office.run("workflow", *words, "--as", "stranger")

        assert (result.exit_code, "not yours to read" in result.output) == (4, True)


def test_under_its_own_edition_nothing_of_the_casebook_is_otherwise(
    demo: tuple[Office, str, str],
) -> None:
    told = said(demo[0], "replay", NAME, "--with", "2026-11")

    assert "Nothing would have been otherwise. 15 cases with " in told


def test_under_a_stricter_definition_it_is_told_what_would_have_been_missed(
    demo: tuple[Office, str, str], stricter: Path
) -> None:
    office, whole, _ = demo
    told = said(office, "replay", NAME, "--with", str(stricter))
    counted = document(office, "replay", NAME, "--with", str(stricter))["totals"]["deadlines"]
    printed = office.ok("workflow", "replay", NAME, "--with", str(stricter), "--as", "sam")
    line = printed.partition("\nDeadlines\n")[2].split("\n")[1]

    assert (
        "In 2 of 15 cases something would have been otherwise: 1 deadline missed that was not, "
        "4 deadlines on another day, 5 notices more, 1 notice on another day."
    ) in told
    assert "Notify the national Panel of the incident: another day in 2 cases" in told
    assert line.split("  ")[0] == whole
    assert "due Thu 18 Dec 2025" in line
    assert "due Tue 16 Dec 2025" in line
    assert {one["timescale"]: one["now_missed"] for one in counted}["notification"] == 1


def test_a_step_that_would_have_been_refused_stands_in_a_table_with_what_is_missing(
    demo: tuple[Office, str, str], tmp_path: Path
) -> None:
    folder = copied_process(tmp_path)
    file = folder / "referral_and_decision.toml"
    text = file.read_text("utf-8")
    head, step, rest = text.partition("[transition.decide_to_notify]")
    changed = rest.replace("on_file   = [", 'on_file   = ["family_plan", ', 1)
    file.write_text(head + step + changed, "utf-8")
    printed = narrow(demo[0], "replay", NAME, "--with", str(folder))
    told = " ".join(" ".join(printed).split())
    at = printed.index("Steps that would have been refused")

    assert "1 step refused" in told
    assert re.fullmatch("Case +What was done +What would have been asked for", printed[at + 1])
    assert printed[at + 2].startswith(f"{demo[1]}  Decide to notify the")
    assert "(entry" in told
    assert "@" not in told
    assert printed[at + 2].endswith('no answer to "How will the child')


def test_on_a_narrow_terminal_each_row_of_the_table_is_told_below_its_case(
    demo: tuple[Office, str, str], stricter: Path
) -> None:
    words = ("replay", NAME, "--with", str(stricter))
    printed = narrow(demo[0], *words, columns=60)

    assert max(map(len, printed[1:])) <= 60
    assert max(map(len, narrow(demo[0], *words))) <= 80
    assert "    As it was: due Thu 18 Dec 2025, met on Wed 17 Dec 2025" in printed
    assert "    Under the other: due Tue 16 Dec 2025, MET LATE on Wed 17" in printed


def test_a_definition_that_there_is_not_is_told(demo: tuple[Office, str, str]) -> None:
    code, told = refused(demo[0], "replay", NAME, "--with", "1999-01")

    assert code == 2
    assert 'There is no edition "1999-01"' in told


def shown(heading: str) -> list[str]:
    """The lines that the page shows of what a command prints."""
    part = PAGE.split(f"## {heading}")[1].split("\n## ")[0]
    found = re.findall(r"```text\n(.*?)\n```", part, re.DOTALL)
    return [line for block in found for line in block.split("\n") if line != "..."]


def narrow(office: Office, *words: str, columns: int = 80) -> list[str]:
    runner = CliRunner(env={"COLUMNS": str(columns), "NO_COLOR": "1"})
    told = [*words, "--as", "sam", "--config", str(office.config)]
    return runner.invoke(root(), ["workflow", *told]).stdout.split("\n")


def test_what_the_page_shows_of_a_rehearsal_is_what_it_prints(
    demo: tuple[Office, str, str],
) -> None:
    printed = narrow(demo[0], "rehearse", demo[2], "--until", "2026-11-07")

    assert [line for line in shown("Rehearse") if line not in printed] == []


def test_what_the_page_shows_of_a_replay_is_what_it_prints(
    demo: tuple[Office, str, str], stricter: Path
) -> None:
    printed = narrow(demo[0], "replay", NAME, "--with", str(stricter))

    assert [line for line in shown("Replay") if line not in printed] == []


def test_the_page_names_every_collision_that_can_be_told() -> None:
    module = (ROOT / "engine" / "cli" / "rehearsing.py").read_text(encoding="utf-8")
    kinds = re.findall(r'^        "([a-z ]+)":', module, re.MULTILINE)
    first = "".join(re.findall(r"^\| (.*?) \|", PAGE, re.MULTILINE))

    assert len(kinds) == 12
    assert [kind for kind in kinds if kind not in first] == []
