"""Answers that a step asks anew are given with it: recorded before it, they would be lost to it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.case import Given
from engine.decide.steps.taking import Step
from engine.errors import RefusedError, UsageError
from engine.service import cases
from engine.service.changing import Outcome
from engine.service.looking import asking, documents, reading
from engine.service.workplace import File
from tests.changed_sample import changed
from tests.worlds import BESS, LEE, World

ASKED_ANEW = (
    'asks_anew = ["letter_says"]',
    'on_file   = ["letter_says", "form"]\nasks_anew = ["letter_says", "form"]',
)
NEEDED_BEFORE = (
    'title = "Check the progress"\n',
    'title = "Check the progress"\non_file = ["letter_says"]\n',
)


@pytest.fixture
def letters(tmp_path: Path) -> Iterator[World]:
    with changed(tmp_path, ASKED_ANEW) as world:
        yield world


def refused(world: World, ref: str, **answers: str) -> list[str]:
    with pytest.raises(RefusedError) as error:
        world.record(ref, **answers)
    return [f"{need.what}: {need.how}" for need in error.value.unmet]


def asked(world: World, ref: str, *, every: bool = False) -> set[str]:
    found = asking.open_questions(world.place, BESS, ref, every=every)
    return {question["question"] for question in found["questions"]}


def test_an_answer_that_a_step_asks_anew_is_not_recorded_before_it(letters: World) -> None:
    ref = letters.open(aware_on="2025-12-12")
    told = (
        '"What does the letter say?" is given with a step, which asks for it anew: '
        "take record_letter letter_says=..."
    )
    assert refused(letters, ref, letter_says="agrees") == [told]
    file = File("letter.txt", io.BytesIO(b"The letter."))
    with pytest.raises(RefusedError) as error:
        documents.attach(letters.place, BESS, ref, "form", file)
    [need] = error.value.unmet
    assert need.how == "take record_letter form=@FILE"
    assert need.who == ("business unit",)


def test_a_second_answer_is_told_to_be_given_with_its_step_too(letters: World) -> None:
    ref = letters.open(aware_on="2025-12-12")
    step = Step("record_letter", (Given("letter_says", "agrees"),), already_done=True)
    cases.take_step(letters.place, BESS, ref, step)
    found = refused(letters, ref, letter_says="disagrees")
    assert (
        found[0] == '"What does the letter say?" is already answered: use `correct` with a reason'
    )
    assert found[1].endswith("take record_letter letter_says=...")


def test_an_answer_for_which_a_task_waits_is_recorded_and_ends_it(letters: World) -> None:
    ref = letters.open(aware_on="2025-12-12")
    cases.take_step(letters.place, BESS, ref, Step("record_letter", already_done=True))
    waits = [task["how"] for task in reading.show(letters.place, BESS, ref)["tasks"]]
    assert waits == [f"record {ref} letter_says=VALUE", f"attach {ref} form FILE"]
    assert {"letter_says", "form"} <= asked(letters, ref)
    letters.record(ref, letter_says="agrees")
    file = File("letter.txt", io.BytesIO(b"The letter."))
    documents.attach(letters.place, BESS, ref, "form", file)
    assert reading.show(letters.place, BESS, ref)["tasks"] == []


def test_a_form_does_not_ask_for_what_is_given_with_a_step(letters: World) -> None:
    ref = letters.open(aware_on="2025-12-12")
    for every in (False, True):
        assert not {"letter_says", "form"} & asked(letters, ref, every=every)


def test_an_answer_that_another_step_from_here_rests_on_is_recorded(tmp_path: Path) -> None:
    with changed(tmp_path, ASKED_ANEW, NEEDED_BEFORE) as world:
        ref = world.open(aware_on="2025-12-12")
        assert refused(world, ref, letter_says="agrees")
        step = Step("record_notification_sent", already_done=True, pass_over=True)
        cases.take_step(world.place, LEE, ref, step)
        world.record(ref, letter_says="agrees")
        world.take(ref, "check_progress")


def test_a_plan_that_a_step_asks_anew_is_recorded_as_it_changes(tmp_path: Path) -> None:
    public = 'personal = false\nbecause  = "a public body\'s view"'
    with changed(tmp_path, ASKED_ANEW, (public, f"{public}\nmay_change = true")) as world:
        ref = world.open(aware_on="2025-12-12")
        for says in ("agrees", "disagrees"):
            world.record(ref, letter_says=says)
            answers = reading.show(world.place, BESS, ref)["answers"]
            assert [a["value"] for a in answers if a["question"] == "letter_says"] == [says]


def test_a_step_that_rests_on_such_an_answer_says_which_step_gives_it(tmp_path: Path) -> None:
    title = 'title = "Check the progress"\n'
    rests = (title, title + 'only_if = { letter_says = "answered" }\n')
    with changed(tmp_path, ASKED_ANEW, rests) as world:
        ref = world.notified()
        with pytest.raises(RefusedError) as error:
            world.take(ref, "check_progress")
        [need] = error.value.unmet
        assert (need.how, need.who) == ("take record_letter", ("business unit",))


def test_what_a_step_rests_on_that_was_passed_over_is_recorded(tmp_path: Path) -> None:
    anew = (
        'title   = "Decide to notify"\n',
        'title   = "Decide to notify"\nasks_anew = ["rationale"]\n',
    )
    alone = (
        'to      = "not_notified"\nwho     = "local_authority"\non_file = ["rationale"]',
        'to      = "not_notified"\nwho     = "local_authority"',
    )
    with changed(tmp_path, anew, alone) as world:
        ref = world.open(aware_on="2025-12-12")
        assert refused(world, ref, rationale="The tests are met.")
        step = Step("record_notification_sent", already_done=True, pass_over=True)
        cases.take_step(world.place, LEE, ref, step)
        world.record(ref, rationale="The tests are met.")


def test_another_file_of_the_same_name_under_the_same_key_is_no_repeat(world: World) -> None:
    ref = world.open()
    keyed = replace(BESS, key="key-000001")

    def attach(content: bytes) -> Outcome:
        return documents.attach(world.place, keyed, ref, "form", File("a.pdf", io.BytesIO(content)))

    first = attach(b"one")

    assert attach(b"one").repeated
    with pytest.raises(UsageError, match="This key was used for another command"):
        attach(b"two")
    assert first.version == len(world.events(ref))
