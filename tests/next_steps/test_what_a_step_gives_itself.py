"""What a step answers by itself, or asks anew, is looked at as it will be when it is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from engine.definition import Condition, Guard, Transition
from engine.errors import RefusedError
from engine.service.looking import ahead
from tests.needing import Office
from tests.next_steps.test_needs_suffice import GO, begun, process, world
from tests.worlds import BESS, World

RED, NOT_RED = Condition("colour", "is", ("red",)), Condition("colour", "is", ("blue",))
UNKNOWN = Condition("colour", "not answered")


def going(*lines: Condition, **more: Any) -> Transition:
    guard = Guard((lines,) if lines else ())
    return Transition(GO, "Go", ("referred",), "", ("business_unit",), guard, **more)


def told(at: World, ref: str) -> Mapping[str, Any]:
    return ahead.why_not(at.place, BESS, ref, GO)


def typed(found: Mapping[str, Any]) -> Sequence[str]:
    return [
        one for need in found["unmet"] for way in need["ways"] for s in way for one in s["commands"]
    ]


@pytest.mark.parametrize("known", [[], ["colour=red"], ["colour=blue"]])
def test_a_step_whose_condition_reads_what_it_asks_anew_is_told_to_be_given_that(
    known: list[str],
) -> None:
    with world(process(going(RED, asks_anew=("colour",)))) as at:
        ref = begun(at, known, 0)
        found = told(at, ref)
        assert typed(found) == [f"take {ref} go colour=red"]
        assert found["unmet"][0]["how"] == "only if it is so, give colour=red with this step"
        assert found["earliest"] == found["today"]
        with pytest.raises(RefusedError) as error:
            at.take(ref, GO)
        assert [need.how for need in error.value.unmet] == [
            "only if it is so, give colour=red with this step"
        ]
        at.take(ref, GO, colour="red")


def test_another_answer_than_its_condition_asks_for_is_refused_with_what_to_give() -> None:
    with world(process(going(RED, asks_anew=("colour",)))) as at:
        ref = begun(at, [], 0)
        with pytest.raises(RefusedError) as error:
            at.take(ref, GO, colour="blue")
        [need] = error.value.unmet
        assert need.how == "only if it is so, give colour=red with this step"


def test_what_is_on_file_and_in_the_condition_of_a_step_is_asked_for_once() -> None:
    with world(process(going(RED, asks_anew=("colour",), on_file=("colour",)))) as at:
        ref = begun(at, [], 0)
        assert typed(told(at, ref)) == [f"take {ref} go colour=red"]
        assert Office(at.place, at.clock, BESS).take(ref, GO)


def test_a_step_that_gives_what_it_needs_lacks_nothing() -> None:
    for more in (
        {"sets": (("colour", "red"),), "on_file": ("colour",)},
        {"dates": "met_on", "on_file": ("met_on",)},
    ):
        with world(process(going(**more))) as at:
            ref = begun(at, [], 0)
            assert told(at, ref)["possible"]
            at.take(ref, GO)


def test_a_condition_that_a_step_meets_by_itself_is_not_told_as_missing() -> None:
    with world(process(going(RED, sets=(("colour", "red"),)))) as at:
        ref = begun(at, [], 0)
        assert told(at, ref)["possible"]
        at.take(ref, GO)
        assert told(at, ref)["possible"]


@pytest.mark.parametrize("line", [NOT_RED, UNKNOWN])
def test_a_condition_that_a_step_breaks_by_itself_is_told_as_never_met(line: Condition) -> None:
    with world(process(going(line, sets=(("colour", "red"),)))) as at:
        ref = begun(at, [], 0)
        found = told(at, ref)
        assert not found["possible"]
        assert found["earliest"] is None
        [need] = found["unmet"]
        assert need["ways"] == []
        assert need["how"] == "this step itself answers it with red"
        with pytest.raises(RefusedError):
            at.take(ref, GO)


def test_a_day_that_a_step_is_dated_by_must_not_be_unknown_before_it() -> None:
    line = Condition("met_on", "not answered")
    with world(process(going(line, dates="met_on"))) as at:
        ref = begun(at, [], 0)
        assert not told(at, ref)["possible"]
        with pytest.raises(RefusedError):
            at.take(ref, GO)
