"""The body of a request, read within its limits: a JSON document, alone or with files beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, Protocol

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers
from starlette.types import Receive

from engine.errors import UsageError
from engine.verbs.fields import BODY, Field
from engine.web import json_text
from engine.web.limits import MOST_JSON, MOST_TOGETHER, TO_SEND, TO_SEND_FILES
from engine.web.parts import Parts, too_large
from engine.web.problems import bare

JSON = "application/json"
PARTS = "multipart/form-data"
LATE = "The request did not come to its end in time."


class Gone(Exception):  # noqa: N818
    """Whoever asked has gone: nobody is left to be answered."""


class Body(NamedTuple):
    """The body of a request, as it came; what it says is found out where it holds nobody up."""

    text: bytes = b""
    parts: Parts | None = None

    @property
    def document(self) -> Any:
        """Its JSON document; an empty one where there is none. Raises UsageError."""
        if self.parts:
            return self.parts.document
        return json_text.read(self.text) if self.text else {}

    @property
    def files(self) -> Mapping[str, Any]:
        """Its files, by their fields."""
        return self.parts.files if self.parts else {}

    def close(self) -> None:
        """Let go of its files."""
        if self.parts:
            self.parts.close()


class Offload(Protocol):
    """Does something where it holds nobody else up."""

    def __call__(self, act: Callable[..., Any], *given: Any) -> Awaitable[Any]:
        """What comes of it."""


NOTHING = Body()


def file_fields(fields: tuple[Field, ...], kind: str) -> list[str]:
    """The fields that are files of a kind: file or papers."""
    return [one.name for one in fields if one.kind == kind and one.where == BODY]


def form(headers: Headers, fields: tuple[Field, ...], most: int = MOST_JSON) -> str:
    """In which form a body comes: JSON, PARTS, or nothing where it does not say.

    Raises Problem for what is not taken, and for what says of itself that it is too large.
    """
    kind, said = parse_options_header(headers.get("content-type"))
    media = kind.decode("latin-1")
    takes_files = _takes_files(fields)
    encoded = headers.get("content-encoding", "identity").lower() != "identity"
    charset = said.get(b"charset", b"utf-8").lower()
    if encoded or charset != b"utf-8" or media not in ("", JSON, *([PARTS] if takes_files else [])):
        raise _unknown(takes_files)
    _check_length(headers, media == PARTS, most)
    return media


async def alone(
    media: str, receive: Receive, fields: tuple[Field, ...], most: int = MOST_JSON
) -> Body:
    """A JSON document without files. Raises Problem for what is none, and Gone."""
    text = bytearray()
    async with _within(TO_SEND):
        async for piece in _pieces(receive):
            text += piece
            if len(text) > most:
                raise too_large("The JSON document", most)
    if text and not media:
        raise _unknown(_takes_files(fields))
    return Body(bytes(text))


async def with_files(
    headers: Headers, receive: Receive, fields: tuple[Field, ...], offload: Offload
) -> Body:
    """A JSON document with files. Raises UsageError, Problem for what is too large, and Gone."""
    _, said = parse_options_header(headers.get("content-type"))
    if not said.get(b"boundary"):
        raise UsageError("The Content-Type names no boundary.")
    parts = Parts(said[b"boundary"], file_fields(fields, "file"), file_fields(fields, "papers"))
    size = 0
    try:
        async with _within(TO_SEND_FILES):
            async for piece in _pieces(receive):
                size += len(piece)
                if size > MOST_TOGETHER:
                    raise too_large("The request", MOST_TOGETHER)
                await offload(parts.write, piece)
        parts.end()
        return Body(b"", parts)
    except BaseException:
        parts.close()
        raise


@asynccontextmanager
async def _within(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise bare(408, LATE, Connection="close") from None


async def _pieces(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        if piece := message.get("body", b""):
            yield piece
        if not message.get("more_body", False):
            return


def _check_length(headers: Headers, with_files: bool, most: int) -> None:
    """Refuse what says of itself that it is too large, before any of it has come."""
    said = headers.get("content-length", "")
    most = MOST_TOGETHER if with_files else most
    if said.isascii() and said.isdigit() and (len(said) > 12 or int(said) > most):
        raise too_large("The request" if with_files else "The JSON document", most)


def _takes_files(fields: tuple[Field, ...]) -> bool:
    return any(one.kind in ("file", "papers") for one in fields)


def _unknown(takes_files: bool) -> Exception:
    files = f", or {PARTS} with files" if takes_files else ""
    return bare(
        415,
        f"Send {JSON} in UTF-8{files}, not compressed.",
        Accept=f"{JSON}, {PARTS}" if takes_files else JSON,
    )
