"""Reading a case: what it is, when things are due, what can happen next, and what has happened.

Nothing here shows a personal value but `personal`, which logs the read first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any

from engine import queries, statements
from engine.canonical import clean_text, parse
from engine.case import RUNNING, Case, Key, Row
from engine.database import Transaction
from engine.dates import parse_partial
from engine.decide.draft import Draft
from engine.decide.needs import missing
from engine.definition import Timescale
from engine.edition import Edition
from engine.errors import UsageError
from engine.service import access
from engine.service.changing import drafted
from engine.service.workplace import By, Workplace
from engine.timescales import Due, due


@dataclass(frozen=True, slots=True)
class View:
    """A case as it was read, and the edition that it is pinned to."""

    case: Case
    edition: Edition
    today: date


def view(place: Workplace, tx: Transaction, ref: str) -> View:
    """A case as it is now. Raises CaseNotFoundError."""
    rows = place.store.load(tx, ref)
    row = rows.table("cases")[(ref,)]
    return View(Case(ref, rows), place.edition(tx, row["edition"], row["workflow"]), place.today())


def show(place: Workplace, by: By, ref: str) -> dict[str, Any]:
    """A case in its stable form: no personal value in it."""
    with place.database.read() as tx:
        seen = view(place, tx, ref)
        linked = tx.rows(queries.CHILDREN, (place.log, ref))
    row = seen.case.row
    workflow = seen.edition.workflow
    return {
        "ref": ref,
        "workflow": workflow.name,
        "title": workflow.title,
        "edition": row["edition"],
        "edition_name": workflow.edition,
        "state": row["state"],
        "state_title": workflow.states[row["state"]].title,
        "since": row["state_since"],
        "waiting_on": workflow.states[row["state"]].waiting_on,
        "opened_on": row["opened_on"],
        "closed_on": row["closed_on"],
        "historic": bool(row["historic"]),
        "parent": row["parent"],
        "about": row["about"],
        "people": _people(seen.case),
        "answers": _answers(seen),
        "deadlines": deadlines_of(place, seen),
        "tasks": _tasks(seen.case),
        "linked": [
            {"ref": c[0], "workflow": c[1], "state": c[2], "about": c[3], "closed_on": c[4]}
            for c in sorted(linked, key=lambda child: int(child[0].rpartition(".")[2]))
        ],
        "allowed": [s["transition"] for s in steps(place, by, seen) if not s["unmet"]],
        "caution": workflow.caution,
        "version": seen.case.version,
    }


def next_steps(place: Workplace, by: By, ref: str) -> dict[str, Any]:
    """What can happen to a case, and for each thing that cannot, all that is missing and who can
    supply it.
    """
    with place.database.read() as tx:
        seen = view(place, tx, ref)
    state = seen.edition.workflow.states[seen.case.state]
    return {
        "ref": ref,
        "state": seen.case.state,
        "state_title": state.title,
        "steps": steps(place, by, seen),
        "tasks": _tasks(seen.case),
        "caution": seen.edition.workflow.caution,
    }


def steps(place: Workplace, by: By, seen: View) -> list[dict[str, Any]]:
    """The steps that start from where a case is, each with what is still missing for this
    person.
    """
    draft: Draft = drafted(place, by, seen.case, seen.edition)
    found = []
    for transition in seen.edition.workflow.from_state(seen.case.state):
        unmet = [one.need for one in missing(draft, transition)]
        found.append(
            {
                "transition": transition.id,
                "title": transition.title,
                "to": transition.to or seen.case.state,
                "who": list(transition.who),
                "duty": transition.duty,
                "unmet": [{"what": n.what, "who": list(n.who), "how": n.how} for n in unmet],
            }
        )
    return found


def deadlines_of(place: Workplace, seen: View) -> list[dict[str, Any]]:
    """The deadlines of a case in their stable form, the ones due first first."""
    found = [_deadline(place, seen, key, row) for key, row in seen.case.deadlines().items()]
    shown = [one for one in found if one is not None]
    return sorted(
        shown, key=lambda d: (d["due_on"] or d["starts_on"], d["timescale"], d["of"], d["no"])
    )


def _deadline(place: Workplace, seen: View, key: Key, row: Row) -> dict[str, Any] | None:
    timescale = seen.edition.workflow.timescales.get(str(key[1]))
    if timescale is None or row["status"] == "set aside":
        return None
    variant = seen.edition.variant(timescale, parse_partial(row["starts_on"]).first.isoformat())
    chosen = variant or timescale.variants[0]
    return {
        "timescale": key[1],
        "title": timescale.title,
        "of": key[2],
        "no": key[3],
        "rule": row["rule"],
        "starts_on": row["starts_on"],
        "due_on": row["due_on"],
        "due_between": [row["due_from"], row["due_to"]] if row["due_from"] else None,
        "first_due_on": row["first_due_on"],
        "target_on": row["target_on"],
        "delay_explained_on": row["delay_on"],
        "status": status(row, seen.today, historic=bool(seen.case.row["historic"])),
        "met_on": row["met_on"],
        "waiting_on": timescale.waiting_on,
        "duty": timescale.duty,
        "time_from": {
            "kind": chosen.time_from.kind,
            "says": chosen.time_from.says,
            "source": chosen.time_from.source,
        },
        "confirmed": chosen.confirmed,
        "note": timescale.note or chosen.note,
        "calendar": row["calendar"],
        "working_days_left": _left(place, seen, row),
    }


def status(row: Mapping[str, Any], today: date, *, historic: bool = False) -> str:
    """Where a deadline stands today, computed from the row and never from what has fired."""
    kept = str(row["status"])
    if kept in RUNNING and not historic and row["due_on"] and row["due_on"] < today.isoformat():
        return "overdue"
    return kept


def _left(place: Workplace, seen: View, row: Row) -> int | None:
    if row["status"] not in RUNNING or not row["due_on"] or seen.case.row["historic"]:
        return None
    calendar = place.calendar(seen.edition)
    return calendar.working_days_between(seen.today, date.fromisoformat(row["due_on"]))


def explain(place: Workplace, ref: str, timescale: str) -> list[dict[str, Any]]:
    """How each deadline of a timescale came to its day: the derivation, its source, and every
    change of it.

    Raises UsageError when the case has no such deadline.
    """
    with place.database.read() as tx:
        seen = view(place, tx, ref)
        texts = place.store.events(tx, ref)
    known = seen.edition.workflow.timescales.get(timescale)
    if known is None:
        listed = ", ".join(seen.edition.workflow.timescales)
        raise UsageError(f"This process has no timescale {timescale}; it has: {listed}.")
    events = [parse(text) for text in texts]
    found = []
    for key, row in sorted(seen.case.deadlines().items(), key=itemgetter(0)):
        if key[1] == timescale:
            told = _deadline(place, seen, key, row)
            if told is not None:
                found.append(told | _derivation(place, seen, known, key, row, events))
    if not found:
        raise UsageError(f'"{known.title}" has not started on {ref}: {_why_not(seen, known)}')
    return found


def _derivation(
    place: Workplace, seen: View, timescale: Timescale, key: Key, row: Row, events: Sequence[Any]
) -> dict[str, Any]:
    start = parse_partial(row["starts_on"])
    rule = seen.edition.rule(row["rule"])
    made: Due = due(rule, start.first, place.calendar(seen.edition))
    moved = [
        {
            "n": event["n"],
            "type": event["type"],
            "on": event["recorded"][:10],
            "cause": event["body"].get("cause", ""),
            "old": event["body"].get("old"),
            "now": event["body"].get("now"),
        }
        for event in events
        if event["type"].startswith(("deadline", "target", "delay"))
        and (event["body"]["timescale"], event["body"]["of"], event["body"]["no"]) == key[1:4]
        and event["type"] != "deadline started"
    ]
    return {"derivation": made, "changes": moved}


def _why_not(seen: View, timescale: Timescale) -> str:
    anchor = seen.edition.rule(timescale.variants[0].due).anchor
    question = seen.edition.workflow.questions.get(anchor)
    if question and seen.case.value(anchor) is None:
        return f'"{question.ask}" is not answered yet.'
    return "what it depends on is not so."


def history(place: Workplace, ref: str) -> list[dict[str, Any]]:
    """The events of a case as they were sealed, each with its position and hash."""
    with place.database.read() as tx:
        view(place, tx, ref)
        rows = tx.rows(queries.HISTORY, (place.log, ref))
    return [{**parse(text), "hash": hash_, "position": at} for text, hash_, at in rows]


def personal(place: Workplace, by: By, ref: str, why: str) -> dict[str, str]:
    """The personal answers of a case, after one row in the access log says who read them and why.

    Raises StorageError when the read cannot be logged, and then shows nothing.
    """
    if not why.strip():
        raise UsageError("Reading personal answers needs a reason; give --why.")
    with place.database.read() as tx:
        seen = view(place, tx, ref)
    held = {
        key: row
        for key, row in seen.case.rows.table("answers").items()
        if row["personal"] and row["commitment"] and row["status"] != "set aside"
    }
    body = {"ref": ref, "answers": len(held)}
    access.log(place, by, ("read", body, {"why": clean_text(why[:2000])}))
    found = {}
    with place.database.read() as tx:
        for key, row in sorted(held.items()):
            path = f"{key[1]}/{key[2]}/{key[3]}"
            value = place.vault.value(tx, ref, row["n"], path)
            found[path] = "(erased)" if value is None else value
    return found


def personal_history(place: Workplace, by: By, ref: str, why: str) -> dict[tuple[int, str], str]:
    """Every personal value that the history of a case holds, reasons too, by entry and name.

    One row in the access log says first who read them and why; without it nothing is shown.
    """
    if not why.strip():
        raise UsageError("Reading personal values needs a reason; give --why.")
    held = [(event["n"], path) for event in history(place, ref) for path in event["sealed"]]
    body = {"ref": ref, "answers": len(held)}
    access.log(place, by, ("read", body, {"why": clean_text(why[:2000])}))
    found = {}
    with place.database.read() as tx:
        for n, path in held:
            value = place.vault.value(tx, ref, n, path)
            found[n, path] = "(erased)" if value is None else value
    return found


def cautions(place: Workplace, refs: Iterable[str]) -> list[str]:
    """What the editions of these cases ask every output to say, each text once."""
    found = []
    with place.database.read() as tx:
        for name in _editions(tx, place, refs):
            found.append(place.edition(tx, *name).workflow.caution)
    return list(dict.fromkeys(text for text in found if text))


def editions_in_use(place: Workplace) -> list[dict[str, Any]]:
    """The editions that are in use, of each process the newest first."""
    with place.database.read() as tx:
        names = [row[0] for row in tx.rows(statements.WORKFLOWS_IN_USE, (place.log,))]
        found = {name: tx.rows(statements.EDITIONS_OF, (place.log, name)) for name in names}
    return [
        {"workflow": name, "edition": row[1], "hash": row[0], "from": row[2], "to": row[3]}
        for name, rows in found.items()
        for row in rows
    ]


def _editions(tx: Transaction, place: Workplace, refs: Iterable[str]) -> list[tuple[str, str]]:
    wanted = set(refs)
    rows = tx.rows(queries.PINNED, (place.log,)) if wanted else []
    return list(dict.fromkeys((row[1], row[2]) for row in rows if row[0] in wanted))


def _people(case: Case) -> list[dict[str, str]]:
    rows = case.rows.table("people")
    return [{"person": str(key[1]), "kind": row["kind"]} for key, row in sorted(rows.items())]


def _answers(seen: View) -> list[dict[str, Any]]:
    questions = seen.edition.workflow.questions
    found = []
    for key, row in sorted(seen.case.rows.table("answers").items(), key=itemgetter(0)):
        question = questions.get(str(key[1]))
        if row["status"] == "set aside" or question is None:
            continue
        found.append(
            {
                "question": key[1],
                "ask": question.ask,
                "of": key[2],
                "no": key[3],
                "status": row["status"],
                "value": row["value"],
                "personal": bool(row["personal"]),
                "on": row["happened"],
                "asked_on": row["asked_on"],
                "source": row["source"],
                "power": row["power"],
            }
        )
    return found


def _tasks(case: Case) -> list[dict[str, Any]]:
    return [
        {"task": key[1], "what": row["what"], "role": row["role"], "since": row["opened_on"]}
        for key, row in case.open_tasks()
    ]
