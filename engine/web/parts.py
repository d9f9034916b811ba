"""A request with files (multipart/form-data): one part is the JSON document, each other a file.

It is read as it comes; no file lies on the disk in clear, or for longer than the request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from engine.errors import UsageError
from engine.service.workplace import File
from engine.web import json_text
from engine.web.limits import MOST_FILE, MOST_JSON, MOST_NAME, MOST_PARTS
from engine.web.problems import Problem, bare
from engine.web.spool import Spool

REQUEST: Final = "request"
"""The part that is the JSON document."""

NOT_PARTS = "What was sent is not multipart/form-data as its Content-Type has it."
TOO_MANY = f"A request has at most {MOST_PARTS} parts."
NAMELESS = "A part has no name in its Content-Disposition."
UNREADABLE = "The name of a part or of its file is not UTF-8."

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Parts:
    """The parts of a request, as they come."""

    def __init__(self, boundary: bytes, files: Collection[str], papers: Collection[str]) -> None:
        self._files, self._papers = files, papers
        self._head = [b"", b""]
        self._disposition = b""
        self._json = bytearray()
        self._seen: set[str] = set()
        self._named: dict[str, tuple[str, Spool]] = {}
        self._sink: Callable[[bytes], None] = self._no_sink
        self._ended = False
        try:
            self._parser = MultipartParser(boundary, self._callbacks())  # type: ignore[arg-type]
        except FormParserError:
            raise UsageError(NOT_PARTS) from None

    def write(self, piece: bytes) -> None:
        """Take what has come. Raises UsageError, and Problem for what is too large."""
        try:
            self._parser.write(piece)
        except FormParserError:
            raise UsageError(NOT_PARTS) from None

    def end(self) -> None:
        """That is all. Raises UsageError where something is wanting."""
        if not self._ended:
            raise UsageError(NOT_PARTS)
        for _, spool in self._named.values():
            spool.rewind()

    @property
    def document(self) -> Any:
        """What the JSON document says; an empty one where there is none."""
        return json_text.read(bytes(self._json)) if REQUEST in self._seen else {}

    @property
    def files(self) -> Mapping[str, Any]:
        """The files by the fields that they are; papers by the questions that they answer."""
        found: dict[str, Any] = {}
        for name, (called, spool) in self._named.items():
            field, slash, question = name.partition("/")
            file = File(called, spool.file)
            if slash:
                found.setdefault(field, {})[question] = file
            else:
                found[name] = file
        return found

    def close(self) -> None:
        """Let go of every file."""
        for _, spool in self._named.values():
            spool.close()

    def _callbacks(self) -> dict[str, Callable[..., None]]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._add(0, data[start:end]),
            "on_header_value": lambda data, start, end: self._add(1, data[start:end]),
            "on_header_end": self._header,
            "on_headers_finished": self._name,
            "on_part_data": lambda data, start, end: self._sink(data[start:end]),
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._head, self._disposition = [b"", b""], b""

    def _add(self, at: int, piece: bytes) -> None:
        self._head[at] += piece

    def _header(self) -> None:
        name, value = self._head
        if name.lower() == b"content-disposition":
            self._disposition = value
        self._head = [b"", b""]

    def _name(self) -> None:
        kind, said = parse_options_header(self._disposition)
        if kind != b"form-data" or b"name" not in said:
            raise UsageError(NAMELESS)
        try:
            name, called = said[b"name"].decode(), said.get(b"filename", b"").decode()
        except UnicodeDecodeError:
            raise UsageError(UNREADABLE) from None
        self._begin_part(name, called)

    def _begin_part(self, name: str, called: str) -> None:
        if name in self._seen:
            raise UsageError("Two parts have the same name.")
        if len(self._seen) == MOST_PARTS:
            raise UsageError(TOO_MANY)
        if name != REQUEST and not self._is_file(name):
            raise UsageError(
                f"A part is none that this takes; there are: {', '.join(self._all())}."
            )
        self._seen.add(name)
        if name == REQUEST:
            self._sink = self._take_json
            return
        spool = Spool()
        self._named[name] = (_last(called) or "document", spool)
        self._sink = lambda piece: _take(spool, piece)

    def _is_file(self, name: str) -> bool:
        field, slash, question = name.partition("/")
        return bool(question) and field in self._papers if slash else name in self._files

    def _all(self) -> list[str]:
        return [REQUEST, *self._files, *(f"{name}/QUESTION" for name in self._papers)]

    def _take_json(self, piece: bytes) -> None:
        if len(self._json) + len(piece) > MOST_JSON:
            raise too_large("The JSON document", MOST_JSON)
        self._json += piece

    def _no_sink(self, piece: bytes) -> None:
        raise UsageError(NOT_PARTS)

    def _end(self) -> None:
        self._ended = True


def _take(spool: Spool, piece: bytes) -> None:
    if spool.size + len(piece) > MOST_FILE:
        raise too_large("A file", MOST_FILE)
    spool.write(piece)


def too_large(what: str, most: int) -> Problem:
    """That something is larger than it may be, in bytes."""
    whole = 2**20 if most % 2**20 == 0 else 1_000_000
    size = f"{most // whole} MB" if most >= 1_000_000 else f"{most // 1000} kB"
    return bare(413, f"{what} is larger than {size}.")


def _last(called: str) -> str:
    """The name of a file without the folders and signs that some programs put in it."""
    return _CONTROL.sub(" ", called.replace("\\", "/").rpartition("/")[2])[:MOST_NAME].strip()
