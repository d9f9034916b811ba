"""A way of a condition that can never hold is nothing to wait for, and nobody is told of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.decide.steps.taking import Step
from engine.definition import Approval, Condition, Guard, Transition, Workflow
from engine.loading.resolving import hashed
from engine.service import cases
from engine.service.looking import ahead, reading
from tests.next_steps.test_needs_suffice import GO, process, world
from tests.worlds import BESS, World

NO_COLOUR = Condition("colour", "not answered")
SURE = Condition("sure", "is", ("yes",))
GOING = Condition("verdict", "is", ("go",))
IS_SURE = '"Is it sure?" must be answered with "yes"'
NEVER = (
    "this step can never be taken as the definition is written: "
    'it needs an answer to "Which colour?", and asks that there is none'
)


def step(*tables: tuple[Condition, ...], **more: Any) -> Transition:
    who = ("business_unit",)
    return Transition(GO, "Go", ("referred",), "", who, Guard(tables), **more)


def needs(at: World, ref: str) -> list[str]:
    return [str(one["what"]) for one in ahead.why_not(at.place, BESS, ref, GO)["unmet"]]


def without(workflow: Workflow, name: str) -> Workflow:
    steps = {key: one for key, one in workflow.transitions.items() if key != name}
    return hashed(replace(workflow, transitions=steps))


def test_of_several_ways_one_that_the_steps_own_records_rule_out_is_not_told() -> None:
    with world(process(step((NO_COLOUR,), (SURE,), on_file=("colour",)))) as at:
        ref = at.open(aware_on="2025-12-12")
        assert needs(at, ref) == [IS_SURE, 'no answer to "Which colour?"']
        at.record(ref, colour="red", sure="yes")
        assert needs(at, ref) == []


def test_a_step_of_which_no_way_can_hold_says_that_the_definition_rules_it_out() -> None:
    with world(process(step((NO_COLOUR,), on_file=("colour",)))) as at:
        ref = at.open(aware_on="2025-12-12")
        for known in ({}, {"colour": "red"}):
            at.record(ref, **known) if known else None
            told = ahead.why_not(at.place, BESS, ref, GO)
            never = next(one for one in told["unmet"] if one["what"].startswith("this step"))
            assert never["what"] == NEVER
            assert never["ways"] == []
            assert told["earliest"] is None


def test_it_is_so_too_where_what_must_not_be_answered_is_to_be_approved() -> None:
    approve = (Approval("colour", ("executive",)),)
    with world(process(step((NO_COLOUR,), approve=approve))) as at:
        assert any(one.startswith("this step") for one in needs(at, at.open(aware_on="2025-12-12")))


def test_an_answer_that_no_step_gives_is_not_waited_for_while_another_way_is_open() -> None:
    workflow = without(process(step((GOING,), (SURE,))), "decide_go")
    with world(workflow) as at:
        ref = at.open(aware_on="2025-12-12")
        assert needs(at, ref) == [IS_SURE]


def test_what_is_answered_for_good_is_no_way_while_another_is_left() -> None:
    with world(process(step((NO_COLOUR,), (SURE,)))) as at:
        ref = at.open(aware_on="2025-12-12")
        at.record(ref, colour="red", sure="no")
        assert needs(at, ref) == [f"{IS_SURE}, but on record is no"]


def test_an_answer_that_no_step_gives_rules_the_step_out() -> None:
    workflow = without(process(step((GOING,))), "decide_go")
    with world(workflow) as at:
        [told] = needs(at, at.open(aware_on="2025-12-12"))
        assert told == (
            "this step can never be taken as the definition is written: "
            'it asks for another answer to "What was decided?" than any step gives'
        )


def test_such_a_step_is_recorded_as_already_done_and_its_task_can_be_ended() -> None:
    with world(process(step((NO_COLOUR,), on_file=("colour",)))) as at:
        ref = at.open(aware_on="2025-12-12")
        cases.take_step(at.place, BESS, ref, Step(GO, already_done=True, pass_over=True))
        tasks = reading.show(at.place, BESS, ref)["tasks"]
        assert any(str(one["what"]).startswith("this step can never") for one in tasks)
