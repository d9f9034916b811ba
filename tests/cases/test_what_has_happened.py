"""What has happened is told to be so: no refusal asks anybody to say it of what has not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import engine
from tests.cli.test_cli_keyboard import typing
from tests.offices import Office, ago

TAKE = ("record_notification_sent", "--already-done", "--as", "lee")


def plain(text: str) -> str:
    return " ".join(text.split())


def test_a_refusal_names_the_step_itself_and_not_that_it_be_declared_done(office: Office) -> None:
    ref = office.at("deciding")
    said = plain(office.refused(4, "take", ref, "publish", "--as", "eve"))

    assert "take record_notification_sent; with --already-done only if it has happened" in said


def test_why_not_gives_no_command_that_declares_done_what_is_not(office: Office) -> None:
    ref = office.at("deciding")
    office.ok("take", ref, "submit_review", "--already-done", "--pass-over")
    said = office.ok("why-not", ref, "publish", "--as", "eve")

    assert "is neither met nor stopped" in said
    assert "--already-done" not in said
    assert f"casetrail why-not {ref} record_notification_sent" in said


def test_passing_over_is_offered_only_for_what_has_happened(office: Office) -> None:
    ref = office.open()
    said = plain(office.refused(4, "take", ref, *TAKE))

    assert "if it has happened: " in said
    assert "if it has not: leave out --already-done" in said


@pytest.mark.parametrize("own", ["config.toml", "casetrail.db", "casetrail.keys", "definition"])
def test_a_file_that_casetrail_itself_works_with_is_no_evidence(office: Office, own: str) -> None:
    ref = office.at("deciding")
    beside = Path(engine.__file__).parents[1] / "workflows"
    files = {"definition": next(beside.rglob("*.toml"))}
    file = str(files.get(own, office.folder / own))
    words = ("take", ref, "decide_to_notify", "--decided-by", "lee", "--already-done")
    said = plain(office.refused(2, *words, "--evidence", file))

    assert "shows nothing of what anybody decided" in said
    assert file not in said


def test_nor_is_it_under_another_name(office: Office) -> None:
    ref = office.at("deciding")
    link = office.folder / "minutes.pdf"
    os.link(office.config, link)
    words = ("take", ref, "decide_to_notify", "--decided-by", "lee", "--already-done")

    assert "shows nothing of" in plain(office.refused(2, *words, "--evidence", str(link)))


def test_whoever_says_that_a_step_has_happened_is_asked_on_which_day(office: Office) -> None:
    ref = office.open("place=in our area", f"aware_on={ago(3)}")
    words = ("take", ref, "start_deciding", "--already-done")
    code, shown = typing(office, *words, keys="2001\n")
    assert code == 4, shown
    assert "On which day did it happen?" in shown
    code, shown = typing(office, *words, keys=f"{ago(0)}\n")
    assert code == 0, shown
    assert office.show(ref)["state"] == "deciding"


def test_where_nobody_is_asked_it_is_said_that_today_was_taken_as_the_day(office: Office) -> None:
    ref = office.at("deciding")
    said = plain(office.ok("take", ref, "decide_to_notify", "--already-done", "--as", "lee"))

    assert "as done today, since no --on says otherwise" in said
    other = office.at("deciding")
    words = ("decide_to_notify", "--already-done", "--as", "lee", "--on", ago(0))
    assert "since no --on" not in plain(office.ok("take", other, *words))
