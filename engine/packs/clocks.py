"""The timescales of a pack: the day, how it was counted and used, and on whose word it stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from engine.calendars import Calendar
from engine.case import Key, Row
from engine.dates import long_day, parse_partial, said, when
from engine.decide.moving.left import governing, holds_throughout
from engine.definition import Timescale, Variant
from engine.describing.clocks import authority_line, force_lines
from engine.packs.record import Record, Side, Told
from engine.prose import capital, listed, straight
from engine.punctuality import UNSURE, of_deadline
from engine.punctuality import said as said_of
from engine.timescales import Rule, due_or_uncounted, length, sets_no_day

FORMS = {
    "within": "within {} of {}",
    "beginning with": "within {} beginning with {}",
    "before": "at least {} before {}",
    "every": "every {} from {}",
    "after": "until {} after {}",
}
MET = ("met", "met late")


def told(record: Record, name: str) -> list[Told]:
    """What is said of a timescale: of each time that it ran, or that it has not begun."""
    side = record.own
    timescale = side.workflow.timescales[name]
    rows = sorted(
        (key, row)
        for key, row in side.case.deadlines().items()
        if key[1] == name and row["status"] != "set aside"
    )
    if not rows:
        today = record.around.as_at.isoformat()
        variant = side.edition.variant(timescale, today) or timescale.variants[0]
        authority = record.words(straight(_authority(timescale, variant)))
        return [Told(f"It has not begun.\n\n{authority}")]
    return [_told(record, key, row) for key, row in rows]


def _told(record: Record, key: Key, row: Row) -> Told:
    rule = record.own.edition.rule(str(row["rule"]))
    lines = [
        _allowed(record.around.calendar, row, rule),
        _outcome(record, key, row, rule),
        *_beside(row),
        *_skipped(record, row, rule),
    ]
    who = f"{record.agency(str(key[2]))}: " if key[2] else ""
    counted = " ".join(lines)
    authority = record.words(straight(standing(record.own, key, row)))
    return Told(f"{who}{counted}\n\n{authority}", (record.own.event(int(row["n"])),))


def standing(side: Side, key: Key, row: Row) -> str:
    """On whose word a timescale that ran stands, and by which edition it is counted where a move to
    another one left it so.
    """
    kept = side.left.get(key)
    known = side.workflow.timescales[str(key[1])]
    authority = _authority(*governing(side.edition, known, row, kept))
    authority += "" if _is_sure(side, key, row) else f" {UNSURE}"
    if kept is None or kept.by is None:
        return authority
    return (
        f"{authority} It is counted by the rule of edition {kept.name}, to which it was left when "
        f"the case was moved to another {when(kept.on)}."
    )


def _authority(timescale: Timescale, variant: Variant) -> str:
    return " ".join([authority_line(timescale, variant), *force_lines(variant)])


def _allowed(calendar: Calendar, row: Row, rule: Rule) -> str:
    known = parse_partial(str(row["starts_on"]))
    start = said(known.text) if known.exact else f"a day in {said(known.text)}"
    if sets_no_day(rule):
        return f"Due as soon as practicable after {start}; no day is set."
    how = FORMS[rule.form].format(length(rule.number, rule.unit), start)
    zero = ", which is day 0" if rule.form == "within" else ""
    if row["due_on"]:
        return f"Due on {long_day(date.fromisoformat(row['due_on']))}: {how}{zero}."
    if row["due_from"]:
        return f"Due between {said(row['due_from'])} and {said(row['due_to'])}: {how}{zero}."
    return f"{capital(how)}. The day is not counted: {calendar.begins}."


def _outcome(record: Record, key: Key, row: Row, rule: Rule) -> str:
    """What became of it, with how much of the time was used."""
    if row["status"] == "no longer applies":
        return "It no longer applies."
    if row["status"] in MET:
        used = _used(record, row, rule, str(row["met_on"]))
        stands = _stands(record, row, rule) if _is_sure(record.own, key, row) else ""
        return f"Done {when(str(row['met_on']))}{stands}{used}."
    if record.own.case.row["historic"]:
        return "That it was done is not on record."
    as_at = record.around.as_at.isoformat()
    began = "Provisional, for the day it counts from is not recorded. "
    provisional = began if row["status"] == "provisional" else ""
    return f"{provisional}Not done by {said(as_at)}{_used(record, row, rule, as_at)}."


def _is_sure(side: Side, key: Key, row: Row) -> bool:
    """Whether the rule holds on every day on which the clock may have started."""
    known = side.workflow.timescales[str(key[1])]
    return holds_throughout(governing(side.edition, known, row, side.left.get(key))[1], row)


def _stands(record: Record, row: Row, rule: Rule) -> str:
    """How something that was done stands to its day, wherever it was late or is history."""
    if row["status"] == "met" and not record.own.case.row["historic"]:
        return ""
    found = of_deadline(rule, row, record.around.calendar)
    return f", {said_of(found)}" if found else ""


def _used(record: Record, row: Row, rule: Rule, until: str) -> str:
    """How many of the days allowed were used; nothing where days are not what is counted."""
    start, end = parse_partial(str(row["starts_on"])), parse_partial(until[:10])
    if rule.form != "within" or not (start.exact and end.exact):
        return ""
    calendar = record.around.calendar
    if rule.unit == "working days" and calendar.covers(start.first) and calendar.covers(end.first):
        used = calendar.working_days_between(start.first, end.first)
    elif rule.unit == "calendar days":
        used = (end.first - start.first).days
    else:
        return ""
    if used > rule.number:
        allowed = f"{rule.number} {'was' if rule.number == 1 else 'were'} allowed"
        return f", {length(used, rule.unit)} used; {allowed}"
    return f", {max(used, 0)} of {length(rule.number, rule.unit)} used"


def _beside(row: Row) -> Iterator[str]:
    if row["first_due_on"] and row["first_due_on"] != row["due_on"]:
        yield f"It was first due {when(row['first_due_on'])}."
    if row["target_on"]:
        yield f"A target was agreed beside it: {said(row['target_on'])}."
    if row["delay_on"]:
        yield f"The delay was explained {when(row['delay_on'])}."


def _skipped(record: Record, row: Row, rule: Rule) -> Iterator[str]:
    """The bank holidays that were not counted; that weekends are not goes without saying."""
    start = parse_partial(str(row["starts_on"]))
    if rule.unit != "working days" or not start.exact:
        return
    steps = due_or_uncounted(rule, start.first, record.around.calendar).steps
    calendar = record.around.calendar
    off = [step.day for step in steps if step.count is None and step.day.weekday() < 5]
    named = [f"{_title(calendar, one)} ({said(one.isoformat())})" for one in off]
    if named:
        yield f"Besides weekends, {listed(named)} {'is' if len(named) == 1 else 'are'} not counted."


def _title(calendar: Calendar, holiday: date) -> str:
    return (calendar.why_not_working(holiday) or "").partition(" (")[0]
