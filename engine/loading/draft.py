"""A process whose tables have been read one by one, and are still to be put together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.loading.files.reading import Sheet, Table
from engine.loading.findings import Findings, Place
from engine.loading.kinds import (
    UNKNOWN,
    Reading,
    Shape,
    anything,
    check_needed,
    read_key,
    read_shape,
)
from engine.loading.shapes import HEAD, SECTIONS

FIRST_PART = "process"
"""The file that is read first unless `parts` gives it another place."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What the tables of a process say, without what is at fault in them."""

    sheet: Sheet
    reading: Reading
    head: Mapping[str, Any]
    tables: Mapping[str, Mapping[str, dict[str, Any]]]

    def place(self, section: str, name: str) -> Place:
        """Where something is defined."""
        return self.sheet.tables[section][name].place

    def written(self, section: str, name: str) -> Mapping[str, Any]:
        """A table as it was written, with what is at fault in it."""
        return self.sheet.tables[section][name].keys

    def knows(self, section: str, name: str, *keys: str) -> bool:
        """Whether these keys of a table could be read, and none may be meant by an unknown one."""
        broken, written = self.reading.broken, self.written(section, name)
        if any((section, name, key) in broken for key in keys):
            return False
        return (section, name, UNKNOWN) not in broken or all(key in written for key in keys)


def read_draft(
    sheet: Sheet, head: Shape, findings: Findings, shared: Mapping[str, Collection[str]]
) -> Draft:
    """Read every table of a process by its shape; `shared` are names defined outside it."""
    known = {s: (*sheet.known(s), *shared.get(s, ())) for s in (*SECTIONS, "process", "part")}
    reading = Reading(findings, {s: dict.fromkeys(names) for s, names in known.items()}, HEAD.keys)
    tables: dict[str, dict[str, dict[str, Any]]] = {section: {} for section in SECTIONS}
    said = _head(sheet, head, reading)
    for section, shape in SECTIONS.items():
        written = sheet.tables.get(section, {})
        parts = said.get("parts", ())
        for name, table in written.items() if sheet.ordered else in_order(written, parts):
            tables[section][name] = read_shape(shape, table.keys, table.place, reading)
            if name in shared.get(section, ()):
                problem = f'The {section} "{name}" is defined by the process that opens this one.'
                findings.add(table.place, problem, "Leave it out here.")
    return Draft(sheet, reading, said, tables)


def in_order(tables: Mapping[str, Table], parts: Collection[str]) -> Iterator[tuple[str, Table]]:
    """The tables of a section, part by part; those of a file that no part names come last."""
    ranks = {f"{part}.toml": rank for rank, part in enumerate((FIRST_PART, *parts))}
    last = len(ranks) + 1
    files = {name: table.place.file.rpartition("/")[2] for name, table in tables.items()}
    yield from sorted(tables.items(), key=lambda named: ranks.get(files[named[0]], last))


def _head(sheet: Sheet, shape: Shape, reading: Reading) -> dict[str, Any]:
    """What the head says, each of whose keys may stand in a file of its own."""
    known = replace(shape, keys={**dict.fromkeys(SECTIONS, anything), **shape.keys})
    at_the_top = replace(reading, head_keys=())
    said = {
        key: read_key(known, key, value, place, at_the_top)
        for key, (place, value) in sheet.head.items()
    }
    if sheet.whole:
        check_needed(shape, sheet.head, sheet.start, reading)
    return {key: value for key, value in said.items() if value is not None}
