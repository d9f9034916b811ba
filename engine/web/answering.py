"""What goes back: a document or a file of a verb, or a problem, each with its headers."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from engine.verbs.verb import Content, Document
from engine.web.bodies import Offload
from engine.web.problems import MEDIA_TYPE, Problem
from engine.web.spool import Spool

ALWAYS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""What every answer says to whatever passes it on or shows it."""

BOTH: Final = "multipart/mixed"
"""A file with what is said of it, as two parts."""
PIECE = 256_000
TOLD_APART = 16
"""Characters by which two answers about one version of a case are told apart."""


def of_document(document: Mapping[str, Any], **headers: str) -> Response:
    """A document as JSON."""
    return _made(written(document), 200, "application/json", headers)


def of_new(document: Mapping[str, Any], **headers: str) -> Response:
    """A document about what was made just now."""
    return _made(written(document), 201, "application/json", headers)


def of_body(body: bytes, **headers: str) -> Response:
    """A document that is written already."""
    return _made(body, 200, "application/json", headers)


def of_problem(problem: Problem) -> Response:
    """A problem as RFC 9457 has it."""
    return _made(written(problem.document), problem.status, MEDIA_TYPE, problem.headers)


def empty(status: int, **headers: str) -> Response:
    """An answer without a body."""
    return Response(None, status, {**ALWAYS, **headers})


def written(document: Mapping[str, Any]) -> bytes:
    """A document as the bytes that are sent."""
    return orjson.dumps(document, default=_plain)


def tag(version: int, body: bytes = b"") -> str:
    """The ETag of an answer: the version of the case, and for a read what tells answers apart.

    A case stays as it is while the days pass, by which it comes to be late, and not everybody may
    do the same: of two reads at one version the answers may differ.
    """
    apart = f".{hashlib.sha256(body).hexdigest()[:TOLD_APART]}" if body else ""
    return f'"{version}{apart}"'


def next_page(path: str, query: Mapping[str, Any], after: str) -> str:
    """The Link to the page that follows one."""
    given = {name: value for name, value in query.items() if value is not None}
    return f'<{path}?{urlencode({**given, "after": after})}>; rel="next"'


class FileAnswer(Response):
    """A file, sent from where it was put while the store was read; with what is said of it, as
    two parts, where that is taken.
    """

    def __init__(
        self, content: Content, spool: Spool, offload: Offload, about: Document | None = None
    ) -> None:
        self._spool, self._offload = spool, offload
        self._before = self._after = b""
        media_type, disposition = content.media_type, _disposition(content.name)
        headers = {**ALWAYS, "Content-Disposition": disposition}
        if about is not None:
            boundary = os.urandom(16).hex()
            self._before = _before(boundary, written(about), media_type, disposition)
            self._after = f"\r\n--{boundary}--\r\n".encode()
            headers, media_type = {**ALWAYS}, f"{BOTH}; boundary={boundary}"
        size = len(self._before) + spool.size + len(self._after)
        super().__init__(None, 200, {**headers, "Content-Length": str(size)}, media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it piece by piece, no faster than it is taken."""
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        piece = self._before
        try:
            await send(start)
            if piece:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            while piece := await self._offload(self._spool.read, PIECE):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": self._after})
        finally:
            self._spool.close()


def takes_both(headers: Headers) -> bool:
    """Whether whoever asks for a file takes with it what is said of it."""
    return any(one.split(";")[0].strip() == BOTH for one in headers.get("accept", "").split(","))


def put_by(content: Content) -> Spool:
    """All of a file, read in one go: the store is not held open while somebody takes it."""
    spool = Spool()
    try:
        for piece in content.pieces:
            spool.write(piece)
    except BaseException:
        spool.close()
        raise
    spool.rewind()
    return spool


def _made(body: bytes, status: int, media_type: str, headers: Mapping[str, str]) -> Response:
    return Response(body, status, {**ALWAYS, **headers}, media_type)


def _before(boundary: str, about: bytes, media_type: str, disposition: str) -> bytes:
    """What comes before the file, where two parts are sent: what is said of it."""
    head = f"--{boundary}\r\nContent-Type: application/json\r\nContent-Length: {len(about)}"
    then = f"\r\n--{boundary}\r\nContent-Type: {media_type}\r\nContent-Disposition: "
    return f"{head}\r\n\r\n".encode() + about + f"{then}{disposition}\r\n\r\n".encode()


def _disposition(name: str) -> str:
    return f'attachment; filename="{_name(name)}"'


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple | frozenset):
        return list(value)
    raise TypeError


def _name(name: str) -> str:
    """The name of a file in a header: what such a name may not hold is left out."""
    return "".join(char for char in name if char.isascii() and (char.isalnum() or char in "._- "))
