"""One connection to a PostgreSQL server, over which statements travel together.

It works on libpq itself, through `psycopg.pq`: one step of a case costs half the time and a quarter
of the processor that psycopg's cursors take. No bound value is ever shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from types import ModuleType
from typing import Any

from engine.database import failures
from engine.database.transaction import Row, Values
from engine.errors import EngineError, StorageError, UsageError

Statement = tuple[str, Values]

_PREPARED = 1000
"""How many statements a connection prepares at most; after that they are sent as they are."""

_PLACES = re.compile(r"""'[^']*'|"[^"]*"|\?(\d*)""")
_SET_UP = b"""
SELECT set_config('client_encoding', 'UTF8', false),
set_config('client_min_messages', 'error', false), set_config('lock_timeout', '5s', false),
set_config('synchronous_commit', CASE current_setting('synchronous_commit')
WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false)
"""

_TUPLES, _FATAL, _SYNC = 2, 7, 10
_IDLE = 0
_PARTS = (ord("C"), ord("M"), ord("n"))
"""What libpq calls the state, the words and the constraint of an error."""

_LOADERS: dict[int, Callable[[bytes], Any]] = {
    16: lambda value: int(value == b"t"),
    17: lambda value: bytes.fromhex(value[2:].decode()),
    20: int,
    21: int,
    23: int,
    26: int,
    1700: int,
}
"""By the type of a column: booleans, bytes and whole numbers; everything else is text."""


class Link:
    """A connection; `ask` is its one way to the server and back."""

    def __init__(self, library: ModuleType, conninfo: str) -> None:
        self._error: type[Exception] = library.Error
        self._names: dict[str, bytes] = {}
        self._connection: Any = library.pq.PGconn.connect(conninfo.encode())
        self.lost = False
        if self._connection.status != library.pq.ConnStatus.OK:
            raise StorageError(_unreachable(self._connection))
        self._connection.exec_(_SET_UP)
        self._connection.nonblocking = 1
        self._connection.enter_pipeline_mode()
        self._selector = DefaultSelector()
        self._selector.register(self._connection.socket, EVENT_READ)

    @property
    def idle(self) -> bool:
        """Whether no transaction is open."""
        return bool(self._connection.transaction_status == _IDLE)

    def ask(self, statements: Iterable[Statement]) -> list[Any]:
        """Send statements together; give the result of each. The first that fails stops the rest.

        Raises what the failure means, from the tree of errors; `lost` then says whether the
        connection is gone, so that nobody can tell what the server did.
        """
        try:
            sent = self._send(statements)
            results = self._receive()
        except (self._error, OSError):
            self.close()
        except BaseException:
            # Interrupted half-way, nobody could tell which answer belongs to which question.
            self.close()
            raise
        else:
            return self._told_apart(sent, results)
        raise StorageError(failures.UNREACHABLE)

    def close(self) -> None:
        """End the connection; the server takes back what is not committed."""
        if not self.lost:
            self.lost = True
            self._selector.close()
            self._connection.finish()

    def _send(self, statements: Iterable[Statement]) -> list[str | None]:
        """Send; give for each message the text that it prepares, or None where it runs one."""
        connection, sent = self._connection, list[str | None]()
        for sql, values in statements:
            name = self._names.get(sql)
            texts, formats = _dumped(values)
            if name is None and len(self._names) >= _PREPARED:
                connection.send_query_params(numbered(sql), texts, param_formats=formats)
            else:
                if name is None:
                    name = self._names[sql] = b"s%d" % len(self._names)
                    connection.send_prepare(name, numbered(sql))
                    sent.append(sql)
                connection.send_query_prepared(name, texts, param_formats=formats)
            sent.append(None)
        connection.pipeline_sync()
        while connection.flush():
            self._selector.modify(connection.socket, EVENT_READ | EVENT_WRITE)
            self._selector.select()
            connection.consume_input()
            self._selector.modify(connection.socket, EVENT_READ)
        return sent

    def _receive(self) -> list[Any]:
        connection, results = self._connection, list[Any]()
        while True:
            while connection.is_busy():
                self._selector.select()
                connection.consume_input()
            result = connection.get_result()
            if result is None:
                # Between two answers that is so; of a broken connection it is all there is.
                if connection.status:
                    raise ConnectionError
            elif result.status == _SYNC:
                return results
            else:
                results.append(result)

    def _told_apart(self, sent: Sequence[str | None], results: Sequence[Any]) -> list[Any]:
        failed = None
        wanted = []
        for prepared, result in zip(sent, results, strict=True):
            if result.status >= _FATAL:
                failed = failed or result
                if prepared is not None:
                    del self._names[prepared]
            elif prepared is None:
                wanted.append(result)
        if failed is None:
            return wanted
        raise failures.of_postgresql(
            *((failed.error_field(part) or b"").decode() for part in _PARTS)
        )


def rows(result: Any) -> list[Row]:
    """The rows of a result: text, whole numbers, bytes and None."""
    if result.status != _TUPLES:
        return []
    value = result.get_value
    loaders = [_LOADERS.get(result.ftype(at), bytes.decode) for at in range(result.nfields)]
    columns = list(enumerate(loaders))
    return [
        tuple([None if (raw := value(line, at)) is None else load(raw) for at, load in columns])
        for line in range(result.ntuples)
    ]


def numbered(sql: str) -> bytes:
    """A text with `?` (or ?1, ?2) for each value as PostgreSQL wants it: with $1, $2 and so on."""
    place = 0

    def number(found: re.Match[str]) -> str:
        nonlocal place
        if found[0][0] != "?":
            return found[0]
        place += 1
        return f"${found[1] or place}"

    return _PLACES.sub(number, sql).encode()


def _dumped(values: Values) -> tuple[list[bytes | None] | None, list[int] | None]:
    if not values:
        return None, None
    kinds = [type(value) for value in values]
    formats = [int(kind is bytes) for kind in kinds] if bytes in kinds else None
    return [_dump(value, kind) for value, kind in zip(values, kinds, strict=True)], formats


def _dump(value: Any, kind: type) -> bytes | None:
    if kind is str:
        if "\0" in value:
            raise UsageError("A text must not hold the character NUL; remove it.")
        return value.encode()  # type: ignore[no-any-return]
    if value is None or kind is bytes:
        return value  # type: ignore[no-any-return]
    if kind is int or kind is bool:
        return b"%d" % value
    raise EngineError(failures.refused(f"a value of type {kind.__name__}"))


def _unreachable(connection: Any) -> str:
    said = " ".join(connection.get_error_message().split())
    return (
        f"The database server cannot be reached ({said}); nothing was changed; check that it runs "
        "and what config.toml says of it, then try again."
    )
