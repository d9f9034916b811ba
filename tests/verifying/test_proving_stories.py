"""What is told of a fault reads in order, names what is lacking and nothing else, and is dated."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine.definition import Condition, Guard
from engine.proving import Failure, verify
from engine.proving.story import Diary
from tests.concrete import CALENDAR
from tests.proving import changing, small
from tests.shared import loaded
from tests.stories import PROCESS


def of(found: list[Failure], name: str) -> Failure:
    return next(one for one in found if one.entry.name == name)


def test_a_condition_is_told_by_those_of_its_lines_that_no_record_meets(tmp_path: Path) -> None:
    lines = (Condition("harm", "is", ("no",)), Condition("sent_on", "answered"))
    barred = changing(small(tmp_path), "draft", only_if=Guard((lines,)))
    told = of(verify(barred).failures, "draft")

    assert told.story[-3:] == (
        "“Write the draft” asks that the answer on harm is no.",
        "On every way here the record says otherwise.",
        "On record by then: the answer on harm is yes.",
    )


def test_what_lies_behind_a_state_that_nobody_reaches_names_the_state_where_ways_end(
    tmp_path: Path,
) -> None:
    barred = changing(
        small(tmp_path), "draft", only_if=Guard(((Condition("harm", "is", ("no",)),),))
    )
    barred = changing(barred, "decline", to="deciding")
    found = verify(barred).failures

    assert of(found, "ended").story == (
        "“Finish the review” would lead there; it starts at “The report is written”, and no case "
        "comes there.",
    )
    assert of(found, "finish").story == (
        "It starts at “The report is written”, and no case comes there.",
    )


def test_a_day_that_is_counted_back_from_a_plan_is_told_with_the_plan_and_after_the_steps() -> None:
    workflow = loaded(PROCESS)
    due = Diary(workflow, CALENDAR).due
    copy = workflow.timescales["copy_of_report"]
    day = Diary(workflow, CALENDAR).begins

    assert due(copy, day) == (
        "Counted back from a plan for Tue 23 Dec 2025, “Send the report to the Secretary of State "
        "and the Panel before publication” is due on Tue 16 Dec 2025, and that day goes by."
    )


ENDS = """
[rule.what_ends_the_review]
says       = "A review ends when it is declined."
timescale  = "notification"
stopped_by = ["decline", "record_letter"]
source     = "our procedure"
confirmed  = "second-hand"
"""


def test_a_step_that_is_to_end_a_time_and_does_not_is_told_where_the_time_runs_on(
    tmp_path: Path,
) -> None:
    letter = ('from  = ["reviewing", "writing"]', 'from  = ["deciding", "reviewing", "writing"]')
    told = of(verify(small(tmp_path, letter, more=ENDS)).failures, "what_ends_the_review")

    assert told.story == (
        "On Mon 15 Dec 2025 a case is opened: “Referred”.",
        "On Tue 16 Dec 2025 the business unit or the local authority: “Report it”.",
        "On Wed 17 Dec 2025 the business unit: “Record a letter of the Panel”.",
        "“Notify in time” runs on.",
    )


def test_where_no_way_takes_such_a_step_while_the_time_runs_that_is_said(tmp_path: Path) -> None:
    told = of(verify(small(tmp_path, more=ENDS)).failures, "what_ends_the_review")

    assert told.story == (
        "On no way is “Record a letter of the Panel” taken while “Notify in time” runs.",
    )


def test_a_time_that_was_over_before_the_last_step_is_told_as_past(tmp_path: Path) -> None:
    workflow = small(tmp_path)
    diary = Diary(workflow, CALENDAR)

    assert diary.due(workflow.timescales["drafting"], diary.begins, diary.day(20)) == (
        "The 10 working days of “Draft in time” were over on Wed 31 Dec 2025."
    )
    assert diary.due(workflow.timescales["drafting"], diary.begins, diary.day(2)) == (
        "On Wed 31 Dec 2025 the 10 working days of “Draft in time” are over."
    )


def test_a_time_that_waits_on_nobody_is_told_to_the_day_on_which_it_is_over(tmp_path: Path) -> None:
    workflow = small(tmp_path)
    clock = workflow.timescales["drafting"]._replace(waiting_on="")
    clocks = {**workflow.timescales, "drafting": clock}
    told = of(verify(replace(workflow, timescales=clocks)).failures, "drafting")

    assert told.says == "“Draft in time” waits on nobody."
    assert told.story[-1] == (
        "On Mon 5 Jan 2026 the 10 working days of “Draft in time” are over. Nobody is to do it."
    )
