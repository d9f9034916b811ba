"""Looking over many cases: lists, what is due, today's sheet, and a search that is logged."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine import queries
from engine.canonical import clean_text
from engine.case import Given
from engine.database import Transaction
from engine.decide.entries.tasks import how as how_to_end
from engine.decide.entries.telling import waited_for
from engine.definition import Workflow
from engine.errors import UsageError
from engine.guessing import Named, fitting, nearest
from engine.prose import listed
from engine.service import access, barriers
from engine.service.looking.deadlines import deadlines_of
from engine.service.looking.private import Rights, agency_of
from engine.service.looking.refused import refused
from engine.service.looking.unattended import unattended
from engine.service.looking.viewing import View, view
from engine.service.titles import title_of, who_waits
from engine.service.workplace import By, Workplace
from engine.timescales import due_on, parse_question

REFERENCE = "the reference"
"""Where a text was found that is in no answer."""
FEW = 3
"""Names that are suggested for one that there is not."""
NOWHERE = {
    "process": "`casetrail workflow list` names those there are.",
    "state": "`casetrail list` says where each case is.",
}
AHEAD = ("overdue", "running", "provisional")
SOON = 10
"""Working days that `today` looks ahead."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which cases somebody wants to see."""

    late: bool = False
    due_within: str = ""
    """Such as "5 working days"."""
    state: str = ""
    """Its name, its title, or as much of the title as no other begins with."""
    workflow: str = ""
    """The same of a process."""
    mine: str = ""
    """A person: cases that wait on a role that they hold."""
    closed: bool = False


def cases(place: Workplace, wish: Wish, most: int = 200) -> list[dict[str, Any]]:
    """The cases that fit, the one with the earliest open deadline first."""
    today = place.today()
    more, values = wished(place, wish, today)
    with place.database.read() as tx:
        without, out = apart_from(barriers.hidden(place, tx))
        sql = queries.CASES.format(more=more + without)
        rows = tx.rows(sql, (place.log, place.log, *values, *out))
        found = [line(place, tx, row, today) for row in rows]
    if wish.mine:
        found = [one for one in found if is_mine(place, wish.mine, one)]
    return found[:most]


def _places(place: Workplace, wish: Wish) -> list[tuple[str, str, bool]]:
    """The processes and states in which a case is wanted, and whether it is closed there; a wish
    for no state has every one.

    Raises UsageError for what no edition in use has, and for what may be several.
    """
    with place.database.read() as tx:
        rows = tx.rows(queries.EDITIONS_IN_USE, (place.log,))
        editions = [place.edition(tx, *row).workflow for row in rows]
    every = [one for main in editions for one in (main, *main.children.values())]
    processes = _meant(wish.workflow, "process", [(one.name, one.title) for one in every])
    inside = [
        (one.name, (state.id, state.title), state.closed)
        for one in every
        if (one.name, one.title) in processes
        for state in one.states.values()
    ]
    states = _meant(wish.state, "state", [state for _, state, _ in inside])
    return sorted({(name, state[0], ended) for name, state, ended in inside if state in states})


def _meant(typed: str, kind: str, known: Sequence[Named]) -> set[Named]:
    """What somebody means who types a name, a title or the beginning of one; all for nothing."""
    found = fitting(typed, known)
    titles = list(dict.fromkeys(f'"{title}"' for _, title in found))
    if typed and typed not in dict(found) and len(titles) > 1:
        more = [f"{len(titles) - FEW} more"] if len(titles) > FEW else []
        some = listed([*titles[:FEW], *more], "or")
        raise UsageError(f'The {kind} "{typed[:40]}" may be {some}; write more of it.')
    if found or not typed:
        return set(found)
    near = [f'"{title}" [{name}]' for name, title in nearest(typed, known, FEW)]
    hint = f"did you mean {listed(near, 'or')}?" if near else NOWHERE[kind]
    raise UsageError(f'There is no {kind} "{typed[:40]}"; {hint}')


def similar(
    place: Workplace, by: By, workflow: Workflow, given: Sequence[Given], most: int = 5
) -> list[dict[str, Any]]:
    """Cases of a process that may be the one about to be opened, the latest first.

    They have the same public dates; where none is given, they are open and all that is given is
    the same. Personal answers are not compared; of cases in which this person has no role nothing
    is told.
    """
    wanted = {one.question: one.value for one in given if _is_public(workflow, one)}
    dates = {name for name in wanted if workflow.questions[name].answer == "date"}
    with place.database.read() as tx:
        rows = tx.rows(queries.SAME_ANSWERS, (place.log, workflow.name)) if wanted else []
    found: dict[str, dict[str, Any]] = {}
    for ref, opened_on, closed_on, question, value in rows:
        known = {"ref": ref, "opened_on": opened_on, "closed_on": closed_on, "same": []}
        same = found.setdefault(ref, known)["same"]
        if wanted.get(question) == value:
            same.append(question)
    alike = [
        one
        for one in found.values()
        if (dates & set(one["same"])) or (not one["closed_on"] and len(one["same"]) == len(wanted))
    ]
    with place.database.read() as tx:
        mine = Rights(place, tx, by.person)
        theirs = [one for one in alike if mine.reader(one["ref"]).roles]
    questions = workflow.questions
    return [{**one, "asks": [questions[q].ask for q in one["same"]]} for one in theirs[:most]]


def _is_public(workflow: Workflow, one: Given) -> bool:
    question = workflow.questions.get(one.question)
    return question is not None and not question.personal and not one.of


def wished(place: Workplace, wish: Wish, today: date) -> tuple[str, tuple[str, ...]]:
    """What narrows the question for cases down to a wish, and the values that it takes."""
    wheres: list[str] = []
    values: list[str] = []
    closed, limit = wish.closed, _limit(place, wish, today)
    if wish.state or wish.workflow:
        places = _places(place, wish)
        one = '(c."workflow" = ? AND c."state" = ?)'
        wheres.append(f"({' OR '.join([one] * len(places))})")
        values += [name for process, state, _ in places for name in (process, state)]
        # Whoever asks for a state in which every case is closed wants to see those.
        closed = closed or (bool(wish.state) and all(ended for *_, ended in places))
    if not closed:
        wheres.append('c."closed_on" IS NULL')
    if limit:
        wheres.append('d."due" <= ? AND c."historic" = 0')
        values.append(limit)
    more = "".join(f" AND {where}" for where in wheres)
    return more, tuple(values)


def apart_from(out: frozenset[str]) -> tuple[str, tuple[str, ...]]:
    """What leaves these cases, and those linked to them, out of a list; and the values it takes."""
    places = ", ".join("?" * len(out))
    more = f' AND c."ref" NOT IN ({places}) AND c."parent" NOT IN ({places})' if out else ""
    return more, (*sorted(out), *sorted(out))


def _limit(place: Workplace, wish: Wish, today: date) -> str:
    if wish.late or not wish.due_within:
        return date.fromordinal(today.toordinal() - 1).isoformat() if wish.late else ""
    try:
        asked = parse_question(f"{wish.due_within} after {today.isoformat()}")
    except UsageError:
        said = f'"{wish.due_within[:40]}" cannot be read as a length, such as "5 working days".'
        raise UsageError(said) from None
    if found := due_on(*asked, place.own_calendar):
        return found.isoformat()
    raise UsageError('Say a length, such as --due-within "5 working days".')


def line(place: Workplace, tx: Transaction, row: Any, today: date) -> dict[str, Any]:
    """A case as it stands in a list."""
    ref, workflow, edition, state, opened_on, closed_on, about, historic, due = row
    known = place.edition(tx, edition, workflow).workflow
    where = known.states[state]
    agencies = _waited_for(place, tx, known, where.waiting_on, (ref, about))
    return {
        "ref": ref,
        "workflow": workflow,
        "state": state,
        "state_title": where.title,
        "waiting_on": where.waiting_on,
        "waiting_at": agencies,
        "waits_on": who_waits(place, known, where.waiting_on, agencies or ()),
        "opened_on": opened_on,
        "closed_on": closed_on,
        "about": about,
        "about_title": title_of(place, about or ""),
        "historic": bool(historic),
        "next_due_on": due,
        "late": bool(due and not closed_on and not historic and due < today.isoformat()),
    }


def with_punctuality(place: Workplace, found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """These cases, of the historic ones with how many of their deadlines were met in time, late,
    or in time or late, as far as the days that are known allow to say.
    """
    with place.database.read() as tx:
        return [
            case | {"done": _done(place, tx, case["ref"]) if case["historic"] else None}
            for case in found
        ]


def _done(place: Workplace, tx: Transaction, ref: str) -> dict[str, int]:
    known = deadlines_of(place, view(place, tx, ref))
    return dict(Counter(one["punctuality"]["verdict"] for one in known if one["punctuality"]))


def _waited_for(
    place: Workplace, tx: Transaction, workflow: Workflow, role: str, case: tuple[str, str]
) -> tuple[str, ...] | None:
    """The agencies at which alone a case (and about whom it is) waits on a role; None for any."""
    ref, about = case
    known = workflow.roles.get(role)
    if known is None or not known.own_agency:
        return None
    return (about,) if about else waited_for(view(place, tx, ref).case, workflow, role)


def is_mine(place: Workplace, person: str, line: Mapping[str, Any]) -> bool:
    """Whether a case waits on a role that somebody holds, where it counts.

    Where an agency has nobody in a role that counts at its own agency, it waits on its contact.
    """
    known, day = place.directory, place.today().isoformat()
    role, agencies = line["waiting_on"], line["waiting_at"]
    if agencies is None:
        return known.acting(person, (role,), day) is not None
    if any(known.acting(person, (role,), day, {role: agency}) for agency in agencies):
        return True
    return any(one.person == person for one in known.to_tell_at(role, agencies, day))


def running(place: Workplace, limit: str = "") -> list[dict[str, Any]]:
    """The deadlines that are still to be met, in all cases, the earliest first; up to a day when
    given.
    """
    until = limit or "9999-12-31"
    with place.database.read() as tx:
        rows = tx.rows(queries.RUNNING_DEADLINES, (place.log, until))
        out = barriers.hidden(place, tx)
        refs = dict.fromkeys(row[0] for row in rows if not barriers.is_hidden(row[0], out))
        found = [
            {"ref": ref, "state": seen.case.state, **deadline}
            for ref in refs
            for seen in [view(place, tx, ref)]
            for deadline in deadlines_of(place, seen)
            if is_to_be_met(place, seen, deadline) and (deadline["due_on"] or "") <= until
        ]
    return sorted(found, key=lambda d: (d["due_on"] or "9999", d["ref"], d["timescale"]))


def is_to_be_met(place: Workplace, seen: View, deadline: Mapping[str, Any]) -> bool:
    """Whether a deadline of a case that is not a historic one is still to be met."""
    if seen.case.row["historic"] or deadline["status"] not in AHEAD:
        return False
    return not (deadline["keep"] and (deadline["due_on"] or "") < place.today().isoformat())


def today_sheet(place: Workplace) -> dict[str, Any]:
    """What a business manager needs on one sheet: overdue, due soon, what waits on whom, what is
    unanswered.
    """
    today = place.today()
    calendar = place.own_calendar
    horizon = calendar.add_working_days(today, SOON).isoformat()
    due = running(place, horizon)
    with place.database.read() as tx:
        known = Rights(place, tx, "")
        out = barriers.hidden(place, tx)

        def rows(sql: str, *values: Any) -> list[Any]:
            found = tx.rows(sql, (place.log, *values))
            return [row for row in found if not barriers.is_hidden(row[0], out)]

        tasks = [_task(place, tx, known, row) for row in rows(queries.OPEN_TASKS)]
        asked = [_asked(place, known, row) for row in rows(queries.ASKED)]
        more = {"unattended": unattended(place, tx), "refused": refused(place, tx)}
        lost = [_message(row) for row in rows(queries.GIVEN_UP, queries.NEVER)]
    return {
        "today": today.isoformat(),
        "horizon": horizon,
        "overdue": [d for d in due if d["status"] == "overdue"],
        "due_soon": [d for d in due if d["status"] != "overdue"],
        "waiting": cases(place, Wish()),
        "unanswered": asked,
        "tasks": tasks,
        "undelivered": lost,
        **more,
    }


def find(place: Workplace, by: By, text: str, after: str = "") -> list[dict[str, Any]]:
    """The cases whose reference, or an answer that this person may read, holds a text; those that
    come after a reference.

    Public answers are searched for everybody who comes in. The search is logged before it is made.
    """
    asked = clean_text(text).strip()
    if len(asked) < 2:
        raise UsageError("Search for two characters at least.")
    access.log(place, by, ("searched", {}, {"text": asked[:200]}))
    wanted = _folded(asked)
    found: dict[str, dict[str, str]] = {}
    with place.database.read() as tx:
        known = Rights(place, tx, by.person)
        for ref, question, value in _searched(place, tx, known, after):
            if value is not None and wanted in _folded(value):
                asks = known.edition(ref).workflow.questions if question else {}
                title = asks[question].ask if question in asks else question or REFERENCE
                found.setdefault(ref, {})[question or "reference"] = title
    return [
        {"ref": ref, "in": sorted(one), "titles": [one[question] for question in sorted(one)]}
        for ref, one in sorted(found.items())
    ]


def called_alike(
    place: Workplace, by: By, ref: str, kind: str, given: Sequence[Given]
) -> list[str]:
    """The other cases with somebody who is called as a person about to be added to this one.

    What people are called is the first question asked of their kind. It is a search like any
    other: within what this person may read, and logged.
    """
    with place.database.read() as tx:
        questions = view(place, tx, ref).edition.workflow.questions.values()
    first = next((one.id for one in questions if one.per in (kind, "person")), "")
    name = next((one.value for one in given if one.question == first), None) or ""
    if len(clean_text(name).strip()) < 2:
        return []
    return [c["ref"] for c in find(place, by, name) if c["ref"] != ref and first in c["in"]]


def _searched(
    place: Workplace, tx: Transaction, known: Rights, after: str
) -> Iterator[tuple[str, str, str | None]]:
    """All that a search looks at: the case, the question ("" for its reference), and the text."""
    out = barriers.hidden(place, tx)
    for ref, _, _ in tx.rows(queries.PINNED, (place.log,)):
        if ref > after and not barriers.is_hidden(ref, out):
            yield ref, "", ref
    asked = (place.log, after)
    public = tx.rows(queries.PUBLIC_ANSWERS, asked)
    yield from (row for row in public if not barriers.is_hidden(row[0], out))
    for ref, n, question, of, no, source in tx.rows(queries.CURRENT_SECRETS, asked):
        about = known.edition(ref).workflow.questions.get(question)
        if known.may_read(ref, question, agency_of(about, of, source or "")):
            yield ref, question, place.vault.value(tx, ref, n, f"{question}/{of}/{no}")


def _folded(text: str) -> str:
    """A text in which capitals and small letters are the same, marks and all."""
    return unicodedata.normalize("NFC", text.casefold())


def _task(place: Workplace, tx: Transaction, known: Rights, row: Any) -> dict[str, Any]:
    ref, what, role, since, about, task, kind, subject = row
    workflow = known.edition(ref).workflow
    how = how_to_end(workflow, ref, task, {"kind": kind, "subject": subject})
    agencies = _waited_for(place, tx, workflow, role, (ref, about)) or ()
    by = who_waits(place, workflow, role, agencies)
    done = {"task": task, "how": how}
    return {"ref": ref, "what": what, "role": role, "by": by, "since": since, **done}


def _asked(place: Workplace, known: Rights, row: Any) -> dict[str, Any]:
    ref, question, of, asked_on = row
    asked = known.edition(ref).workflow.questions.get(question)
    return {
        "ref": ref,
        "question": question,
        "ask": asked.ask if asked else question,
        "of": of,
        "of_title": title_of(place, of),
        "asked_on": asked_on,
    }


def _message(row: Any) -> dict[str, Any]:
    return {"ref": row[0], "person": row[1], "what": row[2]}
