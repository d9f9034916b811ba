"""`calendar add` of what is doubtful: old news, no official source, or by whoever owes the duty."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from datetime import date, timedelta

import pytest

from engine.calendars import load
from engine.service.bank_holidays.doubting import OFFICIAL as IS_OFFICIAL
from tests.offices import COMMAND, Office

ENGLAND = load("England and Wales")
TODAY = date.today()
COMING = ENGLAND.add_working_days(TODAY, 2).isoformat()
OFFICIAL = ("--source", "GOV.UK, a sample")
NOW = ("--announced", TODAY.isoformat())


def ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


def add(*more: str, day: str = COMING) -> tuple[str, ...]:
    return ("calendar", "add", day, "A one-off day", *more)


def opened(office: Office) -> tuple[str, str]:
    ref = office.open("place=in our area", f"aware_on={TODAY.isoformat()}")
    return ref, due(office, ref)


def due(office: Office, ref: str) -> str:
    [one] = [d for d in office.show(ref)["deadlines"] if d["timescale"] == "notification"]
    return str(one["due_on"])


DOUBTFUL = [
    ((*NOW, "--source", "Sample Borough Council, its newsletter"), "names nothing official"),
    ((*NOW, "--source", "Sample council website (gov.uk)"), 'something local ("council")'),
    ((*NOW, "--source", "order in council in the offices of Sampleton"), 'local ("offices")'),
    (("--announced", ago(61), *OFFICIAL), "more than 60 days ago"),
]


@pytest.mark.parametrize(("words", "doubt"), DOUBTFUL, ids=["source", "council", "offices", "old"])
def test_doubtful_news_needs_an_agreement_that_names_the_duties_it_makes_later(
    office: Office, words: tuple[str, ...], doubt: str
) -> None:
    ref, first = opened(office)
    trail = office.run("audit", "verify").stdout
    for more in ((), ("--yes",), ("--yes", "--json")):
        said = " ".join(office.refused(2, *add(*words), *more).split())
        assert doubt in said
        assert f'1 duty gets later by it: {ref} "' in said
        assert "(Sample Act s.1), from " in said
        assert "Add --allow-later if that is right." in said
    assert due(office, ref) == first
    assert office.run("audit", "verify").stdout == trail

    shown = office.json(*add(*words), "--dry-run")
    assert [doubt in one for one in shown["doubts"]] == [True]
    assert "LOOK AT THIS" in office.ok(*add(*words), "--dry-run")
    office.refused(2, *add(*words), "--allow-later")
    done = office.json(*add(*words), "--allow-later", "--yes")
    assert len(done["doubts"]) == 1
    assert due(office, ref) > first


def test_official_news_of_late_is_agreed_to_as_ever(office: Office) -> None:
    ref, first = opened(office)
    done = office.json(*add("--announced", ago(60), *OFFICIAL), "--yes")

    assert done["doubts"] == []
    assert due(office, ref) > first


def test_a_holiday_that_has_passed_needs_an_agreement(office: Office) -> None:
    passed = ENGLAND.add_working_days(TODAY - timedelta(days=20), 1).isoformat()
    said = office.refused(2, *add("--announced", ago(30), *OFFICIAL, day=passed), "--yes")

    assert "has passed already" in " ".join(said.split())
    assert "No duty that runs gets later by it" in " ".join(said.split())


def test_whoever_owes_a_duty_does_not_put_it_off_alone(office: Office) -> None:
    text = office.config.read_text(encoding="utf-8")
    me = re.findall(r'^person *= *"(\w+)"\nrole *= *"business_unit"', text, re.MULTILINE)[0]
    own = f'[[appointment]]\nperson = "{me}"\nrole = "local_authority"\nagency = "council"\n'
    office.config.write_text(f"{text}\n{own}", encoding="utf-8")
    ref, first = opened(office)
    said = " ".join(office.refused(2, *add(*NOW, *OFFICIAL), "--yes").split())

    assert "acts for the local authority, which owes a duty that gets later by it." in said
    assert due(office, ref) == first
    assert office.json(*add(*NOW, *OFFICIAL), "--yes", "--allow-later")["clocks"]


def test_what_makes_nothing_later_is_agreed_to_as_ever(office: Office) -> None:
    office.ok(*add(*NOW, *OFFICIAL), "--yes")
    off = ("calendar", "remove", COMING, *NOW, "--source", "a colleague")

    assert office.json(*off, "--yes")["doubts"] == []


def test_somebody_at_the_keyboard_is_asked_once_with_the_duties_before_it(office: Office) -> None:
    ref, first = opened(office)
    words = add(*NOW, "--source", "a colleague")
    code, said = typed(office, "no", *words, "--yes")
    assert "1 duty gets later by it" in said
    assert "Is it a bank holiday all the same, and to be recorded? (yes or no)" in said
    assert (code, due(office, ref)) == (2, first)

    code, said = typed(office, "yes", *words)
    assert said.count("(yes or no)") == 1
    assert code == 0
    assert due(office, ref) > first


def typed(office: Office, answer: str, *words: str) -> tuple[int, str]:
    """How a command ends, and what it says aside, when somebody answers at a terminal."""
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    command = [*COMMAND, *words, "--config", str(office.config)]
    done = subprocess.run(command, stdin=theirs, capture_output=True, text=True, timeout=120)
    os.close(ours)
    os.close(theirs)
    return done.returncode, " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("source", "is_official"),
    [
        ("GOV.UK", True),
        ("GOV.UK, 10 September 2022", True),
        ("https://www.gov.uk/bank-holidays", True),
        ("as published on gov.scot.", True),
        ("www.nidirect.gov.uk", True),
        ("nidirect", True),
        ("The London Gazette, 12 May 2026", True),
        ("Royal Proclamation of 4 February 2026", True),
        ("https://www.sampleborough.gov.uk/news", False),
        ("sampleborough.gov.uk", False),
        ("gov.uk.example", False),
        ("the Sample Gazette", False),
        ("the chief executive's letter", False),
    ],
)
def test_what_is_official_is_told_from_what_a_council_publishes(
    source: str, is_official: bool
) -> None:
    assert bool(IS_OFFICIAL.search(source.casefold())) == is_official
