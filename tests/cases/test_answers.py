"""What is said of an answer that cannot be read: what was expected, and nothing personal of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.case import Given
from engine.decide.entries import answers
from engine.definition import Question
from engine.errors import UsageError
from engine.loading import load
from engine.service import cases
from tests.refusing import ON_SQLITE, said
from tests.telling.test_notices import draft_of
from tests.worlds import BESS, SAMPLE, World, given

QUESTIONS = load(SAMPLE).questions
SLIP = UsageError('"Robin Sample" was given.')


def personal(kind: str, *choices: str) -> Question:
    return QUESTIONS["rationale"]._replace(answer=kind, choices=choices, personal=True)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (personal("date"), "a day, as YYYY-MM-DD"),
        (personal("number"), "a whole number that it allows"),
        (personal("choice", "known", "unknown"), "one of: known, unknown"),
        (personal("yes or no"), "one of: yes, no"),
        (personal("agencies"), "agencies of config.toml"),
    ],
)
def test_a_personal_answer_that_cannot_be_read_is_not_repeated(
    question: Question, expected: str
) -> None:
    assert answers.unreadable(question, SLIP) == (
        f'"Why was it decided so?" was given something else than {expected}.'
    )


def test_what_is_wrong_with_a_public_answer_or_a_text_is_said_as_it_was_found() -> None:
    public = personal("date")._replace(personal=False)
    assert answers.unreadable(public, SLIP) == str(SLIP)
    assert answers.unreadable(personal("text"), SLIP) == str(SLIP)


def read(world: World, question: Question, value: str) -> str | None:
    """The value as a draft reads it whose process asks that question in the place of another."""
    draft = draft_of(world, world.open())
    asked = {**draft.workflow.questions, question.id: question}
    draft.workflow = replace(draft.workflow, questions=asked)
    return answers.read(draft, Given(question.id, value))


@ON_SQLITE
def test_a_number_is_read_up_to_the_most_that_its_question_allows(world: World) -> None:
    most = personal("number")._replace(at_most=12)
    assert read(world, most, " 12 ") == "12"
    assert read(world, most, "007") == "7"
    with pytest.raises(UsageError, match=r'"Why was it decided so\?" can be 12 at most, not 13\.'):
        read(world, most, "13")
    assert read(world, personal("number"), "999999999") == "999999999"
    for wrong in ("1234567890", "-1", "1.5", "", "²"):
        with pytest.raises(UsageError, match="needs a whole number, not"):
            read(world, most, wrong)


@ON_SQLITE
def test_a_text_may_have_two_million_characters_and_no_more(world: World) -> None:
    text = personal("text")
    assert read(world, text, "a" * 2_000_000) == "a" * 2_000_000
    with pytest.raises(UsageError, match="is longer than 2,000,000 characters; attach it as a doc"):
        read(world, text, "a" * 2_000_001)


@ON_SQLITE
def test_a_choice_is_read_whatever_its_case_and_spaces(world: World) -> None:
    assert read(world, personal("yes or no"), " YES ") == "yes"
    assert read(world, personal("choice", "do not notify"), "Do  NOT notify") == "do not notify"


@ON_SQLITE
def test_agencies_are_kept_once_each_in_their_order_and_a_slip_is_told(world: World) -> None:
    agencies = personal("agencies")
    assert read(world, agencies, "police, board ,police,") == "police,board"
    with pytest.raises(UsageError, match=r'no agency "polise"\. Did you mean police\?'):
        read(world, agencies, "polise")
    with pytest.raises(UsageError, match="needs at least one agency"):
        read(world, agencies, " , ")


@ON_SQLITE
def test_of_a_question_that_the_process_has_not_the_nearest_is_named(world: World) -> None:
    ref = world.open()
    assert said(world, lambda w: w.record(ref, raport="x"))[1:] == [
        "this process has no question raport [] did you mean report?"
    ]
    assert said(world, lambda w: w.record(ref, zzzz="x"))[1:] == [
        "this process has no question zzzz [] `next` lists the questions that are open"
    ]


@pytest.mark.parametrize(
    ("name", "of", "problem"),
    [
        ("place", "p1", '"Where did it happen?" is asked of the case, not of p1 [] '),
        (
            "opinion",
            "nobody",
            '"Does your agency think it should be notified?" is asked of each agency'
            ', and config.toml has no agency "nobody" [] write '
            "opinion/AGENCY=... with the id of an agency of config.toml",
        ),
        (
            "name",
            "p7",
            '"The child\'s name" is asked of each child [] write name/p1=... with the id of the '
            "child; `person REF show` lists them",
        ),
    ],
)
@ON_SQLITE
def test_an_answer_about_somebody_of_whom_it_is_not_asked_says_of_whom_it_is(
    world: World, name: str, of: str, problem: str
) -> None:
    ref = cases.open_new(world.place, BESS, "incident", given(place="elsewhere")).ref
    value = {"place": "elsewhere", "opinion": "notify"}.get(name, "Robin Sample")
    act = [Given(name, value, of)]
    assert problem in said(world, lambda w: cases.record(w.place, BESS, ref, act))


@ON_SQLITE
def test_what_is_asked_of_each_person_is_answered_for_people_of_any_kind(world: World) -> None:
    ref = world.open()
    cases.add_person(world.place, BESS, ref, "child")
    draft = draft_of(world, ref)
    anybody = personal("text")._replace(per="person")
    asked = {**draft.workflow.questions, anybody.id: anybody}
    draft.workflow = replace(draft.workflow, questions=asked)
    assert answers.mistakes(draft, [Given(anybody.id, "Words.", "p1")]) == ()
    [wrong] = answers.mistakes(draft, [Given(anybody.id, "Words.", "p2")])
    assert wrong.what == '"Why was it decided so?" is asked of each person'


@ON_SQLITE
def test_of_an_agency_that_was_not_asked_the_question_and_the_agency_are_named(
    world: World,
) -> None:
    ref = world.open()
    silent = [Given("opinion", None, "board", status="no reply")]
    assert said(world, lambda w: cases.record(w.place, BESS, ref, silent))[1:] == [
        "opinion/board is not on record as asked, so nobody failed to reply [] "
        "say on which day it was asked: record --no-reply opinion/board=DAY"
    ]
    late = [Given("opinion", None, "board", status="asked", asked_on="2025-12-16")]
    [found] = said(world, lambda w: cases.record(w.place, BESS, ref, late))[1:]
    assert found.startswith("opinion/board was asked on ")
