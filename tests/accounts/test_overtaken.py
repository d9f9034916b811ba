"""Somebody else is quicker: what happens between the check of a sign-in and its end counts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.service.accounts import codes, passwords, signing_in, tokens
from engine.service.accounts.credentials import MOST_FAILURES
from tests.entering import (
    FIT,
    WRONG,
    code_of_lee,
    entries,
    let_in,
    password_of_lee,
    refused,
    shown,
    token_of_lee,
    wait,
    whys,
)
from tests.worlds import BESS, World


def meanwhile(
    patch: pytest.MonkeyPatch, module: object, name: str, act: Callable[[], object]
) -> None:
    """Something happens once, as soon as a function of a module is called."""
    usual = getattr(module, name)

    def overtaken(*given: object, **named: object) -> object:
        patch.setattr(module, name, usual)
        act()
        return usual(*given, **named)

    patch.setattr(module, name, overtaken)


def test_a_code_that_was_taken_meanwhile_is_not_taken_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    password_of_lee(world)
    secret = code_of_lee(world)
    wait(world, seconds=30)
    code = shown(world, secret)

    def quicker() -> None:
        assert signing_in.sign_in(world.place, "lee", FIT, code).person == "lee"

    meanwhile(monkeypatch, passwords, "is_right", quicker)
    refused(world, "lee", FIT, code)

    assert whys(world) == ["wrong code"]
    assert len(entries(world, "signed in")) == 1


def test_a_password_that_was_changed_meanwhile_lets_nobody_in(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    password_of_lee(world)
    meanwhile(monkeypatch, passwords, "is_right", lambda: password_of_lee(world, WRONG))
    refused(world, "lee", FIT)
    meanwhile(monkeypatch, passwords, "is_right", lambda: code_of_lee(world))
    refused(world, "lee", WRONG)
    meanwhile(monkeypatch, passwords, "is_right", lambda: codes.clear(world.place, BESS, "lee"))
    refused(world, "lee", WRONG)

    assert whys(world) == ["changed meanwhile", "changed meanwhile", "no password"]
    assert world.verdict().problems == []


def test_whoever_was_locked_out_meanwhile_does_not_come_in(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    password_of_lee(world)

    def fail() -> None:
        for _ in range(MOST_FAILURES):
            refused(world, "lee", WRONG)

    meanwhile(monkeypatch, passwords, "is_right", fail)
    refused(world, "lee", FIT)

    assert whys(world) == [*["wrong password"] * MOST_FAILURES, "locked out"]


def test_a_use_that_was_logged_meanwhile_is_logged_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = token_of_lee(world)
    meanwhile(monkeypatch, tokens, "fits", lambda: let_in(world, text))
    let_in(world, text)

    assert len(entries(world, "signed in")) == 1


def test_a_token_that_was_used_today_writes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = token_of_lee(world)
    let_in(world, text)

    def write() -> None:
        raise AssertionError("nothing is to be written")

    monkeypatch.setattr(world.place.database, "write", write)
    assert let_in(world, text).person == "lee"
