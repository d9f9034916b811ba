"""The days that are asked first: where a clock counts from them, they are days."""

from __future__ import annotations

import pytest

from engine.case import Given
from engine.decide.steps.opening import open_case
from engine.errors import RefusedError
from engine.service.changing import new_case
from engine.service.drafting import drafted
from engine.service.workplace import By, Workplace
from tests.workflows.test_taken_again import REF, WORKFLOW, Edition, place

__all__ = ["place"]


@pytest.mark.parametrize(
    ("day", "said"), [("2026-03", "needs the day, not only 2026-03"), ("2011-03-09", "only from")]
)
def test_a_day_asked_first_is_a_day_where_a_clock_counts_before_its_own_start_is_known(
    place: Workplace, day: str, said: str
) -> None:
    where = [Given(name, "in our area") for name in ("place_of_incident", "place_of_residence")]
    given = [*where, Given("referred_on", day)]
    live, history = (
        drafted(place, By("sam"), new_case(REF), Edition(WORKFLOW), WORKFLOW.may_open)
        for _ in range(2)
    )
    with pytest.raises(RefusedError) as error:
        open_case(live, given)
    assert [said in need.what for need in error.value.unmet] == [True]
    open_case(history, given, historic=True)
    assert history.case.value("referred_on") == day
