"""What a program is told of a step, as JSON: `docs/after-a-step.schema.json` says of what form.

It is told by the record as it was when the step was taken, so that a repeat says the same; and
nothing personal: no name, no personal answer, no reason, and not who it was but in which role.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from engine import queries, statements
from engine.apply import changes
from engine.apply_clocks import parts
from engine.canonical import parse
from engine.case import Rows
from engine.database import Transaction
from engine.definition import Workflow
from engine.errors import TrailError
from engine.service.calls.after import After
from engine.service.workplace import Workplace

Document = dict[str, Any]


class Taken(NamedTuple):
    """A step, and the record as it was when it was taken."""

    event: Mapping[str, Any]
    rows: Rows
    workflow: Workflow


def told(place: Workplace, tx: Transaction, after: After, ref: str, n: int, link: str) -> Document:
    """What a program is told of the step at this entry; a link begins with `link`, if anything.

    Raises TrailError where there is no such step, or its record cannot be read.
    """
    taken = _taken(place, tx, ref, n)
    event, workflow = taken.event, taken.workflow
    body, case = event["body"], taken.rows.table("cases")[(ref,)]
    row = tx.row(queries.POSITION, (place.log, ref, n))
    return {
        "id": call_id(place.log, after.id, ref, n),
        "after": after.id,
        "demo": place.demo,
        "partnership": place.log,
        "ref": ref,
        "process": workflow.name,
        "edition": workflow.edition,
        "step": body["transition"],
        "title": workflow.transitions[body["transition"]].title,
        "state": case["state"],
        "from": body["from"],
        "closed": case["closed_on"] is not None,
        "already_done": bool(body["already_done"]),
        "happened": event["happened"],
        "recorded": event["recorded"],
        "version": n,
        "position": row[0] if row else None,
        "by": {"role": event["actor"]["role"], "agency": event["actor"]["agency"]},
        "deadlines": list(_deadlines(taken, ref)),
        "answers": list(_answers(taken, ref, after)),
        "link": f"{link.rstrip('/')}/{ref}" if link else "",
    }


def as_bytes(document: Document) -> bytes:
    """As a program reads it: one line of UTF-8."""
    return json.dumps(document, ensure_ascii=False).encode() + b"\n"


def call_id(log: str, hook: str, ref: str, n: int) -> str:
    """The id of a call, the same of every repeat."""
    return hashlib.sha256(f"after|{log}|{hook}|{ref}|{n}".encode()).hexdigest()[:32]


def _taken(place: Workplace, tx: Transaction, ref: str, n: int) -> Taken:
    rows, event = Rows(), None
    for (text,) in tx.rows(statements.EVENT_TEXTS, (place.log, ref, 1)):
        event = parse(text)
        rows.merge(changes(event))
        if event["n"] == n:
            break
    if event is None or (event["n"], event["type"]) != (n, "transition taken"):
        raise TrailError("The step of a call is not on record; run `casetrail audit verify`.")
    process = str(rows.table("cases")[(ref,)]["workflow"])
    return Taken(event, rows, place.edition(tx, event["edition"], process).workflow)


def _deadlines(taken: Taken, ref: str) -> Iterator[Document]:
    """The clocks that changed with the step, as they are after it."""
    kept = taken.rows.table("deadlines")
    for part in parts(taken.event):
        body = part["body"]
        if "timescale" in body:
            row = kept[(ref, body["timescale"], body["of"], body["no"])]
            yield {
                "timescale": body["timescale"],
                "of": body["of"],
                "no": body["no"],
                "what": part["type"],
                "status": row["status"],
                "due": row["due_on"],
            }


def _answers(taken: Taken, ref: str, after: After) -> Iterator[Document]:
    """The latest answers to the questions that are named, but to none that is personal."""
    questions = taken.workflow.questions
    latest: dict[tuple[str, str], tuple[int, str]] = {}
    for (_, name, of, no), row in taken.rows.table("answers").items():
        question = questions.get(str(name))
        if name not in after.answers or question is None or question.personal or row["personal"]:
            continue
        if row["status"] == "answered" and row["value"] is not None:
            key = (str(name), str(of))
            latest[key] = max(latest.get(key, (0, "")), (int(no), str(row["value"])))
    order = {name: at for at, name in enumerate(after.answers)}
    for (name, of), (no, value) in sorted(latest.items(), key=lambda one: order[one[0][0]]):
        yield {"question": name, "of": of, "no": no, "value": value}
