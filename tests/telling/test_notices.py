"""Notices that fire: which of several is sent, to whom, in which words, and what is left to do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.case import Key
from engine.decide.draft import Draft
from engine.decide.timing import firing
from engine.directory import Absence, Appointment
from engine.service import ticking
from engine.service.drafting import drafted
from engine.service.looking import viewing
from engine.service.ticking import micros
from tests.cases.test_clocks import ESCALATE, REMIND, bodies
from tests.changed_sample import appointed, changed
from tests.refusing import ON_SQLITE
from tests.worlds import BESS, LEE, World

IN_FIVE_DAYS = "remind_5_working_days_before_it_is_due"
TODAY = "remind_on_the_day_it_is_due"
NOW = (
    'at = "2 working days before it is due", tell = ["local_authority"]',
    'at = "1 working day after it starts", tell = ["local_authority"]',
)
AT_ONCE = ("within 5 working days of aware_on", "as soon as practicable after aware_on")
NO_ESCALATION = (
    'escalate    = [{ at = "1 working day after it was due", tell = ["local_authority", '
    '"executive"] }]\n',
    "",
)


def draft_of(world: World, ref: str) -> Draft:
    with world.place.database.read() as tx:
        seen = viewing.view(world.place, tx, ref)
    return drafted(world.place, BESS, seen.case, seen.edition)


def waiting(draft: Draft) -> list[Key]:
    rows = draft.case.rows.table("notices").items()
    return sorted(key for key, row in rows if row["status"] == "waiting")


def emitted(draft: Draft, kind: str) -> list[dict[str, Any]]:
    return [dict(e["body"]) for e in draft.chain.events if e["type"] == kind]


def messages(world: World, ref: str) -> list[dict[str, Any]]:
    return [m for body in bodies(world, ref, "notice fired") for m in body["messages"]]


def open_tasks(world: World) -> list[tuple[Any, ...]]:
    with world.place.database.read() as tx:
        asked = "SELECT kind, what, role, subject FROM tasks WHERE status = 'open' ORDER BY n, task"
        return [tuple(row) for row in tx.rows(asked)]


@ON_SQLITE
def test_every_notice_before_the_last_one_due_names_the_one_that_was_sent(world: World) -> None:
    ref = world.notified()
    world.clock.go_to("2026-01-12")
    ticking.fire_due(world.place)
    last = "escalate_1_working_day_after_it_was_due"
    passed = [b for b in bodies(world, ref, "notice superseded") if b["timescale"] == "review"]
    assert passed == [
        {"timescale": "review", "of": "", "no": 1, "notice": name, "schedule": 1, "by": last}
        for name in (IN_FIVE_DAYS, TODAY)
    ]
    fired = {b["timescale"]: b["notice"] for b in bodies(world, ref, "notice fired")}
    assert fired == {"review": last}


LATER_BY_NAME = ', { at = "3 calendar days after it was due", tell = ["business_unit"] }]\n'
AT_THE_SAME_MOMENT = (NO_ESCALATION[0], NO_ESCALATION[0].replace("]\n", LATER_BY_NAME))


def test_of_two_notices_at_one_moment_the_one_that_is_sent_tells_those_of_both(
    tmp_path: Path,
) -> None:
    with changed(tmp_path, AT_THE_SAME_MOMENT) as world:
        ref = world.open(aware_on="2025-12-12")
        world.clock.go_to("2025-12-17", 9)
        ticking.fire_due(world.place)
        world.clock.go_to("2025-12-22", 9)
        ticking.fire_due(world.place)
        [fired] = bodies(world, ref, "notice fired")[1:]
        assert (fired["notice"], fired["late"]) == ("escalate_3_calendar_days_after_it_was_due", 0)
        told = [message["role"] for message in fired["messages"]]
        assert told == ["business_unit", "local_authority", "executive", "executive"]


def test_whom_a_late_notice_would_have_told_is_told_by_the_one_that_is_sent(tmp_path: Path) -> None:
    reminded = (NOW[0], NOW[0].replace("local_authority", "business_unit"))
    with changed(tmp_path, reminded) as world:
        ref = world.open(aware_on="2025-12-12")
        world.clock.go_to("2026-01-05")
        ticking.fire_due(world.place)
        [fired] = bodies(world, ref, "notice fired")
        assert (fired["notice"], fired["late"]) == (ESCALATE, 1)
        told = [message["role"] for message in fired["messages"]]
        assert told == ["local_authority", "executive", "executive", "business_unit"]
        assert {message["urgent"] for message in fired["messages"]} == {1}


@ON_SQLITE
def test_a_notice_of_a_deadline_that_is_no_longer_open_is_sent_to_nobody(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.clock.go_to("2026-01-05")
    draft = draft_of(world, ref)
    for row in draft.case.deadlines().values():
        row["status"] = "met"
    firing.fire(draft, waiting(draft))
    assert emitted(draft, "notice fired") == []
    passed = {b["notice"]: b["by"] for b in emitted(draft, "notice superseded")}
    assert passed == {REMIND: ESCALATE, ESCALATE: ""}


@ON_SQLITE
def test_a_notice_given_up_is_left_to_those_who_may_open_a_case(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    draft = draft_of(world, ref)
    key = waiting(draft)[-1]
    firing.set_aside(draft, key)
    assert [(b["timescale"], b["notice"]) for b in emitted(draft, "notice set aside")] == [
        ("notification", REMIND)
    ]
    [opened] = emitted(draft, "task opened")
    said = '"Notify the Panel": a notice could not be sent; tell those concerned, and ask for help'
    assert [(t["kind"], t["what"], t["role"], t["subject"]) for t in opened["tasks"]] == [
        ("message", said, "business_unit", "notification")
    ]


@ON_SQLITE
def test_a_notice_that_reaches_nobody_is_a_task_of_those_who_keep_the_record(world: World) -> None:
    world.open(aware_on="2025-12-12")
    world.place.directory = replace(world.place.directory, appointments=(), fallbacks={})
    world.clock.go_to("2025-12-17", 9)
    ticking.fire_due(world.place)
    said = 'nobody could be told of "Notify the Panel": no one holds the roles, and there is no '
    assert open_tasks(world) == [("message", f"{said}fallback", "business_unit", "notification")]


def test_where_anybody_may_open_a_case_such_a_task_is_still_of_those_who_keep_the_record(
    tmp_path: Path,
) -> None:
    with changed(tmp_path, ('may_open     = ["business_unit"]\n', "")) as world:
        world.open(aware_on="2025-12-12")
        world.place.directory = replace(world.place.directory, appointments=(), fallbacks={})
        world.clock.go_to("2025-12-17", 9)
        ticking.fire_due(world.place)
        left = [(kind, role) for kind, _, role, _ in open_tasks(world)]
        assert left == [("message", "business_unit")]


def test_what_has_no_last_day_is_told_to_be_done_as_soon_as_practicable(tmp_path: Path) -> None:
    with changed(tmp_path, AT_ONCE, NOW, NO_ESCALATION) as world:
        ref = world.open(aware_on="2025-12-12")
        world.clock.go_to("2025-12-15", 9)
        ticking.fire_due(world.place)
        [told] = messages(world, ref)
        assert told["what"] == "Notify the Panel: to be done as soon as practicable"
        assert (told["by_when"], told["urgent"], told["person"]) == ("", 0, "lee")


@ON_SQLITE
@pytest.mark.parametrize(("seconds", "late"), [(3599, 0), (3600, 1)])
def test_a_notice_an_hour_after_its_moment_says_that_it_is_late(
    world: World, seconds: int, late: int
) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.clock.go_to("2025-12-17", 9)
    moment = micros(world.place) // 1_000_000
    world.place.clock = lambda: type(world.clock.instant).fromtimestamp(
        moment + seconds, world.clock.instant.tzinfo
    )
    ticking.fire_due(world.place)
    [fired] = bodies(world, ref, "notice fired")
    assert fired["late"] == late
    should = " (this notice is late: it should have reached you 2 working days before it is due)"
    said = "Notify the Panel: is due" + (should if late else "")
    assert [message["what"] for message in fired["messages"]] == [said]


@ON_SQLITE
def test_somebody_in_two_of_the_roles_is_told_once_and_in_the_first_of_them(world: World) -> None:
    appointed(world, Appointment("lee", "executive", "council"))
    ref = world.open(aware_on="2025-12-12")
    world.clock.go_to("2025-12-22", 9)
    ticking.fire_due(world.place)
    assert [(m["person"], m["role"]) for m in messages(world, ref)] == [
        ("lee", "local_authority"),
        ("eve", "executive"),
        ("ed", "executive"),
    ]
    assert len({m["id"] for m in messages(world, ref)}) == 3


@ON_SQLITE
def test_who_is_away_on_the_day_of_a_notice_leaves_it_to_their_deputy(world: World) -> None:
    away = (Absence("lee", "2025-12-16", "2025-12-18"),)
    world.place.directory = replace(world.place.directory, absences=away)
    ref = world.open(aware_on="2025-12-12")
    world.clock.go_to("2025-12-17", 9)
    ticking.fire_due(world.place)
    assert [m["person"] for m in messages(world, ref)] == ["dee"]


@ON_SQLITE
def test_a_step_tells_the_contact_of_each_agency_of_a_group_in_the_name_of_that_agency(
    world: World,
) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.take(ref, "start_deciding")
    world.opinions(ref)
    world.take(ref, "decide_to_notify", LEE, rationale="The tests are met.")
    told = bodies(world, ref, "people told")[-1]
    assert [(m["person"], m["role"]) for m in told["messages"]] == [
        ("lee", "council"),
        ("hana", "board"),
        ("pol", "police"),
        ("bess", "business_unit"),
    ]
    assert {(m["what"], m["by_when"], m["urgent"]) for m in told["messages"]} == {
        (told["what"], "", 0)
    }
