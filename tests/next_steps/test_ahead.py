"""Which steps lead on from where a case is, and which are told of apart."""

from __future__ import annotations

import pytest

from engine.decide.possible.ahead import ANY_STATE, NEAR, RULED_OUT, apart, is_called_for
from engine.definition import Condition, Guard
from engine.loading import load
from engine.service.drafting import drafted
from engine.service.looking import viewing
from tests.worlds import BESS, SAMPLE, World

pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)

STEP = load(SAMPLE).transitions["start_deciding"]
ONE, MANY = ("referred",), tuple(f"state{n}" for n in range(NEAR + 1))
ELSEWHERE = Condition("place", "is", ("elsewhere",))
HERE = Condition("place", "is", ("in our area",))
NO_PLACE = Condition("place", "not answered")
PLANNED = Condition("publication_planned_on", "passed")
LETTER = Condition("letter_says", "answered")
ENDED = Condition("summary", "all ended")


def judged(
    world: World, starts: tuple[str, ...], *tables: tuple[Condition, ...], dates: str = ""
) -> tuple[str, bool]:
    """What is said of a step in a case in our area, planned to be published on a day to come."""
    ref = world.open(place="in our area", publication_planned_on="2026-06-01")
    with world.place.database.read() as tx:
        seen = viewing.view(world.place, tx, ref)
    draft = drafted(world.place, BESS, seen.case, seen.edition)
    step = STEP._replace(starts=starts, only_if=Guard(tables), dates=dates)
    return apart(draft, step), is_called_for(draft, step)


def test_a_step_of_few_states_leads_on_and_one_of_many_stands_apart(world: World) -> None:
    assert judged(world, ONE) == ("", False)
    assert judged(world, MANY[:NEAR]) == ("", False)
    assert judged(world, MANY) == (ANY_STATE, False)


@pytest.mark.parametrize("line", [ELSEWHERE, NO_PLACE])
def test_what_only_another_answer_would_allow_is_ruled_out(world: World, line: Condition) -> None:
    for starts in (ONE, MANY):
        assert judged(world, starts, (line,)) == (RULED_OUT, False)
        assert judged(world, starts, (LETTER, line)) == (RULED_OUT, False)
        assert judged(world, starts, (line,), (ELSEWHERE,)) == (RULED_OUT, False)


@pytest.mark.parametrize("line", [PLANNED, LETTER])
def test_what_can_still_come_to_be_so_is_not_ruled_out(world: World, line: Condition) -> None:
    assert judged(world, ONE, (line,)) == ("", False)
    assert judged(world, MANY, (line,)) == (ANY_STATE, False)
    assert judged(world, ONE, (line,), (ELSEWHERE,)) == ("", False)


def test_a_step_of_many_states_leads_on_while_an_answer_calls_for_it(world: World) -> None:
    assert judged(world, MANY, (HERE,)) == ("", True)
    assert judged(world, MANY, (HERE,), (ELSEWHERE,)) == ("", True)
    assert judged(world, MANY, (HERE,), dates="notified_on") == ("", True)
    assert judged(world, MANY, (ENDED,)) == ("", True)
    assert judged(world, ONE, (HERE,)) == ("", False)


def test_what_was_done_already_is_not_called_for_again(world: World) -> None:
    assert judged(world, MANY, (HERE,), dates="publication_planned_on") == (ANY_STATE, False)
