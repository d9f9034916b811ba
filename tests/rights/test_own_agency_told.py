"""A role that counts at its own agency alone: who is told in it, and whose list a case is on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.case import Given
from engine.directory import Absence, Appointment, Directory, Recipient
from engine.service import cases, ticking
from engine.service.looking import listing, reading
from engine.service.looking.listing import Wish
from engine.service.workplace import By
from tests.cases.test_clocks import bodies
from tests.cases.test_linked_cases import CHASED, FIRST, asked, told, told_by
from tests.changed_sample import Edit, appointed, changed
from tests.refusing import WHY
from tests.reviews import SAM, Review
from tests.worlds import AGENCIES, BESS, DIRECTORY, World, given

BOUND = ('title = "executive"\n', 'title      = "executive"\nown_agency = true\n')
DAY = "2025-12-15"
ROLE = "executive"


@contextmanager
def bound(folder: Path, *process: Edit, linked: tuple[Edit, ...] = ()) -> Iterator[World]:
    """The changed sample, of which the executive counts at its own agency alone."""
    with changed(folder, BOUND, *process, linked=linked) as world:
        yield world


def stepping(step: str, more: str) -> Edit:
    return (f"[transition.{step}]\n", f"[transition.{step}]\n{more}\n")


TELLING = stepping("check_progress", 'tell  = ["executive"]')
NAMING = stepping("ask_for_summaries", 'tell    = ["executive", "business_unit"]')
OTHERS = (
    "[question.report]\n",
    """[question.visited]
ask      = "Which agencies were visited?"
answer   = "agencies"
personal = false
because  = "names of organisations"

[question.report]
""",
)
REPLIES = (
    "[question.report]\n",
    """[question.reply_asked_on]
ask      = "When was your agency asked for a reply?"
answer   = "date"
asked_of = "partners"
personal = false
because  = "a date of the process"

[question.report]
""",
)
REPLY = (
    "[timescale.copies]\n",
    """[timescale.reply]
title      = "Reply"
due        = "within 5 working days of reply_asked_on"
met_by     = ["submit_review"]
stops_if   = ["decide_not_to_notify"]
waiting_on = "executive"
time_from  = { kind = "local", says = "may", source = "the partnership's own practice" }
confirmed  = "read"
checked    = "on 2026-11-22 against the partnership's practice note"
remind     = [{ at = "1 working day after it starts", tell = ["executive", "partners"] }]
escalate   = [{ at = "1 working day after it was due", tell = ["executive", "business_unit"] }]

[timescale.copies]
""",
)
WAITING = (
    'title      = "The agency has been asked"\nwaiting_on = "business_unit"\n',
    'title      = "The agency has been asked"\nwaiting_on = "executive"\n',
)
HERE = (
    'title      = "It is being reviewed"\nwaiting_on = "business_unit"\n',
    'title      = "It is being reviewed"\nwaiting_on = "executive"\n',
)
BEGIN = (
    "[transition.record_notification_sent]\n",
    '[transition.record_notification_sent]\non_file         = ["visited"]\n',
)
CHASING = (
    CHASED[0],
    CHASED[1].replace('tell = ["business_unit"]', 'tell = ["executive"]'),
)


def fired(world: World, ref: str) -> list[list[tuple[str, str]]]:
    """Whom each notice of a case that has fired told, and in which role."""
    found = bodies(world, ref, "notice fired")
    return [[(m["person"], m["role"]) for m in body["messages"]] for body in found]


def mine(world: World, person: str) -> list[str]:
    return [one["ref"] for one in listing.cases(world.place, Wish(mine=person))]


@pytest.mark.parametrize(
    ("about", "people"),
    [
        ("board", [("ed", "executive")]),
        ("council", [("eve", "executive")]),
        ("police", [("pol", "police")]),
    ],
)
def test_a_case_about_an_agency_tells_who_holds_the_role_there_or_the_contact_of_the_agency(
    tmp_path: Path, about: str, people: list[tuple[str, str]]
) -> None:
    with bound(tmp_path, linked=(told_by("executive"),)) as world:
        [linked] = asked(world, world.notified(), about)
        world.take(linked, "decline")
        assert told(world, linked) == people


def test_though_one_agency_alone_has_somebody_in_the_role_they_are_not_told_of_another_one(
    tmp_path: Path,
) -> None:
    with bound(tmp_path, linked=(told_by("executive"),)) as world:
        people = world.place.directory
        alone = tuple(one for one in people.appointments if one.person != "ed")
        world.place.directory = replace(people, appointments=alone)
        [linked] = asked(world, world.notified(), "police")
        world.take(linked, "decline")
        assert told(world, linked) == [("pol", "police")]


def test_all_who_hold_the_role_at_the_agency_are_told(tmp_path: Path) -> None:
    with bound(tmp_path, linked=(told_by("executive"),)) as world:
        appointed(world, Appointment("hana", "executive", "board"))
        [linked] = asked(world, world.notified(), "board")
        world.take(linked, "decline")
        assert told(world, linked) == [("ed", "executive"), ("hana", "executive")]


def test_a_role_that_is_bound_to_no_agency_is_told_whole_in_a_case_about_one(
    tmp_path: Path,
) -> None:
    with changed(tmp_path, linked=(told_by("business_unit"),)) as world:
        appointed(world, Appointment("dee", "business_unit"))
        one, two = asked(world, world.notified(), "council,police")
        for linked in (one, two):
            world.take(linked, "decline")
            assert told(world, linked) == [("bess", "business_unit"), ("dee", "business_unit")]


AWAY = (Absence("ed", "2025-12-01"),)
DEPUTY = (Appointment("hana", "executive", "board", deputy_for="ed"),)
NO_CONTACT = {**AGENCIES, "board": replace(AGENCIES["board"], contact="")}


APPOINTED = (*DIRECTORY.appointments, *DEPUTY)
FALLBACKS = {"executive": "dee", "any role": "bess"}
BARE = replace(DIRECTORY, absences=AWAY, agencies=NO_CONTACT, fallbacks={})


@pytest.mark.parametrize(
    ("directory", "agencies", "people"),
    [
        (replace(DIRECTORY, absences=AWAY), "board", [("hana", "board")]),
        (replace(DIRECTORY, absences=AWAY, appointments=APPOINTED), "board", [("hana", ROLE)]),
        (replace(BARE, fallbacks=FALLBACKS), "board", [("dee", ROLE)]),
        (BARE, "board", [("ed", ROLE)]),
        (replace(DIRECTORY, agencies={}, fallbacks={}), "police", []),
        (DIRECTORY, "", [("bess", ROLE)]),
        (DIRECTORY, "council board", [("eve", ROLE), ("ed", ROLE)]),
        (DIRECTORY, "police board", [("pol", "police"), ("ed", ROLE)]),
    ],
)
def test_of_an_agency_with_nobody_there_the_deputy_the_contact_then_the_fallback_are_told(
    directory: Directory, agencies: str, people: list[tuple[str, str]]
) -> None:
    found = directory.to_tell_at(ROLE, agencies.split(), DAY)
    assert found == tuple(Recipient(person, role) for person, role in people)


def test_a_case_about_no_agency_tells_those_of_the_agencies_that_its_answers_name(
    tmp_path: Path,
) -> None:
    with bound(tmp_path, TELLING) as world:
        ref = world.notified()
        world.take(ref, "check_progress")
        assert told(world, ref) == [("bess", "executive")]
        world.record(ref, agencies_asked="board")
        world.take(ref, "check_progress")
        assert told(world, ref) == [("ed", "executive")]


def test_a_step_that_names_an_agency_tells_that_one_and_none_that_others_name(
    tmp_path: Path,
) -> None:
    with bound(tmp_path, NAMING, OTHERS) as world:
        ref = world.notified()
        world.record(ref, visited="council")
        asked(world, ref, "board")
        assert told(world, ref) == [("ed", "executive"), ("bess", "business_unit")]


def test_a_step_that_is_set_aside_tells_those_of_the_agency_that_it_named(tmp_path: Path) -> None:
    with bound(tmp_path, NAMING, OTHERS) as world:
        ref = world.notified()
        world.record(ref, visited="council")
        asked(world, ref, "board")
        cases.undo(world.place, WHY, ref)
        last = bodies(world, ref, "people told")[-1]
        assert last["what"] == "Ask the agencies for their summaries: this step was set aside"
        assert told(world, ref) == [("ed", "executive"), ("bess", "business_unit")]


def test_a_notice_in_a_case_about_an_agency_tells_those_of_that_agency_alone(
    tmp_path: Path,
) -> None:
    with bound(tmp_path, linked=(FIRST, CHASING)) as world:
        one, two = asked(world, world.notified(), "board,police")
        world.clock.go_to("2025-12-22", 9)
        ticking.fire_due(world.place)
        assert fired(world, one) == [[("ed", "executive")]]
        assert fired(world, two) == [[("pol", "police")]]


def test_a_clock_that_runs_for_each_agency_tells_the_people_of_each_of_its_own_alone(
    tmp_path: Path,
) -> None:
    with bound(tmp_path, REPLIES, REPLY) as world:
        ref = world.notified()
        days = [Given("reply_asked_on", DAY, of) for of in ("council", "board", "police")]
        cases.record(world.place, BESS, ref, days)
        world.clock.go_to("2025-12-16", 9)
        ticking.fire_due(world.place)
        sent = {body["of"]: body["messages"] for body in bodies(world, ref, "notice fired")}
        people = {of: [(m["person"], m["role"]) for m in found] for of, found in sent.items()}
        assert people == {
            "board": [("ed", "executive"), ("hana", "board")],
            "council": [("eve", "executive"), ("lee", "council")],
            "police": [("pol", "police")],
        }
        assert {m["what"] for m in sent["board"]} == {
            "Reply (Sample Integrated Care Board): is due"
        }
        world.clock.go_to("2025-12-23", 9)
        ticking.fire_due(world.place)
        late = {b["of"]: b["messages"] for b in bodies(world, ref, "notice fired")[3:]}
        assert [m["person"] for m in late["board"]] == ["ed", "bess"]


def test_that_the_day_of_an_agency_has_moved_is_told_to_the_people_of_that_agency_alone(
    tmp_path: Path,
) -> None:
    with bound(tmp_path, REPLIES, REPLY) as world:
        ref = world.notified()
        days = [Given("reply_asked_on", DAY, of) for of in ("council", "board")]
        cases.record(world.place, BESS, ref, days)
        world.clock.go_to("2025-12-16", 9)
        ticking.fire_due(world.place)
        moved = [Given("reply_asked_on", "2025-12-12", "board")]
        cases.correct(world.place, WHY, ref, moved)
        last = bodies(world, ref, "people told")[-1]
        assert last["what"] == "Reply (Sample Integrated Care Board): the day has moved"
        assert {m["person"] for m in last["messages"]} == {"ed", "hana"}
        assert {m["by_when"] for m in last["messages"]} == {"2025-12-19"}


def test_a_case_about_an_agency_is_on_the_list_of_those_of_that_agency_alone(
    tmp_path: Path,
) -> None:
    with bound(tmp_path, linked=(WAITING,)) as world:
        one, two = asked(world, world.notified(), "board,police")
        assert mine(world, "ed") == [one]
        assert mine(world, "eve") == []
        assert mine(world, "pol") == [two], "the police have nobody in the role"
        assert mine(world, "hana") == [], "the board has, and its contact is not asked"
        people = world.place.directory
        world.place.directory = replace(people, absences=AWAY)
        assert mine(world, "ed") == [one], "whoever is away still sees what is theirs"
        assert mine(world, "hana") == [one]


def test_a_case_that_waits_on_the_agency_named_on_the_way_to_it_is_on_the_list_of_that_one(
    tmp_path: Path,
) -> None:
    with bound(tmp_path, OTHERS, BEGIN, HERE) as world:
        ref = world.notified(visited="council")
        world.record(ref, agencies_asked="board")
        assert (mine(world, "eve"), mine(world, "ed")) == ([ref], [])
        assert reading.show(world.place, BESS, ref)["waits_on"] == (
            "the executive (Sample Borough Council)"
        )


def test_the_sheet_of_today_says_for_which_agency_it_waits_on_a_role(tmp_path: Path) -> None:
    with bound(tmp_path, linked=(WAITING,)) as world:
        ref = world.notified()
        one, two = asked(world, ref, "board,police")
        found = listing.today_sheet(world.place)
        waits = {each["ref"]: (each["waits_on"], each["waiting_at"]) for each in found["waiting"]}
        assert waits == {
            ref: ("the business unit", None),
            one: ("the executive (Sample Integrated Care Board)", ("board",)),
            two: ("the executive (Sample Police)", ("police",)),
        }


def left_for(world: World, ref: str) -> set[str]:
    found: list[dict[str, Any]] = listing.today_sheet(world.place)["tasks"]
    shown = reading.show(world.place, BESS, ref)["tasks"]
    assert {one["by"] for one in shown} == {one["by"] for one in found if one["ref"] == ref}
    return {one["by"] for one in shown}


def test_what_is_left_to_do_in_a_case_about_an_agency_says_for_which_agency_it_is(
    tmp_path: Path,
) -> None:
    taken_by = ('who     = "business_unit"\non_file', 'who     = "executive"\non_file')
    with bound(tmp_path, linked=(taken_by,)) as world:
        [linked] = asked(world, world.notified(), "board")
        step = cases.Step("receive", already_done=True)
        cases.take_step(world.place, By("ed"), linked, step)
        assert left_for(world, linked) == {"the executive (Sample Integrated Care Board)"}


def action(review: Review, lead: str) -> str:
    """An action that one agency leads, agreed on 7 January 2026, to be done by 2 March."""
    [ref] = cases.take_step(review.place, SAM, review.ref, cases.Step("add_action")).opened
    answers = {
        "action_kind": "improvement",
        "recommendation": "One, of the review.",
        "action": "Check that what was ordered is fitted.",
        "outcome_sought": "Windows that stay shut.",
        "theme": "the whole picture and history",
        "identified_before": "no",
        "lead_agency": lead,
        "owner": "Head of nursing",
        "watched_by": "audit and review group",
        "finish_by": "2026-03-02",
        "success_measure": "No window is open at the next visit.",
    }
    cases.record(review.place, SAM, ref, given(**answers))
    cases.take_step(review.place, By("frances"), ref, cases.Step("agree_action"))
    return ref


def on_the_lists_of(review: Review, ref: str) -> list[str]:
    """The people on whose lists a case is."""
    world = World(review.place, review.clock)
    people = sorted(review.place.directory.people)
    return [person for person in people if ref in mine(world, person)]


def test_of_an_action_that_an_agency_leads_only_the_lead_of_that_agency_is_told(
    review: Review,
) -> None:
    ref = action(review, "hospital")
    leads = {"harper", "jules", "morgan", "devon"}
    agreed = [e["body"] for e in review.events(ref) if e["type"] == "people told"][-1]
    assert leads & {m["person"] for m in agreed["messages"]} == {"harper"}  # type: ignore[index]
    review.clock.go_to("2026-02-16", 10)
    ticking.fire_due(review.place)
    notices: list[Any] = [e["body"] for e in review.events(ref) if e["type"] == "notice fired"]
    assert leads & {m["person"] for one in notices for m in one["messages"]} == {"harper"}
    assert any(one["timescale"] == "finish" for one in notices)
    assert on_the_lists_of(review, ref) == ["harper"]


def test_the_lead_of_the_one_agency_that_reviews_itself_is_told_and_no_other(
    review: Review,
) -> None:
    start = {
        "place_of_incident": "in our area",
        "place_of_residence": "in our area",
        "referred_on": "2026-01-07",
    }
    by = By("sam", evidence="minutes-1")
    ref = cases.open_new(
        review.place, SAM, "child_safeguarding_practice_review", given(**start)
    ).ref
    for step in ("report_referral", "inform_partners", "decide_not_to_notify"):
        cases.take_step(review.place, by, ref, cases.Step(step, already_done=True))
    named = given(reviewing_agency="school", review_decision_rationale="It lies with the school.")
    step = cases.Step("begin_single_agency_review", named)
    cases.take_step(review.place, replace(by, decided_by="frances"), ref, step)
    told_: Any = [e["body"] for e in review.events(ref) if e["type"] == "people told"][-1]
    leads = [m["person"] for m in told_["messages"] if m["role"] == "agency_lead"]
    assert leads == ["jules"]
    assert on_the_lists_of(review, ref) == ["jules"]
