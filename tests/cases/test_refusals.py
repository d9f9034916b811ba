"""What an answer or a step is refused with: everything that stands in the way, who can supply it,
how.
"""

from __future__ import annotations

import pytest

from engine.case import Given
from engine.decide.steps.taking import Step
from engine.errors import UsageError
from engine.service import cases
from engine.service.workplace import By
from tests.refusing import AWARE, EVIDENCE, ON_SQLITE, Act, deciding, said
from tests.worlds import BESS, EVE, LEE, World, given

pytestmark = ON_SQLITE
OPINION = "Does your agency think it should be notified?"
NOT_RECORDED = "These answers cannot be recorded."


def recorded(*answers: Given, by: By = BESS) -> Act:
    return lambda world: cases.record(world.place, by, world.open(), answers)


def after_one_child(world: World) -> None:
    ref = world.open()
    cases.add_person(world.place, BESS, ref, "child", [])
    cases.record(world.place, BESS, ref, [Given("name", "Robin Sample", "p2")])


def after_two_letters(world: World) -> None:
    ref = world.open()
    for _ in range(2):
        world.take(ref, "record_letter", letter_says="agrees")
    cases.record(world.place, BESS, ref, [Given("letter_says", "agrees", no=3)])


def a_second_report(world: World) -> None:
    ref = world.open()
    world.record(ref, report="One.")
    world.record(ref, report="Two.")


def asked_after_it_answered(world: World) -> None:
    ref = world.open()
    cases.record(world.place, BESS, ref, [Given("opinion", "notify", "police")])
    cases.record(world.place, BESS, ref, [Given("opinion", None, "police", status="asked")])


def no_reply(asked_on: str = "") -> Act:
    silence = Given("opinion", None, "police", status="no reply", asked_on=asked_on)
    return recorded(silence)


@pytest.mark.parametrize(
    ("act", "need"),
    [
        (
            recorded(Given("aware_no", "2025-12-12")),
            "this process has no question aware_no [] did you mean aware_on?",
        ),
        (
            recorded(Given("zzz", "x")),
            "this process has no question zzz [] `next` lists the questions that are open",
        ),
        (
            recorded(Given("report", "One."), Given("report", "Two.")),
            '"The report" is answered twice in one command [] give one answer',
        ),
        (
            a_second_report,
            '"The report" is already answered [] use `correct` with a reason',
        ),
        (
            asked_after_it_answered,
            f'"{OPINION}" is already answered [] use `correct` with a reason',
        ),
        (
            lambda world: world.record(world.publishing(), published_on="2025-12-15"),
            '"On which day was it published?" is answered by a step [] take publish --on DAY',
        ),
        (
            after_one_child,
            '"The child\'s name" is asked of each child [] write name/p1=... with the id of the '
            "child; `person REF show` lists them",
        ),
        (
            recorded(Given("opinion", "notify", "nobody")),
            f'"{OPINION}" is asked of each agency, and config.toml has no agency "nobody" [] '
            "write opinion/AGENCY=... with the id of an agency of config.toml",
        ),
        (
            recorded(Given("report", "One.", "police")),
            '"The report" is asked of the case, not of police [] ',
        ),
        (
            recorded(Given("report", "One.", no=2)),
            '"The report" has been asked once only [] leave out the number',
        ),
        (
            recorded(Given("report", "One.", no=-1)),
            '"The report" has been asked once only [] leave out the number',
        ),
        (
            after_two_letters,
            '"What does the letter say?" has been asked 2 times only [] leave out the number',
        ),
        (
            recorded(Given("report", "One.", source="nobody")),
            "the source of an answer is an agency of config.toml [] give its id",
        ),
        (
            recorded(Given("report", "  ")),
            '"The report" was given an empty answer; write something or leave it open. [] ',
        ),
        (
            recorded(Given("report", "x" * 2_000_001)),
            'The answer to "The report" is longer than 2,000,000 characters; '
            "attach it as a document. [] ",
        ),
        (
            recorded(Given("aware_on", "2025-12")),
            f'"{AWARE}" starts a clock, so it needs the day, not only 2025-12; '
            "a case entered as historic may leave it out. [] ",
        ),
        (
            recorded(Given("aware_on", "2025-12-16")),
            f'"{AWARE}" asks for a day that has come, and Tue 16 Dec 2025 has not. [] ',
        ),
        (
            recorded(Given("opinion", "perhaps", "police")),
            f'"{OPINION}" is answered with one of: notify, do not notify, undecided; '
            'not "perhaps". [] ',
        ),
        (
            recorded(Given("opinion", "p" * 41, "police")),
            f'"{OPINION}" is answered with one of: notify, do not notify, undecided; '
            f'not "{"p" * 40}...". [] ',
        ),
        (
            recorded(Given("opinion", "p" * 40, "police")),
            f'"{OPINION}" is answered with one of: notify, do not notify, undecided; '
            f'not "{"p" * 40}". [] ',
        ),
        (
            recorded(Given("agencies_asked", "police, polise")),
            'config.toml names no agency "polise". Did you mean police? [] ',
        ),
        (
            recorded(Given("agencies_asked", "zzz")),
            'config.toml names no agency "zzz". [] ',
        ),
        (
            recorded(Given("agencies_asked", " , ")),
            '"Which agencies are asked for a summary?" needs at least one agency. [] ',
        ),
        (
            recorded(Given("form", '{"document": "d"}')),
            '"The form that was sent" takes a document; put it on file with `attach`. [] ',
        ),
        (
            no_reply(),
            "opinion/police is not on record as asked, so nobody failed to reply [] "
            "say on which day it was asked: record --no-reply opinion/police=DAY",
        ),
        (
            no_reply("2025-11"),
            "opinion/police was asked on a day, not only in 2025-11 [] give the day",
        ),
        (
            no_reply("2025-12-16"),
            "opinion/police was asked on 16 December 2025, and this happened on "
            "15 December 2025 [] give the right days",
        ),
        (
            recorded(Given("happened_on", "2025-12-01"), by=EVE),
            'it is for the business unit to answer "When did it happen?" [business unit] '
            + EVIDENCE,
        ),
        (
            recorded(Given("opinion", "notify", "police"), by=By("hana")),
            f'it is for the business unit to answer "{OPINION}", or for Sample Police '
            f"[business unit, Sample Police] {EVIDENCE}",
        ),
    ],
)
def test_an_answer_that_cannot_be_recorded_is_refused_with_what_to_do(
    world: World, act: Act, need: str
) -> None:
    assert said(world, act) == [NOT_RECORDED, need]


def test_every_mistake_among_several_answers_is_named_in_the_order_they_were_given(
    world: World,
) -> None:
    several = recorded(Given("zzz", "x"), Given("report", ""), Given("agencies_asked", "zzz"))
    assert [line.split(" [")[0] for line in said(world, several)] == [
        NOT_RECORDED,
        "this process has no question zzz",
        '"The report" was given an empty answer; write something or leave it open.',
        'config.toml names no agency "zzz".',
    ]


def taken(step: str, by: By = BESS, **answers: str) -> Act:
    return lambda world: world.take(world.open(aware_on="2025-12-12"), step, by, **answers)


def on_day(day: str, step: str = "record_letter") -> Act:
    answers = given(letter_says="agrees") if step == "record_letter" else ()
    by = By("bess", on=day)
    return lambda world: cases.take_step(world.place, by, deciding(world), Step(step, answers))


def decided_with_nothing_on_record(world: World) -> None:
    ref = world.open(place="elsewhere")
    world.take(ref, "start_deciding")
    world.take(ref, "decide_to_notify", BESS)


def decided_while_one_was_asked(world: World) -> None:
    ref = deciding(world)
    asked = Given("opinion", None, "police", status="asked")
    heard = [Given("opinion", "notify", agency) for agency in ("council", "board")]
    cases.record(world.place, BESS, ref, [asked, *heard])
    world.take(ref, "decide_to_notify", LEE, rationale="The tests are met.")


def decided_without_knowing_where(world: World) -> None:
    ref = cases.open_new(world.place, BESS, "incident", (), historic=True).ref
    world.take(ref, "start_deciding")
    world.opinions(ref)
    world.take(ref, "decide_to_notify", LEE, rationale="The tests are met.")


def submitted_with_one_approval_and_two_summaries_open(world: World) -> None:
    ref = world.notified()
    world.record(ref, report="The report.")
    cases.approve(world.place, EVE, ref, "report")
    world.take(ref, "ask_for_summaries", agencies_asked="police,hospital")
    world.take(ref, "submit_review")


def test_a_step_that_the_process_does_not_have_is_wrong_use_and_those_from_here_are_named(
    world: World,
) -> None:
    with pytest.raises(UsageError) as refused:
        taken("zzz")(world)
    said = 'This process has no step "zzz"; from here: start_deciding, record_letter.'
    assert str(refused.value) == said


CANNOT_DECIDE = '"Decide to notify" cannot be done yet.'


@pytest.mark.parametrize(
    ("act", "lines"),
    [
        (
            taken("publish"),
            [
                '"Publish the report" cannot be done yet.',
                'the case is at "It has been referred", from where this step does not start [] '
                "`next` lists the steps that start from here",
                'no answer to "On which day is it planned to publish?" [business unit] '
                "record publication_planned_on=DAY",
                '"Notify the Panel" is neither met nor stopped, and no case closes before that '
                "[local authority, business unit] take record_notification_sent; with "
                "--already-done only if it has happened",
            ],
        ),
        (
            decided_with_nothing_on_record,
            [
                CANNOT_DECIDE,
                f"it is for the local authority to decide [local authority] {EVIDENCE}",
                '"Where did it happen?" must be answered with "in our area", but on record is '
                "elsewhere [business unit] correct place=ANSWER if that is wrong",
                'no answer to "Why was it decided so?" [business unit, local authority] record '
                "rationale=-",
                f'Sample Borough Council has not been asked: "{OPINION}" '
                "[Sample Borough Council, business unit] "
                "record --asked opinion/council=DAY, record opinion/council=ANSWER, or "
                "record --no-reply opinion/council=DAY",
                f'Sample Integrated Care Board has not been asked: "{OPINION}" '
                "[Sample Integrated Care Board, business unit] "
                "record --asked opinion/board=DAY, record opinion/board=ANSWER, or "
                "record --no-reply opinion/board=DAY",
                f'Sample Police has not been asked: "{OPINION}" [Sample Police, business unit] '
                "record --asked opinion/police=DAY, record opinion/police=ANSWER, or "
                "record --no-reply opinion/police=DAY",
            ],
        ),
        (
            decided_while_one_was_asked,
            [
                CANNOT_DECIDE,
                f'Sample Police was asked on 15 December 2025 and has not answered: "{OPINION}" '
                "[Sample Police, business unit] "
                "record opinion/police=ANSWER, or record --no-reply opinion/police",
            ],
        ),
        (
            decided_without_knowing_where,
            [
                CANNOT_DECIDE,
                '"Where did it happen?" must be answered with "in our area" [business unit] '
                "record place=ANSWER",
            ],
        ),
        (
            lambda world: world.take(world.notified(), "submit_review"),
            [
                '"Submit the review" cannot be done yet.',
                'no answer to "The report" [business unit] record report=-',
                '2 more approvals of "The report" [executive] approve report',
            ],
        ),
        (
            submitted_with_one_approval_and_two_summaries_open,
            [
                '"Submit the review" cannot be done yet.',
                'every linked case "Summary of an agency" must have ended [business unit] '
                "0 of 2 have ended",
                '1 more approval of "The report" [executive] approve report',
            ],
        ),
        (
            taken("start_deciding", agencies_asked="zzz"),
            [
                "The answers given with the step cannot be recorded.",
                'config.toml names no agency "zzz". [] ',
            ],
        ),
        (
            on_day("2025-12"),
            [
                "A step needs the day on which it happened, not only 2025-12; "
                "a case entered as historic may leave it out."
            ],
        ),
        (
            on_day("2025-12-12"),
            [
                "The step before it happened on 15 December 2025, and this one on "
                "12 December 2025; give --reason if that is right."
            ],
        ),
    ],
)
def test_a_step_that_cannot_be_taken_is_refused_with_everything_it_still_needs(
    world: World, act: Act, lines: list[str]
) -> None:
    assert said(world, act) == lines
