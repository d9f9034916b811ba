"""What is to be sent: the outbox, and the tries at emptying it, which alone are no projection."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import SQLModel

from engine.tables.columns import key, one_of, some, table, whole, words, yes_or_no


class MessageRow(SQLModel, table=True):
    """A message that somebody is to have: the outbox."""

    __tablename__ = "messages"
    __table_args__ = table(
        one_of("status", "waiting", "sent", "given up"),
        yes_or_no("urgent"),
        # Ordered as they are claimed: otherwise SQLite would rather read every message ever sent.
        some("messages_waiting", "status = 'waiting'", "log", "urgent", "message"),
        Index("messages_of_a_case", "log", "stream"),
    )
    log: str = key()
    message: str = key()
    stream: str = words()
    person: str = words()
    role: str = words()
    what: str = words()
    by_when: str = words()
    urgent: int = whole()
    status: str = words()
    settled: str | None = words()
    n: int = whole()


class AttemptRow(SQLModel, table=True):
    """The tries at sending a message, its lease and its fence; no projection of events."""

    __tablename__ = "attempts"
    __table_args__ = table(Index("attempts_by_time", "log", "next_at", "message"))
    log: str = key()
    message: str = key()
    tries: int = whole()
    next_at: int = whole()
    lease_until: int = whole()
    fence: int = whole()


class FailureRow(SQLModel, table=True):
    """How often a notice could not be fired; no projection of events."""

    __tablename__ = "failures"
    __table_args__ = table()
    log: str = key()
    notice: str = key()
    times: int = whole()
