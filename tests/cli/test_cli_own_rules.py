"""What `workflow check` says of the rules that a process writes of itself, and of their days."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from engine.cli.main import root
from tests.definitions import SOUND, write

RULE = """
[rule.{name}]
says      = "Nobody but the authority notifies."
source    = "our own protocol"
confirmed = "recalled"
only      = ["authority"]
may       = ["notify"]
"""


def checked(folder: Path, *more: str) -> Result:
    words = ["workflow", "check", str(folder), *more]
    result = CliRunner(env={"COLUMNS": "100"}).invoke(root(), words)
    assert result.exit_code == 0, result.output
    return result


def folder(tmp_path: Path, *rules: tuple[str, str]) -> Path:
    text = "".join(RULE.format(name=name) + when for name, when in rules)
    return write(tmp_path / "process", {**SOUND, "rules.toml": text})


def test_rules_that_are_not_in_force_on_the_day_of_the_proof_are_told_apart_and_named(
    tmp_path: Path,
) -> None:
    where = folder(
        tmp_path,
        ("standing", ""),
        ("coming", "in_force_since = 2026-06-01\n"),
        ("over", "in_force_since = 2020-01-01\nin_force_until = 2021-01-01\n"),
    )
    said = " ".join(checked(where).stdout.split())
    assert "(1 rule of its own and" in said
    assert (
        "3 rules of its own are written, of which 2 not in force on Mon 15 Dec 2025, and not "
        "counted: coming, over. `workflow verify --as-at DATE` holds"
    ) in said
    told = json.loads(checked(where, "--json").stdout)
    assert (told["own_rules_written"], told["own_rules"]) == (3, 1)
    assert (told["not_in_force"], told["on"]) == (["coming", "over"], "2025-12-15")


def test_a_process_all_of_whose_rules_are_in_force_says_nothing_more(tmp_path: Path) -> None:
    where = folder(tmp_path, ("standing", ""))
    assert "not in force" not in checked(where).stdout
    assert json.loads(checked(where, "--json").stdout)["not_in_force"] == []
