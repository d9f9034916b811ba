"""Messages shown in a chat room or by any other service that Apprise knows.

Apprise runs in a process of its own (`notifiers.chatting`), which has nothing of our environment
and is ended when it takes too long. So there is a limit to the time and memory of a delivery,
redirects are not followed, certificates are checked whatever the URL says, no proxy is used, and
nothing that Apprise logs or raises, which may hold the URL and its secret, reaches anybody.

What is not limited: the number that the host of the URL has is not checked, as the administrator
gives the URL and no message does; an answer is read, and decompressed, as long as time and memory
last; services that Apprise does not reach by HTTP have whatever limits it gives them; and why a
delivery failed is not known, so each is tried again.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
import weakref
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Final

from engine.errors import ConfigError, DeliveryError
from notifiers.message import Message, Receipt, body, subject

PROGRAM: Final = Path(__file__).with_name("chatting.py")
START: Final = 30.0
"""Seconds that it may take until it is there."""


@dataclass(frozen=True, slots=True)
class Room:
    """Where messages are shown."""

    url: str = field(repr=False)
    """As Apprise spells it, with its secret."""
    source: str
    """The file or variable that the URL was read from."""
    timeout: float
    """Seconds that one delivery may last."""
    ca_file: str | None = None
    """The certificates to trust in place of the usual ones."""


class ChatNotifier:
    """Shows each message as one text; a repeat shows by the id in its last line."""

    name = "chat"

    def __init__(self, room: Room) -> None:
        """Start the program; raise ConfigError if the URL is none that Apprise knows."""
        self._room = room
        self._lock = threading.Lock()
        self._program = _Program(room)
        if not self._program.is_ready:
            raise ConfigError(
                f"config.toml, [notify.chat]: {room.source} holds no URL that Apprise knows; "
                "put one there, alone."
            )

    def send(self, message: Message) -> Receipt:
        """Have it shown, or raise DeliveryError, always to be tried again."""
        text = f"{subject(message)}\n{body(message)}Message: {message.id}"
        with self._lock:
            if not self._program.is_ready:
                self._program = _Program(self._room)
            answer = self._program.ask({"text": text}, self._room.timeout)
        if answer != "yes":
            reason = (
                "it refused it, or could not be reached"
                if answer
                else "it took too long or too much"
            )
            raise DeliveryError(
                f"The chat service showed no message ({reason}); "
                f"check that it runs, and its URL in {self._room.source}."
            )
        return Receipt(self.name, "shown")


class _Program:
    """The running program; what cannot be answered in time ends it."""

    def __init__(self, room: Room) -> None:
        environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "NETRC": os.devnull}
        if room.ca_file:
            environment |= {"REQUESTS_CA_BUNDLE": room.ca_file, "SSL_CERT_FILE": room.ca_file}
        self._running = subprocess.Popen(
            [sys.executable, "-I", str(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd="/",
            start_new_session=True,
        )
        # However the notifier ends, the program does not outlive it.
        self._end = weakref.finalize(self, _end, self._running)
        asked = {"url": room.url, "timeout": room.timeout}
        self.is_ready = self.ask(asked, START) == "yes"
        if not self.is_ready:
            self._end()

    def ask(self, question: dict[str, object], timeout: float) -> str:
        """Its answer, or nothing if none came in time: then it has been ended."""
        answer = b""
        with suppress(OSError):
            self._write(json.dumps(question).encode() + b"\n")
            answer = self._answer(monotonic() + timeout)
        if not answer.endswith(b"\n"):
            self.is_ready = False
            self._end()
        return answer.decode("ascii", "replace").strip()

    def _write(self, line: bytes) -> None:
        # A question is shorter than a pipe is long, and the program has answered the one before.
        if self._running.stdin:
            self._running.stdin.write(line)
            self._running.stdin.flush()

    def _answer(self, until: float) -> bytes:
        answer = b""
        while self._running.stdout and not answer.endswith(b"\n"):
            ready, _, _ = select.select([self._running.stdout], [], [], max(0, until - monotonic()))
            said = os.read(self._running.stdout.fileno(), 64) if ready else b""
            if not said:
                break
            answer += said
        return answer


def _end(running: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        os.killpg(running.pid, 9)
    for pipe in (running.stdin, running.stdout):
        with suppress(OSError):
            if pipe:
                pipe.close()
    running.wait()
