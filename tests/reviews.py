"""A made-up rapid review under the real definition, told until its submission can be signed off."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from engine import calendars, database
from engine.case import Given
from engine.decide.steps.taking import Step
from engine.loading import sources
from engine.service import cases, editions
from engine.service.changing import Outcome
from engine.service.looking import documents, reading
from engine.service.looking.documents import File
from engine.service.packs import packing
from engine.service.packs.packing import Built
from engine.service.trail import verifying
from engine.service.workplace import By, Workplace
from tests.shared import loaded
from tests.stories import PROCESS, SETTINGS
from tests.worlds import KEYS, Clock, chance

SUBMISSION = "rapid_review_submission"
RECORD = "decision_record"
SHEET = "national_form_sheet"

BEGAN = "2025-12-12"
SAM, AVERY, FRANCES = By("sam"), By("avery"), By("frances")
STREET = "a street of shops"
CHILDREN = (
    {
        "child_name": "Ngozi Sampleọ́",
        "child_pseudonym": "Child A",
        "child_born_on": "2019-03-14",
        "child_sex": "female",
        "child_ethnicity": "Black African (Igbo)",
        "child_disability": "A hearing impairment in one ear, for which she has an aid.",
        "child_looked_after": "not looked after",
        "child_placement": "with parents",
        "child_plan": "a child in need plan",
        "child_education": "Year 2 of a primary school; attendance of 71 per cent since September.",
        "child_known_to": "School nursing, the hospital's children's ward, children's social care.",
    },
    {
        "child_name": "محمد Sample (মোহাম্মদ)",
        "child_pseudonym": "Child B",
        "child_born_on": "2024-08-02",
        "child_sex": "male",
        "child_ethnicity": "Mixed: Black African and Bangladeshi",
        "child_disability": "None known.",
        "child_looked_after": "not looked after",
        "child_placement": "with parents",
        "child_plan": "none",
        "child_education": "Not of an age for nursery.",
        "child_known_to": "Health visiting.",
    },
)
NAMES = tuple(str(one["child_name"]) for one in CHILDREN)

INCIDENT = {
    "incident_on": "2025-12-11",
    "incident_place": "The family's flat above " + STREET + ".",
    "nature_of_abuse": "Neglect is suspected: the children had been left alone for some hours.",
    "likely_cause": "A fall from an open window on the first floor. Child B was seriously hurt.",
    "suspected_person": "Nobody is suspected of pushing the child. A parent was not at home.",
    "proceedings_known": "A police investigation for neglect. No care proceedings yet.",
    "household": "Mother, her partner, Child A and Child B. A grandmother lives near by.",
    "siblings_safety": "Child A stays with the grandmother under a written agreement; looked at "
    "each week by the social worker.",
    "parents_circumstances": "The mother's mother died in July. The partner works at night. There "
    "was one call to the police about a quarrel in October.",
}
REVIEW = {
    "rapid_review_facts": "The health visitor saw Child B twice and noted the open windows on "
    "2 October. The school recorded three late collections in November.\n\n"
    "Neither knew what the other had recorded.",
    "agency_involvement": "Health visiting: universal service, two visits. School: attendance "
    "meetings. Children's social care: a child in need plan for Child A since May.",
    "key_practice_episodes": "2 October: the health visitor's home visit. The risk was seen and "
    "spoken of, and a window lock was ordered; nobody checked that it came.\n\n"
    "19 November: the school's call to social care. It was dealt with well and on the same day.",
    "lived_experience": "Child A told her teacher that she looks after her brother when it is "
    "dark. She draws him in every picture.",
    "inequalities": "The mother was offered no interpreter in Igbo. Letters were in English only.",
    "immediate_learning": "Who orders a safety item checks that it is fitted. Shared with health "
    "visiting teams on 19 December.",
    "improvements": "One shared list of what was promised to a family, seen by every agency.",
    "themes": "Young carers; recording of decisions. Good practice: the school's persistence.",
    "main_theme": "the whole picture and history",
    "criterion_a": "may",
    "criterion_a_reasons": "The checking of safety items was recommended once before.",
    "criterion_b": "yes",
    "criterion_b_reasons": "Young carers of primary age were missed in two earlier reviews.",
    "criterion_c": "yes",
    "criterion_c_reasons": "School, health visiting and social care each held a part of it.",
    "criterion_d": "no",
    "criterion_d_reasons": "The Panel has not considered the case.",
    "national_criterion_a": "no",
    "national_criterion_b": "no",
    "national_criterion_c": "may",
    "national_reasons": "Nothing that calls for a national review.",
    "recommendation": "A practice review with a narrow scope: what is promised and not checked.",
    "report_author": "Quinn Example, review coordinator, quinn@partnership.example",
    "scrutineer_comment": "I agree. The scope is the right one, and the family should be asked "
    "early.",
}
DECIDED = {
    "review_decision_rationale": "A practice review, because the same gap has been found before "
    "and the action agreed then has not closed it.",
    "review_plan": "Six months; a reviewer from outside the area; two learning events.",
    "family_plan": "The reviewer meets the mother in January, with an interpreter.",
}


@dataclass(frozen=True, slots=True)
class Review:
    """The partnership of the sample config.toml at work on one review."""

    place: Workplace
    clock: Clock

    @property
    def ref(self) -> str:
        """The case that has been told, the first of the store."""
        with self.place.database.read() as tx:
            rows = tx.rows('SELECT min("ref") FROM "cases" WHERE "opened_on" = ?', (BEGAN,))
        return str(rows[0][0])

    def take(self, step: str, by: By = SAM, ref: str = "", **answers: str) -> Outcome:
        """Take a step, with public answers of the case."""
        given = tuple(Given(name, value) for name, value in answers.items())
        return cases.take_step(self.place, by, ref or self.ref, Step(step, given))

    def record(self, ref: str = "", of: str = "", **answers: str) -> Outcome:
        """Record answers, of the case or of somebody."""
        given = [Given(name, value, of) for name, value in answers.items()]
        return cases.record(self.place, SAM, ref or self.ref, given)

    def attach(self, question: str, ref: str = "") -> None:
        """Put a document on file."""
        file = File(f"{question} of Sample.pdf", io.BytesIO(question.encode()))
        documents.attach(self.place, SAM, ref or self.ref, question, file)

    def build(self, pack: str = SUBMISSION, *, draft: bool = False, anew: bool = False) -> Built:
        """Build a pack."""
        return packing.build(self.place, SAM, self.ref, pack, draft=draft, anew=anew)

    def events(self, ref: str = "") -> list[dict[str, object]]:
        """The events of a case."""
        return reading.history(self.place, ref or self.ref)

    def verdict(self) -> verifying.Verdict:
        """What verification finds."""
        return verifying.verify(self.place)


def place_on(opened: database.Database) -> tuple[Workplace, Clock]:
    """The sample partnership at work on a store, at ten on Friday 12 December 2025."""
    clock = Clock(datetime(2025, 1, 1, tzinfo=UTC))
    clock.go_to(BEGAN)
    place = Workplace(
        log=SETTINGS.log,
        database=opened,
        keys=KEYS,
        directory=SETTINGS.directory,
        calendars={name: calendars.load(name) for name in calendars.SHIPPED},
        clock=clock,
        randomness=chance(),
        partnership=SETTINGS.partnership,
        names=SETTINGS.names,
    )
    return place, clock


@contextmanager
def review_on(url: str, day: str = "2026-01-07") -> Iterator[Review]:
    """The review on a store in which it has been told, on a later day."""
    opened = database.open(url, durable=False)
    place, clock = place_on(opened)
    # Another seed than the story's, so that no id is drawn twice.
    place.randomness = chance(2)
    place.vault.randomness = place.randomness
    clock.go_to(day)
    try:
        yield Review(place, clock)
    finally:
        opened.close()


def make_store(url: str) -> None:
    """A store in which the review has been told, on a database that is not there yet."""
    database.create(url, SETTINGS.log, durable=False)
    opened = database.open(url, durable=False)
    try:
        place, clock = place_on(opened)
        editions.activate(place, SAM, loaded(PROCESS), sources(PROCESS))
        tell(Review(place, clock))
    finally:
        opened.close()


def tell(review: Review) -> None:
    """From the referral to a submission that only has to be signed off, with Christmas inside."""
    start = {
        "place_of_incident": "in our area",
        "place_of_residence": "in our area",
        "referred_on": BEGAN,
    }
    given = [Given(name, value) for name, value in start.items()]
    cases.open_new(review.place, SAM, PROCESS.name, given)
    _decide(review)
    _review(review)
    _conclude(review)


def _decide(review: Review) -> None:
    review.record(referred_by="hospital", what_happened="A child fell from a window and was hurt.")
    review.attach("referral_form")
    review.take("report_referral", By("harper"))
    for child in CHILDREN:
        given = [Given(name, value) for name, value in child.items()]
        cases.add_person(review.place, SAM, review.ref, "child", given)
    review.take("inform_partners", SAM)
    asked = [Given("opinion", None, agency, status="asked") for agency in ("icb", "police")]
    cases.record(review.place, SAM, review.ref, asked)
    review.clock.go_to("2025-12-15")
    review.record(
        aware_on="2025-12-12",
        aware_how="The hospital's named nurse telephoned the duty social worker.",
        age_band="under 18",
        abuse_or_neglect="suspected",
        outcome="was seriously harmed",
        care_death="neither",
        children_concerned="2",
        known_at_decision="The injuries and that the children were alone. Not for how long.",
        decision_rationale="Serious harm is certain. Neglect is suspected, for young children were "
        "left alone near an open window. The police would have waited; waiting changes nothing.",
        legal_advice="PRIVILEGED: the advice of the solicitor.",
    )
    review.record(of="council", opinion="notify", opinion_reasons="All three tests are met.")
    review.record(
        of="police",
        opinion="do not notify",
        opinion_reasons="An accident until shown otherwise; the investigation should come first.",
        answer_to_dissent="The test is suspicion, not proof. The notification harms no inquiry.",
    )
    no_reply = Given("opinion", None, "icb", status="no reply")
    cases.record(review.place, SAM, review.ref, [no_reply])
    review.clock.go_to("2025-12-16")
    review.take("decide_to_notify", AVERY)
    review.record(
        notification_reference="SIN-0000-SAMPLE",
        notification_sent_by="Avery Example, 14:20",
        **INCIDENT,
    )


def _review(review: Review) -> None:
    review.take("record_notification_sent", AVERY)
    review.record(
        agencies_asked="hospital,school,police", other_areas_told="no other area is concerned"
    )
    hospital, school, police = review.take("start_rapid_review").opened
    review.clock.go_to("2025-12-19")
    review.record(
        hospital,
        summary="Two attendances in 2025, both for Child A's hearing. Seen with the mother.",
        analysis="The open questions about home were not asked. The ward's notes are now shared.",
        involved_between="From March 2025, the children's ward and audiology.",
    )
    review.take("record_full_return", By("harper"), hospital)
    review.record(school, summary="Attendance fell.", missing_part="Notes of the attendance panel.")
    review.take("record_part_return", By("jules"), school)
    review.record(police, summary="Not cleared yet: two calls to the flat.")
    review.take("record_not_received", SAM, police)
    (meeting,) = review.take("convene_rapid_review").opened
    review.record(meeting, meeting_kind="rapid review meeting", meeting_on="2025-12-22")
    review.take("call_it", SAM, meeting)
    review.clock.go_to("2025-12-22")
    review.record(
        meeting, quorate="yes", interests="None was declared.", discussion="The chronology.",
        decisions="To recommend a practice review.",
    )  # fmt: skip
    for agency in ("council", "icb", "police", "hospital", "school"):
        review.record(meeting, agency, attendance="The safeguarding lead came.")
    for agency in ("council", "icb", "police"):
        review.record(meeting, agency, view="A practice review.")
    review.take("hold_with_quorum", SAM, meeting)
    review.attach("rapid_review_minutes")
    actions = "Window locks fitted in the flat on 12 December by the landlord; checked by the "
    review.record(immediate_actions=actions + "social worker on the 13th.")
    review.take("record_rapid_review_met")


def _conclude(review: Review) -> None:
    review.attach("rapid_review_report")
    review.record(**REVIEW)
    for agency in ("council", "icb"):
        review.record(of=agency, partner_view="a practice review", partner_view_reasons="As said.")
    review.record(
        of="police",
        partner_view="no further review",
        partner_view_reasons="The learning is already clear.",
        answer_to_view="The same was said in 2023, and the action was not carried out.",
    )
    review.take("recommend", FRANCES)
    review.clock.go_to("2026-01-05")
    review.record(**DECIDED)
    review.take("decide_practice_review", AVERY)
    for person in ("avery", "blake", "casey"):
        cases.approve(review.place, By(person), review.ref, "rapid_review_report")
