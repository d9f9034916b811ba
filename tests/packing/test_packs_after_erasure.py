"""What becomes of packs when somebody is erased whom they name in the text of the case alone."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import Any

import pytest

from engine.case import Given
from engine.errors import RefusedError
from engine.service import cases
from engine.service.looking import documents
from engine.service.packs import packing
from tests.reviews import NAMES, RECORD, SAM, SHEET, SUBMISSION, Review
from tests.unpacking import packs, rebuild, send

NAME = NAMES[0]
TEXT = f"The local authority decided so because of what {NAME} had told."
CORRECTED = "The local authority decided so because of what the child had told."
ORDER = "a court's order"


def correct(review: Review, text: str) -> None:
    by = replace(SAM, reason="the text was not the one that was agreed")
    cases.correct(review.place, by, review.ref, [Given("decision_rationale", text)])


def erase(review: Review, person: str = "p1", *, copies: bool = False) -> dict[str, Any]:
    """Erase the first child of the review; yields the body of the event that says so."""
    done = documents.erase_person(review.place, SAM, review.ref, person, ORDER, copies=copies)
    [event] = [one for one in done.events if one["type"] == "erased"]
    body: dict[str, Any] = event["body"]
    return body


def naming(review: Review) -> list[str]:
    """The documents on file in which the child is named."""
    with review.place.database.read() as tx:
        rows = tx.rows('SELECT "document" FROM "documents" WHERE "erased" = 0 ORDER BY "document"')
        kept = {str(row[0]): b"".join(review.place.vault.document(tx, row[0])) for row in rows}
    return [document for document, content in kept.items() if NAME.encode() in unpacked(content)]


def unpacked(content: bytes) -> bytes:
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return b"\n".join(opened.read(name) for name in opened.namelist())


def left(review: Review) -> list[str]:
    """What the erasure left to be done."""
    return [what for _, what in tasks(review)]


def tasks(review: Review) -> list[tuple[str, str]]:
    ref = review.ref
    with review.place.database.read() as tx:
        rows = tx.rows(
            'SELECT "task", "what" FROM "tasks" WHERE "ref" = ? AND "subject" = ? ORDER BY "task"',
            (ref, "p1"),
        )
    return [(str(task), str(what)) for task, what in rows]


def look_through(review: Review) -> None:
    """End the task to look through what may still name the child."""
    begins = "look through what may still name p1"
    [task] = [task for task, what in tasks(review) if what.startswith(begins)]
    by = replace(SAM, reason="looked through")
    cases.done(review.place, by, review.ref, task)


def version(review: Review, pack: str, no: int) -> dict[str, Any]:
    [one] = [p for p in packing.listed(review.place, SAM, review.ref) if p["pack"] == pack]
    [found] = [v for v in one["versions"] if v["no"] == no]
    return dict(found)


def test_builds_that_were_never_sent_go_with_somebody_whom_only_the_text_of_the_case_names(
    review_on: Review,
) -> None:
    correct(review_on, TEXT)
    review_on.build(RECORD, draft=True)
    review_on.build(RECORD)
    correct(review_on, f"{TEXT} And more.")
    review_on.build(RECORD)
    assert len(naming(review_on)) == 3
    gone = erase(review_on)["documents"]

    assert naming(review_on) == []
    assert len(gone) == 3
    versions = [version(review_on, RECORD, no) for no in (1, 2, 3)]
    assert [(one["status"], one["erased"]) for one in versions] == [
        ("draft", True),
        ("out of date", True),
        ("out of date", True),
    ]
    assert review_on.verdict().problems == []


def test_no_pack_is_built_by_itself_until_what_may_name_the_erased_was_looked_through(
    review_on: Review,
) -> None:
    correct(review_on, TEXT)
    review_on.build(RECORD)
    erase(review_on)
    assert rebuild(review_on) == packing.Rebuilt()
    assert packs(review_on, RECORD) == [(1, "out of date")]

    correct(review_on, CORRECTED)
    look_through(review_on)
    assert rebuild(review_on) == packing.Rebuilt(packs=1)
    assert packs(review_on, RECORD) == [(1, "out of date"), (2, "current")]
    assert naming(review_on) == []
    assert version(review_on, RECORD, 2)["erased"] is False
    assert review_on.verdict().problems == []


def test_what_is_built_before_the_look_through_says_so_and_another_erasure_destroys_it(
    review_on: Review,
) -> None:
    correct(review_on, TEXT)
    erase(review_on)
    built = review_on.build(RECORD)
    [remark] = built.remarks
    assert remark.startswith("p1 was erased, and what may still name them has not been looked")
    assert review_on.build(RECORD).remarks == built.remarks
    assert len(naming(review_on)) == 1

    again = erase(review_on)
    assert (again["values"], len(again["documents"])) == ([], 1)
    assert naming(review_on) == []
    assert packs(review_on, RECORD) == [(1, "out of date")]
    refused = "p1 was erased from this case before, and nothing is left to destroy.$"
    with pytest.raises(RefusedError, match=refused):
        erase(review_on)
    correct(review_on, CORRECTED)
    look_through(review_on)
    assert review_on.build(RECORD).remarks == ()
    assert review_on.verdict().problems == []


def test_a_copy_that_was_sent_and_only_may_name_somebody_stays_and_is_named_in_a_task(
    review_on: Review,
) -> None:
    correct(review_on, TEXT)
    built = review_on.build(RECORD)
    send(review_on, built.content, pack=RECORD, receipt=b"received")
    later = review_on.build(RECORD, anew=True)
    erase(review_on)

    assert version(review_on, RECORD, built.no) == {
        "no": 1,
        "status": "sent",
        "built_on": "2026-01-07",
        "sent_on": "2026-01-07",
        "erased": False,
    }
    assert version(review_on, RECORD, later.no)["erased"] is True
    [_, copies] = left(review_on)
    assert copies == (
        "look whether what is kept of packs that were signed off or sent names p1: "
        '"Record of the decision whether to notify", version 1; where it does, tell those to whom '
        f"it was sent, and `erase {review_on.ref} --person p1 --copies` destroys it here"
    )
    assert review_on.verdict().problems == []


def test_who_keeps_the_record_destroys_the_copies_that_name_somebody_too(
    review_on: Review,
) -> None:
    correct(review_on, TEXT)
    built = review_on.build(RECORD)
    send(review_on, built.content, pack=RECORD, receipt=b"received")
    erase(review_on)
    assert len(naming(review_on)) == 2
    with pytest.raises(RefusedError, match="but packs that were signed off or sent, which --cop"):
        documents.to_erase(review_on.place, SAM, review_on.ref, "p1")
    seen = documents.to_erase(review_on.place, SAM, review_on.ref, "p1", copies=True)
    assert (seen.values, seen.packs, seen.stay) == (0, 3, 0)
    again = erase(review_on, copies=True)

    assert (again["values"], len(again["documents"])) == ([], 3)
    assert naming(review_on) == []
    assert version(review_on, RECORD, 1)["erased"] is True
    assert len(left(review_on)) == 2
    assert review_on.verdict().problems == []


def test_what_was_signed_off_stays_though_nobody_recorded_that_it_was_sent(
    review_on: Review,
) -> None:
    review_on.build(SHEET)
    review_on.build(SUBMISSION)
    review_on.take("submit_rapid_review")
    person, _ = cases.add_person(review_on.place, SAM, review_on.ref, "child")
    erase(review_on, person)

    assert version(review_on, SHEET, 1)["erased"] is True
    kept = version(review_on, SUBMISSION, 1)
    assert (kept["status"], kept["erased"]) == ("frozen", False)
    assert review_on.verdict().problems == []


def test_of_a_copy_that_printed_the_erased_those_to_whom_it_was_sent_are_told(
    review_on: Review,
) -> None:
    built = review_on.build(SHEET)
    send(review_on, built.content, pack=SHEET)
    gone = erase(review_on)["documents"]

    assert len(gone) == 2
    assert version(review_on, SHEET, 1)["erased"] is True
    assert left(review_on)[1:] == [
        'tell those to whom it was sent that p1 was erased here: "Notification sheet in the order '
        f'of the national form", version 1; `history {review_on.ref} --personal` says who they are'
    ]
    assert review_on.verdict().problems == []


@pytest.mark.parametrize(("sent", "said"), [(2, "versions 1 and 2"), (9, "9 versions")])
def test_of_many_copies_a_task_says_only_how_many_there_are(
    review: Review, sent: int, said: str
) -> None:
    for number in range(sent):
        send(review, b"written by hand %d" % number)
    gone = erase(review)["documents"]

    assert len(gone) == sent
    [_, told] = left(review)
    assert f'was erased here: "Rapid review submission", {said}; `history' in told


def test_the_versions_that_an_erasure_destroys_are_the_same_before_it_and_after(
    review_on: Review,
) -> None:
    review_on.build(SUBMISSION)
    review_on.take("submit_rapid_review")
    send(review_on, review_on.build(SHEET).content, pack=SHEET)
    review_on.build(RECORD, draft=True)
    place, ref = review_on.place, review_on.ref
    doomed = documents.to_erase(place, SAM, ref, "p1")
    gone = documents.destroyed(place, documents.erase_person(place, SAM, ref, "p1", ORDER))

    assert gone == doomed.copies
    assert {(one.title, one.no, one.status, one.sent_on) for one in gone} == {
        ("Rapid review submission", 1, "frozen", ""),
        ("Notification sheet in the order of the national form", 1, "sent", "2026-01-07"),
        ("Record of the decision whether to notify", 1, "draft", ""),
    }
