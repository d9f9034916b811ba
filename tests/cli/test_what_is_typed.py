from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from engine.service.looking import ahead
from engine.service.workplace import By
from tests import review_walks, stories
from tests.offices import Demo
from tests.typed import fault, printed, told
from tests.walking import Walk

EXPLORING = settings().max_examples > 100
FEW = settings(
    phases=list(Phase) if EXPLORING else [Phase.generate],
    max_examples=60 if EXPLORING else 3,
    deadline=None,
)
STEPS = 40 if EXPLORING else 18
AS = ("--as", "sam")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("store") / "casetrail.db"
    stories.make_store(f"sqlite:///{file}")
    return file


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("casetrail next 2025-K7QF29 --everything", "--everything"),
        ("casetrail why-not 2025-K7QF29", "TRANSITION"),
        ("casetrail correct 2025-K7QF29 place='our area", "No closing quotation"),
        ("casetrail correct 2025-K7QF29 place=in our area --no-such", "--no-such"),
        ("casetrail nxt 2025-K7QF29", "nxt"),
        ("casetrail workflow", "names no command"),
        ("casetrail approve 2025-K7QF29 a report", "report"),
    ],
)
def test_a_command_that_would_not_be_taken_is_found(line: str, said: str) -> None:
    assert said in fault(line)


def test_every_command_that_is_printed_for_a_case_of_the_demo_is_taken(demo_left: Demo) -> None:
    office, refs = demo_left.office, [demo_left.whole, demo_left.still_open]
    whole = json.loads(office.run("show", demo_left.whole, *AS, "--json").stdout)
    ahead_of = json.loads(office.run("next", demo_left.still_open, *AS, "--json").stdout)
    refs += [one["ref"] for one in whole["linked"]][:4]
    steps = [one["transition"] for one in (*ahead_of["steps"], *ahead_of["elsewhere"])][::6]
    asked: list[tuple[str, ...]] = [(one, ref) for ref in refs for one in ("next", "explain")]
    asked += [("next", ref, "--all") for ref in refs]
    asked += [("why-not", demo_left.still_open, step) for step in steps]
    said = [office.run(*words, *AS).stdout for words in (*asked, ("today",))]
    found = {line for text in said for line in printed(text)}

    assert len(found) > 25
    assert [(line, why) for line in sorted(found) if (why := fault(line))] == []


@FEW
@drawn(st.integers(0, 2**32))
def test_every_command_that_is_told_on_a_walk_through_the_process_is_taken(
    store: Path, seed: int
) -> None:
    chance = random.Random(seed)
    found: set[str] = set()
    for walk in review_walks.looks(store, chance, STEPS):
        found |= set(_told(walk, chance))

    assert [(line, why) for line in sorted(found) if (why := fault(line))] == []


def _told(walk: Walk, chance: random.Random) -> list[str]:
    ref = walk.refs[0]
    by = By("sam")
    steps = list(walk.view(0).edition.workflow.transitions)
    full = ahead.next_steps(walk.place, by, ref)
    offered = [f"casetrail {one['how']}" for one in (*full["answers"], *full["approvals"])]
    tasks = [f"casetrail {one['how']}" for one in full["tasks"]]
    some = [ahead.why_not(walk.place, by, ref, name) for name in chance.sample(steps, 3)]
    return [*offered, *tasks, *told(some)]
