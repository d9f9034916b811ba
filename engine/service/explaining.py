"""Explaining how the deadlines of a case came to their days.

Nothing here shows a personal value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any

from engine.apply_clocks import parts
from engine.calendars import local_date
from engine.canonical import parse
from engine.case import RUNNING, Key, Row
from engine.dates import parse_partial
from engine.definition import Timescale
from engine.errors import UsageError
from engine.guessing import resembling
from engine.service import titles
from engine.service.reading import View, deadline, view
from engine.service.workplace import Workplace
from engine.timescales import Due, due_or_uncounted

STARTED = "deadline started"
STOPPED = "no longer applies"


def explain(place: Workplace, ref: str, timescale: str) -> list[dict[str, Any]]:
    """How each deadline of a timescale came to its day: the derivation, its source, and every
    change of it.

    Where the start is known only in part, it is derived from the earliest day and from the latest.
    Raises UsageError when the case has no such deadline.
    """
    with place.database.read() as tx:
        seen = view(place, tx, ref)
        texts = place.store.events(tx, ref)
    known = seen.edition.workflow.timescales.get(timescale)
    if known is None:
        timescales = seen.edition.workflow.timescales
        near = resembling(timescale, timescales, 1)
        hint = f"did you mean {near[0]}?" if near else f"it has: {', '.join(timescales)}."
        raise UsageError(f'This process has no timescale "{timescale[:40]}"; {hint}')
    events = [part for text in texts for part in parts(parse(text))]
    found = []
    for key, row in sorted(seen.case.deadlines().items(), key=itemgetter(0)):
        told = deadline(place, seen, key, row) if key[1] == timescale else None
        if told is not None:
            own = [one for one in events if _is_of(one, key)]
            changes = [_change(seen, one) for one in own if one["type"] != STARTED]
            was = {"was_provisional": _was_provisional(seen, key, row, own)}
            found.append(told | _derivations(place, seen, row) | {"changes": changes} | was)
    if not found:
        raise UsageError(f'"{known.title}" has not started on {ref}: {_why_not(seen, known)}')
    return found


def _derivations(place: Workplace, seen: View, row: Row) -> dict[str, Due | None]:
    """The derivation from the day on which it started, or from the first and the last it may be."""
    start, calendar = parse_partial(row["starts_on"]), place.calendar(seen.edition)
    rule = seen.edition.rule(row["rule"])
    latest = None if start.exact else due_or_uncounted(rule, start.last, calendar)
    return {"derivation": due_or_uncounted(rule, start.first, calendar), "from_latest": latest}


def _is_of(event: Mapping[str, Any], key: Key) -> bool:
    """Whether an event started or changed this deadline."""
    body = event["body"]
    return (
        event["type"].startswith(("deadline", "target", "delay"))
        and (body["timescale"], body["of"], body["no"]) == key[1:4]
    )


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


def _change(seen: View, event: Mapping[str, Any]) -> dict[str, Any]:
    body = event["body"]
    cause = body.get("cause", "")
    return {
        "n": event["n"],
        "type": event["type"],
        "on": local_date(datetime.fromisoformat(event["recorded"])).isoformat(),
        "cause": cause,
        "cause_said": titles.cause(seen.edition.workflow, cause),
        "old": body.get("old"),
        "now": body.get("now"),
    }


def _why_not(seen: View, timescale: Timescale) -> str:
    anchor = seen.edition.rule(timescale.variants[0].due).anchor
    question = seen.edition.workflow.questions.get(anchor)
    if question and seen.case.value(anchor) is None:
        return f'"{question.ask}" is not answered yet.'
    return "what it depends on is not so."
