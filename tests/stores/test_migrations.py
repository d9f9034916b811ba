from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, StaticPool, create_engine, text

from engine import database, statements, tables
from engine.database import Database
from engine.database.postgresql import Server
from engine.database.sqlite import File
from engine.errors import ConfigError, EngineError
from engine.migrations import LATEST, configuration, made_on, upgrade

EVENT = ("sample", "2026-1", 1, "case opened", "{}", "0" * 64, None)

SQLITE_SCHEMA = """
SELECT type, name, tbl_name, sql FROM sqlite_schema
WHERE tbl_name <> 'alembic_version' AND type <> 'trigger' ORDER BY type, name
"""
POSTGRESQL_SCHEMA = """
SELECT table_name, column_name, ordinal_position::text, data_type, is_nullable,
       coalesce(column_default, ''), coalesce(collation_name, '')
FROM information_schema.columns
WHERE table_schema = 'public' AND table_name <> 'alembic_version'
UNION ALL
SELECT conrelid::regclass::text, conname, contype::text, pg_get_constraintdef(oid), '', '', ''
FROM pg_constraint WHERE conrelid::regclass::text <> 'alembic_version' AND conrelid <> 0
AND connamespace = 'public'::regnamespace
UNION ALL
SELECT tablename, indexname, indexdef, '', '', '', '' FROM pg_indexes
WHERE schemaname = 'public' AND tablename <> 'alembic_version'
ORDER BY 1, 2, 3, 4
"""


class Place:
    """An empty database, before anything is in it."""

    def __init__(self, url: str) -> None:
        self.place: File | Server
        if url.startswith("sqlite:///"):
            self.place = File(Path(url.removeprefix("sqlite:///")))
        else:
            self.place = Server(url, durable=False)
        self.place.make()
        self.raw = self.place.raw()
        self.sqlite = isinstance(self.place, File)

    def upgrade(self) -> None:
        upgrade(self.raw, self.place.library)

    def engine(self) -> Engine:
        return create_engine(
            "sqlite://" if self.sqlite else "postgresql+psycopg://",
            creator=lambda: self.raw,
            module=self.place.library,
            poolclass=StaticPool,
        )

    def schema(self) -> list[tuple[Any, ...]]:
        asked = SQLITE_SCHEMA if self.sqlite else POSTGRESQL_SCHEMA
        found = self.raw.execute(asked).fetchall()
        self.raw.commit()
        return list(found)


@pytest.fixture
def empty(database_url: str) -> Iterator[Place]:
    place = Place(database_url)
    yield place
    place.raw.close()


@pytest.fixture
def store(database_url: str) -> Iterator[Database]:
    database.create(database_url, "sample", durable=False)
    opened = database.open(database_url, durable=False)
    with opened.write() as tx:
        tx.run(statements.insert("events"), EVENT)
        tx.run(statements.insert("edition_texts"), ("sample", "hash", "{}", "{}"))
    yield opened
    opened.close()


def refused(store: Database, sql: str, values: tuple[Any, ...] = ()) -> str:
    with pytest.raises(EngineError) as raised, store.write() as tx:
        tx.run(sql, values)
    return str(raised.value)


def test_migrating_an_empty_database_gives_exactly_the_tables_described(empty: Place) -> None:
    empty.upgrade()
    migrated = empty.schema()
    with empty.engine().begin() as opened:
        for table in tables.metadata.tables:
            opened.execute(text(f'DROP TABLE "{table}"'))
    with empty.engine().begin() as opened:
        tables.metadata.create_all(opened)

    described = empty.schema()

    assert len(migrated) > len(tables.metadata.tables)
    assert migrated == described


def test_alembic_finds_nothing_left_to_migrate(empty: Place) -> None:
    empty.upgrade()

    with empty.engine().begin() as opened:
        opts = {"compare_type": True, "include_object": made_on(opened.dialect.name)}
        context = MigrationContext.configure(opened, opts=opts)
        found = compare_metadata(context, tables.metadata)

    assert found == []


def test_every_table_of_sqlite_is_strict(tmp_path: Path) -> None:
    empty = Place(f"sqlite:///{tmp_path / 'casetrail.db'}")
    empty.upgrade()

    found = empty.raw.execute("SELECT name, strict, wr FROM pragma_table_list").fetchall()
    empty.raw.close()

    ours = {name: (strict, wr) for name, strict, wr in found if name in tables.metadata.tables}
    assert len(ours) == len(tables.metadata.tables)
    assert {name for name, (strict, _) in ours.items() if not strict} == set()
    wide = {"chunks", "documents", "edition_texts", "events", "secrets"}
    assert {name for name, (_, wr) in ours.items() if not wr} == wide


def test_the_latest_schema_is_that_of_the_last_migration() -> None:
    assert ScriptDirectory.from_config(configuration()).get_heads() == [f"{LATEST:04d}"]


def test_migrating_twice_changes_nothing(empty: Place) -> None:
    empty.upgrade()
    before = empty.schema()

    empty.upgrade()

    assert empty.schema() == before


def test_a_migration_that_fails_leaves_nothing_behind(empty: Place) -> None:
    empty.raw.execute("CREATE TABLE failures (n integer)")
    empty.raw.commit()
    before = empty.schema()

    with pytest.raises(empty.place.library.Error, match="failures"):
        empty.upgrade()
    empty.raw.rollback()

    assert empty.schema() == before


def test_migrating_where_no_store_is_says_what_makes_one(database_url: str) -> None:
    Place(database_url).raw.close()

    with pytest.raises(ConfigError, match="`casetrail init` makes one"):
        database.migrate(database_url, durable=False)


@pytest.mark.parametrize(
    ("sql", "because"),
    [
        ("DELETE FROM events", "an event is never deleted"),
        ("UPDATE events SET text = '{\"v\":2}'", "a sealed event is never changed"),
        ("UPDATE events SET n = 2", "a sealed event is never changed"),
        ("UPDATE events SET stream = 'another'", "a sealed event is never changed"),
        ("UPDATE events SET hash = hash", "a sealed event is never changed"),
        ("UPDATE events SET position = NULL", "an event is given its position once"),
        ("DELETE FROM edition_texts", "an edition is never deleted"),
        ("UPDATE edition_texts SET resolved = '[]'", "an edition is never changed"),
        ("UPDATE edition_texts SET sources = '[]'", "an edition is never changed"),
    ],
)
def test_what_is_sealed_can_be_neither_changed_nor_deleted(
    store: Database, sql: str, because: str
) -> None:
    assert because in refused(store, sql)


def test_an_event_is_given_its_position_once_and_for_all(store: Database) -> None:
    placed = statements.update("events", ("position",))
    with store.write() as tx:
        assert tx.run(placed, (0, *EVENT[:3])) == 1

    assert "its position once" in refused(store, placed, (1, *EVENT[:3]))
    assert "its position once" in refused(store, placed, (None, *EVENT[:3]))
    with store.read() as tx:
        assert tx.row("SELECT position, text FROM events") == (0, "{}")


def test_sqlite_lets_nobody_replace_an_event_either(tmp_path: Path) -> None:
    database.create("sqlite:///casetrail.db", "sample", folder=tmp_path)
    store = database.open("sqlite:///casetrail.db", folder=tmp_path)
    with store.write() as tx:
        tx.run(statements.insert("events"), EVENT)
    replacing = statements.insert("events").replace("INSERT", "INSERT OR REPLACE")

    assert "never deleted" in refused(store, replacing, (*EVENT[:4], "[]", *EVENT[5:]))
    store.close()


@pytest.mark.postgresql
@pytest.mark.parametrize("table", ["events", "edition_texts"])
def test_postgresql_lets_nobody_empty_what_is_sealed(postgres_server: Any, table: str) -> None:
    url = postgres_server.url(postgres_server.create_database())
    database.create(url, "sample", durable=False)
    store = database.open(url, durable=False)

    assert "is never deleted" in refused(store, f"TRUNCATE {table}")
    store.close()


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("approvals", ("c", "of", 1, "lee", "r", "a", "d", "granted", "2026-01-05", 1)),
        ("failures", ("notice", "often")),
        ("failures", ("notice", None)),
        ("events", ("c", 0, "t", "{}", "0" * 64, None)),
        ("events", ("c", 1, "t", "{}", "short", None)),
        ("subjects", ("s", b"key", 1)),
        ("secrets", ("c", 1, "p", "s", b"salt", None)),
    ],
)
def test_a_value_that_makes_no_sense_is_not_kept(
    store: Database, table: str, values: tuple[Any, ...]
) -> None:
    said = refused(store, statements.insert(table), ("sample", *values))

    assert re.search(r"fault of Casetrail", said)
    with store.read() as tx:
        assert tx.row(f"SELECT count(*) FROM {table} WHERE log = ?", ("sample",)) in [(0,), (1,)]
