"""Stores of the sample partnership in which the flagship process is in use, one for each story."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import stories
from tests.postgres import PostgresServer


@pytest.fixture(scope="session")
def sqlite_partnership(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store on SQLite, made once and copied for each story."""
    file = tmp_path_factory.mktemp("partnership") / "casetrail.db"
    stories.make_store(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_partnership(postgres_server: PostgresServer) -> str:
    """The same on PostgreSQL: the name of a database to copy."""
    name = postgres_server.create_database()
    stories.make_store(postgres_server.url(name))
    return name


@pytest.fixture
def on_sqlite(sqlite_partnership: Path, tmp_path: Path) -> str:
    """Where a story's own store is."""
    return stories.copied(sqlite_partnership, tmp_path)


@pytest.fixture
def on_postgres(postgres_server: PostgresServer, postgres_partnership: str) -> Iterator[str]:
    """Where a story's own store is, on PostgreSQL."""
    name = postgres_server.create_database(postgres_partnership)
    yield postgres_server.url(name)
    postgres_server.drop_database(name)
