"""`workflow new`: what it prints can be typed, and its stories notice what is changed."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.cli.main import root
from tests.offices import Office

NOTICED = 95
"""Per cent of the changes of what `workflow new` writes that its own stories must notice."""


@pytest.mark.parametrize("above", ["of_a_partnership_somewhere", "of a partnership"])
def test_each_path_and_each_command_stands_whole_on_a_line_of_its_own(
    tmp_path: Path, above: str
) -> None:
    folder = tmp_path / f"a_folder_with_quite_a_long_name_of_its_own/{above}" / "local_review"
    asked = ["workflow", "new", str(folder)]
    said = CliRunner(env={"COLUMNS": "60"}).invoke(root(), asked).stdout.splitlines()
    files = [str(file) for file in folder.rglob("*") if file.is_file()]
    assert {line.strip() for line in said if line.strip().startswith("/")} == {*files}
    typed = [shlex.split(line) for line in said if line.strip().startswith("casetrail")]
    assert [words[2] for words in typed] == ["check", "describe", "verify", "test"]
    for words in typed:
        assert words[-1] == str(folder)
        done = CliRunner().invoke(root(), words[1:])
        assert done.exit_code == 0, done.output
    assert max(len(line) for line in said if str(folder) not in line) <= 60


def test_the_place_of_a_schema_stands_whole_on_a_line_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / ("a_folder_" * 8) / "definition.schema.json"
    file.parent.mkdir()
    asked = ["workflow", "schema", "--out", str(file)]
    said = CliRunner(env={"COLUMNS": "60"}).invoke(root(), asked).stdout.splitlines()
    assert said[-1].strip() == str(file)


def test_the_stories_of_a_process_that_was_begun_notice_nearly_every_change_of_it(
    office: Office, tmp_path: Path
) -> None:
    folder = tmp_path / "local_review"
    office.ok("workflow", "new", str(folder))

    found = office.json("workflow", "test", str(folder), "--mutate")
    assert found["changes"] >= 30
    assert found["per_cent"] >= NOTICED, found["unnoticed"]
    by_scenarios = found["changes"] - found["noticed"]["check"] - found["noticed"]["nobody"]
    assert by_scenarios >= 25
    assert all(share["per_cent"] == 100 for share in found["coverage"])
