"""What the tests of notifiers bring themselves: a sample message, a mail server, a certificate."""

from __future__ import annotations

import asyncio
import email
import io
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email import policy
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from engine.errors import DeliveryError
from notifiers.making import Wiring, build
from notifiers.message import Message, Notifier

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SENDER = "casetrail@partnership.example"
LOGIN = ("casetrail-account", "correct:horse battery ")
MESSAGE = Message(
    id="5f2c9a7e.remind-1",
    to="business.unit@partnership.example",
    reference="CSPR-2026-0007",
    what="The report to the Panel is due soon.",
    to_role="Business unit of the partnership",
    by_when="Friday 27 November 2026",
    partnership="Ourtown Safeguarding Children Partnership",
    link="https://casetrail.partnership.example/cases/CSPR-2026-0007",
)


@dataclass(frozen=True)
class Delivered:
    id: str
    subject: str
    text: str


def wiring(folder: Path, **given: Any) -> Wiring:
    usual = Wiring(now=lambda: NOW, stream=io.StringIO(), folder=folder, environment={})
    return replace(usual, **given)


@cache
def read_mail(mail: bytes) -> Delivered:
    read = email.message_from_bytes(mail, policy=policy.default)
    assert not read.defects
    message_id = read["Message-ID"].removeprefix("<").removesuffix("@log.casetrail.invalid>")
    text = read.get_content()
    return Delivered(message_id, read["Subject"], text.replace("\r\n", "\n"))


def says_nothing_of(message: Message, text: str) -> bool:
    told = (message.to, message.reference, message.what, message.to_role, message.link)
    return not any(part in text for part in told if part)


def refused(notifier: Notifier, message: Message = MESSAGE) -> DeliveryError:
    with pytest.raises(DeliveryError) as failure:
        notifier.send(message)
    assert says_nothing_of(message, str(failure.value))
    return failure.value


class Inbox:
    """A mail server's handler that keeps what it is given, and may answer out of turn."""

    def __init__(self, **answers: Callable[[Any], Any]) -> None:
        self.mails: list[bytes] = []
        self.recipients: list[str] = []
        self.callers: list[str] = []
        for verb, answer in answers.items():
            setattr(self, f"handle_{verb}", self._answering(answer))

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(envelope.content)
        self.recipients += envelope.rcpt_tos
        self.callers.append(session.host_name)
        return "250 2.0.0 taken"

    @staticmethod
    def _answering(answer: Callable[[Any], Any]) -> Callable[..., Any]:
        async def handle(server: Any, *_: object) -> Any:
            reply = answer(server)
            return await reply if asyncio.iscoroutine(reply) else reply

        return handle


class MailServer(Controller):
    """aiosmtpd on whichever port is free."""

    def _create_server(self) -> Any:
        # asyncio sends at once only through a socket that says it is TCP's.
        listening = socket.socket(proto=socket.IPPROTO_TCP)
        listening.bind(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        return self.loop.create_server(self._factory_invoker, sock=listening, ssl=self.ssl_context)


@contextmanager
def mail_server(inbox: Inbox, **how: Any) -> Iterator[int]:
    server = MailServer(inbox, hostname="127.0.0.1", server_hostname="mail.example", **how)
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


def smtp_notifier(folder: Path, **table: object) -> Notifier:
    usual: dict[str, object] = {"host": "127.0.0.1", "tls": "none", "from": SENDER, "timeout": 1}
    environment = {"SMTP_LOGIN": ":".join(LOGIN)}
    return build("smtp", usual | table, wiring(folder, environment=environment))


@dataclass(frozen=True)
class Certificate:
    file: str
    server: ssl.SSLContext


class Accounts:
    """Lets one account in, unless told to answer every login otherwise."""

    def __init__(self, answer: str | None = None) -> None:
        self.logins: list[tuple[str, str]] = []
        self._answer = answer

    def __call__(self, *given: Any) -> AuthResult:
        login: LoginPassword = given[4]
        self.logins.append((login.login.decode(), login.password.decode()))
        if self._answer:
            return AuthResult(success=False, handled=False, message=self._answer)
        return AuthResult(success=self.logins[-1] == LOGIN)


def tls_server(tls: str, certificate: Certificate) -> dict[str, object]:
    if tls == "starttls":
        return {"tls_context": certificate.server, "require_starttls": True}
    # aiosmtpd takes a session that was TLS from the start for one in clear.
    return {"ssl_context": certificate.server, "auth_require_tls": False}


def make_certificate(folder: Path) -> Certificate:
    """Make a certificate for 127.0.0.1 that only those trust who are told to."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.partnership.example")])
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(alternative, critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "public.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "private.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "public.pem", folder / "private.pem")
    return Certificate(str(folder / "public.pem"), context)
