"""The program that speaks to a chat service, in a process of its own: `notifiers.chat` starts it.

It knows nothing of Casetrail. Each line that it reads is JSON: the first says where to send, and
each further one what. It answers each with one line, `yes` or `no`, and says nothing else: what it
would print may hold a secret.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from contextlib import suppress
from typing import IO, Any, Final

MOST_MEMORY: Final = 1024**3
"""Bytes of address space: a longer answer than fits fails as a delivery, and harms nobody else."""


def main() -> None:
    """Answer until nobody asks any more."""
    answers = os.fdopen(os.dup(1), "w")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    room = _room(json.loads(sys.stdin.readline()))
    _answer(answers, room is not None)
    if room is not None:
        for line in sys.stdin:
            _answer(answers, _told(room, json.loads(line)))


def _answer(answers: IO[str], good: bool) -> None:
    answers.write("yes\n" if good else "no\n")
    answers.flush()


def _room(asked: dict[str, Any]) -> Any:
    """The one service that a URL names, whatever the URL says of TLS and redirects."""
    with suppress(Exception):
        import apprise

        asset = apprise.AppriseAsset(
            async_mode=False, http_redirects=False, secure_logging=True, storage_mode="memory"
        )
        server = apprise.Apprise.instantiate(asked["url"], asset=asset)
        if not server:
            return None
        server.verify_certificate, server.redirects = True, False
        server.socket_connect_timeout = server.socket_read_timeout = asked["timeout"]
        room = apprise.Apprise(asset=asset)
        return room if room.add(server) else None
    return None


def _told(room: Any, asked: dict[str, Any]) -> bool:
    with suppress(Exception):
        return bool(room.notify(body=asked["text"], body_format="text"))
    return False


if __name__ == "__main__":
    main()
