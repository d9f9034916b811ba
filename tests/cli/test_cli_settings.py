from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.offices import Office, ago
from tests.worlds import SAMPLE


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
    said = " ".join(office.ok("workflow", "check", name).split())
    assert "roles that this process does not have: exekutive" in said
    assert "check their names, unless another process has them." in said
    assert office.json("workflow", "check", name)["unknown_roles"] == ["exekutive"]


HARPER = """[[person]]
id   = "harper"
name = "Harper Sample"
mail = "harper@hospital.example"
[[person]]
id   = "jules"
name = "Jules Sample"
mail = "jules@hospital.example"
"""
LEADS = """[[appointment]]
person = "harper"
role   = "agency_lead"
agency = "police"
[[appointment]]
person     = "jules"
role       = "agency_lead"
agency     = "police"
deputy_for = "harper"
"""
NO_AGENCY = (
    'The role "agency_lead" counts only at one\'s own agency; this names none. '
    'Write agency = "..." with the id of an [[agency]].'
)
ANOTHER_AGENCY = (
    '"agency" is "council", but "harper", for whom they act, is "agency_lead" for "police". '
    'Write agency = "police".'
)


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        ('role   = "agency_lead"\nagency = "police"', 'role = "agency_lead"', 2, NO_AGENCY),
        ('role       = "agency_lead"\nagency     = "police"', 'role = "agency_lead"', 6, NO_AGENCY),
        ('agency     = "police"', 'agency     = "council"', 7, ANOTHER_AGENCY),
    ],
)
def test_an_appointment_that_needs_an_agency_and_lacks_it_is_refused_with_its_line(
    office: Office, old: str, new: str, at: int, said: str
) -> None:
    before = office.config.read_text() + HARPER
    line = f"config.toml:{before.count(chr(10)) + 1 + at}: {said}"
    assert LEADS.count(old) == 1
    name = "child_safeguarding_practice_review"
    office.ok("list")
    office.config.write_text(before + LEADS.replace(old, new))
    for words in (("list",), ("tick",), ("open", "incident", "place=in our area")):
        assert office.refused(2, *words).strip() == line
    assert line in " ".join(office.ok("workflow", "check", name).split())
    assert office.json("workflow", "check", name)["misplaced_appointments"] == [line]
    office.config.write_text(before + LEADS)
    assert office.ok("list")
    assert office.json("workflow", "check", name)["misplaced_appointments"] == []


def test_an_edition_whose_roles_lack_their_agencies_is_not_brought_into_use(
    office: Office,
) -> None:
    with office.config.open("a") as file:
        file.write('[[appointment]]\nperson = "hana"\nrole = "executive"\n')
    office.ok("list")
    copy = office.folder / "incident"
    shutil.copytree(SAMPLE, copy)
    process = copy / "process.toml"
    text = process.read_text()
    bound = text.replace('title = "executive"\n', 'title = "executive"\nown_agency = true\n')
    process.write_text(bound)
    said = office.refused(2, "workflow", "activate", str(copy))
    assert 'The role "executive" counts only at one\'s own agency; this names none.' in said
    process.write_text(text.replace("2025-01", "2025-02", 1))
    assert office.json("workflow", "activate", str(copy), "--anyway")["activated"]


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
