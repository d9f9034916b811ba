"""Packs at the command line: what is missing, the one file that appears, and what went."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pytest

from tests.cli.test_cli_keyboard import typing
from tests.offices import Office, ago
from tests.reviews import NAMES, SUBMISSION

REF = "2025-H04K92"
SAM = ("--as", "sam")
SURE = ("--yes-erase", REF)


def test_the_packs_of_a_case_are_listed_with_what_they_lack(unit: Office) -> None:
    said = unit.ok("pack", REF, *SAM)
    found = unit.json("pack", REF, *SAM)["packs"]

    assert "Rapid review submission [rapid_review_submission]; can be built" in said
    assert [one["pack"] for one in found] == [
        "national_form_sheet",
        "decision_record",
        "rapid_review_submission",
    ]
    assert all(one["missing"] == [] for one in found)


def test_a_pack_appears_whole_under_a_name_that_names_nobody(unit: Office) -> None:
    out = unit.folder / "out"
    said = unit.json("pack", REF, "rapid-review-submission", "--out", str(out), *SAM)
    [file] = list(out.iterdir())

    assert file.name == f"{REF}-rapid-review-submission-1.zip"
    assert str(file) == said["file"]
    assert (file.stat().st_mode & 0o777, out.stat().st_mode & 0o777) == (0o600, 0o700)
    with zipfile.ZipFile(file) as opened:
        assert json.loads(opened.read("manifest.json")) == said["manifest"]
    again = unit.json("pack", REF, SUBMISSION, "--out", str(out), *SAM)
    assert (again["fresh"], again["file"]) == (False, said["file"])
    assert "version 1: current" in unit.ok("pack", REF, *SAM)


def test_another_file_of_that_name_is_never_replaced(unit: Office) -> None:
    unit.file(f"{REF}-decision-record-1.zip", "mine")
    said = unit.refused(2, "pack", REF, "decision_record", "--out", str(unit.folder), *SAM)

    assert "is there already and is another file" in said
    assert (unit.folder / f"{REF}-decision-record-1.zip").read_text() == "mine"
    assert not [path for path in unit.folder.iterdir() if path.name.startswith(".")]


def test_a_pack_that_lacks_something_is_refused_with_all_of_it(unit: Office) -> None:
    asked = ("place_of_incident=in our area", "place_of_residence=in our area")
    words = (*asked, "referred_on=2026-01-06", *SAM)
    ref = unit.json("open", "child_safeguarding_practice_review", *words)["ref"]
    said = unit.refused(4, "pack", ref, "decision_record", "--out", str(unit.folder), *SAM)

    assert said.count("\n  - ") >= 4
    assert "take decide_to_notify" in " ".join(said.split())
    told = unit.run("pack", ref, "decision_record", "--out", str(unit.folder), "--json", *SAM)
    assert len(json.loads(told.stdout)["refused"]["unmet"]) == 5
    words = ("pack", ref, "decision_record", "--out", str(unit.folder), "--draft", *SAM)
    assert f"Still missing, 5 things in all; `record {ref} --form --all` asks" in unit.ok(*words)


def test_what_a_draft_lacks_is_said_section_by_section_with_several_children_in_one_line(
    unit: Office,
) -> None:
    ref, _ = drafted(unit)
    for _ in range(4):
        unit.ok("person", ref, "add", "child", *SAM)
    unit.ok("record", ref, "child_sex/p2=-", *SAM, typed="female")
    words = ("pack", ref, SUBMISSION, "--out", str(unit.folder), "--draft", *SAM)
    lines = unit.ok(*words).splitlines()
    said = " ".join(" ".join(lines).split())
    missing = unit.json(*words)["missing"]

    assert len(missing) == 78
    assert f"Still missing, 78 things in all; `record {ref} --form --all` asks for what is" in said
    heads = [line for line in lines if re.match(r"  [A-Z].*: [0-9]+( |$)", line)]
    assert [int(re.findall(r": ([0-9]+)", head)[0]) for head in heads] == [
        *(4, 39, 3, 6, 2, 1, 2, 1, 4, 8, 4, 4),
    ]
    assert heads[:3] == [
        "  Administration: 4",
        "  The children: 39 (from the business unit or the local authority)",
        "  The family and the household: 3",
    ]
    assert (
        '- no answer to "What is the child\'s sex?" for p1, p3 and p4 (record child_sex/CHILD=-) -'
        in said
    )
    assert '"What is the child\'s ethnicity?" for p1, p2, p3 and p4 (record' in said
    assert {"child_sex/p1", "child_sex/p3", "child_sex/p4"} <= {
        one["how"].removeprefix("record ").removesuffix("=-") for one in missing
    }


def test_what_a_draft_lacks_of_a_single_child_names_that_child(unit: Office) -> None:
    ref, _ = drafted(unit)
    words = ("pack", ref, SUBMISSION, "--out", str(unit.folder), "--draft", *SAM)
    said = " ".join(unit.ok(*words).split())
    assert said.count("no child has been added to the case") == 1
    unit.ok("person", ref, "add", "child", *SAM)
    said = " ".join(unit.ok(*words).split())

    assert 'no answer to "What is the child\'s sex?" for p1 (record child_sex/p1=-)' in said
    assert "The children: 10 (from the business unit or the local authority)" in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("decision_record",), "give --out DIR"),
        (("decision_recrod", "--out", "{out}"), "Did you mean decision_record?"),
        (("decision_record", "--out", "{out}", "--on", "2026-01-01"), "leave out --on"),
        (("decision_record", "--out", "{out}/config.toml"), "cannot be made"),
    ],
)
def test_wrong_use_gets_one_sentence(unit: Office, words: tuple[str, ...], says: str) -> None:
    given = [word.replace("{out}", str(unit.folder)) for word in words]

    assert says in unit.refused(2, "pack", REF, *given, *SAM)


def drafted(unit: Office) -> tuple[str, str]:
    """A case that lacks most of its decision record, and the draft that was built of it."""
    asked = ("place_of_incident=in our area", "place_of_residence=in our area")
    ref = unit.json(
        "open", "child_safeguarding_practice_review", *asked, "referred_on=2026-01-06", *SAM
    )["ref"]
    words = ("pack", ref, "decision_record", "--out", str(unit.folder), "--draft", *SAM)
    return ref, unit.json(*words)["file"]


def test_a_draft_does_not_stand_because_something_was_sent(unit: Office) -> None:
    ref, draft = drafted(unit)
    letter = unit.file("any.txt", "a letter")
    words = ("sent", ref, "decision_record", "--file", letter, "--to", "the Panel", *SAM)
    refused = " ".join(unit.refused(4, *words).split())
    assert (
        'Nothing of version 1 of "Record of the decision whether to notify", a draft and all that '
        "was built, is in the file that was given; give --not-as-built if it is" in refused
    )
    said = " ".join(unit.ok(*words, "--not-as-built").split())
    assert "Nothing of the generated pack is in it; it is kept as version 2." in said
    told = unit.ok("sent", ref, "decision_record", "--file", draft, "--to", "the Panel", *SAM)
    assert (
        "What went is of version 1, which is a draft and stays one; it is kept as version 3."
        in " ".join(told.split())
    )
    refused = unit.refused(4, "pack", ref, "decision_record", "--out", str(unit.folder), *SAM)

    assert refused.count("\n  - ") >= 4
    [listed] = [one for one in unit.json("pack", ref, *SAM)["packs"] if one["pack"][0] == "d"]
    assert [one["status"] for one in listed["versions"]] == ["draft", "sent", "sent"]
    history = " ".join(unit.ok("history", ref, *SAM).split())
    assert "version 2 (nothing of version 1 is in what went)" in history
    assert "version 3 (what went is of the draft, version 1)" in history
    assert unit.run("audit", "verify", *SAM).exit_code == 0


def test_a_draft_that_was_changed_by_hand_and_sent_is_compared_with_the_draft(
    unit: Office,
) -> None:
    ref, _ = drafted(unit)
    edited = unit.file("decision-record.pdf", b"%PDF-1.7 finished by hand")
    words = ("sent", ref, "decision_record", "--file", edited, "--to", "the Panel", *SAM)
    said = " ".join(unit.ok(*words).split())

    assert (
        "Beside version 1, which is a draft: decision-record.html is missing and "
        "decision-record.pdf is different; it is kept as version 2." in said
    )
    history = " ".join(unit.ok("history", ref, *SAM).split())
    assert "version 2 (what went was compared with the draft, version 1)" in history
    assert unit.run("audit", "verify", *SAM).exit_code == 0


def test_what_was_sent_of_a_pack_of_which_nothing_was_built_is_kept(unit: Office) -> None:
    letter = unit.file("any.txt", "a letter")
    words = ("sent", REF, SUBMISSION, "--file", letter, "--to", "the Panel", *SAM)
    said = " ".join(unit.ok(*words).split())

    assert (
        "Nothing that was built here by then is left to compare it with; it is kept as version 1."
        in said
    )


def test_a_pack_that_was_sent_is_handed_out_as_it_was_sent(unit: Office) -> None:
    words = ("pack", REF, SUBMISSION, "--out", str(unit.folder), *SAM)
    file = unit.json(*words)["file"]
    unit.ok("sent", REF, SUBMISSION, "--file", file, "--to", "the Panel", *SAM)
    unit.ok("pack", REF, SUBMISSION, "--out", str(unit.folder), "--draft", *SAM)

    assert 'Version 1 of "Rapid review submission" (sent) stands' in unit.ok(*words)


@pytest.mark.parametrize("on", ["2025-12-11", "2026-01-08"])
def test_a_pack_was_not_sent_before_the_case_or_the_pack_was_there(unit: Office, on: str) -> None:
    file = unit.json("pack", REF, SUBMISSION, "--out", str(unit.folder), *SAM)["file"]
    words = ("--file", file, "--to", "the Panel", "--on", on, *SAM)
    said = " ".join(unit.refused(4, "sent", REF, SUBMISSION, *words).split())

    assert "was not sent before; give --on with the day on which it was." in said


def test_what_went_before_a_version_was_built_is_no_version(unit: Office) -> None:
    unit.ok("pack", REF, SUBMISSION, "--out", str(unit.folder), *SAM)
    letter = unit.file("by hand.txt", "written by hand")
    words = ("--file", letter, "--to", "the Panel", "--on", "2026-01-08", *SAM)
    told = unit.json("sent", REF, SUBMISSION, *words)["sent"]

    assert (told["no"], told["files"]) == (2, {})
    listed = unit.json("pack", REF, *SAM)["packs"][-1]["versions"]
    assert [one["status"] for one in listed] == ["current", "sent"]
    n = unit.json("history", REF, *SAM)["events"][-1]["n"]
    other = ("correct", REF, f"@{n}", "--on", "2026-01-09", "--reason", "a slip", *SAM)
    assert "record it once more with `sent --on DAY`" in unit.refused(4, *other)
    unit.ok("record", REF, "lateness=-", *SAM, typed="It was late.")
    listed = unit.json("pack", REF, *SAM)["packs"][-1]["versions"]
    assert [one["status"] for one in listed] == ["out of date", "sent"]
    unit.ok("tick", *SAM)
    listed = unit.json("pack", REF, *SAM)["packs"][-1]["versions"]
    assert [one["status"] for one in listed] == ["out of date", "sent", "current"]


def test_an_erasure_of_somebody_much_was_written_about_says_how_much_there_is_to_look_at(
    unit: Office,
) -> None:
    unit.ok("pack", REF, SUBMISSION, "--draft", "--out", str(unit.folder), *SAM)
    unit.ok("erase", REF, "--person", "p1", "--basis", "a court's order", *SURE, *SAM)
    tasks = [one["what"] for one in unit.json("show", REF, *SAM)["tasks"]]
    [said] = [what for what in tasks if what.startswith("look through what may still name p1")]

    assert said.endswith(f"answers and documents, which `show {REF} --all` names; the linked cases")
    [listed] = [one for one in unit.json("pack", REF, *SAM)["packs"] if one["pack"] == SUBMISSION]
    assert [(one["status"], one["erased"]) for one in listed["versions"]] == [("draft", True)]
    shown = " ".join(unit.ok("pack", REF, *SAM).split())
    assert "; its file was destroyed by an erasure" in shown
    history = " ".join(unit.ok("history", REF, *SAM).split())
    assert "what was known about p1 was erased: 11 values and 1 file" in history


def test_a_copy_that_was_sent_stays_after_an_erasure_until_it_is_asked_to_go(unit: Office) -> None:
    words = ("pack", REF, "decision_record", "--out", str(unit.folder), *SAM)
    file = unit.json(*words)["file"]
    unit.ok("sent", REF, "decision_record", "--file", file, "--to", "the partners", *SAM)
    erase = ("erase", REF, "--person", "p1", "--basis", "a court's order")
    code, shown = typing(unit, *erase, *SAM, keys=f"{REF}\n")
    said = " ".join(shown.split())
    assert code == 0, said
    assert "packs that were neither signed off nor sent are built again from what is left" in said
    assert (
        "2 files of packs signed off or sent, which may name them and which --copies destroys too; "
        "packs that were written to a folder, and whatever else has left the building;" in said
    )
    refused = " ".join(unit.refused(4, *erase, *SURE, *SAM).split())
    assert (
        "What was recorded under p1 was erased from this case before, and nothing is left to "
        "destroy but packs that were signed off or sent, which --copies destroys." in refused
    )
    unit.ok(*erase, "--copies", *SURE, *SAM)
    shown = " ".join(unit.ok("pack", REF, *SAM).split())

    assert "version 1: sent" in shown
    assert "; its file was destroyed by an erasure" in shown
    assert "Consistent" in unit.ok("audit", "verify", *SAM)


def test_a_pack_that_may_name_the_erased_says_so_when_it_is_built(unit: Office) -> None:
    unit.ok("pack", REF, SUBMISSION, "--out", str(unit.folder), *SAM)
    unit.ok("erase", REF, "--person", "p1", "--basis", "a court's order", *SURE, *SAM)
    assert "built again" not in unit.ok("tick", *SAM)
    words = ("pack", REF, "decision_record", "--out", str(unit.folder), *SAM)
    said = " ".join(unit.ok(*words).split())

    assert (
        "p1 was erased, and what may still name them has not been looked through, so this pack may "
        f"name them; `erase {REF} --person p1` once more destroys it." in said
    )
    [task] = [one for one in unit.json("show", REF, *SAM)["tasks"] if "p1" in one["what"]]
    assert "(packs are built again by themselves when this is done)" in task["what"]
    unit.ok("done", REF, task["task"], "--reason", "looked through", *SAM)
    assert "1 pack built again" in unit.ok("tick", *SAM)


def test_what_went_is_compared_and_kept(unit: Office) -> None:
    file = unit.json("pack", REF, SUBMISSION, "--out", str(unit.folder), *SAM)["file"]
    said = unit.ok("sent", REF, SUBMISSION, "--file", file, "--to", "Robin Recipient", *SAM)
    assert "What went is version 1, as it was built." in said
    with zipfile.ZipFile(file) as opened:
        printed = opened.read("rapid-review-submission.pdf")
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as target:
        target.writestr("rapid-review-submission.pdf", printed + b"%")
        target.writestr("Letter to Robin.txt", "a letter")
    other = unit.file("Ngozi.zip", sink.getvalue())
    receipt, day = unit.file("receipt.txt", "received"), ago(0)
    words = ("--to", "Robin Recipient", "--receipt", receipt, "--on", day, *SAM)
    told = unit.json("sent", REF, SUBMISSION, "--file", other, *words)

    assert told["sent"] == {
        "no": 1,
        "files": {
            "rapid-review-submission.html": "missing",
            "rapid-review-submission.pdf": "different",
        },
        "added": 1,
    }
    history = unit.ok("history", REF, *SAM)
    assert "Robin" not in said + json.dumps(told) + history
    assert not any(name in history for name in NAMES)
    assert "Robin Recipient" in unit.ok("history", REF, "--personal", "--why", "a check", *SAM)


def test_what_has_nothing_of_the_pack_in_it_is_said_so_and_kept_apart(unit: Office) -> None:
    unit.ok("pack", REF, SUBMISSION, "--out", str(unit.folder), *SAM)
    letter = unit.file("letter.pdf", b"%PDF-1.7 something else")
    words = ("sent", REF, SUBMISSION, "--file", letter, "--to", "the Panel", *SAM)
    refused = " ".join(unit.refused(4, *words).split())
    assert 'Nothing of version 1 of "Rapid review submission", as it was built, is in' in refused
    assert "give --not-as-built if it is what was sent all the same." in refused
    said = " ".join(unit.ok(*words, "--not-as-built").split())

    assert "Nothing of the generated pack is in it; it is kept as version 2." in said
    listed = unit.json("pack", REF, *SAM)["packs"][-1]["versions"]
    assert [one["status"] for one in listed] == ["current", "sent"]
    history = " ".join(unit.ok("history", REF, *SAM).split())
    assert "version 2 (nothing of version 1 is in what went)" in history


def test_a_file_that_is_not_there_gets_one_sentence(unit: Office) -> None:
    words = ("sent", REF, SUBMISSION, "--file", "Ngozi.zip", "--to", "the Panel", *SAM)

    assert "Ngozi" not in unit.refused(2, *words)


def test_a_tick_builds_what_is_out_of_date(unit: Office) -> None:
    unit.ok("pack", REF, SUBMISSION, "--out", str(unit.folder), *SAM)
    unit.ok("record", REF, "lateness=-", *SAM, typed="It was late.")
    said = unit.ok("tick", *SAM)

    assert "1 pack built again" in said
    assert "version 2: current" in unit.ok("pack", REF, *SAM)
    assert "Consistent" in unit.ok("audit", "verify", *SAM)
