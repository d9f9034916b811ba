"""Messages sent as mail through the partnership's own mail server.

It never speaks in clear to another machine, and never repeats a password or an address in an error.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from time import monotonic
from typing import Any, Final

from engine.errors import ConfigError, DeliveryError
from notifiers.file import letter
from notifiers.incoming import Incoming
from notifiers.message import Message, Receipt

PORTS: Final = {"starttls": 587, "implicit": 465, "none": 25}
"""The kinds of TLS, and the port that each uses unless config.toml says otherwise."""
ANSWERS: Final = 4
"""A whole delivery lasts no longer than so many answers may take, however they drip in."""

_STATUS = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Server:
    """The mail server that takes our messages, and how to speak to it."""

    host: str
    port: int
    tls: str
    sender: str
    """The mail address that messages come from."""
    timeout: float
    """Seconds to wait for each answer of the server."""
    login: tuple[str, str] | None = field(default=None, repr=False)
    """User name and password."""
    ca_file: str | None = None
    """The certificates to trust in place of the operating system's."""


class SmtpNotifier:
    """Sends each message as one mail; a repeat shows by its Message-ID."""

    name = "smtp"

    def __init__(self, server: Server, now: Callable[[], datetime]) -> None:
        """Load the certificates to trust; raise ConfigError where TLS is wanting or they are."""
        if server.tls == "none" and not _is_this_machine(server.host):
            raise ConfigError(
                f"config.toml, [notify.{self.name}]: tls = 'none' is only for a mail server on "
                "this machine; use 'starttls' or 'implicit'."
            )
        self.sender = server.sender
        self.now = now
        self._server = server
        self._trust = _trust(server, self.name)

    def letter(self, message: Message) -> bytes:
        """The mail for a message; raises DeliveryError if `to` is not a mail address."""
        return letter(message, self.sender, self.now())

    def send(self, message: Message) -> Receipt:
        """Give the mail to the server, or raise DeliveryError if it does not take it.

        Only a server that refuses this very message for good (RFC 5321 s.4.2.1, 5yz) ends the
        matter: a wrong password or certificate is put right by people, and it then goes out.
        """
        mail = self.letter(message)
        try:
            with self._session() as session:
                return Receipt(self.name, _hand_over(session, self.sender, message.to, mail))
        except OSError as error:
            reason = _reason(error)
        # Raised out here, so that nobody finds the server's own words hanging from it.
        raise DeliveryError(
            f"The mail server {self._server.host}, port {self._server.port}, could not be used "
            f"({reason}); check that it runs, and its address, TLS and login."
        )

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        session = self._dial()
        try:
            if self._server.tls == "starttls":
                session.starttls(context=self._trust)
            session.ehlo_or_helo_if_needed()
            if self._server.login:
                session.login(*self._server.login)
            yield session
        finally:
            # What the server took stays taken, however it says goodbye.
            with suppress(OSError):
                session.quit()
            session.close()

    def _dial(self) -> smtplib.SMTP:
        server = self._server
        until = monotonic() + ANSWERS * server.timeout
        # Left alone, smtplib would ask the network for this machine's own name.
        own_name = server.sender.rpartition("@")[2]
        if server.tls != "implicit":
            return _Session(until, server.host, server.port, own_name, server.timeout)
        return _TlsSession(
            until, server.host, server.port, own_name, timeout=server.timeout, context=self._trust
        )


class _Session(smtplib.SMTP):
    """A session whose answers are read in bounds: a server may send one that has no end."""

    def __init__(self, until: float, *how: Any, **named: Any) -> None:
        self._until = until
        super().__init__(*how, **named)

    def getreply(self) -> tuple[int, bytes]:
        """Read one answer; smtplib opens `file` anew where TLS has begun."""
        if self.file is None and self.sock is not None:
            self.file = Incoming(self.sock, self._until, self.timeout).makefile("rb")
        return super().getreply()


class _TlsSession(_Session, smtplib.SMTP_SSL):
    """The same, with TLS from the start."""


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _trust(server: Server, name: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=server.ca_file)
    except OSError:
        raise ConfigError(
            f"config.toml, [notify.{name}]: no certificates can be read from {server.ca_file}; "
            "give ca_file a file in PEM form."
        ) from None


def _hand_over(session: smtplib.SMTP, sender: str, to: str, mail: bytes) -> str:
    _taken(session.mail(sender))
    _taken(session.rcpt(to))
    try:
        return _taken(session.data(mail))
    except smtplib.SMTPDataError as error:
        refusal = _refusal(error.smtp_code, error.smtp_error)
    raise refusal


def _taken(reply: tuple[int, bytes]) -> str:
    code, words = reply
    if code // 100 != 2:
        raise _refusal(code, words)
    return _numbers(code, words)


def _refusal(code: int, words: bytes | str) -> DeliveryError:
    again = code // 100 != 5
    advice = "it may take it later." if again else "check the addresses it comes from and goes to."
    return DeliveryError(
        f"The mail server refused a message ({_numbers(code, words)}); {advice}", again=again
    )


def _reason(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"it refused the password, {_numbers(error.smtp_code, error.smtp_error)}"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "it has no STARTTLS, or takes no login"
    if isinstance(error, smtplib.SMTPResponseException):
        return _numbers(error.smtp_code, error.smtp_error)
    return error.strerror or str(error)


def _numbers(code: int, words: bytes | str) -> str:
    """Keep a reply's codes (RFC 3463) alone: its words may repeat an address or a login."""
    if isinstance(words, str):
        words = words.encode(errors="replace")
    status = _STATUS.match(words)
    return f"{code} {status.group().decode()}" if status else str(code)
