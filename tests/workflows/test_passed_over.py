"""What is left to do where a step of the flagship process passed over others."""

from __future__ import annotations

from engine.decide.entries.tasks import Task
from engine.decide.steps.between import MOST, left_to_do
from tests.stories import partnership
from tests.workflows.test_closed_cases import SAM, WORKFLOW, opened


def left(url: str, step: str, before: str = "referred") -> list[Task]:
    """What is left of the way to a step from where a case was, of which nothing is on record."""
    with partnership(url) as (place, clock):
        clock.instant = clock.instant.replace(year=2026, month=3, day=10)
        draft = opened(place).draft(SAM, ())
        return left_to_do(draft, WORKFLOW.transitions[step], before)


def test_each_step_of_a_short_way_is_left_to_those_who_take_it(on_sqlite: str) -> None:
    found = left(on_sqlite, "start_rapid_review")
    assert [task.subject for task in found] == [
        "report_referral",
        "decide_to_notify",
        "record_notification_sent",
    ]
    assert len(found) <= MOST
    for task in found:
        step = WORKFLOW.transitions[task.subject]
        assert task.what.startswith(f'say when and by whom "{step.title}" was done')
        assert task.role == step.who[0]
    asked = "What did the local authority know and consider when it decided?"
    assert asked not in found[0].what
    decided = found[1].what
    assert decided.index("no answer to") < decided.index("it must be on record that")


def test_of_a_long_way_its_first_steps_are_named_and_the_others_counted(on_sqlite: str) -> None:
    [task] = left(on_sqlite, "publish_report")
    assert task.what.startswith('say how the case came from "A referral has come in" to "The rep')
    assert '; not on record: "Report the referral' in task.what
    assert task.what.endswith(" more")
    assert (task.subject, task.role) == ("publish_report", "business_unit")


def test_the_way_to_the_rapid_review_sent_is_that_of_the_process(on_sqlite: str) -> None:
    *found, last = left(on_sqlite, "submit_rapid_review")
    assert [task.subject for task in found] == [
        "report_referral",
        "decide_to_notify",
        "record_notification_sent",
        "start_rapid_review",
        "convene_rapid_review",
        "record_rapid_review_met",
        "recommend",
    ]
    assert last.subject == "submit_rapid_review"
    assert last.what.startswith('look whether anything between "A referral has come in" and')


def test_where_several_outcomes_lead_to_the_end_none_is_invented(on_sqlite: str) -> None:
    [task] = left(on_sqlite, "close_case")
    assert (task.subject, task.role) == ("close_case", WORKFLOW.transitions["close_case"].who[0])
    assert task.what.startswith('look whether anything between "A referral has come in" and')
