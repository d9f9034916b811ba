"""What each event does to the rows: the fold from which every projection can be derived again.

It uses no definition, calendar or arithmetic, for an event carries its outcomes; and it reads every
version of every event ever released.
"""

from __future__ import annotations

from typing import Any

from engine.apply_barriers import ON_BARRIERS
from engine.apply_clocks import (
    ON_CLOCKS,
    Body,
    Effect,
    Event,
    changes_along,
    deadline_changed,
    messages,
    notice_settled,
    turns,
)
from engine.case import Change


def changes(event: Event) -> list[Change]:
    """The rows that an event inserts or changes, in order.

    Raises KeyError for a type that is not in the closed list of `docs/trail-format.md`.
    """
    made: list[Change] = []
    body = event["body"]
    EFFECTS[event["type"]](event, body, made)
    for part in body.get("clocks", ()):
        made += changes_along(event, part)
    return made


def opened(event: Event, body: Body, made: list[Change]) -> None:
    """A case begins."""
    columns = {
        "workflow": body["workflow"],
        "edition": event["edition"],
        "state": body["state"],
        "state_since": event["happened"],
        "opened_on": event["happened"],
        "closed_on": None,
        "parent": body["parent"],
        "about": body["about"],
        "historic": body["historic"],
        "clock": event["clock"],
        "latest_on": event["happened"],
        "children": 0,
    }
    made.append(("cases", (event["stream"],), columns, True))


def answered(event: Event, body: Body, made: list[Change]) -> None:
    """Answers are recorded, or corrected."""
    for item in body["answers"]:
        key = (event["stream"], item["question"], item["of"], item["no"])
        path = f"{item['question']}/{item['of']}/{item['no']}"
        columns = {
            "status": item["status"],
            "value": item["value"],
            "personal": item["personal"],
            "commitment": event["sealed"].get(path),
            "subject": item["subject"],
            "happened": event["happened"],
            "asked_on": item["asked_on"],
            "source": item["source"],
            "power": item["power"],
            "n": event["n"],
        }
        made.append(("answers", key, columns, item["first"]))
    turns(event, body.get("turns", ()), made)


def taken(event: Event, body: Body, made: list[Change]) -> None:
    """A step is taken: the case is where the step leads."""
    columns: dict[str, Any] = {"latest_on": event["happened"]}
    if body["to"] != body["from"]:
        columns |= {"state": body["to"], "state_since": event["happened"]}
    if body["closed"] is not None:
        columns["closed_on"] = event["happened"] if body["closed"] else None
    made.append(("cases", (event["stream"],), columns, False))
    turns(event, body["turns"], made)


def undone(event: Event, body: Body, made: list[Change]) -> None:
    """The latest step is set aside: the case is where it was before."""
    columns = {name: body[name] for name in ("state", "state_since", "closed_on", "latest_on")}
    made.append(("cases", (event["stream"],), columns, False))
    for item in body["answers"]:
        key = (event["stream"], item["question"], item["of"], item["no"])
        columns = {name: item[name] for name in item if name not in ("question", "of", "no")}
        made.append(("answers", key, columns, False))
    turns(event, body["turns"], made, event["happened"])


def redated(event: Event, body: Body, made: list[Change]) -> None:
    """An earlier step is given the day on which it really happened."""
    for item in body["turns"]:
        key = (event["stream"], item["what"])
        made.append(("turns", key, {"happened": item["happened"]}, False))
    if body["case"]:
        made.append(("cases", (event["stream"],), dict(body["case"]), False))


def migrated(event: Event, body: Body, made: list[Change]) -> None:
    """A case is moved to another edition, which governs it from this event on; or given back."""
    columns = {"edition": event["edition"], "state": body["to"]}
    made.append(("cases", (event["stream"],), columns, False))
    turns(event, body["turns"], made)
    for task in body.get("tasks", ()):
        made.append(("tasks", (event["stream"], task), {"status": "open", "done_on": None}, False))


def told(event: Event, body: Body, made: list[Change]) -> None:
    """People are told of a step, that work is handed over or that a call was given up: one message
    for each of them.
    """
    messages(event, body, made)


def tasks_opened(event: Event, body: Body, made: list[Change]) -> None:
    """Something is left for somebody to do."""
    for item in body["tasks"]:
        columns = {
            "kind": item["kind"],
            "what": item["what"],
            "role": item["role"],
            "subject": item["subject"],
            "status": "open",
            "opened_on": event["happened"],
            "done_on": None,
            "n": event["n"],
        }
        made.append(("tasks", (event["stream"], item["task"]), columns, True))


def tasks_done(event: Event, body: Body, made: list[Change]) -> None:
    """Tasks are done, or dropped because their step was set aside."""
    for task in body["tasks"]:
        columns = {"status": body["status"], "done_on": event["happened"]}
        made.append(("tasks", (event["stream"], task), columns, False))


def person_added(event: Event, body: Body, made: list[Change]) -> None:
    """Somebody whom the case is about is added to it."""
    columns = {"kind": body["kind"], "status": "on the case", "n": event["n"]}
    made.append(("people", (event["stream"], body["person"]), columns, True))


def approved(event: Event, body: Body, made: list[Change]) -> None:
    """Somebody approves an answer as it stands."""
    key = (event["stream"], body["of"], body["no"], body["person"])
    columns = {
        "role": body["role"],
        "agency": body["agency"],
        "digest": body["digest"],
        "status": "given",
        "given_on": event["happened"],
        "n": event["n"],
    }
    made.append(("approvals", key, columns, body["first"]))


def approvals_voided(event: Event, body: Body, made: list[Change]) -> None:
    """What was approved has changed, so its approvals no longer count."""
    for person in body["people"]:
        key = (event["stream"], body["of"], body["no"], person)
        made.append(("approvals", key, {"status": "void"}, False))


def link_changed(event: Event, body: Body, made: list[Change]) -> None:
    """A linked case is opened, ends, or is taken up again."""
    key = (event["stream"], body["process"])
    columns = {"opened": body["opened"], "ended": body["ended"]}
    made.append(("linked", key, columns, body["first"]))
    if body["children"] is not None:
        made.append(("cases", (event["stream"],), {"children": body["children"]}, False))


def case_set_aside(event: Event, body: Body, made: list[Change]) -> None:
    """The step that opened a linked case is set aside, and the case with it."""
    made.append(("cases", (event["stream"],), {"closed_on": event["happened"]}, False))


def erased(event: Event, body: Body, made: list[Change]) -> None:
    """The personal values of one person are destroyed; that they existed stays."""
    made.append(("subjects", (body["subject"],), {"wrapped": None, "erased": 1}, False))
    for n, path in body["values"]:
        made.append(
            (
                "secrets",
                (event["stream"], n, path),
                {"salt": None, "sealed": None},
                False,
            )
        )
    for document in body["documents"]:
        made.append(("documents", (document,), {"erased": 1}, False))


def attached(event: Event, body: Body, made: list[Change]) -> None:
    """A document is put on file; its bytes lie encrypted beside the trail."""
    columns = {
        "stream": event["stream"],
        "question": body["question"],
        "subject": body["subject"],
        "size": body["size"],
        "chunks": body["chunks"],
        "erased": 0,
        "n": event["n"],
    }
    made.append(("documents", (body["document"],), columns, True))


def pack_built(event: Event, body: Body, made: list[Change]) -> None:
    """A pack is built, or built again because the record it rests on changed."""
    columns = {
        "status": body["status"],
        "manifest": body["manifest"],
        "archive": body["archive"]["document"],
        "head": body["head"],
        "built_on": event["happened"],
        "sent_on": None,
        "n": event["n"],
    }
    made.append(("packs", (event["stream"], body["pack"], body["no"]), columns, True))
    _kept(event, body["archive"], made)
    turns(event, body["turns"], made)


def pack_changed(event: Event, body: Body, made: list[Change]) -> None:
    """A pack is out of date, frozen at sign-off, or sent; one that was never built may be sent."""
    key = (event["stream"], body["pack"], body["no"])
    now = {**body["now"], "n": event["n"]} if body["first"] else dict(body["now"])
    made.append(("packs", key, now, body["first"]))
    for document in body["documents"]:
        _kept(event, document, made)


def message_settled(event: Event, body: Body, made: list[Change]) -> None:
    """A message was handed over, given up, or came back; others may be told that it is lost."""
    columns = {"status": body["status"], "settled": event["recorded"]}
    made.append(("messages", (body["message"],), columns, False))
    messages(event, body, made)


def edition_activated(event: Event, body: Body, made: list[Change]) -> None:
    """An edition of a workflow comes into use, or takes the place of another again; its text is
    stored beside the trail.
    """
    if "again" in body:
        made.append(("editions", (body["hash"],), {"n": event["n"]}, False))
        return
    columns = {
        "workflow": body["workflow"],
        "edition": body["edition"],
        "in_force_from": body["in_force_from"],
        "in_force_to": body["in_force_to"],
        "sources": body["sources"],
        "n": event["n"],
    }
    made.append(("editions", (body["hash"],), columns, True))


def people_changed(event: Event, body: Body, made: list[Change]) -> None:
    """The partnership's people, agencies or roles are not what they were."""
    made.append(("directories", (body["digest"],), {"n": event["n"]}, True))


def calendar_changed(event: Event, body: Body, made: list[Change]) -> None:
    """A calendar has another version: a bank holiday was added to the list, or taken off it."""
    columns = {
        "jurisdiction": body["jurisdiction"],
        "before": body["old"],
        "change": body["change"],
        "day": body["day"],
        "title": body["title"],
        "announced": body["announced"],
        "source": body["source"],
        "changed_on": event["happened"],
        "n": event["n"],
    }
    made.append(("calendars", (body["new"],), columns, True))


def token_issued(event: Event, body: Body, made: list[Change]) -> None:
    """Somebody can come in by a token, which a person was given or a sign-in has left."""
    columns = {
        "kind": body["kind"],
        "holder": body["holder"],
        "how": body["how"],
        "hash": body["hash"],
        "verbs": ",".join(body["verbs"]),
        "processes": ",".join(body["processes"]),
        "since": body["since"],
        "until": body["until"],
        "revoked_on": None,
        "n": event["n"],
    }
    made.append(("tokens", (body["token"],), columns, True))


def token_revoked(event: Event, body: Body, made: list[Change]) -> None:
    """Nobody can come in by a token any more."""
    made.append(("tokens", (body["token"],), {"revoked_on": event["happened"]}, False))


def hooks_declared(event: Event, body: Body, made: list[Change]) -> None:
    """Programs are told of other steps from now on."""
    for item in body["hooks"]:
        columns = {
            "process": item["process"],
            "steps": ",".join(item["steps"]),
            "linked": item["linked"],
            "status": item["status"],
            "n": event["n"],
        }
        made.append(("hooks", (item["hook"],), columns, item["first"]))


def nothing(event: Event, body: Body, made: list[Change]) -> None:
    """An event that is only kept: it changes no row."""


def _kept(event: Event, document: Body, made: list[Change]) -> None:
    """A pack is kept, encrypted beside the trail as a document."""
    columns = {
        "stream": event["stream"],
        "question": "pack",
        "subject": document["subject"],
        "size": document["size"],
        "chunks": document["chunks"],
        "erased": 0,
        "n": event["n"],
    }
    made.append(("documents", (document["document"],), columns, True))


EFFECTS: dict[str, Effect] = {
    "case opened": opened,
    "answers recorded": answered,
    "answers corrected": answered,
    "document attached": attached,
    "transition taken": taken,
    "step undone": undone,
    "step re-dated": redated,
    "case migrated": migrated,
    **ON_CLOCKS,
    "target set": deadline_changed,
    "delay explained": deadline_changed,
    "notices moved": deadline_changed,
    "notice fired": notice_settled,
    "notice superseded": notice_settled,
    "notice set aside": notice_settled,
    "people told": told,
    "work handed over": told,
    "task opened": tasks_opened,
    "task closed": tasks_done,
    "person added": person_added,
    "approval given": approved,
    "approval voided": approvals_voided,
    "linked case opened": link_changed,
    "linked case ended": link_changed,
    "linked case resumed": link_changed,
    "linked case set aside": link_changed,
    "case set aside": case_set_aside,
    "erased": erased,
    "pack built": pack_built,
    "pack changed": pack_changed,
    "message sent": message_settled,
    "message given up": message_settled,
    "message delivered": nothing,
    "message bounced": message_settled,
    **ON_BARRIERS,
    "call given up": told,
    "store created": nothing,
    "edition activated": edition_activated,
    "people changed": people_changed,
    "hooks declared": hooks_declared,
    "calendar changed": calendar_changed,
    "token issued": token_issued,
    "token revoked": token_revoked,
    "signed in": nothing,
    "sign-in refused": nothing,
    "credential set": nothing,
    "credential cleared": nothing,
    "read": nothing,
    "searched": nothing,
    "exported": nothing,
    "refused": nothing,
    "call refused": nothing,
}
"""The closed list of event types, and what each does."""
