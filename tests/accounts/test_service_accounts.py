from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.config import directory_digest, directory_plain
from engine.directory import Person
from engine.errors import RefusedError, UsageError
from engine.service import cases
from engine.service.accounts import codes, passwords, tokens
from engine.service.workplace import By
from tests.entering import FIT, INTAKE, let_in, token_of_intake, token_of_lee, whys, with_intake
from tests.entering import refused as not_let_in
from tests.partnership import BASE, refusal, settings
from tests.worlds import BESS, DIRECTORY, EVE, LEE, World, given

FORM = BASE.replace(
    "[[appointment]]",
    '[[person]]\nid      = "form"\nname    = "Referral form"\nservice = true\n[[appointment]]',
    1,
)
BY_MAIL = FORM.replace('by   = "file"', 'by   = "smtp"').replace("[notify.file]", "[notify.smtp]")


def edited(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)


def test_a_service_account_is_an_entry_of_config_toml(tmp_path: Path) -> None:
    directory = settings(tmp_path, FORM).directory

    assert directory.people["form"] == Person("form", "Referral form", service=True)
    assert directory.is_service("form")
    assert not directory.is_service("avery")
    assert not directory.is_service("nobody")


MISTAKES = {
    "told by mail": (
        ("service = true\n", 'service = true\nmail = "form@council.example"\n'),
        '31: "form" is a service account, which is told nothing. Leave mail out, or service = '
        "true.",
    ),
    "the contact of an agency": (
        ('contact = "avery"', 'contact = "form"'),
        '16: "contact" is "form", which is a service account. Name a person: a program is told '
        "nothing.",
    ),
    "told where nobody holds a role": (
        ('"any role" = "robin"', '"any role" = "form"'),
        '46: "any role" is "form", which is a service account. Name a person: a program is told '
        "nothing.",
    ),
    "a deputy": (
        ('person     = "robin"', 'person     = "form"'),
        '38: "person" is "form", which is a service account. Give it an appointment of its own: a '
        "program stands for nobody.",
    ),
    "away": (
        ('[[absence]]\nperson = "avery"', '[[absence]]\nperson = "form"'),
        '42: "person" is "form", which is a service account. End its appointments with "to": a '
        "program is not away.",
    ),
    "a service in quotes": (
        ("service = true", 'service = "yes"'),
        '30: "service" must be true or false, without quotes, not text.',
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_what_makes_no_sense_of_a_service_account_is_told(tmp_path: Path, name: str) -> None:
    (old, new), said = MISTAKES[name]

    assert refusal(tmp_path, edited(FORM, old, new)) == [f"config.toml:{said}"]


def test_nobody_stands_for_a_service_account(tmp_path: Path) -> None:
    held = '[[appointment]]\nperson = "form"\nrole   = "local_authority"\n[[absence]]'
    text = edited(FORM, "[[absence]]", held)
    text = edited(text, 'deputy_for = "avery"', 'deputy_for = "form"')

    [said] = refusal(tmp_path, text)
    assert said.endswith("which is a service account. Name a person: nobody stands for a program.")


def test_a_service_account_needs_no_mail_where_people_are_told_by_mail(tmp_path: Path) -> None:
    held = '[[appointment]]\nperson = "form"\nrole   = "business_unit"\n[[absence]]'
    said = refusal(tmp_path, edited(BY_MAIL, "[[absence]]", held))

    assert [line for line in said if "is told by mail" in line] != []
    assert [line for line in said if '"form"' in line] == []


def test_those_without_service_accounts_are_digested_as_before() -> None:
    assert "service" not in str(directory_plain(DIRECTORY))
    one = replace(DIRECTORY.people["bess"], service=True)
    other = replace(DIRECTORY, people={**DIRECTORY.people, "bess": one})

    assert directory_digest(other) != directory_digest(DIRECTORY)
    assert directory_plain(other)["bess"]["service"] == "yes"


def test_a_service_account_records_in_its_role_and_the_trail_says_so(world: World) -> None:
    with_intake(world.place)
    visitor = let_in(world, token_of_intake(world, "open"))
    opened = cases.open_new(world.place, visitor.by, "incident", given(place="in our area"))

    actor = world.events(opened.ref)[0]["actor"]
    assert (actor["decided"], actor["role"]) == (INTAKE, "business_unit")
    assert actor["proof"] == visitor.proof
    assert visitor.proof.startswith("token ")


def test_a_service_account_without_an_appointment_comes_in_nowhere(world: World) -> None:
    with_intake(world.place)
    text = token_of_intake(world)
    world.place.directory = replace(world.place.directory, appointments=DIRECTORY.appointments)
    with pytest.raises(Exception, match="You are not signed in"):
        let_in(world, text)

    assert whys(world) == ["no part here today"]


def test_a_service_account_approves_nothing(world: World) -> None:
    with_intake(world.place, "executive")
    ref = world.notified()
    world.record(ref, report="The report.")
    by_hand = By("bess", decided_by=INTAKE, evidence="minutes")
    for by in (By(INTAKE), by_hand):
        with pytest.raises(RefusedError, match="given by a person, never by a program"):
            cases.approve(world.place, by, ref, "report")
    world.place.directory = DIRECTORY
    with_intake(world.place)
    with pytest.raises(RefusedError, match="given by a person, never by a program"):
        cases.approve(world.place, By(INTAKE, decided_by="eve", evidence="minutes"), ref, "report")

    cases.approve(world.place, EVE, ref, "report")
    assert [e["type"] for e in world.events(ref)].count("approval given") == 1


def test_a_service_account_is_told_nothing(world: World) -> None:
    with_intake(world.place, "local_authority")
    day = "2025-12-15"
    directory = world.place.directory
    assert INTAKE in [one.person for one in directory.holders("local_authority", day)]
    for told in (
        directory.to_tell("local_authority", day),
        directory.to_tell_at("local_authority", ("council",), day),
    ):
        assert [one.person for one in told] == ["lee"]
    alone = replace(directory, appointments=directory.appointments[-1:], agencies={}, fallbacks={})
    assert alone.to_tell("local_authority", day) == ()
    assert alone.to_tell_at("local_authority", ("council",), day) == ()
    back = replace(alone, fallbacks={"any role": "bess"})
    assert [one.person for one in back.to_tell("local_authority", day)] == ["bess"]


def test_a_service_account_has_no_password_and_no_code(world: World) -> None:
    with_intake(world.place)
    with pytest.raises(UsageError, match="issue a token for it"):
        passwords.put(world.place, BESS, INTAKE, FIT)
    with pytest.raises(UsageError, match="issue a token for it"):
        codes.begin(world.place, BESS, INTAKE)
    not_let_in(world, INTAKE, FIT)

    assert whys(world) == ["no such person"]


def test_a_token_of_a_service_account_is_issued_by_a_keeper_of_the_record(world: World) -> None:
    with_intake(world.place)
    world.place.door = "http"
    assert let_in(world, token_of_intake(world)).person == INTAKE
    with pytest.raises(RefusedError, match="those who keep the record"):
        tokens.issue(world.place, LEE, INTAKE, (), (), "2026-01-31")


def test_a_service_account_manages_no_account(world: World) -> None:
    with_intake(world.place)
    text = token_of_intake(world)
    token_of_lee(world)
    own = By(INTAKE)
    for act in (
        lambda: passwords.put(world.place, own, "lee", FIT),
        lambda: codes.clear(world.place, own, "lee"),
        lambda: tokens.issue(world.place, own, INTAKE, (), (), "2026-01-31"),
        lambda: tokens.issue(world.place, own, "lee", (), (), "2026-01-31"),
    ):
        with pytest.raises(RefusedError, match="service account manages no account"):
            act()
    assert [one["token"] for one in tokens.every(world.place, own)] == [tokens.id_of(text)]
