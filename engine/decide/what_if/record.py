"""What is on record of a case, command by command, and when the clock came by for it.

It is read from the sealed events alone, and never from the rows that they left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from engine.apply import changes
from engine.apply_clocks import bodies
from engine.calendars import local_date
from engine.case import Actor, Case, Context, Key, Rows
from engine.decide.timing.clocks import CALENDAR

Event = Mapping[str, Any]

NEVER = 1 << 62
"""A moment after all others, in microseconds since 1970 UTC."""
TICK = 15 * 1_000_000
"""How long after its moment a worker that runs comes to a notice, in microseconds."""
SETTLED = ("notice fired", "notice superseded", "notice set aside")

LEADING = (
    "case opened",
    "transition taken",
    "step undone",
    "step re-dated",
    "case set aside",
    "answers corrected",
    "person added",
    "answers recorded",
    "approval given",
    "target set",
    "delay explained",
    "linked case ended",
    "linked case resumed",
    "notice fired",
    "notice superseded",
    "task closed",
)
"""The types of events by which it shows what a command was; of several the first tells."""

BESIDE = (
    "message sent",
    "message given up",
    "call given up",
    "people told",
    "document attached",
    "erased",
)
"""What changes no row of a case itself: only messages, documents and personal values."""

RECOUNTED = "calendar changed"
"""What a command is that counted the clocks anew because the list of bank holidays changed."""

CARRIED = (
    "document attached",
    "pack built",
    "pack changed",
    "erased",
    "message sent",
    "message given up",
    "call given up",
    "notice set aside",
)
"""What happened beside the rules, and is as it was whatever the definition says."""


class Command(NamedTuple):
    """One command: all events that it made of the case."""

    kind: str
    """The type of the event by which it shows what it was; empty if only others were made."""
    events: tuple[Event, ...]
    lead: Event
    """The event by which it shows what it was; the first where none does."""
    first: int
    """The place of the first of them that the rules made."""

    @property
    def before(self) -> tuple[Event, ...]:
        """What it carried before anything that the rules made."""
        return self.events[: self.first]

    @property
    def after(self) -> tuple[Event, ...]:
        """What it carried after that, each with the tasks that it left."""
        rest = self.events[self.first :]
        start = next((at for at, one in enumerate(rest) if one["type"] in CARRIED), len(rest))
        return tuple(one for one in rest[start:] if one["type"] in (*CARRIED, "task opened"))

    @property
    def context(self) -> Context:
        """What surrounded it, as its events keep it; of a reason only that one was given."""
        event, actor = self.events[0], self.events[0]["actor"]
        now = datetime.fromisoformat(event["recorded"])
        told = any(path.startswith("reason/") for one in self.events for path in one["sealed"])
        return Context(
            event["log"],
            now,
            local_date(now),
            Actor(*(actor[name] for name in _ACTOR)),
            event["command"],
            event["happened"],
            event["clock"],
            event["evidence"],
            "as recorded" if told else "",
        )

    @property
    def calendar(self) -> str:
        """The version of the calendar by which it counted a clock; nothing where it did not."""
        for event in self.events:
            for kind, body in bodies(event):
                found = body.get("calendar") or body.get("now", {}).get("calendar")
                if found and kind != "deadline resumed":
                    return str(found)
        return ""


_ACTOR = ("decided", "recorded", "role", "agency", "for", "door", "proof")


class Told(NamedTuple):
    """A notice that told somebody, or would have: of which deadline, on which day, and whom."""

    timescale: str
    of: str
    no: int
    notice: str
    on: str
    roles: tuple[str, ...] = ()


@dataclass(slots=True)
class Record:
    """All that is on record of one case."""

    ref: str
    commands: tuple[Command, ...]
    rows: Rows = field(default_factory=Rows)
    """As the events so far leave them; `to_the_end` folds those that are left."""
    ends: dict[tuple[Any, ...], int] = field(default_factory=dict)
    """When each notice fired or was dropped, by its deadline, its name and its moment."""
    silences: list[tuple[int, int]] = field(default_factory=list)
    """From when to when a notice that was due lay there, and so no worker came by."""

    @property
    def case(self) -> Case:
        """The case as it is on record."""
        return Case(self.ref, self.rows)

    def fold(self, command: Command) -> None:
        """Do to the rows what the events of a command say."""
        for event in command.events:
            if event["type"] not in BESIDE:
                self.rows.merge(changes(event))

    def fires_at(self, key: Key, at: int) -> int:
        """When a notice that waits for a moment would fire: when it did, if it is on record.

        Any other fires as soon as a worker comes by, which none did in a silence.
        """
        known = self.ends.get((*key[1:5], at))
        if known is not None and known >= at:
            return known
        moment = at
        for since, until in self.silences:
            if since <= moment < until:
                moment = until
        return moment if moment > at else at + TICK

    @property
    def told(self) -> Iterator[Told]:
        """The notices that told somebody, in the order in which they did."""
        for command in self.commands:
            if command.kind in SETTLED:
                day = command.context.today.isoformat()
                yield from told_by(command.events, day)


def read(ref: str, events: Sequence[Event]) -> Record:
    """The record of a case from its events, in their order."""
    grouped = groupby(events, key=lambda event: event["command"])
    commands = tuple(_command(tuple(found)) for _, found in grouped)
    ends = _ends(events)
    silences = sorted((at, until) for (*_, at), until in ends.items() if until > at)
    return Record(ref, commands, ends=ends, silences=silences)


def told_by(events: Iterable[Event], day: str) -> Iterator[Told]:
    """The notices among these events that told somebody on a day."""
    for event in events:
        if event["type"] == "notice fired":
            body = event["body"]
            roles = tuple(dict.fromkeys(one["role"] for one in body["messages"]))
            name = body["timescale"], body["of"], body["no"], body["notice"]
            yield Told(*name, day, roles)


def _command(events: tuple[Event, ...]) -> Command:
    types = {event["type"] for event in events}
    kind = next((kind for kind in LEADING if kind in types), "")
    if not kind and any(event["body"].get("cause") == CALENDAR for event in events):
        kind = RECOUNTED
    lead = next((event for event in events if event["type"] == kind), events[0])
    by_rules = (at for at, event in enumerate(events) if event["type"] not in CARRIED)
    return Command(kind, events, lead, next(by_rules, len(events)))


def _ends(events: Iterable[Event]) -> dict[tuple[Any, ...], int]:
    waiting: dict[tuple[Any, ...], int] = {}
    ends: dict[tuple[Any, ...], int] = {}
    for event in events:
        for kind, body in bodies(event):
            if "timescale" not in body:
                continue
            name = (body["timescale"], body["of"], body["no"])
            dropped = [tuple(one) for one in body.get("dropped", ())]
            if kind in SETTLED:
                dropped.append((body["notice"], body["schedule"]))
            for notice, schedule in dropped:
                at = waiting.pop((*name, notice, schedule), None)
                if at is not None:
                    ends[(*name, notice, at)] = micros(event["recorded"])
            for notice, at in body.get("notices", ()):
                waiting[(*name, notice, body["schedule"])] = at
                ends[(*name, notice, at)] = NEVER
    return ends


def micros(recorded: str) -> int:
    """An instant as an event keeps it, in microseconds since 1970 UTC."""
    return int(datetime.fromisoformat(recorded).timestamp() * 1_000_000)
