"""An erasure at the command line names the packs that go with it, before and after."""

from __future__ import annotations

from engine.cli.printing import day
from tests.offices import Office, ago
from tests.reviews import SUBMISSION

REF = "2025-H04K92"
SAM = ("--as", "sam")
SURE = ("--yes-erase", REF)


def test_an_erasure_names_the_packs_that_go_with_it_before_and_after(unit: Office) -> None:
    sheet, out = "national_form_sheet", ("--out", str(unit.folder), *SAM)
    file = unit.json("pack", REF, sheet, *out)["file"]
    unit.ok("sent", REF, sheet, "--file", file, "--to", "the Panel", "--on", ago(0), *SAM)
    unit.ok("pack", REF, "decision_record", *out)
    erase = ("erase", REF, "--person", "p1", "--basis", "a court's order")
    gone = (
        '"Notification sheet in the order of the national form", version 1, sent on '
        f'{day(ago(0))}; "Record of the decision whether to notify", version 1, never signed off '
        "or sent."
    )
    refused = " ".join(unit.refused(2, *erase, *SAM, typed=REF).split())
    assert refused.index("Lost for ever:") < refused.index("Nothing was erased, for nobody")
    assert f"Packs that go with it: {gone}" in refused
    mistyped = " ".join(unit.refused(2, *erase, "--yes-erase", "2025-H04K93", *SAM).split())
    assert f"Packs that go with it: {gone}" in mistyped
    said = " ".join(unit.ok(*erase, *SURE, *SAM).split())

    assert f"Destroyed with it: {gone}" in said
    assert said.count("Destroyed with it") == 1
    shown = " ".join(unit.ok("pack", REF, *SAM).split())
    assert shown.count("; its file was destroyed by an erasure") == 2


def test_an_erasure_names_no_pack_that_stays_or_went_before(unit: Office) -> None:
    words = ("pack", REF, "decision_record", "--out", str(unit.folder), *SAM)
    file = unit.json(*words)["file"]
    to = ("--to", "the partners", "--on", ago(0))
    unit.ok("sent", REF, "decision_record", "--file", file, *to, *SAM)
    erase = ("erase", REF, "--person", "p1", "--basis", "a court's order", *SURE, *SAM)
    assert "Destroyed with it" not in unit.ok(*erase)
    again = unit.json(*erase, "--copies")["destroyed"]

    assert again == [
        {
            "ref": REF,
            "pack": "decision_record",
            "title": "Record of the decision whether to notify",
            "no": 1,
            "status": "sent",
            "sent_on": ago(0),
        }
    ]
    unit.ok("pack", REF, SUBMISSION, "--draft", "--out", str(unit.folder), *SAM)
    [once_more] = unit.json(*erase)["destroyed"]
    assert (once_more["pack"], once_more["status"]) == (SUBMISSION, "draft")


def test_the_help_of_an_erasure_says_which_packs_go_unasked_and_which_only_with_copies(
    unit: Office,
) -> None:
    said = " ".join(unit.ok("erase", "--help").split())

    assert (
        "those that print the person's own answers, also where they were signed off or sent" in said
    )
    assert "all that were never signed off or sent" in said
    assert "print none of the person's own answers stay, unless --copies is given" in said
