"""Roles that read only certain answers, or only while a case is in certain states."""

from __future__ import annotations

import pytest

from engine import rights
from engine.definition import plain, workflow_from
from engine.errors import RefusedError
from engine.service.looking import listing, private, reading
from engine.service.packs import packing
from engine.service.workplace import By
from tests.reviews import AVERY, SAM, SUBMISSION, Review
from tests.shared import loaded
from tests.stories import PROCESS

KIT, NOEL = By("kit"), By("noel")
"""The appointed reviewer, and the performance management group."""
WHY = "to look into it"


def with_the_reviewer(review: Review) -> None:
    review.take("submit_rapid_review")
    review.take("begin_practice_review")
    review.record(reviewer_name="Kit Example")
    review.attach("independence_declaration")
    review.take("appoint_reviewer", AVERY)


def refused(review: Review, by: By, ref: str = "") -> str:
    with pytest.raises(RefusedError, match="is not yours to read") as said:
        private.answers(review.place, by, ref or review.ref, WHY)
    return said.value.unmet[0].what


def read(review: Review, by: By) -> set[str]:
    found = private.answers(review.place, by, review.ref, WHY)
    return {path.split("/")[0] for path, said in found.items() if "(withheld" not in said}


def test_a_reviewer_reads_a_case_only_while_its_review_is_with_a_reviewer(review: Review) -> None:
    linked = str(reading.show(review.place, SAM, review.ref)["linked"][0]["ref"])
    assert "only while a case is in certain states" in refused(review, KIT)
    refused(review, KIT, linked)
    assert listing.find(review.place, KIT, "Ngozi") == []

    with_the_reviewer(review)
    assert "rapid_review_facts" in read(review, KIT)
    assert "legal_advice" not in read(review, KIT)
    assert [one["ref"] for one in listing.find(review.place, KIT, "Ngozi")] == [review.ref]
    assert private.answers(review.place, KIT, linked, WHY)

    review.record(reviewer_removed_reasons="An interest that nobody had declared.")
    review.take("remove_reviewer", AVERY)
    refused(review, KIT)
    refused(review, KIT, linked)


def test_a_refusal_to_a_reviewer_is_logged(review: Review) -> None:
    refused(review, KIT)
    with review.place.database.read() as tx:
        kinds = tx.rows("SELECT type FROM events WHERE stream = 'access' ORDER BY n")
    assert kinds[-1][0] == "refused"


def test_a_role_that_names_what_it_reads_reads_that_alone(review: Review) -> None:
    assert read(review, NOEL) == set()
    review.attach("action_plan")
    review.record(assurance_findings="The audit found locks on every window.")
    review.record(of="council", assurance_reply="Shared in every team.")
    review.record(of="police", assurance_reply="Shared in the briefing.")

    assert read(review, NOEL) == {"action_plan", "assurance_findings", "assurance_reply"}
    # Noel works for the council, and does not read as its lead what it has said.
    said = private.answers(review.place, NOEL, review.ref, WHY)
    assert "(withheld" in said["opinion_reasons/council/1"]
    assert listing.find(review.place, NOEL, "Ngozi") == []
    with pytest.raises(RefusedError, match="is not yours to read"):
        packing.build(review.place, NOEL, review.ref, SUBMISSION, draft=True)


def test_whoever_also_holds_a_whole_role_reads_by_that(review: Review) -> None:
    workflow = loaded(PROCESS)
    directory = review.place.directory
    day = review.place.today().isoformat()
    both = tuple(
        one if one.person != "noel" else type(one)("sam", "performance_group", "council")
        for one in directory.appointments
    )
    known = type(directory)(directory.people, directory.agencies, both)
    assert rights.reader(known, workflow, "sam", day).whole


def test_an_edition_of_before_these_keys_reads_as_it_did() -> None:
    stored = plain(loaded(PROCESS))
    now = workflow_from(stored, "now").roles
    assert now["performance_group"].reads[0] == "action_plan"
    assert "practice_review_scoping" in now["reviewer"].reads_in
    for role in stored["roles"]:
        del role["reads"], role["reads_in"]
    then = workflow_from(stored, "then").roles
    assert not any(role.reads or role.reads_in for role in then.values())
