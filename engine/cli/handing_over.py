"""`handover`: somebody's open work goes to somebody else between two days."""

from __future__ import annotations

from datetime import date
from typing import Any

from engine import bootstrap
from engine.cli.door import argument, option
from engine.cli.printing import day, listed
from engine.cli.texts import FREE, exact_day, free_text
from engine.cli.visit import Visit, reads
from engine.config.appending import append, as_lines
from engine.nouns import count
from engine.service import handing_over
from engine.service.handing_over import Change, Handover
from engine.service.workplace import By, Workplace
from engine.verbs.naming import called


@reads(
    "handover",
    argument("giver", "FROM"),
    argument("taker", "TO"),
    option("--from", "since", metavar="DAY", required=True, help="The first day."),
    option("--to", "until", metavar="DAY", required=True, help="The last day."),
    option("--reason", metavar="TEXT", default="", help=f"Why: {FREE}"),
    option("--write", is_flag=True, help="Add the lines to config.toml, and put it on record."),
)
def handover(door: Visit, giver: str, taker: str, **options: Any) -> None:
    """Hand over what waits on FROM to TO, both people of config.toml, between two days.

    It shows the lines that config.toml needs: FROM is away, and TO deputises in each of their
    roles. With --write they are added to the end of config.toml, each open case that waits on FROM
    has it on record, and both are told.
    """
    place, by = door.admitted("handover"), door.visitor
    wanted = Handover(giver, taker, exact_day(options["since"]), exact_day(options["until"]))
    reason = free_text(options["reason"], "--reason") if options["reason"] else ""
    handing_over.check(place, by, wanted)
    change = handing_over.lacking(place.directory, wanted)
    lines = _lines(change, wanted)
    noted: list[str] = []
    if options["write"]:
        if lines:
            append(door.settings.file, lines, lambda file: bootstrap.settings(str(file)))
        noted = _noted(door, By(by.person, reason=reason, claimed=by.claimed), wanted)
    said = _said(door, wanted, lines, noted if options["write"] else None)
    said += [_contact(place, agency) for agency in change.contact_of]
    found = {
        "from": giver,
        "to": taker,
        "since": wanted.since,
        "until": wanted.until,
        "lines": lines,
        "written": bool(options["write"]),
        "cases": noted,
        "contact_of": list(change.contact_of),
    }
    door.answer(found, said)


def _noted(door: Visit, by: By, wanted: Handover) -> list[str]:
    """Put it on record, by the people as config.toml has them now."""
    now = bootstrap.workplace(bootstrap.settings(door.options["config"]))
    try:
        return handing_over.note(now, by, wanted)
    finally:
        now.database.close()


def _lines(change: Change, wanted: Handover) -> list[str]:
    """The tables that config.toml lacks."""
    tables = []
    if change.absent:
        days = {"from": _day(wanted.since), "to": _day(wanted.until)}
        tables += as_lines("absence", {"person": wanted.giver, **days})
    for one in change.deputising:
        agency = {"agency": one.agency} if one.agency else {}
        days = {"from": _day(one.since), "to": _day(one.until)}
        who = {"person": one.person, "role": one.role, **agency, "deputy_for": one.deputy_for}
        tables += as_lines("appointment", {**who, **days})
    if not tables:
        return []
    head = f"# Handed over from {wanted.giver} to {wanted.taker}."
    return [head, "", *tables]


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _said(door: Visit, wanted: Handover, lines: list[str], noted: list[str] | None) -> list[str]:
    days = f"from {day(wanted.since)} to {day(wanted.until)}"
    who = f"{called(door.place, wanted.taker)} acts for {called(door.place, wanted.giver)} {days}."
    if noted is None:
        if not lines:
            return [f"config.toml says so already: {who}", "--write puts it on record."]
        asks = "To config.toml, nothing of which was changed, would be added with --write:"
        return [asks, "", *lines]
    if not noted:
        return [who, "config.toml says so. No other open case waits on them."]
    cases = f"{count(len(noted), 'case')}: {listed(noted)}"
    return [who, f"It is on record in {cases}. Both will be told."]


def _contact(place: Workplace, agency: str) -> str:
    title = place.directory.agencies[agency].title
    return f"The contact of {title} stays: change `contact` in config.toml by hand, if need be."
