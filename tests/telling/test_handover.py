"""Open work that goes from one person to another between two days."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from engine import bootstrap, config, worker
from engine.config.appending import append
from engine.errors import ConfigError
from tests.offices import Office, ago

DEE = """
# Dee came in June.
[[person]]
id   = "dee"
name = "Dee Sample"
mail = "dee@council.example"
"""
TODAY, SOON = ago(0), ago(-20)


@pytest.fixture
def staffed(office: Office) -> Office:
    with office.config.open("a") as file:
        file.write(DEE)
    return office


def handed(office: Office, *more: str, since: str = TODAY, until: str = SOON) -> str:
    return office.ok("handover", "lee", "dee", "--from", since, "--to", until, *more)


def recipients(office: Office) -> set[str]:
    mails = (office.folder / "messages").glob("*.eml")
    heads = (mail.read_text().partition("\nSubject:")[0] for mail in mails)
    return {head.rpartition("To: ")[2].strip() for head in heads}


def test_the_lines_are_shown_and_nothing_is_changed(staffed: Office) -> None:
    ref = staffed.at("deciding")
    before, events = staffed.config.read_bytes(), staffed.json("history", ref)["events"]
    said = handed(staffed)
    assert "nothing of which was changed" in said
    assert '[[absence]]\nperson = "lee"' in said
    assert 'deputy_for = "lee"' in said
    assert staffed.config.read_bytes() == before
    assert staffed.json("history", ref)["events"] == events


def test_the_deputy_is_told_from_the_first_day_and_the_giver_before(staffed: Office) -> None:
    first = (date.today() + timedelta(days=2)).isoformat()
    handed(staffed, "--write", since=first)
    directory = config.read(staffed.config).directory
    told = [directory.to_tell("local_authority", day)[0].person for day in (TODAY, first, SOON)]
    assert told == ["lee", "dee", "dee"]
    later = (date.fromisoformat(SOON) + timedelta(days=1)).isoformat()
    assert directory.to_tell("local_authority", later)[0].person == "lee"


def test_an_escalation_of_that_day_goes_to_the_deputy(staffed: Office) -> None:
    staffed.open("place=in our area", f"aware_on={ago(30)}")
    handed(staffed, "--write")
    for mail in (staffed.folder / "messages").glob("*.eml"):
        mail.unlink()
    worker.tick_of(str(staffed.config))
    mails = [mail.read_text() for mail in (staffed.folder / "messages").glob("*.eml")]
    urgent = {mail.partition("To: ")[2].partition("\n")[0] for mail in mails if "URGENT" in mail}
    assert urgent == {"dee@council.example", "eve@council.example"}


def test_each_case_that_waits_on_the_giver_has_it_on_record_and_both_are_told(
    staffed: Office,
) -> None:
    waits, other = staffed.at("deciding"), staffed.at("reviewing")
    worker.tick_of(str(staffed.config))
    for mail in (staffed.folder / "messages").glob("*.eml"):
        mail.unlink()
    said = handed(staffed, "--write", "--reason", "Leave.")
    assert f"It is on record in 1 case: {waits}. Both will be told." in said
    kinds = [one["type"] for one in staffed.json("history", other)["events"]]
    assert "work handed over" not in kinds
    [event] = [
        one for one in staffed.json("history", waits)["events"] if one["type"] == "work handed over"
    ]
    assert (event["body"]["giver"], event["body"]["roles"]) == ("lee", ["local_authority"])
    assert "Leave" not in json.dumps(event)
    assert "work handed over by Lee Sample to Dee Sample" in staffed.ok("history", waits)
    worker.tick_of(str(staffed.config))
    assert recipients(staffed) == {"lee@council.example", "dee@council.example"}
    assert staffed.json("audit", "verify")["holds"]


def test_to_hand_over_twice_adds_and_records_nothing_more(staffed: Office) -> None:
    ref = staffed.at("deciding")
    handed(staffed, "--write")
    text = staffed.config.read_bytes()
    events = staffed.json("history", ref)["events"]
    found = staffed.json("handover", "lee", "dee", "--from", TODAY, "--to", SOON, "--write")
    assert (found["lines"], found["cases"]) == ([], [])
    assert staffed.config.read_bytes() == text
    assert staffed.json("history", ref)["events"] == events


def test_what_stands_in_config_toml_stays_comments_and_all(staffed: Office) -> None:
    staffed.config.chmod(0o640)
    before = staffed.config.read_bytes()
    handed(staffed, "--write")
    assert staffed.config.read_bytes().startswith(before)
    assert staffed.config.stat().st_mode & 0o777 == 0o640
    assert sorted(one.name for one in staffed.folder.glob(".config-*")) == []


def test_lines_that_cannot_be_read_are_not_added(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("# mine")

    def refuse(part: Path) -> None:
        raise ConfigError("It would not do.")

    with pytest.raises(ConfigError, match="would not do"):
        append(file, ["x = 1"], refuse)
    assert file.read_text() == "# mine"
    with pytest.raises(ConfigError, match="changed meanwhile"):
        append(file, ["x = 1"], lambda part: file.write_text("# theirs"))
    assert file.read_text() == "# theirs"
    append(file, ["x = 1"], lambda part: None)
    assert file.read_text() == "# theirs\n\nx = 1\n"
    assert [one.name for one in tmp_path.iterdir()] == ["config.toml"]


def test_a_handover_that_makes_no_sense_is_refused(staffed: Office) -> None:
    days = ("--from", TODAY, "--to", SOON)
    assert 'names no person "nobody"' in staffed.refused(2, "handover", "lee", "nobody", *days)
    assert "to themselves" in staffed.refused(2, "handover", "lee", "lee", *days)
    wrong = ("--from", SOON, "--to", TODAY)
    assert "before the first" in staffed.refused(2, "handover", "lee", "dee", *wrong)
    refused = staffed.refused(4, "handover", "lee", "dee", *days, "--as", "eve")
    assert refused.startswith("Work is handed over by whoever has it")
    staffed.ok("handover", "lee", "dee", *days, "--as", "lee")


def test_the_contact_of_an_agency_is_said_to_stay(staffed: Office) -> None:
    found = staffed.json("handover", "hana", "dee", "--from", TODAY, "--to", SOON)
    assert found["contact_of"] == ["board"]
    found = staffed.json("handover", "lee", "dee", "--from", TODAY, "--to", SOON)
    assert found["contact_of"] == []
    assert bootstrap.settings(str(staffed.config)).directory.people["dee"].name == "Dee Sample"
