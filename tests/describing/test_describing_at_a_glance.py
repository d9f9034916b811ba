from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.as_at import as_at
from engine.cli.main import root
from engine.cli.printing import NARROWEST
from engine.describing import describe
from engine.describing.page import page
from engine.diagrams.graph import main_line
from engine.loading import find
from tests.shared import loaded
from tests.worlds import SAMPLE

NAME = "child_safeguarding_practice_review"
WORKFLOW = loaded(find(NAME))
LINE = main_line(WORKFLOW)


def glance(text: str) -> str:
    """What stands before the first heading."""
    return text.partition("\n\n1. ")[0]


GLANCE = glance(describe(WORKFLOW, line=LINE))
RUNNING = " ".join(GLANCE.split())


def test_a_description_begins_with_the_process_at_a_glance_on_two_pages_at_most() -> None:
    assert GLANCE.startswith("Child safeguarding practice review\n\nAt a glance\n\n")
    assert GLANCE.count("\n") < 110


def test_the_main_line_is_told_in_its_order_and_numbered() -> None:
    numbered = re.findall(r"^ ?(\d+)\. (.*)", GLANCE, re.MULTILINE)
    titles = [WORKFLOW.states[name].title for name in LINE]

    assert [int(number) for number, _ in numbered] == list(range(1, len(LINE) + 1))
    assert [
        title
        for (_, said), title in zip(numbered, titles, strict=True)
        if not title.startswith(said)
    ] == []


def test_each_duty_stands_there_with_its_time_and_only_what_was_read_is_called_one() -> None:
    assert (
        "- Notify the national Panel of the incident: within 5 working days of the day on which "
        "the local authority became aware of the incident. Duty: Children Act 2004 s.16C(1); its "
        "time is unconfirmed." in RUNNING
    )
    assert "Expected (source not yet read): Children Act 1989 Schedule 2 paragraph 20" in RUNNING


def test_what_is_no_duty_has_its_time_in_a_few_words() -> None:
    assert (
        "Complete the rapid review and send it to the national Panel: within 15 working days"
        in (GLANCE)
    )
    assert "reviewed: kept for 35 years" in GLANCE


def test_every_timescale_and_everybody_who_takes_part_is_there() -> None:
    titles = [one.title for one in WORKFLOW.timescales.values()]
    roles = [role.title.partition(" (")[0] for role in WORKFLOW.roles.values()]

    assert [title for title in (*titles, *roles) if title not in RUNNING] == []


def test_no_length_of_a_time_is_left_without_its_end() -> None:
    times = re.findall(
        r"^- .*: ((?:within|at least|kept|every|as soon)[^\n]*)", GLANCE, re.MULTILINE
    )

    assert times
    assert [one for one in times if re.search(r"(beginning with|before|until)$", one)] == []


def test_at_a_glance_the_rules_are_those_of_the_day_that_is_asked_for() -> None:
    day = date(2020, 5, 1)
    told = glance(describe(WORKFLOW, day, LINE))
    known = as_at(WORKFLOW, day)

    titles = [one.title for one in known.timescales.values()]

    assert [title for title in titles if title not in " ".join(told.split())] == []
    assert "Report the death of a care leaver" not in told


def test_a_process_without_a_line_and_without_times_says_neither() -> None:
    bare = replace(loaded(SAMPLE), timescales={}, main_line=())
    told = glance(describe(bare))

    assert "ordinary case" not in told
    assert "a time" not in told
    assert "its time" not in told


@pytest.mark.parametrize("columns", ["60", "80"])
def test_on_a_narrow_terminal_no_line_is_wider_than_that(columns: str) -> None:
    said = CliRunner(env={"COLUMNS": columns}).invoke(root(), ["workflow", "describe", NAME]).stdout

    assert max(map(len, said.splitlines())) <= max(int(columns), NARROWEST)


def test_a_file_is_as_wide_as_paper_on_every_terminal(tmp_path: Path) -> None:
    file = tmp_path / "process.txt"
    words = ["workflow", "describe", NAME, "--out", str(file)]
    CliRunner(env={"COLUMNS": "60"}).invoke(root(), words)

    assert file.read_text(encoding="utf-8") == describe(WORKFLOW, line=LINE)


def test_a_file_that_is_named_as_a_web_page_is_one_unless_text_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "process.html"
    words = ["workflow", "describe", NAME, "--out", str(file)]
    written = []
    for more in ([], ["--format", "text"]):
        assert CliRunner().invoke(root(), [*words, *more]).exit_code == 0
        written.append(file.read_text(encoding="utf-8"))

    assert written == [page(WORKFLOW, LINE), describe(WORKFLOW, line=LINE)]


def test_the_page_has_the_same_words_at_a_glance() -> None:
    html = page(WORKFLOW, LINE)

    assert "A case is opened by the safeguarding lead of an agency" in html
    assert "are told or heard from, and never act here" in html


def test_on_a_telephone_each_cell_of_the_table_says_what_it_is() -> None:
    html = page(WORKFLOW, LINE)
    cells = re.findall(r'<td dir="auto"([^>]*)>([^<]*)', html)
    bare = {text for said, text in cells if not said}

    assert cells
    assert {text.partition(":")[0] for text in bare} <= {
        "Duty",
        "No duty",
        "Expected (source not yet read)",
    }
