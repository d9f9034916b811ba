from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from engine import statements
from engine.canonical import canonical
from engine.definition import plain
from engine.errors import ConfigError
from engine.loading import load
from tests.offices import Office, ago
from tests.worlds import SAMPLE, World


def test_a_case_whose_edition_another_casetrail_stored_ends_in_a_sentence(world: World) -> None:
    place = world.place
    stored = json.loads(canonical(plain(load(SAMPLE))))
    del stored["may_open"], stored["questions"][0]["help"]
    for change, code in (({}, 0), ({"later": "yes"}, 2)):
        text = canonical(stored | change)
        name = hashlib.sha256(text.encode()).hexdigest()
        with place.database.write() as tx:
            tx.run(statements.insert("edition_texts"), (place.log, name, text, "{}"))
        with place.database.read() as tx:
            if not code:
                assert place.edition(tx, name, "incident").workflow.title
                continue
            with pytest.raises(ConfigError, match="brought into use by another Casetrail") as error:
                place.edition(tx, name, "incident")
            assert error.value.exit_code == code


def edited(folder: Path, *changes: tuple[str, str]) -> Path:
    """A copy of the sample process, edited."""
    copy = folder / "incident"
    shutil.copytree(SAMPLE, copy)
    text = (copy / "process.toml").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (copy / "process.toml").write_text(text)
    return copy


def test_editing_a_definition_changes_no_case_that_is_open(office: Office, tmp_path: Path) -> None:
    ref = office.open("place=in our area", "aware_on=2025-12-12")
    before = office.show(ref), office.ok("explain", ref, "notification")
    newer = edited(
        tmp_path,
        ('edition      = "2025-01"', 'edition      = "2025-02"'),
        ("within 5 working days of aware_on", "within 3 working days of aware_on"),
        ('title        = "Sample incident"', 'title        = "Another incident"'),
    )
    office.ok("workflow", "activate", str(newer), "--anyway")
    shutil.rmtree(newer)

    assert (office.show(ref), office.ok("explain", ref, "notification")) == before
    office.ok("correct", ref, "aware_on=2025-12-11", "--reason", "misread")
    [old] = [d for d in office.show(ref)["deadlines"] if d["timescale"] == "notification"]
    other = office.show(office.open("place=in our area", "aware_on=2025-12-11"))
    [new] = [d for d in other["deadlines"] if d["timescale"] == "notification"]
    assert (old["due_on"], new["due_on"]) == ("2025-12-18", "2025-12-16")
    assert office.show(ref)["edition"] == before[0]["edition"] != other["edition"]
    assert (office.show(ref)["title"], other["title"]) == ("Sample incident", "Another incident")


def test_another_edition_is_brought_into_use_by_those_who_keep_the_record_only(
    office: Office, tmp_path: Path
) -> None:
    newer = edited(
        tmp_path,
        ('edition      = "2025-01"', 'edition      = "2025-02"'),
        ("within 5 working days of aware_on", "within 50 working days of aware_on"),
        ('kept_by      = ["business_unit"', 'kept_by      = ["executive", "business_unit"'),
    )
    said = office.refused(4, "workflow", "activate", str(newer), "--as", "eve")
    assert "brought into use by those who keep its record" in said
    assert "have one of them activate it" in " ".join(said.split())
    in_use = office.json("workflow", "list")["in_use"]
    assert [one["edition"] for one in in_use if one["workflow"] == "incident"] == ["2025-01"]


def test_where_nobody_holds_the_role_that_brings_into_use_it_is_said_how_to_name_somebody(
    office: Office, tmp_path: Path
) -> None:
    begun = tmp_path / "own_review"
    office.ok("workflow", "new", str(begun))
    file = begun / "process.toml"
    file.write_text(file.read_text().replace("business_unit", "reviews_office"))
    said = " ".join(office.refused(4, "workflow", "activate", str(begun)).split())
    assert (
        "nobody holds the role today: give it to somebody in config.toml, in an [[appointment]] "
        'with role = "reviews_office"'
    ) in said


def test_a_case_opens_under_the_newest_edition_in_force_on_its_day(
    office: Office, tmp_path: Path
) -> None:
    later = edited(
        tmp_path,
        ('edition      = "2025-01"', 'edition      = "2026-01"'),
        ("in_force     = { from = 2018-06-29 }", f"in_force     = {{ from = {ago(30)} }}"),
    )
    to_come = edited(
        tmp_path / "to_come",
        ('edition      = "2025-01"', 'edition      = "2099-01"'),
        ("in_force     = { from = 2018-06-29 }", "in_force     = { from = 2099-01-01 }"),
    )
    for folder in (later, to_come):
        office.ok("workflow", "activate", str(folder), "--anyway")

    def opened(*words: str) -> str:
        ref = office.json("open", "incident", "place=in our area", "--not-the-same", *words)["ref"]
        return str(office.show(ref)["edition_name"])

    assert opened() == "2026-01"
    assert opened("--on", ago(30)) == "2026-01"
    assert opened("--on", ago(31)) == "2025-01"
    assert opened("--edition", "2025-01") == "2025-01"
    said = office.refused(2, "open", "incident", "place=in our area", "--edition", "2024-01")
    assert 'There is no edition "2024-01" of incident in use' in said
