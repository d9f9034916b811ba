"""The reference: three writes and one durable commit a step, on the standard library's sqlite3."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import time
from pathlib import Path

from journey import EVENTS, MAIN, Meter, args, new_case

TABLES = """
CREATE TABLE cases(id INTEGER PRIMARY KEY, state TEXT NOT NULL, version INTEGER NOT NULL,
    facts TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE audit(id INTEGER PRIMARY KEY, ref INTEGER NOT NULL, n INTEGER NOT NULL, event TEXT,
    before TEXT, after TEXT, actor TEXT, at TEXT, UNIQUE(ref, n));
CREATE TABLE timer(ref INTEGER NOT NULL, name TEXT NOT NULL, due TEXT,
    status TEXT NOT NULL DEFAULT 'open', PRIMARY KEY(ref, name)) WITHOUT ROWID;
CREATE INDEX timer_due ON timer(due) WHERE status = 'open';
"""
NOW = "2026-03-02T09:00:00Z"


def journey(db: sqlite3.Connection, n: int, latencies: list[int] | None) -> None:
    """One case from its first state to its last."""
    db.execute("BEGIN IMMEDIATE")
    db.execute("INSERT INTO cases VALUES(?, 'draft', 0, ?, ?)", (n, str(new_case(n)), NOW))
    db.execute("INSERT INTO timer(ref, name, due) VALUES(?, 't', ?)", (n, NOW))
    db.execute("COMMIT")
    for i, event in enumerate(EVENTS):
        start = time.perf_counter_ns()
        db.execute("BEGIN IMMEDIATE")
        db.execute(
            "UPDATE cases SET state = ?, version = version + 1, at = ? WHERE id = ? AND version = "
            "?",
            (MAIN[i + 1], NOW, n, i),
        )
        db.execute(
            "INSERT INTO audit(ref, n, event, before, after, actor, at) VALUES(?, ?, ?, ?, ?, ?, "
            "?)",
            (n, i, event, MAIN[i], MAIN[i + 1], "u1", NOW),
        )
        db.execute(
            "INSERT INTO timer(ref, name, due) VALUES(?, 't', ?) "
            "ON CONFLICT DO UPDATE SET due = excluded.due",
            (n, NOW),
        )
        db.execute("COMMIT")
        if latencies is not None:
            latencies.append(time.perf_counter_ns() - start)


def main() -> None:
    """Run the journey on a new file, and print the figures."""
    a = args(200)
    folder = Path(tempfile.mkdtemp(dir=a.dir))
    db = sqlite3.connect(folder / "raw.db", isolation_level=None, cached_statements=64)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.executescript(TABLES)
    meter = Meter("raw sqlite3, three writes")
    for n in range(1, a.warmup + 1):
        journey(db, n, None)
    meter.start()
    for n in range(a.warmup + 1, a.warmup + a.cases + 1):
        journey(db, n, meter.lat)
    meter.stop()
    done = db.execute("SELECT count(*) FROM cases WHERE state = 'published'").fetchone()[0]
    assert done == a.cases + a.warmup
    meter.emit()
    db.close()
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
