"""Packs that were sent, and what of a pack is personal, on both databases."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest

from engine.errors import CaseNotFoundError, EngineError, RefusedError, TrailError
from engine.service.looking import documents, private
from engine.service.packs import gathering, packing
from tests.reviews import (
    CHILDREN,
    DECIDED,
    INCIDENT,
    NAMES,
    RECORD,
    REVIEW,
    SAM,
    SHEET,
    SUBMISSION,
    Review,
)
from tests.unpacking import (
    SENT_TO,
    everything_sealed,
    logged,
    packs,
    rebuild,
    send,
    unpacked,
    workflow_of,
)


def test_what_went_as_it_was_built_is_on_record_as_such(review_on: Review) -> None:
    built = review_on.build()
    review_on.take("submit_rapid_review")
    posted = send(review_on, built.content, receipt=b"received at 16:02")

    assert (posted.no, posted.as_built, posted.added) == (1, True, ())
    assert packs(review_on) == [(1, "sent")]
    [found] = [
        p for p in packing.listed(review_on.place, SAM, review_on.ref) if p["pack"] == SUBMISSION
    ]
    assert found["versions"][0]["sent_on"] == "2026-01-07"
    assert review_on.verdict().problems == []


def test_a_changed_archive_says_of_each_file_how_it_differs(review_on: Review) -> None:
    files = unpacked(review_on.build())
    files["rapid-review-submission.pdf"] += b"%changed"
    files["Letter to Robin.docx"] = b"a letter"
    del files["rapid-review-submission.html"]
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as target:
        for name, content in files.items():
            target.writestr(name, content)
    posted = send(review_on, sink.getvalue())

    assert posted.files == {
        "rapid-review-submission.html": "missing",
        "rapid-review-submission.pdf": "different",
    }
    assert posted.added == ("Letter to Robin.docx",)
    assert not posted.as_built
    assert "Robin" not in everything_sealed(review_on)


def test_the_pdf_alone_under_another_name_is_known_again(review: Review) -> None:
    files = unpacked(review.build())
    posted = send(review, files["rapid-review-submission.pdf"], "Case of Ngozi.pdf")

    assert posted.files["rapid-review-submission.pdf"] == "same"
    assert posted.files["rapid-review-submission.html"] == "missing"
    assert posted.added == ()


def test_what_went_is_compared_with_the_version_that_it_was(review: Review) -> None:
    first = review.build()
    review.clock.go_to("2026-01-08")
    review.record(lateness="Not late.")
    review.build()
    posted = send(review, first.content, on="2026-01-08")

    assert (posted.no, posted.as_built) == (1, True)
    assert packs(review) == [(1, "sent"), (2, "current")]


def test_what_was_never_built_here_can_have_been_sent(review_on: Review) -> None:
    posted = send(review_on, b"written by hand", "Submission of Ngozi.docx")

    assert (posted.no, posted.files, posted.added) == (1, {}, ("Submission of Ngozi.docx",))
    assert packs(review_on) == [(1, "sent")]
    assert review_on.build().no == 2
    assert review_on.verdict().problems == []


def test_a_draft_takes_no_place_of_what_was_signed_off_and_then_erased(review_on: Review) -> None:
    before = review_on.build()
    review_on.take("submit_rapid_review")
    documents.erase_person(review_on.place, SAM, review_on.ref, "p1", "a court's order")
    draft = review_on.build(draft=True)
    posted = send(review_on, before.content)
    again = send(review_on, draft.content)

    assert (posted.no, posted.files, again.no, again.draft) == (3, {}, 4, draft.no)
    assert packs(review_on) == [(1, "frozen"), (2, "draft"), (3, "sent"), (4, "sent")]
    built = review_on.build()
    assert (built.no, built.status, built.fresh) == (5, "current", True)
    assert review_on.verdict().problems == []


def test_what_is_nothing_of_the_only_draft_is_recorded_only_if_that_is_known(
    review_on: Review,
) -> None:
    review_on.build(draft=True)
    before = review_on.events()
    with pytest.raises(RefusedError, match="a draft and all that was built, is in the file"):
        send(review_on, b"a letter", "Letter.docx")
    assert (review_on.events(), packs(review_on)) == (before, [(1, "draft")])
    posted = send(review_on, b"a letter", "Letter.docx", other=True)

    assert (posted.no, posted.unlike, posted.draft) == (2, True, 0)
    assert packs(review_on) == [(1, "draft"), (2, "sent")]
    assert review_on.verdict().problems == []


def test_what_went_before_the_only_draft_was_built_is_compared_with_nothing(
    review: Review,
) -> None:
    review.clock.go_to("2026-01-08")
    review.build(draft=True)
    posted = send(review, b"a letter", "Letter.docx", on="2026-01-07")

    assert (posted.no, posted.files, posted.draft) == (2, {}, 0)


def test_the_version_that_really_went_is_kept(review: Review) -> None:
    send(review, b"written by hand", receipt=b"received")
    body = review.events()[-1]["body"]
    assert isinstance(body, dict)

    kept = [
        b"".join(private.content(review.place, SAM, body[name], "to check"))
        for name in ("file", "receipt")
    ]
    assert kept == [b"written by hand", b"received"]


def test_a_pack_that_is_still_to_be_sent_is_not_on_record_as_sent(review: Review) -> None:
    with pytest.raises(RefusedError, match="future"):
        send(review, b"x", on="2026-01-08")


@pytest.mark.parametrize("content", [b"PK\x03\x04 broken", b"PK\x05\x06" + b"\0" * 18])
def test_a_file_that_is_no_sound_archive_is_one_file(review: Review, content: bytes) -> None:
    review.build()
    posted = send(review, content, "odd.zip", other=True)

    assert set(posted.files.values()) == {"missing"}
    assert len(posted.added) <= 1


def test_a_file_with_nothing_of_the_pack_in_it_is_recorded_only_if_that_is_known(
    review_on: Review,
) -> None:
    review_on.build()
    before = review_on.events()
    with pytest.raises(RefusedError) as refused:
        send(review_on, b"a letter", "Letter.docx")
    assert str(refused.value) == (
        'Nothing of version 1 of "Rapid review submission", as it was built, is in the file that '
        "was given; give --not-as-built if it is what was sent all the same."
    )
    assert (review_on.events(), packs(review_on)) == (before, [(1, "current")])
    posted = send(review_on, b"a letter", "Letter.docx", other=True)

    assert (posted.no, posted.unlike, posted.as_built) == (2, True, False)
    assert (set(posted.files.values()), posted.added) == ({"missing"}, ("Letter.docx",))
    assert packs(review_on) == [(1, "current"), (2, "sent")]
    body = review_on.events()[-1]["body"]
    assert isinstance(body, dict)
    assert body["causes"] == ["nothing of version 1 is in what went"]
    assert review_on.verdict().problems == []
    later = send(review_on, review_on.build().content)
    assert (later.no, later.as_built) == (1, True)


@pytest.mark.parametrize(
    ("name", "content", "known"),
    [
        ("rapid-review-submission.pdf", b"%PDF-1.7 printed and signed", True),
        ("rapid-review-submission.html", b"<p>changed by hand</p>", True),
        ("rapid-review-submission.pdf", b"only called a PDF", False),
        ("rapid-review-submission.html", b"only called a page", False),
        ("signed.pdf", b"%PDF-1.7 printed and signed", False),
    ],
)
def test_a_changed_file_is_of_the_pack_by_its_name_if_it_is_of_that_kind(
    review: Review, name: str, content: bytes, known: bool
) -> None:
    review.build()
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as target:
        target.writestr(f"folder/{name}", content)
    for given, called in ((content, name), (sink.getvalue(), "sent.zip")):
        if known:
            posted = send(review, given, called)
            assert (posted.no, posted.files[name], posted.added) == (1, "different", ())
        else:
            with pytest.raises(RefusedError, match="Nothing of version 1"):
                send(review, given, called)
            posted = send(review, given, called, other=True)
            assert (posted.unlike, posted.added) == (True, (name,))


def test_what_went_that_is_nothing_of_the_latest_version_may_be_of_an_earlier_one(
    review: Review,
) -> None:
    first = review.build()
    review.clock.go_to("2026-01-08")
    review.record(lateness="Not late.")
    review.build()
    files = unpacked(first)
    posted = send(review, files["rapid-review-submission.html"], "page.html", on="2026-01-08")

    assert (posted.no, posted.unlike) == (1, False)


def test_an_empty_file_is_not_what_was_sent(review: Review) -> None:
    review.build()
    with pytest.raises(RefusedError, match="The file is empty"):
        send(review, b"")


def test_no_personal_value_is_in_any_event_message_or_task(review_on: Review) -> None:
    for pack in (SUBMISSION, RECORD, SHEET):
        review_on.build(pack)
    review_on.record(lateness="A secret of lateness.")
    rebuild(review_on)
    built = review_on.build(draft=True)
    send(review_on, built.content, "Case of Ngozi.zip", receipt=b"received by Robin")
    review_on.take("submit_rapid_review")

    sealed = everything_sealed(review_on)
    personal = [*NAMES, *INCIDENT.values(), *REVIEW.values(), *DECIDED.values(), SENT_TO]
    personal += [v for child in CHILDREN for v in child.values()]
    personal += ["A secret of lateness.", "Ngozi", "Robin", "PRIVILEGED"]
    questions = workflow_of(review_on).questions
    words = {word for q in questions.values() for word in (*q.choices, "2025-12-11")}
    assert [value for value in personal if value not in words and value in sealed] == []


def test_a_pack_is_logged_as_an_export_before_a_value_is_read(review_on: Review) -> None:
    plan = gathering.gather(review_on.place, SAM, review_on.ref, SUBMISSION)
    by = replace(SAM, reason="to be looked at by the executive")
    packing.build(review_on.place, by, review_on.ref, SUBMISSION)
    entry = logged(review_on)[-1]

    assert entry["type"] == "exported"
    assert entry["body"] == {
        "ref": review_on.ref,
        "pack": SUBMISSION,
        "draft": 0,
        "answers": len(plan.asked),
    }
    assert next(iter(entry["sealed"])).startswith("why/")  # type: ignore[call-overload]
    assert "executive" not in str(entry)
    packing.build(review_on.place, SAM, review_on.ref, SUBMISSION)
    assert [one["type"] for one in logged(review_on)][-2:] == ["exported", "exported"]


def test_where_the_export_cannot_be_logged_nothing_is_read(review: Review) -> None:
    review.build(RECORD)
    with review.place.database.write() as tx:
        tx.run('DROP TABLE "streams"')
    with pytest.raises(EngineError):
        review.build()

    assert packs(review) == []


def test_an_erased_person_is_printed_as_erased_and_the_packs_that_held_them_are_gone(
    review_on: Review,
) -> None:
    before = review_on.build()
    sheet = review_on.build(SHEET)
    record = review_on.build(RECORD)
    send(review_on, before.content)
    review_on.clock.go_to("2026-01-08")
    documents.erase_person(review_on.place, SAM, review_on.ref, "p1", "a court's order")

    archive = next(e for e in review_on.events() if e["type"] == "pack built")["body"]["archive"]  # type: ignore[index]
    with pytest.raises(CaseNotFoundError, match="erased"), review_on.place.database.read() as tx:
        list(review_on.place.vault.document(tx, archive["document"]))
    assert review_on.build(RECORD).no == record.no + 1
    again = review_on.build(SHEET)
    said = unpacked(again)["national-form-sheet.txt"].decode()
    assert again.no == sheet.no + 1
    assert NAMES[0] not in said
    assert NAMES[1] in said
    assert said.count("(erased)") == len(CHILDREN[0]) - 1
    assert review_on.verdict().problems == []


def test_verification_notices_an_altered_archive(review: Review) -> None:
    review.build()
    with review.place.database.write() as tx:
        row = tx.row('SELECT "document", "sealed" FROM "chunks" ORDER BY "document" LIMIT 1')
        assert row is not None
        altered = bytes([row[1][0] ^ 1]) + bytes(row[1][1:])
        tx.run(
            'UPDATE "chunks" SET "sealed" = ? WHERE "document" = ? AND "no" = 0', (altered, row[0])
        )

    assert any("does not open whole" in one for one in review.verdict().problems)


def test_an_edition_whose_pack_was_altered_in_the_store_prints_nothing(review: Review) -> None:
    said, other = "The criteria are taken into account", "Never mind about these criteria"
    with review.place.database.write() as tx:
        for row in tx.rows("SELECT name FROM sqlite_schema WHERE type = 'trigger'"):
            tx.run(f'DROP TRIGGER "{row[0]}"')
        tx.run('UPDATE "edition_texts" SET "sources" = replace("sources", ?, ?)', (said, other))
    with pytest.raises(TrailError, match="not the one that was activated"):
        review.build()
