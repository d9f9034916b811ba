from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from engine.web import app
from engine.web.app import Stand, Stands
from engine.web.protocol import Gathered
from tests.web.servers import Served, problem


class Kept:
    """A transport that keeps what it is given, write by write."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        assert not self.closed
        self.written.append(data)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


def gathered() -> tuple[Kept, Gathered]:
    kept = Kept()
    return kept, Gathered(cast(Any, kept), asyncio.get_running_loop())


def test_what_is_written_in_one_go_is_sent_at_once_and_what_comes_later_after_it() -> None:
    async def write() -> list[bytes]:
        kept, transport = gathered()
        for piece in (b"head", b"", b"body", b""):
            transport.write(piece)
        assert kept.written == []
        await asyncio.sleep(0)
        transport.write(b"")
        await asyncio.sleep(0)
        transport.write(b"next")
        await asyncio.sleep(0)
        return kept.written

    assert asyncio.run(write()) == [b"headbody", b"next"]


def test_what_was_written_goes_out_before_it_is_closed() -> None:
    async def write() -> Kept:
        kept, transport = gathered()
        transport.write(b"all of it")
        transport.close()
        assert transport.is_closing()
        await asyncio.sleep(0)
        return kept

    kept = asyncio.run(write())
    assert (kept.written, kept.closed) == ([b"all of it"], True)


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/v1/cases", {}),
        ("/v1/cases/search", {}),
        ("/v1/cases/2026-K7QF29", {"ref": "2026-K7QF29"}),
        ("/v1/cases/x/steps/y", {"ref": "x", "transition": "y"}),
        ("/v1/cases/", None),
        ("/v1/cases//steps/y", None),
        ("/v1/cases/x/steps/", None),
        ("/v1/cases/x/steps/y/z", None),
        ("/v1/cases\n", None),
        ("/V1/cases", None),
        ("v1/cases", None),
        ("", None),
    ],
)
def test_a_path_is_found_by_all_its_parts_and_what_is_named_before_any_name(
    path: str, named: dict[str, str] | None
) -> None:
    patterns = ("/cases/{ref}", "/cases/{ref}/steps/{transition}", "/cases/search", "/cases")
    stands = {f"/v1{one}": Stand({}) for one in patterns}

    _, found = Stands(stands).matches({"type": "http", "path": path})

    assert found.get("path_params") == named
    if named == {} and path.endswith("search"):
        assert found["endpoint"] is stands["/v1/cases/search"]


def test_no_other_path_is_any_of_ours(web: Served) -> None:
    for path in ("/cases/", "/cases//steps/take", "/nothing", "/health/now"):
        problem(web.client().get(path), 404)
    assert app.HEALTH == "/v1/health"
