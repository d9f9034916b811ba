"""Steps that are taken once for each letter, proposal or other answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.decide.possible.ahead import RULED_OUT, apart, is_called_for
from engine.decide.steps.taking import Step
from engine.describing.steps import transition_sentence
from engine.service import cases
from engine.service.drafting import drafted
from engine.service.looking import reading, viewing
from engine.service.workplace import By
from tests.changed_sample import changed
from tests.refusing import said
from tests.shared import loaded
from tests.stories import PROCESS
from tests.worlds import BESS, World

ONCE = (
    'title = "Check the progress"\n',
    'title = "Check the progress"\nonce_for = "letter_says"\n'
    'only_if = { letter_says = "answered" }\n',
)
ALREADY = [
    '"Check the progress" cannot be done yet.',
    'it was done already for the answer on record to "What does the letter say?" [business unit] '
    "use `correct` for what was recorded with it, or take record_letter first if there is a new "
    "one",
]


@pytest.fixture
def letters(tmp_path: Path) -> Iterator[World]:
    with changed(tmp_path, ONCE) as world:
        yield world


def answered(world: World) -> str:
    """A case with a letter, for which the step was taken."""
    ref = world.notified()
    world.take(ref, "record_letter", letter_says="disagrees")
    world.take(ref, "check_progress")
    return ref


def why_apart(world: World, ref: str) -> str:
    """Why the step stands apart in `next`; in many states it is called for by a new letter."""
    with world.place.database.read() as tx:
        seen = viewing.view(world.place, tx, ref)
    draft = drafted(world.place, BESS, seen.case, seen.edition)
    step = draft.workflow.transitions["check_progress"]
    found = apart(draft, step)
    assert is_called_for(draft, step._replace(starts=tuple("abcde"))) == (found != RULED_OUT)
    return found


def test_a_letter_is_answered_once_and_the_next_one_again(letters: World) -> None:
    ref = answered(letters)
    assert said(letters, lambda w: w.take(ref, "check_progress")) == ALREADY
    assert why_apart(letters, ref) == RULED_OUT
    letters.take(ref, "record_letter", letter_says="agrees")
    assert why_apart(letters, ref) != RULED_OUT
    letters.take(ref, "check_progress")
    assert said(letters, lambda w: w.take(ref, "check_progress")) == ALREADY
    assert letters.verdict().problems == []


def test_a_second_answer_that_was_given_all_the_same_is_recorded_and_left_to_be_explained(
    letters: World,
) -> None:
    ref = answered(letters)
    cases.take_step(letters.place, BESS, ref, Step("check_progress", already_done=True))
    [task] = reading.show(letters.place, BESS, ref)["tasks"]
    assert ALREADY[1].startswith(task["what"])


def test_undo_of_an_answer_to_a_letter_leaves_the_letter_to_be_answered(letters: World) -> None:
    ref = answered(letters)
    cases.undo(letters.place, By("bess", reason="it was another case"), ref)
    letters.take(ref, "check_progress")
    cases.undo(letters.place, By("bess", reason="it was another case"), ref)
    letters.take(ref, "record_letter", letter_says="agrees")
    letters.take(ref, "check_progress")
    assert letters.verdict().problems == []


def test_what_was_done_before_there_was_a_letter_answers_none(letters: World) -> None:
    ref = letters.notified()
    cases.take_step(letters.place, BESS, ref, Step("check_progress", already_done=True))
    letters.take(ref, "record_letter", letter_says="disagrees")
    letters.take(ref, "check_progress")


def test_how_often_a_step_is_taken_is_described() -> None:
    workflow = loaded(PROCESS)
    step = workflow.transitions["confirm_decision"]
    once = "It is done once for each answer to “What does the national Panel's letter say"
    assert once in transition_sentence(workflow, step)
    assert "done once" not in transition_sentence(workflow, workflow.transitions["close_case"])
