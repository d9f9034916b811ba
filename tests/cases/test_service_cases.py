from __future__ import annotations

import pytest

from engine.case import Given
from engine.decide.steps.taking import Step
from engine.errors import CaseNotFoundError, RefusedError, StaleCaseError, UsageError
from engine.service import cases
from engine.service.looking import reading
from engine.service.workplace import By
from tests.worlds import BESS, ED, EVE, LEE, World, given


def needs(error: pytest.ExceptionInfo[RefusedError]) -> str:
    return "\n".join(f"{need.what} [{need.how}]" for need in error.value.unmet)


def test_a_case_opens_where_its_process_starts_and_every_step_is_on_its_trail(world: World) -> None:
    ref = world.open()
    assert world.state(ref) == "referred"
    assert [e["type"] for e in world.events(ref)][:2] == ["case opened", "answers recorded"]
    assert world.verdict().problems == []


def test_a_case_is_not_opened_without_the_answers_asked_first(world: World) -> None:
    with pytest.raises(RefusedError) as error:
        cases.open_new(world.place, BESS, "incident", ())
    assert needs(error) == 'no answer to "Where did it happen?" [give place=...]'


def test_only_a_role_that_may_open_a_case_opens_one(world: World) -> None:
    with pytest.raises(RefusedError, match="is opened by the business unit"):
        cases.open_new(world.place, EVE, "incident", given(place="in our area"))


def test_a_refusal_lists_everything_that_is_missing_at_once(world: World) -> None:
    ref = world.open(place="elsewhere")
    world.take(ref, "start_deciding")
    with pytest.raises(RefusedError) as error:
        world.take(ref, "decide_to_notify", BESS)
    said = needs(error)
    assert "it is for the local authority to decide" in said
    assert "Where did it happen?" in said
    assert 'no answer to "Why was it decided so?"' in said
    assert said.count("has not been asked") == 3


def test_a_refused_step_changes_nothing_and_is_in_the_access_log(world: World) -> None:
    ref = world.open()
    before = world.events(ref)
    with pytest.raises(RefusedError):
        world.take(ref, "publish")
    assert world.events(ref) == before
    with world.place.database.read() as tx:
        logged = world.place.store.events(tx, "access")
    assert '"type":"refused"' in logged[-1]
    assert '"verb":"take"' in logged[-1]


def test_asked_without_a_reply_is_an_answer_so_no_duty_waits_for_another_body(world: World) -> None:
    ref = world.open()
    world.take(ref, "start_deciding")
    silent = [
        Given("opinion", None, of, status="no reply", asked_on="2025-12-11")
        for of in ("council", "board", "police")
    ]
    cases.record(world.place, BESS, ref, silent)
    world.take(ref, "decide_to_notify", LEE, rationale="The tests are met.")
    assert world.state(ref) == "to_notify"


def test_an_opinion_that_was_only_asked_for_does_not_count_as_dealt_with(world: World) -> None:
    ref = world.open()
    world.take(ref, "start_deciding")
    cases.record(world.place, BESS, ref, [Given("opinion", None, "police", status="asked")])
    with pytest.raises(RefusedError) as error:
        world.take(ref, "decide_to_notify", LEE, rationale="The tests are met.")
    assert "Sample Police was asked on 15 December 2025 and has not answered" in needs(error)


def test_a_step_that_has_happened_is_recorded_and_what_was_missing_becomes_tasks(
    world: World,
) -> None:
    ref = world.open()
    world.take(ref, "start_deciding")
    by = By("bess", decided_by="lee", evidence="minutes-1")
    step = Step("decide_to_notify", already_done=True)
    cases.take_step(world.place, by, ref, step)
    shown = reading.show(world.place, BESS, ref)
    assert shown["state"] == "to_notify"
    assert shown["tasks"][0]["what"] == 'no answer to "Why was it decided so?"'
    assert len(shown["tasks"]) == 4
    taken = next(
        e
        for e in world.events(ref)
        if e["type"] == "transition taken" and e["body"]["transition"] == "decide_to_notify"
    )
    assert len(taken["body"]["unmet"]) == 4
    assert taken["evidence"] == "minutes-1"


def test_a_task_about_a_missing_record_closes_when_the_record_comes(world: World) -> None:
    ref = world.open()
    world.take(ref, "start_deciding")
    by = By("bess", decided_by="lee", evidence="minutes-1")
    cases.take_step(world.place, by, ref, Step("decide_to_notify", already_done=True))
    world.record(ref, rationale="It was said in the meeting.")
    world.opinions(ref)
    assert reading.show(world.place, BESS, ref)["tasks"] == []


def test_what_somebody_else_decided_needs_its_evidence(world: World) -> None:
    ref = world.open()
    with pytest.raises(UsageError, match="needs its evidence"):
        cases.take_step(world.place, By("bess", decided_by="lee"), ref, Step("start_deciding"))


def test_a_step_is_not_recorded_before_it_happens(world: World) -> None:
    ref = world.open()
    with pytest.raises(RefusedError, match="lies in the future"):
        cases.take_step(world.place, By("bess", on="2025-12-16"), ref, Step("start_deciding"))


def test_a_step_before_the_one_before_it_needs_a_reason(world: World) -> None:
    ref = world.open()
    world.take(ref, "start_deciding")
    early = By("lee", on="2025-12-10")
    step = Step("decide_not_to_notify", given(rationale="No."))
    world.opinions(ref)
    with pytest.raises(RefusedError, match="give --reason"):
        cases.take_step(world.place, early, ref, step)
    right = By("lee", on="2025-12-10", reason="the form came late")
    cases.take_step(world.place, right, ref, step)
    assert world.state(ref) == "not_notified"


def test_an_entry_made_more_than_two_working_days_later_is_marked_late(world: World) -> None:
    ref = world.open()
    world.clock.go_to("2025-12-24")

    def late(on: str, step: str) -> int:
        made = cases.take_step(world.place, By("bess", on=on), ref, Step(step))
        return int(next(e for e in made.events if e["type"] == "transition taken")["body"]["late"])

    assert late("2025-12-19", "start_deciding") == 1
    assert late("2025-12-22", "record_letter") == 0


def test_somebody_who_changed_the_case_first_wins(world: World) -> None:
    ref = world.open()
    seen = reading.show(world.place, BESS, ref)["version"]
    world.record(ref, happened_on="2025-12-10")
    with pytest.raises(StaleCaseError, match=f"has changed: its record had {seen} entries"):
        cases.take_step(world.place, By("bess", if_version=seen), ref, Step("start_deciding"))


def test_a_version_that_the_case_has_never_had_is_not_called_a_change(world: World) -> None:
    ref = world.open()
    now = reading.show(world.place, BESS, ref)["version"]
    with pytest.raises(StaleCaseError, match=f"never had {now + 1} entries: it has"):
        cases.take_step(world.place, By("bess", if_version=now + 1), ref, Step("start_deciding"))
    assert reading.show(world.place, BESS, ref)["version"] == now


def test_the_same_key_does_the_same_thing_once(world: World) -> None:
    ref = world.open()
    by = By("bess", key="k-1")
    first = cases.record(world.place, by, ref, given(happened_on="2025-12-10"))
    again = cases.record(world.place, by, ref, given(happened_on="2025-12-10"))
    assert again.repeated
    assert again.version == first.version
    with pytest.raises(UsageError, match="used for another command"):
        cases.record(world.place, by, ref, given(happened_on="2025-12-11"))


def test_an_unknown_case_is_said_to_be_unknown(world: World) -> None:
    with pytest.raises(CaseNotFoundError, match="There is no case 2025-NOSUCH"):
        world.record("2025-NOSUCH", happened_on="2025-12-10")


def test_an_answer_once_given_is_corrected_and_not_given_again(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    with pytest.raises(RefusedError) as error:
        world.record(ref, aware_on="2025-12-11")
    assert "already answered" in needs(error)
    assert "`correct`" in needs(error)


def test_every_wrong_answer_of_a_command_is_named(world: World) -> None:
    ref = world.open()
    with pytest.raises(RefusedError) as error:
        world.record(ref, aware_on="soon", agencies_asked="polcie", wrong="x")
    assert len(error.value.unmet) == 3
    assert "Did you mean police?" in needs(error)


def test_a_report_needs_two_approvals_by_different_people(world: World) -> None:
    ref = world.notified()
    world.record(ref, report="The report.")
    cases.approve(world.place, EVE, ref, "report")
    with pytest.raises(RefusedError, match="already approved"):
        cases.approve(world.place, EVE, ref, "report")
    with pytest.raises(RefusedError) as error:
        world.take(ref, "submit_review")
    assert "1 more approval" in needs(error)
    cases.approve(world.place, ED, ref, "report")
    world.take(ref, "submit_review")
    assert world.state(ref) == "publishing"


def test_an_approval_is_void_when_what_was_approved_changes(world: World) -> None:
    ref = world.notified()
    world.record(ref, report="The report.")
    cases.approve(world.place, EVE, ref, "report")
    cases.approve(world.place, ED, ref, "report")
    cases.correct(world.place, By("bess", reason="a page was missing"), ref, given(report="Whole."))
    with pytest.raises(RefusedError) as error:
        world.take(ref, "submit_review")
    assert "2 more approvals" in needs(error)


def test_nobody_without_the_role_approves(world: World) -> None:
    ref = world.notified()
    world.record(ref, report="The report.")
    with pytest.raises(RefusedError, match="is for others to give"):
        cases.approve(world.place, BESS, ref, "report")


def test_a_step_opens_a_case_for_each_agency_and_waits_until_all_have_ended(world: World) -> None:
    ref = world.notified()
    opened = world.take(ref, "ask_for_summaries", agencies_asked="police,hospital").opened
    assert opened == (f"{ref}.1", f"{ref}.2")
    world.record(ref, report="The report.")
    cases.approve(world.place, EVE, ref, "report")
    cases.approve(world.place, ED, ref, "report")
    world.take(opened[0], "receive", summary="Nothing was held.")
    with pytest.raises(RefusedError) as error:
        world.take(ref, "submit_review")
    assert "1 of 2 have ended" in needs(error)
    world.take(opened[1], "decline")
    world.take(ref, "submit_review")
    assert world.verdict().problems == []


def test_each_letter_is_an_occurrence_of_its_own_at_any_state(world: World) -> None:
    ref = world.open()
    world.take(ref, "record_letter", letter_says="agrees")
    world.take(ref, "record_letter", letter_says="disagrees")
    answers = reading.show(world.place, BESS, ref)["answers"]
    letters = {a["no"]: a["value"] for a in answers if a["question"] == "letter_says"}
    assert letters == {1: "agrees", 2: "disagrees"}


def test_new_information_reopens_the_decision_with_its_own_awareness_date(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.take(ref, "start_deciding")
    world.take(ref, "decide_not_to_notify", LEE, rationale="Not met.")
    assert world.deadline(ref, "notification")["status"] == "no longer applies"
    world.clock.go_to("2026-01-12")
    world.take(ref, "reopen", LEE, aware_on="2026-01-09")
    again = world.deadline(ref, "notification", 2)
    assert (again["status"], again["due_on"]) == ("running", "2026-01-16")
    assert world.deadline(ref, "notification", 1)["status"] == "no longer applies"


def test_undo_brings_state_and_clocks_back_and_follows_up_what_left_the_building(
    world: World,
) -> None:
    ref = world.notified()
    assert world.deadline(ref, "review")["status"] == "running"
    cases.undo(world.place, By("bess", reason="the wrong case"), ref)
    shown = reading.show(world.place, BESS, ref)
    assert shown["state"] == "to_notify"
    assert {d["timescale"]: d["status"] for d in shown["deadlines"]} == {"notification": "running"}
    assert "follow up the notification form, to the national Panel" in shown["tasks"][0]["what"]
    world.take(ref, "record_notification_sent", LEE)
    assert world.deadline(ref, "review")["status"] == "running"
    assert world.verdict().problems == []


def test_undo_needs_a_reason(world: World) -> None:
    ref = world.notified()
    with pytest.raises(RefusedError, match="needs its reason"):
        cases.undo(world.place, BESS, ref)


def test_a_case_without_a_step_has_nothing_to_undo(world: World) -> None:
    ref = world.open()
    with pytest.raises(RefusedError, match="no step to set aside"):
        cases.undo(world.place, By("bess", reason="a mistake"), ref)


def test_undoing_twice_goes_back_two_steps(world: World) -> None:
    ref = world.notified()
    cases.undo(world.place, By("bess", reason="one"), ref)
    cases.undo(world.place, By("lee", reason="two"), ref)
    assert world.state(ref) == "deciding"
    assert world.verdict().problems == []


def test_a_correction_recomputes_and_leaves_the_decision_to_be_confirmed(world: World) -> None:
    ref = world.notified()
    cases.correct(
        world.place, By("bess", reason="misread"), ref, given(rationale="Another reason.")
    )
    shown = reading.show(world.place, BESS, ref)
    assert shown["state"] == "reviewing"
    assert [t["what"] for t in shown["tasks"]] == [
        'confirm "Decide to notify": an answer on which it rested was corrected'
    ]


def test_redating_a_step_judges_its_deadline_again(world: World) -> None:
    ref = world.notified(aware_on="2025-12-05")
    assert world.deadline(ref, "notification")["status"] == "met late"
    sent = next(
        e["n"]
        for e in world.events(ref)
        if e["type"] == "transition taken" and e["body"]["transition"] == "record_notification_sent"
    )
    by = By("bess", reason="the receipt says Friday")
    cases.redate(world.place, by, ref, sent, "2025-12-12")
    assert world.deadline(ref, "notification")["status"] == "met"
    assert world.deadline(ref, "review")["starts_on"] == "2025-12-12"
    assert world.verdict().problems == []


def test_an_extension_never_moves_the_deadline_it_stands_beside(world: World) -> None:
    ref = world.notified()
    due = world.deadline(ref, "review")["due_on"]
    by = By("bess", reason="the hospital asked for a week")
    cases.extend(world.place, by, ref, "review", "2026-01-30", "the executive")
    after = world.deadline(ref, "review")
    assert (after["due_on"], after["target_on"]) == (due, "2026-01-30")
    world.clock.go_to("2026-01-20")
    assert world.deadline(ref, "review")["status"] == "overdue"


def test_an_extension_to_an_earlier_day_is_none(world: World) -> None:
    ref = world.notified()
    with pytest.raises(RefusedError, match="nothing to extend"):
        cases.extend(world.place, By("bess", reason="r"), ref, "review", "2025-12-20", "nobody")


def test_a_delay_is_explained_with_its_reason(world: World) -> None:
    ref = world.notified()
    with pytest.raises(RefusedError, match="needs its reason"):
        cases.delay(world.place, BESS, ref, "review", "the Panel")
    cases.delay(world.place, By("bess", reason="a trial"), ref, "review", "the Panel")
    assert world.deadline(ref, "review")["delay_explained_on"] == "2025-12-15"


def test_already_done_needs_evidence_of_who_decided_when_the_role_does_not_show_it(
    world: World,
) -> None:
    ref = world.open()
    world.take(ref, "start_deciding")
    step = Step("decide_to_notify", already_done=True)
    with pytest.raises(RefusedError, match="cannot be done yet"):
        cases.take_step(world.place, EVE, ref, step)
    cases.take_step(world.place, By("eve", evidence="minutes-1"), ref, step)
    assert world.state(ref) == "to_notify"


def test_a_fact_is_not_dated_in_the_future(world: World) -> None:
    with pytest.raises(RefusedError) as error:
        world.open(aware_on="2026-12-15")
    assert "asks for a day that has come" in needs(error)


def test_an_answer_given_twice_in_one_command_is_refused(world: World) -> None:
    ref = world.open()
    twice = [Given("happened_on", "2025-12-10"), Given("happened_on", "2025-12-11")]
    with pytest.raises(RefusedError) as error:
        cases.record(world.place, BESS, ref, twice)
    assert "answered twice in one command" in needs(error)


def test_a_live_case_is_not_opened_in_a_month(world: World) -> None:
    with pytest.raises(RefusedError, match="opened on a day"):
        cases.open_new(
            world.place, By("bess", on="2025-11"), "incident", given(place="in our area")
        )
