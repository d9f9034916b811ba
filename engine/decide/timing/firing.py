"""Firing notices: whom a reminder or an escalation told, in which role, is an event like any
other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from engine.case import RUNNING, Key
from engine.decide.draft import Draft
from engine.decide.entries import tasks
from engine.decide.entries.telling import messages, of_clock
from engine.definition import Notice

LATE_SECONDS = 3600
"""A notice fired an hour or more after its moment says that it is late."""


def fire(draft: Draft, due: Iterable[Key]) -> None:
    """Fire the notices that are due on a case; of several of one deadline only the last one
    sends, and tells those too whom the others would have told.
    """
    waiting = draft.case.rows.table("notices")
    by_deadline: dict[Key, list[Key]] = {}
    for key in sorted(due, key=lambda k: (waiting[k]["at"], k)):
        by_deadline.setdefault(key[:4], []).append(key)
    for deadline, keys in by_deadline.items():
        for key in keys[:-1]:
            draft.emit("notice superseded", _name(key) | {"by": keys[-1][4]})
        _send(draft, deadline, keys)


def set_aside(draft: Draft, key: Key) -> None:
    """Give up a notice that could not be fired three times, and leave a task for the keepers."""
    draft.emit("notice set aside", _name(key))
    title = draft.workflow.timescales[str(key[1])].title
    what = f'"{title}": a notice could not be sent; tell those concerned, and ask for help'
    tasks.open_tasks(draft, [tasks.Task("message", what, _fallback_role(draft), str(key[1]))])


def _send(draft: Draft, deadline: Key, keys: Sequence[Key]) -> None:
    row, key = draft.case.deadlines()[deadline], keys[-1]
    timescale = draft.workflow.timescales[str(key[1])]
    known = {notice.id: notice for notice in timescale.notices}
    notice = known.get(str(key[4]))
    if notice is None or row["status"] not in RUNNING:
        draft.emit("notice superseded", _name(key) | {"by": ""})
        return
    late = _late(draft, key)
    said = _said(draft, notice, row["due_on"], late=late)
    urgent, day = notice.kind == "escalate", row["due_on"] or ""
    news = of_clock(draft, timescale.title, str(key[2]), said, by_when=day, urgent=urgent)
    others = (role for one in keys[:-1] if one[4] in known for role in known[str(one[4])].tell)
    told = messages(draft, dict.fromkeys((*notice.tell, *others)), news)
    body = _name(key) | {"kind": notice.kind, "late": int(late), "messages": told}
    draft.emit("notice fired", body)
    if not told:
        text = (
            f'nobody could be told of "{timescale.title}": no one holds the roles, and there '
            f"is no fallback"
        )
        tasks.open_tasks(draft, [tasks.Task("message", text, _fallback_role(draft), str(key[1]))])


def _said(draft: Draft, notice: Notice, due_on: str | None, *, late: bool) -> str:
    more = f" (this notice is late: it should have reached you {notice.at})" if late else ""
    if not due_on:
        return f"to be done as soon as practicable{more}"
    if draft.context.today > date.fromisoformat(due_on):
        return f"was due, and is overdue{more}"
    return f"is due{more}"


def _late(draft: Draft, key: Key) -> bool:
    at = int(draft.case.rows.table("notices")[key]["at"])
    return draft.context.now.timestamp() - at / 1_000_000 >= LATE_SECONDS


def _fallback_role(draft: Draft) -> str:
    return next(iter(draft.workflow.keepers), "")


def _name(key: Key) -> dict[str, str | int]:
    return {
        "timescale": key[1],
        "of": key[2],
        "no": key[3],
        "notice": key[4],
        "schedule": key[5],
    }
