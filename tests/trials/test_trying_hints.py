from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.loading import load
from engine.scenarios.expecting import EXPECTATIONS
from engine.trials import trying
from engine.trials.changing import sheets
from engine.trials.hinting import ADVICE, hint
from engine.trials.mutants import mutants
from tests.shared import loaded
from tests.stories import PROCESS
from tests.trials.test_trying import LENT, SMALL, run


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hints") / "loan"
    (folder / "scenarios").mkdir(parents=True)
    (folder / "process.toml").write_text(SMALL)
    (folder / "scenarios" / "lent.toml").write_text(LENT)
    return folder


@pytest.fixture(scope="module")
def unnoticed(small: Path) -> list[dict[str, Any]]:
    """What no story noticed, as the document has it."""
    told = json.loads(run("workflow", "test", str(small), "--mutate", "--json").stdout)
    found: list[dict[str, Any]] = told["unnoticed"]
    return found


def test_what_nobody_noticed_is_listed_with_the_story_that_comes_nearest_and_what_it_could_say(
    small: Path,
) -> None:
    shown = " ".join(run("workflow", "test", str(small), "--mutate").output.split())

    assert (
        "- process.toml:47: the recipient reader was dropped from step lend. The nearest story is "
        "lent (lent.toml:18): let it say `told_only` where lend is taken."
    ) in shown
    assert "No story takes keep_it yet: write one that says `only_by` of keep_it." in shown


def test_the_document_has_the_nearest_story_and_its_line(unnoticed: list[dict[str, Any]]) -> None:
    (one,) = [each for each in unnoticed if "recipient reader" in each["change"]]

    assert one["nearest"] == {"scenario": "lent", "file": "lent.toml", "line": 18}
    assert "`told_only`" in one["hint"]


def test_those_that_no_story_noticed_stand_in_the_order_of_the_files(
    unnoticed: list[dict[str, Any]],
) -> None:
    lines = [one["line"] for one in unnoticed]

    assert lines == sorted(lines)


def test_every_kind_of_change_has_its_advice_and_each_names_what_a_story_may_expect() -> None:
    kinds = {one.kind for one in mutants(sheets(PROCESS), loaded(PROCESS))}
    named = {
        word.strip("`")
        for said in ADVICE.values()
        for word in said.replace(",", " ").split()
        if word.startswith("`")
    }

    assert kinds - set(ADVICE) == set()
    assert named - set(EXPECTATIONS) - {"refused", "with"} == set()


def test_a_hint_is_had_for_every_change_whether_a_story_touches_it_or_not(small: Path) -> None:
    results = trying.begun(small).play()
    said = [hint(one, results).said for one in mutants(sheets(small), load(small))]

    assert all(text.endswith(".") for text in said)
