"""Reading a case: what it is, when things are due, what can happen next, and what has happened.

Nothing here shows a personal value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from engine import queries, statements
from engine.barring import standing as standing_of
from engine.calendars import local_date
from engine.canonical import parse
from engine.case import Case
from engine.database import Transaction
from engine.decide.draft import Draft
from engine.decide.entries.keeping import held
from engine.decide.entries.tasks import how as how_to_end
from engine.decide.possible.ahead import apart, is_called_for, ruled_out_by
from engine.decide.steps.needs import missing
from engine.decide.steps.unmet import NOT_THEIRS, Missing
from engine.definition import Transition
from engine.duties import step_is_read
from engine.errors import UsageError
from engine.prose import people as people_of
from engine.service import titles
from engine.service.drafting import drafted
from engine.service.looking.deadlines import deadlines_of, status
from engine.service.looking.viewing import View, linked_as_at, view, view_as_at, waits_on
from engine.service.workplace import By, Workplace

Told = dict[str, Any]
"""A step in its stable form."""

DOABLE = ("transition", "title", "apart")
"""What is told of a step that can be taken."""
LATER = 3
"""The place of a step that meets no running deadline, among those that a case may take."""


def show(place: Workplace, by: By, ref: str) -> dict[str, Any]:
    """A case in its stable form: no personal value in it."""
    seen, told = _standing(place, ref)
    ready = [step for step in steps(place, by, seen) if not step["unmet"]]
    return {
        **told,
        "allowed": [step["transition"] for step in ready],
        "can_be_done": [{name: step[name] for name in DOABLE} for step in ready],
    }


def standing(place: Workplace, ref: str) -> dict[str, Any]:
    """The same without the steps that can be taken, which take the longest to find."""
    return _standing(place, ref)[1]


def show_as_at(place: Workplace, ref: str, day: date) -> dict[str, Any]:
    """A case as it stood on a day, by what had been recorded by its end: known then, and not since.

    It says on which day that is, and no steps, which are those of today. Raises CaseNotFoundError
    for a case that was not on record yet, and UsageError for a day to come.
    """
    if day > place.today():
        raise UsageError("That day lies in the future; nothing is on record of it yet.")
    with place.database.read() as tx:
        seen = view_as_at(place, tx, ref, day)
        every = tx.rows(queries.CHILDREN, (place.log, ref))
        then = [linked_as_at(place, tx, child[0], day) for child in every]
        people = _people(place, tx, seen.case)
    linked = [row for row in then if row is not None]
    told = _told(place, seen, linked, people)
    return {**told, "allowed": [], "can_be_done": [], "as_at": day.isoformat()}


def _standing(place: Workplace, ref: str) -> tuple[View, dict[str, Any]]:
    with place.database.read() as tx:
        seen = view(place, tx, ref)
        linked = tx.rows(queries.CHILDREN, (place.log, ref))
        people = _people(place, tx, seen.case)
    return seen, _told(place, seen, linked, people)


def _told(
    place: Workplace, seen: View, linked: Sequence[Sequence[Any]], people: list[dict[str, str]]
) -> dict[str, Any]:
    ref = seen.case.ref
    row = seen.case.row
    workflow = seen.edition.workflow
    barriers = standing_of(seen.case.rows.table("barriers"))
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
        "waits_on": waits_on(place, seen, workflow.states[row["state"]].waiting_on),
        "opened_on": row["opened_on"],
        "closed_on": row["closed_on"],
        "set_aside": workflow.was_set_aside(row["state"], row["closed_on"]),
        "historic": bool(row["historic"]),
        "parent": row["parent"],
        "about": row["about"],
        "about_title": titles.title_of(place, row["about"] or ""),
        "people": people,
        "answers": _answers(place, seen),
        "deadlines": deadlines_of(place, seen),
        "tasks": tasks_of(place, seen),
        "linked": [
            titles.linked(place, workflow, child)
            for child in sorted(linked, key=lambda child: int(child[0].rpartition(".")[2]))
        ],
        "restricted_to": list(barriers.listed),
        "conflicts": list(barriers.conflicted),
        "caution": workflow.caution,
        "version": seen.case.version,
    }


def steps(place: Workplace, by: By, seen: View) -> list[dict[str, Any]]:
    """The steps that start from where a case is, each with what is still missing for this
    person.

    Those by which a deadline is met that is overdue, or runs, come first, and those that an answer
    calls for; then all others in the order of the file; before all of them, where a process begins,
    its own first step.
    """
    draft: Draft = drafted(place, by, seen.case, seen.edition)
    return [told for _, _, told in looked_at(draft, seen)]


def looked_at(draft: Draft, seen: View) -> Iterator[tuple[Transition, list[Missing], Told]]:
    """The same, each with its transition and with what is missing as the rules say it."""
    urgent, keeps = _urgent(seen), held(draft, seen.edition.workflow.keepers) is not None
    starting = seen.edition.workflow.from_state(seen.case.state)
    urgent = dict.fromkeys((t.id for t in starting if is_called_for(draft, t)), LATER - 1) | urgent
    for transition in sorted(starting, key=lambda one: urgent.get(one.id, LATER)):
        lacking = missing(draft, transition)
        unmet = [one.need for one in lacking]
        yield (
            transition,
            lacking,
            {
                "transition": transition.id,
                "title": transition.title,
                "to": transition.to or seen.case.state,
                "who": list(transition.who),
                "by": people_of(seen.edition.workflow, transition.who, "or"),
                "for_others": any(one.kind == NOT_THEIRS for one in lacking),
                "recordable": keeps,
                "duty": transition.duty,
                "duty_read": step_is_read(seen.edition.workflow, transition),
                "apart": "" if transition.id in urgent else apart(draft, transition),
                "ruled_out_by": ruled_out_by_answers(draft, transition),
                "unmet": [n.plain() for n in unmet],
            },
        )


def ruled_out_by_answers(draft: Draft, transition: Transition) -> list[Told]:
    """The answers on record that rule a step out, by the way that is nearest; no rule reads a
    personal answer.
    """
    questions = draft.workflow.questions
    nearest = min(ruled_out_by(draft, transition), key=len, default=[])
    names = dict.fromkeys(line.subject for line in nearest)
    return [
        {"question": name, "ask": questions[name].ask, "answer": draft.case.value(name)}
        for name in names
    ]


def _urgent(seen: View) -> dict[str, int]:
    """The steps that come first, with their order: by which a running deadline is met, and in
    which the process begins.
    """
    workflow, state = seen.edition.workflow, seen.case.state
    urgent: dict[str, int] = {}
    for key, row in seen.case.open_deadlines():
        known = workflow.timescales.get(str(key[1]))
        late = status(seen, row) == "overdue"
        for name in known.met_by if known else ():
            urgent[name] = min(urgent.get(name, LATER), LATER - 2 if late else LATER - 1)
    if state == workflow.starts_at:
        leading = [one.id for one in workflow.from_state(state) if one.to not in ("", state)]
        urgent |= dict.fromkeys(leading[:1], 0)
    return urgent


def history(place: Workplace, ref: str) -> list[dict[str, Any]]:
    """The events of a case as they were sealed, each with its position and hash."""
    with place.database.read() as tx:
        view(place, tx, ref)
        rows = tx.rows(queries.HISTORY, (place.log, ref))
    return [{**parse(text), "hash": hash_, "position": at} for text, hash_, at in rows]


def version(place: Workplace, ref: str) -> int:
    """How many entries a case has on record; 0 where there is no such case."""
    with place.database.read() as tx:
        found = tx.row(queries.VERSION_OF, (place.log, ref))
    return int(found[0]) if found else 0


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


def _people(place: Workplace, tx: Transaction, case: Case) -> list[dict[str, str]]:
    rows = case.rows.table("people")
    return [
        {
            "person": str(key[1]),
            "kind": row["kind"],
            "erased_on": _erased_on(place, tx, case.ref, str(key[1])),
        }
        for key, row in sorted(rows.items())
    ]


def _erased_on(place: Workplace, tx: Transaction, ref: str, person: str) -> str:
    """The day on which what was known about somebody was destroyed; nothing where it was not."""
    held = tx.row(statements.SUBJECT, (place.log, f"{ref}/{person}"))
    if held is None or held[0] is not None:
        return ""
    for event in map(parse, place.store.events(tx, ref)):
        if event["type"] == "erased" and event["body"]["person"] == person:
            return local_date(datetime.fromisoformat(event["recorded"])).isoformat()
    return ""


def _answers(place: Workplace, seen: View) -> list[dict[str, Any]]:
    """The answers in the order in which the definition asks."""
    questions = seen.edition.workflow.questions
    order = {name: at for at, name in enumerate(questions)}
    kept = [
        (key, row)
        for key, row in seen.case.rows.table("answers").items()
        if row["status"] != "set aside" and key[1] in order
    ]
    found = []
    for key, row in sorted(kept, key=lambda pair: (order[str(pair[0][1])], pair[0][2:])):
        question = questions[str(key[1])]
        found.append(
            {
                "question": key[1],
                "ask": question.ask,
                "of": key[2],
                "of_title": titles.title_of(place, str(key[2])),
                "no": key[3],
                "current": key[3] == seen.case.occurrence(question.id),
                "kind": question.answer,
                "status": row["status"],
                "value": row["value"],
                "said": titles.said(place, question, row["value"]),
                "personal": bool(row["personal"]),
                "on": row["happened"],
                "asked_on": row["asked_on"],
                "source": row["source"],
                "power": row["power"],
            }
        )
    return found


def tasks_of(place: Workplace, seen: View) -> list[dict[str, Any]]:
    """What is left for somebody to do on a case, in its stable form."""
    return [
        {
            "task": key[1],
            "what": row["what"],
            "role": row["role"],
            "by": waits_on(place, seen, row["role"]),
            "since": row["opened_on"],
            "how": how_to_end(seen.edition.workflow, seen.case.ref, str(key[1]), row),
        }
        for key, row in seen.case.open_tasks()
    ]
