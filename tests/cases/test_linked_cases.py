"""Linked cases: what they begin with, whom their steps tell, and what their end or their undoing
does to the case above them.
"""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.case import Given
from engine.decide.steps.taking import Step
from engine.directory import Appointment
from engine.service import cases, ticking
from engine.service.looking import documents, reading
from engine.service.workplace import By
from tests.cases.test_clocks import bodies
from tests.changed_sample import Edit, appointed, changed
from tests.refusing import ON_SQLITE, WHY, said
from tests.worlds import BESS, World, given

FIRST = (
    'starts_at    = "asked"\n',
    """starts_at    = "asked"
opening      = ["asked_on", "channel"]

[question.asked_on]
ask      = "When was the agency asked?"
answer   = "date"
personal = false
because  = "a date of the process"

[question.channel]
ask      = "How was it asked?"
answer   = ["by letter", "by telephone"]
personal = false
because  = "a way of asking"
""",
)
CHASED = (
    "[transition.decline]\n",
    """[timescale.chase]
title      = "Chase the summary"
due        = "within 5 working days of asked_on"
met_by     = ["receive"]
stops_if   = ["decline"]
waiting_on = "business_unit"
time_from  = { kind = "local", says = "may", source = "the partnership's own practice" }
confirmed  = "read"
checked    = "on 2026-11-22 against the partnership's practice note"
remind     = [{ at = "on the day it is due", tell = ["business_unit"] }]

[transition.decline]
""",
)


def told_by(*names: str) -> Edit:
    return ('to    = "declined"\n', f'to    = "declined"\ntell  = {json.dumps(names)}\n')


def asked(world: World, ref: str, agencies: str, on: str = "", **first: str) -> tuple[str, ...]:
    """The cases that a step opens for these agencies, with what is answered first in each."""
    step = Step("ask_for_summaries", given(agencies_asked=agencies))
    return cases.take_step(world.place, By("bess", on=on), ref, step, given(**first)).opened


def told(world: World, ref: str) -> list[tuple[str, str]]:
    """Whom the latest step of a case told, and in which role."""
    found = bodies(world, ref, "people told")[-1:]
    return [(m["person"], m["role"]) for body in found for m in body["messages"]]


def answered(world: World, ref: str) -> dict[str, str]:
    shown = reading.show(world.place, BESS, ref)["answers"]
    return {one["question"]: one["value"] for one in shown}


@pytest.mark.parametrize(
    ("about", "role", "people"),
    [
        ("board", "executive", [("eve", "executive"), ("ed", "executive")]),
        ("police", "local_authority", [("lee", "local_authority")]),
        ("council", "business_unit", [("bess", "business_unit")]),
        ("board", "national_panel", []),
        ("board", "partners", [("lee", "council"), ("hana", "board"), ("pol", "police")]),
    ],
)
def test_a_case_about_an_agency_tells_all_who_hold_a_role_that_is_bound_to_no_agency(
    tmp_path: Path, about: str, role: str, people: list[tuple[str, str]]
) -> None:
    with changed(tmp_path, linked=(told_by(role),)) as world:
        ref = world.notified()
        [linked] = asked(world, ref, about)
        world.take(linked, "decline")
        assert told(world, linked) == people


def test_who_held_a_role_at_an_agency_on_another_day_is_not_told(tmp_path: Path) -> None:
    bound = ('title = "executive"\n', 'title      = "executive"\nown_agency = true\n')
    with changed(tmp_path, bound, linked=(told_by("executive"),)) as world:
        appointed(
            world,
            Appointment("hana", "executive", "hospital", until="2025-12-14"),
            Appointment("dee", "executive", "hospital", since="2025-12-15"),
        )
        [linked] = asked(world, world.notified(), "hospital")
        world.take(linked, "decline")
        assert told(world, linked) == [("dee", "executive")]


@ON_SQLITE
def test_a_linked_case_names_the_case_above_it_and_whom_it_is_about(world: World) -> None:
    ref = world.notified()
    opened = asked(world, ref, "police,hospital")
    assert opened == (f"{ref}.1", f"{ref}.2")
    begun = [bodies(world, one, "case opened")[0] for one in opened]
    assert begun == [
        {
            "workflow": "summary",
            "state": "asked",
            "parent": ref,
            "about": about,
            "historic": 0,
        }
        for about in ("police", "hospital")
    ]
    assert bodies(world, ref, "linked case opened") == [
        {"process": "summary", "opened": 1, "ended": 0, "children": 1, "first": True},
        {"process": "summary", "opened": 2, "ended": 0, "children": 2, "first": False},
    ]


def test_one_linked_case_for_all_is_about_nobody_in_particular(tmp_path: Path) -> None:
    all_at_once = (
        'opens   = { process = "summary", one_for = "agencies_asked" }',
        'opens   = { process = "summary" }',
    )
    with changed(tmp_path, all_at_once) as world:
        [linked] = asked(world, world.notified(), "police,hospital")
        [begun] = bodies(world, linked, "case opened")
        assert begun["about"] == ""


@ON_SQLITE
def test_a_linked_case_of_history_is_history_and_its_steps_tell_nobody(world: World) -> None:
    past = By("bess", on="2019-05-01")
    ref = cases.open_new(world.place, past, "incident", (), historic=True).ref
    step = Step("ask_for_summaries", given(agencies_asked="board"), already_done=True)
    [linked] = cases.take_step(world.place, replace(past, on="2019-06"), ref, step).opened
    [begun] = bodies(world, linked, "case opened")
    assert begun["historic"] == 1
    assert bodies(world, linked, "people told") == []


def test_a_linked_case_begins_on_the_day_of_its_step_unless_another_day_is_given(
    tmp_path: Path,
) -> None:
    with changed(tmp_path, linked=(FIRST,)) as world:
        ref = world.notified()
        world.clock.go_to("2025-12-18")
        [one] = asked(world, ref, "board", on="2025-12-16", channel="by letter")
        assert answered(world, one) == {"asked_on": "2025-12-16", "channel": "by letter"}
        assert reading.show(world.place, BESS, one)["opened_on"] == "2025-12-16"
        cases.correct(world.place, WHY, ref, given(agencies_asked="police"))
        step, day = Step("ask_for_summaries"), given(asked_on="2025-12-17")
        [two] = cases.take_step(world.place, BESS, ref, step, day).opened
        assert answered(world, two) == {"asked_on": "2025-12-17"}


def test_a_wrong_answer_for_a_linked_case_leaves_it_unopened(tmp_path: Path) -> None:
    with changed(tmp_path, linked=(FIRST,)) as world:
        ref = world.notified()
        lines = said(world, lambda w: asked(w, ref, "board", channel="by pigeon"))
        assert any('"How was it asked?" is answered with one of' in line for line in lines)
        assert reading.show(world.place, BESS, ref)["linked"] == []


def test_the_end_of_a_linked_case_stops_what_waited_for_it(tmp_path: Path) -> None:
    waits = ("[timescale.copies]\n", _WAITS + "[timescale.copies]\n")
    with changed(tmp_path, waits) as world:
        ref = world.notified()
        one, two = asked(world, ref, "board,police")
        world.take(one, "decline")
        assert "last" not in {d["timescale"] for d in _deadlines(world, ref)}
        world.take(two, "decline")
        assert world.deadline(ref, "last")["status"] == "running"
        cases.undo(world.place, WHY, two)
        assert world.deadline(ref, "last")["status"] == "no longer applies"
        [stopped] = bodies(world, ref, "deadline stopped")
        assert (stopped["timescale"], stopped["cause"]) == ("last", "a linked case ended")
        counted = [(b["opened"], b["ended"]) for b in bodies(world, ref, "linked case ended")]
        assert counted == [(2, 1), (2, 2)]
        assert bodies(world, ref, "linked case resumed") == [
            {"process": "summary", "opened": 2, "ended": 1, "children": None, "first": False}
        ]


def test_with_the_step_that_opened_it_a_linked_case_loses_its_clocks_and_its_tasks(
    tmp_path: Path,
) -> None:
    with changed(tmp_path, linked=(FIRST, CHASED)) as world:
        ref = world.notified()
        [linked] = asked(world, ref, "board")
        people = world.place.directory
        world.place.directory = replace(people, appointments=(), fallbacks={})
        world.clock.go_to("2025-12-22", 9)
        ticking.fire_due(world.place)
        assert _tasks(world, linked) == ["open"]
        world.place.directory = people
        cases.undo(world.place, WHY, ref)
        assert _tasks(world, linked) == ["dropped"]
        assert bodies(world, linked, "case set aside") == [{"parent": ref}]
        [stopped] = bodies(world, linked, "deadline stopped")
        cause = "the step that opened it was set aside"
        assert (stopped["timescale"], stopped["cause"]) == ("chase", cause)
        assert bodies(world, ref, "linked case set aside") == [
            {"process": "summary", "opened": 0, "ended": 0, "children": None, "first": False}
        ]
        assert world.verdict().problems == []


@ON_SQLITE
def test_what_was_put_on_file_in_a_linked_case_keeps_its_step_from_being_set_aside(
    world: World,
) -> None:
    ref = world.notified()
    [linked] = asked(world, ref, "board")
    cases.record(world.place, BESS, linked, [Given("summary", "One file is held.")])
    assert said(world, lambda w: cases.undo(w.place, WHY, ref)) == [
        '"Ask the agencies for their summaries" opened linked cases, so it cannot be set aside.',
        f"{linked} has moved on since it was opened [] undo its steps first; or leave this step, "
        f"and end {linked} itself",
    ]


def test_a_document_put_on_file_in_a_linked_case_keeps_its_step_from_being_set_aside_too(
    tmp_path: Path,
) -> None:
    scan = '[question.scan]\nask    = "The summary as it came"\nanswer = "document"\n\n'
    with changed(tmp_path, linked=(("[state.asked]\n", f"{scan}[state.asked]\n"),)) as world:
        ref = world.notified()
        [linked] = asked(world, ref, "board")
        file = documents.File("summary.pdf", io.BytesIO(b"One file is held."))
        documents.attach(world.place, BESS, linked, "scan", file)
        lines = said(world, lambda w: cases.undo(w.place, WHY, ref))
        assert lines[1].startswith(f"{linked} has moved on since it was opened")


_WAITS = """[timescale.last]
title      = "Sum up what the agencies said"
due        = "within 10 working days of notified_on"
only_if    = { summary = "at least 2 ended" }
met_by     = ["submit_review"]
waiting_on = "business_unit"
time_from  = { kind = "local", says = "may", source = "the partnership's own practice" }
confirmed  = "read"
checked    = "on 2026-11-22 against the partnership's practice note"

"""


def _deadlines(world: World, ref: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = reading.show(world.place, BESS, ref)["deadlines"]
    return found


def _tasks(world: World, ref: str) -> list[str]:
    with world.place.database.read() as tx:
        rows = tx.rows("SELECT status FROM tasks WHERE ref = ? ORDER BY n, task", (ref,))
    return [str(row[0]) for row in rows]
