"""A conflict of interest: whoever has one neither reads the case, nor acts in it, nor is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from engine.directory import Absence
from engine.errors import CaseNotFoundError, DeniedError, RefusedError
from engine.service import cases, restricting, ticking
from engine.service.workplace import By
from tests.barring import (
    agency_of,
    by,
    directory,
    everything_listed,
    opens,
    restricted,
    told,
)
from tests.worlds import BESS, World


@pytest.fixture
def here(world: World) -> Iterator[World]:
    world.place.directory = directory()
    yield world
    assert world.verdict().problems == []


def declared(world: World, ref: str, person: str, who: str = "bess") -> restricting.Barred:
    return restricting.declare(world.place, by(who), ref, person)


def people_told(world: World, ref: str) -> set[str]:
    with world.place.database.read() as tx:
        rows = tx.rows("SELECT person FROM messages WHERE stream = ?", (ref,))
    return {row[0] for row in rows}


def test_whoever_declares_one_is_kept_from_the_case_and_others_see_who(here: World) -> None:
    ref, other = here.notified(), here.notified()
    declared(here, ref, "lee", "lee")

    assert not opens(here, "lee", ref)
    assert opens(here, "lee", other)
    with pytest.raises(CaseNotFoundError):
        cases.record(here.place, By("lee"), ref, [])
    listed = json.dumps(everything_listed(here, "lee"))
    assert (ref in listed, other in listed) == (False, True)
    assert told(here, "bess", "show", ref=ref)["conflicts"] == ["lee"]
    assert "kept among few" not in json.dumps(here.events(ref))


def test_their_deputy_steps_in_as_if_they_were_away(here: World) -> None:
    ref = here.open(aware_on="2025-12-12")
    here.take(ref, "start_deciding")
    here.opinions(ref)
    with pytest.raises(RefusedError):
        here.take(ref, "decide_to_notify", By("dee"), rationale="The tests are met.")
    made = declared(here, ref, "lee", "lee")
    here.take(ref, "decide_to_notify", By("dee"), rationale="The tests are met.")

    assert "local_authority" not in {role for role, _ in made.nobody}
    here.clock.go_to("2026-01-05")
    ticking.fire_due(here.place)
    assert "dee" in people_told(here, ref)
    types = [e["type"] for e in here.events(ref)]
    since = types.index("conflict declared") + 1
    with here.place.database.read() as tx:
        late = tx.rows("SELECT 1 FROM messages WHERE person = 'lee' AND n > ?", (since,))
        waiting = tx.rows("SELECT 1 FROM messages WHERE person = 'lee' AND status = 'waiting'")
    assert (late, waiting) == ([], [])


def test_nobody_who_has_one_is_told_as_contact_or_fallback(here: World) -> None:
    here.place.directory = directory(agencies=agency_of("hana"), fallbacks={"any role": "hana"})
    ref = here.open(aware_on="2025-12-12")
    declared(here, ref, "hana")
    here.take(ref, "start_deciding")
    here.opinions(ref)
    here.take(ref, "decide_to_notify", By("lee"), rationale="The tests are met.")

    assert "hana" not in people_told(here, ref)
    assert "lee" in people_told(here, ref)


def test_it_says_which_roles_nobody_is_left_for(here: World) -> None:
    ref = here.open()
    declared(here, ref, "eve")
    made = declared(here, ref, "ed")

    assert [role for role, _ in made.nobody] == ["executive"]


def test_nobody_ends_their_own_and_others_need_to_keep_the_record(here: World) -> None:
    ref = here.open()
    with pytest.raises(DeniedError, match="for those who keep the record"):
        declared(here, ref, "eve", "lee")
    declared(here, ref, "sam", "sam")
    with pytest.raises(CaseNotFoundError):
        restricting.end(here.place, by("sam"), ref, "sam")
    with pytest.raises(DeniedError, match="keep the record"):
        restricting.end(here.place, by("lee"), ref, "sam")
    with pytest.raises(DeniedError, match="their own"):
        restricting.end(here.place, by("bess"), ref, "bess")
    restricting.end(here.place, by("bess"), ref, "sam")

    assert opens(here, "sam", ref)
    with pytest.raises(RefusedError, match="Nobody has declared"):
        restricting.end(here.place, by("bess"), ref, "sam")
    declared(here, ref, "sam")
    assert not opens(here, "sam", ref)


def test_it_outweighs_the_list_and_never_leaves_nobody_on_it(here: World) -> None:
    ref = here.open()
    restricted(here, ref)
    declared(here, ref, "lee", "lee")
    assert not opens(here, "lee", ref)
    with pytest.raises(RefusedError, match="Nobody could see the case any more"):
        declared(here, ref, "bess", "bess")
    restricted(here, ref, "bess", "sam")
    declared(here, ref, "bess", "bess")

    assert [p for p in ("bess", "lee", "sam", "eve") if opens(here, p, ref)] == ["sam"]


def test_one_in_conflict_decides_nothing_by_the_hand_of_another(here: World) -> None:
    ref = here.open(aware_on="2025-12-12")
    here.take(ref, "start_deciding")
    here.opinions(ref)
    declared(here, ref, "lee", "lee")
    theirs = By("bess", decided_by="lee", evidence="minutes-1")
    with pytest.raises(RefusedError):
        here.take(ref, "decide_to_notify", theirs, rationale="The tests are met.")


def test_of_somebody_who_is_away_the_deputy_in_conflict_is_not_told(here: World) -> None:
    absent = (Absence("lee", "2025-12-01", "2026-02-01"),)
    here.place.directory = replace(directory(), absences=absent)
    ref = here.open(aware_on="2025-12-12")
    declared(here, ref, "dee")
    here.take(ref, "start_deciding")

    assert people_told(here, ref) == {"bess"}


def test_neither_a_program_nor_somebody_without_a_part_declares_one_of_its_own(
    here: World,
) -> None:
    ref = here.open()
    here.place.directory = replace(
        directory(agencies={}), appointments=directory().appointments[1:]
    )
    for person in ("robot", "pol"):
        with pytest.raises(DeniedError):
            declared(here, ref, person, person)


def test_a_conflict_needs_to_be_said_and_is_declared_once(here: World) -> None:
    ref = here.open()
    with pytest.raises(RefusedError, match="with what it is"):
        restricting.declare(here.place, BESS, ref, "lee")
    declared(here, ref, "lee")
    with pytest.raises(RefusedError, match="already"):
        declared(here, ref, "lee")
