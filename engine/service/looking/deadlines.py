"""The deadlines of a case as they stand today, each with what requires it and what sets its day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine import duties
from engine.case import RUNNING, Key, Row
from engine.decide.moving.left import governing, holds_throughout
from engine.definition import Timescale, Variant
from engine.edition import Edition
from engine.prose import day_of, straight
from engine.punctuality import of_deadline, said
from engine.service import titles
from engine.service.looking.in_force import in_force
from engine.service.looking.viewing import View, waits_on
from engine.service.workplace import Workplace
from engine.timescales import sets_no_day


def deadlines_of(place: Workplace, seen: View) -> list[dict[str, Any]]:
    """The deadlines of a case in their stable form, the ones due first first."""
    found = [deadline(place, seen, key, row) for key, row in seen.case.deadlines().items()]
    shown = [one for one in found if one is not None]
    return sorted(shown, key=lambda d: (_first_day(d), str(d["timescale"]), str(d["of"]), d["no"]))


def _first_day(known: Mapping[str, Any]) -> str:
    """The day by which a deadline stands among others: the first on which it may be due."""
    first, *_ = known["due_between"] or [known["due_on"] or known["starts_on"]]
    return str(first)


def deadline(place: Workplace, seen: View, key: Key, row: Row) -> dict[str, Any] | None:
    """A deadline in its stable form; None for one that was set aside."""
    seen = seen.knowing(str(key[1]))
    timescale = seen.edition.workflow.timescales.get(str(key[1]))
    if timescale is None or row["status"] == "set aside":
        return None
    own, chosen = governing(seen.edition, timescale, row, kept := seen.left.get(key))
    throughout = holds_throughout(chosen, row)
    return {
        "timescale": key[1],
        "title": timescale.title,
        "of": key[2],
        "of_title": titles.title_of(place, str(key[2])),
        "no": key[3],
        "historic": bool(seen.case.row["historic"]),
        "keep": timescale.keep,
        "rule": row["rule"],
        "rule_said": _rule_said((kept and kept.by) or seen.edition, row["rule"]),
        "kept": kept.plain() if kept else None,
        "provisional": _provisional(seen, row),
        "starts_on": row["starts_on"],
        "due_on": row["due_on"],
        "not_counted": _not_counted(place, seen, row),
        "due_between": [row["due_from"], row["due_to"]] if row["due_from"] else None,
        "first_due_on": row["first_due_on"],
        "target_on": row["target_on"],
        "delay_explained_on": row["delay_on"],
        "status": status(seen, row),
        "met_on": row["met_on"],
        "punctuality": _punctuality(place, seen, row) if throughout else None,
        "waiting_on": timescale.waiting_on,
        "waits_on": waits_on(place, seen, timescale.waiting_on, str(key[2])),
        **_law(own, chosen),
        "in_force": in_force(chosen, seen.today.isoformat(), throughout=throughout),
        "note": " ".join(filter(None, (own.note, chosen.note))),
        "calendar": row["calendar"],
        "working_days_left": _left(place, seen, row),
    }


def _law(timescale: Timescale, variant: Variant) -> dict[str, Any]:
    """Whether it is a duty, what sets its time, and how far each was read."""
    source = variant.time_from
    return {
        "duty": timescale.duty,
        "duty_read": duties.is_read(timescale, variant),
        "limit_read": duties.limit_is_read(variant),
        "time_from": {"kind": source.kind, "says": source.says, "source": source.source},
        "confirmed": variant.confirmed,
    }


def _rule_said(edition: Edition, rule: str) -> str:
    """A rule of the definition with what it counts from in words."""
    anchor = edition.rule(rule).anchor
    question = edition.workflow.questions.get(anchor)
    plain = rule.replace("every 1 ", "every ")
    return straight(plain.replace(anchor, day_of(question))) if question else plain


def _provisional(seen: View, row: Row) -> dict[str, str] | None:
    """Why a deadline is provisional: the question that is not answered, and how to answer it."""
    if row["status"] != "provisional":
        return None
    anchor = seen.edition.rule(row["rule"]).anchor
    step = seen.edition.dates(anchor, seen.case.state)
    how = f"take {step.id}" if step else f"record {anchor}=DAY"
    ask = seen.edition.workflow.questions[anchor].ask
    return {"question": anchor, "ask": ask, "how": how, "counted_from": row["starts_on"]}


def status(seen: View, row: Row) -> str:
    """Where a deadline stands today, computed from the row and never from what has fired.

    One of a historic case is never overdue, nor is what was to last until a day that has passed.
    """
    kept = str(row["status"])
    passed = row["due_on"] and row["due_on"] < seen.today.isoformat()
    if not passed or kept not in RUNNING or seen.case.row["historic"]:
        return kept
    return kept if seen.edition.rule(row["rule"]).form == "after" else "overdue"


def _punctuality(place: Workplace, seen: View, row: Row) -> dict[str, Any] | None:
    """Whether it was done in time, where it is done and had a day; its status does not say so of
    a historic case.
    """
    found = of_deadline(seen.edition.rule(row["rule"]), row, place.calendar(seen.edition))
    if found is None:
        return None
    return {
        "verdict": found.verdict,
        "least": found.least,
        "most": found.most,
        "unit": found.unit,
        "said": said(found),
    }


def _not_counted(place: Workplace, seen: View, row: Row) -> str:
    """Why there is no last day, where working days could not be counted; nothing otherwise."""
    counted = row["due_on"] or row["due_from"] or sets_no_day(seen.edition.rule(row["rule"]))
    return "" if counted else place.calendar(seen.edition).begins


def _left(place: Workplace, seen: View, row: Row) -> int | None:
    if row["status"] not in RUNNING or not row["due_on"]:
        return None
    calendar, due_on = place.calendar(seen.edition), date.fromisoformat(row["due_on"])
    if seen.case.row["historic"] and due_on < seen.today:
        return None
    return calendar.working_days_left(seen.today, due_on) if calendar.covers(due_on) else None
