"""Calendars that a partnership changed: a late bank holiday, or one that was moved, is an event.

It stays as it was released; what is changed later is a migration of its own.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table in which each version of a calendar follows from the one before it."""
    texts = ("jurisdiction", "before", "change", "day", "title", "announced", "source")
    op.create_table(
        "calendars",
        *(sa.Column(name, TEXT, primary_key=True, nullable=False) for name in ("log", "version")),
        *(sa.Column(name, TEXT, nullable=False) for name in (*texts, "changed_on")),
        sa.Column("n", WHOLE, nullable=False),
        sa.CheckConstraint(
            " OR ".join(f"\"change\" = '{one}'" for one in ("added", "removed", "renewed")),
            name="change_is_known",
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
