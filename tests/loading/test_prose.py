from __future__ import annotations

import pytest

from engine.definition import Question
from engine.loading import find
from engine.prose import day_of, days_said, series, with_article
from tests.shared import loaded

WORKFLOW = loaded(find("child_safeguarding_practice_review"))
PROCESSES = (WORKFLOW, *WORKFLOW.children.values())


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("the agency was asked on ...", "the day on which the agency was asked"),
        ("publication is planned for ...", "the day for which publication is planned"),
        ("it was decided on ... to notify", "the day on which it was decided to notify"),
        ("the action is to be done by ...", "the day by which the action is to be done"),
        ("the day until which to wait is ...", "the day until which to wait"),
        ("", "the day given in answer to “When was it?”"),
        ("... is the day", "the day given in answer to “When was it?”"),
    ],
)
def test_a_day_is_said_by_what_its_question_says(said, expected):
    assert day_of(Question("day", "When was it?", "date", said=said)) == expected


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_every_public_date_of_the_shipped_process_can_be_said(process):
    dates = [q for q in process.questions.values() if q.answer == "date" and not q.personal]
    assert dates
    assert [q.id for q in dates if "given in answer" in day_of(q)] == []


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("local authority (its director)", "the local authority"),
        ("another local authority", "another local authority"),
        ("The police", "The police"),
    ],
)
def test_a_title_stands_in_a_sentence_with_one_article_and_without_brackets(title, expected):
    assert with_article(title) == expected


def test_a_comma_parts_several_only_where_one_of_them_has_an_and_or_an_or():
    assert series(["one", "two", "three"]) == "one, two and three"
    assert series(["one", "two or three", "four"]) == "one, two or three, and four"
    assert series(["one or two", "three"]) == "one or two and three"


def test_a_day_in_a_note_is_said_as_people_say_it_and_what_is_no_day_is_left_alone():
    assert days_said("by Avery Example on 2026-11-02") == "by Avery Example on 2 November 2026"
    assert days_said("form 2026-13-02") == "form 2026-13-02"
