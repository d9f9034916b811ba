from __future__ import annotations

from pathlib import Path

import pytest

from engine.edition import Edition
from engine.loading import find, load
from engine.owing import can_end, is_theirs, recorders
from tests.definitions import changed, sound

REPLY = 'from = "waiting"\nto   = "replied"\nwho  = "authority"\n'
LOOKED = """
[question.looked_on]
ask      = "When was it looked at?"
answer   = "date"
personal = false
because  = "a date of the process"

[question.heard]
ask      = "What do they say?"
answer   = "text"
asked_of = "partners"

[transition.look]
from  = "waiting"
who   = "{}"
dates = "looked_on"
"""

KEEPS = ('kept_by      = ["unit"]', 'kept_by      = ["unit", "authority"]')


def ended(folder: Path, asks: str, looker: str = "authority") -> bool:
    keeps = KEEPS if looker == "keeper" else (KEEPS[0], KEEPS[0])
    looked = LOOKED.format("authority" if looker == "keeper" else looker)
    files = changed((REPLY, REPLY + asks + looked), keeps)
    reply = sound(folder, **files).children["reply"]
    return can_end(reply, lambda step: is_theirs(step, reply, ("authority",)))


@pytest.mark.parametrize(
    ("asks", "looker"),
    [
        ("", "unit"),
        ('on_file = ["held"]', "unit"),
        ('on_file = ["looked_on"]', "authority"),
        ('asked = ["heard"]', "keeper"),
        ('approve = [{ of = "held", by = ["unit", "authority"] }]', "unit"),
        ('only_if = [{ looked_on = "passed" }, { looked_on = "not answered" }]', "unit"),
    ],
)
def test_who_needs_nobody_else_can_end_a_linked_case(
    tmp_path: Path, asks: str, looker: str
) -> None:
    assert ended(tmp_path, asks, looker)


@pytest.mark.parametrize(
    ("asks", "looker"),
    [
        ('on_file = ["looked_on"]', "unit"),
        ('only_if = { looked_on = "passed" }', "unit"),
        ('on_file = ["heard"]', "authority"),
        ('asked = ["heard"]', "authority"),
        ('approve = [{ of = "held", by = "unit" }]', "authority"),
        ('approve = [{ of = "held", by = ["unit", "authority"], at_least = 2 }]', "authority"),
    ],
)
def test_who_needs_others_cannot_end_a_linked_case_alone(
    tmp_path: Path, asks: str, looker: str
) -> None:
    assert not ended(tmp_path, asks, looker)


def test_those_who_record_that_nobody_replied_are_those_whom_a_case_lets_answer(
    tmp_path: Path,
) -> None:
    for process in (sound(tmp_path), load(find("child_safeguarding_practice_review"))):
        for one in (process, *process.children.values()):
            supplying = Edition(one).supplied_by
            asked = [question.id for question in one.questions.values() if question.asked_of]
            found = {name: recorders(name, one) for name in asked}
            assert found == {name: {*one.keepers, *supplying.get(name, ())} for name in asked}


def test_what_is_given_on_every_way_to_a_step_is_waited_for_no_more(tmp_path: Path) -> None:
    moves = REPLY.replace("waiting", "looked")
    state = '\n[state.looked]\ntitle = "Looked at"\nwaiting_on = "authority"\n'
    look = LOOKED.format("unit").replace("dates =", 'to = "looked"\ndates =')
    files = changed((REPLY, moves + 'on_file = ["looked_on"]' + look + state))
    reply = sound(tmp_path, **files).children["reply"]
    assert is_theirs(reply.transitions["reply"], reply, ("authority",))
    assert not can_end(reply, lambda step: is_theirs(step, reply, ("authority",)))
