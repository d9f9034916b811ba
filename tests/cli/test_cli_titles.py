"""What people read has titles; what must be typed stands beside them in brackets."""

from __future__ import annotations

import re

import pytest

from engine.cli.printing import day
from engine.definition import Workflow
from engine.service.looking import ahead, reading, viewing
from tests.next_steps.test_needs import review
from tests.offices import Office, ago
from tests.worlds import BESS, World

IDENTIFIER = re.compile(r"(?<![\[`/\w])[a-z]+_[a-z_]+(?![\w])")
TYPED = re.compile(
    r"\[[^\]]*\]|`[^`]*`|casetrail take \S+ \w+|"
    r"\((?:from the [^)]*; )?(?:take|record|attach|approve) [^)]*\)"
)


def identifiers(said: str) -> set[str]:
    """The identifiers in what is said, outside of brackets and of commands to type."""
    return set(IDENTIFIER.findall(TYPED.sub("", " ".join(said.split()))))


def whole(said: str) -> str:
    return " ".join(said.split())


@pytest.mark.parametrize("name", ["show", "history", "next", "deadlines", "explain"])
def test_what_people_read_names_things_by_their_titles(office: Office, name: str) -> None:
    office.at("to_notify")
    ref = office.at("reviewing")
    office.ok("record", ref, "agencies_asked=council,police")
    office.ok("take", ref, "ask_for_summaries")
    office.ok("correct", ref, f"aware_on={ago(2)}", "--reason", "misread")
    words = (name, ref, "review") if name == "explain" else (name, ref)
    assert identifiers(office.ok(*words)) == set()
    for command in (("today",), ("list",), ("find", "our area")):
        assert identifiers(office.ok(*command)) == set(), command


def test_what_can_be_done_is_a_title_with_what_to_type_beside_it(office: Office) -> None:
    ref = office.at("deciding")
    said = whole(office.ok("next", ref))
    assert f"- Record a letter from the Panel casetrail take {ref} record_letter" in said
    assert "- Record a letter from the Panel [record_letter]" in office.ok("show", ref)
    assert "Notify the Panel [notification]: due" in office.ok("show", ref)
    assert {"transition", "title", "apart"} == set(office.show(ref)["can_be_done"][0])


def test_explain_says_by_which_step_a_deadline_was_met(office: Office) -> None:
    ref = office.at("reviewing")
    said = whole(office.ok("explain", ref, "notification"))
    assert 'by the step "Record that the notification was sent"' in said
    assert identifiers(said) == set()


def test_history_names_people_agencies_and_answers(office: Office) -> None:
    ref = office.at("reviewing")
    office.ok("record", ref, "agencies_asked=council,police", f"publication_planned_on={ago(-9)}")
    said = whole(office.ok("history", ref))
    assert (
        "Which agencies are asked for a summary? Sample Borough Council and Sample Police" in said
    )
    assert "Does your agency think it should be notified? (Sample Police): no reply" in said
    assert "Why was it decided so? (personal)" in said
    assert "by Lee Sample as local authority" in said
    assert 'step taken: "Begin the decision", from "It has been referred" to "The local' in said


def test_every_public_answer_is_shown_in_the_order_in_which_it_is_asked(office: Office) -> None:
    ref = office.at("reviewing")
    office.ok("record", ref, "agencies_asked=council,police", f"happened_on={ago(3)}")
    said = office.ok("show", ref)
    order = ["place", "aware_on", "happened_on", "notified_on", "opinion/police", "agencies_asked"]
    places = [said.index(f"[{name}]") for name in order]
    assert places == sorted(places)
    assert "Where did it happen? in our area [place]" in said
    assert "Sample Police: asked on" in said
    assert "[rationale]" not in said
    assert "Why was it decided so? on file [rationale]" in office.ok("show", ref, "--all")
    listed = [answer["question"] for answer in office.show(ref)["answers"]]
    assert listed == sorted(listed, key=[*dict.fromkeys(listed)].index)


def test_an_answer_asked_anew_is_shown_once_and_named_as_it_is_corrected(office: Office) -> None:
    ref = office.at("reviewing")
    for _ in range(2):
        office.ok("take", ref, "record_letter", "letter_says=agrees")
    said = office.ok("show", ref)
    assert said.count("What does the letter say?") == 1
    assert "1 earlier answer, since asked anew; --all shows them." in whole(said)
    every = office.ok("show", ref, "--all")
    assert "agrees [letter_says//1]" in every
    assert "agrees [letter_says]" in every
    why = ("--reason", "misread")
    office.ok("correct", ref, "letter_says//1=disagrees", *why)
    assert "disagrees [letter_says//1]" in office.ok("show", ref, "--all")
    assert "What does the letter say? agrees [letter_says]" in office.ok("show", ref)


def test_a_provisional_deadline_says_why_and_what_to_record(office: Office) -> None:
    ref = office.open("place=in our area", f"happened_on={ago(30)}")
    for words in (("show", ref), ("deadlines", ref), ("explain", ref, "notification")):
        said = whole(office.ok(*words))
        assert "OVERDUE" in said
        assert re.search(r"ago, provisional\b", said), said
        assert (
            'Provisional: "When did the local authority become aware of it?" is not answered, so '
            "it is counted from"
        ) in said
        assert "`record aware_on=DAY` sets the day that counts." in said
        assert "that is from" not in said
    assert "ago, provisional; it waits on the" in whole(office.ok("today"))
    [told] = office.show(ref)["deadlines"]
    assert told["status"] == "overdue"
    assert told["provisional"]["question"] == "aware_on"
    office.ok("record", ref, f"aware_on={ago(29)}")
    said = whole(office.ok("explain", ref, "notification"))
    assert "rovisional" not in said.split("Changes")[0]
    assert "that is from" in said
    assert office.show(ref)["deadlines"][0]["provisional"] is None


@pytest.mark.parametrize(
    ("step", "then"),
    [("decide_not_to_notify", "stopped"), ("record_notification_sent", "was met")],
)
def test_a_clock_that_ended_while_its_start_was_unknown_is_explained_as_provisional(
    office: Office, step: str, then: str
) -> None:
    ref = office.open("place=in our area", f"happened_on={ago(9)}")
    office.ok("take", ref, "start_deciding")
    if then == "was met":
        office.ok("take", ref, "decide_to_notify", "--already-done", "--as", "lee")
    office.ok("take", ref, step, "--already-done", "--as", "lee")
    said = whole(office.ok("explain", ref, "notification"))
    assert (
        f"It was provisional when it {then}: "
        '"When did the local authority become aware of it?" was not answered, so it was counted '
        f"from {day(ago(9))}, the earliest day on record then."
    ) in said
    assert "day 0, as no other was known then" in said
    assert "it happened" not in said
    assert "that is from" not in said
    [told] = office.json("explain", ref, "notification")["deadlines"]
    assert told["was_provisional"]["counted_from"] == ago(9)
    # The day that is learnt later judges again what was met, and leaves alone what had stopped.
    office.ok("record", ref, f"aware_on={ago(8)}")
    said = whole(office.ok("explain", ref, "notification"))
    assert ("It was provisional when it" in said) is (then == "stopped")
    assert (f"that is from {day(ago(8))}" in said) is (then == "was met")


def test_a_clock_whose_start_was_learnt_before_it_ended_is_not_explained_as_provisional(
    office: Office,
) -> None:
    ref = office.open("place=in our area", f"happened_on={ago(9)}")
    office.ok("record", ref, f"aware_on={ago(8)}")
    office.ok("take", ref, "start_deciding")
    office.ok("take", ref, "decide_not_to_notify", "--already-done", "--as", "lee")
    [told] = office.json("explain", ref, "notification")["deadlines"]
    assert (told["status"], told["was_provisional"]) == ("no longer applies", None)
    assert f"that is from {day(ago(8))}" in whole(office.ok("explain", ref, "notification"))


def test_steps_that_can_be_taken_almost_any_time_are_said_with_one_of_them(
    office: Office,
) -> None:
    ref = review(office)
    said = whole(office.ok("show", ref))
    assert (
        'Can be done now 6 steps that can be taken almost any time, such as "Call a meeting"; '
        f"`casetrail next {ref}` names them"
    ) in said
    office.ok("take", ref, "report_referral", "--already-done")
    said = whole(office.ok("show", ref))
    assert '6 more steps that can be taken almost any time, such as "Call a meeting"' in said


def steps(world: World, ref: str) -> list[str]:
    return [one["transition"] for one in ahead.next_steps(world.place, BESS, ref)["steps"]]


def workflow(world: World, ref: str) -> Workflow:
    with world.place.database.read() as tx:
        return viewing.view(world.place, tx, ref).edition.workflow


def test_steps_that_a_deadline_waits_for_come_first_by_its_day_then_the_order_of_the_file(
    world: World,
) -> None:
    ref = world.open(aware_on="2025-12-12")
    assert steps(world, ref)[0] == "start_deciding"
    world.take(ref, "start_deciding")
    in_file = [one.id for one in workflow(world, ref).from_state("deciding")]
    assert steps(world, ref) == in_file
    ref = world.notified()
    in_file = [one.id for one in workflow(world, ref).from_state("reviewing")]
    serving: dict[str, tuple[bool, bool, str]] = {}
    known = workflow(world, ref).timescales
    for one in reading.show(world.place, BESS, ref)["deadlines"]:
        if one["status"] in ("running", "overdue"):
            order = (one["status"] != "overdue", not one["duty"], str(one["due_on"]))
            for name in known[one["timescale"]].met_by:
                serving[name] = min(order, serving.get(name, order))
    found = steps(world, ref)
    first = sorted((name for name in in_file if name in serving), key=lambda name: serving[name])
    assert first != [name for name in in_file if name in serving]
    assert found == [*first, *(name for name in in_file if name not in serving)]


def test_what_a_change_did_is_said_by_titles_too(office: Office) -> None:
    ref = office.at("to_notify")
    form = office.file("form.txt", "The form.")
    said = office.ok("attach", ref, "form", form)
    assert 'Put a document on file for "The form that was sent".' in said
    said += office.ok("delay", ref, "notification", "--told", "them", "--reason", "late")
    assert '"Notify the Panel" was not late yet: it is on record that a delay was' in whole(said)
    ref = office.at("reviewing")
    office.ok("record", ref, "report=-", typed="The report.")
    said += office.ok("approve", ref, "report", "--as", "eve")
    assert '"The report" is approved as it stands.' in said
    said += office.refused(4, "approve", ref, "letter_says", "--as", "eve")
    said += office.refused(4, "correct", ref, "happened_on=2025-12-01", "--reason", "misread")
    said += office.refused(4, "attach", ref, "letter_says", form)
    assert identifiers(said) == set()


def test_a_linked_case_is_told_in_the_history_by_what_happened_to_it(office: Office) -> None:
    ref = office.at("reviewing")
    office.ok("record", ref, "agencies_asked=council,police")
    opened = office.json("take", ref, "ask_for_summaries")["opened"]
    said = whole(office.ok("history", ref))
    assert 'linked case opened: "Summary of an agency", 2 in all' in said
    assert "have ended" not in said
    for linked in opened:
        office.ok("take", linked, "decline")
    said = whole(office.ok("history", ref))
    about = {one["ref"]: one["about_title"] for one in office.show(ref)["linked"]}
    for linked, number in zip(opened, ("1 of 2 has", "2 of 2 have"), strict=True):
        this = f"of which {number} ended; it is {linked} of {about[linked]}"
        assert f'linked case ended: "Summary of an agency", {this}' in said
