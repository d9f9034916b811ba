"""What is to be sent or called: the outbox and the calls after steps, and the tries at them, which
alone are no projection.
"""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import SQLModel

from engine.tables.columns import WHOLE, key, one_of, some, table, whole, words, yes_or_no


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


class CauseRow(SQLModel, table=True):
    """Why a message was not taken, and by which notifier; no projection of events."""

    __tablename__ = "causes"
    __table_args__ = table()
    log: str = key()
    message: str = key()
    notifier: str = words()
    cause: str = words()
    since: int = whole()
    latest: int = whole()


class FailureRow(SQLModel, table=True):
    """How often a notice could not be fired; no projection of events."""

    __tablename__ = "failures"
    __table_args__ = table()
    log: str = key()
    notice: str = key()
    times: int = whole()


class HookRow(SQLModel, table=True):
    """Of which steps config.toml has a program told: an [[after]] that is in use, or was."""

    __tablename__ = "hooks"
    __table_args__ = table(one_of("status", "in use", "ended"), yes_or_no("linked"))
    log: str = key()
    hook: str = key()
    process: str = words()
    steps: str = words()
    """Their names with commas between them; * for every step."""
    linked: int = whole()
    status: str = words()
    n: int = whole()


class CallRow(SQLModel, table=True):
    """A call that follows from a step, and the tries at it: of what there is, and not of how it
    went, the events tell.
    """

    __tablename__ = "calls"
    __table_args__ = table(
        one_of("status", "waiting", "done", "given up", "abandoned"),
        some("calls_waiting", "status = 'waiting'", *("log", "hook", "next_at", "stream", "n")),
    )
    log: str = key()
    hook: str = key()
    stream: str = key()
    n: int = key(WHOLE)
    """The entry of the step."""
    status: str = words()
    """Abandoned is given up where the case cannot be changed, so that it does not say so."""
    tries: int = whole()
    next_at: int = whole()
    lease_until: int = whole()
    fence: int = whole()
    """Rises with each claim, so that who comes too late settles nothing."""
    last: str = words()
    """What became of the latest try; never what the program printed."""
