"""What a step of the flagship process asks anew and needs is given with it, each time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.case import Case, Given
from engine.decide.draft import Draft
from engine.decide.entries.answers import YES_NO
from engine.decide.steps.needs import missing
from engine.decide.steps.opening import open_case
from engine.decide.steps.taking import Step, take
from engine.definition import Question, Transition, Workflow
from engine.edition import Edition
from engine.errors import RefusedError
from engine.service.changing import new_case
from engine.service.drafting import drafted
from engine.service.workplace import By, Workplace
from tests.shared import loaded
from tests.stories import PROCESS, partnership
from tests.supplying import PAPER, who_may

WORKFLOW = loaded(PROCESS)
ALL = {"": WORKFLOW, **WORKFLOW.children}
REF = "2026-AGAIN"


def anew(step: Transition) -> list[str]:
    return [name for name in step.on_file if name in step.asks_anew]


AGAIN = [
    (process, name)
    for process, workflow in ALL.items()
    for name, step in workflow.transitions.items()
    if anew(step)
]

OWN_REASONS = {
    "record_panel_letter": {"panel_letter", "panel_letter_says"},
    "send_information_to_panel": {"information_sent"},
    "ask_for_more_information": {"information_wanted"},
    "find_criteria_not_met": {"criteria_not_met_reasons"},
    "record_transfer_accepted": {"transfer_acceptance"},
    "record_progress_check": {"progress_notes", "quality_notes"},
    "look_at_hold_again": {"hold_terms", "hold_review_on"},
    "end_practice_review": {"review_stopped_reasons"},
    "withdraw_publication": {"withdrawal_reasons"},
    "reissue_publication": {"reissue_changes"},
    "find_not_assured": {"not_assured_reasons"},
    "close_case": {"closing_summary"},
}


@pytest.fixture
def place(on_sqlite: str) -> Iterator[Workplace]:
    with partnership(on_sqlite) as (workplace, clock):
        clock.go_to(clock.instant.replace(year=2026, month=3, day=10))
        yield workplace


def opened(place: Workplace, process: str) -> tuple[Case, Edition]:
    """A case on paper that has just been opened."""
    whole = Edition(WORKFLOW)
    edition = whole.children[process] if process else whole
    draft = drafted(place, By("sam"), new_case(REF), edition)
    open_case(draft, [], parent="2026-ABOVE")
    return draft.case, edition


def an_answer(question: Question) -> Given:
    choices = question.choices or YES_NO
    values = {
        "date": "2026-03-10",
        "document": PAPER,
        "text": "It is on record.",
        "case": "2026-ABOVE",
        "choice": choices[0],
        "yes or no": choices[0],
    }
    return Given(question.id, values[question.answer])


def at_start(place: Workplace, case: Case, edition: Edition, step: Transition) -> Draft:
    """The case as it would be where the step starts."""
    case.row["state"], case.row["closed_on"] = step.starts[0], None
    return drafted(place, who_may(place, step, "sam"), case, edition, step.who)


def told(draft: Draft, step: Transition) -> set[str]:
    """What is to be given with the step, as `next` tells it."""
    hows = [one.need.how for one in missing(draft, step)]
    return {how.removeprefix("give ").partition(" ")[0] for how in hows if how.startswith("give ")}


@pytest.mark.parametrize(("process", "name"), AGAIN)
def test_no_answer_of_before_serves_when_a_step_is_taken_again(
    process: str, name: str, place: Workplace
) -> None:
    case, edition = opened(place, process)
    workflow: Workflow = ALL[process]
    step = workflow.transitions[name]
    given = tuple(an_answer(workflow.questions[one]) for one in anew(step))

    for _ in range(2):
        take(at_start(place, case, edition, step), Step(name, given, already_done=True))
        assert all(case.answered(one) for one in anew(step))

        again = at_start(place, case, edition, step)
        assert {one.removesuffix("=@FILE") for one in told(again, step)} == set(anew(step))
        with pytest.raises(RefusedError) as refused:
            take(again, Step(name))
        hows = [need.how for need in refused.value.unmet]
        assert len([how for how in hows if how.endswith("with this step")]) == len(anew(step))


def test_each_step_that_gives_reasons_of_its_own_asks_for_them_every_time() -> None:
    found = {name: set(anew(WORKFLOW.transitions[name])) for name in OWN_REASONS}

    assert found == OWN_REASONS
