"""Doors for people and programs: what they sign in by, their tokens, and what a hook has taken.

It stays as it was released; what is changed later is a migration of its own.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables of credentials, tokens, their uses, and the messages of hooks."""
    _table(
        "credentials",
        *_keys("log", "person", "kind"),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        _text("set_on"),
        _whole("n"),
        _text("failures"),
        _whole("locked_until"),
        _whole("used"),
        _one_of("kind", "password", "code"),
    )
    _table(
        "tokens",
        *_keys("log", "token"),
        *(_text(name) for name in ("kind", "holder", "how", "hash", "verbs", "processes")),
        _whole("since"),
        _whole("until"),
        sa.Column("revoked_on", TEXT, nullable=True),
        _whole("n"),
        _one_of("kind", "issued", "sign-in"),
        sa.CheckConstraint('length("hash") = 64', name="hash_is_a_hash"),
    )
    live = sa.text("revoked_on IS NULL")
    op.create_index(
        "tokens_of_a_holder",
        "tokens",
        ["log", "holder", "token"],
        sqlite_where=live,
        postgresql_where=live,
    )
    _table("uses", *_keys("log", "token"), _text("used_on"))
    _table("replays", *_keys("log", "endpoint", "message"), _whole("received"))
    op.create_index("replays_by_time", "replays", ["log", "received"])


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
