"""What comes back from a server: a document, a file with what is said of it, or an error."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from engine import __version__
from engine.cli.remote.wire import Call, Reply
from engine.errors import (
    CaseNotFoundError,
    ConfigError,
    DefinitionError,
    DeniedError,
    EngineError,
    IncompleteError,
    Mistake,
    Need,
    NotSignedInError,
    OutcomeUnknownError,
    RefusedError,
    StaleCaseError,
    StorageError,
    TrailError,
    UnreachableError,
    UsageError,
)
from engine.verbs.verb import Content

KIND: Final = "urn:casetrail:problem:"
MEDIA_TYPE: Final = "application/problem+json"
SENTENCES: Final[Mapping[str, type[EngineError]]] = {
    "storage": StorageError,
    "outcome-unknown": OutcomeUnknownError,
    "not-configured": ConfigError,
    "stale": StaleCaseError,
    "trail": TrailError,
    "incomplete": IncompleteError,
    "mistaken-request": UsageError,
}
"""The kinds of problems that are one sentence, each with the error that it was at the server."""
NOT_OURS: Final = "What answers at {url} is not a Casetrail; check the address of the server."

_PLACE = re.compile(r"(?P<file>.+?):(?P<line>\d+): (?P<problem>.*)", re.DOTALL)
_BOUNDARY = re.compile(r"boundary=([0-9a-f]{32})")


def document(reply: Reply, call: Call, url: str) -> dict[str, Any]:
    """The document that came. Raises the error that it was at the server instead."""
    if reply.status != 200:
        raise error(reply, call, url)
    if reply.media_type != "application/json":
        raise UnreachableError(NOT_OURS.format(url=url))
    return _json(reply.read(), url)


def content(reply: Reply, call: Call, url: str) -> Content:
    """The file that came, and what was said of it. Raises the same."""
    if reply.status != 200:
        raise error(reply, call, url)
    boundary = _BOUNDARY.search(str(reply.headers.get("Content-Type", "")))
    if reply.media_type != "multipart/mixed" or boundary is None:
        raise UnreachableError(f"{NOT_OURS.format(url=url)} It may be an older one.")
    parts = _Parts(reply.pieces(), boundary[1].encode())
    about = _json(parts.first(), url)
    head = parts.head()
    named = re.search(r'filename="([^"/\\]{1,255})"', head)
    kind = re.search(r"(?im)^content-type: *([\w./+-]+)", head)
    name, media_type = named[1] if named else "file", kind[1] if kind else ""
    return Content(name, media_type, parts.rest(), about)


def error(reply: Reply, call: Call, url: str) -> EngineError:
    """The error that a problem was at the server."""
    if 300 <= reply.status < 400:
        reply.read()
        return UnreachableError(
            f"{url} points elsewhere, and that is not followed; give the address at which "
            "Casetrail itself answers."
        )
    if reply.media_type != MEDIA_TYPE:
        unknown = call.changes and reply.status >= 500
        if unknown:
            return OutcomeUnknownError(
                f"Something in front of {url} answered in its stead ({reply.status}), so it cannot "
                "be told whether the change was saved."
            )
        return UnreachableError(f"{NOT_OURS.format(url=url)} (It said {reply.status}.)")
    return of_problem(_json(reply.read(), url), url)


def of_problem(told: Mapping[str, Any], url: str) -> EngineError:
    """The same of a problem that was read."""
    kind = str(told.get("type", "")).removeprefix(KIND)
    detail = str(told.get("detail", ""))
    if kind in ("refused", "denied"):
        made = DeniedError if kind == "denied" else RefusedError
        needs = tuple(Need(str(n["what"]), tuple(n["who"]), str(n["how"])) for n in told["unmet"])
        return made(detail, needs, str(told.get("transition", "")))
    if kind == "not-found" and detail:
        return CaseNotFoundError(detail, str(told.get("ref", "")))
    if kind == "mistaken-definition":
        return DefinitionError(tuple(map(_mistake, told.get("mistakes", ()))))
    if kind in SENTENCES:
        said = "\n".join(map(str, told.get("mistakes", ()))) or detail
        return SENTENCES[kind](said)
    return _of_the_door(told, kind, detail, url)


def _of_the_door(told: Mapping[str, Any], kind: str, detail: str, url: str) -> EngineError:
    """What goes wrong before a verb is asked, or where it is at fault."""
    if kind == "not-signed-in":
        return NotSignedInError(
            f"You are not signed in at {url}, or no longer; sign in again: casetrail sign-in "
            f"--server {url}"
        )
    if kind == "fault":
        return EngineError(
            f"Something went wrong at {url} itself; whoever runs it finds it in its log as "
            f"{told.get('fault', '')}."
        )
    if told.get("status") in (429, 503):
        return UnreachableError(f"{detail or 'The server takes nothing more just now.'} ({url})")
    if told.get("status") in (404, 405):
        return UsageError(
            f"The Casetrail at {url} does not know this command: it is another than this one, "
            f"which is {__version__}; have both brought to the same version."
        )
    return UsageError(detail or str(told.get("title", "The server refused it.")))


def _mistake(said: str) -> Mistake:
    found = _PLACE.fullmatch(said)
    return (
        Mistake(found["file"], int(found["line"]), found["problem"])
        if found
        else Mistake("", 0, said)
    )


def _json(text: bytes, url: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise UnreachableError(NOT_OURS.format(url=url))
    return found


class _Parts:
    """Two parts as they come: what is said of a file, and the file, of which no more than a piece
    is held.
    """

    def __init__(self, pieces: Iterator[bytes], boundary: bytes) -> None:
        self._pieces, self._held = pieces, b""
        self._mark = b"--" + boundary
        self._end = b"\r\n" + self._mark + b"--\r\n"

    def first(self) -> bytes:
        """What is said of the file."""
        return self._until(b"\r\n\r\n") and self._until(b"\r\n" + self._mark + b"\r\n")

    def head(self) -> str:
        """The lines before the file."""
        return self._until(b"\r\n\r\n").decode("latin-1")

    def rest(self) -> Iterator[bytes]:
        """The file itself. Raises UnreachableError where its end is missing."""
        keep = len(self._end)
        while piece := next(self._pieces, b""):
            self._held += piece
            if len(self._held) > keep:
                yield self._held[:-keep]
                self._held = self._held[-keep:]
        if not self._held.endswith(self._end):
            raise UnreachableError("The file that the server sent broke off; try again.")
        yield self._held[:-keep]

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._held:
            piece = next(self._pieces, b"")
            if not piece:
                raise UnreachableError("What the server sent broke off; try again.")
            self._held += piece
        found, _, self._held = self._held.partition(mark)
        return found
