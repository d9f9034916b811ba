"""The desk of a Casetrail that is served elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from http.client import HTTPException
from time import sleep
from typing import Any, Final

from engine.cli.desk import LOOKING, Head
from engine.cli.remote import answers, tokens, writing
from engine.cli.remote.address import Server
from engine.cli.remote.wire import TO_ANSWER, TO_CONNECT, Call, Reply, Wire
from engine.errors import NotSignedInError
from engine.verbs.fields import MOST_LISTED
from engine.verbs.table import VERBS
from engine.verbs.verb import Content, Document

LISTS: Final[Mapping[str, str]] = {
    "history": "events",
    "deadlines": "deadlines",
    "find": "cases",
}
"""Of long lists that a command prints whole, where the entries stand."""
FIRST: Final = ("list",)
"""Those of which a command prints no more than a page holds."""
OWN_MARK: Final = ("who", "audit verify")
"""Verbs whose document says by itself whether it is of a demo."""
MOST_TRIES: Final = 4
LONGEST_WAIT: Final = 60
"""Seconds that a server may ask to wait, once."""

Said = Callable[[str], None]
"""Tells whoever waits what is waited for."""


class There:
    """The desk at a server. Who asks is told by the token; what is said is the same as here."""

    def __init__(
        self,
        server: Server,
        token: str,
        said: Said,
        *,
        to_connect: float = TO_CONNECT,
        to_answer: float = TO_ANSWER,
        tries: int = MOST_TRIES,
    ) -> None:
        self.server, self._said, self._tries = server, said, tries
        self._token = token
        self._wire = Wire(server, to_connect=to_connect, to_answer=to_answer)
        self._always = {"Authorization": f"Bearer {token}", "Casetrail-Words": "as typed"}

    def close(self) -> None:
        """Let go of the connection."""
        self._wire.close()

    def ask(self, verb: str, request: Mapping[str, Any], head: Head = LOOKING) -> Document:
        """The document that comes of a verb; of a long list, all pages as one."""
        if verb in FIRST:
            return self._asked(verb, {**request, "limit": MOST_LISTED}, head)
        if verb not in LISTS:
            return self._asked(verb, request, head)
        found = self._asked(verb, {**request, "limit": MOST_LISTED}, head)
        whole, after = found, found["next"]
        while after:
            more = self._asked(verb, {**request, "limit": MOST_LISTED, "after": after}, head)
            whole, after = _joined(whole, more, LISTS[verb]), more["next"]
        return whole

    def fetch(self, verb: str, request: Mapping[str, Any], head: Head = LOOKING) -> Content:
        """The file that comes of a verb, with what is said of it."""
        call = self._call(verb, request, head, accept="multipart/mixed")
        found = answers.content(self._answered(call), call, self.server.url)
        found.about.pop("demo", None)  # type: ignore[attr-defined]
        return replace(found, pieces=self._pieces(call, found.pieces))

    def _asked(self, verb: str, request: Mapping[str, Any], head: Head) -> dict[str, Any]:
        call = self._call(verb, request, head)
        try:
            found = answers.document(self._answered(call), call, self.server.url)
        except (OSError, HTTPException) as error:
            raise self._wire.broken(call, error) from None
        if verb not in OWN_MARK:
            found.pop("demo", None)
        return found

    def _call(
        self, verb: str, request: Mapping[str, Any], head: Head, accept: str = "application/json"
    ) -> Call:
        made = writing.call(VERBS[verb], request, head)
        return replace(made, headers={**made.headers, **self._always, "Accept": accept})

    def _pieces(self, call: Call, pieces: Iterator[bytes]) -> Iterator[bytes]:
        try:
            yield from pieces
        except (OSError, HTTPException) as error:
            raise self._wire.broken(call, error) from None

    def _answered(self, call: Call) -> Reply:
        """The answer, once the server takes the request: it may ask to wait."""
        for _ in range(self._tries - 1):
            reply = self._wire.send(call)
            wait = _wait(reply)
            if wait is None or not call.again:
                break
            reply.read()
            self._said(f"The server asks to wait for {wait} s; then it is asked again.")
            sleep(wait)
        else:
            reply = self._wire.send(call)
        if reply.status == NotSignedInError.status:
            tokens.mark_refused(self.server, self._token)
        return reply


def _wait(reply: Reply) -> int | None:
    """How many seconds the server asks to wait; None where it has answered."""
    said = str(reply.headers.get("Retry-After", ""))
    if reply.status not in (429, 503) or not said.isdecimal() or int(said) > LONGEST_WAIT:
        return None
    return int(said)


def _joined(whole: Mapping[str, Any], more: Mapping[str, Any], entries: str) -> dict[str, Any]:
    cautions = list(dict.fromkeys([*whole["cautions"], *more["cautions"]]))
    return {**more, entries: [*whole[entries], *more[entries]], "cautions": cautions}
