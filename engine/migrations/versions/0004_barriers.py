"""Barriers: who alone may see a case, who is in conflict with it, and who broke the glass.

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
    """Make the table of barriers."""
    op.create_table(
        "barriers",
        *(_key(name) for name in ("log", "ref", "kind", "person")),
        _key("no", WHOLE),
        _text("status"),
        _text("by"),
        _whole("since"),
        _whole("until"),
        _text("told"),
        _text("task"),
        _whole("n"),
        _one_of("kind", "restricted", "conflict", "glass"),
        _one_of("status", "stands", "ended", "escalated"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _key(name: str, kind: Any = TEXT) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True, nullable=False)


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, TEXT, nullable=False)


def _whole(name: str) -> sa.Column[Any]:
    return sa.Column(name, WHOLE, nullable=False)


def _one_of(column: str, *values: str) -> sa.CheckConstraint:
    listed = " OR ".join(f"\"{column}\" = '{value}'" for value in values)
    return sa.CheckConstraint(listed, name=f"{column}_is_known")
