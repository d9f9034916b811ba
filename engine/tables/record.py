"""The record: sealed events and what lies beside them, and what a store says of itself."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index
from sqlmodel import SQLModel

from engine.tables.columns import (
    WHOLE,
    a_hash,
    from_one,
    key,
    one_of,
    raw,
    some,
    table,
    whole,
    words,
    yes_or_no,
)


class EventRow(SQLModel, table=True):
    """An event as it was sealed; the text is the record, the other columns only find it.

    Triggers of the migration let nobody delete one, or change more than to give it its position.
    """

    __tablename__ = "events"
    __table_args__ = table(
        from_one("n"),
        a_hash("hash"),
        some("events_in_order", "position IS NOT NULL", "log", "position", unique=True),
        some(
            "events_not_in_order_yet",
            "position IS NULL",
            *("log", "stream", "n"),
            only_on="postgresql",
        ),
        rowid=True,
    )
    log: str = key()
    stream: str = key()
    n: int = key(WHOLE)
    type: str = words()
    text: str = words()
    hash: str = words()
    position: int | None = whole()
    """Its place among all events of the partnership; given after the commit, never changed."""


class TreeRow(SQLModel, table=True):
    """The head of a partnership's tree, and the peaks from which it grows."""

    __tablename__ = "trees"
    __table_args__ = table()
    log: str = key()
    size: int = whole()
    peaks: str = words()


class StreamRow(SQLModel, table=True):
    """The head of a stream that is no case: the store's own, and the access log's."""

    __tablename__ = "streams"
    __table_args__ = table(from_one("version"), a_hash("head"))
    log: str = key()
    stream: str = key()
    version: int = whole()
    head: str = words()


class CommandRow(SQLModel, table=True):
    """What a command did that was given a key, so that repeating it does nothing twice."""

    __tablename__ = "commands"
    __table_args__ = table()
    log: str = key()
    command: str = key()
    stream: str = words()
    first: int = whole()
    last: int = whole()
    request: str = words()


class SubjectRow(SQLModel, table=True):
    """The wrapped key under which everything about one subject is encrypted."""

    __tablename__ = "subjects"
    __table_args__ = table(
        yes_or_no("erased"),
        CheckConstraint('"erased" = 0 OR "wrapped" IS NULL', name="erased_has_no_key"),
    )
    log: str = key()
    subject: str = key()
    wrapped: bytes | None = raw()
    erased: int = whole()


class SecretRow(SQLModel, table=True):
    """A personal value, encrypted under its subject's key; the event holds only its commitment."""

    __tablename__ = "secrets"
    __table_args__ = table(
        CheckConstraint('("salt" IS NULL) = ("sealed" IS NULL)', name="whole_or_erased"),
        Index("secrets_of_a_subject", "log", "subject"),
        rowid=True,
    )
    log: str = key()
    stream: str = key()
    n: int = key(WHOLE)
    path: str = key()
    subject: str = words()
    salt: bytes | None = raw()
    sealed: bytes | None = raw()


class DocumentRow(SQLModel, table=True):
    """A document on file."""

    __tablename__ = "documents"
    __table_args__ = table(
        yes_or_no("erased"),
        Index("documents_of_a_case", "log", "stream"),
        rowid=True,
    )
    log: str = key()
    document: str = key()
    stream: str = words()
    question: str = words()
    subject: str = words()
    size: int = whole()
    chunks: int = whole()
    erased: int = whole()
    n: int = whole()


class ChunkRow(SQLModel, table=True):
    """A piece of a document, or of a pack that was sent, encrypted."""

    __tablename__ = "chunks"
    __table_args__ = table(rowid=True)
    log: str = key()
    document: str = key()
    no: int = key(WHOLE)
    sealed: bytes = raw()


class EditionRow(SQLModel, table=True):
    """An edition that was activated."""

    __tablename__ = "editions"
    __table_args__ = table(Index("editions_of_a_workflow", "log", "workflow", "n"))
    log: str = key()
    hash: str = key()
    workflow: str = words()
    edition: str = words()
    in_force_from: str = words()
    in_force_to: str = words()
    sources: str = words()
    """SHA-256 of the files it was made from, as `edition_texts` keeps them."""
    n: int = whole()


class EditionTextRow(SQLModel, table=True):
    """The canonical form of an edition, whose hash is its name, and the files it was made from.

    Triggers of the migration let nobody change or delete one.
    """

    __tablename__ = "edition_texts"
    __table_args__ = table(rowid=True)
    log: str = key()
    hash: str = key()
    resolved: str = words()
    sources: str = words()


class DirectoryRow(SQLModel, table=True):
    """A state of the partnership's people, agencies and roles that was in use."""

    __tablename__ = "directories"
    __table_args__ = table()
    log: str = key()
    digest: str = key()
    n: int = whole()


class CalendarRow(SQLModel, table=True):
    """A version of a calendar that this partnership made: the list before it, but for one day."""

    __tablename__ = "calendars"
    __table_args__ = table(one_of("change", "added", "removed", "renewed"))
    log: str = key()
    version: str = key()
    jurisdiction: str = words()
    before: str = words()
    """The version that it took the place of."""
    change: str = words()
    day: str = words()
    title: str = words()
    announced: str = words()
    source: str = words()
    changed_on: str = words()
    n: int = whole()


class StoreRow(SQLModel, table=True):
    """What a store says of itself; refused when it does not fit the program that opens it."""

    __tablename__ = "store"
    __table_args__ = table(
        CheckConstraint('"id" = 1', name="one_row"),
        one_of("journal", "wal", "delete"),
    )
    id: int = key(WHOLE)
    schema_version: int = whole()
    log: str = words()
    clock: str = words()
    library: str = words()
    journal: str = words()


class TickRow(SQLModel, table=True):
    """When the clock last ticked, sealed so that it cannot be set back unseen."""

    __tablename__ = "ticks"
    __table_args__ = table()
    log: str = key()
    ticked: int = whole()
    seal: str = words()
