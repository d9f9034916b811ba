"""The fields of a request: what each may hold, how it is read, and its JSON Schema.

Every mistake of a request is told at once, and a value is never repeated: it may be about somebody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from engine.dates import parse_partial, read_day
from engine.errors import CaseNotFoundError, UsageError
from engine.guessing import resembling
from engine.service import references
from engine.service.workplace import File
from engine.verbs import pages
from engine.verbs.paths import FORM, SHAPE, Asked, path

MOST_TEXT = 8_000_000
"""Characters of one text: more than the longest answer, of which the service says how long it may
be.
"""
MOST_ANSWERS = 200
MOST_WORD = 200
MOST_FILES = 500
"""Files of one definition."""
MOST_OF_FILE = 3_000_000
"""Characters of one of them."""
MOST_LISTED = 200
"""Entries of a list that one page holds."""

PATH, QUERY, BODY = "path", "query", "body"

_NAME = re.compile(r"[a-z][a-z0-9_]{0,79}")
_WORD = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_KEY = re.compile(r"[A-Za-z0-9_.:-]{6,64}")
_CURSOR = re.compile(r"[A-Za-z0-9_-]{1,400}")
_LINK = re.compile(r"[A-Za-z0-9_.-]{1,80}")
_FILE_NAME = re.compile(
    r"[^/\\\x00-\x1f.][^/\\\x00-\x1f]{0,99}(?:/[^/\\\x00-\x1f.][^/\\\x00-\x1f]{0,99}){1,6}"
)

Pair = tuple[Asked, str]
"""Which answer is meant, and what is said of it."""

Reader = Callable[[Any, str], Any]
"""Reads a value of a field of this name. Raises UsageError."""


class Kind(NamedTuple):
    """A kind of field."""

    read: Reader
    schema: Mapping[str, Any]


class Field(NamedTuple):
    """One thing with which a verb is asked."""

    name: str
    kind: str
    """One of KINDS."""
    about: str
    required: bool = False
    where: str = BODY
    choices: tuple[str, ...] = ()

    @property
    def schema(self) -> dict[str, Any]:
        """What it may hold, as a JSON Schema."""
        found = {**KINDS[self.kind].schema, "description": self.about}
        return {**found, "enum": list(self.choices)} if self.choices else found

    def read(self, value: Any) -> Any:
        """What was given for it, checked. Raises UsageError, in a sentence without the value."""
        if self.choices and value not in self.choices:
            raise UsageError(f'"{self.name}" is one of: {", ".join(self.choices)}.')
        if self.where != BODY and isinstance(value, str):
            value = typed(self.kind, value)
        return KINDS[self.kind].read(value, self.name)


def typed(kind: str, text: str) -> Any:
    """What an address says, where all is text, as the kind has it; the text itself if it is not."""
    if kind == "flag":
        return {"true": True, "false": False}.get(text, text)
    if kind in ("number", "limit") and re.fullmatch(r"[0-9]{1,9}", text):
        return int(text)
    return text


def read(fields: Sequence[Field], raw: Mapping[str, Any]) -> dict[str, Any]:
    """A request, read and checked. Raises UsageError with all its mistakes, a line each.

    A field that is not there, or holds null, was not given. Raises CaseNotFoundError for a
    reference that is none.
    """
    known = {field.name: field for field in fields}
    found: dict[str, Any] = {}
    wrong: list[str] = [_unknown(name, known) for name in raw if name not in known]
    for name, field in known.items():
        value = raw.get(name)
        if value is None:
            if field.required:
                wrong.append(f'"{name}" is missing: {field.about}')
            continue
        try:
            found[name] = field.read(value)
        except UsageError as error:
            wrong += str(error).split("\n")
    if wrong:
        raise UsageError("\n".join(wrong))
    return found


def _unknown(name: str, known: Mapping[str, Field]) -> str:
    # Only a name that could be one of ours is repeated: anything else may be about somebody.
    said = f'"{name}"' if _NAME.fullmatch(name) else "One of these names"
    near = resembling(name, known, 1)
    hint = f'did you mean "{near[0]}"?' if near else f"there are: {', '.join(known) or 'none'}."
    return f"{said} is nothing that this takes; {hint}"


def _matching(pattern: re.Pattern[str], expected: str) -> Reader:
    def read(value: Any, name: str) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise UsageError(f'"{name}" is {expected}.')
        return value

    return read


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or len(value) > MOST_TEXT:
        raise UsageError(f'"{name}" is a text of at most {MOST_TEXT} characters.')
    return value


def _ref(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise UsageError(f'"{name}" is the reference of a case, such as 2025-K7QF29.')
    try:
        return references.read(value)
    except CaseNotFoundError as error:
        # What was never given out is not repeated; what is nearly a reference names nobody.
        raise CaseNotFoundError(
            "There is no such case; a reference looks like 2025-K7QF29, of a linked case "
            "2025-K7QF29.1.",
            error.ref,
        ) from None


def _flag(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise UsageError(f'"{name}" is true or false.')
    return value


def _number(value: Any, name: str) -> int:
    if type(value) is not int or not 0 <= value < 1_000_000_000:
        raise UsageError(f'"{name}" is a whole number.')
    return value


def _limit(value: Any, name: str) -> int:
    if type(value) is not int or not 1 <= value <= MOST_LISTED:
        raise UsageError(f'"{name}" is a whole number from 1 to {MOST_LISTED}.')
    return value


def _cursor(value: Any, name: str) -> tuple[str | int, ...]:
    try:
        return pages.place(_matching(_CURSOR, "")(value, name))
    except (ValueError, UsageError):
        raise UsageError(f'"{name}" is what an earlier answer gave as "next".') from None


def _day(value: Any, name: str) -> str:
    try:
        return read_day(_text(value, name)).isoformat()
    except UsageError:
        raise UsageError(f'"{name}" is a day, such as 2025-12-23.') from None


def _when(value: Any, name: str) -> str:
    try:
        return parse_partial(_text(value, name)).text
    except UsageError:
        raise UsageError(
            f'"{name}" is a day, such as 2025-12-23, or the month or the year of an old case.'
        ) from None


def _path(value: Any, name: str) -> Any:
    return path(_text(value, name), f'"{name}"')


def _answers(value: Any, name: str) -> tuple[Pair, ...]:
    """Answers by QUESTION, QUESTION/OF or QUESTION/OF/NO; of linked cases by PROCESS.QUESTION."""
    if not isinstance(value, Mapping) or len(value) > MOST_ANSWERS:
        raise UsageError(f'"{name}" holds at most {MOST_ANSWERS} answers, each under {FORM}.')
    found, wrong = [], []
    for number, (key, given) in enumerate(value.items(), 1):
        try:
            asked = path(key, f'Name {number} of "{name}"')
            if not isinstance(given, str):
                raise UsageError(f'Answer {number} of "{name}" is a text; put it in quotes.')
            found.append((asked, _text(given, name)))
        except UsageError as error:
            wrong.append(str(error))
    if wrong:
        raise UsageError("\n".join(wrong))
    return tuple(found)


def _asked(value: Any, name: str) -> tuple[Pair, ...]:
    """Whom one has asked, QUESTION/AGENCY, and the day on which; null where that is `on`."""
    if not isinstance(value, Mapping) or len(value) > MOST_ANSWERS:
        raise UsageError(f'"{name}" holds QUESTION/AGENCY, each with a day or null.')
    found, wrong = [], []
    for number, (key, day) in enumerate(value.items(), 1):
        try:
            asked = path(key, f'Name {number} of "{name}"')
            if not asked.of:
                raise UsageError(f'Name {number} of "{name}" says no agency: QUESTION/AGENCY.')
            found.append((asked, "" if day is None else _when(day, name)))
        except UsageError as error:
            wrong.append(str(error))
    if wrong:
        raise UsageError("\n".join(wrong))
    return tuple(found)


def _names(value: Any, name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MOST_ANSWERS:
        raise UsageError(f'"{name}" is a list of names.')
    read = _matching(_WORD, "a list of names of at most 200 characters each")
    return tuple(read(one, name) for one in value)


def _words(value: Any, name: str) -> dict[str, str]:
    if not isinstance(value, Mapping) or len(value) > MOST_ANSWERS:
        raise UsageError(f'"{name}" holds names, each with a word.')
    read = _matching(_WORD, "names, each with a word of at most 200 characters")
    return {read(key, name): read(one, name) for key, one in value.items()}


def _files(value: Any, name: str) -> dict[str, Any]:
    """The files of a definition, each by FOLDER/FILE; what is no text as {"base64": ...}."""
    if not isinstance(value, Mapping) or not 0 < len(value) <= MOST_FILES:
        raise UsageError(f'"{name}" holds 1 to {MOST_FILES} files, each as its name and its text.')
    for number, (key, text) in enumerate(value.items(), 1):
        if not isinstance(key, str) or not _FILE_NAME.fullmatch(key):
            raise UsageError(
                f'Name {number} of "{name}" is no name of a file, as a/packs/b.toml is.'
            )
        held = text.get("base64") if isinstance(text, Mapping) and len(text) == 1 else text
        if not isinstance(held, str) or len(held) > MOST_OF_FILE:
            raise UsageError(
                f'File {number} of "{name}" is a text of at most {MOST_OF_FILE} characters, or '
                '{"base64": TEXT}.'
            )
    return dict(value)


def _file(value: Any, name: str) -> File:
    if not isinstance(value, File):
        raise UsageError(f'"{name}" is a file, sent as a part of its own (multipart/form-data).')
    return value


def _papers(value: Any, name: str) -> tuple[tuple[Asked, File], ...]:
    """Documents, each with the question that it answers."""
    if not isinstance(value, Mapping) or not all(isinstance(v, File) for v in value.values()):
        raise UsageError(f'"{name}" holds files, sent as parts "{name}/QUESTION" of their own.')
    return tuple((path(key, f'"{name}"'), file) for key, file in value.items())


_STRING = {"type": "string"}
_A_WORD = {**_STRING, "pattern": r"^[^\u0000-\u001f\u007f]{1,200}$"}
_A_FILE = {"type": "string", "contentMediaType": "application/octet-stream"}

KINDS: Mapping[str, Kind] = {
    "ref": Kind(_ref, {**_STRING, "examples": ["2025-K7QF29"], "maxLength": 40}),
    "name": Kind(
        _matching(_NAME, "a name of a definition: small letters, digits and underscores"),
        {**_STRING, "pattern": f"^{_NAME.pattern}$"},
    ),
    "id": Kind(
        _matching(_LINK, "the id of somebody or something: letters, digits, dots, hyphens"),
        {**_STRING, "pattern": f"^{_LINK.pattern}$"},
    ),
    "word": Kind(
        _matching(_WORD, "a line of at most 200 characters"),
        _A_WORD,
    ),
    "key": Kind(
        _matching(_KEY, "6 to 64 letters, digits, dots, colons, hyphens or underscores"),
        {**_STRING, "pattern": f"^{_KEY.pattern}$"},
    ),
    "path": Kind(_path, {**_STRING, "pattern": SHAPE, "examples": ["opinion/police"]}),
    "text": Kind(_text, {**_STRING, "maxLength": MOST_TEXT}),
    "day": Kind(_day, {**_STRING, "format": "date", "examples": ["2025-12-23"]}),
    "when": Kind(_when, {**_STRING, "maxLength": 40, "examples": ["2025-12-23", "2019-03"]}),
    "flag": Kind(_flag, {"type": "boolean"}),
    "number": Kind(_number, {"type": "integer", "minimum": 0, "maximum": 999_999_999}),
    "limit": Kind(_limit, {"type": "integer", "minimum": 1, "maximum": MOST_LISTED}),
    "cursor": Kind(_cursor, {**_STRING, "pattern": f"^{_CURSOR.pattern}$"}),
    "names": Kind(_names, {"type": "array", "items": _A_WORD, "maxItems": MOST_ANSWERS}),
    "words": Kind(
        _words,
        {
            "type": "object",
            "propertyNames": _A_WORD,
            "additionalProperties": _A_WORD,
            "maxProperties": MOST_ANSWERS,
        },
    ),
    "answers": Kind(
        _answers,
        {
            "type": "object",
            "propertyNames": {"pattern": SHAPE},
            "additionalProperties": {**_STRING, "maxLength": MOST_TEXT},
            "maxProperties": MOST_ANSWERS,
            "examples": [{"aware_on": "2025-12-15", "opinion/police": "notify"}],
        },
    ),
    "asked": Kind(
        _asked,
        {
            "type": "object",
            "propertyNames": {"pattern": SHAPE},
            "additionalProperties": {"type": ["string", "null"], "maxLength": 40},
            "maxProperties": MOST_ANSWERS,
        },
    ),
    "files": Kind(
        _files,
        {
            "type": "object",
            "propertyNames": {"pattern": f"^{_FILE_NAME.pattern}$"},
            "additionalProperties": {
                "anyOf": [
                    {**_STRING, "maxLength": MOST_OF_FILE},
                    {
                        "type": "object",
                        "properties": {"base64": {**_STRING, "maxLength": MOST_OF_FILE}},
                        "required": ["base64"],
                        "additionalProperties": False,
                    },
                ]
            },
            "minProperties": 1,
            "maxProperties": MOST_FILES,
        },
    ),
    "file": Kind(_file, _A_FILE),
    "papers": Kind(_papers, {"type": "object", "additionalProperties": _A_FILE}),
}
"""Every kind of field."""


REF = Field("ref", "ref", "The reference of the case.", required=True, where=PATH)
"""Which case a verb is about."""
