"""Receivers that go wrong in every way that one was seen or feared to: real servers on loopback."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from tests.receiving import Authority

CANARY: Final = "Robin-Sample-canary"
"""What a receiver says back that nobody may repeat."""
DRIP: Final = 0.1
"""Seconds between two bytes of a receiver that never comes to an end."""
TEN_GIGABYTES: Final = 10 * 1024**3


@dataclass
class Caller:
    """A caller, as a faulty receiver meets it."""

    connection: socket.socket
    over: threading.Event

    def hear(self, end: bytes) -> None:
        """Read until something has come."""
        heard = b""
        while end not in heard and (more := self.connection.recv(4096)):
            heard += more

    def say(self, text: str) -> None:
        self.connection.sendall(text.encode("latin-1"))

    def drip(self, text: str) -> None:
        """Say a byte now and then, and begin anew at the end."""
        while not self.over.is_set():
            for byte in text.encode("latin-1"):
                self.connection.sendall(bytes([byte]))
                if self.over.wait(DRIP):
                    return

    def flood(self, text: str) -> None:
        """Say it until the caller hangs up, or ten gigabytes are said."""
        block = text.encode("latin-1") * (2**20 // len(text))
        for _ in range(TEN_GIGABYTES // len(block)):
            if self.over.is_set():
                return
            self.connection.sendall(block)

    def hang(self) -> None:
        self.over.wait(60)

    def reset(self) -> None:
        """Hang up as a machine does that has failed."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


Script = Callable[[Caller], None]


@dataclass(frozen=True)
class Fault:
    """What a receiver does to each caller, behind which kind of TLS, and what comes of it."""

    script: Script | None
    """None where nobody even takes the call."""
    tls: str = "good"
    """Whose certificate it shows; `none` for a receiver that speaks in clear."""
    again: bool = True
    """Whether it is to be tried again."""
    taken: bool = False
    """Whether the message counts as delivered all the same."""
    hangs: bool = field(default=False)
    """Whether only the time limit ends it."""


@contextmanager
def faulty(fault: Fault, authority: Authority, elsewhere: Authority) -> Iterator[int]:
    """A receiver with this fault; gives its port."""
    over = threading.Event()
    tls = _tls(fault.tls, authority, elsewhere)
    with socket.create_server(("127.0.0.1", 0), backlog=8) as door:
        serving = threading.Thread(target=_serve, args=(door, fault, tls, over))
        serving.start()
        try:
            yield door.getsockname()[1]
        finally:
            over.set()
            with suppress(OSError):
                door.shutdown(socket.SHUT_RDWR)
            serving.join()


def _tls(kind: str, authority: Authority, elsewhere: Authority) -> ssl.SSLContext | None:
    now = datetime.now(UTC)
    if kind == "none":
        return None
    if kind == "wrong name":
        return authority.server("elsewhere.example", "192.0.2.1")
    if kind == "expired":
        return authority.server(not_before=now - timedelta(9), not_after=now - timedelta(1))
    if kind == "not yet":
        return authority.server(not_before=now + timedelta(1), not_after=now + timedelta(9))
    if kind == "untrusted":
        return elsewhere.server()
    return authority.server()


def _serve(
    door: socket.socket, fault: Fault, tls: ssl.SSLContext | None, over: threading.Event
) -> None:
    if fault.script is None:
        over.wait(60)
        return
    meeting = []
    while not over.is_set():
        with suppress(OSError):
            connection, _ = door.accept()
            meeting.append(
                threading.Thread(target=_meet, args=(connection, fault.script, tls, over))
            )
            meeting[-1].start()
    for one in meeting:
        one.join()


def _meet(
    connection: socket.socket, script: Script, tls: ssl.SSLContext | None, over: threading.Event
) -> None:
    connection.settimeout(20)
    with suppress(OSError), connection:
        if tls is None:
            script(Caller(connection, over))
            return
        with tls.wrap_socket(connection, server_side=True) as secured:
            script(Caller(secured, over))


def _answers(text: str) -> Script:
    """Hears the whole question, and answers this."""

    def script(caller: Caller) -> None:
        caller.hear(b"\r\n\r\n")
        caller.say(text)

    return script


def _then(text: str, goes_on: Callable[[Caller], None]) -> Script:
    """Hears the whole question, answers this, and goes on like that."""

    def script(caller: Caller) -> None:
        caller.hear(b"\r\n\r\n")
        caller.say(text)
        goes_on(caller)

    return script


def _half_open(caller: Caller) -> None:
    caller.hear(b"\r\n\r\n")
    caller.connection.shutdown(socket.SHUT_WR)
    caller.hang()


def _status(code: str, more: str = "") -> Script:
    return _answers(f"HTTP/1.1 {code}\r\n{more}Content-Length: 19\r\n\r\n{CANARY}")


OK = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = f"{OK}Transfer-Encoding: chunked\r\n\r\n"
LINE = f"X-Name: {CANARY}{'x' * 900}\r\n"


def http_faults(redirect: str) -> Mapping[str, Fault]:
    """The faults of a receiver that is spoken to by HTTPS; `redirect` is a place inside."""
    location = f"Location: {redirect}\r\n"
    return {
        "hangs before it accepts": Fault(None, hangs=True),
        "hangs after it accepts": Fault(Caller.hang, "none", hangs=True),
        "hangs after TLS": Fault(Caller.hang, hangs=True),
        "hangs after the question": Fault(_then("", Caller.hang), hangs=True),
        "hangs up at once": Fault(lambda _: None, "none"),
        "hangs up after TLS": Fault(lambda _: None),
        "hangs up after the question": Fault(_answers("")),
        "resets at once": Fault(Caller.reset, "none"),
        "resets after the question": Fault(_then("", Caller.reset)),
        "resets within the status": Fault(_then("HTTP/1.1 2", Caller.reset)),
        "is half open": Fault(_half_open),
        "drips instead of TLS": Fault(lambda c: c.drip("\x16\x03\x03\x3f\xff"), "none", hangs=True),
        "drips its status": Fault(
            _then("", lambda c: c.drip("HTTP/1.1 200 " + "O" * 999)), hangs=True
        ),
        "drips its headers": Fault(_then(OK, lambda c: c.drip("X-A: b\r\n")), hangs=True),
        "drips its body": Fault(
            _then(f"{OK}Content-Length: 999\r\n\r\n", lambda c: c.drip(CANARY)), taken=True
        ),
        "sends ten gigabytes": Fault(
            _then(f"{OK}Content-Length: {TEN_GIGABYTES}\r\n\r\n", lambda c: c.flood(CANARY)),
            taken=True,
        ),
        "sends chunks without end": Fault(
            _then(CHUNKED, lambda c: c.flood("a\r\n0123456789\r\n")), taken=True
        ),
        "sends headers without end": Fault(_then(OK, lambda c: c.flood(LINE))),
        "sends a line without end": Fault(_then("", lambda c: c.flood("HTTP/1.1 200 OK"))),
        "says to go on without end": Fault(
            _then("", lambda c: c.flood("HTTP/1.1 100 Continue\r\n\r\n"))
        ),
        "breaks off its body": Fault(
            _answers(f"{OK}Content-Length: 999\r\n\r\n{CANARY}"), taken=True
        ),
        "says what is no chunk": Fault(_answers(f"{CHUNKED}zz\r\n{CANARY}"), taken=True),
        "sends garbage": Fault(_answers(f"\0\xff\x80 {CANARY}\r\n\r\n")),
        "says no status": Fault(_answers(f"<html>{CANARY}</html>\r\n\r\n")),
        "says a status of words": Fault(_answers(f"HTTP/1.1 {CANARY}\r\n\r\n")),
        "says status 999": Fault(_status("999 Odd")),
        "says status 103": Fault(_status("103 Early Hints")),
        "moves inside (301)": Fault(_status("301 Moved", location)),
        "moves inside (302)": Fault(_status("302 Found", location)),
        "moves inside (307)": Fault(_status("307 Temporary Redirect", location)),
        "moves inside (308)": Fault(_status("308 Permanent Redirect", location)),
        "refuses (400)": Fault(_status(f"400 {CANARY}"), again=False),
        "refuses (401)": Fault(_status(f"401 {CANARY}")),
        "refuses (404)": Fault(_status("404 Not Found"), again=False),
        "refuses (410)": Fault(_status("410 Gone"), again=False),
        "is slow itself (408)": Fault(_status("408 Request Timeout")),
        "has too much to do (429)": Fault(_status("429 Too Many Requests", "Retry-After: 1\r\n")),
        "fails (500)": Fault(_status(f"500 {CANARY}")),
        "fails (503)": Fault(_status("503 Service Unavailable")),
        "shows a certificate of another name": Fault(_status("200 OK"), "wrong name"),
        "shows an expired certificate": Fault(_status("200 OK"), "expired"),
        "shows a certificate that is not yet good": Fault(_status("200 OK"), "not yet"),
        "shows a certificate that nobody trusts": Fault(_status("200 OK"), "untrusted"),
        "speaks in clear": Fault(_status("200 OK"), "none"),
        "speaks in clear first": Fault(lambda c: c.say(f"{OK}\r\n"), "none"),
    }


def _mail(*answers: str, last: Callable[[Caller], None] | None = None) -> Script:
    """A mail server that says these, the first unasked and each further one to a line."""

    def script(caller: Caller) -> None:
        for number, answer in enumerate(answers):
            if number:
                caller.hear(b"\r\n")
            caller.say(answer)
        if last:
            last(caller)
        else:
            caller.hear(b"\0never")

    return script


HELLO = ("220 mail.example\r\n", "250 mail.example\r\n")


def _half_open_mail(caller: Caller) -> None:
    caller.say(HELLO[0])
    caller.hear(b"\r\n")
    caller.connection.shutdown(socket.SHUT_WR)
    caller.hang()


def mail_faults() -> Mapping[str, Fault]:
    """The faults of a mail server that is spoken to through TLS from the start."""
    refused = f"<{CANARY}@else.example> {CANARY}\r\n"
    return {
        "hangs before it accepts": Fault(None, hangs=True),
        "hangs after it accepts": Fault(Caller.hang, "none", hangs=True),
        "hangs after TLS": Fault(Caller.hang, hangs=True),
        "hangs after its greeting": Fault(_mail(HELLO[0], last=Caller.hang), hangs=True),
        "hangs on the sender": Fault(_mail(*HELLO, last=Caller.hang), hangs=True),
        "hangs up at once": Fault(lambda _: None, "none"),
        "hangs up after TLS": Fault(lambda _: None),
        "hangs up after its greeting": Fault(_mail(HELLO[0], last=lambda _: None)),
        "resets at once": Fault(Caller.reset, "none"),
        "resets after its greeting": Fault(_mail(HELLO[0], last=Caller.reset)),
        "resets within an answer": Fault(_mail(HELLO[0], "25", last=Caller.reset)),
        "is half open": Fault(_half_open_mail),
        "drips instead of TLS": Fault(lambda c: c.drip("\x16\x03\x03\x3f\xff"), "none", hangs=True),
        "drips its greeting": Fault(lambda c: c.drip("220-mail.example\r\n"), hangs=True),
        "drips one line": Fault(lambda c: c.drip("2" * 999), hangs=True),
        "greets without end": Fault(lambda c: c.flood(f"220-{CANARY}\r\n")),
        "sends a line without end": Fault(lambda c: c.flood("220 mail.example")),
        "sends garbage": Fault(_mail(f"\0\xff\x80 {CANARY}\r\n")),
        "speaks HTTP": Fault(_mail("HTTP/1.1 400 Bad Request\r\n\r\n")),
        "is not there for us (554)": Fault(_mail(f"554 {refused}")),
        "is about to close (421)": Fault(_mail(f"421 {refused}")),
        "refuses the sender (550)": Fault(_mail(*HELLO, f"550 {refused}"), again=False),
        "refuses the sender for now (451)": Fault(_mail(*HELLO, f"451 {refused}")),
        "shows a certificate of another name": Fault(_mail(*HELLO), "wrong name"),
        "shows an expired certificate": Fault(_mail(*HELLO), "expired"),
        "shows a certificate that is not yet good": Fault(_mail(*HELLO), "not yet"),
        "shows a certificate that nobody trusts": Fault(_mail(*HELLO), "untrusted"),
        "speaks in clear": Fault(_mail(*HELLO), "none"),
    }
