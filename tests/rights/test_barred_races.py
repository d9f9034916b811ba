"""Restricting a case while others read and change it: whoever comes later is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import database
from engine.errors import CaseNotFoundError, EngineError
from engine.service import cases, restricting
from engine.service.looking import reading
from engine.service.workplace import By, Workplace
from engine.verbs.table import run
from tests.barring import by, directory, logged, restricted
from tests.racing import race
from tests.worlds import Clock, World, given, place_on

WRITERS = 3
TRIES = 30


def here_on(url: str) -> World:
    world = World(*place_on(database.open(url, durable=False)))
    world.place.directory = directory()
    return world


def test_nobody_off_the_list_changes_a_case_after_it_was_restricted(sample_url: str) -> None:
    world = here_on(sample_url)
    ref = world.open()

    def restricts(place: Workplace) -> str:
        restricting.restrict(place, by("bess"), ref, ("bess", "lee"))
        return "restricted"

    def writes(place: Workplace) -> list[int]:
        done = []
        for _ in range(TRIES):
            try:
                done.append(cases.record(place, By("sam"), ref, given(place="elsewhere")).version)
            except CaseNotFoundError:
                return [*done, 0]
            except EngineError:
                continue
        return done

    def deed(place: Workplace, clock: Clock, number: int) -> object:
        place.directory = directory()
        return writes(place) if number else restricts(place)

    said = race(sample_url, WRITERS + 1, deed)
    assert said[0] == "restricted"
    types = [(e["type"], e["actor"]["recorded"]) for e in world.events(ref)]
    at = types.index(("case restricted", "bess"))
    assert [who for _, who in types[at:] if who == "sam"] == []
    with pytest.raises(CaseNotFoundError):
        cases.record(world.place, By("sam"), ref, given(place="elsewhere"))
    assert world.verdict().problems == []


def test_what_was_read_while_the_case_was_being_restricted_is_not_shown(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    world.place.directory = directory()
    ref = world.open()
    shown = reading.show

    def meanwhile(place: Workplace, who: By, ref: str) -> dict[str, object]:
        found = shown(place, who, ref)
        if who.person == "eve":
            restricted(world, ref)
        return found

    monkeypatch.setattr(reading, "show", meanwhile)
    with pytest.raises(CaseNotFoundError):
        run(world.place, By("eve"), "show", {"ref": ref})
    assert [entry["body"]["ref"] for entry in logged(world, "refused")] == [ref]
    assert run(world.place, By("bess"), "show", {"ref": ref})
