"""Whether those who owe a duty that counts from before there is a case may open one for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.dates import short_day
from engine.definition import Timescale
from engine.owing import owing
from engine.prose import listed, people, quoted
from engine.proving.inquiry import Inquiry
from engine.proving.story import in_force, who
from engine.timescales import parse


def check(inquiry: Inquiry) -> None:
    """Duties for which only others open a case, which do not keep its record either."""
    workflow = inquiry.workflow
    may_open = {*workflow.may_open}
    if inquiry.process or not may_open or not may_open.isdisjoint(workflow.keepers):
        return
    for timescale in _begun_before(inquiry):
        owed_by = owing(workflow, timescale)
        if may_open.isdisjoint(owed_by):
            _tell(inquiry, timescale, owed_by)


def _begun_before(inquiry: Inquiry) -> Iterator[Timescale]:
    """The duties that count from a day which no step gives: it may be before the opening."""
    for timescale in inquiry.workflow.timescales.values():
        role = inquiry.workflow.roles.get(timescale.waiting_on)
        if timescale.duty and timescale.variants and not (role and role.outside):
            anchor = _anchor(inquiry, timescale)
            if anchor and anchor not in inquiry.walks.record.by_step:
                yield timescale


def _anchor(inquiry: Inquiry, timescale: Timescale) -> str:
    return parse(in_force(timescale, inquiry.diary.begins).due).anchor


def _tell(inquiry: Inquiry, timescale: Timescale, owed_by: tuple[str, ...]) -> None:
    workflow, begins = inquiry.workflow, inquiry.diary.begins
    title, opener = quoted(timescale.title), people(workflow, workflow.may_open, "or")
    owing_it = _named(inquiry, owed_by)
    others = [name for name in workflow.keepers if name not in owed_by]
    keeping = f", nor {_named(inquiry, others)}, who keeps the record" if others else ""
    ask = quoted(workflow.questions[_anchor(inquiry, timescale)].ask)
    story = (
        f"On {short_day(begins)} {title} begins to count: {ask}",
        f"Only {opener} may open a case (may_open): not {owing_it}, who owes it{keeping}.",
        inquiry.diary.due(timescale, begins),
    )
    says = f"{title} is a duty, and a case of it waits to be opened by {opener}."
    inquiry.fail("duties_wait", says, inquiry.entry("timescale", timescale.id), story)


def _named(inquiry: Inquiry, roles: Iterable[str]) -> str:
    return listed((who(inquiry.workflow, name) for name in roles), "or")
