"""The cost of a step on a case with a short history, and on one with a long one (20 and 20,000)."""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from engine import database
from engine.decide.taking import Step
from engine.service import cases
from tests.worlds import BESS, World, activate_sample, given, place_on


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
    short, long = world.open(), world.open()
    step = Step("record_letter", given(letter_says="agrees"))
    while cases.take_step(place, BESS, long, step).version < a.events:
        pass
    took: dict[str, list[float]] = {short: [], long: []}
    for _ in range(a.steps):
        for ref, times in took.items():
            start = time.perf_counter_ns()
            cases.take_step(place, BESS, ref, step)
            times.append((time.perf_counter_ns() - start) / 1e6)
    p50 = {name: statistics.median(took[ref]) for name, ref in (("short", short), ("long", long))}
    ratio = round(p50["long"] / p50["short"], 2)
    print(json.dumps({"events": a.events, **p50, "ratio": ratio}), flush=True)
    place.database.close()
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
