from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.offices import Office, ago


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


def test_an_agency_of_a_mistyped_kind_is_told_and_of_another_kind_is_not(office: Office) -> None:
    text = office.config.read_text()
    office.config.write_text(
        text.replace('kind    = "police"', 'kind = "polise"')
        + '[[agency]]\nid = "choir"\ntitle = "Sample Choir"\nkind = "a choir"\ncontact = "eve"\n'
    )
    said = 'config.toml has an agency of the kind "polise"; "police" may be meant.'
    assert said in " ".join(office.ok("today").split())
    assert office.json("today")["mistyped_kinds"] == {"polise": "police"}
    name = "child_safeguarding_practice_review"
    assert said in " ".join(office.ok("workflow", "check", name).split())


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


def test_whoever_an_event_names_can_be_ended_and_not_removed(office: Office) -> None:
    ref = office.at("to_notify")
    whole = office.config.read_text()
    eve = '[[person]]\nid   = "eve"\nname = "Eve Sample"\nmail = "eve@council.example"\n'
    her_post = '[[appointment]]\nperson = "eve"\nrole   = "executive"\nagency = "council"\n'
    lee = '[[person]]\nid   = "lee"\nname = "Lee Sample"\nmail = "lee@council.example"\n'
    his_post = '[[appointment]]\nperson = "lee"\nrole   = "local_authority"\nagency = "council"\n'
    contact = 'contact = "lee"\n'
    assert all(part in whole for part in (eve, her_post, lee, his_post, contact))

    office.config.write_text(whole.replace(eve, "").replace(her_post, ""))
    assert office.ok("list")

    without_him = whole.replace(lee, "").replace(his_post, "").replace(contact, "")
    for text, names in (
        (without_him, "names lee, whom the record names"),
        (whole.replace('"police"', '"constabulary"', 1), "names police, whom the record names"),
    ):
        office.config.write_text(text)
        for words in (("list",), ("tick",), ("open", "incident", "place=in our area")):
            said = office.refused(2, *words)
            assert names in said
            assert 'end their appointments with "to" instead' in said

    office.config.write_text(whole.replace(his_post, f"{his_post}to = {ago(1)}\n"))
    assert "by Lee Sample as local authority" in " ".join(office.ok("history", ref).split())
    said = office.refused(4, "take", ref, "record_notification_sent", "--as", "lee")
    assert "Whoever records needs a role of the process themselves" in said
