"""A refusal names everything that is missing at once, and every way that is still open."""

from __future__ import annotations

import json

from engine.case import Given
from engine.dates import said
from engine.decide.draft import Draft
from engine.decide.steps.needs import missing
from engine.decide.steps.taking import Step
from engine.definition import Approval, Condition, Guard
from engine.loading import load
from engine.service import cases
from engine.service.drafting import drafted
from engine.service.looking import viewing
from engine.service.workplace import By
from tests.offices import Office, ago
from tests.worlds import BESS, LEE, SAMPLE, World, given

WORKFLOW = load(SAMPLE)


def review(office: Office, *answers: str) -> str:
    """A case of the real process, of which these answers are known."""
    words = ("place_of_incident=in our area", "place_of_residence=in our area")
    name = "child_safeguarding_practice_review"
    opened = office.json("open", name, *words, f"referred_on={ago(1)}")
    if answers:
        office.ok("record", opened["ref"], *answers)
    return str(opened["ref"])


def needs(office: Office, *words: str) -> list[str]:
    """What a refused command says is missing."""
    result = office.run("take", *words, "--as", "lee", "--json")
    assert result.exit_code == 4, result.output
    return [one["what"] for one in json.loads(result.stdout)["refused"]["unmet"]]


EITHER = (
    "one of these must be so: the youngest child concerned was 18 to 24 or 25 or over; or abuse or "
    "neglect is neither known nor suspected; or the child neither died nor was seriously harmed"
)
TO_NOTIFY = (
    "it must be on record that abuse or neglect is known or suspected",
    "it must be on record that the child died or was seriously harmed",
)


def test_what_must_be_so_is_never_said_as_if_it_were_so(office: Office) -> None:
    ref = review(office)
    assert set(TO_NOTIFY) <= set(needs(office, ref, "decide_to_notify"))
    said = " ".join(office.refused(4, "take", ref, "decide_to_notify", "--as", "lee").split())
    assert "- abuse or neglect is" not in said
    assert f"- {TO_NOTIFY[1]}" in said


def test_an_answer_that_stands_against_a_step_is_one_sentence_and_what_is_typed_if_it_is_wrong(
    office: Office,
) -> None:
    ref = office.open("place=elsewhere", f"aware_on={ago(1)}")
    office.ok("take", ref, "start_deciding")
    refused = " ".join(office.refused(4, "take", ref, "decide_to_notify", "--as", "lee").split())

    assert (
        '- "Where did it happen?" must be answered with "in our area", but on record is elsewhere '
        "(from the business unit; correct place=ANSWER if that is wrong) - " in refused
    )


def test_a_day_that_has_not_passed_is_told_as_people_write_it(world: World) -> None:
    ref = world.open()
    world.record(ref, publication_planned_on="2026-02-03")
    guard = Guard(((Condition("publication_planned_on", "passed"),),))

    [(what, who, how, _)] = lacking(world, ref, only_if=guard)

    assert what.endswith(" today or an earlier day, but on record is Tue 3 Feb 2026")
    assert (who, how) == ((), "")


def test_of_several_ways_to_meet_a_guard_every_one_is_told(office: Office) -> None:
    ref = review(office)
    assert EITHER in needs(office, ref, "decide_not_to_notify")
    said = office.refused(4, "take", ref, "decide_not_to_notify", "--as", "lee")
    assert (
        "record age_band=ANSWER, record abuse_or_neglect=ANSWER or record outcome=ANSWER"
        in " ".join(said.split())
    )


def test_a_way_that_an_answer_on_record_rules_out_is_not_told_while_another_is_open(
    office: Office,
) -> None:
    ref = review(office, "age_band=under 18", "outcome=died")
    found = needs(office, ref, "decide_not_to_notify")
    assert "it must be on record that abuse or neglect is neither known nor suspected" in found
    assert not [one for one in found if one.startswith("one of these")]
    office.ok("record", ref, "abuse_or_neglect=known")
    [every] = [one for one in needs(office, ref, "decide_not_to_notify") if "one of these" in one]
    assert every.startswith(EITHER)


def test_who_has_not_been_asked_can_be_asked_first(office: Office) -> None:
    ref = office.at("deciding")
    said = " ".join(office.ok("next", ref, "--all", "--as", "lee").split())
    assert (
        "record --asked opinion/police=DAY, record opinion/police=ANSWER, or record --no-reply"
        in said
    )
    office.ok("record", ref, "--asked", "opinion/police")
    said = " ".join(office.ok("next", ref, "--all", "--as", "lee").split())
    assert "--asked opinion/police" not in said
    assert "record opinion/police=ANSWER, or record --no-reply opinion/police)" in said


DEPUTY = """
[[appointment]]
person     = "hana"
role       = "local_authority"
agency     = "council"
deputy_for = "lee"
"""


def test_a_deputy_is_told_for_whom_and_when_they_may_act(office: Office) -> None:
    ref = office.at("deciding")
    office.config.write_text(office.config.read_text() + DEPUTY)
    said = " ".join(office.refused(4, "take", ref, "decide_to_notify", "--as", "hana").split())
    assert "Hana Sample deputises for Lee Sample and may act while Lee Sample is away" in said
    assert 'enter an [[absence]] of "lee" in config.toml' in said
    stranger = office.refused(4, "take", ref, "decide_to_notify", "--as", "pol")
    assert "deputises" not in stranger


def test_the_name_of_whoever_is_stood_for_does_not_enter_the_trail(office: Office) -> None:
    ref = office.at("deciding")
    office.config.write_text(office.config.read_text() + DEPUTY)
    paper = office.file("minutes.txt", "It was decided.")
    words = ("--already-done", "--evidence", paper, "--as", "hana")
    office.run("take", ref, "decide_to_notify", *words)
    assert "Lee Sample" not in office.ok("history", ref, "--json")


def test_a_step_that_is_on_record_as_done_is_not_recorded_as_done_twice(office: Office) -> None:
    ref = office.at("deciding")
    paper = office.file("minutes.txt", "It was decided.")
    words = ("take", ref, "decide_to_notify", "--already-done", "--as", "lee", "--evidence", paper)
    office.ok(*words, "--key", "once-and-again")
    before = office.show(ref)
    refused = " ".join(office.refused(4, *words).split())
    assert f"is already on record as done on {said(ago(0))}; use --key to repeat a" in refused
    assert office.show(ref)["tasks"] == before["tasks"]
    office.ok(*words, "--key", "once-and-again")
    assert office.show(ref)["tasks"] == before["tasks"]


def test_a_wrong_answer_hides_nothing_else_that_the_step_lacks(office: Office) -> None:
    ref = office.at("deciding")
    lacking = needs(office, ref, "decide_to_notify")
    wrong = ("opinion/council=perhaps", "place=nowhere")
    found = needs(office, ref, "decide_to_notify", *wrong)
    assert len([one for one in found if "is answered with one of" in one]) == 2
    others = [one for one in lacking if "opinion" not in one and "should be notified" not in one]
    assert others
    assert set(others) <= set(found)
    assert office.show(ref)["state"] == "deciding"


def test_what_is_already_done_is_not_asked_for_what_it_lacked(office: Office) -> None:
    ref = office.at("deciding")
    words = (ref, "decide_to_notify", "place=nowhere", "--already-done")
    assert len(needs(office, *words)) == 1


def test_an_answer_that_must_be_on_file_and_is_one_way_of_several_is_asked_for_once(
    world: World,
) -> None:
    guard = Guard(
        (
            (Condition("place", "is", ("in our area",)),),
            (Condition("letter_says", "is", ("agrees",)),),
            (Condition("aware_on", "answered"),),
        )
    )
    step = WORKFLOW.transitions["start_deciding"]
    asked = step._replace(only_if=guard, on_file=("letter_says",))
    either, on_file = (one.need for one in missing(draft_of(world), asked))
    assert either.how == "record place=ANSWER or record aware_on=DAY"
    assert "letter" in either.what
    assert on_file.what == 'no answer to "What does the letter say?"'
    assert on_file.how == "record letter_says=ANSWER"


def test_an_answer_that_must_be_on_file_and_fit_a_guard_is_asked_for_once(world: World) -> None:
    guard = Guard(((Condition("letter_says", "is", ("agrees",)),),))
    step = WORKFLOW.transitions["start_deciding"]
    asked = step._replace(only_if=guard, on_file=("letter_says",))
    [one] = missing(draft_of(world), asked)
    assert one.need.how == "record letter_says=ANSWER"


def draft_of(world: World) -> Draft:
    """The beginning of a change of a case of which nothing is known."""
    past = By("bess", on="2019-05-01")
    ref = cases.open_new(world.place, past, "incident", (), historic=True).ref
    with world.place.database.read() as tx:
        seen = viewing.view(world.place, tx, ref)
    return drafted(world.place, BESS, seen.case, seen.edition)


def lacking(world: World, ref: str, **parts: object) -> list[tuple[str, tuple[str, ...], str, str]]:
    """What beginning the decision would lack if it needed this."""
    asked = WORKFLOW.transitions["start_deciding"]._replace(**parts)  # type: ignore[arg-type]
    with world.place.database.read() as tx:
        seen = viewing.view(world.place, tx, ref)
    found = missing(drafted(world.place, BESS, seen.case, seen.edition), asked)
    return [(one.need.said, one.need.who, one.need.how, one.subject) for one in found]


UNIT = ("business unit",)


def test_what_is_asked_of_each_child_is_missing_of_each_and_of_none_before_one_is_added(
    world: World,
) -> None:
    ref = world.open()
    asked = 'no answer to "The child\'s name"'
    assert lacking(world, ref, on_file=("name",)) == [(asked, UNIT, "record name=-", "name")]
    cases.add_person(world.place, BESS, ref, "child")
    cases.add_person(world.place, BESS, ref, "child", [Given("name", "Robin Sample")])
    assert lacking(world, ref, on_file=("name", "form")) == [
        (f"{asked} for p1", UNIT, "record name/p1=-", "name/p1"),
        ('no answer to "The form that was sent"', UNIT, "attach form FILE", "form"),
    ]


def test_of_several_agencies_each_that_has_not_answered_is_named_by_its_title(
    world: World,
) -> None:
    ref = world.open()
    cases.record(world.place, BESS, ref, [Given("opinion", "notify", "board")])
    asked = 'no answer to "Does your agency think it should be notified?" from'
    assert [(what, how) for what, _, how, _ in lacking(world, ref, on_file=("opinion",))] == [
        (f"{asked} Sample Borough Council", "record opinion/council=ANSWER"),
        (f"{asked} Sample Police", "record opinion/police=ANSWER"),
    ]


def test_a_step_that_was_passed_over_is_left_to_those_who_take_it(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    why = given(rationale="It was an accident.")
    step = Step("decide_not_to_notify", why, already_done=True, pass_over=True)
    cases.take_step(world.place, LEE, ref, step)
    with world.place.database.read() as tx:
        rows = [tuple(row) for row in tx.rows("SELECT kind, role, subject FROM tasks")]
    assert rows == [("unmet need", "business_unit", "start_deciding")]


def test_how_a_case_came_where_a_step_starts_is_left_to_those_who_take_that_step(
    world: World,
) -> None:
    ref = world.notified()
    step = Step("decide_not_to_notify", already_done=True, pass_over=True)
    cases.take_step(world.place, LEE, ref, step)
    with world.place.database.read() as tx:
        rows = [tuple(row) for row in tx.rows("SELECT kind, role, subject FROM tasks")]
    assert rows[0] == ("unmet need", "local_authority", "decide_not_to_notify")


def test_a_day_that_a_step_gives_is_had_by_those_who_take_that_step(world: World) -> None:
    guard = Guard(((Condition("notified_on", "answered"),),))
    [(_, who, how, subject)] = lacking(world, world.open(), only_if=guard)
    assert who == ("local authority", "business unit")
    assert (how, subject) == ("take record_notification_sent", "notified_on")


def test_each_approval_that_is_missing_is_counted_and_what_rules_a_guard_out_is_told(
    world: World,
) -> None:
    ref = world.open(place="elsewhere")
    two = (Approval("place", ("executive",), 2),)
    guard = Guard(((Condition("place", "is", ("in our area",)),),))
    found = lacking(world, ref, approve=two, only_if=guard)
    assert [(who, how, subject) for _, who, how, subject in found] == [
        (UNIT, "correct place=ANSWER if that is wrong", "place"),
        (("executive",), "approve place", "place"),
    ]
    assert found[1][0] == '2 more approvals of "Where did it happen?"'
    asked = WORKFLOW.transitions["start_deciding"]._replace(approve=two, only_if=guard)
    with world.place.database.read() as tx:
        seen = viewing.view(world.place, tx, ref)
    every = missing(drafted(world.place, BESS, seen.case, seen.edition), asked)
    assert {(one.kind, one.role) for one in every} == {
        ("unmet need", "business_unit"),
        ("unmet need", "executive"),
    }
    linked = Guard(((Condition("summary", "all ended"),),))
    assert lacking(world, ref, only_if=linked) == []
