from __future__ import annotations

import asyncio
import itertools
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from engine.service.accounts import passwords, tokens
from engine.web import limits
from engine.web.entrance import Entrance
from engine.web.pacing import Turnstile
from engine.web.problems import Problem
from engine.web.ways import WAYS
from tests.entering import (
    FIT,
    INTAKE,
    WRONG,
    code_of_lee,
    counted,
    entries,
    shown,
    wait,
    whys,
    with_intake,
    without,
)
from tests.knocking import at_the_door, knock, signed_in
from tests.web.servers import Served, problem, until
from tests.worlds import BESS, EVE, World

NEW = "five quite other plain words here"


def test_whoever_signs_in_comes_in_by_the_token_and_is_out_once_signed_out(
    door: Served, world: World
) -> None:
    told = knock(door, "lee")
    lee = door.client(headers={"Authorization": f"Bearer {told.json()['token']}"})

    assert told.status_code == 201
    assert {**told.json(), "token": ""} == {
        "token": "",
        "person": "lee",
        "until": "2025-12-15T20:00:00Z",
        "how": "password",
    }
    assert told.headers["cache-control"] == "no-store"
    assert lee.get("/who").json()["proof"] == "signed in, password"
    assert lee.delete("/sign-in").status_code == 204
    problem(lee.get("/who"), 401)
    problem(lee.delete("/sign-in"), 401)
    assert whys(world) == ["revoked", "revoked"]
    assert world.verdict().problems == []


def test_who_gives_a_code_gives_it_here_too(door: Served, world: World) -> None:
    secret = code_of_lee(world)
    wait(world, minutes=1)

    problem(knock(door, "lee"), 401)
    told = knock(door, "lee", code=shown(world, secret))
    assert (told.status_code, told.json()["how"]) == (201, "password and code")


def test_whatever_is_wrong_the_same_is_told(door: Served, world: World) -> None:
    with_intake(door.place)
    tried = [
        knock(door, "lee", WRONG),
        knock(door, "nobody"),
        knock(door, "eve"),
        knock(door, INTAKE),
        knock(door, "", ""),
        knock(door, "lee\x00é"),
        knock(door, "lee", "x" * 2000),
    ]
    told = {(one.status_code, one.text, one.headers["www-authenticate"]) for one in tried}

    assert len(told) == 1
    [(status, text, _)] = told
    assert status == 401
    assert "lee" not in text
    assert len(set(whys(world))) == 3


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"person": "lee"}',
        b'{"person": "lee", "password": 12}',
        b'{"person": "lee", "password": "canary", "passwort": "canary"}',
        b'{"person": "lee", "password": "canary", "password": "canary"}',
        b'{"person": ["lee"], "password": "canary"}',
    ],
)
def test_what_is_no_request_is_a_mistake_that_repeats_nothing(door: Served, body: bytes) -> None:
    head = {"content-type": "application/json"}
    told = door.client().post("/sign-in", content=body, headers=head)

    assert "canary" not in json.dumps(problem(told, 400))


def test_nothing_stands_in_the_address_and_no_large_body_is_taken(door: Served) -> None:
    asked = {"person": "lee", "password": FIT}
    problem(door.client().post("/sign-in?person=lee", json=asked), 400)
    told = door.client().post("/sign-in", json={**asked, "password": "x" * limits.MOST_SIGN_IN})
    assert "4 kB" in problem(told, 413)["detail"]


def test_how_one_may_sign_in_is_told_to_everybody(door: Served, world: World) -> None:
    door.place.partnership = "Sample Partnership"

    told = door.client().get("/sign-in").json()
    assert told == {"ways": ["password"], "partnership": "Sample Partnership", "demo": False}


def test_what_was_typed_stands_in_no_log_and_no_answer(
    door: Served, world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    answers = [knock(door, "canary-who", "canary-password", "canary-code").text]
    lee = signed_in(door, "lee")
    asked: list[tuple[str, str, dict[str, str]]] = [
        ("PUT", "/account/password", {"old": "canary-old", "new": "canary-new-words"}),
        ("PUT", "/account/password", {"old": FIT, "new": "canary"}),
        ("POST", "/account/code", {"password": "canary-password", "code": "canary-code"}),
        ("PUT", "/account/code", {"setup": "canary-setup", "code": "canary-code"}),
    ]
    answers += [lee.request(method, path, json=body).text for method, path, body in asked]
    with world.place.database.read() as tx:
        texts = "".join(row[0] for row in tx.rows("SELECT text FROM events"))

    assert "canary" not in "".join(answers) + texts + "".join(capfd.readouterr())


def test_a_token_that_was_issued_is_not_signed_out_and_changes_no_account(
    door: Served, world: World
) -> None:
    issued = tokens.issue(world.place, BESS, "bess", (), (), "2026-01-31")
    bess = door.client(headers={"Authorization": f"Bearer {issued}"})

    assert "token revoke" in problem(bess.delete("/sign-in"), 400)["detail"]
    own = {"old": FIT, "new": NEW}
    assert "not by token" in problem(bess.put("/account/password", json=own), 403)["detail"]
    problem(bess.post("/account/code", json={"password": FIT}), 403)
    problem(bess.put("/account/code", json={"setup": "x", "code": "123456"}), 403)
    assert bess.get("/who").status_code == 200
    assert len(entries(world, "refused")) == 3


def test_a_sign_in_ends_after_a_quarter_of_an_hour_without_a_request(
    door: Served, world: World
) -> None:
    lee = signed_in(door, "lee")
    for _ in range(3):
        wait(world, minutes=14)
        assert lee.get("/who").status_code == 200
    wait(world, minutes=15)
    problem(lee.get("/who"), 401)

    assert whys(world) == ["idle"]
    assert world.verdict().problems == []


def test_that_a_sign_in_is_in_use_is_written_once_a_minute(door: Served, world: World) -> None:
    lee, written = signed_in(door, "lee"), set()
    for _ in range(12):
        wait(world, seconds=20)
        assert lee.get("/who").status_code == 200
        with world.place.database.read() as tx:
            written |= set(tx.rows("SELECT used_on FROM uses"))

    assert len(written) == 4


def test_who_has_no_part_here_any_more_is_out_at_the_next_request(
    door: Served, world: World
) -> None:
    passwords.put(world.place, EVE, "eve", FIT)
    eve = signed_in(door, "eve")
    assert eve.get("/who").status_code == 200
    without(door.place, "eve", until="2025-12-14")

    problem(eve.get("/who"), 401)
    problem(knock(door, "eve"), 401)
    assert whys(world) == ["no part here today"] * 2


def test_attempts_from_one_address_are_held_back_and_others_and_the_known_are_not(
    world: World,
) -> None:
    with at_the_door(world, "lee", "bess", behind_proxy=True) as door:
        assert knock(door, "lee", **{"x-forwarded-for": "192.0.2.7"}).status_code == 201
        tried = [
            knock(door, "bess", WRONG, **{"x-forwarded-for": "192.0.2.7"}).status_code
            for _ in range(12)
        ]
        again = knock(door, "lee", **{"x-forwarded-for": "192.0.2.7"})
        other = knock(door, "lee", **{"x-forwarded-for": "192.0.2.8"})
        held = knock(door, "eve", **{"x-forwarded-for": "192.0.2.7"})

    assert tried == [401] * 10 + [429] * 2
    assert (again.status_code, other.status_code) == (201, 201)
    assert 0 < int(held.headers["retry-after"]) <= 61


def test_nobody_is_kept_out_from_where_they_came_in_lately_by_those_who_try_elsewhere(
    world: World,
) -> None:
    clock = itertools.count(0, 10).__next__
    with at_the_door(world, "lee", behind_proxy=True, clock=clock) as door:
        assert knock(door, "lee", **{"x-forwarded-for": "192.0.2.1"}).status_code == 201
        for at in range(10):
            knock(door, "lee", WRONG, **{"x-forwarded-for": f"198.51.100.{at}"})
        elsewhere = knock(door, "lee", **{"x-forwarded-for": "198.51.100.50"})
        at_home = knock(door, "lee", **{"x-forwarded-for": "192.0.2.1"})
        still = knock(door, "lee", **{"x-forwarded-for": "198.51.100.51"})

    assert (elsewhere.status_code, at_home.status_code, still.status_code) == (401, 201, 401)
    assert whys(world) == [*["wrong password"] * 10, "locked out", "locked out"]


def test_ten_failures_of_their_own_end_that_somebody_is_known_from_an_address(
    world: World,
) -> None:
    now = [0.0]
    with at_the_door(world, "lee", clock=lambda: now[0]) as door:
        for last in (9, 10):
            assert knock(door, "lee").status_code == 201
            for _ in range(last):
                now[0] += 61
                problem(knock(door, "lee", WRONG), 401)
        now[0] += 61
        problem(knock(door, "lee"), 401)

    assert whys(world) == [*["wrong password"] * 19, "locked out"]


def test_one_person_signs_in_so_often_in_a_minute_and_no_more(door: Served, world: World) -> None:
    tried = [knock(door, "lee").status_code for _ in range(limits.SIGN_INS_OF_ONE + 2)]

    assert tried == [201] * limits.SIGN_INS_OF_ONE + [429] * 2
    assert knock(door, "bess").status_code == 201


def test_few_sign_ins_are_worked_on_at_once_and_everything_else_is_answered_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, inside, most = threading.Event(), [0], [0]

    def slow(*_: Any) -> bool:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        assert go.wait(20)
        inside[0] -= 1
        return False

    with at_the_door(world, "lee", "bess") as door, ThreadPoolExecutor(40) as pool:
        bess = signed_in(door, "bess")
        monkeypatch.setattr(passwords, "is_right", slow)
        tried = [pool.submit(knock, door, "lee", WRONG) for _ in range(30)]
        until(lambda: sum(one.done() for one in tried) == 30 - 22)
        began = time.monotonic()
        assert bess.get("/who").status_code == 200
        assert time.monotonic() - began < 2
        go.set()
        told = sorted(one.result().status_code for one in tried)

    assert most == [limits.SIGNING_IN_AT_ONCE]
    assert set(told) == {401, 429, 503}
    assert told.count(503) == 8


def test_whoever_waits_for_a_turn_and_goes_gives_it_up() -> None:
    async def story() -> None:
        turnstile = Turnstile(1, 1)

        async def stay() -> None:
            async with turnstile.turn():
                await asyncio.sleep(60)

        first, second = asyncio.create_task(stay()), asyncio.create_task(stay())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        with pytest.raises(Problem):
            async with turnstile.turn():
                pass
        for one in (second, first):
            one.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
        async with turnstile.turn():
            pass

    asyncio.run(story())


def test_it_takes_the_same_work_whether_or_not_there_is_such_a_person(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at_the_door(world, "lee") as door:
        for person in ("lee", "nobody", "eve", "lee"):
            with counted(monkeypatch) as tried:
                problem(knock(door, person, WRONG), 401)
            assert [one.split("$")[1:4] for one in tried] == [["argon2id", "v=19", "m=8,t=1,p=1"]]


def test_every_way_in_and_out_is_done_somewhere(door: Served) -> None:
    assert set(Entrance(door.reception)._doing) == {way.name for way in WAYS}


def test_a_person_who_has_signed_in_asks_so_often_in_a_minute_and_no_more(world: World) -> None:
    with at_the_door(world, "lee", "bess", pace=limits.ASKED_BY_ONE // 30) as door:
        lee, again, bess = signed_in(door, "lee"), signed_in(door, "lee"), signed_in(door, "bess")
        told = [(lee, again)[at % 2].get("/who") for at in range(22)]
        assert [one.status_code for one in told] == [200] * 20 + [429] * 2
        assert 0 < int(told[-1].headers["retry-after"]) <= 61
        assert "within a minute" in problem(told[-1], 429)["detail"]
        assert bess.get("/who").status_code == 200


def test_the_pace_is_counted_anew_each_minute(world: World) -> None:
    with at_the_door(world, "lee", pace=2, clock=itertools.count(0, 40).__next__) as door:
        lee = signed_in(door, "lee")
        assert {lee.get("/who").status_code for _ in range(8)} == {200}
