from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import anyio
import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request

from engine.hooks import answer, asgi
from engine.hooks.asgi import route
from engine.hooks.receiving import LARGEST
from engine.web.problems import KIND, KINDS, bare
from tests.hooking import REFERRAL, Doors, doors, entries
from tests.worlds import World

BODY = json.dumps(REFERRAL).encode()
CANARY = "Canary Q. Thistlewood"


@contextlib.contextmanager
def serving(form: Doors) -> Iterator[str]:
    """A real server with the route, on a free port of this machine; yields its address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        app = Starlette(routes=[route(form.reception)])
        config = uvicorn.Config(app, log_level="critical", access_log=False, lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            deadline = time.monotonic() + 20
            while not server.started:
                assert thread.is_alive()
                assert time.monotonic() < deadline
                threading.Event().wait(0.01)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)


@pytest.fixture
def served(world: World, tmp_path: Path) -> Iterator[tuple[Doors, httpx2.Client]]:
    form = doors(world, tmp_path)
    with serving(form) as address, httpx2.Client(base_url=address, timeout=20) as client:
        yield form, client


def test_a_signed_call_over_http_opens_a_case_and_its_repeat_is_told_the_same(
    world: World, served: tuple[Doors, httpx2.Client]
) -> None:
    form, client = served
    headers = dict(form.signed("form", BODY))

    first = client.post("/hooks/form", content=BODY, headers=headers)
    again = client.post("/hooks/form", content=BODY, headers=headers)

    assert (first.status_code, again.json()) == (200, first.json())
    assert world.state(first.json()["ref"]) == "referred"
    assert first.headers["cache-control"] == "no-store"


def test_whoever_is_not_let_in_is_answered_the_same_byte_for_byte(
    served: tuple[Doors, httpx2.Client],
) -> None:
    form, client = served
    signed = dict(form.signed("form", BODY))
    tampered = {**signed, "webhook-signature": "v1," + "A" * 43 + "="}
    calls = [
        client.post("/hooks/form", content=BODY + b" ", headers=signed),
        client.post("/hooks/form", content=BODY, headers=tampered),
        client.post("/hooks/form", content=BODY),
        client.post("/hooks/opinion", content=BODY, headers=signed),
        client.post("/hooks/nobody", content=BODY, headers=signed),
        client.post("/hooks/%2e%2e%2fform", content=BODY, headers=signed),
        client.post("/hooks/nobody", content=b"\xff" * 1000),
    ]

    said = {
        (
            c.status_code,
            c.content,
            tuple(sorted((k, v) for k, v in c.headers.items() if k != "date")),
        )
        for c in calls
    }
    assert len({one[:1] + one[2:] for one in said if one[0] == 401}) == 1
    assert {one[0] for one in said} <= {401, 404}
    assert {one[1] for one in said if one[0] == 401} == {answer.text(answer.REFUSED).encode()}


def test_a_body_without_end_is_cut_off(served: tuple[Doors, httpx2.Client]) -> None:
    _, client = served

    def without_end() -> Iterator[bytes]:
        for _ in range(400):
            yield b" " * 65536

    with contextlib.suppress(httpx2.HTTPError):
        assert client.post("/hooks/form", content=without_end()).status_code == 413
    assert client.get("/hooks/form").status_code == 405


def test_no_more_of_a_body_is_read_than_shows_that_it_is_too_large() -> None:
    read = []

    async def receive() -> dict[str, object]:
        read.append(1)
        return {"type": "http.request", "body": b" " * 65536, "more_body": len(read) < 1000}

    body = anyio.run(asgi._body, Request({"type": "http", "method": "POST"}, receive))

    assert (len(read), len(body) > LARGEST) == (5, True)


def test_a_fault_of_ours_says_nothing_of_what_was_sent(
    world: World,
    served: tuple[Doors, httpx2.Client],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    form, client = served
    body = json.dumps({"form": {"where": CANARY}}).encode()
    headers = dict(form.signed("form", body))

    def broken(*_: object) -> None:
        raise ValueError(CANARY)

    monkeypatch.setattr("engine.hooks.doing.call", broken)
    found = client.post("/hooks/form", content=body, headers=headers)

    assert (found.status_code, found.headers["retry-after"]) == (503, "60")
    said = "".join(capfd.readouterr())
    assert "ValueError" in said
    assert CANARY not in said + found.text
    assert entries(world.place) == []


def test_each_call_is_a_line_of_the_log_with_its_endpoint_and_never_what_was_called(
    served: tuple[Doors, httpx2.Client], capfd: pytest.CaptureFixture[str]
) -> None:
    form, client = served
    client.post("/hooks/form", content=BODY, headers=dict(form.signed("form", BODY)))
    client.post("/hooks/canary_thistlewood", content=BODY)
    # The line of a call is written after its answer; that of another has to come after it.
    assert client.get("/hooks/form").status_code == 405

    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    said = [(one["verb"], one["hook"], one["status"]) for one in lines if "verb" in one]
    assert said == [("hook", "form", 200), ("hook", "unknown", 401)]
    assert all(one["milliseconds"] >= 0 for one in lines if "verb" in one)


def test_problems_are_named_as_those_of_the_other_doors_of_the_web() -> None:
    shown = (answer.REFUSED, answer.TOO_LARGE, answer.TOO_OFTEN, answer.LATER, answer.wrong([]))
    kinds = {f"{KIND}{kind}" for kind, _ in KINDS.values()}
    kinds |= {bare(status).document["type"] for status in (413, 429)}

    assert {one.document["type"] for one in shown} <= kinds
