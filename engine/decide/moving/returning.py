"""Taking a migration back: a case is again under its former edition, at the state and with the
clocks of before, if nothing has happened since that rests on the later one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.apply import changes
from engine.case import RUNNING, Key, Row, Rows
from engine.decide.draft import Draft
from engine.decide.moving import carrying, loosening
from engine.decide.moving.carrying import Carried
from engine.decide.moving.consenting import Ends, gone_on
from engine.decide.moving.loosening import Side
from engine.decide.moving.migrating import MIGRATED
from engine.edition import Edition
from engine.errors import Need, RefusedError

Event = Mapping[str, Any]

CAUSE = "the move to another edition was taken back"

HARMLESS = frozenset(
    {
        "answers recorded",
        "document attached",
        "person added",
        "delay explained",
        "notice fired",
        "notice superseded",
        "notice set aside",
        "people told",
        "task opened",
        "task closed",
        "pack built",
        "pack changed",
        "message sent",
        "message given up",
        "erased",
        MIGRATED,
    }
)
"""What may have happened since: none of it rests on the edition, unless it touched a clock."""

RESTORED = (*carrying.COUNTED, "met_on")


@dataclass(frozen=True, slots=True)
class Move:
    """A migration that stands."""

    event: Event
    former: str
    """The hash of the edition under which the case was before it."""

    @property
    def n(self) -> int:
        """Its entry."""
        return int(self.event["n"])


def last_move(events: Sequence[Event]) -> Move | None:
    """The latest migration of a case that was not taken back."""
    stands: list[Event] = []
    for event in events:
        if event["type"] == MIGRATED:
            if event["body"]["back"]:
                stands.pop()
            else:
                stands.append(event)
    return Move(stands[-1], str(stands[-1]["body"]["from_edition"])) if stands else None


def in_the_way(draft: Draft, events: Sequence[Event], move: Move) -> tuple[Need, ...]:
    """What has happened since a migration that does not allow it to be taken back."""
    return tuple(_in_the_way(draft, events, move))


def _in_the_way(draft: Draft, events: Sequence[Event], move: Move) -> Iterator[Need]:
    how = "migrate it to that edition with --to, which decides its history anew"
    for event in events[move.n :]:
        body, what = event["body"], ""
        if event["type"] not in HARMLESS:
            what = f"@{event['n']} has happened since: {event['type']}"
        elif event["type"] != MIGRATED and body.get("clocks"):
            what = f"@{event['n']} has changed a clock since: {event['type']}"
        elif event["type"] == "answers recorded":
            gone = [a["question"] for a in body["answers"] if not _asks(draft, a["question"])]
            if gone:
                what = (
                    f"@{event['n']} gives an answer that the former edition does not ask: {gone[0]}"
                )
        if what:
            yield Need(what, how=how)


def _asks(draft: Draft, question: str) -> bool:
    return question in draft.workflow.questions


def carried_back(draft: Draft, now: Edition, events: Sequence[Event], move: Move) -> list[Carried]:
    """What becomes of every clock that a migration touched, when it is taken back.

    The draft is under the former edition; `now` is the one that governs the case.
    """
    before = _before(events, move).table("deadlines")
    every = draft.case.deadlines()
    found = [
        _carried_back(draft, now, key, (dict(every[key]), before.get(key)))
        for key in _touched(move.event, "deadlines")
    ]
    historic = bool(draft.case.row["historic"])
    ends = Ends(now, draft.edition, draft.context.today, historic)
    return gone_on([_loosened(one, ends) for one in found], ends)


def _carried_back(draft: Draft, now: Edition, key: Key, rows: tuple[Row, Row | None]) -> Carried:
    row, old = rows
    editions = (draft.workflow, now.workflow)
    known = [one.timescales[name] for one in editions if (name := str(key[1])) in one.timescales]
    title = known[0].title if known else str(key[1])
    then = {"status": "set aside"} if old is None else {name: old[name] for name in RESTORED}
    return Carried(key, title, "back", row, then)


def _loosened(one: Carried, ends: Ends) -> Carried:
    """The same, with what becomes looser of it."""
    name, row = str(one.key[1]), one.old
    was, known = ends.old.workflow.timescales.get(name), ends.new.workflow.timescales.get(name)
    if row is None or was is None or row["status"] not in RUNNING:
        return one
    old = Side(ends.old, was, row)
    if known is None or one.now["status"] == "set aside":
        found = loosening.ended(old)
    else:
        new = Side(ends.new, known, {**row, **one.now})
        found = loosening.looser(old, new, ends.today, historic=ends.historic)
    return replace(one, looser=found)


def give_back(draft: Draft, now: Edition, events: Sequence[Event], move: Move) -> None:
    """Take a migration back; the draft is under the former edition, and `now` is the one that
    governs the case.

    Raises RefusedError with everything that stands in the way.
    """
    if needs := in_the_way(draft, events, move):
        raise RefusedError(f"{draft.case.ref} cannot be given back to its former edition.", needs)
    before, body = _before(events, move), move.event["body"]
    body = {
        "from_edition": move.event["edition"],
        "from_name": body["to_name"],
        "to_name": body["from_name"],
        "from": draft.case.state,
        "to": body["from"],
        "states": {new: old for old, new in body["states"].items()},
        "choices": [one.plain() for one in carried_back(draft, now, events, move) if one.looser],
        "back": move.n,
        "turns": [_turn(draft, before, key) for key in _touched(move.event, "turns")],
    }
    draft.emit(MIGRATED, body, draft.reason())
    fired = _fired_since(events, move)
    for key in _touched(move.event, "deadlines"):
        _clock_back(draft, before, key, fired)


def _before(events: Sequence[Event], move: Move) -> Rows:
    rows = Rows()
    for event in events[: move.n - 1]:
        rows.merge(changes(event))
    return rows


def _touched(event: Event, table: str) -> list[Key]:
    return list(dict.fromkeys(key for where, key, *_ in changes(event) if where == table))


def _turn(draft: Draft, before: Rows, key: Key) -> dict[str, Any]:
    """A count as it was; what was counted first by the migration is counted not at all."""
    old = before.table("turns").get(key)
    found = {"what": key[1], "no": old["no"] if old else 0, "first": False}
    return found | ({"happened": old["happened"]} if old else {})


def _fired_since(events: Sequence[Event], move: Move) -> set[tuple[Any, ...]]:
    since = (e["body"] for e in events[move.n :] if e["type"] == "notice fired")
    return {(b["timescale"], b["of"], b["no"], b["notice"]) for b in since}


def _clock_back(draft: Draft, before: Rows, key: Key, fired: set[tuple[Any, ...]]) -> None:
    """A clock as it was before the migration; one that the migration started never was."""
    row, old = draft.case.deadlines()[key], before.table("deadlines").get(key)
    name = {"timescale": key[1], "of": key[2], "no": key[3]}
    waiting = [[k[4], k[5]] for k in draft.case.waiting_notices(key)]
    if old is None:
        now: dict[str, Any] = {"status": "set aside"}
        body = {**name, "cause": CAUSE, "now": now, "dropped": waiting}
        draft.emit("deadline set aside", body)
        return
    schedule = row["schedule"] + 1
    body = {
        **name,
        "cause": CAUSE,
        "now": {column: old[column] for column in RESTORED} | {"schedule": schedule},
        "dropped": waiting,
        "schedule": schedule,
        "notices": _armed(draft, before, key, fired),
    }
    draft.emit("deadline resumed", body)


def _armed(draft: Draft, before: Rows, key: Key, fired: set[tuple[Any, ...]]) -> list[list[Any]]:
    """The notices that waited before, at their own moments; what has fired since is not fired
    again.
    """
    now = int(draft.context.now.timestamp() * 1_000_000)
    every: Mapping[Key, Row] = before.table("notices")
    return [
        [k[4], row["at"]]
        for k, row in sorted(every.items())
        if k[:4] == key
        and row["status"] == "waiting"
        and ((*key[1:], k[4]) not in fired or row["at"] > now)
    ]
