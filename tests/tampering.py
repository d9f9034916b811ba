"""Edits of a store by somebody who can write the database, and what is to be seen of each.

The full set, some thirteen hundred edits of a demo: python -m tests.tampering [--rows N] [--seed N]
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pysqlite3 as sqlite3
from psycopg import sql

from tests.late import left_by_a_demo
from tests.offices import Office

Row = tuple[Any, ...]

KINDS = ("changed", "emptied", "swapped", "deleted", "duplicated", "moved", "exchanged")
"""A value changed or NULL, two values swapped; a row deleted, duplicated, filed under the key of
another, exchanged with another."""
OF_A_COLUMN = ("changed", "emptied", "swapped")
LOOKS = ("show", "next", "history", "deadlines", "pack")
NO_PROJECTION = ("attempts", "causes", "failures", "credentials", "uses", "replays", "calls")
"""Tables that say when a message or a call is tried again, by what people sign in, and what came
through a door; how often, and when last, is no part of the record.
"""


@dataclass(frozen=True, slots=True)
class Edit:
    """Rows that are taken out of a table, and those that are put there instead."""

    table: str
    kind: str
    column: str
    old: tuple[Row, ...]
    new: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of a table, and which of them are its key."""

    columns: tuple[str, ...]
    keys: tuple[str, ...]

    def key(self, row: Row) -> dict[str, Any]:
        """The key of a row."""
        return {name: row[self.columns.index(name)] for name in self.keys}


class Meddler(Protocol):
    """Somebody who can write a database, whatever stands in their way."""

    def shapes(self) -> dict[str, Shape]:
        """Every table there is."""

    def rows(self, table: str) -> list[Row]:
        """What a table holds."""

    def do(self, edit: Edit, shape: Shape) -> bool:
        """Do an edit; no where the database itself will not have it."""


class OnFile:
    """Whoever can write the file of a store on SQLite, and leaves no trace but the edit."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def shapes(self) -> dict[str, Shape]:
        """Every table there is."""
        with closing(sqlite3.connect(self.file)) as raw:
            found = raw.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            )
            return {name: self._shape(raw, name) for (name,) in found.fetchall()}

    def rows(self, table: str) -> list[Row]:
        """What a table holds."""
        with closing(sqlite3.connect(self.file)) as raw:
            return [tuple(row) for row in raw.execute(f'SELECT * FROM "{table}"')]

    def do(self, edit: Edit, shape: Shape) -> bool:
        """Without the triggers, which are put back; checks are not made."""
        with closing(sqlite3.connect(self.file)) as raw:
            triggers = raw.execute(
                "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
            ).fetchall()
            raw.execute("PRAGMA ignore_check_constraints = ON")
            try:
                for name, _ in triggers:
                    raw.execute(f'DROP TRIGGER "{name}"')
                where = " AND ".join(f'"{name}" IS ?' for name in shape.keys)
                for row in edit.old:
                    raw.execute(f'DELETE FROM "{edit.table}" WHERE {where}', key_of(shape, row))
                places = ", ".join("?" * len(shape.columns))
                raw.executemany(f'INSERT INTO "{edit.table}" VALUES ({places})', edit.new)
                for _, text in triggers:
                    raw.execute(text)
                raw.commit()
            except (sqlite3.Error, OverflowError):
                return False
        return True

    def _shape(self, raw: Any, table: str) -> Shape:
        info = raw.execute(f'PRAGMA table_info("{table}")').fetchall()
        names = tuple(column[1] for column in info)
        return Shape(names, tuple(column[1] for column in info if column[5]) or names)


class OnServer:
    """Whoever administers the server of a store on PostgreSQL."""

    def __init__(self, url: str) -> None:
        self.url = url

    def shapes(self) -> dict[str, Shape]:
        """Every table there is."""
        with psycopg.connect(self.url) as raw:
            tables = raw.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            return {name: self._shape(raw, name) for (name,) in tables.fetchall()}

    def rows(self, table: str) -> list[Row]:
        """What a table holds."""
        with psycopg.connect(self.url) as raw:
            return raw.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table))).fetchall()

    def do(self, edit: Edit, shape: Shape) -> bool:
        """Without the triggers, for this session alone."""
        table = sql.Identifier(edit.table)
        where = sql.SQL(" AND ").join(
            sql.SQL("{} IS NOT DISTINCT FROM %s").format(sql.Identifier(name))
            for name in shape.keys
        )
        places = sql.SQL(", ").join(sql.Placeholder() * len(shape.columns))
        try:
            with psycopg.connect(self.url) as raw:
                raw.execute("SET session_replication_role = replica")
                for row in edit.old:
                    gone = sql.SQL("DELETE FROM {} WHERE {}").format(table, where)
                    raw.execute(gone, key_of(shape, row))
                for row in edit.new:
                    raw.execute(sql.SQL("INSERT INTO {} VALUES ({})").format(table, places), row)
        except (psycopg.Error, OverflowError):
            return False
        return True

    def _shape(self, raw: Any, table: str) -> Shape:
        found = raw.execute(
            "SELECT a.attname, coalesce(a.attnum = ANY(i.indkey), false) FROM pg_attribute a "
            "LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary "
            "WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped "
            "ORDER BY a.attnum",
            (table,),
        ).fetchall()
        return Shape(tuple(n for n, _ in found), tuple(n for n, is_key in found if is_key))


def key_of(shape: Shape, row: Row) -> tuple[Any, ...]:
    return tuple(shape.key(row).values())


def edits(by: Meddler, chance: random.Random, rows: int) -> Iterator[Edit]:
    """Every table, every column, every kind of edit, each of so many rows drawn by lot."""
    for table, shape in by.shapes().items():
        held = by.rows(table)
        for row in chance.sample(held, min(rows, len(held))):
            others = [one for one in held if one != row]
            other = chance.choice(others) if others else None
            for kind in KINDS:
                for column in shape.columns if kind in OF_A_COLUMN else ("",):
                    found = one_edit(table, shape, kind, column, (row, other), chance)
                    if found is not None:
                        yield found


def one_edit(
    table: str,
    shape: Shape,
    kind: str,
    column: str,
    rows: tuple[Row, Row | None],
    chance: random.Random,
) -> Edit | None:
    """An edit of a row, in which another may have a part; none where it would change nothing."""
    row, other = rows
    new = made(shape, kind, column, rows, chance)
    old = (row, other) if other and kind in ("swapped", "exchanged") else (row,)
    if new is None or sorted(new, key=repr) == sorted(old, key=repr):
        return None
    return Edit(table, kind, column, () if kind == "duplicated" else old, new)


def made(
    shape: Shape, kind: str, column: str, rows: tuple[Row, Row | None], chance: random.Random
) -> tuple[Row, ...] | None:
    row, other = rows
    if kind == "changed":
        return (put(shape, row, {column: altered(value_of(shape, row, column), chance)}),)
    if kind == "emptied":
        return (put(shape, row, {column: None}),)
    if kind == "deleted":
        return ()
    if kind == "duplicated":
        last = shape.keys[-1]
        return (put(shape, row, {last: beyond(value_of(shape, row, last))}),)
    if other is None:
        return None
    if kind == "swapped":
        mine, theirs = value_of(shape, row, column), value_of(shape, other, column)
        return (put(shape, row, {column: theirs}), put(shape, other, {column: mine}))
    if kind == "moved":
        first = next((k for k in shape.keys if k != "log"), shape.keys[0])
        return (put(shape, row, {first: value_of(shape, other, first)}),)
    return (put(shape, row, shape.key(other)), put(shape, other, shape.key(row)))


def value_of(shape: Shape, row: Row, column: str) -> Any:
    return row[shape.columns.index(column)]


def put(shape: Shape, row: Row, values: dict[str, Any]) -> Row:
    return tuple(values.get(name, old) for name, old in zip(shape.columns, row, strict=True))


def beyond(value: Any) -> Any:
    return value + 1000 if isinstance(value, int) else f"{value}-2"


def altered(value: Any, chance: random.Random) -> Any:
    if isinstance(value, int):
        return value + chance.choice((-1, 1, 1000, 10**15))
    if isinstance(value, bytes):
        at = chance.randrange(len(value)) if value else 0
        return value[:at] + bytes([(value[at] + 1) % 256 if value else 7]) + value[at + 1 :]
    if value is None:
        return "2025-12-24"
    text = str(value)
    at = chance.randrange(len(text)) if text else 0
    return f"{text[:at]}{chance.choice('0aé-')}{text[at + 1 :]}"


def names(problems: Sequence[str], edit: Edit, shape: Shape) -> bool:
    """Whether a verdict names the row, where it was or where it is."""
    marks = [mark for row in edit.old + edit.new for mark in marks_of(edit.table, shape, row)]
    return any(mark in problem for problem in problems for mark in marks)


def marks_of(table: str, shape: Shape, row: Row) -> list[str]:
    key = [str(part) for name, part in shape.key(row).items() if name != "log"]
    listed = {
        "events": [f"event {key[0]} @{key[-1]}:", f"event {key[0]} @", "events:"] if key else [],
        "secrets": [f"secrets {key[0]} @{key[1]} {key[2]}"] if len(key) == 3 else [],
        "streams": [f"stream {key[0]}", "streams "] if key else [],
        "cases": [f"cases {key[0]}:", f"stream {key[0]}:"] if key else [],
        "chunks": [f"chunks {key[0]}:", f"documents {key[0]}:"] if key else [],
        "trees": ["trees"],
        "ticks": ["ticks"],
        "alembic_version": ["alembic_version"],
        "edition_texts": [f"edition_texts {key[0]}", "edition_texts "] if key else [],
        "subjects": [f"subjects {key[0]}", "subjects ", f"secrets {key[0]}"] if key else [],
    }
    return listed.get(table, [f"{table} {'/'.join(key)}:"])


class Scene:
    """A folder with a store, a checkpoint kept of it, and all that its commands show."""

    def __init__(self, folder: Path, refs: Sequence[str]) -> None:
        self.office = Office(folder)
        self.refs = refs

    def verdict(self) -> tuple[int, list[str]]:
        """How `audit verify --against` ends, and what it says."""
        words = ("audit", "verify", "--against", str(self.office.folder / "checkpoint.txt"))
        result = self.office.run(*words, "--json")
        with suppress(ValueError):
            return result.exit_code, list(json.loads(result.stdout)["problems"])
        return result.exit_code, [result.output]

    def shown(self) -> str:
        """All that the commands show of the whole and of each case; last what leaves a trace."""
        looks: list[tuple[str, ...]] = [("list",), ("today",), ("deadlines",)]
        looks += [("workflow", "list")]
        for ref in self.refs:
            looks += [(look, ref) for look in LOOKS]
            looks += [("person", ref, "show"), ("record", ref, "--form")]
            looks += [("explain", ref, "notification")]
            looks += [("show", ref, "--personal", "--why", "to compare")]
        looks += [("find", "sample"), ("tick",)]
        said = []
        for words in looks:
            result = self.office.run(*words, "--as", "sam")
            said.append((words, result.exit_code, result.output))
        return json.dumps(said)


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of an edit."""

    edit: Edit
    result: str
    """refused by the database, named, unnamed, missed, unseen, or how verification broke."""
    said: str = ""


def tried(scene: Scene, by: Meddler, edit: Edit, expected: str) -> Trial:
    """Do an edit on a store that is one's own, verify, and where nothing is said compare."""
    shape = by.shapes()[edit.table]
    if not by.do(edit, shape):
        return Trial(edit, "refused by the database")
    code, problems = scene.verdict()
    if code == 6:
        named = names(problems, edit, shape)
        return Trial(edit, "named" if named else "unnamed", "; ".join(problems[:3]))
    if code:
        return Trial(edit, f"exit {code}", problems[0])
    return Trial(edit, "unseen" if scene.shown() == expected else "missed")


def copied(folder: Path, to: Path, refs: Sequence[str]) -> Scene:
    """A folder of a demo, copied without its messages, which no command reads."""
    to.mkdir(mode=0o700)
    for name in ("config.toml", "casetrail.keys", "casetrail.db", "checkpoint.txt"):
        shutil.copy(folder / name, to / name)
    (to / "messages").mkdir(mode=0o700)
    return Scene(to, refs)


def told(folder: Path) -> list[str]:
    """The cases of a demo at which one looks: the two reviews, and two linked cases."""
    refs = sorted(row[1] for row in OnFile(folder / "casetrail.db").rows("cases"))
    return [ref for ref in refs if "." not in ref] + [ref for ref in refs if "." in ref][:2]


def campaign(folder: Path, rows: int, seed: int) -> Iterator[Trial]:
    """Every edit of the full set, each on a copy of its own."""
    with tempfile.TemporaryDirectory() as temporary:
        at = Path(temporary)
        refs = told(folder)
        expected = copied(folder, at / "untouched", refs).shown()
        every = edits(OnFile(folder / "casetrail.db"), random.Random(seed), rows)
        for number, edit in enumerate(every):
            scene = copied(folder, at / str(number), refs)
            yield tried(scene, OnFile(scene.office.folder / "casetrail.db"), edit, expected)
            shutil.rmtree(scene.office.folder)


def main() -> None:
    """Print what came of every edit, and leave with 1 if any was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=3, help="of how many rows of each table")
    parser.add_argument("--seed", type=int, default=20261122)
    given = parser.parse_args()
    began, found, wrong = time.monotonic(), Counter[tuple[str, str]](), 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "demo"
        made = left_by_a_demo(folder)
        if made.exit_code:
            sys.exit(made.output)
        for trial in campaign(folder, given.rows, given.seed):
            found[trial.edit.kind, trial.result] += 1
            fine = trial.result in ("named", "unseen", "refused by the database")
            wrong += not fine
            if trial.result != "named" and trial.result != "refused by the database":
                edit = trial.edit
                where = f"{edit.table}.{edit.column} {edit.kind}"
                sys.stdout.write(f"{trial.result}: {where} {edit.old[:1]!r:.160} {trial.said}\n")
                sys.stdout.flush()
    for (kind, result), count in sorted(found.items()):
        sys.stdout.write(f"{kind:12} {result:25} {count}\n")
    took = time.monotonic() - began
    sys.stdout.write(f"{found.total()} edits in {took:.0f} s, seed {given.seed}; {wrong} wrong\n")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
