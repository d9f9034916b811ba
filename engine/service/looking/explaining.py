"""Explaining how the deadlines of a case came to their days.

Nothing here shows a personal value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from engine.calendars import Calendar, local_date
from engine.canonical import parse
from engine.case import RUNNING, Key, Row
from engine.dates import parse_partial, said, short_day
from engine.decide.timing.clocks import CALENDAR
from engine.definition import Timescale
from engine.errors import UsageError
from engine.guessing import nearest
from engine.prose import listed
from engine.service.looking import causes
from engine.service.looking.deadlines import deadline, deadlines_of
from engine.service.looking.viewing import View, view
from engine.service.workplace import Workplace
from engine.timescales import Due, answering, due_or_uncounted, standing_in

STARTED = "deadline started"
STOPPED = "no longer applies"
OPEN = ("overdue", *RUNNING)
FEW = 3
"""Of timescales that may have been meant."""
_UNKNOWN = "for as long as no other is known"
_NEVER = "as no other was known then"


def explain(place: Workplace, ref: str, timescale: str) -> list[dict[str, Any]]:
    """How each deadline of a timescale came to its day: the derivation, its source, and every
    change of it.

    Where the start is known only in part, it is derived from the earliest day and from the latest.
    Raises UsageError when the case has no such deadline.
    """
    seen, events = _read(place, ref)
    seen = seen.knowing(timescale)
    timescales = seen.edition.workflow.timescales
    known = timescales.get(timescale)
    if known is None:
        near = nearest(timescale, [(one.id, one.title) for one in timescales.values()], FEW)
        said = listed((f'"{title}" [{name}]' for name, title in near), "or")
        all_of_them = f"`casetrail explain {ref}` explains all that have started."
        hint = f"did you mean {said}?" if near else all_of_them
        raise UsageError(f'This process has no timescale "{timescale[:40]}"; {hint}')
    rows = sorted(seen.case.deadlines().items(), key=itemgetter(0))
    found = _each(place, seen, [one for one in rows if one[0][1] == timescale], events)
    if not found:
        raise UsageError(f'"{known.title}" has not started on {ref}: {_why_not(seen, known)}')
    return found


def explain_all(place: Workplace, ref: str) -> list[dict[str, Any]]:
    """The same of every deadline of a case: first those that run, then all others, and of each the
    ones due first first.
    """
    seen, events = _read(place, ref)
    found = _each(place, seen, seen.case.deadlines().items(), events)
    order = {id_: at for at, id_ in enumerate(map(_id, deadlines_of(place, seen)))}
    return sorted(found, key=lambda one: (one["status"] not in OPEN, order[_id(one)]))


def _id(told: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(told[name] for name in ("timescale", "of", "no"))


def _read(place: Workplace, ref: str) -> tuple[View, list[Mapping[str, Any]]]:
    """A case as it is now, and what its events tell of deadlines."""
    with place.database.read() as tx:
        seen = view(place, tx, ref)
        texts = place.store.events(tx, ref)
    return seen, [part for text in texts for part in causes.told(parse(text))]


def _each(
    place: Workplace,
    seen: View,
    rows: Iterable[tuple[Key, Row]],
    events: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    found = []
    for key, row in rows:
        told = deadline(place, seen, key, row)
        if told is not None:
            then, own = seen.knowing(str(key[1])), _own(events, key)
            changes = [_change(place, then, one) for one in own if one["type"] != STARTED]
            began = next((_began(place, one) for one in own if one["type"] == STARTED), None)
            was = {"was_provisional": _was_provisional(then, key, row, own)}
            found.append(
                told
                | _derivations(place, then, row, was_provisional=bool(was["was_provisional"]))
                | {"began": began, "changes": changes}
                | was
            )
    return found


def _derivations(
    place: Workplace, seen: View, row: Row, *, was_provisional: bool
) -> dict[str, Due | None]:
    """The derivation from the day on which it started, or from the first and the last it may be.

    That day is told by the question to which it is the answer, unless it only stands in for that.
    """
    start, calendar = parse_partial(row["starts_on"]), counted_by(place, seen, row)
    rule = seen.edition.rule(row["rule"])
    asked = seen.edition.workflow.questions.get(rule.anchor)
    instead = _UNKNOWN if row["status"] == "provisional" else _NEVER if was_provisional else ""
    first, last = (
        standing_in(made, instead) if instead else answering(made, asked.ask if asked else "")
        for made in (due_or_uncounted(rule, day, calendar) for day in (start.first, start.last))
    )
    return {"derivation": first, "from_latest": None if start.exact else last}


def counted_by(place: Workplace, seen: View, row: Row) -> Calendar:
    """The version of the calendar by which a deadline was counted; the one in use where that is not
    known any more.
    """
    name = seen.edition.workflow.working_days
    return place.almanac.version(name, row["calendar"]) or place.calendar(seen.edition)


def _is_of(event: Mapping[str, Any], key: Key) -> bool:
    """Whether an event started or changed this deadline."""
    body = event["body"]
    return (
        event["type"].startswith(("deadline", "target", "delay", "notices"))
        and (body["timescale"], body["of"], body["no"]) == key[1:4]
    )


def _own(events: Sequence[Mapping[str, Any]], key: Key) -> list[Mapping[str, Any]]:
    """What started or changed a deadline, and each move to another edition that made something
    looser of it and left its day and its notices alone.
    """
    own = [one for one in events if _is_of(one, key)]
    touched = {one["n"] for one in own}
    moves = [one for one in events if one["n"] not in touched and causes.loosens(one, key)]
    return sorted([*own, *(causes.of_move(one, key) for one in moves)], key=itemgetter("n"))


def _was_provisional(
    seen: View, key: Key, row: Row, own: Iterable[Mapping[str, Any]]
) -> dict[str, str] | None:
    """The question that was not answered when a deadline was met or stopped, and from which day it
    was counted instead; None where its own start was known, and while it still runs.
    """
    if row["status"] in RUNNING:
        return None
    ran_as = ""
    for event in own:
        status = (event["body"].get("now") or event["body"]).get("status")
        ran_as = status if status in RUNNING else ran_as
    anchor = seen.edition.rule(row["rule"]).anchor
    question = seen.edition.workflow.questions.get(anchor)
    answer = seen.case.answer(anchor, str(key[2]), int(key[3]))
    judged_again = row["status"] != STOPPED and answer and answer["status"] == "answered"
    if ran_as != "provisional" or question is None or judged_again:
        return None
    return {"question": anchor, "ask": question.ask, "counted_from": row["starts_on"]}


def _change(place: Workplace, seen: View, event: Mapping[str, Any]) -> dict[str, Any]:
    body = event["body"]
    cause = body.get("cause", "")
    timescale = seen.edition.workflow.timescales[body["timescale"]]
    because = causes.because(place, seen, event, timescale)
    if cause == CALENDAR:
        because = _calendar_said(place, seen, body)
    return {
        "n": event["n"],
        "type": event["type"],
        "on": local_date(datetime.fromisoformat(event["recorded"])).isoformat(),
        "cause": cause,
        "cause_said": because,
        "by": causes.who(place, event),
        "kept_apart": causes.kept_apart(event),
        "loosened": causes.loosened(event),
        "notices": bool(body.get("dropped") or body.get("notices")),
        "old": body.get("old"),
        "now": body.get("now"),
    }


def _began(place: Workplace, event: Mapping[str, Any]) -> dict[str, Any]:
    """When a deadline began to run, with the day on which it was due then."""
    body = event["body"]
    return {
        "n": event["n"],
        "on": local_date(datetime.fromisoformat(event["recorded"])).isoformat(),
        "now": {name: body[name] for name in ("starts_on", "due_on", "due_from", "due_to")},
        "by": causes.who(place, event),
        "loosened": causes.loosened(event),
    }


def _calendar_said(place: Workplace, seen: View, body: Mapping[str, Any]) -> str:
    """Which bank holidays came or went between the list by which a day was counted and the next:
    of those, the ones among the days that were counted then or are now, where there are any.
    """
    name = seen.edition.workflow.working_days
    old, now = body["old"].get("calendar", ""), body["now"]["calendar"]
    then, since = place.almanac.version(name, old), place.almanac.version(name, now)
    if then is None or since is None:
        return f"the list {now} took the place of {old}"
    came = {day: f"became a bank holiday: {since.holidays[day]}" for day in _off(since, then)}
    went = {day: "is a bank holiday no more" for day in _off(then, since)}
    every = {**came, **went}
    among = _span(body)
    counted = [day for day in every if among and among[0] <= day <= among[1]]
    both = sorted((day, every[day]) for day in counted or every)
    told = listed(f"{short_day(day)} {what}{_announced(since, day)}" for day, what in both)
    return told or f"the list {now} took the place of {old}"


def _span(body: Mapping[str, Any]) -> tuple[date, date] | None:
    """The first and the last of all days on which a deadline started or was due, or does now."""
    names = ("starts_on", "due_on", "due_from", "due_to")
    said = [body[side].get(name) for side in ("old", "now") for name in names]
    days = [parse_partial(one) for one in said if one]
    return (min(one.first for one in days), max(one.last for one in days)) if days else None


def _off(one: Calendar, other: Calendar) -> list[date]:
    """The holidays of a list that are working days by another."""
    return [day for day in one.holidays if other.covers(day) and other.is_working(day)]


def _announced(calendar: Calendar, day: date) -> str:
    known = calendar.announced.get(day)
    return f" (announced {short_day(known.on)}: {known.source})" if known else ""


def _why_not(seen: View, timescale: Timescale) -> str:
    anchor = seen.edition.rule(timescale.variants[0].due).anchor
    question = seen.edition.workflow.questions.get(anchor)
    if question and seen.case.value(anchor) is None:
        return f'"{question.ask}" is not answered yet.'
    day = seen.case.value(anchor)
    first = min(variant.since for variant in timescale.variants)
    if day and parse_partial(day).first.isoformat() < first:
        return f"this edition has no rule for what starts before {said(first)}."
    return "what it depends on is not so."
