from __future__ import annotations

from base64 import b32decode
from urllib.parse import parse_qs, urlsplit

from tests.entering import FIT, WRONG, code_of_lee, entries, shown, wait, whys
from tests.knocking import knock, signed_in
from tests.web.servers import Served, problem
from tests.worlds import World

NEW = "five quite other plain words here"


def test_a_new_password_of_ones_own_needs_the_old_one_and_ends_all_other_sign_ins(
    door: Served, world: World
) -> None:
    here, there = signed_in(door, "lee"), signed_in(door, "lee")

    told = here.put("/account/password", json={"old": WRONG, "new": NEW})
    assert "nothing was changed" in problem(told, 403)["detail"]
    problem(here.put("/account/password", json={"old": FIT, "new": "short"}), 400)
    assert there.get("/who").status_code == 200
    assert here.put("/account/password", json={"old": FIT, "new": NEW}).status_code == 204

    assert here.get("/who").status_code == 200
    problem(there.get("/who"), 401)
    problem(knock(door, "lee", FIT), 401)
    assert knock(door, "lee", NEW).status_code == 201
    assert [one["body"]["person"] for one in entries(world, "credential set")][-1] == "lee"
    assert world.verdict().problems == []


def test_who_has_got_hold_of_a_sign_in_cannot_try_passwords_for_long(
    patient: Served, world: World
) -> None:
    lee = signed_in(patient, "lee")
    asked = {"old": WRONG, "new": NEW}
    told = {lee.put("/account/password", json=asked).text for _ in range(11)}
    told.add(lee.put("/account/password", json={"old": FIT, "new": NEW}).text)

    assert len(told) == 1
    assert whys(world) == [*["wrong password"] * 10, *["locked out"] * 2]


def test_a_code_of_ones_own_is_set_up_and_asked_for_from_then_on(
    door: Served, world: World
) -> None:
    here, there = signed_in(door, "lee"), signed_in(door, "lee")
    problem(here.post("/account/code", json={"password": WRONG}), 403)
    begun = here.post("/account/code", json={"password": FIT})
    assert begun.status_code == 201
    uri, setup = begun.json()["uri"], begun.json()["setup"]
    assert uri.startswith("otpauth://totp/")
    secret = secret_of(uri)

    bess = signed_in(door, "bess")
    code = shown(world, secret)
    problem(bess.put("/account/code", json={"setup": setup, "code": code}), 400)
    problem(here.put("/account/code", json={"setup": setup, "code": "000000"}), 400)
    problem(here.put("/account/code", json={"setup": f"{setup[:-2]}AA", "code": code}), 400)
    assert here.put("/account/code", json={"setup": setup, "code": code}).status_code == 204
    problem(here.put("/account/code", json={"setup": setup, "code": code}), 400)

    assert here.get("/who").status_code == 200
    problem(there.get("/who"), 401)
    problem(knock(door, "lee"), 401)
    wait(world, minutes=1)
    assert knock(door, "lee", code=shown(world, secret)).status_code == 201
    assert world.verdict().problems == []


def test_another_code_is_set_up_only_by_whoever_gives_the_one_before(
    door: Served, world: World
) -> None:
    secret = code_of_lee(world)
    wait(world, minutes=1)
    lee = signed_in(door, "lee", code=shown(world, secret))
    wait(world, minutes=1)

    problem(lee.post("/account/code", json={"password": FIT}), 403)
    asked = {"password": FIT, "code": shown(world, secret)}
    assert lee.post("/account/code", json=asked).status_code == 201
    problem(lee.post("/account/code", json=asked), 403)


def test_what_was_begun_to_be_set_up_is_over_after_ten_minutes(door: Served, world: World) -> None:
    lee = signed_in(door, "lee")
    begun = lee.post("/account/code", json={"password": FIT}).json()
    wait(world, minutes=10, seconds=1)

    code = shown(world, secret_of(begun["uri"]))
    told = lee.put("/account/code", json={"setup": begun["setup"], "code": code})
    assert "begin again" in problem(told, 400)["detail"]


def secret_of(uri: str) -> bytes:
    text = parse_qs(urlsplit(uri).query)["secret"][0]
    return b32decode(text + "=" * (-len(text) % 8))
