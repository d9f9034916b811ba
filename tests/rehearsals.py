"""Messages of the sample partnership, written out as they are sent; what a rehearsal says of them,
and what then really fires.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from engine import posting, queries
from engine.calendars import at_local, local_date
from engine.case import Given
from engine.edition import Edition
from engine.scenarios.playing import A_TICK_LATER
from engine.service import outbox, ticking
from engine.service.looking import reading
from engine.service.outbox import Outgoing
from engine.service.rehearsals import rehearsing
from engine.service.rehearsals.rehearsing import Beginning, Mail, Wish, Write
from engine.service.virtual import VirtualClock
from engine.service.workplace import By, Workplace
from notifiers.message import body, subject
from tests.replays import casebook
from tests.stories import SETTINGS

SAM = By("sam")
DAY = timedelta(days=1)


def written(place: Workplace) -> Write:
    """What writes a message out, by the notifiers' own words."""
    made = posting.writer(place, SETTINGS)

    def write(message: Outgoing) -> Mail:
        found = made(message)
        return Mail(found.to, subject(found), body(found))

    return write


Told = dict[str, list[tuple[Any, ...]]]


def new_case(place: Workplace, edition: Edition, given: tuple[Given, ...], until: date) -> Told:
    """What a rehearsal says of a case that would be opened now."""
    beginning = Beginning(edition, given)
    document = rehearsing.rehearse_new(place, SAM, beginning, Wish(until), written(place))
    return _said(document)


def rehearsed(place: Workplace, until: date) -> Told:
    """What a rehearsal says of every case: day, deadline, notice, and whom it tells what."""
    found: Told = {}
    for ref in (ref for ref in casebook(place) if "." not in ref):
        found |= _said(rehearsing.rehearse_case(place, SAM, ref, Wish(until), written(place)))
    return found


def _said(document: dict[str, Any]) -> Told:
    found: Told = {}
    for one in document["notices"]:
        name = (one["on"], one["timescale"], one["of"], one["no"], one["notice"], one["late"])
        told = [(t["person"], t["role"], t["to"], t["subject"], t["text"]) for t in one["told"]]
        found.setdefault(one["ref"], []).append((*name, told))
    return found


def really_fired(place: Workplace, until: date) -> Told:
    """The same, when the days really go by and the worker comes by at each notice."""
    clock = place.clock
    assert isinstance(clock, VirtualClock)
    before = {ref: len(reading.history(place, ref)) for ref in casebook(place)}
    sent: dict[str, Mail] = {}
    write = written(place)

    def sender(message: Outgoing) -> str:
        sent[message.id] = write(message)
        return "kept"

    end = at_local(until + DAY, 0)
    while (moment := next_notice(place)) and max(moment, clock.instant) < end:
        clock.go_to(moment + A_TICK_LATER)
        ticking.fire_due(place)
        outbox.send_waiting(place, sender)
    found: Told = {}
    for ref, count in before.items():
        for event in reading.history(place, ref)[count:]:
            if event["type"] == "notice fired":
                found.setdefault(ref, []).append(_fired(event, sent))
    return found


def next_notice(place: Workplace) -> datetime | None:
    with place.database.read() as tx:
        row = tx.row(queries.NEXT_NOTICE, (place.log,))
    return datetime.fromtimestamp(row[0] / 1_000_000, UTC) if row and row[0] else None


def _fired(event: dict[str, Any], sent: dict[str, Mail]) -> tuple[Any, ...]:
    said = event["body"]
    day = local_date(datetime.fromisoformat(event["recorded"])).isoformat()
    told = [(m["person"], m["role"], *sent[m["id"]]) for m in said["messages"]]
    name = (day, said["timescale"], said["of"], said["no"], said["notice"], bool(said["late"]))
    return (*name, told)
