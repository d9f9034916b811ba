"""Programs that hang keep nothing waiting: no step, no message, no other hook, no other case."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from engine.service import outbox, ticks
from engine.service.calls import making, running, settling
from engine.service.calls.making import Caller
from tests.calling import KEEPS, LINK, after, calling
from tests.worlds import World

HANGING = 10


@pytest.fixture(autouse=True)
def without_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "GRACE", 0.1)


def hung(world: World) -> int:
    """How many calls are under way."""
    with world.place.database.read() as tx:
        [(found,)] = tx.rows("SELECT count(*) FROM calls WHERE lease_until > 0")
    return int(found)


def test_ten_hooks_that_hang_keep_nothing_else_waiting(world: World, tmp_path: Path) -> None:
    hooks = [after(tmp_path, "sleep 61", name=f"hang{n}") for n in range(HANGING)]
    calls = calling(world.place, tmp_path, *hooks, after(tmp_path, KEEPS, name="keep"))
    refs = [world.open() for _ in range(4)]
    for ref in refs[:3]:
        world.take(ref, "start_deciding")
    caller, sent = Caller(), list[str]()

    def send(message: outbox.Outgoing) -> str:
        sent.append(message.what)
        return "file: taken"

    def round_(seconds: float) -> making.Made:
        return caller.round(world.place, calls.hooks, LINK, seconds)

    assert ticks.tick(world.place, send).sealed > 0
    began = time.monotonic()
    made = round_(0.0)
    while made.done + len(calls.told()) < 6 and time.monotonic() < began + 30:
        made = making.Made(*map(sum, zip(made, round_(0.2), strict=True)))
    # The one that does not hang is told of all three cases meanwhile.
    assert made == (3, 0, 0)
    assert hung(world) == HANGING * making.AT_ONCE
    world.take(refs[3], "start_deciding")
    ticks.tick(world.place, send)
    assert len(sent) == 4
    while len(calls.told()) < 4 and time.monotonic() < began + 30:
        round_(0.2)
    assert {one["ref"] for one in calls.told()} == set(refs)
    assert time.monotonic() < began + 30
    caller.stop()
    ended = caller.round(world.place, calls.hooks, LINK, 0.0)
    assert ended.given_up == 0
    assert caller.is_idle
    assert world.verdict().problems == []


def test_a_call_is_made_while_no_transaction_is_open(world: World, tmp_path: Path) -> None:
    """A program that hangs holds no lock: another writes while it runs."""
    calls = calling(world.place, tmp_path, after(tmp_path, 'touch "{folder}/runs"; sleep 61'))
    world.take(world.open(), "start_deciding")
    caller = Caller()
    ticks.tick(world.place, lambda message: "file: taken")
    caller.round(world.place, calls.hooks, LINK, 0.1)
    end = time.monotonic() + 30
    while not (tmp_path / "runs").exists() and time.monotonic() < end:
        time.sleep(0.01)
    began = time.monotonic()
    world.take(world.open(), "start_deciding")
    assert time.monotonic() - began < 5
    assert [one.name for one in threading.enumerate() if one.name == "call index"]
    caller.stop()
    caller.round(world.place, calls.hooks, LINK, 0.0)


def test_a_hook_has_two_places_and_two_workers_make_no_call_twice(
    world: World, tmp_path: Path
) -> None:
    calls = calling(world.place, tmp_path)
    for _ in range(5):
        world.take(world.open(), "start_deciding")
    ticks.tick(world.place, lambda message: "file: taken")
    index = calls.hooks["index"]
    first = settling.claim(world.place, index, making.AT_ONCE)
    second = settling.claim(world.place, index, 9)
    assert len(first) == making.AT_ONCE
    assert len(second) == 3
    assert {one.key for one in first}.isdisjoint({one.key for one in second})
