"""What `audit verify` finds of calls that somebody has added, taken away or settled by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.service.trail import sequencing
from tests.calling import Calls, after, calling
from tests.worlds import World

REFUSES = "grep -q '\"start_deciding\"' && exit 65; exit 0"
NEW = "INSERT INTO calls VALUES ('sample', '{hook}', '{ref}', {n}, 'done', 1, 0, 0, 1, '')"


@pytest.fixture
def told(world: World, tmp_path: Path) -> tuple[World, str, Calls]:
    """A case of which the first call was given up, the second done, and the third waits."""
    calls = calling(world.place, tmp_path, after(tmp_path, REFUSES))
    ref = world.notified()
    calls.made()
    other = world.open()
    world.take(other, "start_deciding")
    sequencing.seal_new(world.place)
    assert calls.statuses().count("waiting") == 1
    assert world.verdict().problems == []
    return world, ref, calls


FINDINGS = {
    "a call of an entry that is no step": (
        NEW.format(hook="index", ref="{ref}", n=1),
        "no step of a case is followed by this call",
    ),
    "a call of a hook that there is not": (
        NEW.format(hook="other", ref="{ref}", n=3),
        "no step of a case is followed by this call",
    ),
    "a call that is gone": ("DELETE FROM calls WHERE status = 'waiting'", "the row is gone"),
    "one that was given up, as done": (
        "UPDATE calls SET status = 'done' WHERE status = 'given up'",
        "what its case says of it is not what it says",
    ),
    "one that was done, as given up": (
        "UPDATE calls SET status = 'given up' WHERE status = 'done'",
        "what its case says of it is not what it says",
    ),
    "one that waits, as done": (
        "UPDATE calls SET status = 'done' WHERE status = 'waiting'",
        "it is settled, and was never tried",
    ),
    "one that waits, for ever": (
        "UPDATE calls SET next_at = 4611686018427387904 WHERE status = 'waiting'",
        "it is kept back for longer than any worker does",
    ),
    "one that nobody else can claim": (
        "UPDATE calls SET lease_until = 4611686018427387904 WHERE status = 'waiting'",
        "it is kept back for longer than any worker does",
    ),
    "tries that were not": (
        "UPDATE calls SET tries = 7 WHERE status = 'waiting'",
        "it was tried as often as no worker does",
    ),
    "one of another partnership": (
        "UPDATE calls SET log = 'other' WHERE status = 'waiting'",
        "it is filed under another partnership",
    ),
    "a hook that was not declared": (
        "INSERT INTO hooks VALUES ('sample', 'other', 'incident', '*', 0, 'in use', 1)",
        "no event made this row",
    ),
    "a hook that was ended": ("UPDATE hooks SET status = 'ended'", "status differs from what"),
}


@pytest.mark.parametrize("name", FINDINGS)
def test_what_was_altered_is_named(told: tuple[World, str, Calls], name: str) -> None:
    world, ref, _ = told
    sql, said = FINDINGS[name]
    with world.place.database.write() as tx:
        tx.run(sql.format(ref=ref))
    found = world.verdict().problems
    assert found
    assert any(said in one for one in found), found
    assert all(one.startswith(("calls ", "hooks ")) for one in found)
