"""What keeps people from a case, and what opens it to them for an hour."""

from __future__ import annotations

from sqlmodel import SQLModel

from engine.tables.columns import WHOLE, key, one_of, table, whole, words


class BarrierRow(SQLModel, table=True):
    """One person at the barrier of a case that stands by itself: on its list, in conflict with it,
    or one who broke the glass.
    """

    __tablename__ = "barriers"
    __table_args__ = table(
        one_of("kind", "restricted", "conflict", "glass"),
        one_of("status", "stands", "ended", "escalated"),
    )
    log: str = key()
    ref: str = key()
    kind: str = key()
    person: str = key()
    no: int = key(WHOLE)
    """Of broken glass the entry of the history that says so; 0 of all else."""
    status: str = words()
    by: str = words()
    """Who put it on record."""
    since: int = whole()
    """The moment from which it holds, in microseconds since 1970 UTC."""
    until: int = whole()
    """Of broken glass the moment at which it closes again; 0 of all else."""
    told: str = words()
    """Of broken glass who were told, with commas between them."""
    task: str = words()
    """Of broken glass the task to review it."""
    n: int = whole()
