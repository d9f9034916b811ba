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
            ("erase", ref, "--person", "p1", "--basis", "-", "--yes-erase", ref),
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


def test_history_has_the_day_of_telling_somebody_and_not_of_the_step_that_it_is_about(
    office: Office,
) -> None:
    words = ("place=in our area", f"aware_on={ago(4)}", "--on", ago(4))
    ref = str(office.json("open", "incident", *words)["ref"])
    office.ok("take", ref, "start_deciding", "--on", ago(3))
    said = " ".join(office.ok("history", ref).split())

    assert f"@3 {day(ago(3))}, recorded {day(ago(0))}: step taken" in said
    assert f"@4 {day(ago(0))}: told Lee Sample" in said


def test_an_erasure_says_where_the_person_may_still_be_named(office: Office) -> None:
    ref = office.at("deciding")
    office.ok("person", ref, "add", "child", "name=-", typed="Avery Canary")
    bare = office.ok("erase", ref, "--person", "p1", "--basis", "asked for", "--yes-erase", ref)
    assert "may still name them" in " ".join(bare.split())
    assert office.show(ref)["tasks"] == []

    office.ok("record", ref, "rationale=-", typed="Avery Canary was hurt.")
    office.ok("person", ref, "add", "child", "name=-", typed="Avery Canary")
    office.ok("erase", ref, "--person", "p2", "--basis", "asked for", "--yes-erase", ref)
    [task] = office.show(ref)["tasks"]
    assert task["what"] == (
        "look through what may still name p2, and correct what does: Why was it decided so?"
    )
    assert task["by"] == "the business unit"
    assert "Canary" not in office.ok("show", ref) + office.ok("history", ref)


def test_a_wrong_document_is_put_right_by_the_right_one_and_a_reason(office: Office) -> None:
    ref = office.at("to_notify")
    wrong, right = office.file("wrong.txt", "Another case."), office.file("right.txt", "This one.")
    office.ok("attach", ref, "form", wrong)
    said = office.refused(4, "attach", ref, "form", right)
    assert "put the right one on file with `attach` and a reason" in " ".join(said.split())
    office.ok("attach", ref, "form", right, "--reason", "the wrong file")

    out = office.folder / "out.txt"
    office.ok("document", ref, "form", "--out", str(out), "--why", "to see", "--as", "lee")
    corrected = office.json("history", ref)["events"][-1]
    assert out.read_text() == "This one."
    assert corrected["type"] == "answers corrected"
    assert len(office.json("document", ref, "--as", "lee")["documents"]) == 2
    assert office.json("audit", "verify")["holds"]


def test_an_agencys_contact_answers_at_the_command_line_what_it_is_asked_and_nothing_else(
    office: Office,
) -> None:
    ref = office.at("deciding")
    said = office.refused(4, "record", ref, "opinion/board=notify", "--as", "pol")
    assert "or for Sample Integrated Care Board" in " ".join(said.split())
    office.ok("record", ref, "opinion/police=notify", "--as", "pol")
    office.ok("correct", ref, "opinion/police=undecided", "--reason=-", "--as", "pol", typed="So.")
    assert "for the business unit" in office.refused(
        4, "record", ref, f"happened_on={ago(3)}", "--as", "pol"
    )
    office.refused(4, "show", ref, "--personal", "--why", "to see", "--as", "pol")
    reviewed = office.at("reviewing")
    office.ok("record", reviewed, "agencies_asked=board,police")
    board, police = office.json("take", reviewed, "ask_for_summaries")["opened"]
    office.ok("record", police, "summary=-", "--as", "pol", typed="We hold one file.")
    said = office.refused(4, "record", board, "summary=-", "--as", "pol", typed="One file.")
    assert "or for Sample Integrated Care Board" in " ".join(said.split())


def test_a_document_of_twenty_five_megabytes_is_kept_and_none_that_is_larger(
    office: Office,
) -> None:
    ref = office.at("to_notify")
    most = 25 * 1024 * 1024
    said = office.refused(4, "attach", ref, "form", office.file("large.pdf", b"x" * (most + 1)))
    assert "25 MB" in said
    assert office.json("document", ref, "--as", "lee")["documents"] == []
    office.ok("attach", ref, "form", office.file("most.pdf", b"x" * most))
    out = office.folder / "out.pdf"
    office.ok("document", ref, "form", "--out", str(out), "--why", "to see", "--as", "lee")
    assert out.read_bytes() == b"x" * most


def test_a_task_is_done_on_the_day_that_is_given_and_history_says_so(office: Office) -> None:
    ref = office.at("to_notify")
    office.ok("correct", ref, "opinion/council=undecided", "--reason", "misread")
    [task] = office.show(ref)["tasks"]
    words = ("done", ref, task["task"], "--as", "lee", "--reason", "confirmed by letter")
    said = office.ok(*words, "--on", ago(1))
    assert f"Task {task['task']} of {ref} is done, on {day(ago(1))}." in said
    events = office.json("history", ref)["events"]
    [closed] = [one for one in events if one["type"] == "task closed"]
    assert closed["happened"] == ago(1)
    shown = " ".join(office.ok("history", ref).split())
    when = f"{day(ago(1))}, recorded {day(ago(0))}"
    what = f"{task['what'][:1].upper()}{task['what'][1:]}"
    assert f"{when}: task done: {what} ({task['task']})" in shown


def test_a_task_that_the_record_ends_is_done_when_it_is_recorded(office: Office) -> None:
    ref = office.at("deciding")
    office.ok("take", ref, "decide_to_notify", "--already-done", "--as", "lee")
    left = {one["task"] for one in office.show(ref)["tasks"]}
    office.ok("record", ref, "rationale=-", "--on", ago(1), "--reason", "found", typed="It fits.")
    [gone] = left - {one["task"] for one in office.show(ref)["tasks"]}
    said = " ".join(office.ok("history", ref).split())
    [entry] = [one for one in said.split(" @") if f"({gone})" in one and "task done" in one]
    assert re.match(rf"\d+ {day(ago(0))}: task done: ", entry), entry
