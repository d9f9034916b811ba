"""The line on which each key, table and element of a TOML text stands; its parser tells none."""

from __future__ import annotations

import re
import tomllib
from functools import cached_property
from typing import NamedTuple

Path = tuple[str | int, ...]
"""The keys, and the numbers of elements, that lead to a place in a document."""

DEEPEST = 8
"""Levels below which nothing is looked up; no definition is nested so far."""

_TOKEN = re.compile(
    r'''
    (?P<skipped>[ \t\r]+ | \#[^\n]*)
  | (?P<text>"""(?:\\.|[^\\])*?"{3,5} | \'\'\'.*?\'{3,5} | "(?:\\.|[^"\\\n])*" | '[^'\n]*')
  | (?P<mark>[\[\]{}=,.\n])
  | (?P<word>[^\s\[\]{}=,.#"']+)
    ''',
    re.VERBOSE | re.DOTALL,
)


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


class Lines:
    """The lines of a file, looked for in its text only when a mistake is to be told."""

    def __init__(self, text: str = "", first: int = 1) -> None:
        self._text = text
        self._first = first

    def of(self, path: Path) -> int:
        """The line of a place, or of the nearest table around it that is written."""
        while path and path not in self._index:
            path = path[:-1]
        return self._index.get(path, self._first)

    @cached_property
    def _index(self) -> dict[Path, int]:
        try:
            return line_index(self._text)
        except RecursionError:
            return {}


def line_index(text: str) -> dict[Path, int]:
    """The line of every place of a TOML text that its parser accepts, counted from 1."""
    return _Index(text).found


class _Index:
    """One walk through the tokens of a document, noting where each path begins."""

    def __init__(self, text: str) -> None:
        self.found: dict[Path, int] = {}
        self._tables: dict[Path, int] = {}
        self._tokens = _tokens(text)
        self._next = 0
        self._document()

    def _document(self) -> None:
        table: Path = ()
        while self._peek():
            if self._peek() == "\n":
                self._take()
            elif self._peek() == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Path:
        line = self._take().line
        repeated = self._peek() == "["
        keys = self._key()
        path: Path = ()
        for key in keys[:-1]:
            path = self._newest((*path, key))
            self._note(path, line)
        path = (*path, keys[-1])
        if repeated:
            self._tables[path] = self._tables.get(path, 0) + 1
            self._note(path, line)
        path = self._newest(path)
        self.found[path] = line
        return path

    def _newest(self, path: Path) -> Path:
        return (*path, self._tables[path] - 1) if path in self._tables else path

    def _pair(self, table: Path) -> None:
        line = self._tokens[self._next].line
        path = table
        for key in self._key():
            path = (*path, key)[:DEEPEST]
            self._note(path, line)
        self._value(path)

    def _key(self) -> list[str]:
        """The parts of a key or header, and past the brackets or the equals sign around it."""
        parts = []
        while self._peek() not in ("=", "\n", ""):
            token = self._take()
            if token.kind != "mark":
                parts.append(_plain(token))
        if self._peek() == "=":
            self._take()
        return parts

    def _value(self, path: Path) -> None:
        opening = self._peek()
        if opening == "[":
            self._elements(path)
        elif opening == "{":
            self._members(path)
        else:
            while self._peek() not in (",", "]", "}", "\n", ""):
                self._take()

    def _elements(self, path: Path) -> None:
        self._take()
        number = 0
        while self._peek_past_lines() not in ("]", ""):
            element = (*path, number)[:DEEPEST]
            self._note(element, self._tokens[self._next].line)
            self._value(element)
            number += 1
            if self._peek_past_lines() == ",":
                self._take()
        self._take()

    def _members(self, path: Path) -> None:
        self._take()
        while self._peek_past_lines() not in ("}", ""):
            self._pair(path)
            if self._peek_past_lines() == ",":
                self._take()
        self._take()

    def _note(self, path: Path, line: int) -> None:
        self.found.setdefault(path, line)

    def _peek_past_lines(self) -> str:
        while self._peek() == "\n":
            self._take()
        return self._peek()

    def _peek(self) -> str:
        """The mark that comes next, "" at the end; any text or word gives its kind."""
        if self._next == len(self._tokens):
            return ""
        token = self._tokens[self._next]
        return token.text if token.kind == "mark" else token.kind

    def _take(self) -> _Token:
        self._next += 1
        return self._tokens[self._next - 1]


def _tokens(text: str) -> list[_Token]:
    tokens = []
    line = 1
    for found in _TOKEN.finditer(text):
        kind = str(found.lastgroup)
        if kind != "skipped":
            tokens.append(_Token(kind, found[0], line))
        line += found[0].count("\n")
    return tokens


def _plain(token: _Token) -> str:
    if token.kind == "word":
        return token.text
    return str(tomllib.loads(f"key = {token.text}")["key"])
