"""PostgreSQL: how a database on a server is found fit, and transactions in few journeys to it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from hashlib import sha256
from importlib import import_module
from types import ModuleType
from typing import Any

from engine.database import failures
from engine.database.libpq import Link, Statement, rows
from engine.database.transaction import Row, Transaction, Values, check_one, over
from engine.errors import ConfigError, EngineError, OutcomeUnknownError

_AT_ONCE = 500
"""How many statements are collected at most before they are sent."""
_PIECE = 1000
"""How many rows `each` fetches at a time."""

_WRITE = ("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", ())
_READ = ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", ())
_WANTED = {
    "server_encoding": ("UTF8",),
    "synchronous_commit": ("on", "remote_apply"),
    "fsync": ("on",),
    "full_page_writes": ("on",),
}
"""What a server must be set to, so that it keeps what it has acknowledged."""
_OF_THE_DISK = ("fsync", "full_page_writes")
_PROMISES = "SELECT " + ", ".join(f"current_setting('{name}')" for name in _WANTED)


class Server:
    """A database on a server, which somebody has made there."""

    journal = "wal"

    def __init__(self, url: str, *, durable: bool) -> None:
        self.library = _library()
        self._conninfo = _complete(url, self.library)
        self._durable = durable

    def make(self) -> None:
        """Whoever runs the server makes the database; here it is only looked at."""
        self.check()

    def check(self) -> None:
        """Raise ConfigError unless the server keeps what it commits, and its text is UTF-8."""
        tx = self.transaction()
        with tx:
            found = tx.row(_PROMISES) or ()
        tx.close()
        for (name, wanted), is_set in zip(_WANTED.items(), found, strict=True):
            if is_set not in wanted and (self._durable or name not in _OF_THE_DISK):
                raise ConfigError(
                    f"The database server has {name} = {is_set}, with which what was acknowledged "
                    f"could be lost or garbled; it must be {wanted[0]}."
                )

    def raw(self) -> Any:
        """A connection of psycopg's, for migrations."""
        return self.library.connect(self._conninfo)

    def holds_store(self, raw: Any) -> bool:
        """Whether a store is there already."""
        [there] = raw.execute("SELECT to_regclass('store') IS NOT NULL").fetchone()
        held = bool(there) and raw.execute("SELECT 1 FROM store").fetchone() is not None
        raw.rollback()
        return held

    def settle(self, raw: Any) -> None:
        """There is nothing to settle: the server has its own journal."""

    def explained(self, error: Exception) -> EngineError:
        """What an error of psycopg means."""
        state = getattr(error, "sqlstate", None)
        return failures.of_postgresql(state or "08")

    def transaction(self) -> Transaction:
        """Transactions on a connection that is opened when the first begins."""
        return PostgresqlTransaction(self.library, self._conninfo)


class PostgresqlTransaction(Transaction):
    """Transactions on one thread's own connection to a server."""

    __slots__ = ("_conninfo", "_cursors", "_library", "_link", "_process", "_queue", "_singles")

    dialect = "postgresql"
    locks_rows = True

    def __init__(self, library: ModuleType, conninfo: str) -> None:
        super().__init__()
        self._library = library
        self._conninfo = conninfo
        self._link: Link | None = None
        self._process = 0
        self._queue: list[Statement] = []
        self._singles: list[int] = []
        self._cursors = 0

    def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """Ask, together with all that was collected."""
        self._add(sql, values)
        return rows(self._ask()[-1])

    def row(self, sql: str, values: Values = ()) -> Row | None:
        """Ask, together with all that was collected."""
        found = self.rows(sql, values)
        return found[0] if found else None

    def rows_of(self, questions: Iterable[tuple[str, Values]]) -> list[list[Row]]:
        """Ask all of it in one journey."""
        before = len(self._queue)
        for sql, values in questions:
            self._add(sql, values)
        return [rows(result) for result in self._ask()[before:]]

    def each(self, sql: str, values: Values = ()) -> Iterator[Row]:
        """Let the server keep the rows, and fetch some at a time."""
        self._cursors += 1
        name = f"each{self._cursors}"
        self._add(f"DECLARE {name} NO SCROLL CURSOR FOR {sql}", values)
        while found := self.rows(f"FETCH {_PIECE} FROM {name}"):
            yield from found

    def run(self, sql: str, values: Values = ()) -> int:
        """Run it, together with all that was collected."""
        self._add(sql, values)
        return _count(self._ask()[-1])

    def run_many(self, sql: str, every: Iterable[Values]) -> None:
        """Collect it for the next journey."""
        for values in every:
            self._add(sql, values)
            if len(self._queue) >= _AT_ONCE:
                self._ask()

    def change(self, sql: str, values: Values) -> None:
        """Collect it for the next journey, the last one before the commit if need be."""
        self._add(sql, values)
        self._singles.append(len(self._queue) - 1)

    def exclusive(self, name: str) -> None:
        """Wait for the advisory lock of that name; it ends with the transaction."""
        number = int.from_bytes(sha256(name.encode()).digest()[:8], signed=True)
        self._add("SELECT pg_advisory_xact_lock(?)", (number,))

    def scrub(self) -> bool:
        """The keys are written anew to a file of their own; the server's log goes in its time."""
        self._begin()
        self._linked.ask([('VACUUM (FULL) "subjects"', ())])
        return True

    def close(self) -> None:
        """Close the connection, unless it is of a process from which this one was forked."""
        if self._link is not None and self._process == os.getpid():
            self._link.close()
        self._link = None

    def _begin(self) -> None:
        if self._link is None or self._link.lost or self._process != os.getpid():
            self._link = Link(self._library, self._conninfo)
            self._process = os.getpid()
        self._queue = [_WRITE if self.writing else _READ]
        self._singles.clear()
        self._cursors = 0

    def _commit(self) -> None:
        if self._linked.idle and len(self._queue) == 1:
            return
        try:
            if self._singles:
                self._ask()
            self._queue.append(("COMMIT", ()))
            # Where an error was caught within the transaction, the server answers ROLLBACK.
            if self._ask()[-1].command_status == b"COMMIT":
                return
            failure = EngineError(failures.refused("it did not commit"))
        except EngineError as error:
            failure = error
            if self._linked.lost and self.writing:
                failure = OutcomeUnknownError(failures.UNKNOWN)
        self._rollback()
        raise failure

    def _rollback(self) -> None:
        self._queue.clear()
        link = self._linked
        if not link.lost and not link.idle:
            try:
                link.ask([("ROLLBACK", ())])
            except EngineError:
                link.close()

    @property
    def _linked(self) -> Link:
        if self._link is None:
            over()
            raise AssertionError
        return self._link

    def _add(self, sql: str, values: Values) -> None:
        if not self.open:
            over()
        self._queue.append((sql, values))

    def _ask(self) -> list[Any]:
        """Send what was collected, and wait for all of it."""
        queue, self._queue = self._queue, []
        singles, self._singles = self._singles, []
        try:
            results = self._linked.ask(queue)
            for at in singles:
                check_one(_count(results[at]))
            return results
        except EngineError as error:
            self._failure = error
            raise


def _count(result: Any) -> int:
    return int(result.command_tuples or 0)


def _library() -> ModuleType:
    try:
        return import_module("psycopg")
    except ImportError:
        raise ConfigError(
            "PostgreSQL is not reached without psycopg; first do: pip install 'psycopg[binary]'"
        ) from None


def _complete(url: str, library: ModuleType) -> str:
    """What libpq is told: what the address says, and what it leaves unsaid."""
    try:
        said = library.conninfo.conninfo_to_dict(url)
    except library.Error:
        raise ConfigError(
            "The address of the database in config.toml cannot be read; "
            "write it as postgresql://USER@HOST/DATABASE."
        ) from None
    unsaid = {"connect_timeout": "10", "application_name": "casetrail"}
    return str(library.conninfo.make_conninfo(**{**unsaid, **said}))
