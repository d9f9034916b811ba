"""The database: made, brought up to date, opened, and shared out as transactions.

Nothing on the way of a step imports SQLAlchemy; that serves `create` and `migrate` alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, Protocol
from weakref import WeakSet

from engine.database.sqlite import File
from engine.database.transaction import Transaction
from engine.errors import ConfigError, EngineError
from engine.migrations import LATEST, upgrade

__all__ = [
    "NOBODY",
    "Database",
    "Identity",
    "Transaction",
    "create",
    "migrate",
    "open",
    "open_to_verify",
]

_SQLITE = "sqlite:///"
_POSTGRESQL = ("postgresql://", "postgres://")
_IDENTITY = "SELECT schema_version, log, clock, library, journal FROM store"
_FOUND = (
    "INSERT INTO store (id, schema_version, log, clock, library, journal) VALUES (1, ?, ?, ?, ?, ?)"
)
_ADOPT = "UPDATE store SET library = ?, journal = ?"
_A_STORE = "There is a store here already; name another place in config.toml."
_LIBRARIES = ("pysqlite3", "sqlite3", "sqlcipher3", "psycopg")
_MADE_BY = "SELECT version_num FROM alembic_version"
_NO_STORE = "There is no store here, or it was not finished; `casetrail init` makes one."


class Identity(NamedTuple):
    """What a store says of itself."""

    schema_version: int
    log: str
    """The partnership's id."""
    clock: str
    """real or virtual."""
    library: str
    journal: str


NOBODY = Identity(0, "", "", "", "")
"""A store of which the row that says what it is has gone."""


class Place(Protocol):
    """Where a store is, or is to be: a file of SQLite's, or a database on a server."""

    library: ModuleType
    journal: str

    def make(self) -> None:
        """Make what the tables will be in. Raises ConfigError where that cannot be."""

    def check(self) -> None:
        """Raise ConfigError unless it is there, and keeps what it is given."""

    def raw(self) -> Any:
        """A connection of the library's own, for migrations."""

    def holds_store(self, raw: Any) -> bool:
        """Whether a store is there already."""

    def settle(self, raw: Any) -> None:
        """Set the journal."""

    def explained(self, error: Exception) -> EngineError:
        """What an error of the library means."""

    def transaction(self) -> Transaction:
        """Transactions on a connection that is opened when the first begins."""


class Database:
    """A store that is open; every thread has a connection of its own, kept for the next time."""

    unfit = ""
    """What of the row in which a store says what it is does not fit; only of one to be verified."""

    def __init__(self, connection: Callable[[], Transaction], *, anonymous: bool = False) -> None:
        self._connection = connection
        self._own = threading.local()
        self._every: WeakSet[Transaction] = WeakSet()
        self.dialect = self.read().dialect
        """sqlite or postgresql."""
        try:
            self.identity = _identity(self.read(), anonymous=anonymous)
        except BaseException:
            self.close()
            raise

    def read(self) -> Transaction:
        """A transaction that sees one moment of the store, and holds nobody up."""
        return self._of_this_thread(writing=False)

    def write(self) -> Transaction:
        """A transaction that changes the store; on SQLite nobody else changes it meanwhile."""
        return self._of_this_thread(writing=True)

    def scrub(self) -> bool:
        """Leave no key that was destroyed in the files; False where others hinder it now."""
        try:
            return self._of_this_thread(writing=True).scrub()
        except EngineError:
            # What was destroyed is destroyed; it must not look as if it had not been.
            return False

    def close(self) -> None:
        """Close every connection."""
        for transaction in list(self._every):
            transaction.close()

    def _of_this_thread(self, *, writing: bool) -> Transaction:
        try:
            own: Transaction = self._own.transaction
        except AttributeError:
            own = self._own.transaction = self._connection()
            self._every.add(own)
        if not own.open:
            own.writing = writing
        return own


def create(
    url: str,
    log: str,
    *,
    clock: str = "real",
    folder: Path = Path(),
    durable: bool = True,
) -> None:
    """Make an empty store for a partnership, the id of which is `log`.

    SQLite: a file that only its owner can reach, in a folder that is there. PostgreSQL: the tables,
    in a database that is there. Raises ConfigError where that cannot be, or where a store is.
    """
    place = _place(url, folder, durable=durable)
    place.make()
    _bring_up(place, there=False)
    identity = (LATEST, log, clock, place.library.__name__, place.journal)
    _record(place, _FOUND, identity)


def migrate(url: str, *, folder: Path = Path(), durable: bool = True) -> None:
    """Bring a store to the schema, the library and the journal of this program.

    Nobody else may use it meanwhile; make a backup before. Raises ConfigError where no store is.
    """
    place = _place(url, folder, durable=durable)
    place.check()
    _bring_up(place, there=True)
    _record(place, _ADOPT, (place.library.__name__, place.journal))


def open_to_verify(url: str, *, folder: Path = Path(), durable: bool = True) -> Database:
    """Open a store of which somebody may have altered even the row that says what it is.

    What does not fit is then left for the verification to name. Raises ConfigError where the tables
    themselves are not of this program's schema.
    """
    place = _place(url, folder, durable=durable)
    place.check()
    database = Database(place.transaction, anonymous=True)
    try:
        _check(database.identity, place)
    except ConfigError as error:
        with database.read() as tx:
            made = tx.row(_MADE_BY)
        if made != (f"{LATEST:04}",) and database.identity != NOBODY:
            database.close()
            raise
        database.unfit = str(error)
    return database


def open(url: str, *, folder: Path = Path(), durable: bool = True) -> Database:  # noqa: A001
    """Open a store; `url` is that of config.toml, in whose `folder` a file is looked for.

    Raises ConfigError when the store and this program do not fit. Only tests say that a server need
    not be `durable`.
    """
    place = _place(url, folder, durable=durable)
    place.check()
    database = Database(place.transaction)
    try:
        _check(database.identity, place)
    except ConfigError:
        database.close()
        raise
    return database


def _place(url: str, folder: Path, *, durable: bool) -> Place:
    if url.startswith(_POSTGRESQL):
        # Most partnerships have a file, and never pay for what a server needs.
        server: Place = import_module("engine.database.postgresql").Server(url, durable=durable)
        return server
    if url.startswith(_SQLITE) and len(url) > len(_SQLITE):
        return File(folder / url.removeprefix(_SQLITE))
    raise ConfigError(
        "The address of the database must begin with sqlite:/// and name a file, or with "
        "postgresql://; correct `database` in config.toml."
    )


def _bring_up(place: Place, *, there: bool) -> None:
    raw: Any = None
    try:
        raw = place.raw()
        if place.holds_store(raw) is not there:
            raise ConfigError(_NO_STORE if there else _A_STORE)
        place.settle(raw)
        upgrade(raw, place.library)
        return
    except place.library.Error as error:
        failure = place.explained(error)
    finally:
        if raw is not None:
            raw.close()
    raise failure


def _record(place: Place, sql: str, values: tuple[Any, ...]) -> None:
    transaction = place.transaction()
    transaction.writing = True
    with transaction as tx:
        tx.run(sql, values)
    transaction.close()


def _identity(transaction: Transaction, *, anonymous: bool) -> Identity:
    try:
        with transaction as tx:
            row = tx.row(_IDENTITY)
    except EngineError as error:
        # Any other of the tree says itself what it is; this one, that there is no such table.
        if type(error) is not EngineError:
            raise
        row = None
    if row is None and anonymous and _has_events(transaction):
        return NOBODY
    if row is None:
        raise ConfigError(_NO_STORE)
    return Identity(*row)


def _has_events(transaction: Transaction) -> bool:
    try:
        with transaction as tx:
            return tx.row("SELECT 1 FROM events LIMIT 1") is not None
    except EngineError as error:
        if type(error) is not EngineError:
            raise
        return False


def _check(identity: Identity, place: Place) -> None:
    version = identity.schema_version
    if version > LATEST:
        raise ConfigError(
            f"The store has schema {version}, and this program knows none after {LATEST}; "
            "install the newer Casetrail that made it."
        )
    if version < LATEST:
        raise ConfigError(
            f"The store has schema {version}, and this program needs schema {LATEST}; "
            "make a backup, then run `casetrail migrate`."
        )
    ours = (place.library.__name__, place.journal)
    if (identity.library, identity.journal) != ours:
        # Whatever somebody wrote there is not repeated.
        theirs = [known for known in _LIBRARIES if known == identity.library]
        raise ConfigError(
            f"The store belongs to {theirs[0] if theirs else 'another library'} with the journal "
            f"{'delete' if identity.journal == 'delete' else 'wal'}, and "
            f"here is {ours[0]} with {ours[1]}; install what it had, or run `casetrail migrate` "
            "while nobody else uses it."
        )
