"""Fifty notices due among a hundred thousand that wait: how long one tick takes, and an idle
one.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from engine import database
from engine.service import ticking
from tests.worlds import BESS, World, activate_sample, place_on

WAITING = 100_000
DUE = 50

COPIES = (
    "INSERT INTO notices SELECT log, '2099-' || printf('%06d', i), timescale, \"of\", no, notice, "
    "schedule, at + 315360000000000, 'waiting', n FROM notices, "
    "(WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ?) "
    "SELECT i FROM c) WHERE ref = ? AND notice = ?"
)


def main() -> None:
    """Fill a store with notices that wait for years, let fifty be due, and time the ticks."""
    folder = Path(tempfile.mkdtemp())
    url = f"sqlite:///{folder / 'casetrail.db'}"
    database.create(url, "sample")
    place, clock = place_on(database.open(url))
    activate_sample(place)
    world = World(place, clock)
    refs = [world.open(aware_on="2025-12-12") for _ in range(DUE)]
    with place.database.write() as tx:
        one = tx.rows("SELECT notice FROM notices WHERE ref = ? ORDER BY at", (refs[0],))[0][0]
        tx.run(COPIES, (WAITING, refs[0], one))
    ticking.fire_due(place)
    idle = _timed(lambda: ticking.fire_due(place).notices, expected=0)
    clock.go_to("2025-12-17", 9)
    fifty = _timed(lambda: ticking.fire_due(place).notices, expected=DUE)
    found = {"waiting": WAITING, "idle_tick_ms": idle, "fifty_due_ms": fifty, "by": BESS.person}
    print(json.dumps(found), flush=True)
    place.database.close()
    shutil.rmtree(folder)


def _timed(deed: object, expected: int) -> float:
    start = time.perf_counter_ns()
    done = deed()  # type: ignore[operator]
    took = (time.perf_counter_ns() - start) / 1e6
    assert done == expected, done
    return round(took, 3)


if __name__ == "__main__":
    main()
