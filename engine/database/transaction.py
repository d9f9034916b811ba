"""What a transaction is to those who use one, whatever the database, and how it ends.

It never shows a bound value, in no error and in no chain of errors.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any, ClassVar, Self

from engine.errors import EngineError

Values = Sequence[Any]
"""Text, whole numbers, bytes or None."""
Row = tuple[Any, ...]

_GONE = (
    "A row that was to be changed is not there; nothing was changed; run `casetrail audit verify`."
)
_NESTED = "A transaction is open in this thread already; this is a fault of Casetrail: report it."
_OVER = "A transaction was used after its end; this is a fault of Casetrail: report it."


class Transaction(ABC):
    """One transaction after another on one thread's own connection: `with database.write() as tx`.

    It is committed when its block ends well, and rolled back otherwise. An error of the database
    ends it: even where the error is caught, nothing of the transaction stays.
    """

    __slots__ = ("__weakref__", "_failure", "open", "writing")

    dialect: ClassVar[str]
    """sqlite or postgresql."""
    locks_rows: ClassVar[bool]
    """Whether others may write meanwhile, so that a row to be changed must be locked when read."""

    def __init__(self) -> None:
        self.open = False
        self._failure: EngineError | None = None
        self.writing = False

    def __enter__(self) -> Self:
        if self.open:
            raise EngineError(_NESTED)
        self._failure = None
        self._begin()
        self.open = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.open = False
        if kind is None and self._failure is None:
            self._commit()
            return
        self._rollback()
        if kind is None and self._failure is not None:
            raise self._failure

    @abstractmethod
    def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """Every row that a question finds."""

    @abstractmethod
    def row(self, sql: str, values: Values = ()) -> Row | None:
        """The first row that a question finds, or None."""

    @abstractmethod
    def rows_of(self, questions: Iterable[tuple[str, Values]]) -> list[list[Row]]:
        """The rows of several questions, asked in one journey to the database."""

    @abstractmethod
    def each(self, sql: str, values: Values = ()) -> Iterator[Row]:
        """The rows of a question one by one, however many they are; not after the transaction."""

    @abstractmethod
    def run(self, sql: str, values: Values = ()) -> int:
        """Run a statement, and say how many rows it changed."""

    @abstractmethod
    def run_many(self, sql: str, every: Iterable[Values]) -> None:
        """Run a statement for each of these values; at the latest the commit waits for it."""

    @abstractmethod
    def change(self, sql: str, values: Values) -> None:
        """Run a statement that changes exactly one row; at the latest the commit waits for it.

        Raises EngineError, then or at the end of the transaction, if it changed none or several.
        """

    @abstractmethod
    def exclusive(self, name: str) -> None:
        """Let no other transaction that names the same go on until this one has ended."""

    @abstractmethod
    def scrub(self) -> bool:
        """Between two transactions: leave no key that was destroyed in the files of the database.

        False where others hinder it now; what is then left goes when the last of them closes.
        """

    @abstractmethod
    def close(self) -> None:
        """Close the connection, which opens again when it is needed."""

    @abstractmethod
    def _begin(self) -> None: ...

    @abstractmethod
    def _commit(self) -> None: ...

    @abstractmethod
    def _rollback(self) -> None: ...


def check_one(count: int) -> None:
    """Raise EngineError unless exactly one row was changed."""
    if count != 1:
        raise EngineError(_GONE)


def over(*_: object) -> Any:
    """Stands for what may no longer be done once a transaction has ended."""
    raise EngineError(_OVER)
