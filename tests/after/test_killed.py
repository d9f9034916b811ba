"""A worker that is killed at any point: each call is made at least once, always with the same id,
and never again once it is settled.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from engine import database
from engine.service.calls import making, running
from engine.service.calls.after import After
from engine.service.trail import sequencing
from tests.calling import KEEPS, Calls, after, calling, script
from tests.offices import COMMAND, Office
from tests.stories import ROOT
from tests.worlds import Clock, World, place_on

HANGS = f'{KEEPS.removeprefix("exec ")}; touch "{{folder}}/seen"; sleep 61'
ONCE = f'test -e "{{folder}}/seen" && {KEEPS}; {HANGS}'
"""What a program does that hangs the first time that it is called."""
LATER = timedelta(minutes=10)


def killed(*_: object, **__: object) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def before(module: ModuleType | type, name: str) -> None:
    """End this process as hard as can be where something would be done."""
    setattr(module, name, killed)


def behind(module: ModuleType | type, name: str) -> None:
    """The same once it has been done."""
    kept = getattr(module, name)

    def then(*words: Any, **more: Any) -> None:
        kept(*words, **more)
        killed()

    setattr(module, name, then)


class Point(NamedTuple):
    """Where a worker dies, how often its program had been called by then, and if that was known."""

    die: Callable[[], None]
    called: int
    settled: bool = False


POINTS = {
    "with a claim, before it knows what to tell": Point(lambda: before(making, "as_bytes"), 0),
    "before the program is started": Point(lambda: before(running, "_started"), 0),
    "after the program is started": Point(lambda: behind(running, "_started"), 0),
    "after the program ended, unseen": Point(lambda: behind(running._Watch, "_watched"), 1),
    "after it was seen to end": Point(lambda: behind(running._Watch, "ran"), 1),
    "before it is settled": Point(lambda: before(making, "settle"), 1),
    "after it was settled": Point(lambda: behind(making, "settle"), 1, settled=True),
}


@contextmanager
def opened(url: str, now: Clock | None = None) -> Iterator[World]:
    """A process at work on a store, at the time that another clock shows."""
    place, clock = place_on(database.open(url, durable=False))
    clock.instant = now.instant if now else clock.instant
    try:
        yield World(place, clock)
    finally:
        place.database.close()


def in_another_process(act: Callable[[], object]) -> int:
    """How a process ends that does this and nothing else."""
    pid = os.fork()
    if not pid:
        try:
            act()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def made(url: str, now: Clock, folder: Path, program: After) -> None:
    with opened(url, now) as world:
        Calls(world.place, folder, {program.id: program}).made()


@pytest.mark.parametrize("name", POINTS)
def test_a_worker_that_is_killed_leaves_its_call_to_the_next(
    sample_url: str, tmp_path: Path, name: str
) -> None:
    point, program = POINTS[name], after(tmp_path)
    with opened(sample_url) as world:
        calling(world.place, tmp_path, program)
        world.take(world.open(), "start_deciding")
        sequencing.seal_new(world.place)
        clock = world.clock

    def die() -> None:
        point.die()
        made(sample_url, clock, tmp_path, program)

    assert in_another_process(die) == -signal.SIGKILL
    with opened(sample_url, clock) as world:
        calls = Calls(world.place, tmp_path, {program.id: program})
        before_it = calls.told()
        if name != "after the program is started":
            # It may end with its worker, at any point of its own.
            assert len(before_it) == point.called
        assert calls.statuses() == ["done" if point.settled else "waiting"]
        # Whoever comes while the claim holds leaves it alone.
        assert calls.made() == (0, 0, 0)
        world.clock.instant += LATER
        assert calls.made() == (0 if point.settled else 1, 0, 0)
        found = calls.told()
        assert len(found) == len(before_it) + (not point.settled)
        assert len({one["id"] for one in found}) == 1
        assert all(one == found[0] for one in found)
        world.clock.instant += LATER * 1000
        assert calls.made() == (0, 0, 0)
        assert world.verdict().problems == []


def until(holds: Callable[[], bool], seconds: float = 60) -> bool:
    """Whether something comes to be so in time."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@contextmanager
def working(office: Office) -> Iterator[subprocess.Popen[str]]:
    running = subprocess.Popen(
        [*COMMAND, "worker", "--config", str(office.config)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def declare(office: Office, text: str) -> None:
    program = script(office.folder, "keep", text)
    with office.config.open("a") as file:
        file.write(
            f'\n[[after]]\nid = "keep"\nprocess = "incident"\nsteps = ["*"]\n'
            f'command = ["{program}"]\ntimeout = "10 minutes"\n'
        )


def told(office: Office) -> list[str]:
    file = office.folder / "told"
    return file.read_text().splitlines() if file.exists() else []


def test_a_worker_that_is_told_to_stop_ends_what_hangs_and_puts_it_back(office: Office) -> None:
    declare(office, ONCE)
    office.ok("take", office.open(), "start_deciding")
    with working(office) as running:
        assert until(lambda: bool(told(office)))
        running.send_signal(signal.SIGTERM)
        _, logged = running.communicate(timeout=60)
        assert running.returncode == 0, logged
    assert "Traceback" not in logged
    [found] = office.json("hook", "list")["after"]
    assert (found["waiting"], found["last_failure"]) == (1, "ended with the worker")
    assert "1 call made after steps, 0 failed." in office.ok("tick")
    assert len(set(told(office))) == 1
    assert len(told(office)) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends it with whoever started it")
def test_the_program_ends_with_the_worker_that_started_it(office: Office) -> None:
    declare(office, f'echo $$ > "{{folder}}/pid"; {HANGS}')
    office.ok("take", office.open(), "start_deciding")
    with working(office) as running:
        assert until(lambda: bool(told(office)))
        running.kill()
    pid = (office.folder / "pid").read_text().strip()
    assert until(lambda: not Path(f"/proc/{pid}").exists())
    assert office.json("audit", "verify")["holds"]
