"""When an entry is marked as recorded late: the one rule for steps, answers and documents."""

from __future__ import annotations

from engine.dates import iso, parse_partial
from engine.decide.draft import Draft

LATE_AFTER = 2
"""Working days after which an entry is marked as recorded late."""


def recorded_late(draft: Draft) -> bool:
    """Whether this is recorded more than two working days after it happened."""
    today = draft.context.today
    if draft.context.happened == iso(today):
        return False
    happened = parse_partial(draft.context.happened)
    if not draft.calendar.covers(happened.last):
        return today > happened.last
    return draft.calendar.working_days_between(happened.last, today) > LATE_AFTER
