from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.offices import Office


def test_a_notifier_that_there_is_not_is_told_with_its_line(office: Office) -> None:
    text = office.config.read_text()
    office.config.write_text(text.replace('by   = "file"', 'by   = "fiel"'))
    said = office.refused(2, "list")
    assert re.search(r'config.toml:\d+: "by" is "fiel".*Did you mean "file"', said)


@pytest.mark.parametrize("words", [("worker",), ("tick",), ("list",), ("audit", "verify")])
def test_whoever_is_named_is_somebody_of_the_settings(
    office: Office, words: tuple[str, ...]
) -> None:
    assert 'config.toml names no person "zz"' in office.refused(2, *words, "--as", "zz")


def test_a_role_that_no_process_has_is_told(office: Office) -> None:
    name = "child_safeguarding_practice_review"
    assert office.json("today")["unknown_roles"] == []
    with office.config.open("a") as file:
        file.write('[[appointment]]\nperson = "eve"\nrole = "exekutive"\n')
    assert "roles that no process in use has: exekutive" in office.ok("today")
    assert "roles that this process does not have: exekutive" in " ".join(
        office.ok("workflow", "check", name).split()
    )
    assert office.json("workflow", "check", name)["unknown_roles"] == ["exekutive"]


def test_a_database_that_is_gone_is_no_dead_end(office: Office, tmp_path: Path) -> None:
    (office.folder / "casetrail.db").unlink()
    said = office.refused(2, "list")
    assert "put back its latest backup" in said
    assert "config.toml and the keys are moved to another folder" in said
    words = ("init", "--partnership", "sample", "--name", "Sample Partnership")
    assert "put back the latest backup" in office.refused(2, *words)
    kept = tmp_path / "kept"
    kept.mkdir()
    for name in ("config.toml", "casetrail.keys"):
        (office.folder / name).rename(kept / name)
    assert "Made " in office.ok(*words)


def test_an_id_that_a_partnership_cannot_have_is_told_with_what_one_looks_like(
    tmp_path: Path,
) -> None:
    said = Office(tmp_path).refused(2, "init", "--partnership", "Our Town", "--name", "Our Town")
    assert said.startswith('--partnership cannot be "Our Town"; use 2 to 40 small letters')
    assert ".toml:" not in said
