"""The whole story of a review, told through doors only: nothing here calls the engine.

It goes over five weeks without waiting for any of them: the clock of every machine in it is set, as
`machine.py` says, and each day begins with new processes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.doors import chapters
from tests.doors.town import Town, invitation, town
from tests.offices import Office, Servers
from tests.test_names_stay_inside import CANARIES, dumped, files, hits

DUE = "Notify the national Panel of the incident: is due Mon 9 Feb 2026"
OVER = "Expect the national Panel's letter about the rapid review: was due"


@pytest.fixture
def ourtown(durable_servers: Servers, tmp_path: Path) -> Iterator[Town]:
    server = durable_servers.server
    with town(tmp_path, server.url(server.create_database())) as made:
        yield made


@pytest.mark.postgresql
def test_a_referral_becomes_a_review_that_the_panel_answers_through_doors_alone(
    ourtown: Town, tmp_path: Path
) -> None:
    chapters.set_up(ourtown)
    with ourtown.day("2026-02-02T09:05"):
        ref = chapters.referred(ourtown)
        changes_nothing(ourtown, ref)
        chapters.answered(ourtown, ref)
        ourtown.does_tick("quinn")
    kept = str(tmp_path / "kept.checkpoint")
    ourtown.casetrail("audit", "checkpoint", "--out", kept)
    with ourtown.day("2026-02-05T09:05"):
        ourtown.work()
        reminded_by_mail_webhook_and_calendar(ourtown, ref)
        chapters.decided(ourtown, ref)
    with ourtown.day("2026-02-23T09:05"):
        ourtown.does_tick("quinn")
        chapters.reviewed(ourtown, ref)
    with ourtown.day("2026-03-10T09:05"):
        ourtown.does_tick("quinn")
        reminded_of_the_letter(ourtown, ref)
        chapters.panel_answers(ourtown, ref)
        ourtown.work()
        taken_once(ourtown, ref)
        chapters.considered(ourtown, ref)
        ourtown.does_tick("quinn")
        as_it_went(ourtown, ref)
    assert "Consistent" in ourtown.casetrail("audit", "verify", "--against", kept)
    no_name_is_left_anywhere(ourtown)


def changes_nothing(town: Town, ref: str) -> None:
    """Whatever strangers do, nothing else is on record than before."""
    before = chapters.record(town)
    chapters.strangers(town, ref)
    assert chapters.record(town) == before


def reminded_by_mail_webhook_and_calendar(town: Town, ref: str) -> None:
    """Two working days before the Panel is to be told, each is reminded where they look."""
    said = f"{ref}: {DUE}"
    [mail] = [one for one in town.mails("avery@council.example") if one["Subject"] == said]
    assert mail.get_content_type() == "text/plain"
    [call] = [one for one in town.called if one["what"] == DUE]
    assert (call["reference"], call["due_on"]) == (ref, "2026-02-09")
    [invited] = [one for one in town.mails("quinn@partnership.example") if one["Subject"] == said]
    assert invitation(invited).decoded("DTSTART") == date(2026, 2, 9)


def reminded_of_the_letter(town: Town, ref: str) -> None:
    """The working day after it was expected, the business unit is reminded to ask for it."""
    mails = town.mails("quinn@partnership.example")
    [mail] = [one for one in mails if f"{ref}: {OVER}" in str(one["Subject"])]
    assert invitation(mail).decoded("DTSTART") == date(2026, 3, 9)


def taken_once(town: Town, ref: str) -> None:
    """The same mail twice is one letter; a file for nobody lies where it was."""
    letters = [town.answered("panel_letter", name) for name in ("letter.eml", "letter again.eml")]
    notes = town.answered("panel_notes", "note.json")
    assert {one["ref"] for one in (*letters, notes)} == {ref}
    steps = [one for one in chapters.events(town, ref) if one["type"] == "transition taken"]
    of_letter = [one for one in steps if one["body"]["transition"] == "record_panel_letter"]
    assert len(of_letter) == 1
    assert (town.folder / "hooks" / "inbox" / "nobody" / "letter.eml").exists()


def as_it_went(town: Town, ref: str) -> None:
    """What the record says of who did what, by which door, and how that is known."""
    told = chapters.events(town, ref)
    doors = {one["actor"]["door"] for one in told}
    assert doors == {"hook", "http", "worker", "drop folder"}
    proofs = {one["actor"]["proof"].split(" ")[0] for one in told if one["actor"]["door"] == "hook"}
    assert proofs == {"hook"}
    given = [one["body"] for one in told if one["type"] == "approval given"]
    assert [one["person"] for one in given] == ["robin", "robin", "avery", "blake", "casey"]
    assert town.told("quinn", f"/cases/{ref}")["state"] == "practice_review_to_commission"
    read = town.ask("quinn", "POST", f"/cases/{ref}/personal", json={"why": "To look at it."})
    assert all(name in read.text for name in CANARIES)


def no_name_is_left_anywhere(town: Town) -> None:
    """Nothing that was sent, logged, said or kept shows a name, but for the files dropped here."""
    assert town.forged == 0
    ids = [one["id"] for one in town.called]
    assert len(ids) == len(set(ids)) > 3
    told = [one.as_bytes() for who in set(town.inbox.recipients) for one in town.mails(who)]
    assert len(told) > 30
    assert [hits(mail) for mail in told if hits(mail)] == []
    assert hits(json.dumps(town.called, ensure_ascii=False).encode()) == []
    assert {name for name, said in files(town.logs).items() if hits(said)} == set()
    assert {name for name, rows in dumped(Office(town.folder)).items() if hits(rows)} == set()
    kept = {name for name, content in files(town.folder).items() if hits(content)}
    # What was taken stands in `done` under its name, after letters that make it another's.
    shown = {re.sub("/done/[0-9a-f]{16}[.]", "/done/", name) for name in kept}
    dropped = ("panel_letter/done/letter.eml", "panel_letter/done/letter again.eml")
    more = ("panel_notes/done/note.json", "nobody/letter.eml")
    assert shown == {f"hooks/inbox/{name}" for name in (*dropped, *more)}
