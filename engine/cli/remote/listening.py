"""What a browser comes back to once somebody has signed in: a listener on this computer alone, for
one answer, at a path that nobody can guess.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qs, urlsplit

from engine.errors import UsageError

TO_SIGN_IN: Final = 300.0
"""Seconds in which somebody must have signed in."""
DONE: Final = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Casetrail</title>"
    "<p>You can close this window and go back to where you typed the command.</p></html>"
)

Show = Callable[[str], None]
"""Shows an address to whoever is to go there."""


class Listener:
    """Listens until the browser comes back, or for as long as somebody may take."""

    def __init__(self, seconds: float = TO_SIGN_IN) -> None:
        self._path = f"/{secrets.token_urlsafe(16)}"
        self._end = time.monotonic() + seconds
        self._found: dict[str, list[str]] = {}
        self._server = HTTPServer(("127.0.0.1", 0), self._handler())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.server_close()

    @property
    def address(self) -> str:
        """Where the browser is to come back to."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{self._path}"

    def wait(self) -> str:
        """The code with which the browser came back. Raises UsageError where it did not."""
        while not self._found:
            left = self._end - time.monotonic()
            if left <= 0:
                raise UsageError("Nobody signed in within five minutes; begin again.")
            self._server.timeout = left
            self._server.handle_request()
        if not (code := self._found.get("code", [""])[0]):
            raise UsageError("You were not signed in there; begin again.")
        return code

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        listener = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 10

            def do_GET(self) -> None:
                """Take what the browser brings back; whatever else comes is none of ours."""
                parts = urlsplit(self.path)
                ours = secrets.compare_digest(parts.path.encode(), listener._path.encode())
                text = DONE.encode() if ours else b""
                self.send_response(200 if ours else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(text)))
                self.send_header("Cache-Control", "no-store")
                self.send_header("Referrer-Policy", "no-referrer")
                self.end_headers()
                self.wfile.write(text)
                if ours:
                    listener._found = parse_qs(parts.query) or {"code": [""]}

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """Say nothing: the code stands in the address."""

        return Handler
