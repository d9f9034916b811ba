"""Storage that fails at a chosen moment, a server whose answers are cut off, and what to try on it.

Nothing of the engine is replaced: the fault comes where a disk or a network would bring it.
"""

from __future__ import annotations

import io
import multiprocessing
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.case import Given
from engine.database import Transaction, failures
from engine.database.transaction import Row, Values
from engine.decide.steps.taking import Step
from engine.errors import OutcomeUnknownError, StorageError
from engine.service import cases
from engine.service.changing import Outcome
from engine.service.looking import documents
from engine.service.workplace import By
from tests.worlds import World, given

READY = b"Z\x00\x00\x00\x05"
"""How the last message of an answer begins: the server is ready for the next question."""


@dataclass(slots=True)
class Plan:
    """At which operation the storage fails; 0 for never."""

    at: int = 0
    unanswered: bool = False
    """Whether the answer to the next commit is lost, after it has been done."""
    done: int = 0

    def arm(self, at: int) -> None:
        """Fail at an operation from now on, once."""
        self.at, self.done = at, 0

    def fails(self) -> bool:
        """Whether the operation that begins now is the one."""
        self.done += 1
        return self.done == self.at


class Failing(Transaction):
    """A transaction on a real database, which fails when its plan says so."""

    def __init__(self, inner: Transaction, plan: Plan) -> None:
        super().__init__()
        self.inner = inner
        self.plan = plan
        self.dialect = inner.dialect  # type: ignore[misc]
        self.locks_rows = inner.locks_rows  # type: ignore[misc]

    def rows(self, sql: str, values: Values = ()) -> list[Row]:
        self._operation()
        return self.inner.rows(sql, values)

    def row(self, sql: str, values: Values = ()) -> Row | None:
        self._operation()
        return self.inner.row(sql, values)

    def rows_of(self, questions: Iterable[tuple[str, Values]]) -> list[list[Row]]:
        self._operation()
        return self.inner.rows_of(questions)

    def each(self, sql: str, values: Values = ()) -> Iterator[Row]:
        self._operation()
        return self.inner.each(sql, values)

    def run(self, sql: str, values: Values = ()) -> int:
        self._operation()
        return self.inner.run(sql, values)

    def run_many(self, sql: str, every: Iterable[Values]) -> None:
        self._operation()
        self.inner.run_many(sql, every)

    def change(self, sql: str, values: Values) -> None:
        self._operation()
        self.inner.change(sql, values)

    def exclusive(self, name: str) -> None:
        self.inner.exclusive(name)

    def scrub(self) -> bool:
        return self.inner.scrub()

    def close(self) -> None:
        self.inner.close()

    def _begin(self) -> None:
        self.inner.writing = self.writing
        self.inner._begin()
        self.inner.open = True

    def _commit(self) -> None:
        self.inner.open = False
        if self.writing and self.plan.fails():
            self.inner._rollback()
            raise StorageError(failures.FULL)
        self.inner._commit()
        if self.writing and self.plan.unanswered:
            self.plan.unanswered = False
            raise OutcomeUnknownError(failures.UNKNOWN)

    def _rollback(self) -> None:
        self.inner.open = False
        self.inner._rollback()

    def _operation(self) -> None:
        if self.writing and self.plan.fails():
            self._failure = StorageError(failures.FAULTY)
            raise self._failure


Verb = Callable[[World, str, str], Outcome]


def case_for(world: World, verb: str) -> str:
    """A case on which a verb can be tried."""
    ref = world.notified()
    cases.add_person(world.place, By("bess"), ref, "child", [Given("name", "Kim Sample")])
    if verb == "approve":
        world.record(ref, report="The report.")
    if verb == "end a linked case":
        return world.take(ref, "ask_for_summaries", agencies_asked="police,board").opened[0]
    return ref


def _take(step: str, **answers: str) -> Verb:
    def act(world: World, ref: str, key: str) -> Outcome:
        return cases.take_step(world.place, By("bess", key=key), ref, Step(step, given(**answers)))

    return act


def _by(key: str) -> By:
    return By("bess", key=key, reason="it was so")


def _attach(world: World, ref: str, key: str) -> Outcome:
    file = documents.File("form.pdf", io.BytesIO(bytes(range(256)) * 160))
    return documents.attach(world.place, _by(key), ref, "form", file)


VERBS: dict[str, Verb] = {
    "open": lambda world, ref, key: cases.open_new(
        world.place, _by(key), "incident", given(place="in our area", aware_on="2025-12-12")
    ),
    "record": lambda world, ref, key: cases.record(
        world.place, _by(key), ref, given(report="A long report. " * 2000)
    ),
    "take": _take("record_letter", letter_says="agrees"),
    "open linked cases": _take("ask_for_summaries", agencies_asked="police,hospital"),
    "end a linked case": _take("decline"),
    "attach": _attach,
    "correct": lambda world, ref, key: cases.correct(
        world.place, _by(key), ref, given(aware_on="2025-12-11")
    ),
    "undo": lambda world, ref, key: cases.undo(world.place, _by(key), ref),
    "extend": lambda world, ref, key: cases.extend(
        world.place, _by(key), ref, "review", "2026-03-01", "the chair"
    ),
    "approve": lambda world, ref, key: cases.approve(
        world.place, By("eve", key=key), ref, "report"
    ),
    "add": lambda world, ref, key: cases.add_person(
        world.place, _by(key), ref, "child", [Given("name", "Robin Sample")]
    )[1],
    "erase": lambda world, ref, key: documents.erase_person(
        world.place, _by(key), ref, "p1", "a court's order"
    ),
}
"""Everything that changes a case, each on a case made for it, under a key."""


def everything(world: World) -> list[Any]:
    """How much there is of everything, and where each case stands."""
    tables = ("events", "secrets", "subjects", "commands", "chunks", "documents", "messages")
    with world.place.database.read() as tx:
        return [
            tx.rows("SELECT ref, version, head, state FROM cases ORDER BY ref"),
            *(tx.rows(f"SELECT count(*) FROM {table}") for table in tables),
        ]


def times_done(world: World, key: str) -> int:
    """In how many streams a command left its events, and under its key only."""
    with world.place.database.read() as tx:
        return len(tx.rows("SELECT 1 FROM commands WHERE command = ?", (key,)))


class Proxy:
    """Stands between the engine and a server, and cuts an answer off after the server gave it."""

    def __init__(self, folder: Path, server: Path) -> None:
        self._server = server
        forking = multiprocessing.get_context("fork")
        self._cut = forking.Value("i", 0)
        self._forwarded = forking.Value("i", 0)
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / ".s.PGSQL.5432"))
        self._listening.listen()
        # A process of its own, for libpq keeps every thread of ours waiting while it connects.
        self._process = forking.Process(target=self._serve, daemon=True)
        self._process.start()

    def cut(self, at: int) -> None:
        """Cut the answer to the question of that number, counted from now."""
        self._forwarded.value, self._cut.value = 0, at

    def close(self) -> None:
        """Let nobody in any more."""
        self._listening.close()
        self._process.kill()
        self._process.join()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self._server / ".s.PGSQL.5432"))
                for deed in (self._ask, self._answer):
                    threading.Thread(target=deed, args=(client, server), daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError), client, server:
            while data := client.recv(1 << 20):
                self._forwarded.value += 1
                server.sendall(data)

    def _answer(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError), client, server:
            while data := server.recv(1 << 20):
                if 0 < self._cut.value <= self._forwarded.value:
                    while data[-6:-1] != READY:
                        data += server.recv(1 << 20)
                    self._cut.value = 0
                    client.shutdown(socket.SHUT_RDWR)
                    server.shutdown(socket.SHUT_RDWR)
                    return
                client.sendall(data)
