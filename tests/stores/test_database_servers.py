from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from engine import database
from engine.database import Database
from engine.database.libpq import numbered
from engine.errors import (
    ConfigError,
    OutcomeUnknownError,
    StorageError,
    UsageError,
)
from tests.storing import (
    ADD,
    COUNT,
    count,
)


@pytest.fixture
def server_store(postgres_server: Any) -> Iterator[Database]:
    address = postgres_server.url(postgres_server.create_database())
    database.create(address, "sample", durable=False)
    opened = database.open(address, durable=False)
    yield opened
    opened.close()


def test_only_places_for_values_are_numbered() -> None:
    assert numbered("""SELECT '?', "?", a FROM t WHERE b = ? AND c = 'it''s ?' AND d = ?""") == (
        b"""SELECT '?', "?", a FROM t WHERE b = $1 AND c = 'it''s ?' AND d = $2"""
    )
    assert numbered("SELECT ?2, ?1, ?2, ?12") == b"SELECT $2, $1, $2, $12"


@pytest.mark.postgresql
def test_a_server_that_may_lose_what_it_committed_is_refused(postgres_server: Any) -> None:
    url = postgres_server.url(postgres_server.create_database())

    with pytest.raises(ConfigError, match=r"fsync = off.*it must be on"):
        database.create(url, "sample")


@pytest.mark.postgresql
def test_a_database_of_another_encoding_is_refused(postgres_server: Any) -> None:
    with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE old ENCODING 'SQL_ASCII' TEMPLATE template0")

    with pytest.raises(ConfigError, match=r"server_encoding = SQL_ASCII.*it must be UTF8"):
        database.create(postgres_server.url("old"), "sample", durable=False)
    postgres_server.drop_database("old")


@pytest.mark.postgresql
def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"cannot be reached .*nothing was changed"):
        database.open(f"postgresql://lee@/nowhere?host={tmp_path}", durable=False)
    with pytest.raises(ConfigError, match="cannot be read"):
        database.open("postgresql://lee@/nowhere?colour=green", durable=False)


@pytest.mark.postgresql
def test_a_connection_lost_before_the_commit_changes_nothing_and_comes_back(
    postgres_server: Any, server_store: Database
) -> None:
    def lose() -> None:
        with server_store.write() as tx:
            tx.run(ADD, ("sample", "lost", 1))
            [process] = tx.row("SELECT pg_backend_pid()") or (0,)
            with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", (process,))
            tx.row(COUNT)

    with pytest.raises(StorageError, match="nothing was changed"):
        lose()

    assert count(server_store) == 0


@pytest.mark.postgresql
def test_a_connection_lost_in_the_commit_leaves_the_outcome_unknown(
    server_store: Database,
) -> None:
    with server_store.write() as tx:
        tx.run(
            "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'"
        )
        tx.run(
            "CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON failures DEFERRABLE "
            "INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cut()"
        )

    with pytest.raises(OutcomeUnknownError, match="with the same key"), server_store.write() as tx:
        tx.run(ADD, ("sample", "unknown", 1))

    assert count(server_store) == 0


@pytest.mark.postgresql
def test_two_that_wait_for_each_other_are_told_apart(server_store: Database) -> None:
    with server_store.write() as tx:
        tx.run_many(ADD, [("sample", "one", 0), ("sample", "two", 0)])
    both, outcomes = threading.Barrier(2), []

    def change(first: str, second: str) -> None:
        sql = "UPDATE failures SET times = times + 1 WHERE notice = ?"
        try:
            with server_store.write() as tx:
                tx.run(sql, (first,))
                both.wait()
                tx.run(sql, (second,))
            outcomes.append("done")
        except StorageError:
            outcomes.append("try again")

    threads = [
        threading.Thread(target=change, args=pair) for pair in (("one", "two"), ("two", "one"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["done", "try again"]


@pytest.mark.postgresql
def test_a_text_that_postgresql_would_cut_short_is_refused(server_store: Database) -> None:
    with pytest.raises(UsageError, match="NUL"), server_store.write() as tx:
        tx.run(ADD, ("sample", "cut\0short", 1))

    assert count(server_store) == 0


@pytest.mark.postgresql
def test_more_statements_than_are_prepared_still_run(server_store: Database) -> None:
    with server_store.read() as tx:
        found = [tx.row(f"SELECT {n} + ?::bigint", (1,)) for n in range(1100)]

    assert found == [(n + 1,) for n in range(1100)]
