"""Who comes through a door, and what came through one already."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import SQLModel

from engine.tables.columns import a_hash, key, one_of, raw, some, table, whole, words


class CredentialRow(SQLModel, table=True):
    """What somebody signs in by, sealed under the partnership's key; no projection of events."""

    __tablename__ = "credentials"
    __table_args__ = table(one_of("kind", "password", "code"))
    log: str = key()
    person: str = key()
    kind: str = key()
    secret: bytes = raw()
    """The argon2id hash of a password, or the secret of the codes."""
    set_on: str = words()
    n: int = whole()
    """The entry of the access log that says it was set."""
    failures: str = words()
    """The moments of the latest failures, in microseconds, with commas between them."""
    locked_until: int = whole()
    used: int = whole()
    """The latest half-minute whose code was taken; 0 before the first, and of a password."""


class TokenRow(SQLModel, table=True):
    """What a program, or somebody who has signed in, shows in the stead of a password."""

    __tablename__ = "tokens"
    __table_args__ = table(
        one_of("kind", "issued", "sign-in"),
        a_hash("hash"),
        some("tokens_of_a_holder", "revoked_on IS NULL", "log", "holder", "token"),
    )
    log: str = key()
    token: str = key()
    kind: str = words()
    holder: str = words()
    how: str = words()
    """Of a sign-in, how it was made."""
    hash: str = words()
    """Of the token and all that it allows, under the partnership's key."""
    verbs: str = words()
    processes: str = words()
    since: int = whole()
    until: int = whole()
    revoked_on: str | None = words()
    n: int = whole()


class UseRow(SQLModel, table=True):
    """The day on which a token was used last; no projection of events."""

    __tablename__ = "uses"
    __table_args__ = table()
    log: str = key()
    token: str = key()
    used_on: str = words()


class ReplayRow(SQLModel, table=True):
    """A message that a hook has taken, so that it is never taken again; no projection of events."""

    __tablename__ = "replays"
    __table_args__ = table(Index("replays_by_time", "log", "received"))
    log: str = key()
    endpoint: str = key()
    message: str = key()
    received: int = whole()
    """The moment, in microseconds since 1970 UTC."""
