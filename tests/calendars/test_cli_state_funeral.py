"""The holiday of 19 September 2022, announced on the 10th, through the command line alone."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from engine import bootstrap, calendars, database
from engine.calendars import at_local
from engine.service import ticking
from engine.service.virtual import VirtualClock
from tests import second_count
from tests.offices import PEOPLE, Office

DAY = timedelta(days=1)
FUNERAL = date(2022, 9, 19)
BEFORE = [date(2022, 8, 25) + n * DAY for n in range(16)]
"""25 August to 9 September 2022."""
ACROSS = BEFORE[1:]
PROCESS = """\
title        = "Sample of {where}"
edition      = "1"
in_force     = {{ from = 2018-01-01 }}
source       = "written for this test"
working_days = "{where}"
starts_at    = "begun"
opening      = ["told_on"]
may_open     = ["unit"]
kept_by      = ["unit"]

[role.unit]
title = "unit"

[question.told_on]
ask      = "When was it told?"
answer   = "date"
personal = false
because  = "a date of the process"

[state.begun]
title      = "It has begun"
waiting_on = "unit"

[state.ended]
title  = "It has ended"
closed = true

[transition.finish]
title = "Finish"
from  = "begun"
to    = "ended"
who   = "unit"

[transition.drop]
title = "Drop"
from  = "begun"
to    = "ended"
who   = "unit"
"""
CLOCK = """
[timescale.{name}]
title      = "Within {due}"
due        = "within {due} of told_on"
met_by     = "finish"
stops_if   = ["drop"]
waiting_on = "unit"
time_from  = {{ kind = "local", says = "may", source = "written for this test" }}
confirmed  = "recalled"
remind     = [{{ at = "on the day it is due", tell = ["unit"] }}]
escalate   = [{{ at = "1 working day after it was due", tell = ["unit"] }}]
"""
CLOCKS = {
    "fifteen": "15 working days",
    "five": "5 working days",
    "days": "21 calendar days",
    "weeks": "3 weeks",
    "month": "1 month",
}
PLACES = {"england": "England and Wales", "scotland": "Scotland", "ireland": "Northern Ireland"}
GOV = ("--source", "GOV.UK, 10 September 2022")
ADD = ("calendar", "add", "2022-09-19", "State Funeral", "--announced", "2022-09-10", *GOV)


class Told(NamedTuple):
    """What the command line says of the story, when it is over."""

    moves: dict[str, list[tuple[str, str, str]]]
    """By case the clocks that its history says the list has moved: from and to which day."""
    days: dict[str, dict[str, tuple[str, str]]]
    """By case the day and the status of each clock."""
    planned: dict[str, Any]
    done: dict[str, Any]
    running: dict[str, date]
    """The cases of England that run, by the day from which they count."""
    others: dict[str, str]
    """The cases that are met, stopped, recorded later, or of elsewhere: what each is."""


def said(office: Office, *words: str) -> dict[str, Any]:
    """The document of a command; that the clock is not real is said beside it."""
    result = office.run(*words, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def working(office: Office, day: date, hour: int = 10) -> None:
    """Let the virtual clock of a store stand at an hour of a day: a worker has come by."""
    place = bootstrap.workplace(bootstrap.settings(str(office.config)))
    ticking.ticked(replace(place, clock=VirtualClock(at_local(day, hour))))
    place.database.close()


def made(folder: Path) -> Office:
    """A partnership whose clock is virtual, on 1 August 2022, by the list of bank holidays of then.

    The list that is shipped knows the holiday, so it is taken off first.
    """
    office = Office(folder)
    url = "sqlite:///casetrail.db"
    office.ok("init", "--partnership", "sample", "--name", "Sample", "--database", url)
    with office.config.open("a") as file:
        file.write(PEOPLE)
    text = office.config.read_text("utf-8")
    office.config.write_text(text.replace('"business_unit"', '"unit"'), "utf-8")
    (folder / "casetrail.db").unlink()
    database.create(f"sqlite:///{folder / 'casetrail.db'}", "sample", clock="virtual")
    working(office, date(2022, 8, 1))
    for name, where in PLACES.items():
        own = folder / name
        own.mkdir()
        clocks = "".join(CLOCK.format(name=one, due=due) for one, due in CLOCKS.items())
        (own / "process.toml").write_text(PROCESS.format(where=where) + clocks, "utf-8")
        office.ok("workflow", "activate", str(own), "--anyway")
    off = ("--announced", "2022-08-01", "--source", "GOV.UK", "--for", PLACES["england"])
    office.ok("calendar", "remove", "2022-09-19", *off, "--yes")
    return office


def opened(office: Office, day: date, where: str = "england") -> str:
    return str(said(office, "open", where, f"told_on={day}", "--not-the-same")["ref"])


def told_at(office: Office) -> Told:
    running: dict[str, date] = {}
    others: dict[str, str] = {}
    for day in BEFORE:
        working(office, day)
        running[opened(office, day)] = day
    working(office, date(2022, 9, 10))
    for step, end in (("finish", "met"), ("drop", "stopped")):
        ref = opened(office, date(2022, 9, 5))
        office.ok("take", ref, step)
        others[ref] = end
    for where in ("scotland", "ireland"):
        others[opened(office, date(2022, 9, 5), where)] = where
    working(office, date(2022, 9, 10), 20)
    words = (*ADD, "--for", PLACES["england"])
    planned = said(office, *words, "--dry-run")
    done = said(office, *words, "--yes")
    working(office, date(2022, 9, 12))
    for day in (date(2022, 9, 5), date(2022, 9, 12)):
        others[opened(office, day)] = f"recorded later, from {day}"
    every = (*running, *others)
    moves = {ref: moved(office, ref) for ref in every}
    return Told(moves, days(office, every), planned, done, running, others)


def counted(day: date, number: int, where: str = "England and Wales", off: bool = True) -> str:
    """So many working days later, by the second count, with the holiday or without it."""
    known = second_count.table(where).working
    while number:
        day += DAY
        number -= day in known or (not off and day == FUNERAL)
    return day.isoformat()


def moved(office: Office, ref: str) -> list[tuple[str, str, str]]:
    bodies = [
        one["body"]
        for one in said(office, "history", ref)["events"]
        if one["type"] == "deadline moved" and one["body"]["cause"] == "calendar"
    ]
    return [(one["timescale"], one["old"]["due_on"], one["now"]["due_on"]) for one in bodies]


def days(office: Office, refs: Iterable[str]) -> dict[str, dict[str, tuple[str, str]]]:
    found: dict[str, dict[str, tuple[str, str]]] = {ref: {} for ref in refs}
    open_ones = said(office, "deadlines")["deadlines"]
    over = set(found) - {one["ref"] for one in open_ones}
    ended = [one | {"ref": ref} for ref in over for one in said(office, "show", ref)["deadlines"]]
    for one in (*open_ones, *ended):
        found[one["ref"]][one["timescale"]] = (one["due_on"], one["status"])
    return found


def test_the_funeral_moves_exactly_the_fifteen_days_begun_from_26_august_to_9_september(
    tmp_path: Path,
) -> None:
    office = made(tmp_path)
    told = told_at(office)
    moves = {
        ref: ("fifteen", counted(day, 15, off=False), counted(day, 15))
        for ref, day in told.running.items()
        if day in ACROSS
    }

    assert len(moves) == 15
    assert sum(day in second_count.table("England and Wales").working for day in ACROSS) == 10
    assert {one[1:] for one in moves.values()} >= {
        ("2022-09-19", "2022-09-20"),
        ("2022-09-30", "2022-10-03"),
    }
    for document in (told.planned, told.done):
        assert listed(document) == {(ref, *move) for ref, move in moves.items()}
        assert (document["failed"], document["doubts"]) == ([], [])
    assert {ref: each for ref, each in told.moves.items() if each} == {
        ref: [move] for ref, move in moves.items()
    }
    check_days_of_those_that_run(told)
    check_days_of_all_others(told)
    assert "Consistent" in office.run("audit", "verify").stdout


def listed(document: dict[str, Any]) -> set[tuple[str, ...]]:
    return {
        (one["ref"], one["timescale"], one["old"]["due_on"], one["now"]["due_on"])
        for one in document["clocks"]
        if one["kind"] == "moved"
    }


def check_days_of_those_that_run(told: Told) -> None:
    """The case of 25 August, and every other unit, stay on their days."""
    known = calendars.load(PLACES["england"]).as_known_on(date(2022, 9, 9))
    for ref, day in told.running.items():
        across = day in ACROSS
        first = told.moves[ref][0][1] if across else told.days[ref]["fifteen"][0]
        due = {name: one[0] for name, one in told.days[ref].items()}
        assert first == known.add_working_days(day, 15).isoformat(), day
        assert due == {
            "fifteen": counted(day, 15, off=across),
            "five": counted(day, 5),
            "days": (day + 21 * DAY).isoformat(),
            "weeks": (day + 21 * DAY).isoformat(),
            "month": a_month_after(day),
        }, day


def a_month_after(day: date) -> str:
    return day.replace(month=day.month + 1, day=min(day.day, 30)).isoformat()


def check_days_of_all_others(told: Told) -> None:
    """What is over or elsewhere keeps its days; what is recorded later counts the holiday."""
    day = date(2022, 9, 5)
    assert {what: told.days[ref]["fifteen"] for ref, what in told.others.items()} == {
        "met": (counted(day, 15, off=False), "met"),
        "stopped": (counted(day, 15, off=False), "no longer applies"),
        "scotland": (counted(day, 15, PLACES["scotland"]), "running"),
        "ireland": (counted(day, 15, PLACES["ireland"]), "running"),
        f"recorded later, from {day}": (counted(day, 15), "running"),
        "recorded later, from 2022-09-12": (counted(date(2022, 9, 12), 15), "running"),
    }
