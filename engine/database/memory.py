"""A store in memory: a copy of a template, for trials that nobody keeps.

It is never a record: what is written here is gone with the program.
"""

from __future__ import annotations

from typing import Any

from engine.database import Database
from engine.database.failures import of_sqlite
from engine.database.sqlite import File, SqliteTransaction, sqlite_library

_SETTINGS = ("foreign_keys = 1", "recursive_triggers = 1", "temp_store = 2", "synchronous = 0")


class Memory(File):
    """A copy of a template, on the one connection that holds it."""

    def __init__(self, template: Any) -> None:
        self.library = sqlite_library()
        self._held = self.library.connect(
            ":memory:", isolation_level=None, cached_statements=512, check_same_thread=False
        )
        template.backup(self._held)
        for setting in _SETTINGS:
            self._held.execute(f"PRAGMA {setting}")

    def connect(self) -> Any:
        """The connection that holds the store; there is no other, in a fork neither."""
        return self._held

    def explained(self, error: Exception) -> Any:
        """What an error of the library means; there is no disk that could hinder."""
        return of_sqlite(error)

    def copy(self) -> Memory:
        """The same store once more, to go another way."""
        return Memory(self._held)

    def open(self) -> Database:
        """The store, opened; closing it ends it."""
        return Database(lambda: SqliteTransaction(self))

    def end(self) -> None:
        """Give the memory back."""
        self._held.close()


def template(file: str) -> Memory:
    """A copy in memory of a store in a file, which nobody writes meanwhile."""
    library = sqlite_library()
    source = library.connect(file)
    try:
        return Memory(source)
    finally:
        source.close()
