from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine import database
from engine.database import Database, sqlite
from engine.errors import (
    ConfigError,
    EngineError,
    StaleCaseError,
)
from engine.migrations import LATEST
from tests.storing import (
    ADD,
    COUNT,
    COUNTING,
    HALF_WAY,
    OPENING,
    PAIRS,
    SECRET,
    count,
    end,
    program,
)


@pytest.fixture
def url(database_url: str) -> str:
    database.create(database_url, "sample", durable=False)
    return database_url


@pytest.fixture
def store(url: str) -> Iterator[Database]:
    opened = database.open(url, durable=False)
    yield opened
    opened.close()


def test_what_is_committed_is_there_and_what_failed_is_not(store: Database) -> None:
    def fail() -> None:
        with store.write() as tx:
            tx.run(ADD, ("sample", "lost", 1))
            raise ZeroDivisionError

    with store.write() as tx:
        tx.run(ADD, ("sample", "kept", 1))
    with pytest.raises(ZeroDivisionError):
        fail()

    with store.read() as tx:
        assert tx.rows("SELECT notice FROM failures") == [("kept",)]


def test_a_store_says_whose_it_is_and_what_made_it(store: Database) -> None:
    assert store.identity[:3] == (LATEST, "sample", "real")
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
    def change() -> None:
        with store.write() as tx:
            tx.run(ADD, ("sample", "kept", 1))
            tx.change("UPDATE failures SET times = ? WHERE notice = ?", (2, "nowhere"))

    with pytest.raises(EngineError, match="is not there"):
        change()

    assert count(store) == 0


def test_after_an_error_nothing_stays_though_it_was_caught(store: Database) -> None:
    def swallow() -> None:
        with store.write() as tx:
            tx.run(ADD, ("sample", "first", 1))
            with pytest.raises(EngineError):
                tx.run("SELECT * FROM nowhere")

    with pytest.raises(EngineError, match=r"nowhere|42P01"):
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
    values: list[tuple[()]] | tuple[()] = [()] if use == "run_many" else ()

    with pytest.raises(EngineError, match="after its end"):
        list(getattr(tx, use)(COUNT, values))


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
