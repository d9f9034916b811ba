"""Whether one length of time that a timescale allows is surely shorter than another."""

from __future__ import annotations

from engine.changes.change import LOOSER, OTHER, STRICTER, Verdict, flipped
from engine.timescales import Rule, parse, sets_no_day

_LASTS = "after"
LONGER_IS_STRICTER = ("before", _LASTS)
"""Counted back, or to last until then: with more time it is due earlier, or lasts longer."""
WITHIN = ("within", "beginning with")
REST = 8
"""More days off than bank holidays and one weekend make in any few weeks."""


def strictness(old: str, new: str) -> Verdict:
    """Whether a rule leaves surely less time than another, from whatever day both are counted.

    One that sets no day is looser than any by which something is due on a day.
    """
    before, after = parse(old), parse(new)
    if sets_no_day(before) != sets_no_day(after):
        if _LASTS in (before.form, after.form):
            return OTHER
        return STRICTER if sets_no_day(before) else LOOSER
    same_form = before.form == after.form or {before.form, after.form} <= set(WITHIN)
    if not same_form or before.anchor != after.anchor or sets_no_day(before):
        return OTHER
    found = _shorter(before, after)
    return flipped(found) if before.form in LONGER_IS_STRICTER else found


def _shorter(before: Rule, after: Rule) -> Verdict:
    if (before.form, before.unit) == (after.form, after.unit):
        if before.number == after.number:
            return OTHER
        return STRICTER if after.number < before.number else LOOSER
    (old_least, old_most), (least, most) = _days(before), _days(after)
    if most < old_least:
        return STRICTER
    return LOOSER if least > old_most else OTHER


def _days(rule: Rule) -> tuple[int, int]:
    """The fewest and the most calendar days that a length can be."""
    number = rule.number
    least, most = {
        "hours": (-(-number // 24), -(-number // 24)),
        "calendar days": (number, number),
        "working days": (number + (number - 1) // 5 * 2, number * 8 // 5 + REST),
        "weeks": (number * 7, number * 7),
        "months": (number * 28, number * 31),
        "years": (number * 365, number * 366),
        "": (0, 0),
    }[rule.unit]
    first = rule.form == "beginning with"
    return least - first, most - first
