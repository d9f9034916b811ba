from __future__ import annotations

import sys
import unicodedata
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from argon2 import PasswordHasher

from engine.errors import ConfigError, NotSignedInError, RefusedError, UsageError
from engine.service.accounts import passwords, signing_in
from engine.service.accounts.credentials import LOCKED_FOR, MINUTE, MOST_FAILURES
from tests.entering import (
    FIT,
    INTAKE,
    WRONG,
    counted,
    entries,
    let_in,
    password_of_lee,
    refused,
    shut_out,
    wait,
    whys,
    with_intake,
    without,
)
from tests.worlds import BESS, EVE, LEE, World


def test_whoever_signs_in_by_their_password_comes_in_and_stays_in(world: World) -> None:
    password_of_lee(world)
    visitor = signing_in.sign_in(world.place, "lee", FIT)
    again = let_in(world, visitor.token)

    assert (visitor.person, visitor.proof) == ("lee", "signed in, password")
    assert (again.person, again.proof, again.verbs) == ("lee", "signed in, password", ())
    assert visitor.by.person == "lee"
    assert visitor.by.claimed == "signed in, password"
    assert visitor.token not in repr(visitor)
    [entry] = entries(world, "signed in")
    assert entry["body"] == {"how": "password", "person": "lee", "token": visitor.token[3:19]}
    assert entry["actor"]["proof"] == "signed in, password"
    assert world.verdict().problems == []


def test_a_sign_in_in_use_lasts_ten_hours(world: World) -> None:
    password_of_lee(world)
    token = signing_in.sign_in(world.place, "lee", FIT).token
    for _ in range(59):
        wait(world, minutes=10)
        assert let_in(world, token).person == "lee"
    wait(world, minutes=9, seconds=59)
    assert let_in(world, token).person == "lee"
    wait(world, seconds=2)
    shut_out(world, token)

    assert whys(world) == ["expired"]


def test_that_a_password_was_set_is_logged_and_nothing_of_it(world: World) -> None:
    password_of_lee(world)
    [entry] = entries(world, "credential set")

    assert entry["body"] == {"kind": "password", "person": "lee"}
    with world.place.database.read() as tx:
        [(secret, set_on)] = tx.rows("SELECT secret, set_on FROM credentials")
        texts = "".join(row[0] for row in tx.rows("SELECT text FROM events"))
    assert set_on == "2025-12-15"
    assert b"argon2" not in bytes(secret)
    assert FIT.encode() not in bytes(secret)
    assert FIT not in texts


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("eleven char", "12 to 200 characters"),
        ("x" * 201, "12 to 200 characters"),
        ("Lee Sample director"[:10] + " " * 2, "what everybody knows"),
        ("LEE@council.example", "what everybody knows"),
        ("two lines\nof a text", "one line of text"),
        ("nothing\x00is seen here", "one line of text"),
        ("half a pair \ud800 of it", "one line of text"),
    ],
)
def test_a_password_that_is_not_fit_is_refused_and_not_repeated(
    world: World, password: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said) as error:
        password_of_lee(world, password)

    assert password not in str(error.value)
    assert entries(world) == []


def test_a_password_of_twelve_or_two_hundred_characters_is_fit(world: World) -> None:
    for password in ("a1b2c3d4e5f6", "words " * 33 + "xy"):
        password_of_lee(world, password)
        assert signing_in.sign_in(world.place, "lee", password).person == "lee"
    assert len(password) == 200


def test_the_same_characters_are_the_same_password_on_every_keyboard(world: World) -> None:
    said = "Zoë Ångström à côté"
    password_of_lee(world, unicodedata.normalize("NFC", said))

    typed = unicodedata.normalize("NFD", said)
    assert signing_in.sign_in(world.place, "lee", typed).person == "lee"
    refused(world, "lee", f"{said} ")


def test_whatever_is_wrong_the_same_is_said_after_the_same_work(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    password_of_lee(world)
    passwords.put(world.place, EVE, "eve", FIT)
    without(world.place, "eve", until="2025-12-14")
    with_intake(world.place)
    wrong = {
        "no such person": ("nobody", FIT),
        "no password": ("bess", FIT),
        "wrong password": ("lee", WRONG),
        "no part here today": ("eve", FIT),
    }
    others = [(INTAKE, FIT), ("lee", "x" * 10_000), ("lee", "\ud800"), ("", ""), ("lee\x00", FIT)]
    said = set()
    for person, password in [*wrong.values(), *others]:
        with counted(monkeypatch) as tried:
            said.add(refused(world, person, password))
        assert len(tried) == 1
        assert tried[0].startswith("$argon2id$v=19$m=8,t=1,p=1$")

    assert len(said) == 1
    assert whys(world)[:4] == list(wrong)
    named = [entry["body"]["person"] for entry in entries(world, "sign-in refused")]
    assert named == ["unknown", "bess", "lee", "eve", "unknown", "lee", "lee", *["unknown"] * 2]
    assert world.verdict().problems == []


def test_what_was_typed_stands_nowhere(world: World) -> None:
    password_of_lee(world)
    refused(world, "canary-who", "canary-password", "canary-code")
    refused(world, "lee", "canary-password", "canary-code")
    with world.place.database.read() as tx:
        texts = "".join(row[0] for row in tx.rows("SELECT text FROM events"))

    assert "canary" not in texts


def test_after_ten_failures_nobody_is_let_in_for_a_quarter_of_an_hour(world: World) -> None:
    password_of_lee(world)
    for _ in range(MOST_FAILURES):
        refused(world, "lee", WRONG)
    same = refused(world, "lee", FIT)
    wait(world, minutes=14, seconds=59)

    assert refused(world, "lee", FIT) == same
    wait(world, seconds=2)
    assert signing_in.sign_in(world.place, "lee", FIT).person == "lee"
    assert whys(world) == [*["wrong password"] * 10, *["locked out"] * 2]
    assert (MOST_FAILURES, LOCKED_FOR) == (10, 15 * MINUTE)
    assert world.verdict().problems == []


def test_failures_lie_within_fifteen_minutes_or_do_not_add_up(world: World) -> None:
    password_of_lee(world)
    for _ in range(4):
        for _ in range(5):
            refused(world, "lee", WRONG)
        wait(world, minutes=15)
    for _ in range(9):
        refused(world, "lee", WRONG)

    assert signing_in.sign_in(world.place, "lee", FIT).person == "lee"
    for _ in range(9):
        refused(world, "lee", WRONG)
    assert signing_in.sign_in(world.place, "lee", FIT).person == "lee"


def test_those_who_try_a_person_at_once_are_judged_ten_times_at_most(world: World) -> None:
    password_of_lee(world)

    def attempt(at: int) -> None:
        with suppress(NotSignedInError):
            signing_in.sign_in(world.place, "lee", f"{WRONG} {at}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(attempt, range(24)))

    assert Counter(whys(world)) == {"wrong password": 10, "locked out": 14}
    assert world.verdict().problems == []


def test_many_sign_in_at_once_and_each_is_let_in(world: World) -> None:
    for person in (BESS, LEE, EVE):
        passwords.put(world.place, person, person.person, FIT)

    def attempt(at: int) -> str:
        who = ("bess", "lee", "eve")[at % 3]
        return signing_in.sign_in(world.place, who, FIT).person

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(attempt, range(12)))

    assert Counter(found) == {"bess": 4, "lee": 4, "eve": 4}
    assert world.verdict().problems == []


def test_a_hash_that_has_become_cheap_is_made_anew_when_it_is_used(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    password_of_lee(world)
    dearer = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: dearer)
    refused(world, "lee", WRONG)
    signing_in.sign_in(world.place, "lee", FIT)
    with counted(monkeypatch) as tried:
        signing_in.sign_in(world.place, "lee", FIT)

    assert tried[0].startswith("$argon2id$v=19$m=16,t=2,p=1$")
    assert len(entries(world, "credential set")) == 1
    assert world.verdict().problems == []


def test_a_new_password_closes_what_was_open_under_the_old_one(world: World) -> None:
    password_of_lee(world)
    token = signing_in.sign_in(world.place, "lee", FIT).token
    password_of_lee(world, WRONG)

    shut_out(world, token)
    refused(world, "lee", FIT)
    assert whys(world) == ["revoked", "wrong password"]
    assert world.verdict().problems == []


def test_a_password_is_set_by_its_owner_or_a_keeper_of_the_record_at_the_store(
    world: World,
) -> None:
    passwords.put(world.place, BESS, "lee", FIT)
    with pytest.raises(RefusedError, match="not yours to manage"):
        passwords.put(world.place, EVE, "lee", WRONG)
    world.place.door = "http"
    with pytest.raises(RefusedError, match="not yours to manage"):
        passwords.put(world.place, BESS, "lee", WRONG)
    passwords.put(world.place, BESS, "bess", WRONG)

    assert signing_in.sign_in(world.place, "lee", FIT).person == "lee"
    said = [entry["body"]["verb"] for entry in entries(world, "refused")]
    assert said == ["account", "account"]


def test_nobody_without_a_part_here_sets_a_password(world: World) -> None:
    without(world.place, "eve", until="2025-12-14")
    with pytest.raises(RefusedError):
        passwords.put(world.place, EVE, "eve", FIT)
    with pytest.raises(UsageError, match="names no person"):
        passwords.put(world.place, BESS, "nobody", FIT)


@pytest.mark.parametrize("until", ["2025-12-14", ""])
def test_who_has_no_part_here_any_more_does_not_come_in(world: World, until: str) -> None:
    password_of_lee(world)
    token = signing_in.sign_in(world.place, "lee", FIT).token
    without(world.place, "lee", until)

    shut_out(world, token)
    refused(world, "lee", FIT)
    gone = "no part here today" if until else "no such person"
    assert whys(world) == ["no part here today", gone]


def test_a_person_for_whom_a_provider_vouches_comes_in_if_they_have_a_part_here(
    world: World,
) -> None:
    visitor = signing_in.vouched_for(world.place, "eve")
    assert visitor.proof == "signed in, OpenID Connect"
    assert let_in(world, visitor.token).proof == visitor.proof
    with_intake(world.place)
    without(world.place, "eve", until="2025-12-14")
    for person in ("eve", "nobody", INTAKE):
        with pytest.raises(NotSignedInError):
            signing_in.vouched_for(world.place, person)
    shut_out(world, visitor.token)

    gone = "no part here today"
    assert whys(world) == [gone, "no such person", "no such person", gone]
    assert world.verdict().problems == []


def test_without_the_library_one_sentence_says_what_to_install(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "argon2", None)
    for act in (
        lambda: password_of_lee(world),
        lambda: signing_in.sign_in(world.place, "lee", FIT),
    ):
        with pytest.raises(ConfigError, match=r'install "casetrail\[web\]"'):
            act()


def test_a_real_hash_has_the_cost_that_the_library_advises(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    password_of_lee(world)
    with counted(monkeypatch) as tried:
        signing_in.sign_in(world.place, "lee", FIT)
        refused(world, "nobody", FIT)
    costs = {known.rsplit("$", 2)[0] for known in tried}

    assert costs == {"$argon2id$v=19$m=65536,t=3,p=4"}
    assert {len(known) for known in tried} == {97}
