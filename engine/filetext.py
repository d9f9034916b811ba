"""The text of a small file that people write, or the sentence that says why it is none.

It opens plain files only, reads no more than is allowed, and runs nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

MOST_DOTS = 20
"""Dots of one line outside of its texts: a key is parsed in the square of its parts."""

MOST_KEYS = 1000
"""Keys of one table."""

_TEXTS = re.compile(r"\"(?:\\.|[^\"\\\n])*+\"?|'[^'\n]*+'?|#[^\n]*+")
_MARKS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
_OF_A_WORD_PROCESSOR = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)")
_TURNING = re.compile("[\u200b\u202a-\u202e\u2060\u2066-\u2069]|(?<!^)\ufeff")
"""What is not seen, or turns the order in which a line reads: it would say other than it shows."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-/. ]+(\d{1,2}|[A-Za-z]{3,9})[-/., ]+(\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})[-/. ]+(\d{1,2}|[A-Za-z]{3,9})[-/. ]+(\d{1,2})")


class TextFaultError(ValueError):
    """A file is no text that can be used; `line` says where, and the sentence why."""

    def __init__(self, line: int, sentence: str) -> None:
        self.line = line
        super().__init__(sentence)


def read_bytes(file: Path, largest: int, too_large: str) -> bytes:
    """What a file holds. Raises OSError, and TextFaultError for what is no file or is too large.

    A pipe or a device is never opened: to read one may wait for ever.
    """
    if not file.is_file():
        if file.exists() and not file.is_dir():
            raise TextFaultError(1, "This is no file but a pipe or a device; put a file here.")
        file.stat()
    with file.open("rb") as opened:
        content = opened.read(largest + 1)
    if len(content) > largest:
        raise TextFaultError(1, too_large)
    return content


def decoded(content: bytes) -> str:
    """The text, which must be UTF-8 and show all that it says. Raises TextFaultError."""
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            raise TextFaultError(1, f"This file is saved as {encoding}; save it as UTF-8.")
    if content.startswith(_OF_A_WORD_PROCESSOR):
        raise TextFaultError(1, "This is a word processor's file; save it as plain text, in UTF-8.")
    if _is_bare_utf16(content):
        raise TextFaultError(1, "This file is saved as UTF-16; save it as UTF-8.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        sentence = "This line has a character that is not UTF-8; save the file as UTF-8."
        raise TextFaultError(line, sentence) from None
    for found in (_CONTROL.search(text), _TURNING.search(text)):
        if found:
            sentence = f"This line has {named(found[0])}, which is not seen; take it out."
            raise TextFaultError(text.count("\n", 0, found.start()) + 1, sentence)
    return text


def _is_bare_utf16(content: bytes) -> bool:
    """Whether the first two characters are of two bytes each, without the mark that says so.

    Of plain letters one byte of the two is zero, and in both of them the same one.
    """
    high, low = content[0:4:2], content[1:4:2]
    return len(content) > 3 and sorted((high.count(0), low.count(0))) == [0, 2]


def check_dots(text: str) -> None:
    """Raise TextFaultError for a line with so many dots that it would take long to parse."""
    bare = _TEXTS.sub("", text) if text.count(".") > MOST_DOTS else ""
    for number, line in enumerate(bare.split("\n"), 1):
        if line.count(".") > MOST_DOTS:
            raise TextFaultError(number, "This line has too many dots; break it up.")


def too_much(keys: Mapping[str, Any], most: int) -> str:
    """What there is more of in a file than can be told about; "" for one of ordinary size."""
    values: list[Any] = [keys]
    seen = 0
    while values:
        value = values.pop()
        seen += 1
        if isinstance(value, dict) and len(value) > MOST_KEYS:
            return f"A table in this file has more than {MOST_KEYS} keys."
        if isinstance(value, dict | list):
            values.extend(value.values() if isinstance(value, dict) else value)
        if seen + len(values) > most:
            return f"This file has more than {most} values; share it out over several files."
    return ""


def written_day(words: str) -> str:
    """A day as a file writes it, 2026-01-31, from 31/01/2026 or 31 January 2026; "" if none.

    The day stands before the month, as it does in England and Wales, unless that is no month.
    """
    said = words.strip()[:40]
    if found := _DAY_FIRST.fullmatch(said):
        day, month, year = found.groups()
    elif found := _YEAR_FIRST.fullmatch(said):
        year, month, day = found.groups()
    else:
        return ""
    beginning = month[:3].casefold()
    number = int(month) if month.isdigit() else (*_MONTHS, beginning).index(beginning) + 1
    of_month = int(day)
    if number > len(_MONTHS) >= of_month:
        number, of_month = of_month, number
    try:
        return date(int(year), number, of_month).isoformat()
    except ValueError:
        return ""


def named(sign: str) -> str:
    """A character by its number and its name: `U+0430, CYRILLIC SMALL LETTER A`."""
    name = unicodedata.name(sign, "")
    return f"U+{ord(sign):04X}, {name}" if name else f"the character U+{ord(sign):04X}"


def foreign(word: str) -> str:
    """What is no plain letter in a word that looks as if it were plain; "" if all of it is."""
    for number, sign in enumerate(word, 1):
        if ord(sign) > 127 and sign.isalpha():
            return f'Its letter {number}, "{sign}", is {named(sign)}, and no plain letter.'
    return ""
