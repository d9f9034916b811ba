"""What verification finds of credentials, uses and replays, which no event carries."""

from __future__ import annotations

import pytest

from engine import statements
from engine.service.accounts import codes, passwords, signing_in, tokens
from tests.entering import (
    WRONG,
    code_of_lee,
    let_in,
    password_of_lee,
    refused,
    token_of_lee,
    wait,
    whys,
    without,
)
from tests.worlds import BESS, World

DAY = 24 * 60 * 60 * 1_000_000


def altered(world: World, sql: str, values: tuple[object, ...] = ()) -> list[str]:
    """What verification says after a statement."""
    with world.place.database.write() as tx:
        tx.run(sql, values)
    return world.verdict().problems


@pytest.fixture
def signed(world: World) -> World:
    """Lee has a password and gives codes, Bess has a password, and one failed."""
    password_of_lee(world)
    code_of_lee(world)
    passwords.put(world.place, BESS, "bess", WRONG)
    refused(world, "lee", WRONG)
    assert world.verdict().problems == []
    return world


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        (
            "UPDATE credentials SET person = 'nobody' WHERE kind = 'code'",
            [
                "credentials nobody/code: no entry of the access log says that it was set",
                "credentials lee/code: the row is gone",
            ],
        ),
        (
            "DELETE FROM credentials WHERE kind = 'code'",
            ["credentials lee/code: the row is gone"],
        ),
        (
            "UPDATE credentials SET n = n + 1 WHERE kind = 'code'",
            ["credentials lee/code: no entry of the access log says that it was set"],
        ),
        (
            "UPDATE credentials SET set_on = '2025-12-14' WHERE kind = 'code'",
            ["credentials lee/code: it does not open, so it was altered"],
        ),
        (
            "UPDATE credentials SET secret = (SELECT secret FROM credentials c "
            "WHERE c.person = 'bess') WHERE person = 'lee' AND kind = 'password'",
            ["credentials lee/password: it does not open, so it was altered"],
        ),
        (
            "UPDATE credentials SET locked_until = 4000000000000000 WHERE person = 'bess'",
            ["credentials bess/password: it keeps somebody out for longer than any failure does"],
        ),
        (
            "UPDATE credentials SET failures = 'never' WHERE person = 'bess'",
            ["credentials bess/password: it keeps somebody out for longer than any failure does"],
        ),
        (
            "UPDATE credentials SET used = used * 2 WHERE kind = 'code'",
            ["credentials lee/code: it keeps somebody out for longer than any failure does"],
        ),
        (
            "UPDATE credentials SET log = 'another' WHERE person = 'bess'",
            [
                "credentials bess/password: it is filed under another partnership",
            ],
        ),
    ],
)
def test_what_was_done_to_a_credential_by_hand_is_found(
    signed: World, sql: str, found: list[str]
) -> None:
    assert altered(signed, sql) == found


def test_a_password_exchanged_by_hand_for_ones_own_opens_nothing(signed: World) -> None:
    altered(
        signed,
        "UPDATE credentials SET (secret, set_on, n) = (SELECT secret, set_on, n FROM credentials c "
        "WHERE c.person = 'bess') WHERE person = 'lee' AND kind = 'password'",
    )
    assert signing_in.sign_in(signed.place, "bess", WRONG).person == "bess"
    refused(signed, "lee", WRONG)

    assert whys(signed)[-1] == "altered in the store"


def test_whoever_writes_nonsense_into_a_row_lets_nobody_in(signed: World) -> None:
    altered(signed, "UPDATE credentials SET failures = 'never'")
    refused(signed, "bess", WRONG)

    assert whys(signed)[-1] == "altered in the store"


def test_an_earlier_password_put_back_by_hand_is_found(world: World) -> None:
    password_of_lee(world)
    with world.place.database.read() as tx:
        [before] = tx.rows("SELECT * FROM credentials")
    password_of_lee(world, WRONG)
    with world.place.database.write() as tx:
        tx.run("DELETE FROM credentials")
        tx.run(statements.insert("credentials"), before)

    found = "credentials lee/password: no entry of the access log says that it was set"
    assert world.verdict().problems == [found]


def test_a_password_that_was_cleared_and_put_back_by_hand_is_found(world: World) -> None:
    password_of_lee(world)
    with world.place.database.read() as tx:
        [before] = tx.rows("SELECT * FROM credentials")
    codes.clear(world.place, BESS, "lee")
    with world.place.database.write() as tx:
        tx.run(statements.insert("credentials"), before)

    found = "credentials lee/password: no entry of the access log says that it was set"
    assert world.verdict().problems == [found]


def test_the_credential_of_nobody_who_is_known_is_told(world: World) -> None:
    password_of_lee(world)
    without(world.place, "lee")

    assert world.verdict().problems == [
        "credentials lee/password: config.toml names nobody of this id"
    ]


def test_what_was_done_to_the_use_of_a_token_by_hand_is_found(world: World) -> None:
    token = tokens.id_of(token_of_lee(world))
    with world.place.database.write() as tx:
        tx.run(statements.insert("uses"), ("sample", token, "2025-12-15"))
    assert world.verdict().problems == []
    wrong = f"uses {token}: the token cannot have been used on that day"
    for day in ("2025-12-16", "2025-12-14", "", "2025-12-15 or so"):
        assert altered(world, "UPDATE uses SET used_on = ?", (day,)) == [wrong]
    gone = altered(world, "UPDATE uses SET used_on = '2025-12-15', token = 'another'")

    assert gone == ["uses another: no event made this row"]


def test_what_a_hook_took_is_of_this_partnership_and_was_taken_by_now(world: World) -> None:
    now = int(world.clock.instant.timestamp() * 1_000_000)
    with world.place.database.write() as tx:
        tx.run(statements.insert("replays"), ("sample", "form", "msg_1", now))
    assert world.verdict().problems == []
    late = altered(world, "UPDATE replays SET received = ?", (now + DAY,))
    alien = altered(world, "UPDATE replays SET log = 'another'")

    assert late == ["replays form/msg_1: it was taken at a moment that has not come"]
    assert alien == ["replays form/msg_1: it is filed under another partnership"]


def test_a_clock_that_was_put_back_a_little_alarms_nobody(signed: World) -> None:
    wait(signed, minutes=-5)

    assert signed.verdict().problems == []


def test_an_account_that_is_used_goes_on_verifying(signed: World) -> None:
    text = token_of_lee(signed)
    let_in(signed, text)
    signing_in.sign_in(signed.place, "bess", WRONG)
    tokens.revoke(signed.place, BESS, tokens.id_of(text))

    assert signed.verdict().problems == []
