"""Serving the door for other systems: on which address, within which limits, and until when."""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.routing import BaseRoute

from engine import log
from engine.errors import UsageError
from engine.web.app import make
from engine.web.limits import MOST_HEAD, TO_BEGIN, TO_STOP
from engine.web.protocol import Protocol
from engine.web.reception import Reception

BACKLOG = 512
GARBAGE = (10_000, 20, 20)
"""How much is made before garbage is looked for, among what is new, and then what is older."""
INTERRUPTED = 130
LOUD = (
    *("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"),
    *("asyncio", "python_multipart"),
)
"""Loggers whose lines would hold what was asked."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen, and how what is sent there is kept from others."""

    host: str = "127.0.0.1"
    port: int = 0
    """0: any that is free."""
    certificate: Path | None = None
    key: Path | None = None
    behind_proxy: bool = False
    """Whether something in between takes care of TLS, and says where a request comes from."""

    @property
    def shown(self) -> str:
        """The address as somebody writes it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}"


def check(address: Address) -> None:
    """Raise UsageError for an address at which others could read along, or one that cannot be."""
    if bool(address.certificate) != bool(address.key):
        raise UsageError("A certificate and its key go together; give --tls-cert and --tls-key.")
    if not (_is_loopback(address.host) or address.certificate or address.behind_proxy):
        raise UsageError(
            f"{address.host} can be reached from other computers, and what is sent there could be "
            "read on the way; give --tls-cert and --tls-key, or --behind-proxy where a proxy in "
            "between takes care of it."
        )
    if address.certificate and address.key:
        _check_certificate(address.certificate, address.key)


def listening(address: Address) -> socket.socket:
    """A socket that listens there. Raises UsageError where that cannot be."""
    check(address)
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        made = socket.create_server((address.host, address.port), family=family, backlog=BACKLOG)
        # Connections have it from here: without it each answer may wait for 40 milliseconds.
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made
    except OSError as error:
        raise UsageError(
            f"{address.shown} cannot be listened at ({error.strerror}); name another --port or "
            "--host."
        ) from None


def server(
    reception: Reception, address: Address, beside: Sequence[BaseRoute] = ()
) -> uvicorn.Server:
    """What serves there once it is run."""
    _silence()
    config = uvicorn.Config(
        make(reception, beside),
        http=Protocol,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=int(TO_BEGIN),
        timeout_graceful_shutdown=TO_STOP,
        h11_max_incomplete_event_size=MOST_HEAD,
        ssl_certfile=address.certificate,
        ssl_keyfile=address.key,
    )
    return uvicorn.Server(config)


def run(
    reception: Reception,
    address: Address,
    said: Callable[[Address], None],
    beside: Sequence[BaseRoute] = (),
) -> int:
    """Serve until SIGTERM or Ctrl-C, and let what is under way come to its end; the exit code.

    `said` is told the address once somebody can come in.
    """
    sock = listening(address)
    serving = server(reception, address, beside)
    stopped: set[int] = set()

    def stop(number: int, frame: FrameType | None) -> None:
        # Uvicorn stops by itself, and raises the signal again afterwards; before, it is for us.
        stopped.add(number)
        serving.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    name = sock.getsockname()
    said(Address(address.host, name[1], address.certificate, address.key, address.behind_proxy))
    log.note("serving began", number=name[1])
    _settle()
    serving.run([sock])
    log.note("serving ended")
    if not _closed(reception):
        log.alarm("a request would not end")
        os._exit(1)
    return INTERRUPTED if signal.SIGINT in stopped else 0


def _closed(reception: Reception) -> bool:
    """Give the threads back; whether they came to an end in time."""
    closing = threading.Thread(target=reception.close, daemon=True)
    closing.start()
    closing.join(TO_STOP)
    return not closing.is_alive()


def _settle() -> None:
    """What was made until now stays to the end: no search for garbage looks at it again.

    Such a search would keep one request in a hundred waiting for as long as a step takes.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


def _silence() -> None:
    """What uvicorn would log holds addresses with what was asked, and errors with their values."""
    for name in LOUD:
        own = logging.getLogger(name)
        own.handlers = [logging.NullHandler()]
        own.propagate = False


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _check_certificate(certificate: Path, key: Path) -> None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
    except (OSError, ssl.SSLError) as error:
        raise UsageError(
            f"The certificate and its key cannot be used ({type(error).__name__}); give "
            "--tls-cert and --tls-key with two PEM files that go together, the key without a "
            "password."
        ) from None
