"""Whoever shows a token that was issued is let in by it, as far as it goes and no longer."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from engine.service.accounts import tokens
from engine.web.identity import identify
from tests.web.servers import Served, served
from tests.worlds import BESS, World


@pytest.fixture
def door(world: World) -> Iterator[Served]:
    with served(world.place.at("http"), identify=identify) as made:
        yield made


def status(door: Served, token: str, path: str) -> int:
    headers = {"authorization": f"Bearer {token}"}
    return int(httpx2.get(f"{door.url}{path}", headers=headers).status_code)


def test_a_token_lets_in_until_it_is_revoked(door: Served, world: World) -> None:
    ref = world.open()
    token = tokens.issue(world.place, BESS, "bess", (), (), "2026-01-31")

    assert status(door, token, f"/cases/{ref}") == 200
    assert status(door, f"{token[:-1]}_", f"/cases/{ref}") == 401
    told = httpx2.get(f"{door.url}/who", headers={"authorization": f"Bearer {token}"}).json()
    assert (told["person"], told["proof"]) == ("bess", f"token {tokens.id_of(token)}")
    tokens.revoke(world.place, BESS, tokens.id_of(token))
    assert status(door, token, f"/cases/{ref}") == 401


def test_a_token_lets_do_what_it_is_for_and_nothing_else(door: Served, world: World) -> None:
    ref = world.open()
    shows = tokens.issue(world.place, BESS, "bess", ("show",), ("incident",), "2026-01-31")

    assert status(door, shows, f"/cases/{ref}") == 200
    assert status(door, shows, f"/cases/{ref}/history") == 403
    assert status(door, shows, "/tokens") == 403


def test_what_is_done_with_a_token_says_so_on_the_trail(door: Served, world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    token = tokens.issue(world.place, BESS, "bess", (), (), "2026-01-31")

    done = httpx2.post(
        f"{door.url}/cases/{ref}/steps/start_deciding",
        headers={"authorization": f"Bearer {token}"},
        json={},
    )

    assert done.status_code == 200, done.text
    with world.place.database.read() as tx:
        events = world.place.store.events(tx, ref)
    assert f'"proof":"token {tokens.id_of(token)}"' in events[-1]
    assert '"door":"http"' in events[-1]
