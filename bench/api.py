"""Schemathesis at every operation of the API: no 5xx, no status and no form but those described.

Each is asked by somebody who keeps the record, by somebody who decides, and by somebody who
speaks for an agency.

python bench/api.py --examples 1000
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
import time
from contextlib import redirect_stderr
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from engine import bootstrap, database  # noqa: E402
from tests.stories import SETTINGS  # noqa: E402
from tests.web.exploring import explore, known_in, operations  # noqa: E402
from tests.web.servers import served  # noqa: E402
from tests.worlds import World, activate_sample, place_on  # noqa: E402

PEOPLE = ("bess", "lee", "pol")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=1000, help="Of each operation, by each.")
    parser.add_argument("--part", default="1/1", help="Such as 2/4: the second of four parts.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--person", action="append", help="Asked by these alone.")
    parser.add_argument("--only", action="append", help="Only operations with this in their name.")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        wrong = run(f"sqlite:///{folder}/casetrail.db", asked)
    sys.exit(1 if wrong else 0)


def run(url: str, asked: argparse.Namespace) -> int:
    database.create(url, "sample", durable=False)
    opened = database.open(url, durable=False)
    place, clock = place_on(opened)
    activate_sample(place)
    beside = Path(url.removeprefix("sqlite:///")).with_name("config.toml")
    bootstrap.wire(place, replace(SETTINGS, file=beside))
    world = World(place.at("http"), clock)
    sent = wrong = 0
    began = time.monotonic()
    # The log of each request says nothing here, and one address may fail as often as it will.
    with redirect_stderr(Silence()), served(world.place, clock=clock_of_minutes()) as web:
        part, parts = map(int, asked.part.split("/"))
        for operation in operations(web.url.removesuffix("/v1"))[part - 1 :: parts]:
            if asked.only and not any(name in operation.label for name in asked.only):
                continue
            for person in asked.person or PEOPLE:
                made = tried(world, operation, person, asked)
                wrong += not made
                sent += made
                print(f"{made:7,}  {person:6}  {operation.label}", flush=True)
    problems = world.verdict().problems
    opened.close()
    spent = time.monotonic() - began
    print(f"{sent:,} requests in {spent:.0f} s; {wrong} operations with a fault; {problems=}")
    return wrong + len(problems)


def tried(world: World, operation: Any, person: str, asked: argparse.Namespace) -> int:
    """How many requests went well; none where one did not, which is printed."""
    try:
        known, most = known_in(world), asked.examples // 2
        return explore(operation, f"token-{person}", known, most, asked.seed)
    except BaseExceptionGroup as found:
        print("\n".join(str(one) for one in found.exceptions))
    except AssertionError as found:
        print(found)
    return 0


class Silence(StringIO):
    def write(self, text: str) -> int:
        return len(text)


def clock_of_minutes() -> object:
    return itertools.count(0, 61).__next__


if __name__ == "__main__":
    main()
