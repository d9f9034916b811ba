"""From where a clock counts: which rule was in force on which day, and how far the day is known."""

from __future__ import annotations

from typing import NamedTuple

from engine.dates import iso, parse_partial
from engine.decide.draft import Draft
from engine.definition import Timescale, Variant

_A_DAY = len("2026-03-02")


class Start(NamedTuple):
    """From where a clock counts: the variant in force, how far the day is known, and which time it
    is.
    """

    variant: Variant
    status: str
    day: str
    no: int


def start_of(draft: Draft, timescale: Timescale, of: str) -> Start | None:
    """Where the clock counts from: the first variant, in the order of the file, in force on its own
    day; where only a part of that day is known, on its first or else on its last.

    None while no day is known; a provisional clock then counts from the earliest date on record.
    """
    partly: Start | None = None
    for variant in timescale.variants:
        anchor = draft.edition.rule(variant.due).anchor
        day = draft.case.value(anchor, of)
        if day is None:
            continue
        exact = len(day) == _A_DAY
        if variant.holds_on(day if exact else iso(parse_partial(day).first)):
            return Start(variant, "running", day, draft.case.occurrence(anchor))
        if not exact and partly is None and variant.holds_on(iso(parse_partial(day).last)):
            partly = Start(variant, "running", day, draft.case.occurrence(anchor))
    if partly is not None:
        return partly
    anchor = draft.edition.rule(timescale.variants[0].due).anchor
    unknown = draft.case.value(anchor, of) is None
    if timescale.provisional and unknown and not draft.case.row["historic"]:
        day = _earliest(draft, anchor)
        variant = draft.edition.variant(timescale, day) or timescale.variants[0]
        return Start(variant, "provisional", day, draft.case.occurrence(anchor))
    return None


def _earliest(draft: Draft, anchor: str) -> str:
    row = draft.case.rows.table("turns").get((draft.case.ref, anchor))
    if row:
        return str(row["happened"])
    known = [draft.case.value(q) for q in draft.edition.public_dates if q != anchor]
    days = [*(day for day in known if day), str(draft.case.row["opened_on"])]
    return iso(min([parse_partial(day).first for day in days]))
