"""Altering a store as somebody does who can write its file, and asking what verification says."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pysqlite3 as sqlite3

from engine import database
from engine.canonical import canonical, event_hash, parse
from engine.service.trail import verifying
from tests.worlds import World, place_on


@dataclass(frozen=True, slots=True)
class Told:
    """A store with a value, a document, an erasure and a linked case in it."""

    file: Path
    ref: str
    edition: str
    document: str
    erased: tuple[str, bytes, int, str, bytes, bytes]
    """A value as it lay there before it was erased: subject, key, entry, path, salt, sealed."""


@contextmanager
def opened(file: Path) -> Iterator[World]:
    store = database.open_to_verify(f"sqlite:///{file}", durable=False)
    try:
        yield World(*place_on(store))
    finally:
        store.close()


Raw = Any
Alter = Callable[[Raw, Told], object]


def sql(statement: str) -> Alter:
    """A statement about the case :ref, its edition :edition or its document :document."""

    def alter(raw: Raw, told: Told) -> None:
        named = {"ref": told.ref, "edition": told.edition, "document": told.document}
        raw.execute(statement, {name: named[name] for name in named if f":{name}" in statement})

    return alter


def resealed(at: int, **parts: Any) -> Alter:
    """An event whose text was changed by somebody who knows how its hash is made."""

    def alter(raw: Raw, told: Told) -> None:
        [text] = raw.execute(
            "SELECT text FROM events WHERE stream = ? AND n = ?", (told.ref, at)
        ).fetchone()
        event = dict(parse(text)) | parts
        new = canonical({name: part for name, part in event.items() if part is not None})
        raw.execute(
            "UPDATE events SET text = ?, hash = ?, type = ? WHERE stream = ? AND n = ?",
            (new, event_hash(new), event["type"], told.ref, at),
        )

    return alter


def there_again(raw: Raw, told: Told) -> None:
    subject, wrapped = told.erased[:2]
    raw.execute("UPDATE subjects SET wrapped = ?, erased = 0 WHERE subject = ?", (wrapped, subject))
    there_without_key(raw, told)


def there_without_key(raw: Raw, told: Told) -> None:
    """A value put back as it lay there, though the key of whom it was about stays destroyed."""
    _, _, n, path, salt, sealed = told.erased
    raw.execute(
        "UPDATE secrets SET salt = ?, sealed = ? WHERE stream = ? AND n = ? AND path = ?",
        (salt, sealed, told.ref, n, path),
    )


def swapped(raw: Raw, told: Told) -> None:
    """Two events in each other's place among all events."""
    places = raw.execute(
        "SELECT n, position FROM events WHERE stream = ? AND n < 3 ORDER BY n", (told.ref,)
    ).fetchall()
    raw.execute("UPDATE events SET position = NULL WHERE stream = ? AND n < 3", (told.ref,))
    for (n, _), (_, position) in zip(places, reversed(places), strict=True):
        raw.execute(
            "UPDATE events SET position = ? WHERE stream = ? AND n = ?", (position, told.ref, n)
        )


def said(told: Told, tmp_path: Path, alter: Alter) -> list[str]:
    """What a verification finds, the case and the document called REF and DOC."""
    file = tmp_path / "casetrail.db"
    shutil.copy(told.file, file)
    file.chmod(0o600)
    with closing(sqlite3.connect(file)) as raw:
        triggers = raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        kept = triggers.fetchall()
        for name, _ in kept:
            raw.execute(f"DROP TRIGGER {name}")
        alter(raw, told)
        for _, made in kept:
            raw.execute(made)
        raw.commit()
    with opened(file) as world:
        found = verifying.verify(world.place).problems
    names = {told.ref: "REF", told.document: "DOC", told.edition: "EDITION"}
    for name, short in names.items():
        found = [line.replace(name, short) for line in found]
    return found
