"""Many deliveries to receivers that go wrong: each message arrives, and counts once.

python bench/faults.py [--deliveries 500] [--at-once 16]

Each message is handed to a receiver with one of the faults of tests/faulty.py. Where that is to be
tried again, the receiver has been mended by then, as it were, and the message goes out once more,
under the same id and signed. By the id a receiver acts on each once, however often it meets it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from standardwebhooks import Webhook

from engine.errors import DeliveryError
from engine.service.outbox import PATIENCE
from notifiers.message import Message, Notifier
from tests.channels import webhook_notifier
from tests.faulty import Fault, faulty, http_faults
from tests.mailing import MESSAGE, NOW
from tests.receiving import SECRET, Authority, Got, Receiver, Said, authority, http_server
from tests.telling.test_conformance import fill

LIMIT = 1.0
"""Seconds that a delivery may last, as the notifier is told."""
GRACE = 4.0
PATIENT = 15
"""Seconds that a sound receiver has, as it has where nothing else is said."""
FAULTS_AT_ONCE = 4


class Sound(Receiver):
    """Checks each call as the specification has it, but for its moment, and counts it by its id."""

    def __init__(self) -> None:
        super().__init__(self._take)
        self.met: Counter[str] = Counter()
        self._lock = threading.Lock()

    def _take(self, got: Got) -> Said:
        headers = {name.lower(): value for name, value in got.headers.items()}
        told = headers["webhook-id"]
        signed = Webhook(SECRET).sign(told, NOW, got.body.decode())
        if headers["webhook-signature"] != signed:
            return Said(401)
        with self._lock:
            self.met[told] += 1
        return Said(204)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--deliveries", type=int, default=500)
    parser.add_argument("--at-once", type=int, default=16)
    asked = parser.parse_args()
    faults = http_faults("http://127.0.0.1:1/inside")
    with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as theirs:
        here, elsewhere = authority(Path(ours)), authority(Path(theirs))
        good = Sound()
        with http_server(good, here.server()) as port:
            mended = webhook_notifier(Path(ours), port, timeout=PATIENT)

            def play(name: str) -> dict[str, Any]:
                found = tried(name, faults[name], (here, elsewhere), mended, asked)
                print(json.dumps(found), flush=True)
                return found

            with ThreadPoolExecutor(FAULTS_AT_ONCE) as players:
                every = list(players.map(play, faults))
        told = summed(every, good)
    print(json.dumps(told))
    sys.exit(bool(told["lost"] or told["too_slow"]))


def tried(
    name: str,
    fault: Fault,
    both: tuple[Authority, Authority],
    mended: Notifier,
    asked: argparse.Namespace,
) -> dict[str, Any]:
    """Deliver many messages to a receiver with a fault, and then where it is mended."""
    began, slowest = time.monotonic(), [0.0]
    plain = re.sub(r"[^a-z0-9]+", "-", name).strip("-")

    def deliver(number: int) -> str:
        message = replace(MESSAGE, id=f"{plain}.{number}")
        start = time.monotonic()
        try:
            broken.send(message)
            return "taken at once"
        except DeliveryError as error:
            slowest[0] = max(slowest[0], time.monotonic() - start)
            return again(mended, message) if error.again else "refused for good"

    with ExitStack() as stack:
        port = stack.enter_context(faulty(fault, *both))
        if fault.script is None:
            fill(port, stack)
        broken = webhook_notifier(Path(both[0].file).parent, port)
        with ThreadPoolExecutor(asked.at_once) as senders:
            found = Counter(senders.map(deliver, range(asked.deliveries)))
    spent = round(time.monotonic() - began)
    return {"fault": name, **found, "slowest": round(slowest[0], 1), "seconds": spent}


def again(mended: Notifier, message: Message) -> str:
    """The tries that a message has left, as the outbox makes them, without its hours between."""
    for _ in PATIENCE:
        with suppress(DeliveryError):
            mended.send(message)
            return "arrived when mended"
    return "lost"


def summed(every: list[dict[str, Any]], good: Sound) -> dict[str, Any]:
    total = Counter[str]()
    for one in every:
        total.update({key: one.get(key, 0) for key in ENDS})
    return {
        "faults": len(every),
        **total,
        "lost": total["lost"],
        "too_slow": [one["fault"] for one in every if one["slowest"] > LIMIT + GRACE],
        "arrived_at_the_sound_receiver": len(good.met),
        "met_more_than_once": sum(times > 1 for times in good.met.values()),
    }


ENDS = ("taken at once", "arrived when mended", "refused for good", "lost")
"""What can become of a message. `Taken at once`: the receiver had said 2xx before it went wrong."""


if __name__ == "__main__":
    main()
