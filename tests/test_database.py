from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from engine import database
from engine.database import Database, folders, sqlite
from engine.database.libpq import numbered
from engine.errors import (
    ConfigError,
    EngineError,
    OutcomeUnknownError,
    StaleCaseError,
    StorageError,
    TrailError,
    UsageError,
)

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


def place(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'casetrail.db'}"


@pytest.fixture
def url(database_url: str) -> str:
    database.create(database_url, "sample", durable=False)
    return database_url


@pytest.fixture
def store(url: str) -> Iterator[Database]:
    opened = database.open(url, durable=False)
    yield opened
    opened.close()


@pytest.fixture
def file_store(tmp_path: Path) -> Iterator[Database]:
    database.create(place(tmp_path), "sample")
    opened = database.open(place(tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def server_store(postgres_server: Any) -> Iterator[Database]:
    address = postgres_server.url(postgres_server.create_database())
    database.create(address, "sample", durable=False)
    opened = database.open(address, durable=False)
    yield opened
    opened.close()


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


def rewrite(tmp_path: Path, column: str, value: object) -> None:
    store = database.open(place(tmp_path))
    with store.write() as tx:
        tx.run(f"UPDATE store SET {column} = ?", (value,))
    store.close()


def test_what_is_committed_is_there_and_what_failed_is_not(store: Database) -> None:
    with store.write() as tx:
        tx.run(ADD, ("sample", "kept", 1))
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        tx.run(ADD, ("sample", "lost", 1))
        raise ZeroDivisionError

    with store.read() as tx:
        assert tx.rows("SELECT notice FROM failures") == [("kept",)]


def test_a_store_says_whose_it_is_and_what_made_it(store: Database) -> None:
    assert store.identity[:3] == (1, "sample", "real")
    assert store.identity.library == (
        "psycopg" if store.dialect == "postgresql" else sqlite.sqlite_library().__name__
    )


def test_each_way_of_asking_gives_the_same_answer(store: Database) -> None:
    rows = [("sample", f"{n:04}", n) for n in range(2500)]
    asked = "SELECT log, notice, times FROM failures WHERE times >= ? ORDER BY notice"
    with store.write() as tx:
        tx.run_many(ADD, iter(rows))
        assert tx.run("UPDATE failures SET times = times WHERE times < ?", (10,)) == 10
        assert tx.rows(asked, (0,)) == rows

    with store.read() as tx:
        assert tx.row(asked, (2499,)) == rows[-1]
        assert tx.row(asked, (2500,)) is None
        assert tx.rows_of([(asked, (2498,)), (asked, (2500,))]) == [rows[-2:], []]
        assert list(tx.each(asked, (0,))) == rows
        assert next(tx.each(asked, (3,))) == rows[3]


def test_a_row_that_was_to_be_changed_and_is_not_there_undoes_everything(store: Database) -> None:
    with pytest.raises(EngineError, match="is not there"), store.write() as tx:
        tx.run(ADD, ("sample", "kept", 1))
        tx.change("UPDATE failures SET times = ? WHERE notice = ?", (2, "nowhere"))

    assert count(store) == 0


def test_after_an_error_nothing_stays_though_it_was_caught(store: Database) -> None:
    def swallow() -> None:
        with store.write() as tx:
            tx.run(ADD, ("sample", "first", 1))
            with pytest.raises(EngineError):
                tx.run("SELECT * FROM nowhere")

    with pytest.raises(EngineError, match="nowhere|42P01"):
        swallow()

    assert count(store) == 0


def test_recording_the_same_thing_twice_is_told_as_somebody_having_been_first(
    store: Database,
) -> None:
    with store.write() as tx:
        tx.run(ADD, ("sample", "once", 1))

    with pytest.raises(StaleCaseError), store.write() as tx:
        tx.run_many(ADD, [("sample", "again", 1), ("sample", "once", 2)])

    assert count(store) == 1


def test_a_transaction_within_another_of_the_same_thread_is_refused(store: Database) -> None:
    with store.write() as outer:
        outer.run(ADD, ("sample", "kept", 1))
        with pytest.raises(EngineError, match="open in this thread already"), store.read():
            pass

    assert count(store) == 1


@pytest.mark.parametrize("use", ["rows", "row", "run", "run_many", "each"])
def test_a_transaction_is_of_no_use_after_its_end(store: Database, use: str) -> None:
    with store.write() as tx:
        pass

    with pytest.raises(EngineError, match="after its end"):
        if use == "each":
            next(tx.each(COUNT))
        else:
            getattr(tx, use)(COUNT, [()] if use == "run_many" else ())


def test_a_reader_sees_one_moment_whatever_is_written_meanwhile(store: Database) -> None:
    def write() -> None:
        with store.write() as tx:
            tx.run(ADD, ("sample", "meanwhile", 1))

    with store.read() as tx:
        before = tx.row(COUNT)
        writer = threading.Thread(target=write)
        writer.start()
        writer.join()
        assert tx.row(COUNT) == before == (0,)

    assert count(store) == 1


def test_of_two_that_name_the_same_one_waits_for_the_other(store: Database) -> None:
    order, waiting = [], threading.Event()

    def second() -> None:
        waiting.set()
        with store.write() as tx:
            tx.exclusive("sequencer")
            tx.row(COUNT)
            order.append("second")

    other = threading.Thread(target=second)
    with store.write() as tx:
        tx.exclusive("sequencer")
        tx.row(COUNT)
        other.start()
        waiting.wait()
        other.join(0.2)
        order.append("first")
    other.join()

    assert order == ["first", "second"]


def test_a_fork_has_a_connection_of_its_own(store: Database) -> None:
    with store.write() as tx:
        tx.run(ADD, ("sample", "parent", 1))
    child = os.fork()
    if child == 0:
        with store.write() as tx:
            tx.run(ADD, ("sample", "child", 1))
        os._exit(0)

    assert os.waitpid(child, 0)[1] == 0
    assert count(store) == 2


def test_four_programs_that_count_together_lose_nothing(url: str, store: Database) -> None:
    with store.write() as tx:
        tx.run(ADD, ("sample", "counter", 0))

    running = [program(COUNTING, url) for _ in range(4)]
    ended = [process.wait() for process in running]
    for process in running:
        process.communicate()

    assert ended == [0, 0, 0, 0]
    with store.read() as tx:
        assert tx.row("SELECT times FROM failures") == (200,)


def test_a_program_killed_half_way_leaves_nothing_and_holds_nobody_up(
    url: str, store: Database
) -> None:
    process = program(HALF_WAY, url)
    assert process.stdout
    assert process.stdout.readline() == "half-way\n"

    end(process)

    with store.write() as tx:
        assert tx.row(COUNT) == (0,)
        tx.run(ADD, ("sample", "half", 2))
    assert count(store) == 1


def test_what_was_acknowledged_outlives_kills_and_is_never_halved(
    url: str, store: Database
) -> None:
    acknowledged: set[int] = set()
    for turn in range(4):
        process = program(PAIRS, url, str(turn * 100_000))
        assert process.stdout
        acknowledged |= {int(process.stdout.readline()) for _ in range(20 + turn)}
        acknowledged |= {
            int(line) for line in end(process).splitlines(keepends=True) if "\n" in line
        }

    with store.read() as tx:
        one, two = (
            {row[0] for row in tx.rows("SELECT times FROM failures WHERE log = ?", (log,))}
            for log in ("a", "b")
        )
    assert one == two
    assert acknowledged <= one
    assert len(one - acknowledged) <= 4


def test_no_value_is_ever_shown_in_an_error(store: Database) -> None:
    failing: list[tuple[str, tuple[Any, ...]]] = [
        (ADD, (SECRET, "n", SECRET)),
        (ADD, (SECRET, SECRET, None)),
        (ADD, (SECRET, "twice", 1)),
        ("SELECT * FROM nowhere WHERE log = ?", (SECRET,)),
        ("SELECT times FROM failures WHERE log = ?", (SECRET, SECRET)),
        (ADD, (SECRET, [SECRET], 1)),
    ]
    with store.write() as tx:
        tx.run(ADD, (SECRET, "twice", 1))

    for sql, values in failing:
        with pytest.raises(EngineError) as raised, store.write() as tx:
            tx.run(sql, values)
        error: BaseException = raised.value
        assert SECRET not in repr(error)
        assert (error.__context__, error.__cause__) == (None, None)


def test_opening_a_store_brings_in_neither_sqlalchemy_nor_a_second_sqlite(url: str) -> None:
    process = program(OPENING, url)

    assert process.communicate()[0] == "[] False\n"


def test_a_new_file_can_be_reached_by_its_owner_alone_whatever_the_mask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        database.create(place(tmp_path), "sample")
        store = database.open(place(tmp_path))
        with store.write() as tx:
            tx.run(ADD, ("sample", "kept", 1))
        modes = {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
        store.close()
    finally:
        os.umask(before)

    assert modes == {0o600}


def test_a_file_that_others_may_read_is_refused_with_what_to_do(tmp_path: Path) -> None:
    database.create(place(tmp_path), "sample")
    (tmp_path / "casetrail.db").chmod(0o640)

    with pytest.raises(ConfigError, match=r"chmod 600 .*casetrail\.db"):
        database.open(place(tmp_path))


def test_a_file_is_looked_for_in_the_folder_of_the_configuration(tmp_path: Path) -> None:
    database.create("sqlite:///here.db", "sample", folder=tmp_path)

    database.open("sqlite:///here.db", folder=tmp_path).close()

    assert (tmp_path / "here.db").exists()


def test_a_store_is_never_made_over_another(url: str) -> None:
    with pytest.raises(ConfigError, match="There is a store here already"):
        database.create(url, "another", durable=False)

    opened = database.open(url, durable=False)
    assert opened.identity.log == "sample"
    opened.close()


def test_a_making_that_was_cut_short_is_told_and_can_be_done_again(database_url: str) -> None:
    found = database._place(database_url, Path(), durable=False)
    found.make()
    database._bring_up(found, there=False)

    with pytest.raises(ConfigError, match="not finished; `casetrail init`"):
        database.open(database_url, durable=False)
    database.create(database_url, "sample", durable=False)

    database.open(database_url, durable=False).close()


@pytest.mark.parametrize(
    "address", ["", "casetrail.db", "sqlite://", "sqlite:///", "mysql://host/db"]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ConfigError, match=r"must begin with sqlite:///"):
        database.open(address)


def test_a_store_that_is_not_there_is_told_with_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="`casetrail init` makes one"):
        database.open(place(tmp_path))
    with pytest.raises(ConfigError, match="cannot be made"):
        database.create(f"sqlite:///{tmp_path}/nowhere/casetrail.db", "sample")

    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "casetrail.db"
    file.write_text("a shopping list, by mistake\n" * 100)
    file.chmod(0o600)

    for act in (database.open, lambda address: database.create(address, "sample")):
        with pytest.raises(ConfigError, match="is not a database"):
            act(place(tmp_path))

    assert file.read_text().startswith("a shopping list")


def test_a_database_of_another_program_is_told_as_no_store(tmp_path: Path) -> None:
    file = tmp_path / "casetrail.db"
    other = sqlite.sqlite_library().connect(str(file))
    journal, _ = sqlite.journal_for(sqlite.sqlite_library().sqlite_version_info)
    other.execute(f"PRAGMA journal_mode = {journal}")
    other.execute("CREATE TABLE birds (name text)")
    other.close()
    file.chmod(0o600)

    with pytest.raises(ConfigError, match="There is no store here"):
        database.open(place(tmp_path))


def test_an_older_schema_names_the_command_that_helps(tmp_path: Path) -> None:
    database.create(place(tmp_path), "sample")
    rewrite(tmp_path, "schema_version", 0)

    with pytest.raises(
        ConfigError, match=r"has schema 0, and this program needs schema 1; .*`casetrail migrate`"
    ):
        database.open(place(tmp_path))
    database.migrate(place(tmp_path))

    database.open(place(tmp_path)).close()


def test_a_newer_schema_asks_for_the_newer_program(tmp_path: Path) -> None:
    database.create(place(tmp_path), "sample")
    rewrite(tmp_path, "schema_version", 9)

    with pytest.raises(ConfigError, match=r"has schema 9, .*install the newer Casetrail"):
        database.open(place(tmp_path))


def test_another_library_than_that_of_the_store_is_refused(tmp_path: Path) -> None:
    database.create(place(tmp_path), "sample")
    rewrite(tmp_path, "library", "another")

    with pytest.raises(ConfigError, match=r"belongs to another .*`casetrail migrate`"):
        database.open(place(tmp_path))
    database.migrate(place(tmp_path))

    database.open(place(tmp_path)).close()


def test_a_file_with_another_journal_is_not_even_opened(tmp_path: Path) -> None:
    database.create(place(tmp_path), "sample")
    library = sqlite.sqlite_library()
    ours, _ = sqlite.journal_for(library.sqlite_version_info)
    another = library.connect(str(tmp_path / "casetrail.db"))
    another.execute(f"PRAGMA journal_mode = {'delete' if ours == 'wal' else 'wal'}")
    another.close()

    with pytest.raises(ConfigError, match=rf"where {ours} is needed"):
        database.open(place(tmp_path))
    database.migrate(place(tmp_path))

    database.open(place(tmp_path)).close()


@pytest.mark.parametrize(
    ("version", "journal"),
    [
        ((3, 40, 1), ("delete", "extra")),
        ((3, 44, 5), ("delete", "extra")),
        ((3, 44, 6), ("wal", "full")),
        ((3, 45, 0), ("delete", "extra")),
        ((3, 50, 6), ("delete", "extra")),
        ((3, 50, 7), ("wal", "full")),
        ((3, 51, 2), ("delete", "extra")),
        ((3, 51, 3), ("wal", "full")),
        ((3, 52, 0), ("delete", "extra")),
        ((3, 52, 1), ("wal", "full")),
        ((3, 53, 4), ("wal", "full")),
        ((4, 0, 0), ("wal", "full")),
    ],
)
def test_a_write_ahead_log_is_kept_only_by_an_sqlite_that_does_not_damage_it(
    version: tuple[int, ...], journal: tuple[str, str]
) -> None:
    assert sqlite.journal_for(version) == journal


def test_every_connection_has_the_settings_on_which_promises_rest(file_store: Database) -> None:
    found = {}

    def look() -> None:
        with file_store.read() as tx:
            for name in ("journal_mode", "synchronous", *sqlite._SETTINGS):
                [found[name]] = tx.row(f"PRAGMA {name}") or (None,)

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()

    journal, level = sqlite.journal_for(sqlite.sqlite_library().sqlite_version_info)
    assert found == {
        "journal_mode": journal,
        "synchronous": {"full": 2, "extra": 3}[level],
        "foreign_keys": 1,
        "secure_delete": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "recursive_triggers": 1,
        "mmap_size": 0,
        "temp_store": 2,
        "busy_timeout": 5000,
    }


def test_a_locked_database_is_told_and_used_again_when_free(file_store: Database) -> None:
    refusals = []

    def second() -> None:
        set_here(file_store, "busy_timeout = 50")
        try:
            with file_store.write():
                pass
        except StorageError as error:
            refusals.append(str(error))

    other = threading.Thread(target=second)
    with file_store.write() as tx:
        tx.run(ADD, ("sample", "kept", 1))
        other.start()
        other.join()

    assert refusals == [
        "The database is locked by another program; nothing was changed; try again."
    ]
    second()
    assert refusals[1:] == []


def test_a_full_disk_is_told_and_reading_goes_on(file_store: Database) -> None:
    set_here(file_store, "max_page_count = 1")

    with pytest.raises(StorageError, match="disk is full; nothing was changed"):
        with file_store.write() as tx:
            tx.run_many(ADD, [("sample", f"{n:0900}", n) for n in range(200)])

    assert count(file_store) == 0
    with file_store.write() as tx:
        tx.run(ADD, ("sample", "room again", 1))


def test_a_database_that_can_only_be_read_is_told(file_store: Database) -> None:
    set_here(file_store, "query_only = 1")

    with pytest.raises(StorageError, match="can only be read here; nothing was changed"):
        with file_store.write() as tx:
            tx.run(ADD, ("sample", "n", 1))


def test_a_file_that_cannot_grow_takes_nothing_halfway(tmp_path: Path) -> None:
    database.create(place(tmp_path), "sample")
    process = program(TOO_LARGE, place(tmp_path))

    said, found = process.communicate()[0].split()

    assert said in ("OutcomeUnknownError", "StorageError")
    assert found == "0"
    store = database.open(place(tmp_path))
    with store.read() as tx:
        assert tx.row("PRAGMA integrity_check") == ("ok",)
    assert count(store) == 0
    store.close()


def test_a_damaged_file_is_told_as_damaged(tmp_path: Path) -> None:
    database.create(place(tmp_path), "sample")
    store = database.open(place(tmp_path))
    with store.write() as tx:
        tx.run_many(ADD, [("sample", f"{n:0900}", n) for n in range(200)])
    store.close()
    file = tmp_path / "casetrail.db"
    content = bytearray(file.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle:] = os.urandom(len(content) - middle)
    file.write_bytes(content)

    store = database.open(place(tmp_path))
    with pytest.raises(TrailError, match="restore the latest backup"), store.read() as tx:
        tx.rows("SELECT notice, times FROM failures")
    store.close()


MOUNTS = r"""
22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
30 22 0:30 / /home rw - nfs4 server:/home rw
31 30 8:2 / /home/local rw - ext4 /dev/sdb1 rw
32 22 0:32 / /mnt/shared\040files rw - cifs //server/share rw
33 22 0:33 / /media/stick rw shared:1 - fuseblk /dev/sdc1 rw
34 22 0:34 / /media/remote rw - fuse.sshfs somebody@server:/ rw
"""


@pytest.mark.parametrize(
    ("folder", "shared"),
    [
        ("/var/lib/casetrail", False),
        ("/home/lee", True),
        ("/home/local/lee", False),
        ("/homeward", False),
        ("/mnt/shared files/casetrail", True),
        ("/media/stick", False),
        ("/media/remote/casetrail", True),
        ("/var/OneDrive - Sample Council/casetrail", True),
        ("/var/Dropbox", True),
        ("/var/Dropbox (Sample)/cases", True),
        ("/var/lee/Google Drive/cases", True),
        ("/var/lee/Library/Mobile Documents/cases", True),
        ("/var/lee/Nextcloud", True),
        ("/var/lee/dropboxes", False),
    ],
)
def test_a_folder_on_a_network_or_copied_elsewhere_is_refused(folder: str, shared: bool) -> None:
    if not shared:
        folders.refuse_shared(Path(folder), MOUNTS)
        return
    with pytest.raises(ConfigError, match=r"this computer's own disk"):
        folders.refuse_shared(Path(folder), MOUNTS)


def test_what_linux_says_of_this_folder_is_read(tmp_path: Path) -> None:
    mounts = folders.MOUNTS.read_text()

    assert folders._file_system(tmp_path, mounts)
    folders.refuse_shared(tmp_path)


def test_no_file_is_made_in_a_folder_on_a_network(tmp_path: Path) -> None:
    mounts = f"40 22 0:40 / {tmp_path} rw - nfs4 server:/cases rw\n"

    with pytest.raises(ConfigError, match="is on a network"):
        sqlite.File(tmp_path / "casetrail.db", mounts).make()

    assert list(tmp_path.iterdir()) == []


def test_only_places_for_values_are_numbered() -> None:
    assert numbered("""SELECT '?', "?", a FROM t WHERE b = ? AND c = 'it''s ?' AND d = ?""") == (
        b"""SELECT '?', "?", a FROM t WHERE b = $1 AND c = 'it''s ?' AND d = $2"""
    )


@pytest.mark.postgresql
def test_a_server_that_may_lose_what_it_committed_is_refused(postgres_server: Any) -> None:
    url = postgres_server.url(postgres_server.create_database())

    with pytest.raises(ConfigError, match=r"fsync = off.*it must be on"):
        database.create(url, "sample")


@pytest.mark.postgresql
def test_a_database_of_another_encoding_is_refused(postgres_server: Any) -> None:
    with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE old ENCODING 'SQL_ASCII' TEMPLATE template0")

    with pytest.raises(ConfigError, match=r"server_encoding = SQL_ASCII.*it must be UTF8"):
        database.create(postgres_server.url("old"), "sample", durable=False)
    postgres_server.drop_database("old")


@pytest.mark.postgresql
def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"cannot be reached .*nothing was changed"):
        database.open(f"postgresql://lee@/nowhere?host={tmp_path}", durable=False)
    with pytest.raises(ConfigError, match="cannot be read"):
        database.open("postgresql://lee@/nowhere?colour=green", durable=False)


@pytest.mark.postgresql
def test_a_connection_lost_before_the_commit_changes_nothing_and_comes_back(
    postgres_server: Any, server_store: Database
) -> None:
    with pytest.raises(StorageError, match="nothing was changed"), server_store.write() as tx:
        tx.run(ADD, ("sample", "lost", 1))
        [process] = tx.row("SELECT pg_backend_pid()") or (0,)
        with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", (process,))
        tx.row(COUNT)

    assert count(server_store) == 0


@pytest.mark.postgresql
def test_a_connection_lost_in_the_commit_leaves_the_outcome_unknown(
    server_store: Database,
) -> None:
    with server_store.write() as tx:
        tx.run(
            "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'"
        )
        tx.run(
            "CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON failures DEFERRABLE "
            "INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cut()"
        )

    with pytest.raises(OutcomeUnknownError, match="with the same key"):
        with server_store.write() as tx:
            tx.run(ADD, ("sample", "unknown", 1))

    assert count(server_store) == 0


@pytest.mark.postgresql
def test_two_that_wait_for_each_other_are_told_apart(server_store: Database) -> None:
    with server_store.write() as tx:
        tx.run_many(ADD, [("sample", "one", 0), ("sample", "two", 0)])
    both, outcomes = threading.Barrier(2), []

    def change(first: str, second: str) -> None:
        sql = "UPDATE failures SET times = times + 1 WHERE notice = ?"
        try:
            with server_store.write() as tx:
                tx.run(sql, (first,))
                both.wait()
                tx.run(sql, (second,))
            outcomes.append("done")
        except StorageError:
            outcomes.append("try again")

    threads = [
        threading.Thread(target=change, args=pair) for pair in (("one", "two"), ("two", "one"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["done", "try again"]


@pytest.mark.postgresql
def test_a_text_that_postgresql_would_cut_short_is_refused(server_store: Database) -> None:
    with pytest.raises(UsageError, match="NUL"), server_store.write() as tx:
        tx.run(ADD, ("sample", "cut\0short", 1))

    assert count(server_store) == 0


@pytest.mark.postgresql
def test_more_statements_than_are_prepared_still_run(server_store: Database) -> None:
    with server_store.read() as tx:
        found = [tx.row(f"SELECT {n} + ?::bigint", (1,)) for n in range(1100)]

    assert found == [(n + 1,) for n in range(1100)]
