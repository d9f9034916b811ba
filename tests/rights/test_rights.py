"""Who may read what is personal: by role, by whom a question names, and by the day."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine import rights
from engine.case import Case
from engine.definition import Question, Workflow
from engine.directory import Absence, Appointment
from engine.errors import RefusedError
from engine.service.looking import private, viewing
from engine.service.workplace import By
from tests.worlds import BESS, DIRECTORY, World

TODAY = "2025-12-15"
PEOPLE = replace(
    DIRECTORY,
    appointments=(
        *DIRECTORY.appointments,
        Appointment("pol", "national_panel", "police"),
        Appointment("hana", "executive", "board", "2024-01-01", "2024-12-31"),
    ),
    absences=(Absence("lee", "2025-01-01"),),
)


def seen(world: World, ref: str) -> tuple[Case, Workflow]:
    with world.place.database.read() as tx:
        found = viewing.view(world.place, tx, ref)
    return found.case, found.edition.workflow


def reads(world: World, ref: str, person: str, *seen_by: str, agency: str = "") -> bool:
    """Whether somebody may read an answer that came from an agency, of a question with seen_by."""
    case, workflow = seen(world, ref)
    asked = Question("advice", "What is the advice?", "text", seen_by=seen_by)
    mine = rights.reader(PEOPLE, workflow, person, TODAY)
    return rights.may_read(mine, case, workflow, asked, agency)


@pytest.mark.parametrize(
    ("person", "may"),
    [("bess", True), ("lee", True), ("dee", True), ("ed", True), ("pol", False), ("hana", False)],
)
def test_whoever_holds_a_role_that_acts_on_the_day_reads_deputies_included(
    world: World, person: str, may: bool
) -> None:
    ref = world.open()
    _, workflow = seen(world, ref)
    mine = rights.reader(PEOPLE, workflow, person, TODAY)
    assert reads(world, ref, person) is may
    if not may:
        with pytest.raises(RefusedError) as refused:
            rights.check(mine, workflow, ref)
        assert refused.value.unmet[0].who == ("business unit", "local authority", "executive")


def test_a_role_gives_its_right_between_its_days_only(world: World) -> None:
    _, workflow = seen(world, world.open())
    for day, held in (("2023-12-31", 0), ("2024-01-01", 1), ("2024-12-31", 1), ("2025-01-01", 0)):
        assert len(rights.reader(PEOPLE, workflow, "hana", day).roles) == held, day


def test_a_question_that_names_its_readers_is_read_by_them_alone(world: World) -> None:
    ref = world.open()
    assert [reads(world, ref, who, "local_authority") for who in ("lee", "dee", "bess")] == [
        True,
        True,
        False,
    ]
    # A group is read by those who hold a role for one of its agencies.
    assert [reads(world, ref, who, "partners") for who in ("ed", "lee", "pol")] == [
        True,
        True,
        False,
    ]


def test_an_agencys_own_answer_is_its_own_until_the_moment_comes(world: World) -> None:
    ref = world.open()
    own = "own agency until deciding"
    assert reads(world, ref, "ed", own, agency="board")
    assert not reads(world, ref, "lee", own, agency="board")
    assert not reads(world, ref, "ed", own)
    world.take(ref, "start_deciding")
    assert reads(world, ref, "lee", own, agency="board")
    assert not reads(world, ref, "pol", own, agency="police")


def test_what_answers_no_question_is_read_by_whoever_has_a_role(world: World) -> None:
    case, workflow = seen(world, world.open())
    for person, may in (("bess", True), ("pol", False)):
        mine = rights.reader(PEOPLE, workflow, person, TODAY)
        assert rights.may_read(mine, case, workflow, None) is may


def test_a_refused_read_is_logged_and_shows_nothing(world: World) -> None:
    ref = world.open()
    world.record(ref, rationale="Because of Canary.")
    for read in (private.answers, private.entries):
        with pytest.raises(RefusedError, match="is not yours to read"):
            read(world.place, By("pol"), ref, "to see it")
        assert "Because of Canary." in read(world.place, BESS, ref, "to see it").values()
    with world.place.database.read() as tx:
        logged = tx.rows("SELECT type FROM events WHERE stream = 'access' ORDER BY n")
    assert [row[0] for row in logged] == ["refused", "read", "refused", "read"]
