"""People who sign in at a server, and what they are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2

from engine.service.accounts import passwords
from engine.service.workplace import By
from engine.web.identity import identify
from tests.entering import FIT
from tests.web.servers import Served, served
from tests.worlds import World


@contextmanager
def at_the_door(world: World, *people: str, **more: Any) -> Iterator[Served]:
    """The partnership, served, where each of these has the same password."""
    for person in people:
        passwords.put(world.place, By(person), person, FIT)
    with served(world.place.at("http"), identify=identify, **more) as made:
        yield made


def knock(
    door: Served, person: str, password: str = FIT, code: str = "", **headers: str
) -> httpx2.Response:
    """Try to sign in."""
    asked = {"person": person, "password": password, **({"code": code} if code else {})}
    return door.client().post("/sign-in", json=asked, headers=headers)


def signed_in(door: Served, person: str, password: str = FIT, code: str = "") -> httpx2.Client:
    """The client of somebody who has signed in."""
    told = knock(door, person, password, code)
    assert told.status_code == 201, told.text
    return door.client(headers={"Authorization": f"Bearer {told.json()['token']}"})
