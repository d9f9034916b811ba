"""What an event of the trail says, in one line of plain English and with no personal value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.cli.printing import count, day, listed, plainly

Body = Mapping[str, Any]


def told(event: Mapping[str, Any]) -> str:
    """What an event says."""
    say = _TOLD.get(event["type"])
    if say:
        return say(event["body"])
    if event["type"].startswith(("deadline", "target", "delay")):
        return f"{event['type']}: {_clock(event['body'])}"
    return str(event["type"])


def _opened(body: Body) -> str:
    historic = ", as a historic one" if body["historic"] else ""
    of = f", linked to {body['parent']}" if body["parent"] else ""
    return f"case opened at {body['state']}{historic}{of}"


def _answers(body: Body) -> str:
    return f"answers recorded: {listed(_answer(one) for one in body['answers'])}"


def _corrected(body: Body) -> str:
    return f"answers corrected: {listed(_answer(one) for one in body['answers'])}"


def _answer(one: Body) -> str:
    no = f" ({one['no']})" if one["no"] > 1 else ""
    name = f"{one['question']}/{one['of']}{no}" if one["of"] else f"{one['question']}{no}"
    if one["status"] != "answered":
        return f"{name}: {one['status']}"
    value = "(personal)" if one["personal"] else one["value"]
    was = f", was {one['old']}" if one.get("old") and not one["personal"] else ""
    return f"{name} = {value}{was}"


def _taken(body: Body) -> str:
    stays = body["from"] == body["to"]
    where = "" if stays else f", from {body['from']} to {body['to']}"
    marks = "; already done" if body["already_done"] else ""
    marks += "; recorded late" if body["late"] else ""
    unmet = [one["what"] for one in body["unmet"]]
    lacking = f"; unmet at the time: {listed(unmet)}" if unmet else ""
    return f"step taken: {body['transition']}{where}{marks}{lacking}"


def _undone(body: Body) -> str:
    return f"step @{body['step']} set aside: {body['transition']}; back at {body['state']}"


def _redated(body: Body) -> str:
    return f"step @{body['step']} re-dated from {day(body['old'])} to {day(body['new'])}"


def _clock(body: Body) -> str:
    of = f"/{body['of']}" if body["of"] else ""
    name = f"{body['timescale']}{of}"
    now, old = body.get("now") or body, body.get("old") or {}
    facts = [f"due {day(now['due_on'])}"] if now.get("due_on") else []
    facts += [f"was due {day(old['due_on'])}"] if old.get("due_on") else []
    facts += [str(now["status"])] if now.get("status") else []
    facts += [f"target {day(now['target_on'])}"] if now.get("target_on") else []
    cause = f" ({body['cause']})" if body.get("cause") else ""
    return ", ".join([name, *facts]) + cause


def _notice(body: Body) -> str:
    people = listed(f"{one['person']} as {plainly(one['role'])}" for one in body["messages"])
    late = ", late" if body["late"] else ""
    return f"notice fired: {body['timescale']}{late}; told {people or 'nobody'}"


def _told_people(body: Body) -> str:
    people = listed(f"{one['person']} as {plainly(one['role'])}" for one in body["messages"])
    return f'told {people}: "{body["what"]}"'


def _tasks(body: Body) -> str:
    return f"task opened: {listed(one['what'] for one in body['tasks'])}"


def _tasks_closed(body: Body) -> str:
    return f"{count(len(body['tasks']), 'task')} {body['status']}"


def _person(body: Body) -> str:
    return f"person added: {body['person']} ({body['kind']})"


def _approved(body: Body) -> str:
    return f"approval of {body['of']} given by {body['person']} as {plainly(body['role'])}"


def _voided(body: Body) -> str:
    return f"approvals of {body['of']} are void: it changed"


def _document(body: Body) -> str:
    return f"document put on file for {body['question']}, {count(body['size'], 'byte')}"


def _link(body: Body) -> str:
    ended = f"{body['ended']} of {body['opened']} ended"
    return f"linked cases of {plainly(body['process'])}: {ended}"


def _erased(body: Body) -> str:
    values = count(len(body["values"]) + len(body["documents"]), "value")
    return f"what was known about {body['person']} was erased: {values}"


def _pack_built(body: Body) -> str:
    return f"pack built: {body['pack']}, version {body['no']}, {body['status']}"


def _pack_changed(body: Body) -> str:
    causes = listed(plainly(cause) for cause in body.get("causes", ()))
    because = f" ({causes})" if causes else ""
    return f"pack {body['now']['status']}: {body['pack']}, version {body['no']}{because}"


def _message(body: Body) -> str:
    return f"message {body['status']}"


_TOLD: dict[str, Callable[[Body], str]] = {
    "case opened": _opened,
    "answers recorded": _answers,
    "answers corrected": _corrected,
    "document attached": _document,
    "transition taken": _taken,
    "step undone": _undone,
    "step re-dated": _redated,
    "notice fired": _notice,
    "people told": _told_people,
    "task opened": _tasks,
    "task closed": _tasks_closed,
    "person added": _person,
    "approval given": _approved,
    "approval voided": _voided,
    "linked case opened": _link,
    "linked case ended": _link,
    "linked case resumed": _link,
    "erased": _erased,
    "pack built": _pack_built,
    "pack changed": _pack_changed,
    "message sent": _message,
    "message given up": _message,
}
