"""What a pack says of a record: each statement with its events, and what is withheld by name."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from engine.case import Given
from engine.cli import saying
from engine.names import NamesPeriod
from engine.packs import sheet
from engine.packs.building import SECOND_FORM, document
from engine.packs.files import PackFile
from engine.packs.record import Record
from engine.packs.tree import Document, Heading, Note, Paragraph, Signatures, Statement, Table
from engine.packs.wording import AT_SIGN_OFF
from engine.service import cases
from engine.service.looking import reading
from engine.service.packs import gathering
from engine.service.packs.gathering import Plan
from tests.reviews import CHILDREN, NAMES, RECORD, REVIEW, SAM, SHEET, SUBMISSION, Review

WITHHELD = "Withheld from this pack: it is shown only to the "


def planned(review: Review, pack: str) -> Plan:
    return gathering.gather(review.place, None, review.ref, pack)


def recorded(review: Review, pack: str = SUBMISSION) -> Record:
    plan = planned(review, pack)
    with review.place.database.read() as tx:
        values = gathering.opened(review.place, tx, plan)
    return gathering.record(review.place, plan, values, plan.as_at)


def built(review: Review, pack: str = SUBMISSION) -> Document:
    return document(recorded(review, pack))


def stated(made: Document, label: str) -> Statement:
    [found] = [b for b in made.blocks if isinstance(b, Statement) and b.label == label]
    return found


def table(made: Document, caption: str) -> Table:
    [found] = [b for b in made.blocks if isinstance(b, Table) and b.caption.startswith(caption)]
    return found


def text(made: Document) -> str:
    return "\n".join(str(block) for block in made.blocks)


def test_every_answer_is_printed_with_the_event_that_it_rests_on(review: Review) -> None:
    record = recorded(review)
    made, case = document(record), record.own.case
    statements = [block for block in made.blocks if isinstance(block, Statement)]
    for section in record.file.sections:
        for name in section.answers if not section.each else ():
            row = case.answer(name)
            [found] = [one for one in statements if one.label == section.headings[name]]
            assert found.rests_on == ((f"{review.ref} @{row['n']}",) if row else ()), name
            assert bool(found.value) is (row is not None or found.value == AT_SIGN_OFF), name


def test_what_was_said_is_printed_as_it_was_said(review: Review) -> None:
    made = built(review)

    assert (
        stated(made, "Facts, as far as readily established").value == REVIEW["rapid_review_facts"]
    )
    assert stated(made, "When the notification was sent").value == "16 December 2025"
    assert stated(made, "(b) Recurrent themes").value == "Yes"
    assert stated(made, "If late, by how much and why").value == ""


def test_a_day_known_only_in_part_is_printed_so_far_as_it_is_known(review: Review) -> None:
    review.clock.go_to("2026-01-08")
    cases.correct(
        review.place,
        replace(SAM, reason="not certain"),
        review.ref,
        [Given("incident_on", "2025-12")],
    )

    assert stated(built(review), "Date").value == "December 2025"


def test_each_child_has_its_own_heading_and_answers(review: Review) -> None:
    made = built(review)
    headings = [block.text for block in made.blocks if isinstance(block, Heading)]
    called = [b.value for b in made.blocks if isinstance(b, Statement) and b.label == "Ethnicity"]

    assert [text for text in headings if text.startswith("Child ")] == ["Child 1", "Child 2"]
    assert called == [str(child["child_ethnicity"]) for child in CHILDREN]


def test_a_dissent_stands_beside_its_answer_and_silence_beside_the_days(review: Review) -> None:
    rows = {row[0]: row[1:] for row in table(built(review, RECORD), "Each agency").rows}

    assert rows["Sample Constabulary"] == (
        "Asked on 12 December 2025; replied on 15 December 2025.",
        "Do not notify",
        "An accident until shown otherwise; the investigation should come first.",
        "The test is suspicion, not proof. The notification harms no inquiry.",
    )
    assert rows["NHS Sample Integrated Care Board"] == (
        "Asked on 12 December 2025; no reply, as recorded on 15 December 2025.",
        *["Not recorded"] * 3,
    )
    assert rows["Sample Borough Council"][0] == "Replied on 15 December 2025."


def test_an_agency_that_has_not_replied_yet_was_asked_and_the_day_is_named(review: Review) -> None:
    review.clock.go_to("2026-01-08")
    asked = Given("partner_information", None, "icb", status="asked")
    cases.record(review.place, SAM, review.ref, [asked])
    record = recorded(review, RECORD)
    [section] = [one for one in record.file.sections if one.by_agency]
    changed = replace(section, by_agency=("partner_information",), headings={})
    made = document(replace(record, file=replace(record.file, sections=(changed,))))
    rows = {row[0]: row[1] for row in table(made, "Each agency").rows}

    said = "Asked on 8 January 2026; no reply recorded on 8 January 2026."
    assert rows["NHS Sample Integrated Care Board"] == said
    assert rows["Sample Constabulary"] == "Not asked."


def test_legal_advice_is_withheld_and_the_pack_says_from_whom(review: Review) -> None:
    record = recorded(review, RECORD)
    made = document(record)

    advice = stated(made, "Legal advice on the decision")
    assert advice.value == f"{WITHHELD}local authority and the legal adviser."
    assert advice.rests_on
    assert "PRIVILEGED" not in text(made)
    assert "legal_advice" not in {where.path.split("/")[0] for where in record.values.asked}


def test_legal_advice_is_printed_for_those_who_may_see_it(review: Review) -> None:
    plan = planned(review, RECORD)
    plan = replace(plan, pack=plan.pack._replace(to="legal_adviser"))
    values = gathering.Values()
    gathering.planned(review.place, plan, values, draft=False)
    plan = replace(plan, asked=values.asked)
    with review.place.database.read() as tx:
        opened = gathering.opened(review.place, tx, plan)
    made = document(gathering.record(review.place, plan, opened, plan.as_at))

    assert stated(made, "Legal advice on the decision").value.startswith("PRIVILEGED")


def test_a_summary_is_withheld_until_the_agency_has_given_it_in_full_or_in_part(
    review: Review,
) -> None:
    summaries = [
        block.value
        for block in built(review).blocks
        if isinstance(block, Statement) and block.label == "Summary of involvement"
    ]

    assert summaries == [
        "Two attendances in 2025, both for Child A's hearing. Seen with the mother.",
        "Attendance fell.",
        "Withheld from this pack: it is shown only to the agency that gave it until "
        '"The agency has given its summary in full", "The agency has given a part" or '
        '"The agency has given a part, and no more is expected".',
    ]
    assert "Not cleared yet" not in text(built(review))


def test_a_linked_case_says_where_it_stands_and_since_when(review: Review) -> None:
    made = built(review)
    places = [b for b in made.blocks if isinstance(b, Statement) and b.label == "Where it stands"]

    assert [one.value for one in places] == [
        "The meeting was held, and its minutes are to be drafted, since 22 December 2025",
        "The agency has given its summary in full, since 19 December 2025",
        "The agency has given a part, since 19 December 2025",
        "Asked, and not received, since 19 December 2025",
    ]
    assert all(one.rests_on[0].startswith(f"{review.ref}.") for one in places)


def test_only_the_linked_cases_that_the_pack_chooses_are_printed(review: Review) -> None:
    made = built(review, RECORD)

    assert stated(made, "Extraordinary meeting").value == (
        "No separate record of it is linked to this case."
    )
    assert f"{review.ref}.4" not in text(made)


def test_short_linked_cases_stand_side_by_side(review: Review) -> None:
    review.clock.go_to("2026-01-07")
    [meeting] = review.take("add_action").opened
    review.record(
        meeting,
        action_kind="immediate safety",
        action="Fit a lock on each window.",
        lead_agency="council",
        owner="Team manager",
        finish_by="2026-01-09",
    )
    found = table(built(review), "Immediate safety action")

    assert found.header[2:] == ("Action", "Lead", "Owner", "To be done by", "When done")
    assert found.rows[0][2:] == (
        "Fit a lock on each window.", "Sample Borough Council", "Team manager", "9 January 2026",
        "Not recorded",
    )  # fmt: skip
    assert f"{meeting} @2" in found.rests_on


def test_a_timescale_says_its_day_what_was_used_and_on_whose_word(review: Review) -> None:
    made = built(review)
    met = stated(made, "Notify the national Panel of the incident")
    running = stated(made, "Complete the rapid review and send it to the national Panel")

    assert met.value == (
        "Due on Friday 19 December 2025: within 5 working days of 12 December 2025, which is day "
        "0. Done on 16 December 2025, 2 of 5 working days used.\n\n"
        "Duty under Children Act 2004 s.16C(1), read on 22 November 2026 against Children Act 2004 "
        "s.16C(1) (consolidated text). Its time is expected (source not yet read), and set by "
        'statutory guidance ("should"): Working Together 2023, chapter 5. Unconfirmed: '
        "second-hand. It holds where the clock starts from 15 December 2023 to 18 March 2026. From "
        "15 December 2023: Working Together 2023, published (recalled)."
    )
    assert "Not done by 5 January 2026, 11 of 15 working days used." in running.value
    assert (
        "Besides weekends, Christmas Day (25 December 2025), Boxing Day (26 December 2025) and "
        "New Year's Day (1 January 2026) are not counted."
    ) in running.value
    assert running.rests_on


def test_a_timescale_that_has_not_begun_says_so(review: Review) -> None:
    record = recorded(review)
    section = replace(record.file.sections[0], deadlines=("panel_response",))
    made = document(replace(record, file=PackFile((section,))))

    label = "Expect the national Panel's letter about the rapid review"
    assert stated(made, label).value.startswith("It has not begun.")


def test_an_explained_delay_and_a_late_end_are_told(review: Review) -> None:
    review.clock.go_to("2026-01-14")
    by = replace(SAM, reason="The police's chronology came late.")
    cases.delay(review.place, by, review.ref, "rapid_review", "the national Panel")
    cases.extend(review.place, by, review.ref, "rapid_review", "2026-01-16", "the executive")
    review.take("submit_rapid_review")
    said = stated(
        built(review), "Complete the rapid review and send it to the national Panel"
    ).value

    late = "3 working days late, 18 working days used; 15 were allowed"
    assert f"Done on 14 January 2026, {late}." in said
    assert "A target was agreed beside it: 16 January 2026." in said
    assert "The delay was explained on 14 January 2026." in said


@pytest.mark.parametrize(
    ("today", "says"),
    [
        ("2026-01-09", "due Fri 9 Jan 2026, no working day left"),
        ("2026-01-11", "OVERDUE, due Fri 9 Jan 2026, no working day since"),
        ("2026-01-12", "OVERDUE, due Fri 9 Jan 2026, 1 working day ago"),
        ("2026-01-13", "OVERDUE, due Fri 9 Jan 2026, 2 working days ago"),
    ],
)
def test_a_weekend_after_the_last_day_is_no_working_day_late(
    review: Review, today: str, says: str
) -> None:
    review.clock.go_to(today)
    found = reading.show(review.place, SAM, review.ref)["deadlines"]
    [one] = [known for known in found if known["timescale"] == "rapid_review"]

    assert saying.state(one) == says


def test_what_the_sign_off_itself_will_answer_is_awaited(review: Review) -> None:
    assert stated(built(review), "When submitted").value == AT_SIGN_OFF
    review.take("submit_rapid_review")
    assert stated(built(review), "When submitted").value == "7 January 2026"


def test_an_approval_is_printed_with_its_day_and_how_it_is_known(review: Review) -> None:
    made = built(review)

    assert table(made, "Approvals of").rows[1] == (
        "Blake Example, Chief Nurse",
        "Integrated care board\nNHS Sample Integrated Care Board",
        "5 January 2026",
        "Claimed",
    )
    [signatures] = [block for block in made.blocks if isinstance(block, Signatures)]
    assert signatures.lines[2] == ("Police", "Casey Example, Assistant Chief Constable", "")


def test_an_approval_that_was_voided_is_no_longer_printed(review: Review) -> None:
    review.clock.go_to("2026-01-08")
    review.attach("rapid_review_report")

    assert stated(built(review), 'Approvals of "The rapid review report"').value == (
        "None is recorded."
    )


def test_the_fifth_child_is_for_a_second_national_form(review: Review) -> None:
    for _ in range(3):
        cases.add_person(review.place, SAM, review.ref, "child")
    blocks = built(review, SHEET).blocks
    place = blocks.index(Note(SECOND_FORM))

    assert blocks[place + 1] == Heading(2, "Child 5")


def test_a_case_without_a_child_says_so(review: Review) -> None:
    record = recorded(review, SHEET)
    sections = tuple(one for one in record.file.sections if one.each)
    record.own.case.rows.table("people").clear()
    made = document(replace(record, file=PackFile(sections)))

    assert Paragraph("No child has been added to the case.") in made.blocks


def test_the_sheet_has_a_box_for_each_question_in_the_order_of_the_form(review: Review) -> None:
    record = recorded(review, SHEET)
    lines = sheet.render(document(record)).content.decode().split("\n")
    asked = [line[2:-2] for line in lines if line.startswith("[ ")]
    questions = record.own.workflow.questions
    names = [
        name
        for s in record.file.sections
        for _ in (CHILDREN if s.each else [1])
        for name in s.answers
    ]

    assert asked[: len(names)] == [questions[name].ask for name in names]
    for name in NAMES:
        assert lines[lines.index(name) - 1] == "[ What is the child's name? ]"


def test_old_packs_keep_the_names_of_their_day(review: Review) -> None:
    record = recorded(review)
    until = NamesPeriod("2020-01-01", "2026-01-05", {"rapid review": "Swift Review"})
    around = replace(record.around, names=(until,))
    then = document(replace(record, around=around))
    later = document(replace(record, around=replace(around, as_at=date(2026, 1, 6))))

    assert (then.title, later.title) == ("Swift Review submission", "Rapid review submission")
    assert stated(then, "When the Swift Review meeting last met")


def test_the_edition_says_on_its_packs_what_has_not_been_checked(review: Review) -> None:
    for pack in (SUBMISSION, RECORD, SHEET):
        made = built(review, pack)
        assert "has not been checked" in made.caution
        assert made.classification == "Confidential"


def test_a_demonstration_says_so_on_its_packs(review: Review) -> None:
    record = recorded(review)

    assert document(record).demo is False
    assert document(replace(record, around=replace(record.around, demo=True))).demo is True


def test_without_the_values_the_same_is_said_of_commitments_alone(review: Review) -> None:
    plan = planned(review, SUBMISSION)
    closed = gathering.Values()
    said = text(gathering.planned(review.place, plan, closed, draft=False))

    assert closed.asked == recorded_asked(review)
    assert not any(name in said for name in [*NAMES, REVIEW["lived_experience"]])
    commitments = re.findall("[0-9a-f]{64}", said)
    assert len(commitments) >= len(closed.asked)


def recorded_asked(review: Review) -> dict[object, str]:
    record = recorded(review)
    document(record)
    return {**record.values.asked}
