"""One call over HTTP to a machine that may be hostile: bounded in time and size, and never led on.

A name is looked up once, every number it has is checked, and one of these very numbers is connected
to. Redirects are not followed, nothing is decompressed, and no proxy of the environment is used.
"""

from __future__ import annotations

import queue
import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from time import monotonic
from typing import Any, NamedTuple

from engine.errors import DeliveryError
from notifiers.incoming import Incoming, left
from notifiers.targets import Target, may_reach, number_of

Resolve = Callable[[str, int], Sequence[str]]
"""Looks up the numbers of a name; raises OSError."""


def look_up(name: str, port: int) -> list[str]:
    """The numbers that this machine's resolver has for a name."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass(frozen=True, slots=True)
class Gate:
    """Which machines may be spoken to, how, and for how long."""

    allow: frozenset[str]
    """Hosts, with a port if it is not the usual one."""
    timeout: float
    """Seconds that one call may last from the first to the last of it."""
    trust: ssl.SSLContext = field(repr=False)
    inside: frozenset[str] = frozenset()
    """Hosts that may have a number of the own network."""
    allow_insecure: frozenset[str] = frozenset()
    """Hosts that may be spoken to without TLS."""
    resolve: Resolve = look_up


class Answer(NamedTuple):
    """What came back."""

    status: int
    body: bytes
    """Empty if it was not wanted, or did not come in bounds."""


class Call(NamedTuple):
    """What is asked; its headers hold no line break."""

    method: str
    headers: Mapping[str, str]
    body: bytes = b""


def exchange(gate: Gate, target: Target, call: Call, *, wanted: bool = False) -> Answer:
    """Make the call, and give its status and, where it is `wanted`, the body that came back.

    Raises DeliveryError that names the host alone, always to be tried again: an address that is not
    allowed is put right by people, and what waits then goes out.
    """
    if problem := refusal(gate, target):
        raise DeliveryError(f"A message was refused because {problem}")
    until = monotonic() + gate.timeout
    try:
        numbers = _numbers(gate, target, until)
        with closing(_connected(gate, target, numbers, until)) as connection:
            return _exchanged(connection, until, _request(target, call), wanted)
    except (OSError, HTTPException, ValueError) as error:
        reason = _reason(error)
    # Raised out here, so that nobody finds the other side's words hanging from it.
    raise DeliveryError(
        f"{target.host}, port {target.port}, could not be reached or gave no answer that can be "
        f"read ({reason}); "
        "check that it runs, its address and its certificate."
    )


def of_status(host: str, status: int) -> DeliveryError:
    """The error for an answer that is not 2xx: what this call itself is to blame for ends it.

    Whoever is not let in has a key or a secret that is not good: people put that right.
    """
    if 300 <= status < 400:
        return DeliveryError(
            f"{host} sends messages on elsewhere ({status}), which is not followed; "
            "give the address that it sends them to."
        )
    if status in (401, 403):
        return DeliveryError(
            f"{host} does not let us in ({status}); check the secret or the key that it is sent."
        )
    if 400 <= status < 500 and status not in (408, 429):
        return DeliveryError(
            f"{host} refused a message ({status}); check its address and what it expects.",
            again=False,
        )
    return DeliveryError(f"{host} did not take a message ({status}); it may take it later.")


def refusal(gate: Gate, target: Target) -> str:
    """Why an address may not be spoken to, as far as it tells by itself; nothing where it may."""
    if target.place not in gate.allow:
        return (
            "its host or port is not one that config.toml allows; "
            "add it to 'allow', or correct the address."
        )
    if target.scheme != "https" and target.host not in gate.allow_insecure:
        return (
            f"{target.host} is to be spoken to through TLS alone; give an address that begins "
            "with https, or add the host to 'allow_insecure'."
        )
    number = number_of(target)
    return _inside(gate, target, [number]) if number else ""


def _inside(gate: Gate, target: Target, numbers: Sequence[str]) -> str:
    own = target.host in gate.inside
    if all(may_reach(number, inside=own) for number in numbers):
        return ""
    advice = "which is never allowed" if own else "add it to 'inside' if it is one of your own"
    return f"{target.host} is not on the public network; {advice}."


def _numbers(gate: Gate, target: Target, until: float) -> Sequence[str]:
    own = number_of(target)
    numbers = [own] if own else _looked_up(gate.resolve, target, until)
    if problem := _inside(gate, target, numbers):
        raise DeliveryError(f"A message was refused because {problem}")
    if not numbers:
        raise OSError("its name has no number")
    return numbers


def _looked_up(resolve: Resolve, target: Target, until: float) -> Sequence[str]:
    """Ask beside ourselves: a resolver knows no time limit."""
    found: queue.SimpleQueue[Sequence[str] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found.put(resolve(target.name, target.port))
        except (OSError, UnicodeError) as error:
            found.put(OSError(getattr(error, "strerror", None) or "no such name"))

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = found.get(timeout=left(until))
    except queue.Empty:
        raise TimeoutError("timed out") from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def _connected(gate: Gate, target: Target, numbers: Sequence[str], until: float) -> socket.socket:
    """Connect to the first of the numbers that takes it; each has its share of the time."""
    failed: OSError = TimeoutError("timed out")
    for tried, number in enumerate(numbers):
        share = left(until) / (len(numbers) - tried)
        connection = socket.socket(socket.AF_INET6 if ":" in number else socket.AF_INET)
        try:
            connection.settimeout(share)
            connection.connect((number, target.port))
            if target.scheme == "http":
                return connection
            connection.settimeout(left(until))
            return gate.trust.wrap_socket(connection, server_hostname=target.name)
        except OSError as error:
            connection.close()
            failed = error
    raise failed


def _request(target: Target, call: Call) -> bytes:
    headers = {
        "Host": target.place,
        "User-Agent": "Casetrail",
        "Accept-Encoding": "identity",
        "Connection": "close",
        "Content-Length": str(len(call.body)),
        **call.headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{call.method} {target.path} HTTP/1.1\r\n{head}\r\n".encode("ascii") + call.body


def _exchanged(connection: socket.socket, until: float, request: bytes, wanted: bool) -> Answer:
    connection.settimeout(left(until))
    connection.sendall(request)
    source: Any = Incoming(connection, until)
    with closing(HTTPResponse(source)) as response:
        response.begin()
        # Its status is its word; what more it says may break off.
        body = b""
        with suppress(OSError, HTTPException, ValueError):
            body = response.read() if wanted else b""
        return Answer(response.status, body)


def _reason(error: Exception) -> str:
    """Say what failed in words of this machine alone."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "its certificate is not good"
    if isinstance(error, ssl.SSLError):
        return "no TLS"
    if isinstance(error, TimeoutError):
        return "timed out"
    if isinstance(error, ConnectionError):
        return error.strerror or "connection closed"
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return "not HTTP"
