"""Programs that use a store and are stopped, and what the tests of databases have in common."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from engine.database import Database

ROOT = Path(__file__).parents[1]
SECRET = "Ada Canary"
ADD = "INSERT INTO failures (log, notice, times) VALUES (?, ?, ?)"
COUNT = "SELECT count(*) FROM failures"

COUNTING = """
import sys
from engine import database
store = database.open(sys.argv[1], durable=False)
for _ in range(50):
    with store.write() as tx:
        lock = " FOR UPDATE" if tx.locks_rows else ""
        [times] = tx.row("SELECT times FROM failures WHERE log = ?" + lock, ("sample",))
        tx.change("UPDATE failures SET times = ? WHERE log = ?", (times + 1, "sample"))
store.close()
"""
HALF_WAY = """
import sys, time
from engine import database
store = database.open(sys.argv[1], durable=False)
with store.write() as tx:
    tx.run("INSERT INTO failures (log, notice, times) VALUES (?, ?, ?)", ("sample", "half", 1))
    print("half-way", flush=True)
    time.sleep(600)
"""
PAIRS = """
import sys
from engine import database
store = database.open(sys.argv[1], durable=False)
n = int(sys.argv[2])
while True:
    with store.write() as tx:
        tx.run("INSERT INTO failures (log, notice, times) VALUES (?, ?, ?)", ("a", str(n), n))
        tx.run("INSERT INTO failures (log, notice, times) VALUES (?, ?, ?)", ("b", str(n), n))
    print(n, flush=True)
    n += 1
"""
TOO_LARGE = """
import resource, sys
from engine import database
from engine.errors import EngineError
store = database.open(sys.argv[1], durable=False)
with store.read() as tx:
    tx.row("SELECT count(*) FROM failures")
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    with store.write() as tx:
        tx.run_many("INSERT INTO failures (log, notice, times) VALUES (?, ?, ?)",
                    [("sample", f"{n:0200}", n) for n in range(5000)])
except EngineError as error:
    print(type(error).__name__)
with store.read() as tx:
    print(tx.row("SELECT count(*) FROM failures")[0])
"""
OPENING = """
import sys
from engine import database
database.open(sys.argv[1], durable=False).close()
heavy = {"sqlalchemy", "sqlmodel", "alembic", "pydantic"} & set(sys.modules)
print(sorted(heavy), "sqlite3" in sys.modules and "pysqlite3" in sys.modules)
"""

WITHOUT_PYSQLITE3 = """
import sys
sys.modules["pysqlite3"] = None
from engine import database
database.create(sys.argv[1], "sample")
store = database.open(sys.argv[1])
with store.write() as tx:
    tx.run("INSERT INTO failures (log, notice, times) VALUES (?, ?, ?)", ("sample", "n", 1))
with store.read() as tx:
    print(store.identity.library, *tx.row("PRAGMA journal_mode"), *tx.row("PRAGMA synchronous"))
store.close()
"""


def place(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'casetrail.db'}"


def program(text: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", text, *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def end(process: subprocess.Popen[str]) -> str:
    process.kill()
    return process.communicate()[0]


def count(store: Database) -> int:
    with store.read() as tx:
        [found] = tx.row(COUNT) or (0,)
    return int(found)


def set_here(store: Database, pragma: str) -> None:
    with store.read() as tx:
        tx.row(f"PRAGMA {pragma}")
