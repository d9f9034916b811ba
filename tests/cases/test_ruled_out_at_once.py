"""An answer that rules a step out says so at once, and how it is put right if it is wrong."""

from __future__ import annotations

import pytest

from tests.offices import Office, ago
from tests.typed import fault

PROCESS = "child_safeguarding_practice_review"
OPENING = ("place_of_incident=in our area", "place_of_residence=in our area")


@pytest.fixture
def ref(office: Office) -> str:
    return str(office.json("open", PROCESS, *OPENING, f"referred_on={ago(1)}")["ref"])


def plain(text: str) -> str:
    return " ".join(text.split())


def test_an_answer_that_rules_a_step_out_says_so_at_once(office: Office, ref: str) -> None:
    said = plain(office.ok("record", ref, "age_band=18 to 24"))

    assert 'By this, "Decide to notify the national Panel" is ruled out (it must be on' in said
    typed = f"casetrail correct {ref} age_band=ANSWER --reason TEXT"
    assert f"If the answer is wrong: {typed}" in said
    assert fault(typed) == ""


def test_an_answer_that_rules_nothing_out_says_nothing_of_it(office: Office, ref: str) -> None:
    assert "ruled out" not in office.ok("record", ref, "age_band=under 18")
    assert office.json("record", ref, "abuse_or_neglect=known")["ruled_out"] == []


def test_what_was_ruled_out_before_is_not_told_again(office: Office, ref: str) -> None:
    office.ok("record", ref, "age_band=18 to 24")
    found = office.json("correct", ref, "age_band=25 or over", "--reason", "a slip")

    assert found["ruled_out"] == []


def test_a_correction_that_rules_a_step_out_says_so_too(office: Office, ref: str) -> None:
    office.ok("record", ref, "age_band=under 18")
    found = office.json("correct", ref, "age_band=18 to 24", "--reason", "a slip")

    [step] = [one for one in found["ruled_out"] if one["transition"] == "decide_to_notify"]
    assert step["title"] == "Decide to notify the national Panel"
    assert (step["question"], step["command"]) == (
        ["age_band"],
        f"correct {ref} age_band=ANSWER --reason TEXT",
    )


def test_a_form_that_is_read_back_says_so_too(office: Office, ref: str) -> None:
    form = office.ok("record", ref, "--form", "--all")
    begin = form.index("[[ age_band ]]") + len("[[ age_band ]]")
    filled = office.file("form.txt", f"{form[:begin]}\n18 to 24{form[begin:]}")
    said = plain(office.ok("record", ref, "--form", filled, "--yes"))

    assert 'By this, "Decide to notify the national Panel" is ruled out' in said


def test_that_an_agency_was_asked_is_not_told_as_its_answer(office: Office) -> None:
    ref = office.at("deciding")
    said = plain(office.ok("record", ref, "--asked", f"opinion/police={ago(0)}"))
    assert f"Recorded on {ref}: asked on " in said
    assert 'Sample Police: "' in said
    assert "answer" not in said.partition(" is at ")[0]


def test_nor_is_that_it_did_not_reply(office: Office) -> None:
    ref = office.at("deciding")
    said = plain(office.ok("record", ref, "--no-reply", f"opinion/police={ago(0)}"))
    assert f"Recorded on {ref}: asked on " in said
    assert ", no reply; Sample Police: " in said
    both = ("happened_on=" + ago(3), "--asked", f"opinion/board={ago(0)}")
    said = plain(office.ok("record", ref, *both))
    assert f"Recorded 1 answer on {ref}." in said
    assert "Sample Integrated Care Board" in said


def test_next_names_the_answer_that_rules_a_step_out(office: Office, ref: str) -> None:
    office.ok("take", ref, "report_referral", "--already-done")
    office.ok("record", ref, "age_band=18 to 24")
    for words in ((), ("--all",)):
        said = plain(office.ok("next", ref, *words))
        assert "(age_band: 18 to 24)" in said
    assert "--form --all`" in said


def test_an_agency_that_is_misspelt_is_guessed(office: Office) -> None:
    ref = office.at("deciding")
    for words in (("opinion/counsil=notify",), ("--asked", "opinion/counsil")):
        said = plain(office.refused(4, "record", ref, *words))
        assert "did you mean opinion/council?" in said


def test_a_role_that_is_misspelt_in_the_settings_is_guessed(office: Office) -> None:
    text = office.config.read_text()
    office.config.write_text(text.replace('role   = "executive"', 'role   = "executiv"'))

    assert 'executiv ("executive" may be meant)' in plain(office.ok("today"))
