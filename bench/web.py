"""The door for other systems under load: who wins a race, and what HTTP adds to a step.

python bench/web.py [--clients 50] [--rounds 40] [--steps 2000] [--postgresql]
"""

from __future__ import annotations

import argparse
import gc
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from threading import Barrier
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import httpx2  # noqa: E402
import psutil  # noqa: E402

from engine import database  # noqa: E402
from engine.verbs.table import run  # noqa: E402
from engine.web import serving  # noqa: E402
from engine.web.reception import Reception  # noqa: E402
from engine.web.serving import Address  # noqa: E402
from tests.postgres import PostgresServer  # noqa: E402
from tests.web.servers import identify  # noqa: E402
from tests.worlds import BESS, World, activate_sample, place_on  # noqa: E402

STEP = "record_letter"
"""A step that may be taken again and again."""
STEPS_OF_A_CASE = 20
SAMPLE = 400
"""Steps of which the processor's time is taken."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--serve", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.serve)
        return
    with store(postgresql=asked.postgresql) as url:
        world = World(*place_on(opened := database.open(url)))
        activate_sample(world.place)
        with server(url) as (address, pid):
            race(world, address, asked.clients, asked.rounds)
            measure(world, address, asked.steps)
            processor(world, address, pid)
        opened.close()


def race(world: World, address: str, many: int, rounds: int) -> None:
    """Many clients, each on a connection of its own, take a step at one version at one moment."""
    clients = [client(address) for _ in range(many)]
    refs = [world.open() for _ in range(4)]
    said: Counter[int] = Counter()
    line = Barrier(many)
    with ThreadPoolExecutor(many) as pool:
        for number in range(rounds):
            case = f"/cases/{refs[number % len(refs)]}"
            seen = {"If-Match": clients[0].get(case).headers["etag"]}

            def take(one: httpx2.Client, case: str = case, seen: Any = seen) -> int:
                line.wait()
                return one.post(f"{case}/steps/{STEP}", headers=seen).status_code

            found = Counter(pool.map(take, clients))
            assert found == {200: 1, 412: many - 1}, found
            said += found
    problems = world.verdict().problems
    print(f"race: {many} clients, {rounds} rounds, one winner each: {dict(said)}; {problems=}")
    assert not problems


def measure(world: World, address: str, steps: int) -> None:
    """Steps one after the other: the service call alone, the verb, and the same over HTTP.

    In turns, so that what else the machine does meets all of them alike.
    """
    http = plain(address)
    ways: dict[str, Callable[[str], Any]] = {
        "service call": lambda ref: world.take(ref, STEP),
        "verb": lambda ref: run(world.place, BESS, "take", {"ref": ref, "transition": STEP}),
        "http": lambda ref: http("POST", f"/cases/{ref}/steps/{STEP}"),
        "http, a read of nothing": lambda ref: http("GET", "/health"),
    }
    spent: dict[str, list[float]] = {name: [] for name in ways}
    gc.disable()
    for number in range(steps):
        if number % STEPS_OF_A_CASE == 0:
            refs = {name: world.open() for name in ways}
            for name, act in ways.items():
                act(refs[name])
        for name, act in ways.items():
            began = time.perf_counter()
            act(refs[name])
            spent[name].append(time.perf_counter() - began)
    for name, times in spent.items():
        times.sort()
        at = [times[int(len(times) * part)] * 1000 for part in (0.5, 0.95, 0.99)]
        print(f"{name:24} p50 {at[0]:7.2f}  p95 {at[1]:7.2f}  p99 {at[2]:7.2f} ms")
    p99 = {name: times[int(len(times) * 0.99)] for name, times in spent.items()}
    print(
        f"p99 of a transition through HTTP / service call: {p99['http'] / p99['service call']:.2f}"
    )
    print(f"p99 of a transition through HTTP / verb:         {p99['http'] / p99['verb']:.2f}")


def processor(world: World, address: str, pid: int) -> None:
    """What a step costs the processor, however busy the machine is: it is not waiting."""
    http, served = plain(address), psutil.Process(pid)

    def used() -> float:
        times = served.cpu_times()
        return float(times.user + times.system)

    ways: dict[str, tuple[Callable[[], float], Callable[[str], Any]]] = {
        "service call": (time.process_time, lambda ref: world.take(ref, STEP)),
        "verb": (
            time.process_time,
            lambda ref: run(world.place, BESS, "take", {"ref": ref, "transition": STEP}),
        ),
        "http, the server": (used, lambda ref: http("POST", f"/cases/{ref}/steps/{STEP}")),
        "http, a read of nothing": (used, lambda ref: http("GET", "/health")),
    }
    for name, (spent, act) in ways.items():
        ref = world.open()
        act(ref)
        began = spent()
        for _ in range(SAMPLE):
            act(ref)
        print(f"{name:24} {(spent() - began) / SAMPLE * 1000:7.2f} ms of the processor")


def plain(address: str) -> Callable[[str, str], bytes]:
    """A client that does little itself, on one connection."""
    connection = HTTPConnection(address.removeprefix("http://"), timeout=60)

    def ask(method: str, path: str) -> bytes:
        headers = {"Authorization": "Bearer token-bess"}
        connection.request(method, f"/v1{path}", headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        return body

    return ask


def client(address: str) -> httpx2.Client:
    headers = {"Authorization": "Bearer token-bess"}
    return httpx2.Client(base_url=f"{address}/v1", headers=headers, timeout=60, verify=False)


@contextmanager
def store(*, postgresql: bool) -> Iterator[str]:
    """An empty store as durable as a real one."""
    if postgresql:
        cluster = PostgresServer()
        cluster.start(fsync=True)
        url = cluster.url(cluster.create_database())
        database.create(url, "sample")
        try:
            yield url
        finally:
            cluster.stop()
        return
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as folder:
        url = f"sqlite:///{folder}/casetrail.db"
        database.create(url, "sample")
        yield url


@contextmanager
def server(url: str) -> Iterator[tuple[str, int]]:
    """The server in a process of its own, as it is in use."""
    words = [sys.executable, __file__, "--serve", url]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout
        address = process.stdout.readline().strip()
        try:
            yield address, process.pid
        finally:
            process.terminate()


def serve(url: str) -> None:
    opened = database.open(url)
    place, _ = place_on(opened)
    at_web = place.at("http")
    reception = Reception(lambda: at_web, identify, pace=1_000_000)
    serving.run(reception, Address(), lambda at: print(at.shown, flush=True))
    opened.close()


if __name__ == "__main__":
    main()
