"""`next` and `why-not` name the same people for each thing that a step lacks."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from engine.definition import Condition
from engine.service.looking import ahead
from engine.service.workplace import By, Workplace
from tests import review_walks, stories
from tests.next_steps.test_why_not import with_guard
from tests.walking import Walk
from tests.worlds import BESS, World

EXPLORING = settings().max_examples > 100
FEW = settings(
    phases=list(Phase) if EXPLORING else [Phase.generate],
    max_examples=40 if EXPLORING else 2,
    deadline=None,
)
STEPS = 12
MANY = 90 if EXPLORING else 25
Told = Mapping[str, Any]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("store") / "casetrail.db"
    stories.make_store(f"sqlite:///{file}")
    return file


def differing(place: Workplace, by: By, ref: str, step: str) -> Iterator[object]:
    """The needs of a step of which those who are named are not those who are told what to do."""
    found = ahead.why_not(place, by, ref, step)
    needs = [*found["unmet"], *(need for each in found["before"] for need in each["unmet"])]
    for need in needs:
        told = {name for way in need["ways"] for supply in way for name in supply["who"]}
        if need["ways"] and told != set(need["who"]):
            yield step, need["what"], sorted(need["who"]), sorted(told)


@FEW
@drawn(st.integers(0, 2**32))
def test_for_each_step_of_the_review_both_name_the_same_people(store: Path, seed: int) -> None:
    chance = random.Random(seed)
    wrong: list[object] = []
    for walk in review_walks.looks(store, chance, STEPS):
        steps = sorted(walk.view(0).edition.workflow.transitions)
        for step in chance.sample(steps, MANY):
            wrong += differing(walk.place, By("sam"), walk.refs[0], step)

    assert wrong == []


def test_an_answer_that_only_a_step_gives_is_to_be_had_of_those_who_take_it(world: World) -> None:
    ref = with_guard(world, (Condition("notified_on", "answered"),))

    (told,) = [
        one
        for one in ahead.next_steps(world.place, BESS, ref)["steps"]
        if one["transition"] == "start_deciding"
    ]
    (need,) = told["unmet"]
    assert need["how"].startswith("take ")
    assert list(differing(world.place, BESS, ref, "start_deciding")) == []


def test_what_a_later_step_files_is_asked_of_those_who_take_the_step_that_brings_it(
    store: Path, tmp_path: Path
) -> None:
    with stories.partnership(stories.copied(store, tmp_path)) as (place, clock):
        clock.go_to(datetime(2025, 11, 24, 10, tzinfo=UTC))
        walk = Walk(place, clock, stories.PROCESS.name, "sam")
        walk.open(1)
        steps = {
            one["transition"]: one["unmet"]
            for one in ahead.next_steps(place, By("sam"), walk.refs[0])["elsewhere"]
        }
        letters = [
            need
            for unmet in steps.values()
            for need in unmet
            if "The national Panel's letter" in need["what"] and need["how"].startswith("take ")
        ]

    assert letters
    assert {tuple(need["who"]) for need in letters} == {("business unit",)}
