from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from engine.errors import NotSignedInError, RefusedError, UsageError
from engine.service.accounts import codes, signing_in
from tests.entering import (
    FIT,
    WRONG,
    code_of_lee,
    entries,
    password_of_lee,
    refused,
    shown,
    shut_out,
    wait,
    whys,
)
from tests.worlds import BESS, EVE, LEE, World

RFC = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]
"""Of appendix B of RFC 6238, for SHA-1; a code of six digits is the end of one of eight."""


@pytest.mark.parametrize(("moment", "code"), RFC)
def test_codes_are_those_of_the_standard(moment: int, code: str) -> None:
    secret = b"12345678901234567890"

    assert codes.at(secret, moment // 30) == code[-6:]
    assert codes.matching(secret, code[-6:], datetime.fromtimestamp(moment, UTC)) == moment // 30


def test_without_a_secret_no_code_fits() -> None:
    now = datetime(2026, 1, 5, tzinfo=UTC)
    step = int(now.timestamp()) // codes.STEP

    assert codes.matching(bytes(codes.SECRET), codes.at(bytes(codes.SECRET), step), now) == step
    assert codes.matching(None, codes.at(bytes(codes.SECRET), step), now) == 0


def test_whoever_has_set_up_a_code_gives_it_beside_the_password(world: World) -> None:
    password_of_lee(world)
    secret = code_of_lee(world)
    wait(world, seconds=30)
    refused(world, "lee", FIT)
    refused(world, "lee", WRONG, shown(world, secret))
    visitor = signing_in.sign_in(world.place, "lee", FIT, shown(world, secret))

    assert visitor.proof == "signed in, password and code"
    assert signing_in.by_token(world.place, visitor.token).proof == "signed in, password and code"
    assert whys(world) == ["wrong code", "wrong password"]
    assert world.verdict().problems == []


def test_a_code_is_taken_once(world: World) -> None:
    password_of_lee(world)
    secret = code_of_lee(world)
    # The one that showed that the app was set up is used up too.
    refused(world, "lee", FIT, shown(world, secret))
    wait(world, seconds=30)
    code = shown(world, secret)
    signing_in.sign_in(world.place, "lee", FIT, code)
    refused(world, "lee", FIT, code)
    wait(world, seconds=30)

    refused(world, "lee", FIT, code)
    signing_in.sign_in(world.place, "lee", FIT, shown(world, secret))
    assert whys(world) == ["wrong code"] * 3


def test_of_those_who_show_the_same_code_at_once_one_comes_in(world: World) -> None:
    password_of_lee(world)
    secret = code_of_lee(world)
    wait(world, seconds=30)
    code = shown(world, secret)

    def attempt(_: int) -> str:
        try:
            return signing_in.sign_in(world.place, "lee", FIT, code).person
        except NotSignedInError:
            return "nobody"

    with ThreadPoolExecutor(6) as pool:
        found = Counter(pool.map(attempt, range(6)))

    assert found == {"lee": 1, "nobody": 5}
    assert world.verdict().problems == []


@pytest.mark.parametrize(("steps", "fits"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_clock_may_be_wrong_by_one_step_either_way(world: World, steps: int, fits: bool) -> None:
    password_of_lee(world)
    secret = code_of_lee(world)
    wait(world, minutes=5)
    code = shown(world, secret, steps)
    if fits:
        assert signing_in.sign_in(world.place, "lee", FIT, code).person == "lee"
    else:
        refused(world, "lee", FIT, code)


def test_after_a_code_of_a_clock_that_is_ahead_an_earlier_one_is_not_taken(world: World) -> None:
    password_of_lee(world)
    secret = code_of_lee(world)
    wait(world, minutes=5)
    signing_in.sign_in(world.place, "lee", FIT, shown(world, secret, 1))

    refused(world, "lee", FIT, shown(world, secret))


def test_a_code_may_be_typed_as_the_app_shows_it(world: World) -> None:
    password_of_lee(world)
    secret = code_of_lee(world)
    wait(world, minutes=5)
    code = shown(world, secret)

    assert signing_in.sign_in(world.place, "lee", FIT, f" {code[:3]} {code[3:]}\n").person == "lee"


def test_what_is_no_code_is_refused(world: World) -> None:
    password_of_lee(world)
    secret = code_of_lee(world)
    wait(world, minutes=5)
    code = shown(world, secret)
    arabic = "".join(chr(0x660 + int(digit)) for digit in code)
    for typed in ("", "-" * 6, code[:5], f"{code}0", arabic, " " * 50 + code, "\ud800"):
        refused(world, "lee", FIT, typed)

    assert whys(world) == ["wrong code"] * 7


def test_wrong_codes_lock_somebody_out_as_wrong_passwords_do(world: World) -> None:
    password_of_lee(world)
    secret = code_of_lee(world)
    wait(world, minutes=5)
    for _ in range(5):
        refused(world, "lee", WRONG)
        refused(world, "lee", FIT, "")

    refused(world, "lee", FIT, shown(world, secret))
    assert whys(world)[-1] == "locked out"


def test_an_app_can_read_what_it_is_given(world: World) -> None:
    password_of_lee(world)
    setup = codes.begin(world.place, LEE, "lee", "Sample & Partners")
    read = TOTP(setup.secret, 6, SHA1(), 30)
    parts = urlsplit(setup.uri)
    asked = parse_qs(parts.query)

    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/Sample & Partners:lee"
    assert asked["issuer"] == ["Sample & Partners"]
    assert (asked["digits"], asked["period"], asked["algorithm"]) == (["6"], ["30"], ["SHA1"])
    expected = read.get_provisioning_uri("lee", "Sample & Partners")
    assert asked["secret"] == parse_qs(urlsplit(expected).query)["secret"]
    assert asked["secret"][0] not in repr(setup)


def test_nothing_is_kept_until_a_first_code_fits(world: World) -> None:
    password_of_lee(world)
    setup = codes.begin(world.place, LEE, "lee")
    with pytest.raises(UsageError, match="does not fit"):
        codes.confirm(world.place, LEE, "lee", setup.secret, shown(world, setup.secret, 2))
    with pytest.raises(UsageError, match="does not fit"):
        codes.confirm(world.place, LEE, "lee", b"short", "123456")

    assert signing_in.sign_in(world.place, "lee", FIT).proof == "signed in, password"


def test_a_code_stands_beside_a_password(world: World) -> None:
    with pytest.raises(UsageError, match="set it first"):
        codes.begin(world.place, LEE, "lee")


def test_the_secret_of_an_app_lies_sealed(world: World) -> None:
    password_of_lee(world)
    secret = code_of_lee(world)
    with world.place.database.read() as tx:
        rows = tx.rows("SELECT secret FROM credentials WHERE kind = 'code'")

    assert secret not in bytes(rows[0][0])


def test_who_has_lost_the_app_is_cleared_and_signs_in_no_more(world: World) -> None:
    password_of_lee(world)
    secret = code_of_lee(world)
    wait(world, minutes=5)
    token = signing_in.sign_in(world.place, "lee", FIT, shown(world, secret)).token
    assert codes.clear(world.place, BESS, "lee") == ("password", "code")
    assert codes.clear(world.place, BESS, "lee") == ()
    with pytest.raises(UsageError, match="names no person"):
        codes.clear(world.place, BESS, "lee\x00")

    shut_out(world, token)
    refused(world, "lee", FIT)
    cleared = [entry["body"] for entry in entries(world, "credential cleared")]
    assert cleared == [{"kind": kind, "person": "lee"} for kind in ("password", "code")]
    assert whys(world) == ["revoked", "no password"]
    assert world.verdict().problems == []


def test_a_code_is_set_up_and_cleared_by_those_who_may(world: World) -> None:
    password_of_lee(world)
    setup = codes.begin(world.place, LEE, "lee")
    code = shown(world, setup.secret)
    for act in (
        lambda: codes.begin(world.place, EVE, "lee"),
        lambda: codes.confirm(world.place, EVE, "lee", setup.secret, code),
        lambda: codes.clear(world.place, EVE, "lee"),
    ):
        with pytest.raises(RefusedError, match="not yours to manage"):
            act()
    assert signing_in.sign_in(world.place, "lee", FIT).person == "lee"
