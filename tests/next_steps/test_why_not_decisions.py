"""Where ways part at a decision `why-not` takes no side: it says who decides, and by what."""

from __future__ import annotations

from itertools import pairwise

import pytest

from engine import bootstrap
from engine.decide.possible.deciding import parting
from engine.service.drafting import drafted
from engine.service.looking import viewing
from engine.service.workplace import By
from tests.next_steps.test_cli_next import moved, whole
from tests.next_steps.test_needs import review
from tests.offices import Office

CRITERIA = ("age_band=under 18", "abuse_or_neglect=known", "outcome=died")


@pytest.fixture
def looked_at(office: Office) -> str:
    """A referral that is being looked at, of which nothing is known yet."""
    ref = review(office)
    moved(office, ref, "report_referral")
    return ref


def test_the_way_to_the_end_leads_up_to_the_first_decision_and_chooses_no_side(
    office: Office, looked_at: str
) -> None:
    told = office.json("why-not", looked_at, "close_case")
    assert (told["leads_there"], told["ways_part"], told["before"]) == (True, True, [])
    [decision] = told["decisions"]
    assert [(one["transition"], one["open"]) for one in decision["sides"]] == [
        *(("decide_to_notify", True), ("decide_not_to_notify", True)),
    ]
    assert decision["by"] == "the local authority"
    assert {one["question"] for one in decision["answers"]} >= {"age_band", "outcome"}
    assert decision["taken"] is None
    said = whole(office.ok("why-not", looked_at, "close_case"))
    assert 'What follows depends on: "Does the local authority know or suspect' in said
    assert "age_band=" not in said
    assert "find_nothing_to_act_on" not in said
    assert "take " + looked_at + " decide_not_to_notify" not in said
    assert "hangs on the decision at" in said


def test_of_the_sides_the_one_that_the_answers_on_record_allow_is_gone_on_with(
    office: Office, looked_at: str
) -> None:
    office.ok("record", looked_at, *CRITERIA)
    told = office.json("why-not", looked_at, "close_case")
    first, last = told["decisions"]
    assert first["taken"] == told["before"][0]["transition"] == "decide_to_notify"
    [ruled_out] = [one for one in first["sides"] if not one["open"]]
    assert ruled_out["transition"] == "decide_not_to_notify"
    assert last["state"] == "rapid_review_decision"
    assert (last["taken"], last["answers"], len(last["sides"])) == (None, [], 5)
    assert told["before"][-1]["transition"] == "recommend"
    said = whole(office.ok("why-not", looked_at, "close_case"))
    assert (
        '"Decide not to notify": ruled out by "How old was the youngest child concerned on the day '
        'of the incident?" (under 18); if that is wrong: '
        f"casetrail correct {looked_at} age_band=ANSWER --reason TEXT"
    ) in said
    assert "What follows depends on: what is decided by the executive of the partnership." in said


def test_an_answer_against_a_step_is_told_as_a_fact_and_not_as_what_is_to_be_changed(
    office: Office, looked_at: str
) -> None:
    office.ok("record", looked_at, *CRITERIA)
    said = whole(office.ok("why-not", looked_at, "decide_not_to_notify"))
    wrong = "Ruled out by what is on record: under 18. If that is wrong:"
    assert f"{wrong} By the business unit or the local authority, only if it is so:" in said


def test_what_would_do_is_always_to_be_put_on_record_only_if_it_is_so(
    office: Office, looked_at: str
) -> None:
    for step in ("decide_not_to_notify", "decide_to_notify", "send_information_to_panel"):
        lines = office.ok("why-not", looked_at, step).split("casetrail ")
        for before, after in pairwise(lines):
            if "these answers would do" in after:
                assert "only if it is so" in whole(before)[-40:]


def test_what_only_steps_to_come_will_answer_is_nothing_on_which_a_choice_depends(
    office: Office, looked_at: str
) -> None:
    office.ok("record", looked_at, "age_band=18 to 24")
    told = office.json("why-not", looked_at, "close_case")
    assert [one["transition"] for one in told["before"]] == ["decide_not_to_notify"]
    first, last = told["decisions"]
    assert first["taken"] == "decide_not_to_notify"
    assert (last["state"], last["answers"]) == ("not_notified", [])
    assert last["by"] in whole(office.ok("why-not", looked_at, "close_case"))


def test_a_side_that_alone_leads_to_a_step_is_no_choice(office: Office, looked_at: str) -> None:
    told = office.json("why-not", looked_at, "record_notification_sent")
    assert [one["transition"] for one in told["before"]] == ["decide_to_notify"]
    assert (told["ways_part"], told["decisions"]) == (False, [])


def test_two_ways_between_which_the_same_people_choose_are_a_decision_too(
    office: Office, looked_at: str
) -> None:
    place = bootstrap.workplace(bootstrap.settings(str(office.config)))
    with place.database.read() as tx:
        seen = viewing.view(place, tx, looked_at)
    draft = drafted(place, By("lee"), seen.case, seen.edition)
    step = draft.workflow.transitions
    decision = parting(draft, "action_plan", step["find_nothing_to_act_on"], step["close_case"])
    assert decision is not None
    assert [one.id for one in decision.sides] == ["agree_action_plan", "find_nothing_to_act_on"]
    assert decision.open == decision.sides
    # To take a decision back is no side of what was decided.
    sent = step["record_notification_sent"]
    assert parting(draft, "notification_to_send", sent, step["close_case"]) is None
    place.database.close()
