from __future__ import annotations

import pytest

from engine.errors import NotSignedInError, UsageError
from engine.service.accounts import purging, signing_in, tokens
from engine.service.accounts.signing_in import Terms
from engine.service.ticks import tick
from tests.entering import (
    FIT,
    WRONG,
    code_of_lee,
    let_in,
    password_of_lee,
    refused,
    shut_out,
    token_of_lee,
    wait,
    whys,
)
from tests.worlds import World


def sign_in(world: World) -> str:
    return signing_in.sign_in(world.place, "lee", FIT).token


def rows(world: World, table: str) -> list[tuple[object, ...]]:
    with world.place.database.read() as tx:
        return [tuple(row) for row in tx.rows(f"SELECT * FROM {table}")]


def test_a_sign_in_is_over_once_it_is_idle_and_not_before(world: World) -> None:
    password_of_lee(world)
    token = sign_in(world)
    for _ in range(2):
        wait(world, minutes=14, seconds=59)
        assert let_in(world, token).sign_in == tokens.id_of(token)
    wait(world, minutes=15)
    shut_out(world, token)

    assert whys(world) == ["idle"]
    assert tokens.IDLE_FOR == 15 * 60_000_000
    assert world.verdict().problems == []


def test_uses_at_a_minute_are_one_mark_which_the_verification_judges(world: World) -> None:
    password_of_lee(world)
    token = sign_in(world)
    let_in(world, token)
    assert rows(world, "uses") == []
    wait(world, minutes=1)
    let_in(world, token)
    [(_, _, first)] = rows(world, "uses")
    wait(world, seconds=50)
    let_in(world, token)
    assert [row[2] for row in rows(world, "uses")] == [first]

    for altered in ("2025-12-15", "99999999999999999", "1", ""):
        with world.place.database.write() as tx:
            tx.run("UPDATE uses SET used_on = ?", (altered,))
        [problem] = world.verdict().problems
        assert "cannot have been used at that moment" in problem


def test_whoever_signs_out_is_out_and_a_token_that_was_issued_stays(world: World) -> None:
    password_of_lee(world)
    token, issued = sign_in(world), token_of_lee(world)
    signing_in.sign_out(world.place, token)
    shut_out(world, token)
    with pytest.raises(UsageError, match="token revoke"):
        signing_in.sign_out(world.place, issued)
    with pytest.raises(NotSignedInError):
        signing_in.sign_out(world.place, token)

    assert let_in(world, issued).sign_in == ""
    assert world.verdict().problems == []


def test_who_is_known_where_they_come_from_is_not_kept_out_and_others_still_are(
    world: World,
) -> None:
    password_of_lee(world)
    for _ in range(10):
        refused(world, "lee", WRONG)
    come = signing_in.sign_in(world.place, "lee", FIT, terms=Terms(familiar=True))

    assert come.person == "lee"
    refused(world, "lee", FIT)
    with pytest.raises(NotSignedInError):
        signing_in.sign_in(world.place, "lee", WRONG, terms=Terms(familiar=True))
    assert whys(world)[-2:] == ["locked out", "wrong password"]


def test_a_door_closed_to_passwords_is_closed_to_the_right_one_too(world: World) -> None:
    password_of_lee(world)
    code_of_lee(world)
    with pytest.raises(NotSignedInError):
        signing_in.sign_in(world.place, "lee", FIT, terms=Terms(closed=True))

    assert whys(world) == ["by the provider alone"]


def test_what_is_long_over_is_removed_by_ticks_a_few_at_a_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "AT_ONCE", 2)
    password_of_lee(world)
    issued = token_of_lee(world, "2025-12-16")
    let_in(world, issued)
    signed = [sign_in(world) for _ in range(3)]
    wait(world, minutes=2)
    let_in(world, signed[0])
    with world.place.database.write() as tx:
        sql = "INSERT INTO replays (log, endpoint, message, received) VALUES (?, ?, ?, ?)"
        now = int(world.place.clock().timestamp() * 1_000_000)
        for endpoint in ("form", "sign-in state", "sign-in code"):
            tx.run(sql, (world.place.log, endpoint, "one", now))
    assert (len(rows(world, "tokens")), len(rows(world, "uses"))) == (4, 2)
    assert purging.purge(world.place) == 0
    wait(world, days=1, seconds=1)
    assert purging.purge(world.place) == 2
    assert [row[1] for row in rows(world, "replays")] == ["form"]
    wait(world, days=8)

    tick(world.place, lambda message: "receipt")
    assert len(rows(world, "tokens")) == 2
    assert world.verdict().problems == []
    tick(world.place, lambda message: "receipt")
    assert [row[1] for row in rows(world, "tokens")] == [tokens.id_of(issued)]
    assert [row[1] for row in rows(world, "uses")] == [tokens.id_of(issued)]
    assert purging.purge(world.place) == 0
    shut_out(world, signed[0])
    assert whys(world) == ["no such token"]
    wait(world, days=400)
    assert purging.purge(world.place) == 1
    assert world.verdict().problems == []


def test_that_a_sign_in_which_holds_is_gone_is_found(world: World) -> None:
    password_of_lee(world)
    token = sign_in(world)
    with world.place.database.write() as tx:
        tx.run("DELETE FROM tokens")

    assert world.verdict().problems == [f"tokens {tokens.id_of(token)}: the row is gone"]
