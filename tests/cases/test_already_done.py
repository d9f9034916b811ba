"""Steps that have already happened: what they pass over, what they leave to do; and what is given
with a step.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.case import Given
from engine.decide.steps.passing import passed_over
from engine.decide.steps.taking import Step
from engine.errors import RefusedError
from engine.loading import load
from engine.service import cases
from engine.service.looking import reading
from engine.service.workplace import By
from tests.changed_sample import changed
from tests.cli.test_cli_keyboard import typing
from tests.offices import Office, ago
from tests.worlds import BESS, LEE, SAMPLE, World, given


def left(world: World, ref: str) -> list[str]:
    """What is left to be done."""
    return [task["what"] for task in reading.show(world.place, LEE, ref)["tasks"]]


def test_already_done_passes_over_what_is_not_on_record_only_where_that_is_agreed(
    world: World,
) -> None:
    ref = world.open(aware_on="2025-12-12")
    by = By("lee", evidence="receipt-1")
    with pytest.raises(RefusedError, match="would pass over what is not on record") as error:
        cases.take_step(world.place, by, ref, Step("record_notification_sent", already_done=True))
    [need] = error.value.unmet
    assert need.what == (
        'the case is at "It has been referred", and this step starts at "The notification is to '
        'be sent"; how it came there is not on record'
    )
    assert "--pass-over" in need.how
    assert world.state(ref) == "referred"

    step = Step("record_notification_sent", already_done=True, pass_over=True)
    cases.take_step(world.place, by, ref, step)
    assert world.state(ref) == "reviewing"
    assert world.deadline(ref, "notification")["status"] == "met"
    [taken] = [e for e in world.events(ref) if e["type"] == "transition taken"]
    assert (taken["body"]["from"], taken["body"]["passed_over"]) == ("referred", ["to_notify"])
    passed = 'or what was done in its place: "Record that the notification was sent" passed it over'
    assert left(world, ref) == [
        f'say when and by whom "Begin the decision" was done, {passed}',
        f'say when and by whom "Decide to notify" was done, {passed}; what it rests on is not on '
        'record either: no answer to "Why was it decided so?"; Sample Borough Council has not been '
        'asked: "Does your agency think it should be notified?"; Sample Integrated Care Board has '
        'not been asked: "Does your agency think it should be notified?"; Sample Police has not '
        'been asked: "Does your agency think it should be notified?"',
    ]
    asked = [task["role"] for task in reading.show(world.place, LEE, ref)["tasks"]]
    assert asked == ["business_unit", "local_authority"]


def test_history_passes_over_what_is_not_on_record_without_being_asked(world: World) -> None:
    answers = given(place="in our area", aware_on="2024-03")
    by = By("bess", on="2024-03")
    past = cases.open_new(world.place, by, "incident", answers, historic=True)
    by = By("lee", on="2024-03")
    step = Step("record_notification_sent", already_done=True)
    cases.take_step(world.place, by, past.ref, step)
    assert world.state(past.ref) == "reviewing"


def test_only_a_step_that_has_happened_passes_anything_over(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    with pytest.raises(RefusedError, match="cannot be done yet"):
        cases.take_step(world.place, LEE, ref, Step("record_notification_sent", pass_over=True))
    world.take(ref, "start_deciding")
    [taken] = [e for e in world.events(ref) if e["type"] == "transition taken"]
    assert "passed_over" not in taken["body"]


def test_steps_are_passed_over_only_with_a_word_of_its_own_and_it_is_told(office: Office) -> None:
    ref = office.open("place=in our area", f"aware_on={ago(3)}")
    words = ("take", ref, "record_notification_sent", "--already-done", "--as", "lee")
    assert "give --pass-over" in " ".join(office.refused(4, *words).split())
    said = " ".join(office.ok(*words, "--pass-over").split())
    over = 'the case is at "It has been referred", and this step starts at "The notification'
    assert f'Passed over: {over} is to be sent"; how it came there is not on record.' in said
    history = " ".join(office.ok("history", ref).split())
    told = 'passing over what lies between "It has been referred" and "The notification is to'
    assert f"already done, {told} be sent" in history


def test_a_document_is_put_on_file_together_with_a_step(office: Office) -> None:
    ref = office.at("deciding")
    paper = office.file("form.txt", "The form.")
    office.refused(4, "take", ref, "submit_review", f"form=@{paper}")
    assert "form" not in {one["question"] for one in office.show(ref)["answers"]}
    office.ok("take", ref, "record_letter", "letter_says=agrees", f"form=@{paper}")
    answers = {one["question"]: one["status"] for one in office.show(ref)["answers"]}
    assert (answers["form"], answers["letter_says"]) == ("answered", "answered")
    assert "takes a document" in office.refused(2, "take", ref, "record_letter", "form=form.txt")


def test_whoever_passes_steps_over_is_asked_and_told_from_where_to_where(office: Office) -> None:
    ref = office.open("place=in our area", f"aware_on={ago(3)}")
    words = ("take", ref, "record_notification_sent", "--already-done", "--as", "lee")
    words += ("--on", ago(0))
    over = 'The case is at "It has been referred", and this step starts at "The notification'
    code, shown = typing(office, *words, keys="no\n")
    assert code == 4, shown
    assert over in " ".join(shown.split())
    assert office.show(ref)["state"] == "referred"
    code, shown = typing(office, *words, keys="yes\n")
    assert code == 0, shown
    assert office.show(ref)["state"] == "reviewing"


def test_the_day_of_one_step_is_not_given_with_another(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    with pytest.raises(RefusedError) as refused:
        world.take(ref, "start_deciding", notified_on="2025-12-15")
    assert [need.how for need in refused.value.unmet] == ["take record_notification_sent --on DAY"]


def test_what_was_missing_of_every_child_is_there_when_each_has_it(tmp_path: Path) -> None:
    more = ('on_file = ["rationale"]\nasked ', 'on_file = ["name"]\nasked ')
    with changed(tmp_path, more) as world:
        ref = world.open(aware_on="2025-12-12")
        world.take(ref, "start_deciding")
        world.opinions(ref)
        cases.take_step(world.place, LEE, ref, Step("decide_to_notify", already_done=True))
        [task] = reading.show(world.place, LEE, ref)["tasks"]
        assert task["what"] == 'no answer to "The child\'s name"'
        for _ in range(2):
            cases.add_person(world.place, BESS, ref, "child")
        for child in ("p1", "p2"):
            assert reading.show(world.place, LEE, ref)["tasks"] == [task]
            cases.record(world.place, BESS, ref, [Given("name", "Noor Sample", child)])
        assert reading.show(world.place, LEE, ref)["tasks"] == []


def test_a_step_that_may_have_been_on_the_same_day_is_not_recorded_twice(world: World) -> None:
    opening = given(place="in our area", aware_on="2019-04-02")
    by = By("bess", on="2019-04")
    ref = cases.open_new(world.place, by, "incident", opening, historic=True).ref
    step = Step("decide_to_notify", already_done=True)
    cases.take_step(world.place, By("bess", on="2019-04"), ref, step)
    for again in ("2019-04", "2019-04-12", "2019"):
        with pytest.raises(RefusedError, match="is already on record as done"):
            cases.take_step(world.place, By("bess", on=again, reason="so it was"), ref, step)
    cases.take_step(world.place, By("bess", on="2019-05"), ref, step)


def test_where_a_case_was_and_where_a_step_starts_are_said_by_titles() -> None:
    workflow = load(SAMPLE)
    step = workflow.transitions["publish"]

    def said(*starts: str) -> str:
        return passed_over(workflow, "open", step._replace(starts=starts))

    assert said("publishing") == (
        'the case is at "Open", and this step starts at "The report is to be published"; how it '
        "came there is not on record"
    )
    two = said("referred", "reviewing")
    assert 'starts at "It has been referred" or "It is being reviewed";' in two
    three = said("referred", "reviewing", "closed")
    assert '"It has been referred", "It is being reviewed" or "The case is closed"' in three
    many = said("referred", "reviewing", "closed", "publishing")
    assert "starts at one of 4 other places;" in many


def test_what_an_answer_on_record_rules_out_is_no_step_that_was_passed_over(world: World) -> None:
    ref = world.open(aware_on="2025-12-12", place="elsewhere")
    step = Step("record_notification_sent", already_done=True, pass_over=True)
    cases.take_step(world.place, By("lee", evidence="receipt-1"), ref, step)
    assert left(world, ref) == [
        'say how the case came from "It has been referred" to "The notification is to be sent", '
        'where "Record that the notification was sent" starts, and record the answers that belong '
        "to it: no step leads there by what is on record"
    ]


def test_from_where_no_step_leads_there_it_is_asked_how_the_case_came_there(world: World) -> None:
    ref = world.notified()
    step = Step("decide_not_to_notify", already_done=True, pass_over=True)
    cases.take_step(world.place, LEE, ref, step)
    task, running = left(world, ref)
    assert "no case closes before that" in running
    assert task.startswith(
        'say how the case came from "It is being reviewed" to "The local authority is deciding"'
    )


def test_history_is_asked_once_for_all_that_was_passed_over(world: World) -> None:
    by = By("bess", on="2024-03")
    answers = given(place="in our area", aware_on="2024-03")
    ref = cases.open_new(world.place, by, "incident", answers, historic=True).ref
    step = Step("record_notification_sent", already_done=True)
    cases.take_step(world.place, By("lee", on="2024-03"), ref, step)
    [task] = left(world, ref)
    assert task.endswith('; not on record: "Begin the decision" and "Decide to notify"')
