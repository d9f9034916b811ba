"""What a pack still needs, one by one: what is missing, who can supply it, and how."""

from __future__ import annotations

from engine.case import Given
from engine.decide.entries import packs
from engine.definition import Pack
from engine.service import cases
from tests.refusing import ON_SQLITE
from tests.telling.test_notices import draft_of
from tests.worlds import BESS, World

pytestmark = ON_SQLITE
UNIT = ("business unit",)


def needs(world: World, ref: str, *requires: str) -> list[tuple[str, tuple[str, ...], str]]:
    pack = Pack("sheet", "The sheet", "the Panel", "sheet", requires)
    return [(n.what, n.who, n.how) for n in packs.missing(draft_of(world, ref), pack)]


def test_an_answer_that_a_step_needs_is_asked_of_those_who_take_that_step(world: World) -> None:
    ref = world.open()
    asked = 'no answer to "Why was it decided so?"'
    assert needs(world, ref, "rationale") == [(asked, ("local authority",), "record rationale=-")]


def test_an_answer_that_no_step_needs_is_asked_of_those_who_keep_the_record(world: World) -> None:
    ref = world.open()
    asked = 'no answer to "When did it happen?"'
    assert needs(world, ref, "happened_on") == [(asked, UNIT, "record happened_on=DAY")]


def test_a_document_is_put_on_file(world: World) -> None:
    ref = world.open()
    asked = 'no answer to "The form that was sent"'
    assert needs(world, ref, "form") == [(asked, UNIT, "attach form FILE")]


def test_a_day_that_a_step_gives_is_had_by_those_who_take_it(world: World) -> None:
    ref = world.open()
    assert needs(world, ref, "notified_on", "published_on") == [
        (
            'no answer to "When was the notification sent?"',
            ("local authority", "business unit"),
            "take record_notification_sent --on DAY",
        ),
        ('no answer to "On which day was it published?"', UNIT, "take publish --on DAY"),
    ]


def test_each_agency_is_named_by_its_title_until_it_answered_or_was_asked_in_vain(
    world: World,
) -> None:
    ref = world.open()
    cases.record(world.place, BESS, ref, [Given("opinion", "notify", "council")])
    asked = [Given("opinion", None, "board", status="asked", asked_on="2025-12-12")]
    cases.record(world.place, BESS, ref, asked)
    question = 'has not been asked: "Does your agency think it should be notified?"'
    assert needs(world, ref, "opinion") == [
        (
            f"Sample Integrated Care Board {question}",
            ("Sample Integrated Care Board", "business unit"),
            "record opinion/board=ANSWER, or record --no-reply opinion/board",
        ),
        (
            f"Sample Police {question}",
            ("Sample Police", "business unit"),
            "record opinion/police=ANSWER, or record --no-reply opinion/police=DAY",
        ),
    ]
    silent = [
        Given("opinion", None, "board", status="no reply"),
        Given("opinion", None, "police", status="no reply", asked_on="2025-12-12"),
    ]
    cases.record(world.place, BESS, ref, silent)
    assert needs(world, ref, "opinion") == []


def test_of_a_child_not_yet_added_both_the_child_and_the_answer_are_missing(world: World) -> None:
    ref = world.open()
    assert needs(world, ref, "name") == [
        ("no child has been added to the case", UNIT, f'person {ref} add "child"'),
        ('no answer to "The child\'s name" for CHILD', UNIT, "record name/CHILD=-"),
    ]


def test_of_several_children_only_those_without_an_answer_are_named(world: World) -> None:
    ref = world.open()
    first, _ = cases.add_person(world.place, BESS, ref, "child", [Given("name", "Robin Sample")])
    second, _ = cases.add_person(world.place, BESS, ref, "child")
    assert (first, second) == ("p1", "p2")
    asked = 'no answer to "The child\'s name" for p2'
    assert needs(world, ref, "name") == [(asked, UNIT, "record name/p2=-")]


def test_what_two_parts_of_a_pack_need_is_asked_for_once_and_what_is_there_not_at_all(
    world: World,
) -> None:
    ref = world.open(aware_on="2025-12-12")
    assert [what for what, _, _ in needs(world, ref, "aware_on", "report", "place", "report")] == [
        'no answer to "The report"'
    ]
