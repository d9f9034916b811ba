"""Who has been told of a clock already: as the events by which people were told have it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from engine.case import Case, Key
from engine.definition import Workflow

Event = Mapping[str, Any]

FIRED: Final = "notice fired"
TELLING: Final = (FIRED, "people told")
"""The events by which people are told something."""


class Informed(NamedTuple):
    """Somebody who was told of a clock, and what they were last told."""

    person: str
    role: str
    """The role in which, or the agency as whose contact, they were told."""
    on: str
    """The day on which they were told."""
    day: str
    """The day that they were told; empty where none was set."""


def informed(case: Case, key: Key, due: str, events: Iterable[Event]) -> list[Informed]:
    """Everybody who was told of a clock by a notice of it, or asked by its last day, `due`.

    Each once, with what they were last told.
    """
    found: dict[str, Informed] = {}
    for event, message in _messages(case, key, due, events):
        person = str(message["person"])
        if event["type"] == FIRED or case.about or person in found:
            on, day = str(event["happened"]), str(message["by_when"])
            found[person] = Informed(person, str(message["role"]), on, day)
    return list(found.values())


def names(
    case: Case, workflow: Workflow, key: Key, due: str, events: Iterable[Event]
) -> tuple[str, ...]:
    """The roles and groups that were told of a clock, as the definition names them."""
    timescale = workflow.timescales[str(key[1])]
    notices = {one.id: one.tell for one in timescale.notices}
    found: list[str] = []
    for event, message in _messages(case, key, due, events):
        if event["type"] == FIRED:
            # A notice that the edition of now does not have told the roles of its messages.
            found += notices.get(event["body"]["notice"], (message["role"],))
        elif case.about:
            found.append(timescale.waiting_on)
    known = {*workflow.roles, *workflow.groups}
    return tuple(name for name in dict.fromkeys(found) if name in known)


def _messages(
    case: Case, key: Key, due: str, events: Iterable[Event]
) -> Iterator[tuple[Event, Mapping[str, Any]]]:
    """The messages by which people were told of a clock, each with its event."""
    for event in events:
        body = event["body"]
        if event["type"] == FIRED and (body["timescale"], body["of"], body["no"]) == key[1:4]:
            yield from ((event, one) for one in body["messages"])
        elif event["type"] == TELLING[1]:
            yield from ((event, one) for one in body["messages"] if due and one["by_when"] == due)
