from __future__ import annotations

import json
import os
import random
import signal
import time
from pathlib import Path
from typing import Any, NoReturn

import pytest

from engine import database
from engine.decide.moving.migrating import Wishes
from engine.decide.steps.taking import Step
from engine.errors import EngineError
from engine.service import cases, ticking
from engine.service.moving import giving_back, migrating
from engine.service.moving.migrating import Move
from engine.service.trail import verifying
from engine.service.workplace import By, Workplace
from tests import moving
from tests.racing import race
from tests.storm import rage
from tests.worlds import BESS, Clock, World, given, place_on

MOVE = Move("incident", moving.LATER)
AGREED = Wishes(later=moving.AGREED)


def opened(url: str, folder: Path, number: int) -> tuple[list[str], str]:
    """Cases with a running clock, and the hash of a later edition that is in use."""
    store = database.open(url, durable=False)
    world = World(*place_on(store))
    refs = [world.open(aware_on="2025-12-12") for _ in range(number)]
    newer = moving.another(world, folder, moving.SHORTER)
    store.close()
    return refs, newer


def looked_at(url: str) -> World:
    return World(*place_on(database.open(url, durable=False), seed=99))


def test_of_a_move_and_a_step_at_the_same_moment_neither_is_lost(
    sample_url: str, tmp_path: Path
) -> None:
    refs, newer = opened(sample_url, tmp_path, 6)

    def deed(place: Workplace, clock: Clock, number: int) -> list[str]:
        if number == 0:
            found = list(migrating.migrate(place, BESS, MOVE))
            return [one.sentence for one in found if one.refused]
        said = []
        for ref in refs:
            step = Step("record_letter", given(letter_says="agrees"))
            try:
                cases.take_step(place, By("bess", key=f"{number}-{ref}"), ref, step)
            except EngineError as error:
                said.append(str(error))
        return said

    assert race(sample_url, 3, deed) == [[], [], []]
    world = looked_at(sample_url)
    for ref in refs:
        kinds = [e["type"] for e in world.events(ref)]
        assert (kinds.count("transition taken"), kinds.count("case migrated")) == (2, 1)
        assert moving.edition_of(world, ref) == newer
        assert world.deadline(ref, "notification")["due_on"] == "2025-12-17"
        moved = kinds.index("case migrated")
        for event in world.events(ref):
            governed = event["n"] > moved and event["type"] == "transition taken"
            assert not governed or event["edition"] == newer
    assert world.verdict().problems == []
    world.place.database.close()


def test_of_two_who_move_the_same_cases_each_case_is_moved_once(
    sample_url: str, tmp_path: Path
) -> None:
    refs, newer = opened(sample_url, tmp_path, 5)

    def deed(place: Workplace, clock: Clock, number: int) -> Any:
        return [one.ref for one in migrating.migrate(place, BESS, MOVE) if not one.refused]

    found = race(sample_url, 2, deed)
    assert sorted(found[0] + found[1]) == sorted(refs)
    world = looked_at(sample_url)
    for ref in refs:
        assert [e["type"] for e in world.events(ref)].count("case migrated") == 1
        assert moving.edition_of(world, ref) == newer
    assert world.verdict().problems == []
    world.place.database.close()


def test_notices_that_fire_while_cases_are_moved_fire_once(sample_url: str, tmp_path: Path) -> None:
    refs, _ = opened(sample_url, tmp_path, 6)

    def deed(place: Workplace, clock: Clock, number: int) -> Any:
        if number == 0:
            return len([one for one in migrating.migrate(place, BESS, MOVE) if not one.refused])
        return ticking.fire_due(place).failed

    moved, *failed = race(sample_url, 3, deed, day="2025-12-17")
    assert (moved, failed) == (6, [0, 0])
    world = looked_at(sample_url)
    world.clock.go_to("2025-12-17", 12)
    ticking.fire_due(world.place)
    for ref in refs:
        fired = [e["body"]["notice"] for e in world.events(ref) if e["type"] == "notice fired"]
        assert len(fired) == len(set(fired)) == 1
    assert world.verdict().problems == []
    world.place.database.close()


def moving_on(place: Workplace, number: int, writer: int) -> NoReturn:
    """Move every case there and back, acknowledging each."""
    while True:
        for one in migrating.migrate(place, BESS, MOVE):
            os.write(writer, f"{one.ref} there {one.refused}\n".encode())
        for one in giving_back.give_back(place, BESS, "incident", wishes=AGREED):
            os.write(writer, f"{one.ref} back {one.refused}\n".encode())


def test_whenever_it_is_killed_every_case_is_wholly_moved_or_not_at_all(
    sample_url: str, tmp_path: Path
) -> None:
    refs, newer = opened(sample_url, tmp_path, 8)
    storm = rage(sample_url, moving_on, kills=12, seed=5)

    assert storm.acknowledged
    assert [one for one in storm.acknowledged if one.endswith("True")] == []
    world = looked_at(sample_url)
    assert verifying.verify(world.place).problems == []
    for ref in refs:
        due = world.deadline(ref, "notification")["due_on"]
        there = moving.edition_of(world, ref) == newer
        assert due == ("2025-12-17" if there else "2025-12-19")
        moving.as_a_fresh_case(world, ref)
    acknowledged = {ref: 0 for ref in refs}
    for line in storm.acknowledged:
        acknowledged[line.split()[0]] += 1
    for ref in refs:
        kinds = [e["type"] for e in world.events(ref)].count("case migrated")
        # What was acknowledged is there; at most one move for each kill was not acknowledged.
        assert acknowledged[ref] <= kinds <= acknowledged[ref] + storm.kills
    found = moving.move(world)
    assert [one for one in found if one.refused] == []
    assert {moving.edition_of(world, ref) for ref in refs} == {newer}
    world.place.database.close()


@pytest.mark.parametrize("before", [1, 3])
def test_a_move_that_ends_between_two_cases_leaves_those_before_it_moved(
    sample_url: str, tmp_path: Path, before: int
) -> None:
    refs, newer = opened(sample_url, tmp_path, 5)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        place, _ = place_on(database.open(sample_url, durable=False), seed=random.randrange(10**9))
        done = []
        for one in migrating.migrate(place, BESS, MOVE):
            done.append(one.ref)
            if len(done) == before:
                os.write(writer, json.dumps(done).encode())
                time.sleep(60)
        os._exit(0)
    os.close(writer)
    done = json.loads(os.read(reader, 4096))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(reader)

    world = looked_at(sample_url)
    moved = [ref for ref in refs if moving.edition_of(world, ref) == newer]
    assert sorted(moved) == sorted(done)
    assert world.verdict().problems == []
    assert sorted(one.ref for one in moving.move(world)) == sorted(set(refs) - set(done))
    assert world.verdict().problems == []
    world.place.database.close()
