"""HTTP as uvicorn speaks it, with what it leaves to others: time to begin, and problems in form."""

from __future__ import annotations

import asyncio
import sys
from typing import Any, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from engine.web.answering import ALWAYS, written
from engine.web.limits import MOST_CONNECTIONS, MOST_HEAD, TO_BEGIN, TO_LINGER
from engine.web.problems import MEDIA_TYPE, Problem, bare

TOO_LONG = 431


class Gathered:
    """A transport that sends at once what is written in one go, the head of an answer and its body:
    whoever waits is woken once.
    """

    def __init__(self, real: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._real, self._loop = real, loop
        self._held: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Send it, once whoever writes has written all that is there."""
        if not self._held:
            self._loop.call_soon(self.flush)
        self._held.append(data)

    def flush(self) -> None:
        """Send what was written until now."""
        said, self._held = b"".join(self._held), []
        if said:
            self._real.write(said)

    def close(self) -> None:
        """Close it once all has been sent."""
        self.flush()
        self._real.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class Protocol(H11Protocol):
    """One connection. Whoever takes too long to begin a request is let go.

    What still comes of a request that was refused is thrown away for a while: to close at once
    would take the refusal from whoever is still sending.
    """

    _refused = False
    _begin_by: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, unless there are too many."""
        super().connection_made(transport)
        self.transport = cast(asyncio.Transport, Gathered(transport, self.loop))
        if len(self.connections) > MOST_CONNECTIONS:
            self._refuse(bare(503, "There are too many connections.", Retry_After="1"))
            return
        self._wait_to_begin()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        self._begun()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what has come; once a request has begun, what waits for it has its own time."""
        if self._refused or self.transport.is_closing():
            return
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self._wait_to_begin()
        super().on_response_complete()
        self._look()

    def shutdown(self) -> None:
        """Close as soon as what is under way has been answered."""
        if self._refused:
            self.transport.close()
        else:
            super().shutdown()

    def send_400_response(self, msg: str) -> None:
        """Say that what came is no HTTP, or its head too long."""
        hint = getattr(sys.exc_info()[1], "error_status_hint", 400)
        if hint == TOO_LONG:
            most = MOST_HEAD // 1000
            self._refuse(bare(hint, f"The first line and the headers are longer than {most} kB."))
        else:
            self._refuse(bare(400, "What came is not HTTP."))

    def _refuse(self, problem: Problem) -> None:
        body = written(problem.document)
        said = {
            **ALWAYS,
            **problem.headers,
            "Content-Type": MEDIA_TYPE,
            "Content-Length": str(len(body)),
            "Connection": "close",
        }
        headers: Any = [(name.encode(), value.encode()) for name, value in said.items()]
        try:
            head = self.conn.send(h11.Response(status_code=problem.status, headers=headers))
            rest = self.conn.send(h11.Data(data=body))
            self.transport.write((head or b"") + (rest or b""))
            self.conn.send(h11.EndOfMessage())
        except h11.LocalProtocolError:
            # An answer has begun already.
            self.transport.close()
            return
        self._refused = True
        self._begun()
        self._begin_by = self.loop.call_later(TO_LINGER, self.transport.close)

    def _wait_to_begin(self) -> None:
        self._begun()
        self._begin_by = self.loop.call_later(TO_BEGIN, self.transport.close)

    def _look(self) -> None:
        """Whether a request has begun that is still to be answered."""
        answered = self.conn.our_state in (h11.DONE, h11.MUST_CLOSE)
        if self.conn.their_state is not h11.IDLE and not answered and not self._refused:
            self._begun()

    def _begun(self) -> None:
        if self._begin_by is not None:
            self._begin_by.cancel()
            self._begin_by = None
