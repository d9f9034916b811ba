"""`calendar` at the command line: what is listed, asked, refused and recorded."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest

from engine.calendars import load
from engine.cli import printing
from tests.offices import COMMAND, Office, ago

ENGLAND = load("England and Wales")
TODAY = date.today()
COMING = ENGLAND.add_working_days(TODAY, 2).isoformat()
"""A working day within the five days of a case of which somebody became aware today."""
SAID = ("--announced", TODAY.isoformat(), "--source", "GOV.UK, a sample")
ADD = ("calendar", "add", COMING, "A one-off day", *SAID)


def opened(office: Office) -> str:
    return office.open("place=in our area", f"aware_on={TODAY.isoformat()}")


def due(office: Office, ref: str) -> str:
    [one] = [d for d in office.show(ref)["deadlines"] if d["timescale"] == "notification"]
    return str(one["due_on"])


def later(day: str) -> str:
    return ENGLAND.add_working_days(date.fromisoformat(day), 1).isoformat()


def test_a_dry_run_lists_what_would_move_and_changes_nothing(office: Office) -> None:
    ref, before = opened(office), office.run("audit", "verify").stdout
    first = due(office, ref)
    told = office.json(*ADD, "--dry-run")

    assert [(one["ref"], one["old"]["due_on"], one["now"]["due_on"]) for one in told["clocks"]] == [
        (ref, first, later(first))
    ]
    assert told["dry_run"] is True
    assert due(office, ref) == first
    assert office.run("audit", "verify").stdout == before
    assert "Nothing was changed." in office.ok(*ADD, "--dry-run")


def test_a_late_bank_holiday_is_listed_recorded_and_explained(office: Office) -> None:
    ref = opened(office)
    first = due(office, ref)
    said = " ".join(office.ok(*ADD, "--yes").split())
    listed = office.json("calendar", "list")
    [england] = [one for one in listed["calendars"] if one["jurisdiction"] == "England and Wales"]
    explained = " ".join(office.ok("explain", ref, "notification").split())

    assert "1 clock moves because of it" in said
    assert "Nobody has been told the old day yet." in said
    assert due(office, ref) == later(first)
    assert england["version"] == f"{ENGLAND.version}.1"
    assert [change["title"] for change in england["changes"]] == ["A one-off day"]
    assert listed["to_renew"] == []
    assert f"{ENGLAND.version}.1) is not a Saturday" in explained
    assert "not counted: A one-off day, announced " in explained
    assert "(bank holiday, put on the list here; source: GOV.UK, a sample)" in explained
    assert "became a bank holiday: A one-off day (announced " in explained
    assert "the list of bank holidays changed" in " ".join(office.ok("history", ref).split())
    assert "Consistent" in office.ok("audit", "verify")


def test_a_deadline_is_explained_by_the_list_it_was_counted_with_though_another_is_in_use(
    office: Office,
) -> None:
    ref = opened(office)
    far = ENGLAND.add_working_days(TODAY, 30).isoformat()
    office.ok("calendar", "add", far, "A later day", *SAID, "--yes")
    explained = " ".join(office.ok("explain", ref, "notification").split())

    assert f"gov.uk list {ENGLAND.version})" in explained
    assert f"{ENGLAND.version}.1" not in explained
    [one] = office.json("explain", ref, "notification")["deadlines"]
    assert (one["calendar"], one["changes"]) == (ENGLAND.version, [])


def test_a_clock_that_moved_names_the_bank_holiday_that_moved_it_and_no_other_of_the_list(
    office: Office,
) -> None:
    ref = opened(office)
    far = ENGLAND.add_working_days(TODAY, 30).isoformat()
    office.ok("calendar", "add", far, "A later day", *SAID, "--yes")
    office.ok(*ADD, "--yes")
    [one] = office.json("explain", ref, "notification")["deadlines"]

    [said] = [change["cause_said"] for change in one["changes"] if change["cause"] == "calendar"]
    assert said.startswith(f"{printing.day(COMING)} became a bank holiday: A one-off day (")
    assert "A later day" not in said


def test_a_day_that_is_taken_off_again_is_named_as_it_was_put_on(office: Office) -> None:
    office.ok(*ADD, "--yes")
    said = " ".join(office.ok("calendar", "remove", COMING, *SAID, "--yes").split())

    assert "is a bank holiday no more in England and Wales: A one-off day." in said


def test_each_clock_that_moves_says_on_whom_it_waits_and_who_was_told_the_old_day(
    office: Office,
) -> None:
    aware = ENGLAND.add_working_days(TODAY, -4).isoformat()
    ref = office.open("place=in our area", f"aware_on={aware}")
    office.ok("tick")
    old = due(office, ref)
    add = ("calendar", "add", old, "A one-off day", *SAID)
    plan = " ".join(office.ok(*add, "--dry-run").split())
    [one] = office.json(*add, "--dry-run")["clocks"]
    lee = {"person": "lee", "role": "local_authority", "role_title": "local authority"}
    told = {**lee, "on": TODAY.isoformat(), "day": old}

    assert (one["waiting_on"], one["waits_on"]) == ("local_authority", "the local authority")
    assert (one["told"], one["to_tell"], one["tell"]) == ([told], [lee], ["lee"])
    on, was_due = printing.day(TODAY.isoformat()), printing.day(old)
    assert "It waits on the local authority." in plan
    assert (
        f"To be told: Lee Sample (local authority), who was told on {on} that it was due on "
        f"{was_due}." in plan
    )

    done = " ".join(office.ok(*add, "--yes").split())
    history = " ".join(office.ok("history", ref).split())
    assert "Told now: Lee Sample (local authority)" in done
    assert 'told Lee Sample as local authority; "Notify the Panel: the day has moved"' in history
    assert later(old) == due(office, ref)


def test_nobody_is_asked_where_nobody_sits_and_nothing_is_changed(office: Office) -> None:
    ref = opened(office)
    first = due(office, ref)

    said = office.refused(2, *ADD)
    assert "1 clock moves because of it" in said
    assert "add --yes if it is right" in said
    assert due(office, ref) == first


def test_only_those_who_keep_the_record_change_the_calendar(office: Office) -> None:
    for words in (ADD, (*ADD, "--dry-run"), ("calendar", "renew")):
        said = office.refused(4, *words, "--as", "eve")
        assert "by those who keep the record of a process in use" in said
    assert office.run("calendar", "list", "--as", "eve").exit_code == 0


def test_a_local_closure_is_refused_with_the_reason(office: Office) -> None:
    for words in (("--local",), ("2026-11-26", "Office closed", "--local"), ADD[2:4], ADD[2:]):
        said = office.refused(
            2, "calendar", "add", *words, *(["--local"] * ("--local" not in words))
        )
        assert "never moves a duty or a timescale" in " ".join(said.split())


def test_the_list_says_on_which_day_each_late_holiday_was_announced(office: Office) -> None:
    office.ok(*ADD, "--yes")
    said = " ".join(office.ok("calendar", "list").split())

    assert (
        "Mon 19 Sep 2022, announced on Sat 10 Sep 2022: Bank Holiday for the State Funeral" in said
    )
    assert f"added: A one-off day, announced on {printing.day(TODAY.isoformat())} (GOV.UK" in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("add", "2026-12-25", "Christmas", *SAID), "is no working day as it is"),
        (("add", "2026-12-26", "A Saturday", *SAID), "is no working day as it is (Saturday)"),
        (("add", "2027", "A year", *SAID), "names no single day"),
        (("add", "soon", "No day", *SAID), "soon"),
        (("add", "2011-12-01", "Old", "--announced", "2011-11-01", *SAID[2:]), "begins on"),
        (("add", "9999-12-01", "Too late", *SAID), "2199"),
        (("add", COMING, " ", *SAID), "TITLE is empty"),
        (("add", COMING, "x" * 101, *SAID), "TITLE has more than 100 characters"),
        (("add", COMING, "Day", *SAID[:2], "--source", "x" * 301), "--source has more than 300"),
        (("add", COMING, "Day", *SAID[:2], "--source", ""), "--source is empty"),
        (("add", COMING, "Day", *SAID, "--for", "Skotland"), "Did you mean Scotland?"),
        (("add", COMING, "Day", *SAID, "--for", "France"), "There is one for"),
        (
            ("add", COMING, "Day", "--announced", (TODAY + timedelta(1)).isoformat(), *SAID[2:]),
            "lies in the future",
        ),
        (("add", ago(30), "Day", *SAID), "announced before it comes"),
        (("remove", COMING, *SAID), "is a working day as it is"),
        (("remove", "2026-12-26", *SAID), "no bank holiday on the list"),
        (("remove", "2028-12-25", *SAID), "Christmas Day is no working day by itself"),
        (("remove", "2028-04-14", *SAID), "Good Friday is no working day by itself"),
        (("add", COMING, "Day", "--source", "x"), "--announced is missing"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused_in_a_sentence(
    office: Office, words: tuple[str, ...], says: str
) -> None:
    said = " ".join(office.refused(2, "calendar", *words, "--yes").split())

    assert says in said
    assert office.json("calendar", "list")["calendars"][0]["changes"] == []


def test_the_same_day_is_not_put_on_the_list_twice(office: Office) -> None:
    office.ok(*ADD, "--yes")

    assert "is no working day as it is (A one-off day (bank holiday))" in " ".join(
        office.refused(2, *ADD, "--yes").split()
    )


def test_a_day_that_was_put_on_the_list_by_mistake_is_taken_off_again_even_after_it(
    office: Office,
) -> None:
    aware = ENGLAND.add_working_days(TODAY, -3)
    ref = office.open("place=in our area", f"aware_on={aware}")
    first = due(office, ref)
    passed = ENGLAND.add_working_days(aware, 1).isoformat()
    said = ("--announced", aware.isoformat(), "--source", "GOV.UK")
    office.ok("calendar", "add", passed, "The wrong day", *said, "--yes", "--allow-later")
    assert due(office, ref) == later(first)
    found = ("--announced", TODAY.isoformat(), "--source", "GOV.UK: it was typed wrongly")
    office.ok("calendar", "remove", passed, *found, "--yes")

    assert due(office, ref) == first
    changes = office.json("calendar", "list")["calendars"][0]["changes"]
    assert [(one["change"], one["day"]) for one in changes] == [
        ("added", passed),
        ("removed", passed),
    ]
    shipped = ("calendar", "remove", "2026-08-31", *found, "--yes")
    assert "is announced before it comes" in office.refused(2, *shipped)


def test_a_day_of_another_jurisdiction_moves_no_clock_of_this_one(office: Office) -> None:
    ref = opened(office)
    first = due(office, ref)
    told = office.json(*ADD, "--for", "scotland", "--yes")

    assert (told["jurisdiction"], told["clocks"]) == ("Scotland", [])
    assert due(office, ref) == first


def test_a_row_of_the_calendar_that_somebody_changed_is_found_and_counted_by_no_more(
    office: Office,
) -> None:
    office.ok(*ADD, "--yes")
    store = office.store()
    with store.write() as tx:
        tx.run("UPDATE calendars SET day = ?", (later(COMING),))
    store.close()

    found = office.run("audit", "verify")
    assert found.exit_code == 6
    assert "calendars" in found.stdout
    assert "day differs from what the events say" in found.stdout


@pytest.mark.parametrize("day", ["never", "2026-12-26"])
def test_a_calendar_that_makes_no_sense_any_more_says_what_finds_out(
    office: Office, day: str
) -> None:
    ref = opened(office)
    office.ok(*ADD, "--yes")
    store = office.store()
    with store.write() as tx:
        tx.run("UPDATE calendars SET change = 'removed', day = ?", (day,))
    store.close()

    assert "run `casetrail audit verify`" in office.refused(6, "explain", ref, "notification")
    assert office.run("audit", "verify").exit_code == 6


def test_an_added_day_moves_the_horizon_of_todays_sheet_too(office: Office) -> None:
    before = office.json("today")["horizon"]
    office.ok(*ADD, "--yes")

    assert office.json("today")["horizon"] == later(before)


def test_renewing_says_that_nothing_has_to_move(office: Office) -> None:
    opened(office)
    told = json.loads(office.ok("calendar", "renew", "--json"))

    assert told == {"change": "renewed", "clocks": [], "dry_run": False, "failed": []}
    assert "0 clocks move by the list in use." in office.ok("calendar", "renew")


def test_days_are_counted_without_a_store_for_each_jurisdiction_and_as_they_were_known(
    office: Office,
) -> None:
    question = "1 working day after 2022-09-16"

    def first(*more: str) -> str:
        return str(office.json("date", question, *more)["dates"][0]["due_on"])

    assert (first(), first("--as-known-on", "2022-09-09")) == ("2022-09-20", "2022-09-19")
    assert first("--as-known-on", "2022-09-10", "--for", "northern ireland") == "2022-09-20"
    assert "there is one for England and Wales, Scotland" in office.refused(
        2, "date", question, "--for", "Wales"
    )


def test_of_two_who_put_the_same_day_on_the_list_at_once_one_is_refused(office_on: Office) -> None:
    ref = opened(office_on)
    first = due(office_on, ref)
    command = [*COMMAND, *ADD, "--yes", "--config", str(office_on.config)]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120) for process in both]

    assert sorted(process.returncode for process in both) == [0, 2], said
    assert "is no working day as it is" in " ".join(
        "".join(text for pair in said for text in pair).split()
    )
    assert due(office_on, ref) == later(first)
    assert office_on.run("audit", "verify").exit_code == 0


def test_the_commands_on_the_page_about_calendars_run_as_they_are_written(office: Office) -> None:
    page = (Path(__file__).parents[2] / "docs" / "calendars.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    lines = [line for block in blocks for line in block.strip().split("\n")]
    ran = []
    for line in lines:
        _, *words = shlex.split(line, comments=True)
        # The days of the page are on the list by now.
        known = " ".join(words[:3]) in ("calendar add 2022-09-19", "calendar add 2020-05-08")
        refused = known or words[:2] == ["calendar", "remove"]
        result = office.run(*words)
        assert (result.exit_code, bool(result.stderr)) == ((2, True) if refused else (0, False))
        ran.append(words[1] if words[0] == "calendar" else words[0])

    assert ran == ["list", "date", "date", "add", "add", "remove", "add"]
