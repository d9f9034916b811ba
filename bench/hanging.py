"""What HTTP adds to a step while every receiver hangs, with all as it is in use.

python bench/hanging.py [--steps 1000] [--receivers 10]

`casetrail serve` and `casetrail worker` run as processes of their own, and as many workers as there
are receivers, so that as many calls hang at once: a receiver takes a connection and never says a
word. Steps are taken in turn over HTTP, with a token, and by the service call in a process of its
own, which waits as the server does; so what else the machine does meets both alike. Instructions
are counted with valgrind, which noise does not reach: `--callgrind` runs the server, or the caller,
under it.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests import offices  # noqa: E402
from tests.offices import COMMAND, Office, ago  # noqa: E402
from tests.receiving import SECRET  # noqa: E402

STEP = "record_letter"
"""A step that may be taken again and again, and tells nobody."""
TELLING = "start_deciding"
"""A step that tells the local authority, each of whom has a receiver that hangs."""
STEPS_OF_A_CASE = 20
CLERKS = 40
"""People who ask in turn: one may ask 600 times a minute."""
BATCH = 50
"""Steps that tell all receivers: of the messages each worker claims as many, so each has some."""
BRIEF = json.dumps({"brief": True})
"""Without the case as it then is, which the service call does not give either."""
KNOWN = 40
"""Steps of either way before the first that is counted: whatever is made once is made then."""


class Receivers:
    """Ports that take a connection and never say anything."""

    def __init__(self, many: int) -> None:
        self.listening = [socket.create_server(("127.0.0.1", 0)) for _ in range(many)]
        self.ports = [one.getsockname()[1] for one in self.listening]
        self.taken: list[socket.socket] = []
        self.met: set[int] = set()
        for one in self.listening:
            threading.Thread(target=self._take, args=(one,), daemon=True).start()

    def _take(self, one: socket.socket) -> None:
        while True:
            self.taken.append(one.accept()[0])
            self.met.add(one.getsockname()[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--receivers", type=int, default=10)
    parser.add_argument("--callgrind", choices=("serve", "call"), default="")
    parser.add_argument("--caller", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.caller:
        caller(asked.caller)
        return
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as folder:
        receivers = Receivers(asked.receivers)
        office, tokens = partnership(Path(folder), receivers.ports)
        if asked.callgrind:
            counted(office, tokens, asked.callgrind)
        else:
            timed(office, tokens, receivers, asked.steps)
        print("the trail:", office.ok("audit", "verify").split(",")[0].replace("\n", " "))


def timed(office: Office, tokens: list[str], receivers: Receivers, steps: int) -> None:
    """Steps in turn by either way, with nobody waiting, and then while all receivers hang."""
    with ExitStack() as stack:
        port = stack.enter_context(server(office))
        call = stack.enter_context(calling(office))
        ways = {"service call": call, "http": asking(port, tokens)}
        measured("nothing waits", office, ways, steps)
        for ref in [office.open() for _ in range(BATCH)]:
            office.ok("take", ref, TELLING)
        for _ in receivers.ports:
            stack.enter_context(worker(office))
        while len(receivers.taken) < len(receivers.ports):
            time.sleep(0.1)
        began = time.monotonic()
        # A connection on which nothing is asked for a while is closed.
        measured("receivers hang", office, {**ways, "http": asking(port, tokens)}, steps)
        spent = time.monotonic() - began
        print(f"{len(receivers.taken)} deliveries hung, at {len(receivers.met)}, in {spent:.0f} s")


def measured(
    what: str, office: Office, ways: dict[str, Callable[[str], float]], steps: int
) -> None:
    """Print how long a step took by each way, at the 50th, the 95th and the 99th of a hundred."""
    spent: dict[str, list[float]] = {name: [] for name in ways}
    refs: list[str] = []
    gc.disable()
    for number in range(steps + KNOWN):
        if number % STEPS_OF_A_CASE == 0:
            refs = [office.open() for _ in ways]
            for ref, act in zip(refs, ways.values(), strict=True):
                act(ref)
        for ref, (name, act) in zip(refs, ways.items(), strict=True):
            took = act(ref)
            if number >= KNOWN:
                spent[name].append(took * 1000)
    gc.enable()
    at = {}
    for name, times in spent.items():
        times.sort()
        at[name] = [times[int(len(times) * part)] for part in (0.5, 0.95, 0.99)]
        told = "  ".join(f"{one:6.2f}" for one in at[name])
        print(f"{what}: {name:14} p50 p95 p99 {told} ms")
    ratios = [mine / base for mine, base in zip(at["http"], at["service call"], strict=True)]
    print(f"{what}: http / service call    {'  '.join(f'{one:6.2f}' for one in ratios)}")


def counted(office: Office, tokens: list[str], which: str) -> None:
    """Instructions of a step: of as many more steps, what the process has done more."""
    found = []
    for many in (50, 150):
        with ExitStack() as stack:
            if which == "serve":
                act = asking(stack.enter_context(server(office, grind=True)), tokens)
            else:
                act = stack.enter_context(calling(office, grind=True))
            ref = office.open()
            for _ in range(many):
                act(ref)
        found.append(instructions(office))
    print(f"{which}: {(found[1] - found[0]) // 100:,} instructions a step")


def grinding(office: Office) -> list[str]:
    out = office.folder / "grind.%p"
    return ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}"]


def instructions(office: Office) -> int:
    """What the process counted that has ended last."""
    last = max(office.folder.glob("grind.*"), key=lambda one: one.stat().st_mtime)
    [line] = [one for one in last.read_text().splitlines() if one.startswith("summary:")]
    return int(line.split()[1])


def partnership(folder: Path, ports: list[int]) -> tuple[Office, list[str]]:
    """A partnership in use whose local authority is told by calls that hang; and tokens."""
    office = offices.make(folder)
    people = []
    for number, port in enumerate(ports):
        address = f'address = {{ webhook = "https://localhost:{port}/" }}'
        who = f'id = "slow{number}"\nname = "Slow {number}"\nby = "webhook"\n{address}'
        part = f'person = "slow{number}"\nrole = "local_authority"\nagency = "council"'
        people.append(f"[[person]]\n{who}\n[[appointment]]\n{part}\n")
    for number in range(CLERKS):
        who = f'id = "clerk{number}"\nname = "Clerk {number}"\nmail = "clerk@partnership.example"'
        part = f'person = "clerk{number}"\nrole = "business_unit"'
        people.append(f"[[person]]\n{who}\n[[appointment]]\n{part}\n")
    hosts = json.dumps([f"localhost:{port}" for port in ports])
    gate = f'allow = {hosts}\ninside = ["localhost"]\nsecret_file = "webhook.secrets"\n'
    with office.config.open("a") as file:
        file.write(f"\n[notify.webhook]\n{gate}\n" + "\n".join(people))
    office.file("webhook.secrets", SECRET)
    (office.folder / "webhook.secrets").chmod(0o600)
    issue = ("token", "issue", "--until", ago(-90))
    said = [office.ok(*issue, f"clerk{number}") for number in range(CLERKS)]
    return office, [one.split("\n")[0].strip() for one in said]


@contextmanager
def started(words: list[str], **how: Any) -> Iterator[subprocess.Popen[str]]:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        words, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env, **how
    ) as it:
        try:
            yield it
        finally:
            it.terminate()


@contextmanager
def server(office: Office, *, grind: bool = False) -> Iterator[int]:
    """`casetrail serve`, and its port."""
    words = [*COMMAND, "serve", "--port", "0", "--config", str(office.config)]
    with started([*(grinding(office) if grind else []), *words]) as it:
        assert it.stdout
        address = it.stdout.readline().split()[2]
        yield int(address.split("/v1")[0].rpartition(":")[2])


@contextmanager
def worker(office: Office) -> Iterator[None]:
    with started([*COMMAND, "worker", "--config", str(office.config)]):
        yield


def asking(port: int, tokens: list[str]) -> Callable[[str], float]:
    """A client that does little itself, on one connection; it says how long an answer took."""
    connection = HTTPConnection("127.0.0.1", port, timeout=300)

    turns = itertools.cycle(tokens)

    def ask(ref: str) -> float:
        headers = {"Authorization": f"Bearer {next(turns)}", "Content-Type": "application/json"}
        began = time.perf_counter()
        connection.request("POST", f"/v1/cases/{ref}/steps/{STEP}", BRIEF, headers)
        answer = connection.getresponse()
        body = answer.read()
        took = time.perf_counter() - began
        assert answer.status == 200, body
        return took

    return ask


@contextmanager
def calling(office: Office, *, grind: bool = False) -> Iterator[Callable[[str], float]]:
    """The service call in a process that waits for each; how long the call alone has taken."""
    words = [sys.executable, __file__, "--caller", str(office.config)]
    words = [*(grinding(office) if grind else []), *words]
    with started(words, stdin=subprocess.PIPE) as it:
        assert it.stdin
        assert it.stdout
        into, out = it.stdin, it.stdout

        def call(ref: str) -> float:
            into.write(f"{ref}\n")
            into.flush()
            return float(out.readline())

        yield call
        into.close()
        it.wait()


def caller(config: str) -> None:
    from engine import bootstrap
    from engine.decide.steps.taking import Step
    from engine.service import cases
    from engine.service.workplace import By

    place = bootstrap.workplace(bootstrap.settings(config))
    by = By(next(iter(place.directory.people)))
    for line in sys.stdin:
        began = time.perf_counter()
        cases.take_step(place, by, line.strip(), Step(STEP))
        sys.stdout.write(f"{time.perf_counter() - began}\n")
        sys.stdout.flush()
    place.database.close()


if __name__ == "__main__":
    main()
