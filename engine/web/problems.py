"""What goes wrong, as RFC 9457 has it told: one sentence, and never a value that was sent."""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from engine import log
from engine.errors import (
    CaseNotFoundError,
    ConfigError,
    DefinitionError,
    DeniedError,
    EngineError,
    IncompleteError,
    NotSignedInError,
    OutcomeUnknownError,
    RefusedError,
    StaleCaseError,
    StorageError,
    TrailError,
    UsageError,
)
from engine.web.limits import RETRY_AFTER

MEDIA_TYPE: Final = "application/problem+json"
KIND: Final = "urn:casetrail:problem:"
"""Before the kind of a problem: it names it, and is no address."""

KINDS: Final[Mapping[type[EngineError], tuple[str, str]]] = {
    UsageError: ("mistaken-request", "The request is mistaken"),
    DefinitionError: ("mistaken-definition", "The definition cannot be used"),
    NotSignedInError: ("not-signed-in", "You are not signed in"),
    DeniedError: ("denied", "This is for others"),
    CaseNotFoundError: ("not-found", "There is no such thing"),
    RefusedError: ("refused", "The rules say no"),
    StaleCaseError: ("stale", "Somebody else changed the case first"),
    StorageError: ("storage", "The storage cannot do this now"),
    OutcomeUnknownError: ("outcome-unknown", "It cannot be told whether the change was saved"),
    ConfigError: ("not-configured", "Casetrail cannot be used as it is configured"),
    TrailError: ("trail", "The trail does not verify"),
    IncompleteError: ("incomplete", "A verification could not be completed"),
}
"""The kind and the title of each error; of any other, that it is a fault."""

FAULT: Final = ("fault", "Casetrail met a fault of its own")

NOT_TOLD: Final[Mapping[type[EngineError], str]] = {
    ConfigError: (
        "What stands in config.toml cannot be used as it is; whoever runs Casetrail finds out why "
        "with any command there."
    ),
}
"""What is said in the stead of an error that is for those who run Casetrail alone."""

WORDS: Final = "casetrail-words"
AS_TYPED: Final = "as typed"
"""Of a request: whoever sends it types at a command line, and is told what goes wrong in its words,
with the names that they typed.
"""

_OPTION = re.compile(r"--(if-version \d+|[a-z]+(?:-[a-z]+)*)")
_IN_HEADERS = {"key": "another Idempotency-Key", "if-version": "If-Match"}


@dataclass(eq=False)
class Problem(Exception):  # noqa: N818  (it is one, whether or not it is raised)
    """Something that goes wrong on the way to a verb, or on the way back."""

    status: int
    kind: str
    title: str
    detail: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def document(self) -> dict[str, Any]:
        """The same as RFC 9457 has it."""
        said = {"detail": self.detail} if self.detail else {}
        known = {"type": f"{KIND}{self.kind}", "title": self.title, "status": self.status}
        return {**known, **said, **self.more}


def bare(status: int, detail: str = "", **headers: str) -> Problem:
    """A problem that its status says already."""
    known = HTTPStatus(status)
    kind = re.sub(r"[^a-z]+", "-", known.phrase.lower()).strip("-")
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Problem(status, kind, known.phrase, detail, {}, named)


def spoken(text: str) -> str:
    """A sentence of the engine without the options of the command line, by the fields' names."""
    return _OPTION.sub(_field, text)


def as_typed(text: str) -> str:
    """The same as the command line says it."""
    return text


def _field(found: re.Match[str]) -> str:
    name, _, value = found[1].partition(" ")
    if name in _IN_HEADERS:
        return f'{_IN_HEADERS[name]}: "{value}"' if value else _IN_HEADERS[name]
    return f'"{name.replace("-", "_")}"'


def of_error(error: EngineError, key: str = "", say: Callable[[str], str] = spoken) -> Problem:
    """What an error of the engine says to whoever sent the request; `key` was the change's.

    `say` puts a sentence of the engine into the words of whoever asks.
    """
    for base in type(error).__mro__:
        if base in KINDS:
            kind, title = KINDS[base]
            detail = NOT_TOLD.get(base) or say(str(error))
            more, headers = _more(error, key, say), _headers(error)
            detail = " ".join(more.get("mistakes", [detail]))
            return Problem(error.status, kind, title, detail, more, headers)
    return of_fault(error)


def of_fault(error: Exception) -> Problem:
    """A fault of ours: nothing is told of it but the id under which the log has its place."""
    fault = os.urandom(6).hex()
    log.alarm("a request failed", kind=type(error).__name__, where=_where(error), fault=fault)
    return Problem(500, *FAULT, "", {"fault": fault})


def _more(error: EngineError, key: str, say: Callable[[str], str]) -> dict[str, Any]:
    if isinstance(error, RefusedError):
        needs = [one.plain() for one in error.unmet]
        told = [{**one, "what": say(one["what"]), "how": say(one["how"])} for one in needs]
        return {"transition": error.transition, "unmet": told}
    if isinstance(error, DefinitionError):
        return {"mistakes": [str(one) for one in error.mistakes]}
    if isinstance(error, UsageError):
        return {"mistakes": [say(line) for line in str(error).split("\n")]}
    if isinstance(error, OutcomeUnknownError) and key:
        return {"key": key}
    if isinstance(error, CaseNotFoundError) and error.ref and say is not spoken:
        return {"ref": error.ref}
    return {}


def _headers(error: EngineError) -> dict[str, str]:
    if isinstance(error, NotSignedInError):
        return {"WWW-Authenticate": "Bearer"}
    return {"Retry-After": str(RETRY_AFTER)} if error.status == 503 else {}


def _where(error: Exception) -> str:
    """The file of ours and the line at which it happened."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [one for one in frames if f"{os.sep}engine{os.sep}" in one.filename]
    if not ours:
        return "elsewhere"
    file = ours[-1].filename.rpartition(f"{os.sep}engine{os.sep}")[2]
    return f"{file.replace(os.sep, '.').removesuffix('.py')}.{ours[-1].lineno}"
