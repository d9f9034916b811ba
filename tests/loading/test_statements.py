from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Integer, LargeBinary, Text
from sqlmodel import SQLModel

from engine import compiling, database, statements, tables
from engine.database import Database
from engine.tables import queries

LOG = "sample"
QUESTIONS = {name: getattr(statements, name) for name in queries.ASKED}
PLAIN = {name.upper(): getattr(statements, name)(lock=False) for name in queries.LOCKABLE}
LOCKING = {name.upper(): getattr(statements, name)(lock=True) for name in queries.LOCKABLE}
CHANGES = {
    table: statements.update(table, layout.columns) for table, layout in statements.TABLES.items()
}
FREE = ("turns", "people", "linked", "attempts", "ticks", "trees", "commands", "directories")
"""Tables whose columns take any value of their type."""


@pytest.fixture
def store(database_url: str) -> Iterator[Database]:
    database.create(database_url, LOG, durable=False)
    opened = database.open(database_url, durable=False)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(tmp_path: Any) -> Iterator[Database]:
    database.create("sqlite:///casetrail.db", LOG, folder=tmp_path)
    opened = database.open("sqlite:///casetrail.db", folder=tmp_path)
    yield opened
    opened.close()


def nothing_for(sql: str) -> tuple[None, ...]:
    return (None,) * (2 if "?1" in sql else sql.count("?"))


def example(column: Any, number: int) -> Any:
    kind = column.type.python_type
    return {str: f"{column.name} {number}", int: number, bytes: bytes([number % 256])}[kind]


def test_the_committed_statements_are_those_of_the_tables() -> None:
    assert compiling.PLACE.read_text() == compiling.compiled()


@pytest.mark.parametrize(
    "texts",
    [statements.INSERT, CHANGES, statements.SELECT, QUESTIONS, PLAIN],
    ids=["insert", "update", "select", "asked", "not locking"],
)
def test_each_statement_is_understood_by_both_databases(
    store: Database, texts: dict[str, str]
) -> None:
    assert texts
    with store.write() as tx:
        for sql in (*texts.values(), statements.events_without_position(tx.dialect)):
            assert tx.rows(f"EXPLAIN {sql}", nothing_for(sql))


@pytest.mark.postgresql
def test_each_statement_that_locks_is_understood_by_postgresql(postgres_server: Any) -> None:
    url = postgres_server.url(postgres_server.create_database())
    database.create(url, LOG, durable=False)
    store = database.open(url, durable=False)
    with store.write() as tx:
        for sql in LOCKING.values():
            assert "LockRows" in str(tx.rows(f"EXPLAIN {sql}", nothing_for(sql)))
    store.close()


def test_no_question_reads_a_whole_table(sqlite_store: Database) -> None:
    plans = {}
    with sqlite_store.read() as tx:
        cases = {
            "WHOLE_CASE": statements.whole_case("sqlite"),
            "CURRENT_CASE": statements.whole_case("sqlite", current=True),
        }
        for name, sql in {**QUESTIONS, **PLAIN, **statements.SELECT, **cases}.items():
            plan = [row[3] for row in tx.rows(f"EXPLAIN QUERY PLAN {sql}", nothing_for(sql))]
            plans[name] = [line for line in plan if "SCAN" in line and "CONSTANT" not in line]

    assert {name: lines for name, lines in plans.items() if lines} == {}


@pytest.mark.parametrize(
    ("question", "index"),
    [
        ("DUE_NOTICES", "notices_waiting"),
        ("CLAIMABLE", "messages_waiting"),
        ("EDITIONS_OF", "editions_of_a_workflow"),
    ],
)
def test_a_worker_finds_its_work_by_an_index_of_nothing_else(
    sqlite_store: Database, question: str, index: str
) -> None:
    sql = getattr(statements, question)

    with sqlite_store.read() as tx:
        plan = tx.rows(f"EXPLAIN QUERY PLAN {sql}", nothing_for(sql))

    assert f"INDEX {index} " in str(plan)
    assert "TEMP B-TREE" not in str(plan)


def test_what_has_no_position_yet_is_found_by_when_it_was_written(
    sqlite_store: Database,
) -> None:
    sql = statements.events_without_position("sqlite")

    with sqlite_store.read() as tx:
        plan = tx.rows(f"EXPLAIN QUERY PLAN {sql}", nothing_for(sql))

    assert "SEARCH events USING INTEGER PRIMARY KEY (rowid>?)" in str(plan)
    assert "INDEX events_in_order " in str(plan)
    assert "TEMP B-TREE" not in str(plan)


@pytest.mark.parametrize(
    ("index", "sql"),
    [
        (
            "deadlines_running",
            "SELECT ref FROM deadlines WHERE log = ? AND status IN ('running', 'provisional') "
            "AND due_on < ? ORDER BY due_on LIMIT 50",
        ),
        ("tasks_open", "SELECT ref FROM tasks WHERE log = ? AND status = 'open' AND role = ?"),
        ("cases_by_state", "SELECT ref FROM cases WHERE log = ? AND state = ? AND workflow = ?"),
        (
            "cases_by_end",
            "SELECT ref FROM cases WHERE log = ? AND closed_on IS NULL AND workflow = ? "
            "ORDER BY ref",
        ),
        (
            "cases_by_end",
            "SELECT ref FROM cases WHERE log = ? AND closed_on < ? ORDER BY closed_on",
        ),
        (
            "cases_of_a_parent",
            "SELECT ref FROM cases WHERE log = ? AND parent = ? AND parent <> ''",
        ),
    ],
)
def test_what_is_listed_is_found_by_its_index(sqlite_store: Database, index: str, sql: str) -> None:
    with sqlite_store.read() as tx:
        plan = tx.rows(f"EXPLAIN QUERY PLAN {sql}", nothing_for(sql))

    assert f"INDEX {index} " in str(plan)
    assert "TEMP B-TREE" not in str(plan)


@pytest.mark.parametrize("table", FREE)
def test_a_row_is_read_as_it_was_written_and_then_changed(store: Database, table: str) -> None:
    layout = statements.TABLES[table]
    of_table = {column.name: column for column in tables.metadata.tables[table].c}
    key = [example(of_table[name], at) for at, name in enumerate(layout.keys)]
    columns = [example(of_table[name], at + 10) for at, name in enumerate(layout.columns)]
    changed = layout.columns[::2]
    values = [example(of_table[name], 100) for name in changed]

    with store.write() as tx:
        tx.run(statements.insert(table), (LOG, *key, *columns))
        assert tx.run(statements.update(table, changed), (*values, LOG, *key)) == 1
        names = ", ".join(f'"{name}"' for name in (*layout.keys, *layout.columns))
        [row] = tx.rows(f'SELECT {names} FROM "{table}"')

    now = dict(zip(layout.columns, columns, strict=True)) | dict(zip(changed, values, strict=True))
    assert row == (*key, *now.values())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    text=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    number=st.integers(-(2**63), 2**63 - 1),
    raw=st.binary(),
)
def test_every_text_number_and_byte_survives(
    store: Database, text: str, number: int, raw: bytes
) -> None:
    with store.write() as tx:
        tx.run('DELETE FROM "chunks"')
        tx.run(statements.insert("chunks"), (LOG, text, number, raw))
        assert tx.rows('SELECT "document", "no", "sealed" FROM "chunks"') == [(text, number, raw)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    text=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    number=st.integers(-(2**53) + 1, 2**53 - 1),
)
def test_a_whole_case_is_read_at_once_as_it_is_table_by_table(
    store: Database, text: str, number: int
) -> None:
    value = {str: text, int: number}
    with store.write() as tx:
        for table in ("turns", "people", "linked"):
            tx.run(f'DELETE FROM "{table}"')
            described = tables.metadata.tables[table].c
            for ref in ("this", "another"):
                known = {"log": LOG, "ref": ref}
                row = [known.get(c.name, value[c.type.python_type]) for c in described]
                tx.run(statements.insert(table), row)

    with store.read() as tx:
        [whole] = tx.row(statements.whole_case(tx.dialect), (LOG, "this")) or ("",)
        found = dict(zip(statements.WHOLE_CASE_TABLES, json.loads(whole), strict=True))
        for table in ("turns", "people", "linked", "cases"):
            rows = tx.rows(statements.select(table), (LOG, "this"))
            assert [tuple(row) for row in found[table]] == rows
            assert len(rows) == (table != "cases")


def test_a_whole_case_has_only_the_notices_that_wait(store: Database) -> None:
    with store.write() as tx:
        for notice, status in (("first", "fired"), ("second", "waiting"), ("third", "replaced")):
            key = (LOG, "this", "timescale", "", 1, notice, 1)
            tx.run(statements.insert("notices"), (*key, 5, status, 1))

    with store.read() as tx:
        [whole] = tx.row(statements.whole_case(tx.dialect), (LOG, "this")) or ("",)
        waiting = tx.rows(statements.WAITING_NOTICES, (LOG, "this"))

    *_, notices = json.loads(whole)
    assert [tuple(row) for row in notices] == waiting
    assert [row[4] for row in waiting] == ["second"]


def test_an_update_of_a_column_that_there_is_not_is_never_made() -> None:
    with pytest.raises(KeyError):
        statements.update("turns", ('no" = 1 --',))
    with pytest.raises(KeyError):
        statements.update("nowhere", ("no",))


def test_no_column_is_of_a_kind_that_loses_what_it_is_given() -> None:
    kinds = {
        type(column.type) for table in SQLModel.metadata.tables.values() for column in table.columns
    }

    # A date and time loses its zone, a word of a list spoils its row, JSON edited is not saved.
    assert kinds <= {Text, Integer, BigInteger, LargeBinary}
    assert len(kinds) > 2
