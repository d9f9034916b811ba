from __future__ import annotations

import hashlib
import random
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from engine import database
from engine.errors import CaseNotFoundError, ConfigError, RefusedError, UsageError
from engine.service import access, people
from engine.service.accounts import signing_in, tokens
from tests.entering import (
    FIT,
    INTAKE,
    entries,
    let_in,
    password_of_lee,
    refused,
    shut_out,
    token_of_intake,
    token_of_lee,
    wait,
    whys,
    with_intake,
    without,
)
from tests.worlds import BESS, EVE, LEE, World, place_on


def issued(world: World, by_whom: str = "bess") -> dict[str, object]:
    """The one token that was issued, as it is listed."""
    [one] = tokens.every(world.place, {"bess": BESS, "lee": LEE, "eve": EVE}[by_whom])
    return one


def test_whoever_shows_a_token_comes_in_as_its_holder(world: World) -> None:
    text = tokens.issue(world.place, LEE, "lee", ("take", "show"), ("incident",), "2026-01-31")
    token = tokens.id_of(text)
    visitor = let_in(world, text)

    assert re.fullmatch(r"ct_[a-z2-7]{16}_[A-Za-z0-9_-]{43}", text)
    assert (visitor.person, visitor.proof) == ("lee", f"token {token}")
    assert (visitor.verbs, visitor.processes) == (("show", "take"), ("incident",))
    assert issued(world) == {
        "token": token,
        "holder": "lee",
        "verbs": ["show", "take"],
        "processes": ["incident"],
        "since": "2025-12-15",
        "until": "2026-01-31",
        "used_on": "2025-12-15",
        "revoked_on": None,
        "status": "in use",
    }
    assert world.verdict().problems == []


def test_nothing_of_a_token_is_kept_by_which_it_could_be_shown(world: World) -> None:
    text = token_of_lee(world)
    let_in(world, text)
    secret = text[20:]
    with world.place.database.read() as tx:
        kept = repr(tx.rows("SELECT * FROM tokens")) + repr(tx.rows("SELECT text FROM events"))

    assert secret not in kept
    assert hashlib.sha256(text.encode()).hexdigest() not in kept


def test_the_first_use_on_a_day_is_logged(world: World) -> None:
    text = token_of_lee(world)
    for _ in range(3):
        let_in(world, text)
    wait(world, days=1)
    let_in(world, text)

    used = [(e["happened"], e["body"]["how"]) for e in entries(world, "signed in")]
    assert used == [("2025-12-15", "token"), ("2025-12-16", "token")]
    assert issued(world)["used_on"] == "2025-12-16"
    assert world.verdict().problems == []


def test_of_uses_at_once_the_first_is_logged(world: World) -> None:
    text = token_of_lee(world)
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: let_in(world, text).person, range(12)))

    assert found == ["lee"] * 12
    assert len(entries(world, "signed in")) == 1
    assert world.verdict().problems == []


def test_the_first_entries_of_the_access_log_may_come_at_once(world: World) -> None:
    assert entries(world) == []
    together = Barrier(8)

    def knock(_: int) -> str:
        with world.place.database.read() as tx:
            tx.row("SELECT 1")
        together.wait()
        return shut_out(world, "no token")

    with ThreadPoolExecutor(8) as pool:
        said = set(pool.map(knock, range(8)))

    assert len(said) == 1
    assert whys(world) == ["no such token"] * 8
    assert world.verdict().problems == []


def test_the_door_through_which_somebody_wanted_to_come_is_logged(world: World) -> None:
    text = token_of_lee(world)
    world.place.door = "http"
    let_in(world, text)
    shut_out(world, text[:-1])
    [came, refused] = entries(world, "signed in", "sign-in refused")

    assert (came["actor"]["door"], came["actor"]["decided"]) == ("http", "lee")
    assert came["actor"]["proof"] == f"token {tokens.id_of(text)}"
    assert (refused["actor"]["door"], refused["actor"]["decided"]) == ("http", "unknown")
    assert refused["actor"]["proof"] == "not proved"


def test_whoever_holds_a_token_is_ended_and_never_removed(world: World) -> None:
    people.note_changes(world.place, "a" * 64, {})
    tokens.issue(world.place, BESS, "pol", (), (), "2026-01-31")
    for person in ("pol", "ed"):
        without(world.place, person)
    with pytest.raises(ConfigError, match="no longer names pol, whom the record names"):
        people.note_changes(world.place, "b" * 64, {})


def test_whatever_is_wrong_with_a_token_the_same_is_said(world: World) -> None:
    expired, revoked = token_of_lee(world, "2025-12-15"), token_of_lee(world)
    tokens.revoke(world.place, LEE, tokens.id_of(revoked))
    ended = tokens.issue(world.place, EVE, "eve", (), (), "2026-01-31")
    without(world.place, "eve", until="2025-12-15")
    wait(world, days=1)
    good = token_of_lee(world)
    unknown = f"ct_{'a' * 16}_{'A' * 43}"
    shown = [unknown, "", f"{good[:-1]}{'B' if good[-1] == 'A' else 'A'}", expired, revoked, ended]
    said = {shut_out(world, text) for text in shown}

    assert len(said) == 1
    assert said == {refused(world, "lee", FIT)}
    why = ["no such token", "no such token", "not the token", "expired", "revoked"]
    assert whys(world) == [*why, "no part here today", "no password"]
    bodies = [entry["body"] for entry in entries(world, "sign-in refused")]
    assert [body["person"] for body in bodies[:4]] == ["unknown", "unknown", "lee", "lee"]
    assert [body["token"] for body in bodies[:3]] == ["", "", tokens.id_of(good)]


def test_a_thousand_random_tokens_open_nothing(sqlite_sample: Path, tmp_path: Path) -> None:
    (tmp_path / "casetrail.db").write_bytes(sqlite_sample.read_bytes())
    (tmp_path / "casetrail.db").chmod(0o600)
    store = database.open(f"sqlite:///{tmp_path / 'casetrail.db'}", durable=False)
    world = World(*place_on(store))
    good = token_of_lee(world)
    chance = random.Random(4)
    said = set()
    for _ in range(1000):
        kind = chance.randrange(4)
        if kind == 0:
            text = "".join(chr(chance.randrange(1, 0xD800)) for _ in range(chance.randrange(90)))
        elif kind == 1:
            at = chance.randrange(len(good))
            text = good[:at] + good[at + chance.randrange(1, 3) :]
        elif kind == 2:
            at = chance.randrange(len(good))
            text = f"{good[:at]}{chr(chance.randrange(1, 0x3000))}{good[at + 1 :]}"
        else:
            text = f"{good[:20]}{chance.randbytes(22).hex()[:43]}"
        if text != good:
            said.add(shut_out(world, text))
    store.close()

    assert len(said) == 1


def test_every_character_of_a_token_counts(world: World) -> None:
    good = token_of_lee(world)
    for at in range(len(good)):
        other = "b" if good[at] != "b" else "c"
        shut_out(world, f"{good[:at]}{other}{good[at + 1 :]}")
    for text in (f" {good}", f"{good}\n", good.upper(), f"{good}=", good[:-1]):
        shut_out(world, text)

    assert let_in(world, good).person == "lee"


def test_a_token_that_is_revoked_opens_nothing_from_the_next_request_on(world: World) -> None:
    text = token_of_lee(world)
    token = tokens.id_of(text)
    let_in(world, text)
    tokens.revoke(world.place, LEE, token, "Zoë Canary left it on a train")

    shut_out(world, text)
    assert (issued(world)["status"], issued(world)["revoked_on"]) == ("revoked", "2025-12-15")
    with world.place.database.read() as tx:
        stored = world.place.store.events(tx, access.STORE)
        n = len(stored)
        assert world.place.vault.value(tx, access.STORE, n, f"reason//{n}")
    assert "Canary" not in "".join(stored)
    with pytest.raises(UsageError, match="revoked already"):
        tokens.revoke(world.place, LEE, token)
    assert world.verdict().problems == []


def test_a_sign_in_is_ended_as_a_token_is(world: World) -> None:
    password_of_lee(world)
    token = signing_in.sign_in(world.place, "lee", FIT).token
    tokens.revoke(world.place, LEE, tokens.id_of(token), "signed out")

    shut_out(world, token)
    assert tokens.every(world.place, BESS) == []


def test_a_token_is_revoked_by_its_holder_or_a_keeper_of_the_record(world: World) -> None:
    text = token_of_lee(world)
    token = tokens.id_of(text)
    with pytest.raises(RefusedError, match="those who keep the record"):
        tokens.revoke(world.place, EVE, token)
    with pytest.raises(RefusedError, match="those who keep the record"):
        tokens.revoke(world.place, EVE, "nosuchtoken")
    with pytest.raises(CaseNotFoundError, match="no such token"):
        tokens.revoke(world.place, BESS, "nosuchtoken\x00")
    assert let_in(world, text).person == "lee"
    tokens.revoke(world.place, BESS, token)
    shut_out(world, text)


def test_everybody_lists_their_own_tokens_and_a_keeper_of_the_record_all(world: World) -> None:
    token_of_lee(world)
    assert issued(world, "lee") == issued(world, "bess")
    assert tokens.every(world.place, EVE) == []


def test_a_token_is_good_to_the_end_of_its_last_day_in_london(world: World) -> None:
    world.clock.go_to("2026-06-10")
    text = token_of_lee(world, "2026-06-30")
    world.clock.go_to("2026-06-30", 23)
    assert let_in(world, text).person == "lee"
    assert issued(world)["until"] == "2026-06-30"
    wait(world, hours=1)
    shut_out(world, text)
    assert issued(world)["status"] == "expired"


@pytest.mark.parametrize("until", ["2025-12-14", "2026-12-17", "2999-01-01", "2026-01", "soon"])
def test_a_token_is_good_for_a_year_at_most(world: World, until: str) -> None:
    with pytest.raises(UsageError):
        token_of_lee(world, until)

    assert tokens.every(world.place, BESS) == []
    assert token_of_lee(world, "2026-12-16")


@pytest.mark.parametrize(
    "verb", ["", "Take", "take it now or never", "take,show", "../take", "x" * 50]
)
def test_a_verb_is_the_name_of_a_command(world: World, verb: str) -> None:
    with pytest.raises(UsageError, match="name of a command"):
        token_of_lee(world, "2026-01-31", verb)


def test_a_token_is_for_processes_in_use(world: World) -> None:
    with pytest.raises(UsageError, match="processes in use"):
        tokens.issue(world.place, LEE, "lee", (), ("incident", "another"), "2026-01-31")


def test_a_person_issues_their_own_tokens_or_a_keeper_at_the_store(world: World) -> None:
    tokens.issue(world.place, BESS, "lee", (), (), "2026-01-31")
    with pytest.raises(RefusedError, match="not yours to manage"):
        tokens.issue(world.place, EVE, "lee", (), (), "2026-01-31")
    with pytest.raises(UsageError, match="names nobody"):
        tokens.issue(world.place, BESS, "nobody", (), (), "2026-01-31")
    world.place.door = "http"
    with pytest.raises(RefusedError, match="not yours to manage"):
        tokens.issue(world.place, BESS, "lee", (), (), "2026-01-31")
    assert token_of_lee(world)


@pytest.mark.parametrize("until", ["2025-12-15", ""])
def test_the_token_of_somebody_without_a_part_here_opens_nothing(world: World, until: str) -> None:
    with_intake(world.place)
    texts = [token_of_lee(world), token_of_intake(world)]
    wait(world, days=1)
    for text in texts:
        assert let_in(world, text)
    for person in ("lee", INTAKE):
        without(world.place, person, until)
    for text in texts:
        shut_out(world, text)

    assert whys(world) == ["no part here today"] * 2


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("until", 2**61),
        ("since", 0),
        ("holder", "eve"),
        ("verbs", ""),
        ("verbs", "cafe\u0301"),
        ("processes", "incident"),
        ("kind", "sign-in"),
        ("how", "password and code"),
        ("hash", "0" * 64),
    ],
)
def test_a_token_that_was_altered_by_hand_opens_nothing_and_is_found(
    world: World, column: str, value: object
) -> None:
    text = token_of_lee(world, "2026-01-31", "show")
    with world.place.database.write() as tx:
        tx.run(f'UPDATE tokens SET "{column}" = ?', (value,))

    shut_out(world, text)
    found = f"tokens {tokens.id_of(text)}: {column} differs from what the events say"
    assert found in world.verdict().problems


def test_a_token_made_by_hand_opens_nothing_and_is_found(world: World) -> None:
    text = token_of_lee(world)
    forged = f"ct_{'b' * 16}_{'B' * 43}"
    with world.place.database.write() as tx:
        [row] = tx.rows("SELECT * FROM tokens")
        by_hand = (row[0], "b" * 16, *row[2:5], hashlib.sha256(forged.encode()).hexdigest())
        places = ", ".join("?" * len(row))
        tx.run(f"INSERT INTO tokens VALUES ({places})", (*by_hand, *row[6:]))

    shut_out(world, forged)
    assert let_in(world, text).person == "lee"
    assert world.verdict().problems == [f"tokens {'b' * 16}: no event made this row"]


def test_that_a_revoked_token_was_put_back_by_hand_is_found(world: World) -> None:
    token = tokens.id_of(token_of_lee(world))
    tokens.revoke(world.place, LEE, token)
    with world.place.database.write() as tx:
        tx.run("UPDATE tokens SET revoked_on = NULL")

    said = f"tokens {token}: revoked_on differs from what the events say"
    assert world.verdict().problems == [said]
