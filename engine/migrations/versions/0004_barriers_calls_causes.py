"""What keeps people from a case, the programs that are called after steps, and why sending failed.

It stays as it was released; what is changed later is a migration of its own.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables of barriers, of hooks and their calls, and of causes."""
    _people()
    _programs()
    _table(
        "causes",
        *_keys("log", "message"),
        *(_text(name) for name in ("notifier", "cause")),
        *(_whole(name) for name in ("since", "latest")),
    )


def _people() -> None:
    _table(
        "barriers",
        *_keys("log", "ref", "kind", "person"),
        sa.Column("no", WHOLE, primary_key=True, nullable=False),
        *(_text(name) for name in ("status", "by")),
        *(_whole(name) for name in ("since", "until")),
        *(_text(name) for name in ("told", "task")),
        _whole("n"),
        _one_of("kind", "restricted", "conflict", "glass"),
        _one_of("status", "stands", "ended", "escalated"),
    )


def _programs() -> None:
    _table(
        "hooks",
        *_keys("log", "hook"),
        *(_text(name) for name in ("process", "steps")),
        _whole("linked"),
        _text("status"),
        _whole("n"),
        _one_of("status", "in use", "ended"),
        sa.CheckConstraint('"linked" IN (0, 1)', name="linked_is_yes_or_no"),
    )
    _table(
        "calls",
        *_keys("log", "hook", "stream"),
        sa.Column("n", WHOLE, primary_key=True, nullable=False),
        _text("status"),
        *(_whole(name) for name in ("tries", "next_at", "lease_until", "fence")),
        _text("last"),
        _one_of("status", "waiting", "done", "given up", "abandoned"),
    )
    waiting = sa.text("status = 'waiting'")
    op.create_index(
        "calls_waiting",
        "calls",
        ["log", "hook", "next_at", "stream", "n"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )


def _table(name: str, *parts: Any) -> None:
    op.create_table(name, *parts, sqlite_strict=True, sqlite_with_rowid=False)


def _keys(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, TEXT, primary_key=True, nullable=False) for name in names]


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, TEXT, nullable=False)


def _whole(name: str) -> sa.Column[Any]:
    return sa.Column(name, WHOLE, nullable=False)


def _one_of(column: str, *values: str) -> sa.CheckConstraint:
    listed = " OR ".join(f"\"{column}\" = '{value}'" for value in values)
    return sa.CheckConstraint(listed, name=f"{column}_is_known")
