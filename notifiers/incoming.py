"""Reads what another machine sends: so many bytes and for so long, however slowly they come."""

from __future__ import annotations

import io
import socket
from math import inf
from time import monotonic
from typing import Any, Final

MOST_READ: Final = 64 * 1024
"""How many bytes are read before the connection is closed."""


class Incoming(io.RawIOBase):
    """What comes in over a connection, for libraries that would read for ever."""

    def __init__(self, connection: socket.socket, until: float, each: float = inf) -> None:
        """Read until then by the monotonic clock, waiting for `each` piece so many seconds."""
        super().__init__()
        self._connection = connection
        self._until = until
        self._each = each
        self._room = MOST_READ

    def makefile(self, _mode: str) -> io.BufferedReader:
        """As http.client asks a socket for it."""
        return io.BufferedReader(self, 4096)

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some bytes. Raises OSError when the time or the room for them is over."""
        if not self._room:
            raise OSError("its answer is too long")
        self._connection.settimeout(min(left(self._until), self._each))
        read = self._connection.recv_into(memoryview(buffer)[: self._room])
        self._room -= read
        return read


def left(until: float) -> float:
    """The seconds that are left. Raises TimeoutError when there are none."""
    seconds = until - monotonic()
    if seconds <= 0:
        raise TimeoutError("timed out")
    return seconds
