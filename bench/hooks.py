"""Attacks on signed calls: replays at once, every bit turned over, and what time tells."""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from engine import database
from engine.hooks.answer import REFUSED
from engine.hooks.receiving import Reception
from engine.service.trail import verifying
from engine.service.workplace import Workplace
from tests.hooking import Doors, Sender, doors_of, everything, settings_in
from tests.hooks.test_forgeries import forgeries
from tests.hooks.test_replays_at_once import BODY, counted, replayed
from tests.postgres import PostgresServer
from tests.racing import race
from tests.worlds import Clock, activate_sample, place_on

PROCESSES = 4


def main() -> None:
    """Attack on each database, and print what was tried, what had an effect and what was told."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--replays", type=int, default=1000, help="of one call, all at once")
    parser.add_argument("--races", type=int, default=3)
    parser.add_argument("--messages", type=int, default=200, help="of which every bit is turned")
    parser.add_argument("--samples", type=int, default=100_000)
    a = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    server = PostgresServer()
    try:
        server.start()
        for kind in ("sqlite", "postgresql"):
            for number in range(a.races):
                own = folder / f"{kind}{number}"
                own.mkdir()
                url = _made(own, server if kind == "postgresql" else None)
                _say({"database": kind, **_replays(url, own, a.replays)})
        own = folder / "bits"
        own.mkdir()
        url = _made(own, None)
        _say(_bits(url, own, a.messages))
        for name in ("endpoint", "secret"):
            _say({"timing": name, **_timing(url, own, name, a.samples)})
    finally:
        server.stop()
        shutil.rmtree(folder)


def _say(found: dict[str, Any]) -> None:
    print(json.dumps(found), flush=True)


def _made(folder: Path, server: PostgresServer | None) -> str:
    url = server.url(server.create_database()) if server else f"sqlite:///{folder}/casetrail.db"
    database.create(url, "sample", durable=False)
    opened = database.open(url, durable=False)
    activate_sample(place_on(opened)[0])
    opened.close()
    return url


def _replays(url: str, folder: Path, times: int) -> dict[str, Any]:
    settings = settings_in(folder)
    opened = database.open(url, durable=False)
    place, _ = place_on(opened)
    headers = doors_of(place, settings).signed("form", BODY, "msg_1")
    each = times // PROCESSES
    # Each thread has a connection of its own, and a server has a hundred.
    threads = each if url.startswith("sqlite") else 20

    def deed(own: Workplace, _: Clock, number: int) -> Any:
        return replayed(Doors(own, settings, Reception(own, settings)), headers, each, threads)

    start = time.monotonic()
    answers = [tuple(one) for said in race(url, PROCESSES, deed) for one in said]
    seconds = time.monotonic() - start
    found = {
        "replays": len(answers),
        "seconds": round(seconds, 1),
        "answered": {str(s): [t for t, _ in answers].count(s) for s in {t for t, _ in answers}},
        "outcomes told": len({document for status, document in answers if status == 200}),
        "cases, people, calls taken": counted(place),
        "the trail holds": verifying.verify(place).holds,
    }
    opened.close()
    return found


def _messages(count: int, place: Workplace, senders: dict[str, Sender]) -> Iterator[Any]:
    drawn = random.Random(4)
    for number in range(count):
        endpoint = drawn.choice(sorted(senders))
        document = {"form": {"where": "A", "n": number}, "case": "2025-00000", "opinion": "notify"}
        body = json.dumps(document).encode()
        yield endpoint, senders[endpoint].signed(body, place.clock()), body


def _bits(url: str, folder: Path, count: int) -> dict[str, Any]:
    opened = database.open(url, durable=False)
    place, _ = place_on(opened)
    form = doors_of(place, settings_in(folder))
    before, tried, let_in = everything(place), 0, 0
    start = time.monotonic()
    for endpoint, headers, body in _messages(count, place, form.senders):
        for changed, other in forgeries(headers, body):
            tried += 1
            let_in += form.receive(endpoint, changed, other) is not REFUSED
    unchanged = everything(place) == before
    opened.close()
    seconds = time.monotonic() - start
    return {
        "messages": count,
        "forgeries": tried,
        "per second": round(tried / seconds),
        "let in": let_in,
        "nothing changed": unchanged,
    }


def _timing(url: str, folder: Path, what: str, samples: int) -> dict[str, Any]:
    """Welch's t of two kinds of forgery: at a known and an unknown endpoint, or with the first half
    of the signature right and wrong.
    """
    opened = database.open(url, durable=False)
    place, _ = place_on(opened)
    form = doors_of(place, settings_in(folder))
    headers = list(form.signed("form", BODY))
    (name, right), wrong = headers[3], "A" * 43 + "="
    forged = [*headers[:3], (name, f"v1,{wrong}")]
    half = [*headers[:3], (name, f"{right[:24]}{wrong[21:]}")]
    kinds = (("form", forged), ("nobody" if what == "endpoint" else "form", half))
    if what == "endpoint":
        kinds = (("form", forged), ("none", forged))
    took: tuple[list[int], list[int]] = ([], [])
    drawn = random.Random(5)
    for _ in range(2 * samples):
        which = drawn.getrandbits(1)
        start = time.perf_counter_ns()
        form.receive(*kinds[which], BODY)
        took[which].append(time.perf_counter_ns() - start)
    opened.close()
    return {"samples": samples, "t": round(_welch(*map(_trimmed, took)), 2)}


def _trimmed(values: list[int]) -> list[int]:
    """Without the slowest tenth: what else the machine did meanwhile."""
    return sorted(values)[: len(values) * 9 // 10]


def _welch(one: list[int], other: list[int]) -> float:
    spread = statistics.variance(one) / len(one) + statistics.variance(other) / len(other)
    return (statistics.fmean(one) - statistics.fmean(other)) / spread**0.5


if __name__ == "__main__":
    main()
