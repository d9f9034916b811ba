"""Each way of a condition can come to hold, and what shows otherwise is told as a story."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from engine.definition import Approval, Condition, Guard, Workflow
from engine.loading.resolving import hashed
from engine.proving import Failure, verify
from tests.proving import changing, small
from tests.verifying.test_proving_by_trying import compared, workflows

HARMED = Condition("harm", "is", ("yes",))
NOT_HARMED = Condition("harm", "is", ("no",))
NO_HARM_KNOWN = Condition("harm", "not answered")
NO_DAY = Condition("sent_on", "not answered")


def dead(workflow: Workflow) -> list[Failure]:
    return [one for one in verify(workflow).failures if one.kind == "ways_possible"]


def test_a_way_that_every_way_to_the_step_rules_out_is_told_with_what_is_on_record(
    tmp_path: Path,
) -> None:
    [found] = dead(changing(small(tmp_path), "draft", only_if=Guard(((HARMED,), (NOT_HARMED,)))))

    assert found.entry.name == "draft"
    assert found.says == (
        "“Write the draft” names a situation that can never be: the answer on harm is no."
    )
    assert found.story == (
        "On Mon 15 Dec 2025 a case is opened: “Referred”.",
        "On Tue 16 Dec 2025 the business unit or the local authority: “Report it”.",
        "On Wed 17 Dec 2025 the local authority: “Notify the Panel”.",
        "“Write the draft” asks that the answer on harm is no.",
        "On every way here the record says otherwise.",
        "On record by then: the answer on harm is yes.",
    )


@pytest.mark.parametrize(
    "needs",
    [{"on_file": ("harm",)}, {"approve": (Approval("harm", ("authority",)),)}],
    ids=["on file", "approved"],
)
def test_a_way_without_an_answer_that_the_step_needs_is_told(
    tmp_path: Path, needs: dict[str, object]
) -> None:
    guard = Guard(((NO_HARM_KNOWN,), (NO_DAY,)))
    [found] = dead(changing(small(tmp_path), "report", only_if=guard, **needs))

    assert found.says == (
        "“Report it” names a situation that can never be: “Was the child harmed?” is not answered."
    )
    assert found.story == (
        "On Mon 15 Dec 2025 a case is opened: “Referred”.",
        "“Report it” needs an answer to “Was the child harmed?”, and asks that there is none.",
    )


def test_a_step_whose_only_way_is_such_is_told_once_and_why(tmp_path: Path) -> None:
    changed = changing(small(tmp_path), "report", only_if=Guard(((NO_HARM_KNOWN,),)))
    found = verify(changing(changed, "report", on_file=("harm",))).failures
    told = [one for one in found if one.entry.name == "report"]

    assert [one.kind for one in told] == ["steps_possible"]
    assert told[0].story[-1] == (
        "“Report it” needs an answer to “Was the child harmed?”, and asks that there is none."
    )


@given(workflows())
@settings(max_examples=15)
def test_the_ways_that_are_called_dead_are_those_that_trying_everything_never_takes(
    workflow: Workflow,
) -> None:
    workflow = hashed(replace(workflow, timescales={}))
    found = {(one.entry.name, one.says) for one in dead(workflow)}
    assert len({name for name, _ in found}) <= len(
        [step for step in workflow.transitions.values() if len(step.only_if.tables) > 1]
    )
    by_table = {
        f"{step.id}, way {number}": step._replace(
            id=f"{step.id}, way {number}", only_if=Guard((table,))
        )
        for step in workflow.transitions.values()
        for number, table in enumerate(step.only_if.tables)
    }
    steps = {**workflow.transitions, **by_table}
    really, _ = compared(hashed(replace(workflow, transitions=steps)))
    never = {
        name.partition(",")[0]
        for name in set(by_table) - really.steps
        if name.partition(",")[0] in really.steps
    }
    assert {name for name, _ in found} == never
