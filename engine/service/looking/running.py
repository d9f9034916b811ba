"""The deadlines of a case that are still to be met, and which of them a step meets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.service.looking.deadlines import deadlines_of
from engine.service.looking.viewing import View
from engine.service.workplace import Workplace

Told = dict[str, Any]

TO_BE_MET = ("overdue", "running", "provisional", "paused", "not started")
_FAR = "9999-12-31"


def running(place: Workplace, seen: View) -> list[Told]:
    """The deadlines that are to be met: what is overdue first, then what the law requires, each by
    its day. What is only to last until a day, and those of a historic case, are none of them.
    """
    found = [
        one
        for one in deadlines_of(place, seen)
        if one["status"] in TO_BE_MET and not one["keep"] and not one["historic"]
    ]
    return sorted(found, key=_order)


def _order(one: Told) -> tuple[bool, bool, str]:
    first, *_ = one["due_between"] or [one["due_on"]]
    return one["status"] != "overdue", not one["duty"], first or _FAR


def meets(seen: View, step: str, due: Sequence[Told]) -> Told | None:
    """The first of these deadlines that a step meets; none where it meets none."""
    timescales = seen.edition.workflow.timescales
    names = ("timescale", "title", "of_title", "status", "due_on", "due_between")
    for one in due:
        known = timescales.get(one["timescale"])
        if known and step in known.met_by:
            return {name: one[name] for name in names}
    return None


def in_order(steps: Sequence[Told], due: Sequence[Told]) -> list[Told]:
    """Steps, those first by which the first of these deadlines is met."""
    order = {one["timescale"]: at for at, one in reversed(list(enumerate(due)))}
    last = len(due)
    return sorted(steps, key=lambda one: order[one["meets"]["timescale"]] if one["meets"] else last)
