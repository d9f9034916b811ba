"""Whether the notices of a timescale come in time: a reminder before it is over, an escalation soon
after, and none before there is reason for it.
"""

from __future__ import annotations

from datetime import date, timedelta
from operator import itemgetter

from engine.dates import short_day
from engine.definition import Notice, Timescale
from engine.prose import quoted
from engine.proving.inquiry import Inquiry
from engine.proving.story import in_force, plan_for
from engine.timescales import Rule, due_on, moment_day, parse, parse_moment

Dated = tuple[date, Notice]
FORWARD = ("within", "beginning with")
SOON = timedelta(days=28)
"""A lateness of which nobody is told for longer, and for longer than the time itself, goes on."""


def check(inquiry: Inquiry, timescale: Timescale) -> None:
    """Notices that come too early or too late."""
    rule = parse(in_force(timescale, inquiry.diary.begins).due)
    started = inquiry.diary.begins
    if rule.form == "before":
        started = plan_for(rule, started, inquiry.diary.calendar)
    due = due_on(rule, started, inquiry.diary.calendar)
    if due is None or timescale.keep:
        return
    days = [(_day(inquiry, one, started, due), one) for one in timescale.notices]
    for day, notice in days:
        if parse_moment(notice.at).anchor == "due":
            _not_before(inquiry, timescale, notice, (started, day, due))
    first = {kind: _first(days, kind) for kind in ("remind", "escalate")}
    if first["remind"] and due != started and _is_owed_here(inquiry, timescale):
        _reminded_before(inquiry, timescale, (started, first["remind"][0], due))
    if first["escalate"]:
        _escalated_soon(inquiry, timescale, first["escalate"], (started, due))


def _may_start_early(inquiry: Inquiry, rule: Rule) -> bool:
    """Whether a timescale may run long before the day that it counts from: a plan."""
    return rule.form != "every" and rule.anchor not in inquiry.walks.record.edition.facts


def _first(days: list[Dated], kind: str) -> Dated | None:
    return min((one for one in days if one[1].kind == kind), key=itemgetter(0), default=None)


def _reminded_before(inquiry: Inquiry, timescale: Timescale, days: tuple[date, date, date]) -> None:
    _, at, due = days
    if at > due:
        says = f"Nobody is reminded of {quoted(timescale.title)} before it is over."
        _fail(inquiry, timescale, says, days)


def _escalated_soon(
    inquiry: Inquiry, timescale: Timescale, first: Dated, days: tuple[date, date]
) -> None:
    (at, notice), (started, due) = first, days
    if at - due > max(SOON, abs(due - started)):
        says = f"{quoted(timescale.title)} is first escalated {notice.at}, long after it is over."
        _fail(inquiry, timescale, says, (started, at, due))


def _day(inquiry: Inquiry, notice: Notice, started: date, due: date) -> date:
    return moment_day(parse_moment(notice.at), started, due, inquiry.diary.calendar)


def _is_owed_here(inquiry: Inquiry, timescale: Timescale) -> bool:
    """Whether those on whom it waits are reminded; a body outside is asked when it is over."""
    role = inquiry.workflow.roles.get(timescale.waiting_on)
    return not (role and role.outside)


def _not_before(
    inquiry: Inquiry, timescale: Timescale, notice: Notice, days: tuple[date, date, date]
) -> None:
    """A reminder comes after the timescale has started, and an escalation not before it is due."""
    started, at, due = days
    rule = parse(in_force(timescale, inquiry.diary.begins).due)
    if at < started and not _may_start_early(inquiry, rule):
        says = f"The notice “{notice.at}” of {quoted(timescale.title)} comes before it starts."
        _fail(inquiry, timescale, says, days)
    if notice.kind == "escalate" and at < due:
        says = f"{quoted(timescale.title)} is escalated {notice.at}: before it is due."
        _fail(inquiry, timescale, says, days)


def _fail(inquiry: Inquiry, timescale: Timescale, says: str, days: tuple[date, date, date]) -> None:
    started, at, due = map(short_day, days)
    said = f"It starts on {started} and is due on {due}"
    if days[0] > days[2]:
        said = f"Counted back from a plan for {started} it is due on {due}"
    story = f"{said}; the notice is for {at}."
    inquiry.fail("clocks_watched", says, inquiry.entry("timescale", timescale.id), (story,))
