from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine import errors
from engine.apply import EFFECTS
from engine.cli.main import root

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_what_the_readme_shows_of_the_demo_is_what_it_prints() -> None:
    shown = re.search(r"```text\n(.*?)\n```", README, re.DOTALL)
    assert shown is not None
    printed = (ROOT / "tests" / "golden" / "demo.txt").read_text(encoding="utf-8").split("\n")
    assert [line for line in shown[1].split("\n") if line != "..." and line not in printed] == []


def test_every_page_that_a_page_links_to_is_there() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    missing = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert missing == []


def test_the_page_on_the_trail_names_every_type_of_event() -> None:
    page = (ROOT / "docs" / "trail-format.md").read_text(encoding="utf-8").replace("\n", " ")
    assert [kind for kind in EFFECTS if f"`{kind}`" not in page] == []


def test_the_architecture_names_no_file_that_is_not_there() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:engine|docs|workflows)/[\w/.-]+)`", page))
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


def test_the_commands_of_a_partnerships_first_day_run_as_they_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    block = re.search(r"## A partnership's first day\n\n```sh\n(.*?)```", README, re.DOTALL)
    assert block is not None
    monkeypatch.chdir(tmp_path)
    opened, ran = "", []
    for command in re.split(r"\n| && ", block[1].replace("\\\n", " ")):
        words = shlex.split(command, comments=True)
        # The worker goes on for ever; the tests of the worker start it as it is written.
        if words and words != ["casetrail", "worker"]:
            result = CliRunner().invoke(
                root(), [w.replace("2026-K7QF29", opened) for w in words[1:]]
            )
            assert (result.exit_code, result.stderr) == (0, ""), command
            known = re.search(r"Opened (\S+)\.", result.stdout)
            opened = known[1] if known else opened
            ran.append(words[1])

    assert ran == ["init", "open", "next", "today", "explain", "audit", "audit"]


def test_the_readme_says_what_every_exit_code_means_and_no_other() -> None:
    told = re.search(r"Exit codes: (.*?)\.\n", README, re.DOTALL)
    assert told is not None
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    codes = {kind.exit_code for kind in kinds if issubclass(kind, errors.EngineError)}

    assert {int(part.split()[0]) for part in told[1].split(";")} == codes | {0}


def test_ci_runs_the_readmes_own_test_command_then_style_types_and_contracts() -> None:
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    steps = ("bash .ci/readme-command tests", "ruff check .", "/mypy", "/lint-imports")
    places = [run.index(step) for step in steps]

    assert places == sorted(places)
    assert 'bash -euo pipefail -c "$command"' in run


def test_the_readme_says_what_it_is_then_shows_the_demo_the_words_and_a_definition() -> None:
    headings = re.findall(r"^#+ (.+)$", README.split("## A partnership's")[0], re.MULTILINE)

    assert headings == [
        "Casetrail",
        "What the demo shows",
        "The words",
        "A definition reads like prose",
    ]
