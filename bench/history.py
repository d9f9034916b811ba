"""The cost of a step on a case with a short history, and on one with a long one (20 and 20,000).

Warm, when the process has just changed the case, and cold, when it has to read it first.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from engine import database
from engine.decide.steps.taking import Step
from engine.service import cases
from engine.service.workplace import Workplace
from tests.worlds import BESS, World, activate_sample, given, place_on

STEP = Step("record_letter", given(letter_says="agrees"))


def main() -> None:
    """Take steps on both cases in turn, and print the medians."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--steps", type=int, default=100)
    a = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    url = f"sqlite:///{folder / 'casetrail.db'}"
    database.create(url, "sample")
    place, clock = place_on(database.open(url))
    activate_sample(place)
    world = World(place, clock)
    other, *both = world.open(), world.open(), world.open()
    while cases.take_step(place, BESS, both[1], STEP).version < a.events:
        pass
    warm: dict[str, list[float]] = {ref: [] for ref in both}
    for _ in range(a.steps):
        for ref, times in warm.items():
            times.append(_took(place, ref))
    cold: dict[str, list[float]] = {ref: [] for ref in both}
    for _ in range(a.steps):
        anew, _ = place_on(database.open(url), seed=int.from_bytes(os.urandom(8)))
        # What every process needs once, such as the definition, is not the case's.
        _took(anew, other)
        for ref, times in cold.items():
            times.append(_took(anew, ref))
        anew.database.close()
    found = {"events": a.events, **_compared("", warm, both), **_compared("cold_", cold, both)}
    print(json.dumps(found), flush=True)
    place.database.close()
    shutil.rmtree(folder)


def _took(place: Workplace, ref: str) -> float:
    """How long a step took, in milliseconds."""
    start = time.perf_counter_ns()
    cases.take_step(place, BESS, ref, STEP)
    return (time.perf_counter_ns() - start) / 1e6


def _compared(prefix: str, took: dict[str, list[float]], refs: list[str]) -> dict[str, float]:
    """The medians for the short and the long history, and their ratio."""
    short, long = (round(statistics.median(took[ref]), 2) for ref in refs)
    return {
        f"{prefix}short": short,
        f"{prefix}long": long,
        f"{prefix}ratio": round(long / short, 2),
    }


if __name__ == "__main__":
    main()
