"""People come in by a provider: the way there and back, and each thing that could be put to it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from engine.service.accounts.openid.flow import CODE, STATE
from engine.web import limits
from tests.entering import FIT, WRONG, entries, wait, whys, without
from tests.knocking import at_the_door, knock
from tests.providing import (
    ASK,
    RETURN_TO,
    SECRET,
    AtProvider,
    at_provider,
    known_as,
    returned,
)
from tests.web.servers import problem
from tests.worlds import World


@pytest.fixture
def at(world: World, tmp_path: Path) -> Iterator[AtProvider]:
    with at_provider(world, tmp_path, "lee", "bess") as made:
        yield made


def test_whoever_the_provider_vouches_for_comes_in(at: AtProvider, world: World) -> None:
    told = at.whole()

    assert told.status_code == 201, told.text
    assert (told.json()["person"], told.json()["how"]) == ("lee", "OpenID Connect")
    assert told.json()["until"] == "2025-12-15T20:00:00Z"
    lee = at.door.client(headers={"Authorization": f"Bearer {told.json()['token']}"})
    assert lee.get("/who").json()["proof"] == "signed in, OpenID Connect"
    assert lee.delete("/sign-in").status_code == 204
    assert world.verdict().problems == []


def test_the_browser_is_sent_with_all_that_binds_it_to_this_sign_in(at: AtProvider) -> None:
    first, second = at.begin(), at.begin()

    assert first["response_type"] == "code"
    assert first["client_id"] == "casetrail"
    assert first["scope"] == "openid"
    assert first["redirect_uri"] == "http://127.0.0.1/v1/sign-in/openid/callback"
    assert first["code_challenge_method"] == "S256"
    assert len(first["code_challenge"]) == 43
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]
    assert "lee" not in first["state"]


def test_the_server_is_known_by_its_secret_and_gives_the_verifier(at: AtProvider) -> None:
    assert at.whole().status_code == 201
    [given] = at.sham.codes

    assert at.secrets_shown() == [("casetrail", SECRET)]
    assert given["grant_type"] == "authorization_code"
    assert given["code"] == "a-code"
    assert len(given["code_verifier"]) == 64
    assert given["code_verifier"] != at.sham.asked["code_challenge"]
    assert "client_secret" not in given


def test_a_provider_that_takes_the_secret_in_the_body_alone_is_given_it_there(
    at: AtProvider,
) -> None:
    at.sham.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert at.whole().status_code == 201
    [given] = at.sham.codes

    assert (given["client_id"], given["client_secret"]) == ("casetrail", SECRET)
    assert at.sham.known_as == [""]


def test_whoever_begins_is_returned_to_on_their_own_computer_alone(at: AtProvider) -> None:
    elsewhere = [
        "http://evil.example/back",
        "https://127.0.0.1:49152/back",
        "http://localhost:49152/back",
        "http://127.0.0.1/back",
        "http://127.0.0.1:49152/back?code=mine",
        "http://127.0.0.1:49152@evil.example/",
        "http://127.0.0.1:49152/back\r\nX: y",
        "http://127.0.0.2:49152/back",
    ]
    for address in elsewhere:
        told = at.door.client().post("/sign-in/openid", json={**ASK, "return_to": address})
        assert "canary" not in str(problem(told, 400))
    for challenge in ("", "x" * 42, "x" * 44, "x" * 42 + "="):
        told = at.door.client().post("/sign-in/openid", json={**ASK, "challenge": challenge})
        problem(told, 400)
    assert at.begin(return_to="http://[::1]:49152/back")["state"]


def test_a_state_is_taken_once_within_ten_minutes_and_only_as_it_was_given(
    at: AtProvider, world: World
) -> None:
    state = at.begin()["state"]
    assert "code" in returned(at.come_back(state))
    tried, late = [at.come_back(state)], at.begin()["state"]
    wait(world, minutes=10, seconds=1)
    other = at.begin()["state"]
    altered = f"{other[:-4]}{'AAAA' if other[-4:] != 'AAAA' else 'BBBB'}"
    tried += [at.come_back(one) for one in (late, altered, "x", "", "ä" * 30)]

    assert {one.status_code for one in tried} == {400}
    assert len({one.text for one in tried}) == 1
    assert "could not be signed in" in tried[0].text
    why = ["used already", "begun too long ago"]
    assert whys(world) == [*why, *["not begun here"] * 4]


def test_what_one_note_is_for_no_other_is(at: AtProvider, world: World) -> None:
    asked = at.begin()
    code = returned(at.come_back(asked["state"]))["code"]

    problem(at.finish(asked["state"]), 401)
    assert at.come_back(code).status_code == 400
    assert whys(world) == ["not begun here", "not begun here"]


def test_the_code_opens_once_within_a_minute_and_only_for_who_began(
    at: AtProvider, world: World
) -> None:
    code = returned(at.come_back(at.begin()["state"]))["code"]
    for verifier in ("x" * 43, "", "short", "ä" * 50):
        problem(at.finish(code, verifier), 401 if verifier else 400)
    assert at.finish(code).status_code == 201
    problem(at.finish(code), 401)
    late = returned(at.come_back(at.begin()["state"]))["code"]
    wait(world, minutes=1, seconds=1)
    problem(at.finish(late), 401)
    problem(at.finish("x"), 401)

    others = ["another client"] * 3
    assert whys(world) == [*others, "used already", "begun too long ago", "not begun here"]


def test_what_was_taken_is_kept_so_that_another_process_does_not_take_it_too(
    at: AtProvider, world: World
) -> None:
    assert at.whole().status_code == 201
    with world.place.database.read() as tx:
        kept = {row[0] for row in tx.rows("SELECT endpoint FROM replays")}

    assert kept == {STATE, CODE}
    assert world.verdict().problems == []


def test_whom_config_toml_does_not_name_or_who_has_left_does_not_come_in(
    at: AtProvider, world: World
) -> None:
    known_as(at.door.place, lee="somebody else")
    problem(at.whole(), 401)
    known_as(at.door.place, eve="lee-at-provider")
    without(at.door.place, "eve", until="2025-12-14")
    problem(at.whole(), 401)

    assert whys(world) == ["no such person", "no part here today"]


def test_a_provider_that_says_no_is_told_to_whoever_began(at: AtProvider, world: World) -> None:
    back = at.come_back(at.begin()["state"], code="", error="access_denied")

    assert returned(back) == {"error": "access_denied"}
    assert whys(world) == ["the provider said no"]


def test_another_issuer_that_sends_the_browser_back_is_no_provider_of_ours(
    at: AtProvider, world: World
) -> None:
    back = at.come_back(at.begin()["state"], iss="https://evil.example")
    assert returned(back) == {"error": "access_denied"}
    assert at.sham.codes == []
    assert at.whole(iss=at.sham.issuer).status_code == 201
    at.provider._metadata = None
    at.sham.metadata = {"authorization_response_iss_parameter_supported": True}
    assert returned(at.whole()) == {"error": "access_denied"}

    assert whys(world) == ["another issuer"] * 2


def test_what_a_browser_says_twice_is_not_taken_and_what_else_it_says_is_passed_over(
    at: AtProvider,
) -> None:
    state, path = at.begin()["state"], "/sign-in/openid/callback"
    twice = at.door.client().get(f"{path}?state={state}&code=a&code=b")
    assert twice.status_code == 400
    also = at.door.client().get(f"{path}?state={state}&code=a&session_state=x&scope=openid+y")
    assert "code" in returned(also)


def test_the_pages_have_no_script_and_are_kept_by_nobody(at: AtProvider) -> None:
    done = at.door.client().get("/sign-in/openid/done")
    could_not = at.come_back("canary")

    assert "You are signed in" in done.text
    for one in (done, could_not):
        assert one.headers["content-type"] == "text/html; charset=utf-8"
        assert one.headers["cache-control"] == "no-store"
        assert one.headers["content-security-policy"].startswith("default-src 'none'")
        assert one.headers["referrer-policy"] == "no-referrer"
        assert "<script" not in one.text
        assert "canary" not in one.text


def test_begun_sign_ins_from_one_address_and_failing_ones_are_held_back(
    world: World, tmp_path: Path
) -> None:
    with at_provider(world, tmp_path, clock=time.monotonic) as at:
        for _ in range(limits.BEGUN_FROM_ONE):
            at.begin()
        problem(at.door.client().post("/sign-in/openid", json=ASK), 429)
        for _ in range(limits.DENIED_AT_ONCE):
            assert at.come_back("x").status_code == 400
        held = at.come_back("x")

    assert held.status_code == 429
    assert held.headers["content-type"].startswith("text/html")
    assert int(held.headers["retry-after"]) > 0


def test_how_one_may_sign_in_names_the_provider_and_both_ways_are_open(at: AtProvider) -> None:
    assert at.door.client().get("/sign-in").json()["ways"] == ["password", "openid"]
    assert knock(at.door, "bess").status_code == 201


def test_where_the_provider_alone_lets_in_a_password_is_for_the_one_who_is_named(
    world: World, tmp_path: Path
) -> None:
    with at_provider(world, tmp_path, "lee", "bess", only=True, emergency="bess") as at:
        assert at.door.client().get("/sign-in").json()["ways"] == ["openid"]
        refused = knock(at.door, "lee")
        assert refused.text == knock(at.door, "nobody").text == knock(at.door, "lee", WRONG).text
        problem(refused, 401)
        assert knock(at.door, "bess", FIT).status_code == 201
        assert at.whole().status_code == 201

    assert whys(world).count("by the provider alone") == 2


def test_where_there_is_no_provider_nobody_is_sent_to_one(world: World, tmp_path: Path) -> None:
    with at_the_door(world) as door:
        told = door.client().post("/sign-in/openid", json=ASK)
        assert "by their password" in problem(told, 404)["detail"]
        assert door.client().get("/sign-in/openid/callback?state=x").status_code == 404
        asked = {"code": "x", "verifier": "x" * 43}
        problem(door.client().post("/sign-in/openid/token", json=asked), 401)


def test_nothing_of_the_way_stands_in_a_log(
    at: AtProvider, world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    asked = at.begin()
    code = returned(at.come_back(asked["state"], code="canary-code"))["code"]
    at.finish(code)
    at.come_back(at.begin()["state"], code="", error="canary-error")
    with world.place.database.read() as tx:
        texts = "".join(row[0] for row in tx.rows("SELECT text FROM events"))
    said = "".join(capfd.readouterr()) + texts

    for word in ("canary", asked["state"], code, "lee-at-provider", SECRET, asked["nonce"]):
        assert word not in said
    assert urlsplit(RETURN_TO).netloc not in said
    assert [one["body"]["how"] for one in entries(world, "signed in")] == ["OpenID Connect"]
