"""What is told to a role that nobody holds, or of which everybody is away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from engine import worker
from engine.directory import Absence
from engine.service.looking import unattended, viewing
from tests.offices import Office, ago
from tests.worlds import DIRECTORY, World

AWAY = '[[absence]]\nperson = "{}"\nfrom = 2020-01-01\n'
FALLBACK = '[fallback]\nlocal_authority = "eve"\n'
DEPUTY = (
    '[[person]]\nid = "dee"\nname = "Dee Sample"\nmail = "dee@council.example"\n'
    '[[appointment]]\nperson = "dee"\nrole = "local_authority"\nagency = "council"\n'
    'deputy_for = "lee"\n'
)
HELD = '[[appointment]]\nperson = "lee"\nrole   = "local_authority"\nagency = "council"\n'


def changed(office: Office, more: str, *, held: bool = True) -> None:
    text = office.config.read_text()
    assert text.count(HELD) == 1
    text = text.replace("[fallback]\n", FALLBACK)
    office.config.write_text((text if held else text.replace(HELD, "")) + more)


def mails(office: Office) -> list[str]:
    return [file.read_text() for file in sorted((office.folder / "messages").glob("*.eml"))]


def gaps(office: Office, *words: str) -> list[dict[str, Any]]:
    return list(office.json("today", *words)["unattended"])


CASES = {
    "nobody holds it": ("", False, "nobody holds it"),
    "its holder is away": (AWAY.format("lee"), True, "all who hold it are away"),
    "its holder and the deputy are away": (
        DEPUTY + AWAY.format("lee") + AWAY.format("dee"),
        True,
        "all who hold it are away",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_fallback_is_told_and_today_says_so(name: str, office: Office) -> None:
    more, held, why = CASES[name]
    changed(office, more, held=held)
    ref = office.open("place=in our area", f"aware_on={ago(30)}")
    office.ok("take", ref, "start_deciding")
    worker.tick_of(str(office.config))
    told = [mail for mail in mails(office) if "local authority (" in mail.replace("=\n", "")]
    assert told
    assert all("To: eve@council.example" in mail for mail in told)
    assert all("nobody of them is there, so you are told" in m.replace("=\n", "") for m in told)
    [gap] = [one for one in gaps(office) if one["role"] == "local_authority"]
    assert (gap["why"], gap["told"], gap["refs"]) == (why, ["eve"], [ref])
    sheet = office.ok("today")
    assert f"local authority: {why}; eve is told instead, in 1 case: {ref}" in sheet


def test_a_role_that_a_deputy_fills_is_attended(office: Office) -> None:
    changed(office, DEPUTY + AWAY.format("lee"))
    office.at("deciding")
    assert [one["role"] for one in gaps(office) if one["role"]] == []
    worker.tick_of(str(office.config))
    assert any("To: dee@council.example" in mail for mail in mails(office))
    assert not any("so you are told" in mail.replace("=\n", "") for mail in mails(office))


def test_who_is_back_tomorrow_is_away_today(office: Office) -> None:
    until = (date.today() + timedelta(1)).isoformat()
    changed(office, f'[[absence]]\nperson = "lee"\nfrom = 2020-01-01\nto = {until}\n')
    office.at("deciding")
    assert {one["why"] for one in gaps(office)} == {"all who hold it are away"}


def test_an_agency_that_is_told_and_whose_contact_is_away_is_shown(world: World) -> None:
    ref = world.open()
    place = world.place

    def found() -> list[tuple[str, str, tuple[str, ...]]]:
        with place.database.read() as tx:
            workflow = viewing.view(place, tx, ref).edition.workflow
            here = unattended.Here(place, tx, place.directory)
            every = list(unattended.gaps(here, workflow, ref, ["partners", "national_panel"]))
        return [(one.agency, one.why, one.told) for one in every]

    assert found() == []
    place.directory = replace(DIRECTORY, absences=(Absence("hana", "2020-01-01"),))
    assert found() == [("board", "its contact is away", ("bess",))]
    lost = replace(DIRECTORY.agencies["police"], contact="")
    place.directory = replace(DIRECTORY, agencies={"police": lost})
    assert found() == [("police", "it has no contact", ("bess",))]


def test_a_role_of_a_case_that_has_ended_is_not_missed(office: Office) -> None:
    ref = office.at("deciding")
    text = office.config.read_text()
    changed(office, "", held=False)
    assert gaps(office) != []
    office.config.write_text(text)
    office.ok("take", ref, "decide_not_to_notify", "rationale=-", "--as", "lee", typed="No.")
    changed(office, "", held=False)
    assert gaps(office) == []
