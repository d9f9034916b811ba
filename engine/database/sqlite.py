"""SQLite: the one library that may open a store, how its file is made, and its transactions."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import ModuleType, NoneType
from typing import Any

from engine.database.failures import AT_THE_DISK, NOT_OURS, code_of, of_sqlite
from engine.database.folders import hindrance, refuse_shared
from engine.database.transaction import Row, Transaction, Values, check_one, over
from engine.errors import ConfigError, EngineError, StorageError

PATIENCE = 5.0
"""Seconds for which the lock of another program is waited for."""
_NAP = 0.0005
_PAGES = 4000
"""After so many pages in the log, 16 MB, who commits also writes them into the file; with SQLite's
1,000 one step in fifty waits for that.
"""
_STATEMENTS = 512
"""How many prepared statements a connection keeps."""

_SETTINGS = {
    "foreign_keys": 1,
    "secure_delete": 1,
    "trusted_schema": 0,
    "cell_size_check": 1,
    "recursive_triggers": 1,
    "mmap_size": 0,
    "temp_store": 2,
    "busy_timeout": int(PATIENCE * 1000),
    "wal_autocheckpoint": _PAGES,
}
"""What every connection sets, and reads back."""
_LEVELS = {"full": 2, "extra": 3}


def sqlite_library() -> ModuleType:
    """The module through which alone SQLite is reached, here and in migrations.

    That is pysqlite3 where it is installed, for it brings an SQLite of its own.
    """
    try:
        library = import_module("pysqlite3")
    except ImportError:
        library = import_module("sqlite3")
    # Otherwise it looks for an adapter each time, which costs more than the rest of a statement.
    library.register_adapter(NoneType, {}.get)
    library.register_adapter(bytes, bytes)
    return library


def journal_for(version: tuple[int, ...]) -> tuple[str, str]:
    """The journal and the level of synchronisation with which this SQLite loses nothing.

    Before 3.51.3 a write-ahead log with several writers can be damaged (the WAL-reset fault;
    mended also in 3.50.7 and 3.44.6, and 3.52.0 was withdrawn).
    """
    mended = (
        (version >= (3, 51, 3) and version[:3] != (3, 52, 0))
        or (3, 50, 7) <= version < (3, 51)
        or (3, 44, 6) <= version < (3, 45)
    )
    return ("wal", "full") if mended else ("delete", "extra")


class File:
    """A file of SQLite's, and the library and journal that go with it."""

    def __init__(self, path: Path, mountinfo: str | None = None) -> None:
        self.library = sqlite_library()
        self.journal, self._level = journal_for(self.library.sqlite_version_info)
        self._path = path
        self._mountinfo = mountinfo

    def make(self) -> None:
        """Make an empty file that only its owner can reach; one that is empty already will do.

        Raises ConfigError where it cannot be.
        """
        folder = self._path.parent
        refuse_shared(folder, self._mountinfo)
        try:
            with suppress(FileExistsError), open(self._path, "x", opener=_private):
                _persist(folder)
        except OSError as error:
            raise ConfigError(
                f"{self._path} cannot be made ({error.strerror}); "
                "name a folder that is there and writable."
            ) from None
        self.check()

    def check(self) -> None:
        """Raise ConfigError unless the file is there, on a disk of this computer, and private."""
        path = self._path
        try:
            mode = path.stat().st_mode
        except OSError as error:
            raise ConfigError(
                f"There is no database {path} ({error.strerror}); put back its latest backup, or, "
                "once config.toml and the keys are moved to another folder, `casetrail init` makes "
                "one."
            ) from None
        if os.name == "posix" and mode & 0o077:
            raise ConfigError(f"Others than its owner can reach {path}; first do: chmod 600 {path}")
        refuse_shared(path.parent, self._mountinfo)

    def raw(self) -> Any:
        """A connection with every setting that the store's promises rest on, but for the journal.

        Raises ConfigError when the file is not one of SQLite's or a setting does not hold.
        """
        connection = self.library.connect(
            f"{self._path.resolve().as_uri()}?mode=rw",
            uri=True,
            isolation_level=None,
            timeout=PATIENCE,
            cached_statements=_STATEMENTS,
            check_same_thread=False,
            **_without_mutex(self.library),
        )
        try:
            for name, value in {**_SETTINGS, "synchronous": _LEVELS[self._level]}.items():
                connection.execute(f"PRAGMA {name} = {value}")
                _expect(name, _setting(connection, name), value)
            if hasattr(connection, "set_busy_handler"):
                connection.set_busy_handler(_waited)
        except BaseException:
            connection.close()
            raise
        return connection

    def connect(self) -> Any:
        """A connection as `raw` gives it, once the journal is found to be the right one.

        SQLite is asked for it: to read the file beside SQLite would drop the locks it holds.
        """
        connection = self.raw()
        try:
            _expect("journal_mode", _setting(connection, "journal_mode"), self.journal)
        except BaseException:
            connection.close()
            raise
        return connection

    def holds_store(self, raw: Any) -> bool:
        """Whether a store is there already."""
        there = raw.execute("SELECT 1 FROM sqlite_schema WHERE name = 'store'").fetchone()
        return bool(there) and raw.execute("SELECT 1 FROM store").fetchone() is not None

    def settle(self, raw: Any) -> None:
        """Set the journal, which nobody else may hinder; the file keeps it."""
        _expect("journal_mode", _setting(raw, f"journal_mode = {self.journal}"), self.journal)

    def explained(self, error: Exception) -> EngineError:
        """What an error of the library means."""
        code = code_of(error)
        if code in AT_THE_DISK and (said := hindrance(self._path.resolve().parent)):
            return StorageError(said)
        return self._not_ours() if code == NOT_OURS else of_sqlite(error)

    def transaction(self) -> Transaction:
        """Transactions on a connection that is opened when the first begins."""
        return SqliteTransaction(self)

    def _not_ours(self) -> ConfigError:
        return ConfigError(f"{self._path} is not a database; correct its name in config.toml.")


class SqliteTransaction(Transaction):
    """Transactions on one thread's own connection to a file."""

    __slots__ = (
        "_connection",
        "_cursor",
        "_error",
        "_execute",
        "_file",
        "_inherited",
        "_process",
        "_reading",
    )

    dialect = "sqlite"
    locks_rows = False

    def __init__(self, file: File) -> None:
        super().__init__()
        self._file = file
        self._error: type[Exception] = file.library.Error
        self._process = 0
        self._connection: Any = None
        self._cursor: Any = None
        self._execute: Any = over
        self._reading: list[Any] = []
        self._inherited: list[Any] = []

    def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """Every row at once."""
        try:
            found: list[Row] = self._execute(sql, values).fetchall()
            return found
        except self._error as error:
            failure = self._failed(error)
        raise failure

    def row(self, sql: str, values: Values = ()) -> Row | None:
        """The first row, or None."""
        try:
            found: Row | None = self._execute(sql, values).fetchone()
            return found
        except self._error as error:
            failure = self._failed(error)
        raise failure

    def rows_of(self, questions: Iterable[tuple[str, Values]]) -> list[list[Row]]:
        """One question after the other: there is no journey to save."""
        return [self.rows(sql, values) for sql, values in questions]

    def each(self, sql: str, values: Values = ()) -> Iterator[Row]:
        """The rows, one by one, from a cursor of their own."""
        if not self.open:
            over()
        cursor = self._connection.cursor()
        self._reading.append(cursor)
        try:
            yield from cursor.execute(sql, values)
            return
        except self._error as error:
            failure = self._failed(error)
        finally:
            cursor.close()
        raise failure

    def run(self, sql: str, values: Values = ()) -> int:
        """How many rows it changed."""
        try:
            changed: int = self._execute(sql, values).rowcount
            return changed
        except self._error as error:
            failure = self._failed(error)
        raise failure

    def run_many(self, sql: str, every: Iterable[Values]) -> None:
        """The statement is prepared once."""
        if not self.open:
            over()
        try:
            self._cursor.executemany(sql, every)
            return
        except self._error as error:
            failure = self._failed(error)
        raise failure

    def change(self, sql: str, values: Values) -> None:
        """It is looked at once: there is no journey to save."""
        check_one(self.run(sql, values))

    def exclusive(self, name: str) -> None:
        """SQLite has one writer at a time anyway."""

    def scrub(self) -> bool:
        """The file itself is overwritten at once (secure_delete); what is old is in the log."""
        if self._process != os.getpid():
            self._connect()
        try:
            [busy, *_] = self._cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except self._error:
            return False
        return not busy

    def close(self) -> None:
        """Close the connection, unless it is of a process from which this one was forked."""
        self._execute = over
        if self._process == os.getpid():
            self._connection.close()
        self._process = 0

    def _begin(self) -> None:
        if self._process != os.getpid():
            self._connect()
        try:
            self._cursor.execute("BEGIN IMMEDIATE" if self.writing else "BEGIN")
            self._execute = self._cursor.execute
            return
        except self._error as error:
            failure = self._file.explained(error)
        self.close()
        raise failure

    def _commit(self) -> None:
        self._end()
        try:
            self._cursor.execute("COMMIT")
            return
        except self._error as error:
            failure = of_sqlite(error, committing=True)
        finally:
            # Whatever interrupted it, a signal included: closing takes back what is not committed.
            if self._connection.in_transaction:
                self.close()
        self.close()
        raise failure

    def _rollback(self) -> None:
        self._end()
        try:
            if self._connection.in_transaction:
                self._cursor.execute("ROLLBACK")
        except self._error:
            self.close()
        if self._failure is not None:
            self.close()

    def _end(self) -> None:
        self._execute = over
        for cursor in self._reading:
            cursor.close()
        self._reading.clear()

    def _failed(self, error: Exception) -> EngineError:
        self._failure = self._file.explained(error)
        return self._failure

    def _connect(self) -> None:
        # A connection from before a fork is another process's: here it is kept, and never closed.
        if self._process:
            self._inherited.append(self._connection)
        try:
            self._connection = self._file.connect()
        except self._error as error:
            failure = self._file.explained(error)
        else:
            self._cursor = self._connection.cursor()
            self._process = os.getpid()
            return
        raise failure


def _waited(times: int) -> bool:
    """Wait for a lock in short, even naps; SQLite's own grow, and starve who waits longest."""
    time.sleep(_NAP)
    return times * _NAP < PATIENCE


def _without_mutex(library: ModuleType) -> dict[str, int]:
    """Each connection is one thread's own, so SQLite need not lock it, which costs a tenth."""
    if hasattr(library, "SQLITE_OPEN_NOMUTEX"):
        return {"flags": library.SQLITE_OPEN_READWRITE | library.SQLITE_OPEN_NOMUTEX}
    return {}


def _setting(connection: Any, name: str) -> Any:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def _expect(name: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise ConfigError(
            f"The database has {name} {found} where {wanted} is needed, so it is not opened; "
            "`casetrail migrate` puts it right while nobody else uses it."
        )


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _persist(folder: Path) -> None:
    """Make sure that a new name in a folder outlives a power cut."""
    if os.name != "posix":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
