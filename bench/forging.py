"""Attacks on signed calls: every bit of whole calls, calls sent elsewhere or late, races, time.

python bench/forging.py bits [--messages 200]      every bit of the request line, headers and body
python bench/forging.py astray [--messages 200]    to other endpoints, for other cases, a day later
python bench/forging.py races [--races 10000]      each call made by four processes at one moment
python bench/forging.py timing [--samples 1000000] Welch's t of two kinds of forgery
"""

from __future__ import annotations

import argparse
import base64
import gc
import json
import multiprocessing
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import h11

sys.path.insert(0, str(Path(__file__).parents[1]))

from engine import database
from engine.hooks.answer import REFUSED
from engine.hooks.receiving import Headers, Reception
from engine.service.trail import verifying
from engine.service.workplace import Workplace
from tests.hooking import Doors, doors_of, everything, settings_in
from tests.hooks.test_forgeries import flipped
from tests.postgres import PostgresServer
from tests.racing import race
from tests.worlds import Clock, World, activate_sample, place_on

PROCESSES = 4
DATABASES = ("sqlite", "postgresql")
IN_A_MINUTE = 500
"""Calls of one endpoint that the clock of a race lets into one minute; more are told to wait."""
CASES = 50
CROPS = (0.5, 0.9, 0.99, 1.0)
"""Of which part of all samples, the quickest, the two kinds are compared."""
POOL = 4000
"""Forgeries of each kind, of which one is drawn for each sample."""
SIGNED = ("webhook-id", "webhook-timestamp", "webhook-signature")


class Call(NamedTuple):
    """A call as it comes in."""

    endpoint: str
    headers: Headers
    body: bytes

    @property
    def signed(self) -> tuple[Any, ...]:
        """All of it that makes it this call and no other."""
        named = [(name.lower(), value) for name, value in self.headers]
        return (self.endpoint, [one for one in named if one[0] in SIGNED], self.body)


def main() -> None:
    """Attack as asked, and print what was tried and what came of it."""
    attacks: dict[str, Callable[[argparse.Namespace], None]] = {
        "bits": bits,
        "astray": astray,
        "races": races,
        "timing": timing,
    }
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("attack", choices=attacks)
    parser.add_argument("--messages", type=int, default=200)
    parser.add_argument("--races", type=int, default=10_000)
    parser.add_argument("--only", action="append", choices=DATABASES)
    parser.add_argument("--samples", type=int, default=1_000_000)
    asked = parser.parse_args()
    attacks[asked.attack](asked)


def say(**found: Any) -> None:
    print(json.dumps(found), flush=True)


def bits(asked: argparse.Namespace) -> None:
    """Every bit of whole calls turned over, one at a time.

    What comes out as the very call (another letter case of a header's name, another host) is told
    apart, and made after the true one: it is to be answered as that, and to change nothing.
    """
    with at_work() as doors:
        forged, same, no_http, let_in = 0, [], 0, 0
        true = list(calls(doors, asked.messages))
        before, began = everything(doors.place), time.monotonic()
        for call in true:
            for other in flipped(wire(call)):
                found = met(other)
                if found and found.signed == call.signed:
                    same.append((call, found))
                    continue
                forged += 1
                no_http += found is None
                let_in += found is not None and doors.receive(*found) is not REFUSED
        unchanged, spent = everything(doors.place) == before, time.monotonic() - began
        say(messages=len(true), forgeries=forged, of_these_no_call=no_http, let_in=let_in)
        say(nothing_changed=unchanged, seconds=round(spent))
        taken = {call.signed[1][0]: doors.receive(*call) for call in true}
        before = everything(doors.place)
        differ = 0
        for number, (call, found) in enumerate(same):
            if number % IN_A_MINUTE == 0:
                # Another process of the server: it counts the calls of this minute anew.
                doors.reception = Reception(doors.place, doors.settings)
            differ += doors.receive(*found) != taken[call.signed[1][0]]
        say(
            true_calls_taken=sum(one.taken for one in taken.values()),
            the_same_call_in_other_letters=len(same),
            answered_otherwise=differ,
            nothing_changed=everything(doors.place) == before,
            the_trail_holds=verifying.verify(doors.place).holds,
        )


def astray(asked: argparse.Namespace) -> None:
    """True calls at other endpoints, with other bodies, for other cases, and a day later."""
    with at_work() as doors:
        true = list(calls(doors, asked.messages))
        before = everything(doors.place)
        found: Counter[str] = Counter()
        for call, other in zip(true, [*true[1:], true[0]], strict=True):
            for endpoint in {*doors.senders, "nobody"} - {call.endpoint}:
                found["elsewhere"] += doors.receive(endpoint, *call[1:]) is REFUSED
            found["other body"] += doors.receive(*call[:2], other.body) is REFUSED
            moved = call.body.replace(b'"case": "2025-', b'"case": "2026-')
            for_case = moved != call.body and doors.receive(*call[:2], moved) is REFUSED
            found["other case"] += for_case
        say(refused=dict(found), nothing_changed=everything(doors.place) == before)
        answers = [doors.receive(*call) for call in true]
        before = everything(doors.place)
        later = restarted(doors)
        found.clear()
        for call, answer in zip(true, answers, strict=True):
            found["a day old"] += later.receive(*call) is REFUSED
            fresh = [(n, str(int(later.place.clock().timestamp()))) for n in SIGNED[1:2]]
            renamed = [*(one for one in call.headers if one[0] != SIGNED[1]), *fresh]
            found["with the day of now"] += later.receive(call.endpoint, renamed, call.body) is (
                REFUSED
            )
            number = dict(call.headers)[SIGNED[0]]
            other = call.body.replace(b'"n": ', b'"n": 9')
            anew = later.signed(call.endpoint, other, number)
            found["its id for another body"] += later.receive(call.endpoint, anew, other) is REFUSED
            again = later.signed(call.endpoint, call.body, number)
            repeated = later.receive(call.endpoint, again, call.body)
            found["signed anew by its sender: told as before"] += repeated == answer
        say(taken=sum(one.taken for one in answers), a_day_later_after_a_restart=dict(found))
        holds = verifying.verify(later.place).holds
        say(nothing_changed=everything(later.place) == before, the_trail_holds=holds)


def races(asked: argparse.Namespace) -> None:
    """Each of many calls is made by all processes at one moment: it has one effect."""
    server = PostgresServer()
    try:
        server.start()
        for kind in asked.only or DATABASES:
            with folder() as own:
                url = made(own, server if kind == "postgresql" else None)
                say(database=kind, **raced(url, own, asked.races))
    finally:
        server.stop()


def raced(url: str, own: Path, many: int) -> dict[str, Any]:
    settings = settings_in(own)
    opened = database.open(url, durable=False)
    world = World(*place_on(opened))
    refs = [world.open() for _ in range(CASES)]
    line = multiprocessing.get_context("fork").Barrier(PROCESSES)

    def deed(place: Workplace, clock: Clock, number: int) -> Any:
        doors, said = doors_of(place, settings), []
        for at in range(many):
            if at % IN_A_MINUTE == 0:
                clock.instant += timedelta(minutes=1)
            document = {"case": refs[at % CASES], "letter": "agrees", "n": at}
            body = json.dumps(document).encode()
            headers = doors.signed("step", body, f"msg_{at}")
            line.wait()
            answer = doors.receive("step", headers, body)
            while answer.status == 503:
                answer = doors.receive("step", headers, body)
            said.append((answer.status, answer.document.get("version")))
        return said

    began = time.monotonic()
    said = race(url, PROCESSES, deed)
    spent = time.monotonic() - began
    # The clocks of the races went on; nothing is verified before what it verifies.
    world.clock.instant += timedelta(minutes=many // IN_A_MINUTE + 1)
    steps = sum(
        one["type"] == "transition taken" and one["body"]["transition"] == "record_letter"
        for ref in refs
        for one in world.events(ref)
    )
    found = {
        "races": many,
        "calls": sum(map(len, said)),
        "seconds": round(spent),
        "answered": dict(Counter(status for one in said for status, _ in one)),
        "told alike": all(len({tuple(one[n]) for one in said}) == 1 for n in range(many)),
        "effects": steps,
        "the trail holds": world.verdict().holds,
    }
    opened.close()
    return found


def timing(asked: argparse.Namespace) -> None:
    """Whether the time that a forgery takes tells how much of it is right, or what there is."""
    with at_work() as doors:
        body = json.dumps({"form": {"where": "A", "aware_on": "2025-12-12"}}).encode()
        headers = doors.signed("form", body)
        true = base64.b64decode(headers[3][1].removeprefix("v1,"))
        drawn = random.Random(5)
        names = [bytes(drawn.choices(b"abcdeghijklmnopqrstuvwxyz", k=4)) for _ in range(POOL)]
        # Each an object of its own, as the others are.
        form = [bytes(bytearray(b"form")) for _ in names]
        kinds = {
            "nothing: both are alike": [(form, signatures(true, drawn, 0, no)) for no in (0, 0)],
            "the first byte": [(form, signatures(true, drawn, 0, it)) for it in (1, 0)],
            "the last byte": [(form, signatures(true, drawn, 31, it)) for it in (1, 0)],
            "whether the endpoint is there": [
                (known, signatures(true, drawn, 0, 0)) for known in (form, names)
            ],
        }
        for what, both in kinds.items():
            took = timed(doors, Call("", headers, body), both, asked.samples)
            found = {f"quickest {crop:.0%}": welch(took, crop) for crop in CROPS}
            say(told_apart_by=what, samples=[len(one) for one in took], t=found)


def timed(
    doors: Doors, call: Call, both: Sequence[tuple[list[bytes], list[bytes]]], samples: int
) -> list[list[int]]:
    """Nanoseconds of the processor that forgeries of two kinds took, in an order that is drawn.

    Each is made anew before its time is taken: where in memory the two kinds lie tells nothing.
    """
    drawn, took = random.Random(6), [[], []]
    receive, clock = doors.reception.receive, time.thread_time_ns
    name, body = call.headers[3][0], call.body
    gc.disable()
    for _ in range(samples):
        which, at = drawn.getrandbits(1), drawn.randrange(POOL)
        endpoints, said = both[which]
        endpoint, headers = endpoints[at].decode(), [*call.headers[:3], (name, said[at].decode())]
        began = clock()
        receive(endpoint, headers, body)
        took[which].append(clock() - began)
    gc.enable()
    return took


def welch(took: Sequence[Sequence[int]], part: float) -> float:
    """Welch's t of the samples that are among the quickest of both kinds together."""
    every = sorted(one for kind in took for one in kind)
    most = every[int(len(every) * part) - 1]
    one, other = ([value for value in kind if value <= most] for kind in took)
    spread = statistics.variance(one) / len(one) + statistics.variance(other) / len(other)
    return round((statistics.fmean(one) - statistics.fmean(other)) / spread**0.5, 2)


def signatures(true: bytes, drawn: random.Random, place: int, right: int) -> list[bytes]:
    """Signatures of which one byte is right, or is not, and no other is meant to be."""
    found = []
    for _ in range(POOL):
        made = bytearray(drawn.randbytes(len(true)))
        made[place] = true[place] if right else true[place] ^ drawn.randint(1, 255)
        found.append(b"v1," + base64.b64encode(made))
    return found


def calls(doors: Doors, count: int) -> Iterator[Call]:
    """True calls, each of which would change something."""
    drawn, world = random.Random(4), World(doors.place, doors.place.clock)  # type: ignore[arg-type]
    ref = world.open()
    for number in range(count):
        endpoint = sorted(doors.senders)[number % 2 * 2]
        document: dict[str, Any] = {
            "n": number,
            "own": drawn.randbytes(drawn.randint(90, 170)).hex(),
        }
        if endpoint == "form":
            day = date(2025, 2, 1) + timedelta(number)
            document["form"] = {"where": "A", "aware_on": day.isoformat()}
        else:
            document |= {"case": ref, "letter": "agrees"}
        body = json.dumps(document).encode()
        yield Call(endpoint, doors.signed(endpoint, body), body)


def wire(call: Call) -> bytes:
    """A call as it goes over the wire."""
    lines = [f"POST /hooks/{call.endpoint} HTTP/1.1", "host: casetrail.partnership.example"]
    lines += [f"{name}: {value}" for name, value in call.headers]
    return "\r\n".join([*lines, f"content-length: {len(call.body)}", "", ""]).encode() + call.body


def met(content: bytes) -> Call | None:
    """What the server would hand over; None where it is no call of an endpoint, or no HTTP."""
    connection = h11.Connection(h11.SERVER)
    head, body = None, b""
    try:
        connection.receive_data(content)
        connection.receive_data(b"")
        while not isinstance(event := connection.next_event(), h11.EndOfMessage):
            if isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
            else:
                return None
    except h11.RemoteProtocolError:
        return None
    assert head
    parts = unquote(head.target.decode().partition("?")[0]).split("/")
    if head.method != b"POST" or len(parts) != 3 or parts[:2] != ["", "hooks"]:
        return None
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers]
    return Call(parts[2], headers, body)


def restarted(doors: Doors) -> Doors:
    """The same partnership in a new process, as it were, a day later: nothing is remembered."""
    opened = database.open(_url(doors.settings.folder), durable=False)
    place, clock = place_on(opened, seed=2)
    clock.instant = doors.place.clock() + timedelta(days=1)
    return Doors(place, doors.settings, Reception(place, doors.settings), doors.senders)


@contextmanager
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp())
    try:
        yield made
    finally:
        shutil.rmtree(made)


def made(own: Path, server: PostgresServer | None) -> str:
    url = server.url(server.create_database()) if server else _url(own)
    database.create(url, "sample", durable=False)
    opened = database.open(url, durable=False)
    activate_sample(place_on(opened)[0])
    opened.close()
    return url


def _url(own: Path) -> str:
    return f"sqlite:///{own}/casetrail.db"


@contextmanager
def at_work() -> Iterator[Doors]:
    """A partnership with endpoints, on SQLite."""
    with folder() as own:
        opened = database.open(made(own, None), durable=False)
        yield doors_of(place_on(opened)[0], settings_in(own))
        opened.close()


if __name__ == "__main__":
    main()
