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
    foreign,
    named,
    read_bytes,
    too_much,
)
from engine.loading.files.lines import Lines
from engine.loading.findings import Findings, Place, closest
from engine.loading.names import name_problem

LARGEST = 256 * 1024
"""Bytes of a file."""
TOO_LARGE = "This file is larger than 256 kB; share it out over several files."

MOST_VALUES = 20_000
"""Values of one file, tables and lists among them."""

MOST = {"state": 200}
MOST_OTHERS = 500
"""Tables of a section in one process."""

_TABLE_NAME = re.compile(r"^[ \t]*\[+[ \t]*([a-z]+)[ \t]*\.[ \t]*([a-z0-9_]+)", re.MULTILINE)
_PARSED_AT = re.compile(r" \(at line (\d+), column (\d+)\)$| \(at end of document\)$")
_SYNTAX = {
    "Cannot declare": "This table stands twice in the file, or a key has its name.",
    "Cannot mutate": "This table stands twice in the file, or a key has its name.",
    "Cannot overwrite": "A key stands twice in this table.",
    "Duplicate inline": "A key stands twice in this table.",
    "Illegal character '\\n'": "A text has no closing quote on its line.",
    "Unterminated": "A text has no closing quotes.",
    "Unclosed array": 'A list has no closing "]", or lacks a comma between two of its entries.',
    "Unclosed inline": 'A table has no closing "}", or lacks a comma between two of its keys.',
    "Expected '='": 'A key is not followed by "=".',
    "Expected ']": 'The name of a table is not followed by "]".',
    "Expected newline": "Something follows where the line should end.",
    "Invalid value": "This is no value; text stands in quotes, true and false in small letters.",
    "Invalid statement": "This is no key, no [table] and no comment.",
    "Invalid initial": "A key is missing, or has a character that needs quotes.",
    "Invalid date": "There is no such day or time.",
    "Unescaped": 'In a text "\\" must be written "\\\\".',
}


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
            sheet.whole = False
            for section, name in _TABLE_NAME.findall(document.text):
                sheet.lose(section, (name,))
        else:
            _add(sheet, document.keys, document.place, sections, findings)
    assert sheet is not None, "a process has at least one file"
    _check_numbers(sheet, findings)
    return sheet


def read_document(called: str, file: Path, findings: Findings) -> Document:
    """The keys of a TOML file with their places; none, with a mistake noted, if it has faults."""
    place = Place(called, Lines())
    text = _text(file, place, findings)
    keys = None if text is None else parsed(text, place, findings)
    if text is None or keys is None:
        return Document(place, text or "", None)
    return Document(Place(called, Lines(text)), text, keys)


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
    """The keys of a TOML text; None, with a mistake noted, if it has faults."""
    try:
        keys = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        number, problem, hint = _syntax(str(error), text)
        findings.add(_at_line(place, number), problem, hint)
    except RecursionError:
        findings.add(place, "Lists or tables are nested too deeply in this file.")
    except ValueError:
        findings.add(place, "A number in this file has too many digits.")
    else:
        if not (problem := too_much(keys, MOST_VALUES)):
            return keys
        findings.add(place, problem)
    return None


def _syntax(error: str, text: str) -> tuple[int, str, str]:
    """The line of a mistake of syntax, the mistake in words, and a letter that may be its cause."""
    found = _PARSED_AT.search(error)
    number = int(found[1]) if found and found[1] else text.rstrip("\n").count("\n") + 1
    hint = _strange_letter(text, number, int(found[2])) if found and found[1] else ""
    for beginning, problem in _SYNTAX.items():
        if error.startswith(beginning):
            return number, problem, hint
    return number, f"This cannot be read as TOML: {_PARSED_AT.sub('', error)}.", hint


def _strange_letter(text: str, line: int, column: int) -> str:
    sign = text.split("\n")[line - 1][column - 1 : column]
    return f'There stands "{sign}", {named(sign)}.' if sign and foreign(sign) else ""


def _at_line(place: Place, number: int) -> Place:
    return Place(place.file, Lines(first=number))


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
            findings.add(start / key, problem, f'Did you mean "{section}"?')
            sheet.lose(section, value)
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
        findings.add(place, problem)
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
