"""What each event does to the rows of clocks: deadlines and their notices, and the messages about
them.

What becomes of a clock stands in the event that caused it; without one it is an event of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.case import Change

Event = Mapping[str, Any]
Body = Mapping[str, Any]
Effect = Callable[[Event, Body, list[Change]], None]


def changes_along(event: Event, part: Body) -> list[Change]:
    """The rows that change with one of the clocks that stand in an event."""
    made: list[Change] = []
    ON_CLOCKS[part["type"]](event, part, made)
    return made


def parts(event: Event) -> Iterator[Event]:
    """An event, and what it says of clocks as if each were an event of its own."""
    yield event
    for part in event["body"].get("clocks", ()):
        yield {**event, "type": part["type"], "body": part}


def bodies(event: Event) -> list[tuple[str, Body]]:
    """The type and the body of an event, and of each clock in it; `parts` copies all the rest."""
    body = event["body"]
    return [(event["type"], body), *((one["type"], one) for one in body.get("clocks", ()))]


def started(event: Event, body: Body, made: list[Change]) -> None:
    """A clock starts."""
    columns = {
        "status": body["status"],
        "rule": body["rule"],
        "starts_on": body["starts_on"],
        "due_on": body["due_on"],
        "first_due_on": body["due_on"],
        "due_from": body["due_from"],
        "due_to": body["due_to"],
        "target_on": None,
        "delay_on": None,
        "met_on": None,
        "calendar": body["calendar"],
        "schedule": body["schedule"],
        "n": event["n"],
    }
    made.append(("deadlines", _deadline(event, body), columns, True))
    _notices(event, body, made)
    turns(event, body.get("turns", ()), made)


def deadline_changed(event: Event, body: Body, made: list[Change]) -> None:
    """A deadline is moved, met, stopped, re-judged, resumed, set aside, given a target or
    explained; or its notices alone fall on other days.
    """
    deadline = _deadline(event, body)
    made.append(("deadlines", deadline, {**body["now"], "n": event["n"]}, False))
    for name, schedule in body.get("dropped", ()):
        key = (*deadline, name, schedule)
        made.append(("notices", key, {"status": "replaced"}, False))
    _notices(event, body, made)
    turns(event, body.get("turns", ()), made)


def notice_settled(event: Event, body: Body, made: list[Change]) -> None:
    """A notice fires, is superseded by a later one of its deadline, or is set aside."""
    key = (*_deadline(event, body), body["notice"], body["schedule"])
    status = _NOTICE_STATUS[event["type"]]
    made.append(("notices", key, {"status": status, "n": event["n"]}, False))
    messages(event, body, made)


def _deadline(event: Event, body: Body) -> tuple[str | int, ...]:
    return (event["stream"], body["timescale"], body["of"], body["no"])


def _notices(event: Event, body: Body, made: list[Change]) -> None:
    for name, at in body.get("notices", ()):
        key = (*_deadline(event, body), name, body["schedule"])
        made.append(("notices", key, {"at": at, "status": "waiting", "n": event["n"]}, True))


def messages(event: Event, body: Body, made: list[Change]) -> None:
    """The messages of an event, each to one person."""
    for item in body.get("messages", ()):
        columns = {
            "stream": event["stream"],
            "person": item["person"],
            "role": item["role"],
            "what": item["what"],
            "by_when": item["by_when"],
            "urgent": item["urgent"],
            "status": "waiting",
            "settled": None,
            "n": event["n"],
        }
        made.append(("messages", (item["id"],), columns, True))


def turns(event: Event, listed: Any, made: list[Change], day: str = "") -> None:
    """The occurrences of questions, and how often a step was taken or a clock began."""
    for item in listed:
        columns = {
            "no": item["no"],
            "happened": item.get("happened", event["happened"]),
        }
        made.append(("turns", (event["stream"], item["what"]), columns, item["first"]))


_NOTICE_STATUS = {
    "notice fired": "fired",
    "notice superseded": "superseded",
    "notice set aside": "set aside",
}

ON_CLOCKS: dict[str, Effect] = {
    "deadline started": started,
    "deadline moved": deadline_changed,
    "deadline met": deadline_changed,
    "deadline stopped": deadline_changed,
    "deadline re-judged": deadline_changed,
    "deadline resumed": deadline_changed,
    "deadline set aside": deadline_changed,
}
"""What becomes of a clock: an event, or a part of the event that caused it."""

CAUSES = frozenset(
    {
        "case opened",
        "answers recorded",
        "answers corrected",
        "transition taken",
        "step undone",
        "step re-dated",
        "case migrated",
        "linked case opened",
        "linked case ended",
        "linked case resumed",
        "linked case set aside",
    }
)
"""The types of events in which stands what they did to the clocks of their case."""
