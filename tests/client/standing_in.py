"""Something that listens where a Casetrail should, and answers what a test says."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

WHO = {"warning": "", "demo": False, "person": "bess", "version": "0"}


class Said(NamedTuple):
    """One answer."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = {}
    media_type: str = "application/json"


@dataclass
class StandIn:
    """What was asked, and what is answered to whatever is not `who`."""

    answers: list[Said | Callable[[BaseHTTPRequestHandler], None]]
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    url: str = ""

    def take(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        """Answer one request."""
        said: Said | Callable[[BaseHTTPRequestHandler], None]
        if handler.path == "/v1/who" and self.answers and handler.command == "GET":
            said = Said(200, WHO)
        else:
            headers = {name.lower(): value for name, value in handler.headers.items()}
            self.asked.append((handler.command, handler.path, {**headers, "": body.decode()}))
            said = self.answers.pop(0) if self.answers else hanging_up
        if isinstance(said, Said):
            self.say(handler, said)
        else:
            said(handler)

    def say(self, handler: BaseHTTPRequestHandler, said: Said) -> None:
        """Write one answer."""
        text = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
        handler.send_response(said.status)
        handler.send_header("Content-Type", said.media_type)
        handler.send_header("Content-Length", str(len(text)))
        for name, value in said.headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(text)


def problem(status: int, kind: str, detail: str = "", **more: Any) -> Said:
    """A problem as a Casetrail tells it; of `retry_after` its header."""
    headers = {"Retry-After": str(more.pop("retry_after"))} if "retry_after" in more else {}
    told = {"type": f"urn:casetrail:problem:{kind}", "title": "It", "status": status, **more}
    body = {**told, "detail": detail} if detail else told
    return Said(status, body, headers, "application/problem+json")


def hanging_up(handler: BaseHTTPRequestHandler) -> None:
    """End the connection without an answer."""
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def standing_in(
    *answers: Said | Callable[[BaseHTTPRequestHandler], None],
) -> Iterator[StandIn]:
    """Listen until the end of the block."""
    made = StandIn([*answers])

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 5

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            made.take(self, self.rfile.read(length))

        do_POST = do_GET  # noqa: N815
        do_DELETE = do_GET  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            return

        def handle(self) -> None:
            try:
                super().handle()
            except (OSError, ValueError):
                return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
