"""A timescale in English: what is allowed from which day, what ends it, and on what it rests.

Only what an act or a regulation requires, and somebody has read there, is called a duty or a legal
limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from engine import duties
from engine.definition import Notice, Timescale, Variant, Workflow
from engine.describing.conditions import condition
from engine.describing.places import places
from engine.describing.sheet import flat
from engine.describing.steps import titles, waiting
from engine.prose import (
    capital,
    confirmation,
    day_of,
    days_said,
    ended,
    listed,
    on_day,
    people,
    setter,
)
from engine.timescales import Form, Rule, convention, length, parse, parse_moment, sets_no_day

DAY_ZERO: dict[Form, str] = {
    "within": "That day is day 0, whatever the time of day",
    "beginning with": "That day is the first day of the period",
    "before": "Counted back from that day, which is day 0",
    "every": "The day it counts from is day 0",
    "after": "That day is day 0",
}
"""How each form counts the day that was named just before."""


def timescale_lines(workflow: Workflow, timescale: Timescale) -> list[str]:
    """All that is said of a timescale, each line by itself; its title is not among them."""
    return [
        *_rules(workflow, timescale),
        *_ends(workflow, timescale),
        *_notices(workflow, timescale),
    ]


def rule_line(workflow: Workflow, timescale: Timescale, day: str) -> str:
    """How long is allowed of a clock that starts on a day, and how it is counted; of one that no
    rule governs, nothing.
    """
    held = (one for one in timescale.variants if one.holds_on(day))
    variant = next(held, None)
    return capital(_allowed(workflow, timescale, parse(variant.due))) if variant else ""


def authority_line(timescale: Timescale, variant: Variant) -> str:
    """Its duty, what sets its time and in which word, the source, and how far that is confirmed."""
    time_from, read = variant.time_from, variant.confirmed == "read"
    limit = "legal limit" if duties.limit_is_read(variant) else "time"
    duty = duties.is_read(timescale, variant)
    by = f"{setter(time_from.kind)} (“{time_from.says}”)"
    source = f": {time_from.source.removesuffix('.')}" if time_from.source else ""
    how_far = confirmation(variant.confirmed, variant.checked)
    return f"{_standing(timescale, limit, read=read, duty=duty)} set by {by}{source}. {how_far}"


def force_lines(variant: Variant) -> list[str]:
    """The days on which a clock must start for a rule to hold, and what made it begin and end."""
    if not variant.since and not variant.until:
        return []
    return [f"It holds {_period(variant).removesuffix(', ')}.", *_bases(variant)]


def _bases(variant: Variant) -> Iterator[str]:
    for word, day, basis in (
        ("From", variant.since, variant.began),
        ("Until", variant.until, variant.ended),
    ):
        if basis:
            checked = f" {days_said(basis.checked)}" if basis.checked else ""
            by = basis.by.removesuffix(".")
            yield f"{word} {on_day(day)}: {by} ({basis.confirmed}{checked})."


def _standing(timescale: Timescale, limit: str, *, read: bool, duty: bool) -> str:
    """Its duty, if it has one that somebody has read, with its time or by itself; up to the time's
    own source. Of a time that was read, and a duty that was not, each is said.
    """
    under = f" under {timescale.duty}" if timescale.duty else ""
    if read and under and not duty:
        return f"Said to be a duty{under}; {duties.UNREAD}. Its {limit} is"
    if read:
        return f"{'Duty' if under else 'No duty'}{under}; its {limit} is"
    if duty:
        checked = days_said(timescale.duty_checked.removesuffix("."))
        return f"Duty{under}, read {checked}. Its time is expected (source not yet read), and"
    return f"Expected (source not yet read){',' if under else ''}{under}; its {limit} is"


def _rules(workflow: Workflow, timescale: Timescale) -> Iterator[str]:
    """What is allowed and on what that rests: of one rule in lines of their own, of each of several
    in one.
    """
    variants = timescale.variants
    if len(variants) > 1:
        yield "Its rule has changed. The day on which the clock starts decides which one holds."
    for variant in variants:
        period, allowed = _period(variant), _allowed(workflow, timescale, parse(variant.due))
        lines = [capital(f"{period}{allowed}"), authority_line(timescale, variant)]
        lines += _bases(variant)
        if variant.note:
            lines.append(f"Note: {ended(variant.note)}")
        yield from [" ".join(lines)] if len(variants) > 1 else lines
    if timescale.note:
        yield f"Note: {ended(timescale.note)}"


def _period(variant: Variant) -> str:
    """The days on which a clock must start for a variant to hold; nothing if on any."""
    if variant.since and variant.until:
        return f"where the clock starts from {on_day(variant.since)} to {on_day(variant.until)}, "
    if variant.since:
        return f"where the clock starts on {on_day(variant.since)} or later, "
    return (
        f"where the clock starts on {on_day(variant.until)} or earlier, " if variant.until else ""
    )


def _allowed(workflow: Workflow, timescale: Timescale, rule: Rule) -> str:
    """From which day, how long, and how that is counted."""
    if rule.form == "every":
        return _every(workflow, timescale, rule)
    day, said = day_of(workflow.questions[rule.anchor]), length(rule.number, rule.unit)
    if rule.form == "as soon as practicable":
        soon = ended(f"it is due as soon as practicable after {day}")
        return f"{soon} It has no last day to be late for."
    if rule.form == "beginning with" and said == "1 calendar day":
        return f"it is due by the end of {day}, whether or not that is a working day."
    allowed = {
        "within": f"it is due within {said} of {day}",
        "beginning with": f"it is due within {said} beginning with {day}",
        "before": f"it is due at least {said} before {day}",
        "after": f"it is to last until {said} after {day}, and goes on when the case is closed",
    }[rule.form]
    return f"{ended(allowed)} {_counted(rule)}"


def _every(workflow: Workflow, timescale: Timescale, rule: Rule) -> str:
    one, where = length(1, rule.unit).removeprefix("1 "), places(workflow, timescale.starts_in)
    often = f"every {one if rule.number == 1 else length(rule.number, rule.unit)}"
    return (
        f"it is due {often} while the case is at {where}: first from the day on which the case "
        f"came there, and then from the day on which it was last done. {_counted(rule)}"
    )


def _counted(rule: Rule) -> str:
    """How it is counted, and that a day off moves nothing where days off are counted."""
    _, _, counting = convention(rule).partition("; ")
    day_off = "" if rule.unit == "working days" else " A weekend or a bank holiday moves nothing."
    return f"{DAY_ZERO[rule.form]}; {counting}{day_off}"


def _ends(workflow: Workflow, timescale: Timescale) -> Iterator[str]:
    if timescale.provisional:
        yield "Until that day is known, it counts provisionally from the earliest date on record."
    if timescale.only_if.tables:
        said, ways = condition(timescale.only_if, workflow)
        yield flat([f"It applies only if {said}{':' if ways else '.'}", *([ways] if ways else [])])
    if timescale.starts_in and parse(timescale.variants[0].due).form != "every":
        yield f"It starts only while the case is at {places(workflow, timescale.starts_in)}."
    met = titles(workflow, timescale.met_by, "or")
    stops = titles(workflow, timescale.stops_if, "or")
    if met:
        yield f"It is met by {met}."
    if stops:
        cut = "It is cut short by" if timescale.keep else "It no longer applies after"
        yield f"{cut} {stops}."
    if waits := waiting(workflow, "It", timescale.waiting_on):
        yield waits


def _notices(workflow: Workflow, timescale: Timescale) -> Iterator[str]:
    dayless = {sets_no_day(parse(one.due)) for one in timescale.variants}
    for kind, one, none in (
        ("remind", "A reminder", "No reminder"),
        ("escalate", "An escalation", "No escalation"),
    ):
        notices = [notice for notice in timescale.notices if notice.kind == kind]
        sent = notices if dayless != {True} else [n for n in notices if _from_start(n)]
        if sent:
            yield f"{one} goes out {'; and '.join(_goes(workflow, sent))}."
        elif notices:
            yield f"{none} goes out: this rule sets no day to count it from."
    if len(dayless) > 1:
        yield "Where its rule sets no day, only what counts from its start goes out."


def _from_start(notice: Notice) -> bool:
    """Whether it goes out under a rule that sets no day as well."""
    return parse_moment(notice.at).anchor != "due"


def _goes(workflow: Workflow, notices: list[Notice]) -> Iterator[str]:
    """When and to whom; those who are told several times are named once."""
    for tell, several in groupby(notices, key=lambda notice: notice.tell):
        yield f"{_moments([one.at for one in several])}, to {people(workflow, tell)}"


def _moments(moments: list[str]) -> str:
    """Moments with one ending as one: 1 working day and 5 working days after it was due."""
    parts = [re.fullmatch(r"(\d+ .+?)( (?:before|after) .+)", moment) for moment in moments]
    lengths = [part[1] for part in parts if part]
    endings = {part[2] for part in parts if part}
    if len(lengths) < len(moments) or len(endings) != 1:
        return listed(moments)
    return listed(lengths) + endings.pop()
