"""The editions of the schema, in order, and the way from any of them to the latest.

A store is never taken back to an older one: restore a backup instead.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

LATEST = 4
"""The schema that this program reads and writes; the number of the last migration."""


def upgrade(connection: Any, library: ModuleType) -> None:
    """Bring a database to the latest schema, in one transaction: wholly, or not at all.

    `connection` is an open one of `library`, the DBAPI module that made it, and in no transaction;
    what the module raises is passed on.
    """
    # SQLAlchemy and Alembic take half a second to import, and serve `init` and `migrate` alone.
    from alembic import command
    from sqlalchemy import StaticPool, create_engine, event
    from sqlalchemy.exc import DBAPIError

    postgresql = library.__name__ == "psycopg"
    engine = create_engine(
        "postgresql+psycopg://" if postgresql else "sqlite://",
        creator=lambda: connection,
        module=library,
        poolclass=StaticPool,
        hide_parameters=True,
    )
    first = _LOCK if postgresql else "BEGIN IMMEDIATE"
    event.listen(engine, "begin", lambda opened: opened.exec_driver_sql(first))
    try:
        with engine.begin() as opened:
            config = configuration()
            config.attributes["connection"] = opened
            command.upgrade(config, "head")
            opened.exec_driver_sql(f'UPDATE "store" SET "schema_version" = {LATEST}')
        return
    except DBAPIError as error:
        failure = error.orig
    if failure is not None:
        raise failure


def configuration() -> Any:
    """How Alembic is set up; there is no file for it."""
    from alembic.config import Config

    config = Config()
    # Alembic reads % as the beginning of a name to put in.
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def made_on(dialect: str) -> Callable[..., bool]:
    """What Alembic compares: not that which only another kind of database has."""

    def belongs(item: Any, *_: object) -> bool:
        return bool(item.info.get("only_on", dialect) == dialect)

    return belongs


_LOCK = "SELECT pg_advisory_xact_lock(hashtext('casetrail migrations'))"
