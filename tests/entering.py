"""Coming in through a door: signing in, showing a token, and what the access log says of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from engine import statements
from engine.canonical import parse
from engine.directory import Appointment, Person
from engine.errors import NotSignedInError
from engine.service import access, breaking, restricting
from engine.service.accounts import Visitor, codes, passwords, signing_in, tokens
from engine.service.workplace import By, Workplace
from tests.worlds import BESS, LEE, World

FIT = "four plain words for this test"
WRONG = "four other words for this test"
INTAKE = "intake"


def entries(world: World, *kinds: str) -> list[dict[str, Any]]:
    """What the access log says, of some types."""
    with world.place.database.read() as tx:
        events = [dict(parse(text)) for text in world.place.store.events(tx, access.STREAM)]
    return [event for event in events if not kinds or event["type"] in kinds]


def whys(world: World) -> list[str]:
    """Why somebody was not let in, each time."""
    return [event["body"]["why"] for event in entries(world, "sign-in refused")]


def password_of_lee(world: World, password: str = FIT) -> None:
    """Lee has a password."""
    passwords.put(world.place, LEE, "lee", password)


def code_of_lee(world: World) -> bytes:
    """Lee gives a code beside the password; yields the secret, of which one code is used up."""
    setup = codes.begin(world.place, LEE, "lee")
    codes.confirm(world.place, LEE, "lee", setup.secret, shown(world, setup.secret))
    return setup.secret


def shown(world: World, secret: bytes, steps: int = 0) -> str:
    """The code that an app shows now, or so many half-minutes from now."""
    return codes.at(secret, int(world.clock.instant.timestamp()) // codes.STEP + steps)


def wait(world: World, **how_long: float) -> None:
    """Let time pass."""
    world.clock.instant += timedelta(**how_long)


def refused(world: World, person: str, password: str, code: str = "") -> str:
    """What somebody is told who is not let in."""
    with pytest.raises(NotSignedInError) as error:
        signing_in.sign_in(world.place, person, password, code)
    return str(error.value)


def shut_out(world: World, text: str) -> str:
    """What somebody is told whose token does not let them in."""
    with pytest.raises(NotSignedInError) as error:
        signing_in.by_token(world.place, text)
    return str(error.value)


def let_in(world: World, text: str) -> Visitor:
    """Whoever shows this token."""
    return signing_in.by_token(world.place, text)


def token_of_lee(world: World, until: str = "2026-01-31", *verbs: str) -> str:
    """A token that Lee has issued to himself."""
    return tokens.issue(world.place, LEE, "lee", verbs, (), until)


def token_of_intake(world: World, *verbs: str) -> str:
    """A token of the service account, which Bess has issued."""
    return tokens.issue(world.place, BESS, INTAKE, verbs, ("incident",), "2026-01-31")


def with_intake(place: Workplace, role: str = "business_unit") -> None:
    """A service account in config.toml, which holds a role."""
    known = place.directory
    form = Person(INTAKE, "Referral form", service=True)
    place.directory = replace(
        known,
        people={**known.people, INTAKE: form},
        appointments=(*known.appointments, Appointment(INTAKE, role, "council")),
    )


def without(place: Workplace, person: str, until: str = "") -> None:
    """Somebody whose appointments have ended, or who is gone from config.toml altogether."""
    known = place.directory
    kept = [
        replace(one, until=until) if one.person == person else one
        for one in known.appointments
        if until or one.person != person
    ]
    people = {one: of for one, of in known.people.items() if until or one != person}
    agencies = {
        one.id: replace(one, contact="" if one.contact == person else one.contact)
        for one in known.agencies.values()
    }
    place.directory = replace(
        known, people=people, agencies=agencies, appointments=tuple(kept), fallbacks={}
    )


def leave_traces(place: Workplace, by: By) -> None:
    """Leave something in every table of doors, and several rows in those of people."""
    passwords.put(place, by, by.person, FIT)
    setup = codes.begin(place, by, by.person)
    now = int(place.clock().timestamp()) // codes.STEP
    codes.confirm(place, by, by.person, setup.secret, codes.at(setup.secret, now))
    with suppress(NotSignedInError):
        signing_in.sign_in(place, by.person, WRONG)
    signing_in.sign_in(place, by.person, FIT, codes.at(setup.secret, now + 1))
    day = (place.today() + timedelta(30)).isoformat()
    issued = [tokens.issue(place, by, by.person, verbs, (), day) for verbs in ((), ("show",))]
    for text in issued:
        signing_in.by_token(place, text)
    tokens.revoke(place, by, tokens.id_of(issued[1]), "it was lost")
    received = int(place.clock().timestamp() * 1_000_000)
    with place.database.write() as tx:
        for message in ("msg_1", "msg_2"):
            tx.run(statements.insert("replays"), (place.log, "form", message, received))


def leave_barriers(place: Workplace, ref: str, *people: str) -> None:
    """Leave a barrier of every kind at a case: these people see it, the last broke the glass."""
    own = By(people[0], reason="a sample")
    restricting.restrict(place, own, ref, people[:-1])
    restricting.declare(place, own, ref, people[-2])
    restricting.end(place, own, ref, people[-2])
    glass = By(people[-1], reason="a sample")
    breaking.break_glass(place, glass, ref, lambda message: "file: taken")


@contextmanager
def counted(patch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Each hash that a password is tried against meanwhile."""
    tried: list[str] = []
    verified = passwords._verified

    def count(known: str, typed: str) -> bool:
        tried.append(known)
        return verified(known, typed)

    with patch.context() as inside:
        inside.setattr(passwords, "_verified", count)
        yield tried
