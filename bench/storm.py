"""The campaign of kill -9: thousands of kills in `take` and in `tick`, on both databases."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from engine import database
from tests import storm
from tests.postgres import PostgresServer
from tests.worlds import activate_sample, place_on


def main() -> None:
    """Rage on each database, and print what was killed, acknowledged, lost or doubled."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=5000)
    a = parser.parse_args()
    each = max(a.kills // 4, 1)
    folder = Path(tempfile.mkdtemp())
    server = PostgresServer()
    try:
        server.start(fsync=True)
        for name, deed, check in (
            ("take", storm.take, storm.after_taking),
            ("tick", storm.tick, storm.after_ticking),
        ):
            sqlite = f"sqlite:///{folder / name}.db"
            for kind, url in (
                ("sqlite", sqlite),
                ("postgresql", server.url(server.create_database())),
            ):
                _made(url)
                storm.prepared(url, 6 if name == "take" else 400)
                start = time.monotonic()
                raged = storm.rage(url, deed, each, seed=each)
                seconds = time.monotonic() - start
                wrong = check(url, raged)
                found = {
                    "deed": name,
                    "database": kind,
                    "kills": raged.kills,
                    "kills_per_s": round(raged.kills / seconds, 1),
                    "acknowledged": len(raged.acknowledged),
                    "wrong": wrong[:5],
                }
                print(json.dumps(found), flush=True)
    finally:
        server.stop()
        shutil.rmtree(folder)


def _made(url: str) -> None:
    database.create(url, "sample")
    opened = database.open(url)
    activate_sample(place_on(opened)[0])
    opened.close()


if __name__ == "__main__":
    main()
