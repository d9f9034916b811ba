"""One signed call, made a thousand times at once; `forging.py` attacks them otherwise."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from engine import database
from engine.hooks.receiving import Reception
from engine.service.trail import verifying
from engine.service.workplace import Workplace
from tests.hooking import Doors, doors_of, settings_in
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


if __name__ == "__main__":
    main()
