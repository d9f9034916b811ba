"""Whether anything waits for programs that hang: steps are timed while a worker has ten of them."""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from engine import bootstrap
from engine.decide.steps.taking import Step
from engine.service import cases
from engine.service.workplace import By, Workplace
from tests import offices
from tests.calling import KEEPS, script
from tests.offices import COMMAND, Office
from tests.postgres import PostgresServer
from tests.stories import ROOT
from tests.worlds import given

HANGING = tuple(f"hang{number}" for number in range(10))
WAIT = "status = 'waiting'"
SOON = 120
"""Seconds within which what does not hang is to be done."""


def main() -> None:
    """On each database, print how long steps take with nothing to call, and with what hangs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=500, help="in each round")
    parser.add_argument("--rounds", type=int, default=3)
    a = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    server = PostgresServer()
    try:
        server.start(fsync=True)
        for kind in ("sqlite", "postgresql"):
            for number in range(a.rounds):
                url = "sqlite:///casetrail.db"
                if kind == "postgresql":
                    url = server.url(server.create_database())
                own = folder / f"{kind}{number}"
                own.mkdir()
                office = offices.make(own, url)
                found = {"database": kind, "quiet": _round(office, a.steps)}
                _declare(office, dict.fromkeys(HANGING, "sleep 601"))
                found["hanging"] = _round(office, a.steps)
                _declare(office, {"keep": KEEPS})
                found["hanging, and one that works"] = _round(office, a.steps, works=True)
                sys.stdout.write(json.dumps(found) + "\n")
                sys.stdout.flush()
    finally:
        server.stop()
        shutil.rmtree(folder)


def _declare(office: Office, programs: Mapping[str, str]) -> None:
    with office.config.open("a") as file:
        for name, text in programs.items():
            program = script(office.folder, name, text)
            file.write(
                f'\n[[after]]\nid = "{name}"\nprocess = "incident"\nsteps = ["*"]\n'
                f'command = ["{program}"]\ntimeout = "10 minutes"\n'
            )


@contextmanager
def _working(office: Office) -> Iterator[None]:
    worker = subprocess.Popen(
        [*COMMAND, "worker", "--config", str(office.config)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
    )
    try:
        yield
    finally:
        worker.terminate()
        worker.wait()


def _round(office: Office, steps: int, *, works: bool = False) -> dict[str, object]:
    settings = bootstrap.settings(str(office.config))
    place = bootstrap.workplace(settings)
    by = By(next(iter(place.directory.people)))
    opened = [_open(place, by) for _ in range(steps + 2)]
    try:
        with _working(office):
            for ref in (opened.pop(), opened.pop()):
                cases.take_step(place, by, ref, Step("start_deciding"))
            _within(lambda: not _count(place, "messages", WAIT))
            if settings.after and not _within(lambda: _hang(place) == 2 * len(HANGING)):
                return {"hang": _hang(place)}
            taken = []
            for ref in opened:
                began = time.perf_counter()
                cases.take_step(place, by, ref, Step("start_deciding"))
                taken.append((time.perf_counter() - began) * 1000)
            told: dict[str, object] = {"steps": len(taken), **_told(taken)}
            began = time.perf_counter()
            told["all told"] = _within(lambda: not _count(place, "messages", WAIT))
            if works:
                told["all called"] = _within(lambda: _done(place) == steps + 2)
                told["seconds after the last step"] = round(time.perf_counter() - began, 1)
            if settings.after:
                told["hang"] = _hang(place)
            return told
    finally:
        place.database.close()


def _told(taken: list[float]) -> dict[str, float]:
    cut = statistics.quantiles(taken, n=100)
    return {"p50 ms": round(cut[49], 2), "p99 ms": round(cut[98], 2)}


def _open(place: Workplace, by: By) -> str:
    return cases.open_new(place, by, "incident", given(place="in our area")).ref


def _within(holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + SOON
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.2)
    return False


def _hang(place: Workplace) -> int:
    return _count(place, "calls", "status = 'waiting' AND lease_until > 0 AND hook LIKE 'hang%'")


def _done(place: Workplace) -> int:
    return _count(place, "calls", "status = 'done' AND hook = 'keep'")


def _count(place: Workplace, table: str, which: str) -> int:
    with place.database.read() as tx:
        row = tx.row(f'SELECT count(*) FROM "{table}" WHERE {which}')
    return int(row[0]) if row else 0


if __name__ == "__main__":
    main()
