"""What a command asks, written as a request: each value in its place, and files as they are."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final
from urllib.parse import quote, urlencode

from engine.cli.desk import Head
from engine.cli.remote.wire import PIECE, Call
from engine.errors import RefusedError, UsageError
from engine.service.workplace import File
from engine.vault import TOO_LARGE
from engine.verbs import table
from engine.verbs.fields import BODY, PATH, QUERY, Field, read
from engine.verbs.verb import Verb
from engine.web.limits import MOST_FILE, MOST_JSON, MOST_TOGETHER

REQUEST: Final = "request"
"""The part that is the JSON document, where files go with it."""
MILLION: Final = 1_000_000


def call(verb: Verb, request: Mapping[str, Any], head: Head) -> Call:
    """A request to a verb. Raises UsageError with all that is wrong with it, before it is sent."""
    fields = table.fields(verb)
    raw = {name: value for name, value in request.items() if value is not None}
    read(fields, raw)
    placed = {where: _of(fields, raw, where) for where in (PATH, QUERY, BODY)}
    query = urlencode({name: _in_address(value) for name, value in placed[QUERY].items()})
    path = _path(verb, placed[PATH]) + (f"?{query}" if query else "")
    headers = _headers(verb, head)
    files = {name: value for name, value in placed[BODY].items() if _is_file(value)}
    plain = {name: value for name, value in placed[BODY].items() if name not in files}
    again = not verb.changes or not verb.of_store
    if verb.method == "GET":
        return Call(verb.method, path, headers)
    text = _document(plain)
    if not files:
        headers["Content-Type"] = "application/json"
        return Call(verb.method, path, headers, text, None, verb.changes, again)
    sent = _Parts(text, _named(files))
    headers |= {"Content-Type": sent.media_type, "Content-Length": str(sent.size)}
    return Call(verb.method, path, headers, None, sent.pieces, verb.changes, again)


def _of(fields: tuple[Field, ...], raw: Mapping[str, Any], where: str) -> dict[str, Any]:
    return {one.name: raw[one.name] for one in fields if one.where == where and one.name in raw}


def _path(verb: Verb, given: Mapping[str, Any]) -> str:
    if wrong := [name for name, value in given.items() if "/" in str(value)]:
        raise UsageError(f'"{wrong[0]}" cannot have a "/" in it.')
    path = verb.path
    for name, value in given.items():
        path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
    return path


def _in_address(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _headers(verb: Verb, head: Head) -> dict[str, str]:
    headers = {}
    if verb.changes:
        headers["Idempotency-Key"] = head.key or os.urandom(16).hex()
    if head.if_version is not None:
        headers["If-Match"] = f'"{head.if_version}"'
    return headers


def _document(plain: Mapping[str, Any]) -> bytes:
    text = json.dumps(plain, ensure_ascii=False).encode("utf-8", "surrogatepass")
    if len(text) > MOST_JSON:
        raise UsageError(
            f"What is to be sent is larger than {MOST_JSON // MILLION} MB, which a server does not "
            "take at once; put a long text on file as a document, or do it where the store is."
        )
    return text


def _is_file(value: Any) -> bool:
    if isinstance(value, Mapping):
        return bool(value) and all(isinstance(one, File) for one in value.values())
    return isinstance(value, File)


def _named(files: Mapping[str, Any]) -> dict[str, File]:
    """Every file by the name of its part."""
    found: dict[str, File] = {}
    for name, value in files.items():
        if isinstance(value, File):
            found[name] = value
        else:
            found |= {f"{name}/{asked}": one for asked, one in value.items()}
    return found


class _Parts:
    """A request with files (multipart/form-data), sent without holding any of them whole."""

    def __init__(self, document: bytes, files: Mapping[str, File]) -> None:
        boundary = os.urandom(16).hex()
        self.media_type = f"multipart/form-data; boundary={boundary}"
        kind = "Content-Type: application/json\r\n"
        self._first = _head(boundary, f'name="{REQUEST}"', kind) + document
        self._files = [
            (_head(boundary, f'name="{name}"; filename="{_quoted(one.name)}"'), one.source)
            for name, one in files.items()
        ]
        self._last = f"\r\n--{boundary}--\r\n".encode()
        sizes = [_size(source) for _, source in self._files]
        heads = sum(len(head) for head, _ in self._files)
        self.size = len(self._first) + heads + sum(sizes) + len(self._last)
        if self.size > MOST_TOGETHER:
            raise UsageError(f"The files are together larger than {MOST_TOGETHER // MILLION} MB.")

    def pieces(self) -> Iterator[bytes]:
        """All of it, from the beginning."""
        yield self._first
        for head, source in self._files:
            yield head
            source.seek(0)
            while piece := source.read(PIECE):
                yield piece
        yield self._last


def _head(boundary: str, said: str, kind: str = "") -> bytes:
    named = f"--{boundary}\r\nContent-Disposition: form-data; {said}\r\n{kind}\r\n"
    return f"\r\n{named}".encode()


def _quoted(name: str) -> str:
    """A name in a header."""
    plain = name.replace("\r", " ").replace("\n", " ")
    return plain.replace("\\", "\\\\").replace('"', '\\"')


def _size(source: BinaryIO) -> int:
    """Bytes of a file. Raises RefusedError for one that is larger than any may be."""
    size = source.seek(0, os.SEEK_END)
    source.seek(0)
    if size > MOST_FILE:
        raise RefusedError(TOO_LARGE)
    return size
