"""What a correction leaves on the trail, whom it tells and what it voids; what a step lacks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.case import Given
from engine.decide.entries import recording
from engine.decide.steps.needs import missing
from engine.definition import Approval, Condition, Guard, Transition
from engine.edition import Edition
from engine.errors import RefusedError
from engine.loading import load
from engine.service import cases, ticking
from engine.service.drafting import drafted
from engine.service.looking import reading, viewing
from engine.service.workplace import By
from tests.cases.test_clocks import bodies
from tests.changed_sample import changed
from tests.refusing import ON_SQLITE, WHY, said
from tests.rights.test_own_agency_told import REPLIES, REPLY, stepping
from tests.worlds import BESS, ED, EVE, LEE, SAMPLE, World, given

WORKFLOW = load(SAMPLE)


def voided(world: World, ref: str) -> list[tuple[str, int, list[str]]]:
    return [(b["of"], b["no"], b["people"]) for b in bodies(world, ref, "approval voided")]


def lacking(world: World, ref: str, step: Transition) -> list[tuple[str, str, str, str]]:
    """The kind, the subject and the role of each thing that a step lacks, and how it is had."""
    with world.place.database.read() as tx:
        seen = viewing.view(world.place, tx, ref)
    found = missing(drafted(world.place, BESS, seen.case, seen.edition), step)
    return [(one.kind, one.subject, one.role, one.need.how) for one in found]


@ON_SQLITE
def test_all_who_were_told_of_a_clock_are_told_that_its_day_has_moved(world: World) -> None:
    ref = world.notified()
    for day in ("2025-12-31", "2026-01-08", "2026-01-09"):
        world.clock.go_to(day)
        ticking.fire_due(world.place)
    fired = [b["notice"] for b in bodies(world, ref, "notice fired") if b["timescale"] == "review"]
    assert len(fired) == 3
    n = [e["n"] for e in world.events(ref) if e["type"] == "transition taken"][-1]
    cases.redate(world.place, WHY, ref, int(n), "2025-12-12")
    told = bodies(world, ref, "people told")[-1]
    assert told["what"] == "Send the review: the day has moved"
    assert {m["person"] for m in told["messages"]} == {"bess", "eve", "ed"}
    assert {(m["by_when"], m["urgent"]) for m in told["messages"]} == {("2026-01-07", 0)}


@ON_SQLITE
def test_a_deadline_judged_again_keeps_how_it_was_judged_before(world: World) -> None:
    ref = world.notified(aware_on="2025-12-12")
    cases.correct(world.place, WHY, ref, given(aware_on="2025-12-05"))
    judged = [
        b for b in bodies(world, ref, "deadline re-judged") if b["timescale"] == "notification"
    ]
    named = ("starts_on", "due_on", "status")
    assert [(b["cause"], [b["old"][name] for name in named]) for b in judged] == [
        ("an answer was corrected", ["2025-12-12", "2025-12-19", "met"])
    ]
    assert [(b["now"]["status"], b["now"]["due_on"]) for b in judged] == [
        ("met late", "2025-12-12")
    ]


@ON_SQLITE
def test_a_correction_keeps_what_a_public_answer_was_and_nothing_of_a_personal_one(
    world: World,
) -> None:
    ref = world.open(happened_on="2025-12-10")
    world.record(ref, rationale="The first reading.")
    changed = given(happened_on="2025-12-09", rationale="The second reading.")
    cases.correct(world.place, WHY, ref, changed)
    [body] = bodies(world, ref, "answers corrected")
    kept = [(a["question"], a["old"], a["value"], a["subject"]) for a in body["answers"]]
    assert kept == [
        ("happened_on", "2025-12-10", "2025-12-09", ""),
        ("rationale", None, None, ref),
    ]


@ON_SQLITE
def test_each_answer_that_is_as_it_was_is_told_whatever_else_is_put_right(world: World) -> None:
    ref = world.open(happened_on="2025-12-10", aware_on="2025-12-12")
    world.record(ref, rationale="The first reading.")
    same = given(
        rationale="The second reading.",
        happened_on="2025-12-09",
        aware_on="2025-12-12",
        place="in our area",
    )
    assert said(world, lambda w: cases.correct(w.place, WHY, ref, same)) == [
        "These answers cannot be put right.",
        '"When did the local authority become aware of it?" is already 2025-12-12; there is '
        "nothing to put right [] leave it out",
        '"Where did it happen?" is already in our area; there is nothing to put right [] '
        "leave it out",
    ]


@ON_SQLITE
def test_an_answer_that_cannot_be_read_is_refused_with_how_it_is_written(world: World) -> None:
    ref = world.open(happened_on="2025-12-10")
    with pytest.raises(RefusedError, match='"the day before" is not a date; write '):
        cases.correct(world.place, WHY, ref, given(happened_on="the day before"))


@ON_SQLITE
def test_a_decision_to_confirm_is_left_to_the_first_of_those_who_take_it(world: World) -> None:
    ref = world.notified()
    cases.correct(world.place, WHY, ref, [Given("opinion", "undecided", "police")])
    [opened] = bodies(world, ref, "task opened")
    left = [(t["kind"], t["subject"], t["role"]) for t in opened["tasks"]]
    assert left == [("confirm decision", "decide_to_notify", "local_authority")]


@ON_SQLITE
def test_a_report_that_changes_loses_its_own_approvals_and_no_others(world: World) -> None:
    ref = world.notified()
    world.record(ref, report="The report.")
    for by in (EVE, ED):
        cases.approve(world.place, by, ref, "report")
    cases.correct(world.place, WHY, ref, given(rationale="Met, as it is now said."))
    assert voided(world, ref) == []
    cases.correct(world.place, WHY, ref, given(report="The report, put right."))
    assert voided(world, ref) == [("report", 1, ["ed", "eve"])]
    cases.approve(world.place, EVE, ref, "report")
    cases.correct(world.place, WHY, ref, given(report="The report, put right once more."))
    assert voided(world, ref)[1:] == [("report", 1, ["eve"])]


@ON_SQLITE
def test_what_is_answered_with_a_step_that_asks_it_anew_is_a_new_answer_and_others_are_not(
    world: World,
) -> None:
    ref = world.open()
    for says in ("agrees", "disagrees"):
        world.take(ref, "record_letter", letter_says=says)
    step = cases.Step("record_letter", given(letter_says="agrees", happened_on="2025-12-10"))
    cases.take_step(world.place, BESS, ref, step)
    answers: list[dict[str, Any]] = reading.show(world.place, BESS, ref)["answers"]
    found = {(a["question"], a["no"]): a["value"] for a in answers if a["question"] != "place"}
    assert found == {
        ("letter_says", 1): "agrees",
        ("letter_says", 2): "disagrees",
        ("letter_says", 3): "agrees",
        ("happened_on", 1): "2025-12-10",
    }


@ON_SQLITE
def test_what_a_step_lacks_says_of_each_thing_what_it_is_and_whose(world: World) -> None:
    ref = world.open()
    step = WORKFLOW.transitions["start_deciding"]._replace(
        who=("executive", "business_unit"),
        only_if=Guard(
            (
                (Condition("aware_on", "answered"),),
                (Condition("letter_says", "is", ("agrees",)),),
            )
        ),
        on_file=("report", "form"),
        approve=(Approval("report", ("executive", "local_authority"), 2),),
    )
    assert lacking(world, ref, step) == [
        ("unmet need", "aware_on", "executive", "record aware_on=DAY or record letter_says=ANSWER"),
        ("missing answer", "report", "executive", "record report=-"),
        ("missing answer", "form", "executive", "attach form FILE"),
        ("unmet need", "report", "executive", "approve report"),
    ]


@ON_SQLITE
def test_what_a_step_asks_anew_is_given_with_it_whatever_is_on_file(world: World) -> None:
    ref = world.open()
    names = ("rationale", "form")
    step = WORKFLOW.transitions["start_deciding"]._replace(on_file=names, asks_anew=names)
    wanted = ("missing answer", "rationale", "business_unit", "give rationale with this step")
    form = ("missing answer", "form", "business_unit", "give form=@FILE with this step")
    assert lacking(world, ref, step) == [wanted, form]
    world.record(ref, rationale="It was so then.")
    assert lacking(world, ref, step) == [wanted, form]
    other = world.open()
    with world.place.database.read() as tx:
        seen = viewing.view(world.place, tx, other)
    draft = drafted(world.place, BESS, seen.case, seen.edition)
    recording.record(draft, given(rationale="It is so now."))
    assert [one.subject for one in missing(draft, step)] == ["form"]


@ON_SQLITE
def test_a_day_that_several_steps_give_is_asked_of_the_one_that_starts_where_the_case_is(
    world: World,
) -> None:
    ref = world.open()
    steps = WORKFLOW.transitions
    early = steps["start_deciding"]._replace(
        id="send_early", dates="notified_on", who=("executive",)
    )
    edition = Edition(replace(WORKFLOW, transitions={**steps, early.id: early}))
    guard = Guard(((Condition("notified_on", "answered"),),))
    with world.place.database.read() as tx:
        case = viewing.view(world.place, tx, ref).case
    lacks = missing(
        drafted(world.place, LEE, case, edition), steps["check_progress"]._replace(only_if=guard)
    )
    [one] = [one for one in lacks if one.subject == "notified_on"]
    assert (one.need.how, one.need.who) == ("take send_early", ("executive",))


@ON_SQLITE
def test_of_each_child_whose_name_is_not_known_the_child_is_named(world: World) -> None:
    ref = world.open()
    cases.add_person(world.place, BESS, ref, "child")
    cases.add_person(world.place, BESS, ref, "child", [Given("name", "Robin Sample")])
    with world.place.database.read() as tx:
        seen = viewing.view(world.place, tx, ref)
    step = WORKFLOW.transitions["start_deciding"]._replace(on_file=("name",))
    found = missing(drafted(world.place, By("bess"), seen.case, seen.edition), step)
    assert [(m.need.what, m.need.how) for m in found] == [
        ('no answer to "The child\'s name" for p1', "record name/p1=-")
    ]


@ON_SQLITE
def test_an_answer_of_an_earlier_time_is_compared_with_that_time(world: World) -> None:
    ref = world.open()
    for says in ("agrees", "disagrees"):
        world.take(ref, "record_letter", letter_says=says)
    as_it_was = [Given("letter_says", "agrees", "", 1)]
    assert said(world, lambda w: cases.correct(w.place, WHY, ref, as_it_was))[1:] == [
        '"What does the letter say?" is already agrees; there is nothing to put right [] '
        "leave it out"
    ]
    cases.correct(world.place, WHY, ref, [Given("letter_says", "agrees", "", 2)])


@pytest.mark.parametrize(
    ("by", "answers", "sentence"),
    [
        (BESS, given(place="elsewhere"), "A correction needs its reason; give --reason."),
        (WHY, given(report="None."), '"The report" has no answer yet; use `record`.'),
        (WHY, given(plaice="elsewhere"), "This process has no question plaice."),
        (WHY, [Given("place", "elsewhere")] * 2, "These answers cannot be put right together."),
    ],
)
@ON_SQLITE
def test_a_correction_that_cannot_be_made_says_why_in_one_sentence(
    world: World, by: By, answers: Any, sentence: str
) -> None:
    ref = world.open()
    assert said(world, lambda w: cases.correct(w.place, by, ref, answers))[0] == sentence


@ON_SQLITE
def test_what_a_command_yields_is_what_is_on_the_trail(world: World) -> None:
    ref = world.open()
    by = By("bess", evidence="minutes-1")
    made = cases.take_step(world.place, by, ref, cases.Step("start_deciding")).events
    sealed = [
        {name: part for name, part in event.items() if name not in ("hash", "position")}
        for event in world.events(ref)
        if event["n"] >= made[0]["n"]
    ]
    assert list(made) == sealed
    assert made[0]["evidence"] == "minutes-1"


@ON_SQLITE
def test_a_case_that_is_being_changed_counts_its_entries(world: World) -> None:
    ref = world.open()
    with world.place.database.read() as tx:
        seen = viewing.view(world.place, tx, ref)
    draft = drafted(world.place, BESS, seen.case, seen.edition)
    before = draft.case.version
    recording.record(draft, given(happened_on="2025-12-10"))
    assert draft.case.version == draft.chain.n > before


@ON_SQLITE
def test_a_clock_of_what_is_asked_anew_and_not_answered_counts_from_the_day_of_the_asking(
    world: World,
) -> None:
    ref = world.open(aware_on="2025-12-12", happened_on="2025-12-01")
    world.take(ref, "start_deciding")
    world.take(ref, "decide_not_to_notify", LEE, rationale="Not met.")
    world.clock.go_to("2025-12-17")
    world.take(ref, "reopen", LEE)
    again = world.deadline(ref, "notification", 2)
    assert (again["status"], again["starts_on"]) == ("provisional", "2025-12-17")


def test_a_step_taken_before_the_day_from_which_a_clock_counts_does_not_meet_it(
    tmp_path: Path,
) -> None:
    with changed(tmp_path, ("provisional = true\n", "")) as world:
        ref = world.open()
        world.take(ref, "start_deciding")
        world.opinions(ref)
        world.take(ref, "decide_to_notify", LEE, rationale="Met.")
        world.take(ref, "record_notification_sent", LEE)
        world.clock.go_to("2025-12-17")
        world.record(ref, aware_on="2025-12-16")
        assert world.deadline(ref, "notification")["status"] == "running"


def test_a_clock_that_applies_again_keeps_its_target_and_the_day_it_was_first_due(
    tmp_path: Path,
) -> None:
    here = (
        'due        = "within 15 working days of notified_on"\n',
        'due        = "within 15 working days of notified_on"\n'
        'only_if    = { place = "in our area" }\n',
    )
    with changed(tmp_path, here) as world:
        ref = world.notified()
        due = world.deadline(ref, "review")["due_on"]
        cases.extend(world.place, WHY, ref, "review", "2026-03-02", "the chair")
        for place, status in (("elsewhere", "no longer applies"), ("in our area", "running")):
            cases.correct(world.place, WHY, ref, given(place=place))
            assert world.deadline(ref, "review")["status"] == status
        again = world.deadline(ref, "review")
        assert (again["target_on"], again["first_due_on"]) == ("2026-03-02", due)


def test_an_agency_that_is_asked_only_the_second_time_has_a_clock_of_that_time(
    tmp_path: Path,
) -> None:
    anew = stepping("check_progress", 'asks_anew = ["reply_asked_on"]')
    with changed(tmp_path, REPLIES, REPLY, anew) as world:
        ref = world.notified()
        for of, day in (("board", "2025-12-12"), ("police", "2025-12-15")):
            asked = [Given("reply_asked_on", day, of)]
            cases.record(world.place, BESS, ref, asked)
            world.take(ref, "check_progress")
        shown = reading.show(world.place, BESS, ref)["deadlines"]
        clocks = [(d["of"], d["no"], d["starts_on"]) for d in shown if d["timescale"] == "reply"]
        assert clocks == [("board", 1, "2025-12-12"), ("police", 2, "2025-12-15")]
