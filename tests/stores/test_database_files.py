from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine import database
from engine.database import Database, sqlite
from engine.errors import (
    ConfigError,
    StorageError,
    TrailError,
)
from engine.migrations import LATEST
from tests.storing import (
    ADD,
    TOO_LARGE,
    WITHOUT_PYSQLITE3,
    count,
    place,
    program,
    set_here,
)

OTHERWISE = {"trusted_schema": 1, "mmap_size": 65536, "synchronous": 1, "temp_store": 1}
"""What an SQLite of another kind might have, where that is not 0."""


@pytest.fixture
def file_store(tmp_path: Path) -> Iterator[Database]:
    database.create(place(tmp_path), "sample")
    opened = database.open(place(tmp_path))
    yield opened
    opened.close()


def rewrite(tmp_path: Path, column: str, value: object) -> None:
    store = database.open(place(tmp_path))
    with store.write() as tx:
        tx.run(f"UPDATE store SET {column} = ?", (value,))
    store.close()


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
        ConfigError,
        match=rf"has schema 0, and this program needs schema {LATEST}; .*`casetrail migrate`",
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


def test_a_file_with_another_journal_is_refused(tmp_path: Path) -> None:
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


def test_where_pysqlite3_is_not_the_store_is_kept_by_pythons_own_sqlite(tmp_path: Path) -> None:
    journal, level = sqlite.journal_for(sqlite3.sqlite_version_info)

    said = program(WITHOUT_PYSQLITE3, place(tmp_path)).communicate()[0].split()

    assert said == ["sqlite3", journal, {"full": "2", "extra": "3"}[level]]
    if sqlite.sqlite_library() is not sqlite3:
        with pytest.raises(ConfigError, match=r"is needed|belongs to sqlite3"):
            database.open(place(tmp_path))
        database.migrate(place(tmp_path))
        database.open(place(tmp_path)).close()


def test_every_connection_has_the_settings_on_which_promises_rest(file_store: Database) -> None:
    found = {}

    def look() -> None:
        with file_store.read() as tx:
            for name in {"journal_mode", "synchronous", *sqlite._SETTINGS} - {"busy_timeout"}:
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
        "wal_autocheckpoint": 4000,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "recursive_triggers": 1,
        "mmap_size": 0,
        "temp_store": 2,
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

    with (
        pytest.raises(StorageError, match="disk is full; nothing was changed"),
        file_store.write() as tx,
    ):
        tx.run_many(ADD, [("sample", f"{n:0900}", n) for n in range(600)])

    assert count(file_store) == 0
    with file_store.write() as tx:
        tx.run(ADD, ("sample", "room again", 1))


def test_a_database_that_can_only_be_read_is_told(file_store: Database) -> None:
    set_here(file_store, "query_only = 1")

    with (
        pytest.raises(StorageError, match="can only be read here; nothing was changed"),
        file_store.write() as tx,
    ):
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
        tx.run_many(ADD, [("sample", f"{n:0900}", n) for n in range(600)])
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


@pytest.mark.parametrize("name", [*sqlite._SETTINGS, "synchronous"])
def test_an_sqlite_that_takes_no_notice_of_a_setting_is_refused(tmp_path: Path, name: str) -> None:
    database.create(place(tmp_path), "sample")
    file = sqlite.File(tmp_path / "casetrail.db")
    library = file.library

    class Deaf(library.Connection):  # type: ignore[name-defined, misc]
        def execute(self, sql: str, *more: object) -> object:
            heard = not sql.startswith(f"PRAGMA {name} =")
            return super().execute(sql if heard else f"PRAGMA {name} = {OTHERWISE.get(name, 0)}")

    def connect(*words: object, **options: object) -> object:
        return library.connect(*words, factory=Deaf, **options)

    file.library = SimpleNamespace(**{**vars(library), "connect": connect})

    with pytest.raises(ConfigError, match=rf"has {name} \d+ where \d+ is needed, so it is not op"):
        file.connect()
