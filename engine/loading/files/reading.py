"""Reads the files of a process into its tables, each with its place; judges nothing they say."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.filetext import (
    TextFaultError,
    check_dots,
    decoded,
    read_bytes,
    too_much,
)
from engine.loading.files.lines import Lines
from engine.loading.files.slips import Rest, Slip, go_on, slip_line
from engine.loading.files.telling import syntax
from engine.loading.findings import Findings, Place, closest
from engine.loading.names import name_problem, proper

LARGEST = 256 * 1024
"""Bytes of a file."""
TOO_LARGE = "This file is larger than 256 kB; share it out over several files."

MOST_VALUES = 20_000
"""Values of one file, tables and lists among them."""

MOST = {"state": 200}
MOST_OTHERS = 500
"""Tables of a section in one process."""

_TABLE_NAME = re.compile(r"^[ \t]*\[+[ \t]*([a-z]+)[ \t]*\.[ \t]*([a-z0-9_]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it was written, and where."""

    place: Place
    keys: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Document:
    """A TOML file: its text as far as it could be had, and its keys if it could be parsed."""

    place: Place
    text: str
    keys: Mapping[str, Any] | None
    rest: Rest | None = None
    """What stands around its slips of form, if it has any and that can be told."""


@dataclass(slots=True)
class Sheet:
    """What the files of one process have: the keys of its head, and the tables of each section."""

    start: Place
    head: dict[str, tuple[Place, Any]] = field(default_factory=dict)
    tables: dict[str, dict[str, Table]] = field(default_factory=dict)
    unread: dict[str, dict[str, None]] = field(default_factory=dict)
    """The names, by section, whose tables stand in a file that cannot be read."""
    whole: bool = True
    """Whether every file could be read."""
    ordered: bool = False
    """Whether its tables stand in the order in which they are met."""
    headed: bool = True
    """Whether what its head says was read, as far as it says on what the process stands."""

    def lose(self, section: str, names: Iterable[str]) -> None:
        """Keep names whose tables cannot be read, so that they are not unknown elsewhere."""
        self.whole = False
        self.unread.setdefault(section, {}).update(dict.fromkeys(names))

    def known(self, section: str) -> Collection[str]:
        """The names that a section defines."""
        return {**dict.fromkeys(self.tables.get(section, ())), **self.unread.get(section, {})}


def read_sheet(
    files: Iterable[tuple[str, Path]], sections: Collection[str], findings: Findings
) -> Sheet:
    """The tables of a process, from the files it consists of, each with the name it is told by."""
    sheet: Sheet | None = None
    for called, file in files:
        sheet = sheet or Sheet(Place(called, Lines()))
        document = read_document(called, file, findings)
        if document.keys is None:
            _add_rest(sheet, document, sections, findings)
        else:
            _add(sheet, document.keys, document.place, sections, findings)
    assert sheet is not None, "a process has at least one file"
    _check_numbers(sheet, findings)
    return sheet


def read_document(called: str, file: Path, findings: Findings) -> Document:
    """The keys of a TOML file with their places; none, with a mistake noted, if it has faults."""
    place = Place(called, Lines())
    text = _text(file, place, findings)
    if text is None:
        return Document(place, "", None)
    keys, rest = _read(text, place, findings)
    lines = Lines(text if rest is None else rest.text)
    return Document(Place(called, lines), text, keys, rest)


def _text(file: Path, place: Place, findings: Findings) -> str | None:
    try:
        text = decoded(read_bytes(file, LARGEST, TOO_LARGE))
        check_dots(text)
    except TextFaultError as error:
        findings.add(_at_line(place, error.line), str(error))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        findings.add(place, f"This file cannot be read: {reason}.")
    else:
        return text
    return None


def parsed(text: str, place: Place, findings: Findings) -> dict[str, Any] | None:
    """The keys of a TOML text; None, with every mistake of form noted, if it has faults."""
    return _read(text, place, findings)[0]


def _read(text: str, place: Place, findings: Findings) -> tuple[dict[str, Any] | None, Rest | None]:
    """The keys of a TOML text; or None, its mistakes of form noted, and what stands around them."""
    rest = None
    try:
        keys = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        slips, rest, findings.parsed = go_on(text, findings.parsed)
        for slip in slips or [Slip(slip_line(str(error), text), str(error))]:
            line, problem, hint = syntax(slip, text)
            findings.add(_at_line(place, line), problem, hint)
        if rest and not too_much(rest.keys, MOST_VALUES):
            return None, rest
    except RecursionError:
        findings.add(place, "Lists or tables are nested too deeply in this file.")
    except ValueError:
        findings.add(place, "A number in this file has too many digits.")
    else:
        if not (problem := too_much(keys, MOST_VALUES)):
            return keys, None
        findings.add(place, problem)
    return None, None


def _at_line(place: Place, number: int) -> Place:
    return Place(place.file, Lines(first=number))


def _add_rest(
    sheet: Sheet, document: Document, sections: Collection[str], findings: Findings
) -> None:
    """Add the tables of a file that have no slip; the others are kept as names alone."""
    rest = document.rest
    sheet.whole = False
    sheet.headed = sheet.headed and rest is not None and rest.head
    findings.doubtful = findings.doubtful or rest is None or not rest.sure
    for section, name in _TABLE_NAME.findall(document.text):
        sheet.lose(section, (name,))
    if rest:
        _add(sheet, rest.keys, document.place, sections, findings)


def _add(
    sheet: Sheet,
    document: Mapping[str, Any],
    start: Place,
    sections: Collection[str],
    findings: Findings,
) -> None:
    if not (sheet.head or sheet.tables):
        sheet.start = start
    for key, value in document.items():
        section = closest(key, sections)
        if key not in sections and section and isinstance(value, dict):
            problem = f'A definition has no table "{key}".'
            for name in value or ("",):
                place = start / key / name if name else start / key
                findings.add(place, problem, f'Did you mean "{section}"?')
            sheet.lose(section, (proper(name) or name for name in value))
        elif key not in sections:
            _once(sheet.head, key, (start / key, value), f'"{key}" is given', findings)
        elif not isinstance(value, dict):
            findings.add(start / key, f'"{key}" must be tables, each beginning [{key}.NAME].')
        else:
            for name, table in value.items():
                _add_table(sheet, key, name, table, start / key / name, findings)


def _add_table(
    sheet: Sheet, section: str, name: str, keys: Any, place: Place, findings: Findings
) -> None:
    if problem := name_problem(section, name):
        meant = proper(name)
        findings.add(place, problem, f'Did you mean "{meant}"?' if meant else "")
        if meant:
            sheet.lose(section, (meant,))
    if not isinstance(keys, dict):
        findings.add(place, f"Write [{section}.NAME] above these keys, not [{section}].")
        sheet.lose(section, (name,))
        return
    known = sheet.tables.setdefault(section, {})
    _once(known, name, Table(place, keys), f'The {section} "{name}" is defined', findings)


def _once(known: dict[str, Any], key: str, new: Any, what: str, findings: Findings) -> None:
    if key not in known:
        known[key] = new
        return
    first, again = _place(known[key]), _place(new)
    findings.add(again, f"{what} twice; the first is in {first.file}, line {first.line}.")


def _place(item: Table | tuple[Place, Any]) -> Place:
    return item.place if isinstance(item, Table) else item[0]


def _check_numbers(sheet: Sheet, findings: Findings) -> None:
    for section, tables in sheet.tables.items():
        most = MOST.get(section, MOST_OTHERS)
        if len(tables) > most:
            sheet.whole = False
            place = list(tables.values())[most].place
            findings.add(place, f"A process has at most {most} {section}s; this is one too many.")
