"""Timescales at work: which clocks start, move, are met or stop when answers and steps change a
case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from engine.calendars import Calendar, TooEarlyError
from engine.case import RUNNING, Key, Row
from engine.dates import PartialDate, iso, parse_partial
from engine.decide.draft import Draft
from engine.decide.entries.telling import of_clock, tell
from engine.decide.moving.pinning import pinned
from engine.decide.timing.arming import moments, rearm
from engine.decide.timing.starting import Start, start_of
from engine.definition import Timescale
from engine.edition import Edition
from engine.guards import holds
from engine.timescales import Rule, due_between, due_on

CALENDAR = "calendar"
"""The cause of what becomes of a clock because the list of bank holidays changed."""

NO_RULE = "there was no rule on that day"
"""The cause of the end of a clock that ran provisionally, and whose day was before any rule."""

OLD = ("starts_on", "due_on", "due_from", "due_to", "status", "calendar")
"""What an event says of a deadline as it was before."""


def after_step(draft: Draft, transition: str, before: str, met_on: str) -> None:
    """Meet and stop what a step meets and stops, and run the clocks of the state it leads to."""
    for timescale in draft.edition.met_by.get(transition, ()):
        for key, row in _open(draft, timescale):
            meet(draft, key, row, met_on, transition)
    for timescale in draft.edition.stopped_by.get(transition, ()):
        for key, row in _open(draft, timescale):
            stop(draft, key, row, transition)
    if draft.case.state != before:
        leave(draft, before)


def leave(draft: Draft, state: str) -> None:
    """Stop the recurring clocks that run only while a case is in a state that it has left."""
    for timescale in draft.edition.by_state.get(state, ()):
        if recurs(draft, timescale) and draft.case.state not in timescale.starts_in:
            for key, row in _open(draft, timescale):
                stop(draft, key, row, "the case has moved on")


def review(draft: Draft, questions: Iterable[str], cause: str) -> None:
    """Start, move or stop every clock that these answers, or the state of the case, may touch."""
    state = draft.case.state
    for timescale in _touched(draft, questions).values():
        here = not timescale.starts_in or state in timescale.starts_in
        if not here and not draft.case.has_run(timescale.id):
            # Nothing of it runs, and nothing can begin: most of what an answer touches is so.
            continue
        if recurs(draft, timescale):
            _review_recurring(draft, timescale)
        else:
            _review_counted(draft, timescale, cause, here=here)


def _touched(draft: Draft, questions: Iterable[str]) -> dict[str, Timescale]:
    edition, found = draft.edition, list[Timescale]()
    for question in questions:
        found += edition.by_anchor.get(question, ())
        found += edition.by_guard.get(question, ())
    found += edition.by_state.get(draft.case.state, ())
    found += edition.provisional
    return {timescale.id: timescale for timescale in found}


def _review_recurring(draft: Draft, timescale: Timescale) -> None:
    here = draft.case.state in timescale.starts_in
    if here and not _open(draft, timescale) and holds(timescale.only_if, draft.facts):
        _next_cycle(draft, timescale, str(draft.case.row["state_since"]))


def _review_counted(draft: Draft, timescale: Timescale, cause: str, *, here: bool) -> None:
    applies = holds(timescale.only_if, draft.facts)
    if not applies and not draft.case.has_run(timescale.id):
        return
    for of in _subjects(draft, timescale):
        start = start_of(draft, timescale, of)
        if start is None:
            _before_any_rule(draft, timescale, of)
            continue
        key: Key = (draft.case.ref, timescale.id, of, start.no)
        row = draft.case.deadlines().get(key)
        if row is None or row["status"] == "set aside" or _starts_again(draft, timescale, row):
            if applies and here:
                _begin(draft, timescale, key, start)
        elif row["status"] in RUNNING and not applies:
            stop(draft, key, row, cause)
        else:
            move(draft, timescale, key, start, cause)


def _starts_again(draft: Draft, timescale: Timescale, row: Row) -> bool:
    """Whether a clock that no longer applied applies again.

    It does when the case comes back to where it starts, or when only its condition had failed;
    never in the very step that stopped it.
    """
    if row["status"] != "no longer applies" or row["n"] >= draft.first_n:
        return False
    if timescale.starts_in:
        return draft.moved
    stopped = any(draft.case.taken_on(name) >= row["starts_on"] for name in timescale.stops_if)
    return bool(timescale.only_if.tables) and not stopped


def _begin(draft: Draft, timescale: Timescale, key: Key, start: Start) -> None:
    _run(draft, timescale, key, start, [])
    _already(draft, timescale, key)


def _run(
    draft: Draft, timescale: Timescale, key: Key, start: Start, turns: list[dict[str, Any]]
) -> None:
    row = draft.case.deadlines().get(key)
    body = _computed(draft, key, start)
    body |= {
        "status": start.status,
        "schedule": (row["schedule"] + 1) if row else 1,
        "notices": _notices(draft, timescale, body),
        "turns": turns,
    }
    if row:
        draft.emit("deadline resumed", _resumed(body, never=row["status"] == "set aside"))
    else:
        draft.emit("deadline started", body)


def _already(draft: Draft, timescale: Timescale, key: Key) -> None:
    """A clock whose start is learnt late may have been met, or stopped, before it was known.

    A clock that a step starts comes after the steps of the same day that were taken before it. Of
    a step known only by its month or year, that month or year is compared.
    """
    row = draft.case.deadlines()[key]
    if key[3] != 1 or row["status"] not in RUNNING:
        return
    since = row["starts_on"]
    for transition in (*timescale.met_by, *timescale.stops_if):
        taken = draft.case.taken_on(transition)
        before = taken < since[: len(taken)]
        if not taken or before or (draft.moved and taken <= draft.context.happened):
            continue
        if transition in timescale.met_by:
            return meet(draft, key, row, taken, transition)
        return stop(draft, key, row, transition)


def meet(draft: Draft, key: Key, row: Row, met_on: str, cause: str) -> None:
    """Record that a deadline was met, in time or late; a historic one is never called late."""
    now = {"status": judged(draft, row, met_on), "met_on": met_on}
    draft.emit(
        "deadline met", {**_name(key), "cause": cause, "now": now, "dropped": _drop(draft, key)}
    )
    timescale = draft.workflow.timescales[str(key[1])]
    if recurs(draft, timescale) and draft.case.state in timescale.starts_in:
        _next_cycle(draft, timescale, met_on)


def judged(draft: Draft, row: Mapping[str, Any], met_on: str) -> str:
    """Met, or met late: by when it happened, never by when it was recorded."""
    due = row["due_on"]
    if draft.case.row["historic"] or not due:
        return "met"
    return "met late" if iso(parse_partial(met_on).first) > due else "met"


def stop(draft: Draft, key: Key, row: Row, cause: str) -> None:
    """Record that a timescale no longer applies to the case."""
    now = {"status": "no longer applies"}
    body = {**_name(key), "cause": cause, "now": now, "dropped": _drop(draft, key)}
    draft.emit("deadline stopped", body)


def _next_cycle(draft: Draft, timescale: Timescale, since: str) -> None:
    what = f"clock:{timescale.id}"
    no = draft.case.turn(what) + 1
    variant = draft.edition.variant(timescale, iso(parse_partial(since).first))
    if variant is None:
        return
    key: Key = (draft.case.ref, timescale.id, "", no)
    turn = {"what": what, "no": no, "first": not draft.case.knows_turn(what)}
    _run(draft, timescale, key, Start(variant, "running", since, no), [turn])


def move(draft: Draft, timescale: Timescale, key: Key, start: Start, cause: str) -> None:
    """Count a clock from another start: a running one is moved, one that was met judged again."""
    row = draft.case.deadlines()[key]
    variant, day = pinned(draft, key, start.variant, start.day)
    body = _computed(draft, key, start._replace(variant=variant, day=day))
    same = is_same(row, body)
    if row["status"] in RUNNING:
        if not same or start.status != row["status"]:
            move_running(draft, timescale, key, body | {"status": start.status}, cause)
    elif row["status"] in ("met", "met late") and not same:
        rejudge(draft, key, body, cause)


def is_same(row: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    """Whether a clock counted anew starts and ends on the days that its row has."""
    return all(body[name] == row[name] for name in ("starts_on", "due_on", "due_from", "due_to"))


def move_running(
    draft: Draft,
    timescale: Timescale,
    key: Key,
    body: dict[str, Any],
    cause: str,
    already: Sequence[str] | None = None,
) -> None:
    """Move a running clock to other days, and tell everyone who was told of it already.

    They are the roles and groups of the notices that wait no more, unless `already` names them.
    """
    row = draft.case.deadlines()[key]
    names = ("status", "rule", "starts_on", "due_on", "due_from", "due_to", "calendar")
    now = {name: body[name] for name in names}
    dropped, notices, told = rearm(draft, timescale, key, body, again=cause != CALENDAR)
    if draft.case.row["historic"]:
        notices = []
    if notices:
        now["schedule"] = row["schedule"] + 1
    moved = {
        **_name(key),
        "cause": cause,
        "old": {name: row[name] for name in OLD},
        "now": now,
        "dropped": dropped,
        "schedule": row["schedule"] + 1,
        "notices": notices,
    }
    draft.emit("deadline moved", moved)
    told = list(told if already is None else already)
    if told and row["due_on"]:
        of, day = str(key[2]), str(body["due_on"] or "")
        tell(draft, told, of_clock(draft, timescale.title, of, "the day has moved", by_when=day))


def move_notices(
    draft: Draft, timescale: Timescale, key: Key, body: Mapping[str, Any], cause: str
) -> None:
    """Move the notices of a clock whose own days stay, where any of them is due another day."""
    row = draft.case.deadlines()[key]
    dropped, notices, _ = rearm(draft, timescale, key, body, again=False)
    if dropped and not draft.case.row["historic"]:
        schedule = row["schedule"] + 1
        moved = {
            **_name(key),
            "cause": cause,
            "old": {"calendar": row["calendar"]},
            "now": {"calendar": body["calendar"], "schedule": schedule},
            "dropped": dropped,
            "schedule": schedule,
            "notices": notices,
        }
        draft.emit("notices moved", moved)


def rejudge(draft: Draft, key: Key, body: Mapping[str, Any], cause: str) -> None:
    """Judge a deadline that was met by other days than it was judged by."""
    row = draft.case.deadlines()[key]
    names = ("starts_on", "due_on", "due_from", "due_to", "calendar")
    now = {name: body[name] for name in names}
    now["status"] = judged(draft, {**row, **now}, row["met_on"])
    old = {name: row[name] for name in OLD}
    draft.emit("deadline re-judged", {**_name(key), "cause": cause, "old": old, "now": now})


def _before_any_rule(draft: Draft, timescale: Timescale, of: str) -> None:
    """A clock that ran provisionally ends when its day turns out to be before there was a rule."""
    anchors = {draft.edition.rule(one.due).anchor for one in timescale.variants}
    if timescale.provisional and any(draft.case.value(one, of) is not None for one in anchors):
        for key, row in _open(draft, timescale):
            if key[2] == of and row["status"] == "provisional":
                stop(draft, key, row, NO_RULE)


def _computed(draft: Draft, key: Key, start: Start) -> dict[str, Any]:
    """What the calendar makes of a start; nothing of one before working days are known."""
    return _name(key) | counted(draft.edition, start.variant.due, start.day, draft.calendar)


def counted(edition: Edition, rule: str, day: str, calendar: Calendar) -> dict[str, Any]:
    """What a calendar makes of a rule of an edition and the day from which it counts."""
    exact, between = _days_of(edition.rule(rule), parse_partial(day), calendar)
    return {
        "rule": rule,
        "starts_on": day,
        "due_on": iso(exact) if exact else None,
        "due_from": iso(between[0]) if between else None,
        "due_to": iso(between[1]) if between else None,
        "calendar": calendar.version,
    }


def _days_of(
    rule: Rule, start: PartialDate, calendar: Calendar
) -> tuple[date | None, tuple[date, date] | None]:
    try:
        if start.exact:
            return due_on(rule, start.first, calendar), None
        return None, due_between(rule, start.first, start.last, calendar)
    except TooEarlyError:
        return None, None


def _notices(draft: Draft, timescale: Timescale, body: Mapping[str, Any]) -> list[list[Any]]:
    return [] if draft.case.row["historic"] else moments(timescale, body, draft.calendar)


def _drop(draft: Draft, key: Key) -> list[list[Any]]:
    return [[notice[4], notice[5]] for notice in draft.case.waiting_notices(key)]


def _open(draft: Draft, timescale: Timescale) -> list[tuple[Key, Row]]:
    return draft.case.open_deadlines(timescale.id)


def _subjects(draft: Draft, timescale: Timescale) -> tuple[str, ...]:
    """Whom a clock runs for: the case, or each agency or person with an answer that it counts
    from.
    """
    anchor = draft.edition.rule(timescale.variants[0].due).anchor
    question = draft.workflow.questions.get(anchor)
    if question is None or not (question.per or question.asked_of):
        return ("",)
    no = draft.case.occurrence(anchor)
    answers = draft.case.rows.table("answers")
    return tuple(sorted(str(key[2]) for key in answers if key[1] == anchor and key[3] == no))


def recurs(draft: Draft, timescale: Timescale) -> bool:
    """Whether a timescale begins again each time it is met."""
    return timescale.id in draft.edition.recurring


def _name(key: Key) -> dict[str, Any]:
    return {"timescale": key[1], "of": key[2], "no": key[3]}


def _resumed(body: Mapping[str, Any], *, never: bool) -> dict[str, Any]:
    """A clock that runs again; one that `never` was keeps no target, and begins with this day."""
    names = ("status", "rule", "starts_on", "due_on", "due_from", "due_to", "calendar", "schedule")
    anew = {"first_due_on": body["due_on"], "target_on": None, "delay_on": None} if never else {}
    return {
        "timescale": body["timescale"],
        "of": body["of"],
        "no": body["no"],
        "cause": "the step was taken again",
        "now": {name: body[name] for name in names} | {"met_on": None} | anew,
        "schedule": body["schedule"],
        "notices": body["notices"],
        "turns": body["turns"],
    }
