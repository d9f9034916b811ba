"""What columns, rules and indexes are made of, the same for both databases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, LargeBinary, Text, text
from sqlmodel import Field

TEXT = Text().with_variant(Text(collation="C"), "postgresql")
WHOLE = BigInteger().with_variant(Integer(), "sqlite")


def key(kind: Any = TEXT) -> Any:
    """A column of the primary key."""
    return Field(primary_key=True, sa_type=kind)


def words() -> Any:
    """A column of text, compared byte by byte."""
    return Field(sa_type=TEXT)


def whole() -> Any:
    """A column of whole numbers."""
    return Field(sa_type=WHOLE)


def raw() -> Any:
    """A column of bytes."""
    return Field(sa_type=LargeBinary)


def table(*more: Any, rowid: bool = False) -> tuple[Any, ...]:
    """The rules and indexes of a table; `rowid` where wide rows are best kept beside their key."""
    return (*more, {"sqlite_strict": True, "sqlite_with_rowid": rowid})


def some(
    name: str, condition: str, *columns: str, unique: bool = False, only_on: str = ""
) -> Index:
    """An index of the rows that meet a condition; a query must state it in the same words.

    `only_on` names the one kind of database that has it.
    """
    where = text(condition)
    made = Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)
    if only_on:
        made.info["only_on"] = only_on
        made.ddl_if(dialect=only_on)
    return made


def one_of(column: str, *values: str) -> CheckConstraint:
    """The rule that a column holds one of these words."""
    # SQLite makes a table of its own for an IN, each time that the rule is looked at.
    listed = " OR ".join(f"\"{column}\" = '{value}'" for value in values)
    return CheckConstraint(listed, name=f"{column}_is_known")


def yes_or_no(column: str) -> CheckConstraint:
    """The rule that a column holds 0 or 1."""
    return CheckConstraint(f'"{column}" IN (0, 1)', name=f"{column}_is_yes_or_no")


def from_one(column: str) -> CheckConstraint:
    """The rule that a column counts from 1."""
    return CheckConstraint(f'"{column}" >= 1', name=f"{column}_counts_from_one")


def a_hash(column: str) -> CheckConstraint:
    """The rule that a column holds a SHA-256 in hexadecimal digits."""
    return CheckConstraint(f'length("{column}") = 64', name=f"{column}_is_a_hash")
