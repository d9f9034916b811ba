from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import httpx2
import pytest

from tests.web.servers import Served, problem, served
from tests.worlds import World

CLIENTS = 12
ROUNDS = 4


@pytest.fixture
def raced(world: World) -> Iterator[Served]:
    world.place.door = "http"
    with served(world.place) as made:
        yield made


def at_once(web: Served, act: Callable[[httpx2.Client, int], Any]) -> list[Any]:
    """What comes of it when many clients do the same at one moment."""
    line = Barrier(CLIENTS)
    clients = [web.client("bess") for _ in range(CLIENTS)]

    def run(number: int) -> Any:
        clients[number].get("/health")
        line.wait()
        return act(clients[number], number)

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(run, range(CLIENTS)))


def test_of_many_clients_that_saw_one_version_exactly_one_changes_the_case(
    world: World, raced: Served
) -> None:
    ref = world.open()
    for _ in range(ROUNDS):
        seen = raced.client("bess").get(f"/cases/{ref}").headers["etag"]

        def take(client: httpx2.Client, number: int, seen: str = seen) -> httpx2.Response:
            path = f"/cases/{ref}/steps/record_letter"
            return client.post(path, headers={"If-Match": seen})

        said = at_once(raced, take)

        assert Counter(one.status_code for one in said) == {200: 1, 412: CLIENTS - 1}
        lost = next(one for one in said if one.status_code == 412)
        assert problem(lost, 412)["type"].endswith(":stale")
    steps = [one for one in world.events(ref) if one["type"] == "transition taken"]
    assert len(steps) == ROUNDS
    assert world.verdict().problems == []


def test_of_many_requests_with_one_key_one_acts_and_all_are_told_that_it_is_done(
    world: World, raced: Served
) -> None:
    ref = world.open()

    def take(client: httpx2.Client, number: int) -> httpx2.Response:
        path = f"/cases/{ref}/steps/record_letter"
        return client.post(path, headers={"Idempotency-Key": "once-and-no-more"})

    said = at_once(raced, take)

    assert {one.status_code for one in said} == {200}
    assert Counter(one.json()["repeated"] for one in said) == {False: 1, True: CLIENTS - 1}
    steps = [one for one in world.events(ref) if one["type"] == "transition taken"]
    assert len(steps) == 1
    assert world.verdict().problems == []


def test_reads_go_on_while_cases_change(world: World, raced: Served) -> None:
    refs = [world.open(happened_on=f"2025-11-{day:02}") for day in range(1, CLIENTS + 1)]

    def act(client: httpx2.Client, number: int) -> list[int]:
        ref, said = refs[number], []
        for _ in range(3):
            said.append(client.post(f"/cases/{ref}/steps/record_letter").status_code)
            said.append(client.get("/cases").status_code)
            said.append(client.get(f"/cases/{ref}/history").status_code)
        return said

    assert {status for said in at_once(raced, act) for status in said} == {200}
    assert world.verdict().problems == []
