"""Packs at work: refused with all that is missing, or built from the record, on both databases."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from engine.case import Given
from engine.decide.steps.taking import Step
from engine.errors import Need, RefusedError, UsageError
from engine.service import cases
from engine.service.looking import reading, viewing
from engine.service.packs import packing
from engine.tree import EMPTY, extend, root
from tests.packs import Page, printed
from tests.reviews import AVERY, CHILDREN, NAMES, RECORD, SAM, SHEET, SUBMISSION, Review
from tests.unpacking import logged, new_case, packs, unpacked, workflow_of


def a_value(review: Review, name: str) -> str:
    question = workflow_of(review).questions[name]
    by_kind = {"date": "2026-01-06", "number": "1", "agencies": "police", "yes or no": "yes"}
    return by_kind.get(question.answer) or (question.choices or ("Words.",))[0]


def supply(review: Review, ref: str, need: Need) -> None:
    """Do what a need says how to do, and nothing more."""
    verb, *words = need.how.split()
    if verb == "person":
        cases.add_person(review.place, SAM, ref, "child")
    elif verb == "take":
        with review.place.database.read() as tx:
            if viewing.view(review.place, tx, ref).case.taken_on(words[0]):
                return
        step = Step(words[0], already_done=True, pass_over=True)
        shown = replace(AVERY, evidence="the minutes")
        cases.take_step(review.place, shown, ref, step)
    else:
        name, _, of = words[0].strip(",").partition("=")[0].partition("/")
        with review.place.database.read() as tx:
            case = viewing.view(review.place, tx, ref).case
        whom = case.people("child")[0] if of == "CHILD" else of
        given = Given(name, a_value(review, name), whom)
        if not case.answered(name, whom):
            cases.record(review.place, SAM, ref, [given])


@pytest.mark.parametrize("pack", [SUBMISSION, RECORD, SHEET])
def test_supplying_exactly_what_a_refusal_lists_makes_the_pack_possible(
    review_on: Review, pack: str
) -> None:
    ref = new_case(review_on)
    with pytest.raises(RefusedError) as refusal:
        packing.build(review_on.place, SAM, ref, pack)

    needs = refusal.value.unmet
    assert len({need.what for need in needs}) == len(needs)
    assert all(need.how and need.who for need in needs), [n for n in needs if not n.who]
    for need in sorted(needs, key=lambda need: not need.how.startswith("person")):
        supply(review_on, ref, need)

    built = packing.build(review_on.place, SAM, ref, pack)
    assert (built.no, built.status, built.gaps) == (1, "current", ())


def test_one_thing_less_and_it_is_refused_for_that_thing_alone(review: Review) -> None:
    review.clock.go_to("2026-01-08")
    cases.add_person(review.place, SAM, review.ref, "child")
    given = [Given(name, value, "p3") for name, value in CHILDREN[0].items()]
    cases.record(review.place, SAM, review.ref, [g for g in given if g.question != "child_sex"])
    with pytest.raises(RefusedError) as refusal:
        review.build()

    assert [need.what for need in refusal.value.unmet] == [
        'no answer to "What is the child\'s sex?" for p3'
    ]
    assert [need.how for need in refusal.value.unmet] == ["record child_sex/p3=-"]


def test_a_refusal_goes_to_the_access_log_and_leaves_no_trace_on_the_case(review: Review) -> None:
    ref = new_case(review)
    before = reading.history(review.place, ref)
    with pytest.raises(RefusedError):
        packing.build(review.place, SAM, ref, RECORD)

    assert reading.history(review.place, ref) == before
    assert logged(review)[-1]["type"] == "refused"
    body = {"verb": "pack", "ref": ref, "subject": RECORD, "unmet": 5}
    assert logged(review)[-1]["body"] == body


def test_a_draft_is_built_all_the_same_and_marks_every_page(review_on: Review) -> None:
    ref = new_case(review_on)
    built = packing.build(review_on.place, SAM, ref, RECORD, draft=True)
    files = unpacked(built)

    assert (built.status, len(built.gaps)) == ("draft", 5)
    for page in printed(files["decision-record.pdf"], decoration=True):
        assert "DRAFT" in page
    said = Page(files["decision-record.html"]).said()
    for gap in built.manifest["document"]["gaps"]:
        assert gap in said
    assert built.manifest["document"]["draft"] is True


def test_a_draft_never_takes_the_place_of_the_pack(review: Review) -> None:
    review.build()
    review.build(draft=True)
    assert packs(review) == [(1, "current"), (2, "draft")]
    review.clock.go_to("2026-01-08")
    review.record(lateness="It is not.")

    assert packs(review) == [(1, "out of date"), (2, "draft")]


def test_a_pack_that_the_process_does_not_have_is_named_with_what_was_meant(review: Review) -> None:
    with pytest.raises(UsageError, match="Did you mean rapid_review_submission"):
        review.build("rapid-review-submision")
    assert review.build("rapid-review-submission").pack == SUBMISSION


def test_the_same_record_gives_the_same_bytes(review_on: Review) -> None:
    first = review_on.build()
    again = review_on.build()
    review_on.clock.go_to("2026-03-02")
    anew = review_on.build(anew=True)

    assert (first.fresh, again.fresh, anew.fresh) == (True, False, True)
    assert (first.no, again.no, anew.no) == (1, 1, 2)
    assert first.content == again.content == anew.content


def test_the_archive_holds_what_its_manifest_says_and_the_trail_what_the_manifest_is(
    review_on: Review,
) -> None:
    built = review_on.build(SHEET)
    files = unpacked(built)
    [event] = [e for e in review_on.events() if e["type"] == "pack built"]
    body = event["body"]
    assert isinstance(body, dict)

    listed = built.manifest["files"]
    name = "national-form-sheet"
    assert set(listed) == {f"{name}.html", f"{name}.pdf", f"{name}.txt"}
    for name, file in listed.items():
        assert hashlib.sha256(files[name]).hexdigest() == file["sha256"]
    assert body["manifest"] == hashlib.sha256(files["manifest.json"]).hexdigest()
    assert built.manifest["edition"] == event["edition"]
    assert len(built.manifest["salt"]) == 64


def test_the_manifest_names_the_head_it_rests_on_and_the_tree_up_to_it(review_on: Review) -> None:
    ref = new_case(review_on)
    manifest = review_on.build().manifest
    review_on.build(SHEET)
    events = {
        f"{e['stream']} @{e['n']}": e for e in reading.history(review_on.place, review_on.ref)
    }

    head = manifest["head"]
    assert events[f"{head['case']} @{head['n']}"]["hash"] == head["hash"]
    assert [one["case"] for one in head["linked"]] == [f"{review_on.ref}.{n}" for n in (1, 2, 3, 4)]
    assert ref not in str(manifest)
    with review_on.place.database.read() as tx:
        leaves = tx.rows(
            'SELECT "hash" FROM "events" WHERE "position" IS NOT NULL ORDER BY "position"'
        )
    size = manifest["log"]["size"]
    assert root(extend(EMPTY, [str(row[0]) for row in leaves[:size]])) == manifest["log"]["root"]
    assert [str(row[0]) for row in leaves[:size]].count(head["hash"]) == 1


def test_each_event_that_a_pack_names_is_in_the_trail(review: Review) -> None:
    refs = [review.ref, *(f"{review.ref}.{n}" for n in (1, 2, 3, 4))]
    known = {f"{ref} @{event['n']}" for ref in refs for event in review.events(ref)}

    for pack in (SUBMISSION, RECORD, SHEET):
        assert set(review.build(pack).manifest["events"]) <= known


def test_names_in_any_script_are_printed_as_they_are_written(review: Review) -> None:
    built = review.build(SHEET)
    files = unpacked(built)

    for name in NAMES:
        assert name in Page(files["national-form-sheet.html"]).said()
        assert name in files["national-form-sheet.txt"].decode()
    assert built.manifest["files"]["national-form-sheet.pdf"]["standards"] == ["a-3a", "ua-1"]
    assert built.remarks == ()


HOSTILE = '#read("/etc/passwd") </script><b> {{ 7*7 }} =1+1 \u202e ../../x \U00013000'


def test_hostile_text_is_shown_and_never_obeyed(review: Review) -> None:
    review.clock.go_to("2026-01-08")
    cases.correct(
        review.place, replace(SAM, reason="hostile"), review.ref, [Given("household", HOSTILE)]
    )
    built = review.build()
    page = Page(unpacked(built)["rapid-review-submission.html"])

    assert page.all("script") == page.all("b") == []
    assert HOSTILE.replace("\u202e", "[U+202E]") in page.said()
    assert "".join(built.remarks).startswith("rapid-review-submission.pdf cannot show 1 of the")
    assert set(unpacked(built)) == {*built.manifest["files"], "manifest.json"}


def test_the_decision_record_has_two_pages(review: Review) -> None:
    built = review.build(RECORD)

    assert len(printed(unpacked(built)["decision-record.pdf"])) == 2
    assert built.remarks == ()


def test_a_record_that_grows_beyond_its_pages_is_built_and_says_so(review: Review) -> None:
    review.clock.go_to("2026-01-08")
    by = replace(SAM, reason="more was known")
    long = [Given("known_at_decision", "What was known. " * 400)]
    cases.correct(review.place, by, review.ref, long)

    assert review.build(RECORD).remarks == (
        "decision-record.pdf has 3 pages; at most 2 are wanted.",
    )


def test_a_pack_is_told_as_at_the_day_of_its_latest_event(review: Review) -> None:
    review.clock.go_to("2026-02-20")

    assert review.build().manifest["document"]["prepared_on"] == "2026-01-05"
