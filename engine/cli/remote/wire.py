"""One request to a server and its answer, within its limits: who is asked is made sure of, nothing
that points elsewhere is followed, and no proxy passes it on unless somebody says so.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from engine import __version__
from engine.cli.remote.address import Server, proxy_of
from engine.errors import EngineError, OutcomeUnknownError, UnreachableError, UsageError

TO_CONNECT: Final = 10.0
"""Seconds in which a connection must stand."""
TO_ANSWER: Final = 600.0
"""Seconds for one request, from its first byte to the last of its answer: what is proved or
verified at a server takes its time.
"""
FRESH: Final = 8.0
"""Seconds for which a connection is used again; the server lets an idle one go after fifteen."""
MOST_DOCUMENT: Final = 64_000_000
"""Bytes of an answer that is a document."""
MOST_FILE: Final = 512_000_000
"""Bytes of one that is a file."""
PIECE: Final = 65_536


@dataclass(frozen=True, slots=True)
class Call:
    """What is sent: with a body that can be sent more than once."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    pieces: Callable[[], Iterable[bytes]] | None = None
    """A longer body, in pieces, of which the headers say how long it is."""
    changes: bool = False
    again: bool = True
    """Whether it may be sent again where it is not known what became of it."""


class Reply:
    """What came back; its body is taken once."""

    def __init__(self, found: http.client.HTTPResponse, done: Callable[[bool], None]) -> None:
        self.status = found.status
        self.headers = found.headers
        self._found = found
        self._done = done

    @property
    def media_type(self) -> str:
        """Of the body, without what is said of it."""
        return str(self.headers.get("Content-Type", "")).partition(";")[0].strip().lower()

    def read(self, most: int = MOST_DOCUMENT) -> bytes:
        """All of the body. Raises OSError where it breaks off, and UnreachableError if too long."""
        return b"".join(self.pieces(most))

    def pieces(self, most: int = MOST_FILE) -> Iterator[bytes]:
        """The body as it comes. Raises the same."""
        said = self.headers.get("Content-Length", "")
        taken, whole = 0, False
        try:
            while piece := self._found.read1(PIECE):
                taken += len(piece)
                if taken > most:
                    raise UnreachableError(
                        f"The server sends more than {most // 1_000_000} MB, which is not taken."
                    )
                yield piece
            # What ends with the connection alone may as well have been cut off.
            whole = taken == int(said) if said.isdigit() else bool(self._found.chunked)
            if not whole:
                raise ConnectionAbortedError("the answer broke off")
        finally:
            self._found.close()
            self._done(whole)


class Wire:
    """The way to a server; one connection is used for as long as it stands."""

    def __init__(
        self, server: Server, *, to_connect: float = TO_CONNECT, to_answer: float = TO_ANSWER
    ) -> None:
        self.server = server
        self._to_connect, self._to_answer = to_connect, to_answer
        self._held: http.client.HTTPConnection | None = None
        self._used = 0.0

    def close(self) -> None:
        """Let go of the connection."""
        if self._held:
            self._held.close()
        self._held = None

    def send(self, call: Call) -> Reply:
        """Send it, and what came back. Raises UnreachableError, and OutcomeUnknownError where
        something may have been changed.
        """
        held = self._still_standing(call)
        if held:
            # An idle connection may have been let go of just now: then nothing was heard there.
            with suppress(ConnectionError):
                return self._exchange(held, call)
            self.close()
        made = self._connected()
        try:
            return self._exchange(made, call)
        except (OSError, http.client.HTTPException) as error:
            made.close()
            raise self.broken(call, error) from None

    def broken(self, call: Call, error: Exception) -> EngineError:
        """What it means that a request was sent and no answer came."""
        url = self.server.url
        if isinstance(error, http.client.BadStatusLine) and not isinstance(error, OSError):
            return UnreachableError(
                f"What answers at {url} does not speak as a Casetrail does; check the address, "
                "and whether it begins with https://."
            )
        if call.changes:
            return OutcomeUnknownError(
                f"The connection to {url} ended before the answer, so it cannot be told whether "
                "the change was saved."
            )
        if isinstance(error, TimeoutError):
            return UnreachableError(f"{url} did not answer in time; try again.")
        return UnreachableError(f"The connection to {url} ended before the answer; try again.")

    def _still_standing(self, call: Call) -> http.client.HTTPConnection | None:
        fresh = time.monotonic() - self._used < FRESH
        # A change goes on a way of its own, so that it is never in doubt for an idle connection.
        if self._held and fresh and not call.changes and call.pieces is None:
            return self._held
        self.close()
        return None

    def _exchange(self, made: http.client.HTTPConnection, call: Call) -> Reply:
        sock = made.sock
        late = threading.Timer(self._to_answer, _end, [sock])
        late.daemon = True
        late.start()

        def done(whole: bool) -> None:
            late.cancel()
            self._held, self._used = (made, time.monotonic()) if whole else (None, 0.0)
            if not whole:
                made.close()

        try:
            _write(made, call, self.server)
            return Reply(made.getresponse(), done)
        except BaseException:
            late.cancel()
            raise

    def _connected(self) -> http.client.HTTPConnection:
        """A connection that stands. Raises UnreachableError."""
        made = self._connection()
        host, url = self.server.host, self.server.url
        try:
            made.connect()
        except socket.gaierror:
            raise UnreachableError(
                f"The name {host} is not known here; check the address of the server, and whether "
                "this computer is on the network."
            ) from None
        except ssl.SSLCertVerificationError as error:
            reason = error.verify_message or "it is not signed by anybody known here"
            raise UnreachableError(
                f"The certificate of {host} is not trusted ({reason}). If an authority of your own "
                "signed it, name its certificate with --server-ca FILE."
            ) from None
        except ssl.SSLError:
            raise UnreachableError(
                f"What answers at {url} does not speak TLS; check the address and its port."
            ) from None
        except TimeoutError:
            raise UnreachableError(
                f"{url} did not answer within {self._to_connect:.0f} seconds; check the address, "
                "and whether a firewall is in between."
            ) from None
        except OSError as error:
            reason = error.strerror or "it ended at once"
            raise UnreachableError(
                f"There is no way to {url} ({reason}); check the address, and whether `casetrail "
                "serve` runs there."
            ) from None
        made.sock.settimeout(self._to_answer)
        return made

    def _connection(self) -> http.client.HTTPConnection:
        server = self.server
        if not server.tls:
            return http.client.HTTPConnection(server.host, server.port, timeout=self._to_connect)
        trusted = _trusted(server.ca)
        host, port = proxy_of(server) if server.proxy else (server.host, server.port)
        made = http.client.HTTPSConnection(host, port, timeout=self._to_connect, context=trusted)
        if server.proxy:
            made.set_tunnel(server.host, server.port)
        return made


def _trusted(ca: str) -> ssl.SSLContext:
    """Whom to trust: the authorities that this system knows, or the one that is named, alone."""
    try:
        return ssl.create_default_context(cafile=ca or None)
    except (OSError, ssl.SSLError):
        raise UsageError(
            "What --server-ca names is no certificate that can be read; it is a PEM file."
        ) from None


def _write(made: http.client.HTTPConnection, call: Call, server: Server) -> None:
    made.putrequest(call.method, f"{server.root}{call.path}", skip_accept_encoding=True)
    made.putheader("User-Agent", f"casetrail/{__version__}")
    for name, value in call.headers.items():
        made.putheader(name, value)
    if call.body is not None:
        made.putheader("Content-Length", str(len(call.body)))
    # What is refused before all of it was sent is answered all the same.
    with suppress(BrokenPipeError, ConnectionResetError):
        made.endheaders(call.body)
        for piece in call.pieces() if call.pieces else ():
            made.send(piece)


def _end(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
