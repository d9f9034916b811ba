"""What a step decides is answered by the step, and by nobody's hand."""

from __future__ import annotations

import pytest

from engine.case import Given
from engine.decide.draft import Draft
from engine.decide.entries import correcting, recording
from engine.decide.steps.needs import missing
from engine.decide.steps.taking import Step, take
from engine.errors import RefusedError
from engine.service.drafting import drafted
from engine.service.workplace import By, Workplace
from tests.workflows.test_taken_again import WORKFLOW, opened, place

__all__ = ["place"]
DECIDED = {
    question: value for step in WORKFLOW.transitions.values() for question, value in step.sets
}


@pytest.mark.parametrize("question", DECIDED)
def test_nobody_records_corrects_or_gives_with_a_step_what_a_step_decides(
    place: Workplace, question: str
) -> None:
    case, edition = opened(place, "")
    roles = tuple(WORKFLOW.roles)
    given = (Given(question, DECIDED[question]),)
    ask = WORKFLOW.questions[question].ask

    def draft(reason: str = "") -> Draft:
        return drafted(place, By("sam", reason=reason), case, edition, roles)

    with pytest.raises(RefusedError) as recorded:
        recording.record(draft(), given)
    [need] = recorded.value.unmet
    assert need.what == f'"{ask}" is answered by a step'
    assert need.how.startswith("take ")
    with pytest.raises(RefusedError) as taken:
        take(draft(), Step("inform_partners", given))
    assert need in taken.value.unmet
    recording.write(draft(), given)
    with pytest.raises(RefusedError) as corrected:
        correcting.correct(draft("misread"), given)
    assert need in corrected.value.unmet


def test_what_a_step_decides_is_asked_for_by_that_step(place: Workplace) -> None:
    case, edition = opened(place, "")
    draft = drafted(place, By("sam"), case, edition, ("business_unit",))
    advice = [
        (step.id, one.subject, one.need.how)
        for step in WORKFLOW.transitions.values()
        for one in missing(draft, step)
        if one.subject in DECIDED
    ]
    assert advice
    assert [one for one in advice if not one[2].startswith("take ")] == []
