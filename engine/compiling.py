"""Makes `engine/statements.py` from `engine.tables`: `python -m engine.compiling` after a change.

It is for those who change the schema, and for the test that finds out when they forgot.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sqlalchemy import Table

from engine import tables
from engine.tables import queries

PLACE = Path(__file__).with_name("statements.py")

_HEAD = '''"""The statements of every table, as texts in which a `?` stands for each value.

Made by `python -m engine.compiling`; never change it by hand.
"""

# ruff: noqa: E501
# fmt: off
from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple


class Layout(NamedTuple):
    """The columns of a table: those of its key, without the partnership, and all others."""

    keys: tuple[str, ...]
    columns: tuple[str, ...]


def insert(table: str) -> str:
    """Adds a row; its values are the partnership, the key, and all others in their order."""
    return INSERT[table]


def select(table: str) -> str:
    """All rows of a case (the values are the partnership and the case): key, then the others."""
    return SELECT[table]


def whole_case(dialect: str, *, current: bool = False) -> str:
    """All rows of a case, as one JSON text, which costs half of what nine questions do.

    The values are the partnership and the case. The text is a list for each of WHOLE_CASE_TABLES,
    in their order, of rows as `select` gives them; of `notices` it has only those that wait. With
    `current` it has only what a step can look at, which does not grow with what is done and over.
    """
    return CURRENT_CASE[dialect] if current else WHOLE_CASE[dialect]


@cache
def update(table: str, columns: tuple[str, ...]) -> str:
    """Changes these columns of one row; after their values come the partnership and the key.

    Raises KeyError for a table or a column that there is not.
    """
    known = {column: f'"{column}" = ?' for column in TABLES[table].columns}
    return f'UPDATE "{table}" SET {", ".join([known[c] for c in columns])} WHERE {KEY[table]}'
'''

_LOCKABLE = '''

def {name}(*, lock: bool) -> str:
    """The text below of this name; with `lock`, for PostgreSQL, what it finds is locked."""
    return {capitals}_LOCKED if lock else {capitals}
'''


_BY_DATABASE = '''

def {name}(dialect: str) -> str:
    """The text below of this name, for this kind of database."""
    return {capitals}[dialect]
'''


def compiled() -> str:
    """The text of `engine/statements.py` as the tables and the questions are now."""
    every = sorted(tables.metadata.tables.values(), key=lambda table: table.name)
    of_cases = [table for table in every if keys(table)[:1] == ("ref",)]
    names = _Quoted(every)
    asked = dict(queries.ASKED)
    for name, (plain, locked) in queries.LOCKABLE.items():
        asked |= {name.upper(): plain, f"{name.upper()}_LOCKED": locked}
    lockable = [_LOCKABLE.format(name=n, capitals=n.upper()) for n in queries.LOCKABLE]
    each = [_BY_DATABASE.format(name=n, capitals=n.upper()) for n in queries.BY_DATABASE]
    return "".join(
        [
            _HEAD,
            *lockable,
            *each,
            "\n\n",
            _mapping("TABLES", "Layout", ((t, _layout(t)) for t in every)),
            _mapping("KEY", "str", ((t, repr(_where(_key(t)))) for t in every)),
            _mapping("INSERT", "str", ((t, repr(_insert(t))) for t in every)),
            _mapping("SELECT", "str", ((t, repr(_select(t))) for t in of_cases)),
            f"WHOLE_CASE_TABLES: Final = {tuple(queries.WHOLE_CASE)!r}\n",
            f"WHOLE_CASE: Final[dict[str, str]] = {{\n{_a_case(queries.WHOLE_CASE, names)}}}\n",
            f"CURRENT_CASE: Final[dict[str, str]] = {{\n{_a_case(queries.CURRENT_CASE, names)}}}\n",
            *(_by_database(name, texts, names) for name, texts in queries.BY_DATABASE.items()),
            *(f"{name}: Final = {text.format_map(names)!r}\n" for name, text in asked.items()),
        ]
    )


def keys(table: Table) -> tuple[str, ...]:
    """The columns of the key, without the partnership."""
    return tuple(name for name in _key(table) if name != "log")


class _Quoted(dict[str, str]):
    """The tables and columns that there are, each in quotes."""

    def __init__(self, every: Iterable[Table]) -> None:
        known = {name for table in every for name in (table.name, *table.c.keys())}
        super().__init__({name: f'"{name}"' for name in known})


def _mapping(name: str, kind: str, items: Iterable[tuple[Table, str]]) -> str:
    listed = "".join(f'    "{table.name}": {text},\n' for table, text in items)
    return f"{name}: Final[dict[str, {kind}]] = {{\n{listed}}}\n"


def _by_database(name: str, texts: Mapping[str, str], names: dict[str, str]) -> str:
    listed = "".join(f'    "{kind}": {text.format_map(names)!r},\n' for kind, text in texts.items())
    return f"{name.upper()}: Final[dict[str, str]] = {{\n{listed}}}\n"


def _key(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key)


def _others(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.c if not column.primary_key)


def _layout(table: Table) -> str:
    return f"Layout({keys(table)!r}, {_others(table)!r})"


def _where(names: Sequence[str]) -> str:
    return " AND ".join(f'"{name}" = ?' for name in names)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _insert(table: Table) -> str:
    names = [*_key(table), *_others(table)]
    places = ", ".join("?" * len(names))
    return f'INSERT INTO "{table.name}" ({_listed(names)}) VALUES ({places})'


def _select(table: Table) -> str:
    names = _listed([*keys(table), *_others(table)])
    return f'SELECT {names} FROM "{table.name}" WHERE {_where(("log", "ref"))}'


def _a_case(conditions: Mapping[str, str], names: dict[str, str]) -> str:
    texts = {
        "sqlite": ("json_array", "json_group_array({})"),
        "postgresql": ("json_build_array", "coalesce(json_agg({}), '[]')"),
    }
    return "".join(
        f'    "{dialect}": {_as_json(conditions, names, dialect, texts[dialect])!r},\n'
        for dialect in texts
    )


def _as_json(
    conditions: Mapping[str, str], names: dict[str, str], dialect: str, how: tuple[str, str]
) -> str:
    parts, (listing, gathering) = [], how
    for name, more in conditions.items():
        table = tables.metadata.tables[name]
        row = f"{listing}({_listed([*keys(table), *_others(table)])})"
        ref = queries.OF_MAIN.get(name, {}).get(dialect, "?2")
        rows = f'SELECT {gathering.format(row)} FROM "{name}" WHERE "log" = ?1 AND "ref" = {ref}'
        parts.append(f"({rows}{more.format_map(names)})")
    return f"SELECT {listing}({', '.join(parts)})"


if __name__ == "__main__":
    PLACE.write_text(compiled())
