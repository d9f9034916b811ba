"""Where a table, or a key of one, stood first that stands twice in a file."""

from __future__ import annotations

import re

_HEADER = re.compile(r"[ \t]*\[[ \t]*([\w.\- \t]+?)[ \t]*\][ \t]*(?:#.*)?", re.ASCII)
_BEGINS = re.compile(r"[ \t]*\[+[ \t]*[A-Za-z]")
_KEY = re.compile(r"[ \t]*([A-Za-z0-9_-]+)[ \t]*=", re.ASCII)


def first_of(lines: list[str], number: int) -> int:
    """The line, from 1, on which stands first what stands again on line `number`; 0 if unknown."""
    again = lines[number - 1] if number <= len(lines) else ""
    if header := _HEADER.fullmatch(again):
        return _first_header(lines[: number - 1], _plain(header[1]))
    key = _KEY.match(again)
    return _first_key(lines, number, key[1]) if key else 0


def _first_header(before: list[str], name: str) -> int:
    for at, line in enumerate(before, 1):
        found = _HEADER.fullmatch(line)
        if found and _plain(found[1]) == name:
            return at
    return 0


def _first_key(lines: list[str], number: int, key: str) -> int:
    """The key of the same table, which begins at the header above."""
    for at in range(number - 1, 0, -1):
        found = _KEY.match(lines[at - 1])
        if found and found[1] == key:
            return at
        if _BEGINS.match(lines[at - 1]):
            return 0
    return 0


def _plain(name: str) -> str:
    return "".join(name.split())
