"""What each event does to the rows of barriers: who alone may see a case, who is in conflict with
it, and who broke the glass.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.apply_clocks import Body, Effect, Event, messages
from engine.case import Change


def case_restricted(event: Event, body: Body, made: list[Change]) -> None:
    """From now on only those on the list may see the case; others are no more told of it."""
    for person in body["people"]:
        made.append(_row(event, "restricted", person, person in body["first"]))
    _end(event, "restricted", body["dropped"], made)
    _withdraw(event, body, made)


def restriction_lifted(event: Event, body: Body, made: list[Change]) -> None:
    """The list is no more."""
    _end(event, "restricted", body["people"], made)


def conflict_declared(event: Event, body: Body, made: list[Change]) -> None:
    """Somebody is in conflict with the case, and no more told of it."""
    made.append(_row(event, "conflict", body["person"], bool(body["first"])))
    _withdraw(event, body, made)


def conflict_ended(event: Event, body: Body, made: list[Change]) -> None:
    """Somebody is no more in conflict with the case."""
    _end(event, "conflict", (body["person"],), made)


def glass_broken(event: Event, body: Body, made: list[Change]) -> None:
    """Somebody may read the case for an hour, once others were told so."""
    table, key, columns, _ = _row(event, "glass", body["person"], True)
    own = {
        "since": body["since"],
        "until": body["until"],
        "told": ",".join(dict.fromkeys(one["person"] for one in body["messages"])),
        "task": body["task"],
    }
    made.append((table, (*key[:3], event["n"]), {**columns, **own}, True))
    messages(event, body, made)


def review_overdue(event: Event, body: Body, made: list[Change]) -> None:
    """Nobody has reviewed in time why glass was broken; others are told."""
    key = (event["stream"], "glass", body["person"], body["broken"])
    made.append(("barriers", key, {"status": "escalated"}, False))
    messages(event, body, made)


def _row(event: Event, kind: str, person: str, first: bool) -> Change:
    columns: dict[str, Any] = {
        "status": "stands",
        "by": event["actor"]["recorded"],
        "since": 0,
        "until": 0,
        "told": "",
        "task": "",
        "n": event["n"],
    }
    return ("barriers", (event["stream"], kind, person, 0), columns, first)


def _end(event: Event, kind: str, people: Iterable[str], made: list[Change]) -> None:
    for person in people:
        made.append(("barriers", (event["stream"], kind, person, 0), {"status": "ended"}, False))


def _withdraw(event: Event, body: Body, made: list[Change]) -> None:
    """What waits for somebody who is barred by now is not sent any more."""
    for message in body["withdrawn"]:
        columns = {"status": "given up", "settled": event["recorded"]}
        made.append(("messages", (message,), columns, False))


ON_BARRIERS: dict[str, Effect] = {
    "case restricted": case_restricted,
    "restriction lifted": restriction_lifted,
    "conflict declared": conflict_declared,
    "conflict ended": conflict_ended,
    "glass broken": glass_broken,
    "review overdue": review_overdue,
}
"""The types of events about barriers, and what each does."""
