from __future__ import annotations

import re

import pytest

from engine.cli.printing import day
from tests.offices import Office, ago

CANARY = "Avery Canary"


def test_a_silence_is_recorded_with_the_day_on_which_the_agency_was_asked(office: Office) -> None:
    ref = office.at("deciding")
    said = office.refused(4, "record", ref, "--no-reply", "opinion/police")
    assert "record --no-reply opinion/police=DAY" in said
    office.ok("record", ref, "--no-reply", f"opinion/police={ago(2)}")
    office.ok("record", ref, "--asked", f"opinion/board={ago(1)}")
    answers = {(a["of"], a["status"]): a["asked_on"] for a in office.show(ref)["answers"]}
    assert answers["police", "no reply"] == ago(2)
    assert answers["board", "asked"] == ago(1)
    assert f"asked on {day(ago(2))}, no reply" in office.ok("show", ref)


def test_history_says_of_an_answer_and_a_document_that_they_were_recorded_late(
    office: Office,
) -> None:
    ref = office.at("to_notify")
    office.ok("record", ref, f"happened_on={ago(9)}", "--on", ago(8))
    office.ok("attach", ref, "form", office.file("form.pdf", "The form."), "--on", ago(8))
    told = " ".join(office.ok("history", ref).split())
    assert f"answers recorded late: When did it happen? {day(ago(9))}" in told
    assert "document put on file: The form that was sent, 9 bytes; recorded late" in told
    assert told.count("recorded late") == 3


def test_the_example_in_the_help_of_person_runs_in_the_process_that_is_shipped(
    office: Office,
) -> None:
    [shown] = re.findall(r"`person REF (add child \S+=-)`", office.ok("person", "--help"))
    process = "child_safeguarding_practice_review"
    answers = ("place_of_incident=in our area", "place_of_residence=in our area")
    words = (*answers, f"referred_on={ago(1)}")
    ref = str(office.json("open", process, *words)["ref"])
    office.ok("person", ref, *shown.split(), typed="Avery Sample")
    assert "Avery Sample" in office.ok("person", ref, "show", "--personal", "--why", "checking")


def test_what_may_name_somebody_comes_through_standard_input(office: Office) -> None:
    ref = office.at("to_notify")
    office.ok("person", ref, "add", "child", "name=-", typed="Avery Sample")
    for number, words in enumerate(
        (
            ("correct", ref, f"aware_on={ago(2)}", "--reason", "-"),
            ("delay", ref, "notification", "--reason", "late", "--told", "-"),
            ("extend", ref, "notification", "--to", ago(-9), "--reason", "x", "--agreed-by", "-"),
            ("erase", ref, "--person", "p1", "--basis", "-"),
        )
    ):
        said = office.ok(*words, typed=f"{CANARY} {number}\n")
        assert CANARY not in said
        kept = office.ok("history", ref, "--personal", "--why", "to check")
        assert f"{CANARY} {number}" in kept


@pytest.mark.parametrize(
    ("command", "option"),
    [("take", "--reason"), ("delay", "--told"), ("extend", "--agreed-by"), ("erase", "--basis")],
)
def test_help_says_how_what_names_somebody_is_given(
    office: Office, command: str, option: str
) -> None:
    said = " ".join(office.ok(command, "--help").split())
    assert re.search(rf"{option} \S+ [A-Z][^.]*that names nobody, @FILE, or - to be asked\.", said)


def test_standard_input_holds_one_reason(office: Office) -> None:
    ref = office.at("to_notify")
    words = ("delay", ref, "notification", "--told", "-", "--reason", "-")
    said = office.refused(2, *words, typed="the Panel")
    assert "Nothing came for --reason" in said
