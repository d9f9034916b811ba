"""The kinds of value that a key of a definition may have, each read from TOML or found at fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from engine.canonical import clean_text
from engine.dates import other_way
from engine.errors import UsageError
from engine.filetext import written_day
from engine.loading.files.lines import Path
from engine.loading.findings import Findings, Place, closest

UNKNOWN = "?"
"""Stands in `Reading.broken` for a key that nobody knows: it may have been any."""

HIGHEST = 1_000_000

LONGEST_LIST = 500
"""Characters of a text in which several names are looked for."""

EDITIONS = (("edition",), ("extends_edition",))
"""The keys whose text people write as a year or a day."""

NAME_OF = "name_of_"
"""Before a section: what a schema calls the names that a process defines there."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One process while it is read: the names it defines, and where its tables are at fault."""

    findings: Findings
    known: Mapping[str, Collection[str]]
    """The names of each section; those of linked processes under "process"."""
    head_keys: Collection[str] = ()
    broken: set[Path] = field(default_factory=set)
    """The keys that could not be read, as (section, name, key); nothing is concluded from them."""

    def fault(self, place: Place, problem: str, suggestion: str = "") -> Any | None:
        """Note a mistake; gives the None that stands for what is at fault."""
        self.broken.add(place.path[:3])
        self.findings.add(place, problem, suggestion)
        return None

    def unknown(self, place: Place, problem: str, word: str, known: Collection[str]) -> Any | None:
        """Note a word that nobody knows; gives the None that stands for what is at fault."""
        self.broken.add(place.path[:3])
        self.findings.unknown(place, problem, word, known)
        return None


Reader = Callable[[Any, Place, Reading], Any]
"""Reads a value; gives None for one at fault, which it has noted."""

Names = Mapping[str, Collection[str]]
"""The names that a process defines, by section; a section that is not there may have any."""

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value: how it is read, and what an editor may know of it, as a JSON Schema."""

    read: Reader
    schema: Callable[[Names], Schema]
    tables: tuple[Shape, ...] = ()
    """The shapes of the tables that it holds."""

    def __call__(self, value: Any, place: Place, reading: Reading) -> Any:
        """What is read of a value; None for one at fault, which is noted."""
        return self.read(value, place, reading)


@dataclass(frozen=True, slots=True)
class Shape:
    """The keys that a table may have, and of what kind each is."""

    noun: str
    keys: Mapping[str, Kind]
    needed: Mapping[str, str] = field(default_factory=dict)
    """The keys that it must have, each with what to write."""

    @property
    def id(self) -> str:
        """What it is called where schemas and documents name it: `transition`, `time_from`."""
        return self.noun.removeprefix("a ").removeprefix("an ").replace(" ", "_").replace("'", "")


def read_shape(
    shape: Shape, written: Mapping[str, Any], place: Place, reading: Reading
) -> dict[str, Any]:
    """What a table says, without what is at fault in it."""
    found = {key: read_key(shape, key, item, place / key, reading) for key, item in written.items()}
    check_needed(shape, written, place, reading)
    return {key: value for key, value in found.items() if value is not None}


def read_key(shape: Shape, key: str, value: Any, place: Place, reading: Reading) -> Any:
    """What one key of a table says; None, with a mistake noted, where it is at fault."""
    if key in shape.needed and _is_empty(value):
        return reading.fault(place, f'"{key}" is empty.', shape.needed[key])
    if key in shape.keys:
        return shape.keys[key](value, place, reading)
    reading.broken.add((*place.path[:2], UNKNOWN))
    problem = f'{shape.noun.capitalize()} has no key "{key}".'
    if key in reading.head_keys and key not in shape.keys:
        hint = "It belongs to the head, at the top of a file and before its first [table]."
        return reading.findings.add(place, problem, hint)
    return reading.findings.unknown(place, problem, key, shape.keys, sure=True)


def check_needed(shape: Shape, written: Collection[str], place: Place, reading: Reading) -> None:
    """Note every key that a table must have and has not, nor was meant by one it has."""
    meant = {closest(key, shape.keys) for key in written if key not in shape.keys}
    for key, hint in shape.needed.items():
        if key not in written and key not in meant:
            reading.broken.add((*place.path, key)[:3])
            reading.findings.add(place, f'"{key}" is missing from {place.name}.', hint)


def _read_text(value: Any, place: Place, reading: Reading) -> str | None:
    if not isinstance(value, str):
        edition = place.path in EDITIONS and type(value) in (int, date)
        hint = f'Write {_bare_key(place)}"{value}".' if edition else ""
        return _wrong(value, place, reading, "text in quotes", hint)
    try:
        said = clean_text(value).strip()
    except UsageError as error:
        return reading.fault(place, f"{_key(place)}: {error}")
    if not said:
        return reading.fault(place, f"{_key(place)} is empty; write something or leave it out.")
    return said


def _read_flag(value: Any, place: Place, reading: Reading) -> bool | None:
    if isinstance(value, bool):
        return value
    said = str(value).casefold()
    hint = f"Write {_bare_key(place)}{said}." if said in ("true", "false") else ""
    return _wrong(value, place, reading, "true or false, without quotes", hint)


def _read_count(value: Any, place: Place, reading: Reading) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        if 1 <= value <= HIGHEST:
            return value
        return reading.fault(place, f"{_key(place)} must be from 1 to {HIGHEST}.")
    digits = isinstance(value, str) and re.fullmatch("[0-9]{1,7}", value)
    hint = f"Write {_bare_key(place)}{value}." if digits else ""
    return _wrong(value, place, reading, "a whole number without quotes", hint)


def _read_day(value: Any, place: Place, reading: Reading) -> str | None:
    if type(value) is date:
        return value.isoformat()
    written = written_day(value) if isinstance(value, str) else ""
    other = other_way(value, written) if written else ""
    hint = f"Write {_bare_key(place)}{written}{other}." if written else ""
    return _wrong(value, place, reading, "a day as YYYY-MM-DD, without quotes", hint)


text = Kind(_read_text, lambda names: dict(_TEXT))
"""Words in quotes."""

flag = Kind(_read_flag, lambda names: {"type": "boolean"})
"""`true` or `false`."""

count = Kind(_read_count, lambda names: {"type": "integer", "minimum": 1, "maximum": HIGHEST})
"""A whole number of at least 1."""

day = Kind(_read_day, lambda names: {"type": "string", "format": "date"})
"""A day, as TOML writes it."""

anything = Kind(lambda value, place, reading: value, lambda names: {})
"""What is read elsewhere."""

conditions = Kind(lambda value, place, reading: value, lambda names: _conditions(names))
"""What must be so; judged later, when the questions are known."""

by_name = Kind(
    lambda value, place, reading: value,
    lambda names: {"type": "object", "additionalProperties": dict(_TEXT)},
)
"""Words beside the names of questions; judged later, when these are known."""


def one_of(*words: str) -> Kind:
    """One of a few words."""

    def read(value: Any, place: Place, reading: Reading) -> str | None:
        said = _read_text(value, place, reading)
        if said is None or said in words:
            return said
        return reading.unknown(place, f'{_key(place)} cannot be "{said}".', said, words)

    return Kind(read, lambda names: {"enum": list(words)})


def name(*sections: str) -> Kind:
    """The name of something that the definition defines in one of these sections."""
    return _named(sections, ())


texts = Kind(
    lambda value, place, reading: _several(text, value, place, reading),
    lambda names: _one_or_more(text.schema(names)),
)
"""A list of words, or one alone."""


def names(*sections: str, also: tuple[str, ...] = ()) -> Kind:
    """A list of names from these sections, or of these words, or one alone."""
    one = _named(sections, also)

    def read(value: Any, place: Place, reading: Reading) -> tuple[str, ...] | None:
        return _several(one, value, place, reading)

    return Kind(read, lambda names: _one_or_more(one.schema(names)))


def table(shape: Shape) -> Kind:
    """A table of this shape."""

    def read(value: Any, place: Place, reading: Reading) -> dict[str, Any] | None:
        if not isinstance(value, dict):
            return _wrong(value, place, reading, "a table: { ... }")
        return read_shape(shape, value, place, reading)

    return Kind(read, lambda names: _ref(shape), (shape,))


def tables(shape: Shape) -> Kind:
    """A list of tables of this shape; one that is at fault keeps its place in the list."""

    def read(value: Any, place: Place, reading: Reading) -> list[dict[str, Any]] | None:
        if not isinstance(value, list) or not value or not all(isinstance(v, dict) for v in value):
            return _wrong(value, place, reading, "a list of tables: [{ ... }]")
        found = enumerate(value)
        return [read_shape(shape, item, place / number, reading) for number, item in found]

    several = {"type": "array", "minItems": 1}
    return Kind(read, lambda names: {**several, "items": _ref(shape)}, (shape,))


def _read_answer(value: Any, place: Place, reading: Reading) -> tuple[str, tuple[str, ...]] | None:
    if not isinstance(value, list):
        said = _ANSWER(value, place, reading)
        return None if said is None else (said, ())
    choices = texts(value, place, reading)
    return None if choices is None or len(choices) < len(value) else ("choice", choices)


_TEXT: Schema = {"type": "string", "pattern": r"\S"}
_ANSWER = one_of("date", "text", "number", "document", "yes or no", "agencies", "case")
answer = Kind(
    _read_answer,
    lambda names: {"anyOf": [_ANSWER.schema(names), _list_of(text.schema(names))]},
)
"""The kind of an answer, and its choices when it is a list of them."""


def _named(sections: tuple[str, ...], also: tuple[str, ...]) -> Kind:
    def read(value: Any, place: Place, reading: Reading) -> str | None:
        said = _read_text(value, place, reading)
        if said is None or said in also or any(said in reading.known[s] for s in sections):
            return said
        known = (*also, *(known for section in sections for known in reading.known[section]))
        problem = f'There is no {" or ".join(sections)} "{said}".'
        if hint := _in_one_text(said, known):
            return reading.fault(place, problem, hint)
        return reading.unknown(place, problem, said, known)

    return Kind(read, lambda names: _known(sections, also, names))


def _in_one_text(said: str, known: Collection[str]) -> str:
    """What to write for several names that stand in one text; "" where it is none of these."""
    names = [name.strip() for name in said[:LONGEST_LIST].split(",")]
    if len(names) < 2 or not all(name in known for name in names):
        return ""
    return "Each name has its own quotes: " + ", ".join(f'"{name}"' for name in names) + "."


def _known(sections: tuple[str, ...], also: tuple[str, ...], names: Names) -> Schema:
    """Any of the names, where all are known; else whatever may be one."""
    if not all(section in names for section in sections):
        return dict(_TEXT)
    any_of = [{"$ref": f"#/$defs/{NAME_OF}{section}"} for section in sections]
    return {"anyOf": [*any_of, {"enum": list(also)}]} if also else {"anyOf": any_of}


def _list_of(item: Schema) -> Schema:
    return {"type": "array", "items": item, "minItems": 1, "uniqueItems": True}


def _one_or_more(item: Schema) -> Schema:
    return {"anyOf": [item, _list_of(item)]}


def _ref(shape: Shape) -> Schema:
    return {"$ref": f"#/$defs/{shape.id}"}


def _conditions(names: Names) -> Schema:
    """A table of which every line must hold, or several of which one must."""
    subjects = {"question", "process"}
    one: Schema = {"type": "object", "minProperties": 1}
    one["additionalProperties"] = _one_or_more(dict(_TEXT))
    if subjects <= names.keys():
        one["propertyNames"] = _known(("question", "process"), (), names)
    return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


def _several(one: Kind, value: Any, place: Place, reading: Reading) -> tuple[str, ...] | None:
    if not isinstance(value, list):
        said = one(value, place, reading)
        return None if said is None else (said,)
    if not value:
        return reading.fault(place, f"{_key(place)} is empty; name at least one or leave it out.")
    found: dict[str, None] = {}
    for number, item in enumerate(value):
        said = one(item, place / number, reading)
        if said in found:
            reading.fault(place / number, f'"{said}" stands twice in {_key(place)}.')
        elif said is not None:
            found[said] = None
    return tuple(found)


def _is_empty(value: Any) -> bool:
    return value == [] or (isinstance(value, str) and not value.strip())


def _wrong(value: Any, place: Place, reading: Reading, wanted: str, hint: str = "") -> Any | None:
    problem = f"{_key(place)} must be {wanted}, not {_described(value)}."
    return reading.fault(place, problem, hint)


def _bare_key(place: Place) -> str:
    """The key as it is written before its value; "" for what stands in a list."""
    return f"{place.path[-1]} = " if isinstance(place.path[-1], str) else ""


def _key(place: Place) -> str:
    keys = [part for part in place.path if isinstance(part, str)]
    return f'"{keys[-1]}"'


def _described(value: Any) -> str:
    if isinstance(value, str):
        return "text" if value else "an empty text"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int):
        return "a number"
    if isinstance(value, float):
        return "a fraction"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    return "a date or time"
