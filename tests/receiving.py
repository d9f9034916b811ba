"""Real servers of HTTP: one that keeps what it gets, and one like GOV.UK Notify."""

from __future__ import annotations

import hashlib
import hmac
import json
import ssl
import threading
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import trustme

SECRET = "whsec_" + "Q2FzZXRyYWlsIGlzIHRyaWVkIHdpdGggdGhpcyBzZWNyZXQ="
SERVICE = "26785a09-ab16-4eb0-8407-a37497a57506"
KEY_SECRET = "3d844edf-8d35-48ac-975b-e847b4f122b0"
API_KEY = f"casetrail_test-{SERVICE}-{KEY_SECRET}"
TEMPLATE = "f33517ff-2a88-4f6e-b855-c550268ce08a"


class Got(NamedTuple):
    """One request, as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Said(NamedTuple):
    """What is answered to it."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class Receiver:
    """Answers each request as it is told to, and keeps them all."""

    answer: Callable[[Got], Said] = lambda _: Said(204)
    got: list[Got] = field(default_factory=list)
    port: int = 0


@dataclass(frozen=True)
class Authority:
    """Makes certificates that only those trust who are told to."""

    file: str
    ca: trustme.CA

    def server(self, *names: str, **how: Any) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert(*(names or ("localhost", "127.0.0.1")), **how).configure_cert(context)
        return context


@cache
def authority(folder: Path) -> Authority:
    """One for a folder: it stands in `ca.pem` there."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(folder / "ca.pem")
    return Authority(str(folder / "ca.pem"), ca)


@contextmanager
def http_server(receiver: Receiver, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def handle_one(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            got = Got(self.command, self.path, dict(self.headers.items()), self.rfile.read(length))
            receiver.got.append(got)
            said = receiver.answer(got)
            self.send_response(said.status)
            for name, value in said.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        do_GET = do_POST = handle_one  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            pass  # whoever hung up is not wanted on the terminal

    server = Server(("127.0.0.1", 0), Handler)
    receiver.port = server.server_port
    if tls:
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    serving.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


class FakeNotify(Receiver):
    """GOV.UK Notify, as its published contract has it: it refuses whatever that does not allow."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.states: dict[str, str] = {}
        self.mails: list[dict[str, Any]] = []

    def _answer(self, got: Got) -> Said:
        fault = token_fault(got.headers.get("Authorization", ""))
        if fault:
            return failed(403, "AuthError", fault)
        if got.method == "POST" and got.path == "/v2/notifications/email":
            return self._mail(got)
        number = got.path.removeprefix("/v2/notifications/")
        if got.method == "GET" and number in self.states:
            return said(200, {"id": number, "type": "email", "status": self.states[number]})
        return failed(404, "NoResultFound", "No result found")

    def _mail(self, got: Got) -> Said:
        if got.headers.get("Content-type") != "application/json":
            return failed(400, "BadRequestError", "no JSON")
        mail = json.loads(got.body)
        allowed = {"email_address", "template_id", "personalisation", "reference"}
        if extra := mail.keys() - allowed:
            return failed(400, "ValidationError", f"Additional properties {sorted(extra)}")
        if mail.get("template_id") != TEMPLATE:
            return failed(400, "BadRequestError", "Template not found")
        if "@" not in mail.get("email_address", ""):
            return failed(400, "ValidationError", "email_address Not a valid email address")
        if not all(isinstance(one, str) for one in mail["personalisation"].values()):
            return failed(400, "ValidationError", "personalisation is no object of texts")
        number = str(uuid5(UUID(SERVICE), mail["reference"]))
        self.mails.append(mail)
        self.states.setdefault(number, "created")
        return said(
            201,
            {
                "id": number,
                "reference": mail["reference"],
                "content": {"subject": "", "body": "", "from_email": "sample@notify.example"},
                "uri": f"/v2/notifications/{number}",
                "template": {"id": TEMPLATE, "version": 1, "uri": f"/v2/template/{TEMPLATE}"},
            },
        )


def token_fault(authorization: str) -> str:
    """What is wrong with a token, by RFC 7519 and Notify's own page; nothing, if it holds."""
    parts = authorization.removeprefix("Bearer ").split(".")
    if not authorization.startswith("Bearer ") or len(parts) != 3:
        return "Unauthorized: authentication token must be provided"
    signed = f"{parts[0]}.{parts[1]}".encode()
    if hmac.new(KEY_SECRET.encode(), signed, hashlib.sha256).digest() != coded(parts[2]):
        return "Invalid token: signature, api token not found"
    head, claims = json.loads(coded(parts[0])), json.loads(coded(parts[1]))
    if head != {"typ": "JWT", "alg": "HS256"}:
        return "Invalid token: algorithm used is not HS256"
    if claims.get("iss") != SERVICE:
        return "Invalid token: service not found"
    if abs(claims.get("iat", 0) - time.time()) > 30:
        return "Error: Your system clock must be accurate to within 30 seconds"
    return ""


def coded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def said(status: int, answer: Mapping[str, Any]) -> Said:
    return Said(status, json.dumps(answer).encode(), (("Content-Type", "application/json"),))


def failed(status: int, error: str, message: str) -> Said:
    return said(status, {"status_code": status, "errors": [{"error": error, "message": message}]})
