"""A role that acts and reads only where its own agency is concerned."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pytest

from engine.case import Given
from engine.decide.steps.taking import Step
from engine.definition import plain, workflow_from
from engine.directory import Appointment, Person
from engine.errors import RefusedError
from engine.service import cases
from engine.service.looking import ahead, documents, listing, private, reading
from engine.service.packs import packing
from engine.service.packs.posting import Sending
from engine.service.workplace import By, File
from tests.reviews import AVERY, FRANCES, RECORD, SAM, SUBMISSION, Review
from tests.shared import loaded
from tests.stories import PROCESS

HARPER, JULES, DEVON = By("harper"), By("jules"), By("devon")
NIA, GUS, MO = By("nia"), By("gus"), By("mo")
"""Of the police; of the care board, about which there is no linked case; and of no role at all."""
WHY = "to prepare the agency's return"
RELEASED = [Given("summary", "Two calls to the flat, in May and October.")]


def with_more_people(review: Review) -> Review:
    known = review.place.directory
    named = (Person(name, f"{name.capitalize()} Example") for name in ("nia", "gus", "mo"))
    leads = (Appointment("nia", "agency_lead", "police"), Appointment("gus", "agency_lead", "icb"))
    review.place.directory = replace(
        known,
        people={**known.people, **{person.id: person for person in named}},
        appointments=(*known.appointments, *leads),
    )
    return review


def linked(review: Review, about: str) -> str:
    shown = reading.show(review.place, SAM, review.ref)["linked"]
    [ref] = [one["ref"] for one in shown if one["about"] == about]
    return str(ref)


def attached(review: Review, ref: str, by: By) -> object:
    file = File("summary.pdf", io.BytesIO(b"The summary of the constabulary."))
    return documents.attach(review.place, by, ref, "documents", file)


DEEDS: dict[str, Callable[[Review, str, By], object]] = {
    "record": lambda review, ref, by: cases.record(
        review.place, by, ref, [Given("own_action", "A patrol looked in.")]
    ),
    "attach": attached,
    "take": lambda review, ref, by: cases.take_step(
        review.place, by, ref, Step("record_declined", (Given("declined_reasons", "No."),))
    ),
    "correct": lambda review, ref, by: cases.correct(
        review.place, replace(by, reason="a slip"), ref, RELEASED
    ),
    "read": lambda review, ref, by: private.answers(review.place, by, ref, WHY),
    "read the history": lambda review, ref, by: private.entries(review.place, by, ref, WHY),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_in_a_linked_case_about_an_agency_only_its_own_lead_acts_and_reads(
    review: Review, deed: str
) -> None:
    police = linked(review, "police")
    if deed == "take":
        # From where the constabulary has not given anything, nobody can decline any more.
        review.take("record_part_return", DEVON, police, missing_part="The body-worn video.")
    before = len(review.events(police))
    for by in (JULES, HARPER, replace(JULES, decided_by="devon", evidence="minutes-1")):
        with pytest.raises(RefusedError):
            DEEDS[deed](review, police, by)
    assert len(review.events(police)) == before
    DEEDS[deed](review, police, DEVON)


def test_a_step_is_not_offered_to_the_lead_of_another_agency(review: Review) -> None:
    police = linked(review, "police")

    def said(by: By) -> str:
        steps = ahead.next_steps(review.place, by, police)["steps"]
        [one] = [s for s in steps if s["transition"] == "record_part_return"]
        return " ".join(need["what"] for need in one["unmet"])

    whose = "safeguarding lead of an agency, Sample Constabulary, or the business unit to decide"
    assert whose in said(JULES)
    assert "to decide" not in said(DEVON)


def test_of_a_case_that_is_not_about_an_agency_a_lead_reads_what_its_steps_need(
    review: Review,
) -> None:
    with_more_people(review)
    whole = private.answers(review.place, SAM, review.ref, WHY)
    mine = private.answers(review.place, NIA, review.ref, WHY)
    assert mine.keys() == whole.keys()
    read = {path.split("/")[0] for path, said in mine.items() if "(withheld" not in said}
    assert read == {
        "referral_form", "what_happened", "opinion_reasons", "partner_view_reasons",
        "answer_to_dissent", "answer_to_view",
    }  # fmt: skip
    of = {path.split("/")[1] for path, said in mine.items() if "(withheld" not in said}
    assert of == {"", "police"}
    assert "PRIVILEGED" not in " ".join(mine.values())


def test_a_lead_reads_no_reasons_in_the_history_and_finds_no_child(review: Review) -> None:
    with_more_people(review)
    cases.correct(
        review.place,
        replace(SAM, reason="The window was on the second floor."),
        review.ref,
        [Given("what_happened", "A child fell from a window on the second floor.")],
    )
    told = private.entries(review.place, NIA, review.ref, WHY)
    assert [said for (_, path), said in told.items() if path.startswith("reason/")] == [
        "(withheld: of what is personal on this case your role reads only a part)"
    ]
    assert listing.find(review.place, NIA, "Ngozi") == []
    assert [found["ref"] for found in listing.find(review.place, NIA, "second floor")] == [
        review.ref
    ]


def test_a_lead_reads_nothing_of_a_case_that_does_not_concern_their_agency(
    review: Review,
) -> None:
    with_more_people(review)
    with pytest.raises(RefusedError, match="not yours to read"):
        private.answers(review.place, GUS, review.ref, WHY)
    assert listing.find(review.place, GUS, "window") == []
    review.record(more_agencies="icb")
    asked = cases.take_step(
        review.place, replace(SAM, reason="It was forgotten."), review.ref,
        Step("ask_more_agencies"),
    )  # fmt: skip
    assert asked.opened
    assert private.answers(review.place, GUS, review.ref, WHY)
    cases.undo(review.place, replace(SAM, reason="It was asked by mistake."), review.ref)
    with pytest.raises(RefusedError, match="not yours to read"):
        private.answers(review.place, GUS, review.ref, WHY)


def test_a_lead_reads_of_the_case_that_somebody_of_their_agency_opened(review: Review) -> None:
    with_more_people(review)
    start = {"place_of_incident": "in our area", "place_of_residence": "in our area"}
    given = [Given(name, value) for name, value in start.items()]
    given.append(Given("referred_on", "2026-01-07"))
    ref = cases.open_new(review.place, GUS, "child_safeguarding_practice_review", given).ref
    cases.record(review.place, GUS, ref, [Given("what_happened", "A child was hurt.")])
    assert private.answers(review.place, GUS, ref, WHY)["what_happened//1"] == "A child was hurt."
    with pytest.raises(RefusedError, match="not yours to read"):
        private.answers(review.place, HARPER, ref, WHY)


def test_a_lead_corrects_nothing_of_a_case_that_is_not_their_agencys(review: Review) -> None:
    given = [Given("what_happened", "Nothing happened.")]
    with pytest.raises(RefusedError) as refused:
        cases.correct(review.place, replace(JULES, reason="a slip"), review.ref, given)
    assert refused.value.unmet[0].who == (
        "business unit",
        "local authority (its Director of Children's Services or a named deputy)",
    )


def test_advice_that_only_some_may_see_is_put_right_by_those_who_see_it(review: Review) -> None:
    given = [Given("legal_advice", "There is none.")]
    slip = replace(SAM, reason="a slip")
    with pytest.raises(RefusedError, match="cannot be put right") as refused:
        cases.correct(review.place, slip, review.ref, given)
    assert refused.value.unmet[0].who == (
        "local authority (its Director of Children's Services or a named deputy)",
    )
    cases.correct(
        review.place, replace(slip, decided_by="avery", evidence="letter-1"), review.ref, given
    )
    cases.correct(review.place, replace(AVERY, reason="a slip"), review.ref, given)


def test_a_pack_is_built_by_those_who_may_read_the_whole_case(review: Review) -> None:
    with_more_people(review)
    for by in (HARPER, NIA, GUS, MO):
        for draft in (True, False):
            with pytest.raises(RefusedError, match="not yours to read") as refused:
                packing.build(review.place, by, review.ref, SUBMISSION, draft=draft)
            said = refused.value.unmet[0].what
            assert ("only a part of it" in said) is (by in (HARPER, NIA)), by
    with review.place.database.read() as tx:
        logged = review.place.store.events(tx, "access")
    assert all('"verb":"pack"' in text and '"refused"' in text for text in logged[-8:])
    assert packing.build(review.place, FRANCES, review.ref, RECORD).content


def test_that_a_pack_was_sent_is_recorded_by_those_who_keep_the_record(review: Review) -> None:
    with_more_people(review)
    content = review.build().content
    for by in (FRANCES, NIA, MO):
        sending = Sending(File("pack.zip", io.BytesIO(content)), "the Panel")
        with pytest.raises(RefusedError):
            packing.sent(review.place, by, review.ref, SUBMISSION, sending)
    sending = Sending(File("pack.zip", io.BytesIO(content)), "the Panel")
    assert packing.sent(review.place, SAM, review.ref, SUBMISSION, sending).as_built


def test_whoever_has_no_role_records_nothing_whoever_decided(review: Review) -> None:
    with_more_people(review)
    shown = By("mo", decided_by="sam", evidence="minutes-1", reason="it was so")
    with pytest.raises(RefusedError, match="recorded by those who keep the record"):
        documents.erase_person(review.place, shown, review.ref, "p1", "a court's order")
    with pytest.raises(RefusedError, match="needs a role of the process themselves") as refused:
        documents.erase_person(review.place, By("mo"), review.ref, "p1", "a court's order")
    assert refused.value.unmet[0].what == "Mo Example holds none today that counts in this case"


def test_whose_role_has_ended_records_no_step_of_the_days_when_they_held_it(
    review: Review,
) -> None:
    with_more_people(review)
    known = review.place.directory
    ended = Appointment("mo", "business_unit", "", "2024-01-01", "2025-12-31")
    review.place.directory = replace(known, appointments=(*known.appointments, ended))
    police = linked(review, "police")
    step = Step("record_part_return", (Given("missing_part", "The video."),))
    then = replace(MO, on="2025-12-22")
    with pytest.raises(RefusedError, match="needs a role of the process themselves"):
        cases.take_step(review.place, then, police, step)
    decided = replace(SAM, on="2025-12-22", decided_by="mo", evidence="minutes-1")
    cases.take_step(review.place, decided, police, step)


def test_a_stored_edition_that_says_nothing_of_it_binds_no_role_to_an_agency() -> None:
    stored = plain(loaded(PROCESS))
    assert workflow_from(stored, "now").roles["agency_lead"].own_agency
    for role in stored["roles"]:
        del role["own_agency"]
    assert not any(role.own_agency for role in workflow_from(stored, "then").roles.values())
