"""The one text of an event, its hash, its commitments, and the chain the events of a case form.

It never reads a clock, a key or a database: what it is given is all it knows.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import NoneType
from typing import Any, NoReturn

from engine.errors import TrailError, UsageError

GENESIS = "0" * 64

_LARGEST = 2**53 - 1
_PLAIN = frozenset({str, int, bool, NoneType})
_HOLDS_OTHERS = frozenset({dict, list, tuple})
_CONTROL = "[\x00-\x08\x0b-\x1f\x7f-\x9f]"
# What follows `prev` in a canonical event. The one brace that opens is that of `sealed`, and two
# close: the first of them closes `sealed`, the last the event, so `prev` lies in nothing deeper.
_REST = r'[^{}\\"]*","sealed":\{[^{}\\]*\},"stream":"([^{}\\"]*)","type":"[^{}\\"]*","v":[0-9]+\}'

_WRONG_NUMBER = "A number in the trail must be below 2^53; give a larger one as text."
_WRONG_FORM = (
    "The trail holds only text, whole numbers, true, false, nothing, lists and tables with text "
    "as keys; give every other value as text."
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the trail a personal value was given; two places never share a commitment."""

    log: str
    stream: str
    command: str
    question: str
    of: str
    no: int


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where the chain of a stream does not hold."""

    n: int
    problem: str


def canonical(value: object) -> str:
    """Give the RFC 8785 text of a value; whoever has the value can rebuild these bytes.

    Keys are ASCII, where the order of code points is the order of UTF-16 that the RFC asks for.
    Raises UsageError for a float, an integer of 2**53 or more, any other type, and for text that
    `clean_text` would change or refuse.
    """
    text = _plain_text(value)
    # The escaped and the non-ASCII are rare in an event: only then is each text looked at.
    if "\\" in text or "\x7f" in text or not text.isascii():
        _check_wording(value)
    return text


def clean_text(text: str) -> str:
    """Give a text as the trail keeps it: NFC, with every line end as one line feed.

    A vertical tab is what word processors paste for a line break. Raises UsageError for any other
    control character and for bytes that were not UTF-8.
    """
    for line_end in ("\r\n", "\r", "\v"):
        text = text.replace(line_end, "\n")
    _check_characters(text)
    return unicodedata.normalize("NFC", text)


def event_hash(text: str) -> str:
    """Give the hash of a sealed text: the link of its chain and the leaf of the tree (RFC 9162)."""
    return hashlib.sha256(b"\x00" + text.encode()).hexdigest()


def commitment(salt: bytes, place: Place, value: object) -> str:
    """Give what an event holds in the stead of a personal value.

    Without the salt of 32 bytes nobody can find the value by trying; UsageError for another salt.
    """
    if len(salt) != 32:
        raise UsageError("The salt of a commitment must be 32 bytes; draw a new one.")
    text = canonical(
        {
            "log": place.log,
            "stream": place.stream,
            "command": place.command,
            "question": place.question,
            "of": place.of,
            "no": place.no,
            "value": value,
        }
    )
    return hashlib.sha256(b"\x02" + salt + text.encode()).hexdigest()


def parse(text: str) -> dict[str, Any]:
    """Read a sealed text back, which must be the RFC 8785 text of what it says.

    NFC is asked for when sealing and not here, so that no later edition of Unicode can make an old
    trail fail. Raises TrailError.
    """
    try:
        event = content(text)
        sound = isinstance(event, dict) and _plain_text(event) == text
    except (ValueError, RecursionError, UsageError):
        sound = False
    if not sound:
        raise TrailError("A sealed event is not in the form in which events are sealed.")
    return event  # type: ignore[no-any-return]


def content(text: str) -> Any:
    """What a sealed text says, whether or not it is in the form in which events are sealed.

    Raises ValueError for what is no JSON.
    """
    return _orjson().loads(text)


def check_chain(texts: Iterable[str], log: str = "", stream: str = "") -> Break | None:
    """Give the first break in the sealed texts of one stream, in their order, or None."""
    for link in links(texts, log, stream):
        if isinstance(link, Break):
            return link
    return None


def links(texts: Iterable[str], log: str = "", stream: str = "") -> Iterator[str | Break]:
    """Give the hash of each sealed text of one stream in turn; at the first break that, and end.

    Each must be numbered one more than the last, name the hash of the last, and belong to `log`
    and `stream` (where not given, those of the first). A chain cannot show that its end was cut
    off: compare the last hash with the head on record. That a text is in canonical form is what
    `parse` checks.
    """
    head = GENESIS
    before = _before(log)
    rest = re.compile(_REST)
    for n, text in enumerate(texts, 1):
        at = text.find(start := f'{before}{n},"prev":"{head}","recorded":"')
        end = rest.fullmatch(text, at + len(start)) if at > 0 and text.isascii() else None
        if end is None or end[1] != stream:
            event = _read(text)
            if n == 1 and event is not None:
                log, stream = log or str(event.get("log")), stream or str(event.get("stream"))
                before = _before(log)
            problem = _problem(event, n, {"prev": head, "log": log, "stream": stream})
            if problem:
                yield Break(n, problem)
                return
        head = event_hash(text)
        yield head


def _plain_text(value: object) -> str:
    text = _encode(value)
    if text is None:
        _refuse(value)
    # The encoder writes what the trail does not hold, such as a float, as well.
    _check_form(value)
    if not text.isascii():
        _check_parts(value)
    return text


def _encode(value: object) -> str | None:
    """The text; None where a key is no text or a number too large, of what is nested too deep, or
    is not valid UTF-8.
    """
    dumps, options = _encoder()
    try:
        text: str = dumps(value, None, options).decode()
    except TypeError:
        return None
    return text


@cache
def _encoder() -> tuple[Callable[..., bytes], int]:
    orjson = _orjson()
    return orjson.dumps, orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER


@cache
def _orjson() -> Any:
    # It saves 7 per cent of a step's instructions; it is loaded when the first text is made.
    return import_module("orjson")


def _refuse(value: object) -> NoReturn:
    """Say what is wrong with a value of which there is no text; it may hold itself."""
    with suppress(RecursionError):
        _check_parts(value)
        _check_wording(value)
    raise UsageError(_WRONG_FORM)


def _check_form(value: object) -> None:
    # One list that grows while it is read takes a sixth of a call for every table.
    items: list[Any] = [value]
    for item in items:
        kind = type(item)
        if kind in _PLAIN:
            continue
        if kind not in _HOLDS_OTHERS:
            raise UsageError(_WRONG_FORM)
        items += item.values() if kind is dict else item


def _check_parts(value: object) -> None:
    """Raise UsageError for a number that is too large, or a name that is not plain ASCII."""
    if type(value) is int and not -_LARGEST <= value <= _LARGEST:
        raise UsageError(_WRONG_NUMBER)
    items: Any = value if type(value) in _HOLDS_OTHERS else ()
    if type(value) is dict:
        if not all(isinstance(name, str) for name in value):
            raise UsageError(_WRONG_FORM)
        if not "".join(value).isascii():
            raise UsageError("The names of an event's parts are plain ASCII; rename the part.")
        items = value.values()
    for item in items:
        _check_parts(item)


def _check_wording(value: object) -> None:
    if isinstance(value, str):
        _check_characters(value)
        if not unicodedata.is_normalized("NFC", value):
            raise UsageError("The text is not in Unicode form NFC; clean it before it is sealed.")
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_characters(key)
            _check_wording(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _check_wording(item)


def _check_characters(text: str) -> None:
    if found := re.search(_CONTROL, text):
        where = f"U+{ord(found[0]):04X} at character {found.start() + 1}"
        raise UsageError(f"The text holds a control character, {where}; remove it and try again.")
    if not _is_utf8(text):
        raise UsageError("The text is not valid UTF-8; save it as UTF-8 and try again.")


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _before(log: str) -> str:
    return f',"log":{_encode(log)},"n":'


def _read(text: str) -> dict[str, Any] | None:
    try:
        text.encode()
        event = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


def _problem(event: dict[str, Any] | None, n: int, expected: dict[str, str]) -> str:
    if event is None:
        return "this is not an event: its text was altered"
    number = event.get("n")
    if type(number) is not int or number != n:
        return f"the event numbered {n} is missing, or stands in another place"
    if event.get("prev") != expected["prev"]:
        return "it does not follow from the event before it: one of the two was altered"
    if (event.get("log"), event.get("stream")) != (expected["log"], expected["stream"]):
        return "it belongs to another case or another partnership"
    return ""
