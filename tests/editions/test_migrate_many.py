"""Many cases moved at once: what was foreseen is what comes, and one that stays keeps no other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.service.moving.families import Moved
from tests import moving
from tests.moving import AGREED, back, case_of, edition_of, foreseen, holds, move
from tests.worlds import World

MANY = 50
RULES = (
    moving.SHORTER,
    moving.TWENTY,
    ("2 working days before it is due", "1 working day before it is due"),
    ('on_file = ["rationale"]\nasked   = ["opinion"]', 'on_file = ["form"]'),
)
"""A shorter time of one duty, a longer one of what is none, less of a reminder, and more that has
to be on file for a step.
"""


def told(found: list[Moved]) -> list[Any]:
    """What came of each case, or would."""
    return [
        (
            one.ref,
            one.sentence,
            one.needs,
            [(plan.ref, plan.to, [clock.plain() for clock in plan.clocks]) for plan in one.plans],
        )
        for one in found
    ]


def mixed(world: World) -> list[str]:
    """Cases at several places, with linked ones."""
    refs = [world.open(aware_on="2025-12-12"), world.notified(), world.open(), world.publishing()]
    world.take(refs[1], "ask_for_summaries", agencies_asked="police,hospital")
    world.take(refs[0], "start_deciding")
    return refs


@pytest.mark.parametrize(
    "wishes", [{}, {"later": AGREED}, {"later": AGREED, "clocks": {"notification": "keep"}}]
)
def test_what_a_dry_run_says_of_each_case_is_what_then_comes_of_it(
    world: World, tmp_path: Path, wishes: dict[str, Any]
) -> None:
    refs = mixed(world)
    moving.another(world, tmp_path, *RULES)
    before = [world.events(ref) for ref in refs]
    seen = foreseen(world, **wishes)
    assert [world.events(ref) for ref in refs] == before
    came = move(world, **wishes)
    assert [(one[0], one[1], one[2]) for one in told(seen)] == [
        (one[0], one[1], one[2]) for one in told(came)
    ]
    assert [one for one in told(seen) if not one[1]] == [one for one in told(came) if not one[1]]
    assert {one.refused for one in came} == ({True, False} if wishes else {True})
    holds(world, *(one.ref for one in came if not one.refused))


def test_one_of_fifty_cases_that_stays_keeps_no_other_and_is_the_only_one_left_to_move(
    world: World, tmp_path: Path
) -> None:
    refs = [world.open(aware_on="2025-12-12") for _ in range(MANY - 1)]
    first = edition_of(world, refs[0])
    stays = world.notified()
    newer = moving.another(world, tmp_path, moving.SHORTER, RULES[-1])
    moves: Iterator[Moved] = moving.moving_one_by_one(world)
    half = [next(moves).ref for _ in range(MANY // 2)]
    del moves
    assert {ref for ref in refs if edition_of(world, ref) == newer} == {*half} - {stays}

    found = {one.ref: one.refused for one in move(world)}
    assert found.keys() == {*refs, stays} - ({*half} - {stays})
    assert [ref for ref, refused in found.items() if refused] == [stays]
    assert {edition_of(world, ref) for ref in refs} == {newer}
    assert edition_of(world, stays) == first
    assert {
        str(case_of(world, ref).deadlines()[ref, "notification", "", 1]["due_on"]) for ref in refs
    } == {"2025-12-17"}
    assert [one.ref for one in move(world)] == [stays]
    assert len([one for one in back(world, later=AGREED) if not one.refused]) == MANY - 1
    assert {edition_of(world, ref) for ref in refs} == {first}
    assert world.verdict().problems == []
