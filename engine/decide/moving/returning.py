"""Taking a migration back: a case is again under its former edition, at the state and with the
clocks of before, if nothing has happened since that rests on the later one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.apply import changes
from engine.apply_barriers import ON_BARRIERS
from engine.case import RUNNING, Case, Key, Row, Rows
from engine.decide.draft import Draft
from engine.decide.entries import tasks
from engine.decide.moving import carrying, loosening
from engine.decide.moving.carrying import Carried
from engine.decide.moving.consenting import Ends, gone_on
from engine.decide.moving.entries import of_event
from engine.decide.moving.left import left, standing
from engine.decide.moving.moves import GIVEN_BACK, MIGRATED
from engine.decide.timing.clocks import counted
from engine.definition import Workflow
from engine.edition import Edition
from engine.errors import Need

Event = Mapping[str, Any]
Editions = Callable[[str], Edition]

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
        "message delivered",
        "message bounced",
        "work handed over",
        "message given up",
        "call given up",
        "erased",
        *ON_BARRIERS,
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


def in_the_way(draft: Draft, now: Edition, events: Sequence[Event], move: Move) -> tuple[Need, ...]:
    """What has happened since a migration that does not allow it to be taken back.

    The draft is under the former edition; `now` is the one that governs the case.
    """
    return tuple(_in_the_way((draft.workflow, now.workflow), events, move))


def _in_the_way(
    workflows: tuple[Workflow, Workflow], events: Sequence[Event], move: Move
) -> Iterator[Need]:
    asked = workflows[0].questions
    how = "migrate it to that edition with --to, which decides its history anew"
    for event in events[move.n :]:
        body, what = event["body"], ""
        if event["type"] not in HARMLESS:
            what = "since the move"
        elif event["type"] != MIGRATED and body.get("clocks"):
            what = "since the move, and changed a deadline"
        elif event["type"] == "answers recorded":
            gone = any(one["question"] not in asked for one in body["answers"])
            what = "and the former edition does not ask that" if gone else ""
        if what:
            yield Need(f"{of_event(event, workflows)}, {what}", how=how)


def carried_back(
    draft: Draft, now: Edition, events: Sequence[Event], move: Move, edition: Editions
) -> list[Carried]:
    """What becomes of every clock that runs, or that a migration touched, when it is taken back.

    The draft is under the former edition; `now` is the one that governs the case, and `edition`
    gives each by its hash.
    """
    moves = standing([event for event in events if event["type"] == MIGRATED])
    before = _before(events, move).table("deadlines")
    every = draft.case.deadlines()
    touched = _touched(move.event, "deadlines")
    found = [_carried_back(draft, now, key, (dict(every[key]), before.get(key))) for key in touched]
    # What meets, requires or tells of one that the move left alone may be looser all the same.
    found += [
        Carried(key, now.workflow.timescales[str(key[1])].title, "back", dict(row), {})
        for key, row in draft.case.open_deadlines()
        if key not in touched
    ]
    historic = bool(draft.case.row["historic"])
    here, there = (
        {clock.key: one for clock in found if (one := left(clock.key, stand, edition))}
        for stand in (moves, moves[:-1])
    )
    ends = Ends(now, draft.edition, draft.context.today, draft.calendar, historic, here, there)
    return gone_on([_loosened(one, ends) for one in found], ends)


def _carried_back(draft: Draft, now: Edition, key: Key, rows: tuple[Row, Row | None]) -> Carried:
    row, old = rows
    editions = (draft.workflow, now.workflow)
    known = [one.timescales[name] for one in editions if (name := str(key[1])) in one.timescales]
    title = known[0].title if known else str(key[1])
    then = {"status": "set aside"} if old is None else {name: old[name] for name in RESTORED}
    if then["status"] in RUNNING and then["calendar"] != draft.calendar.version:
        # It is restored as it was, and a bank holiday that came meanwhile moves it then.
        then |= counted(draft.edition, then["rule"], then["starts_on"], draft.calendar)
    return Carried(key, title, "back", row, then)


def _loosened(one: Carried, ends: Ends) -> Carried:
    """The same, with what becomes looser of it."""
    name, row = str(one.key[1]), one.old
    if row is None or name not in ends.old.workflow.timescales or row["status"] not in RUNNING:
        return one
    old = ends.was(one)
    if name not in ends.new.workflow.timescales or one.now.get("status") == "set aside":
        found = loosening.ended(old)
    else:
        sides = old, ends.then(one)
        found = loosening.looser(*sides, ends.today, ends.calendar, historic=ends.historic)
    return replace(one, looser=found)


def give_back(draft: Draft, clocks: Sequence[Carried], events: Sequence[Event], move: Move) -> None:
    """Take a migration back, with what becomes of its `clocks` then; the draft is under the former
    edition. Nothing of `in_the_way` may stand in it.
    """
    before, body = _before(events, move), move.event["body"]
    opened = _open_again(draft, before, events, move)
    body = {
        "from_edition": move.event["edition"],
        "from_name": body["to_name"],
        "to_name": body["from_name"],
        "from": draft.case.state,
        "to": body["from"],
        "states": {new: old for old, new in body["states"].items()},
        "choices": [one.plain() for one in clocks if one.looser],
        "back": move.n,
        "turns": [_turn(draft, before, key) for key in _touched(move.event, "turns")],
    } | ({"tasks": opened} if opened else {})
    draft.emit(MIGRATED, body, draft.reason())
    fired = _fired_since(events, move)
    for key in _touched(move.event, "deadlines"):
        _clock_back(draft, before, key, fired)


def _open_again(draft: Draft, before: Rows, events: Sequence[Event], move: Move) -> list[str]:
    """The tasks that were open before the migration and were ended since by what is on record,
    which under the former edition does not say it yet; what somebody ended stays so.
    """
    ended = (e["body"]["tasks"] for e in events[move.n :] if _ended_tasks(e))
    names = dict.fromkeys(str(name) for every in ended for name in every)
    still = {str(key[1]) for key, _ in draft.case.open_tasks()}
    rows = {str(key[1]): row for key, row in Case(draft.case.ref, before).open_tasks()}
    return tasks.unanswered(draft, [(n, rows[n]) for n in names if n in rows and n not in still])


def _ended_tasks(event: Event) -> bool:
    """Whether an event ended tasks by itself: whoever ends one gives a reason."""
    return event["type"] == "task closed" and not event["sealed"]


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
    """The notices that went out since, or whose people another told in their place."""
    told = ("notice fired", "notice superseded")
    since = (event["body"] for event in events[move.n :] if event["type"] in told)
    return {
        (b["timescale"], b["of"], b["no"], b["notice"]) for b in since if b.get("by", "told") != ""
    }


def _clock_back(draft: Draft, before: Rows, key: Key, fired: set[tuple[Any, ...]]) -> None:
    """A clock as it was before the migration; one that the migration started never was."""
    row, old = draft.case.deadlines()[key], before.table("deadlines").get(key)
    name = {"timescale": key[1], "of": key[2], "no": key[3]}
    waiting = [[k[4], k[5]] for k in draft.case.waiting_notices(key)]
    if old is None:
        now: dict[str, Any] = {"status": "set aside"}
        body = {**name, "cause": GIVEN_BACK, "now": now, "dropped": waiting}
        draft.emit("deadline set aside", body)
        return
    schedule = row["schedule"] + 1
    body = {
        **name,
        "cause": GIVEN_BACK,
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
