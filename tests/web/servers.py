"""A real server on a free port of this computer, and who comes to it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import uvicorn

from engine.errors import NotSignedInError
from engine.service import access
from engine.service.workplace import By, Workplace
from engine.web import serving
from engine.web.reception import Reception
from engine.web.serving import Address


def identify(place: Workplace, authorization: str) -> By:
    """Whoever shows `token-PERSON`, in the stead of accounts; all others are refused and logged."""
    scheme, _, text = authorization.partition(" ")
    person = text.removeprefix("token-")
    if scheme == "Bearer" and text != person and person in place.directory.people:
        return By(person, claimed=f"token {person}")
    error = NotSignedInError()
    with place.database.write() as tx:
        who = access.visitor(place, By(access.UNKNOWN))
        body = {"verb": "sign in", "ref": "", "subject": "", "unmet": 0}
        access.append(place, tx, access.STREAM, who, [("refused", body, {})])
    raise error


@dataclass
class Served:
    """A partnership that is served, and clients of it."""

    place: Workplace
    url: str
    reception: Reception
    server: uvicorn.Server
    clients: list[httpx2.Client] = field(default_factory=list)

    def client(self, person: str = "", **more: Any) -> httpx2.Client:
        """Somebody who has a token, or for nobody, somebody who has none."""
        headers = {"Authorization": f"Bearer token-{person}"} if person else {}
        how = {"base_url": self.url, "headers": headers, "timeout": 20, "verify": False}
        made = httpx2.Client(**{**how, **more})
        self.clients.append(made)
        return made


@contextmanager
def served(place: Workplace, **more: Any) -> Iterator[Served]:
    """Serve a partnership until the end of the block."""
    # All tests of a file ask as the same few people.
    more.setdefault("pace", 1_000_000)
    reception = Reception(lambda: place, more.pop("identify", identify), **more)
    sock = serving.listening(Address())
    server = serving.server(reception, Address())
    thread = threading.Thread(target=lambda: server.run([sock]), daemon=True)
    thread.start()
    made = Served(place, f"http://127.0.0.1:{sock.getsockname()[1]}/v1", reception, server)
    try:
        until(lambda: server.started)
        yield made
    finally:
        for client in made.clients:
            client.close()
        server.should_exit = True
        thread.join(15)
        reception.close()
        assert not thread.is_alive()


def until(so: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end, "it did not come to be so"
        time.sleep(0.005)


def problem(answer: httpx2.Response, status: int) -> dict[str, Any]:
    """What an answer says went wrong, in its form."""
    assert answer.status_code == status, (answer.status_code, answer.text)
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["status"] == status
    assert told["title"]
    assert told["type"].startswith("urn:casetrail:problem:")
    return told
