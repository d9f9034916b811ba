"""Recurring clocks after a change of what has happened: where they run, and from which day."""

from __future__ import annotations

from collections.abc import Sequence

from engine.case import Key
from engine.dates import parse_partial
from engine.decide.draft import Draft
from engine.decide.standing import Stood, days, entered
from engine.decide.timing import clocks
from engine.decide.timing.starting import Start
from engine.definition import Timescale


def restart(draft: Draft, steps: Sequence[Stood], cause: str) -> None:
    """Let each recurring clock count from where it should, if these are the steps that stand.

    One that runs only where the case no longer is, is stopped.
    """
    for key, row in draft.case.open_deadlines():
        timescale = draft.workflow.timescales[str(key[1])]
        if not clocks.recurs(draft, timescale):
            continue
        if draft.case.state not in timescale.starts_in:
            clocks.stop(draft, key, row, cause)
            continue
        day = _start(draft, timescale, key, steps)
        variant = draft.edition.variant(timescale, parse_partial(day).first.isoformat())
        if variant is not None and day != row["starts_on"]:
            start = Start(variant, "running", day, int(key[3]))
            clocks.move(draft, timescale, key, start, cause)


def _start(draft: Draft, timescale: Timescale, key: Key, steps: Sequence[Stood]) -> str:
    """The day the cycle before it was met, or the case came where the clock runs."""
    opened_on = str(draft.case.row["opened_on"])
    came = entered(timescale.starts_in, steps)
    since = came.happened if came else opened_on
    before = draft.case.deadlines().get((*key[:3], int(key[3]) - 1))
    if before and before["met_on"] and str(before["met_on"]) >= since:
        return str(before["met_on"])
    if timescale.only_if.tables:
        # It began when its condition came to hold, from the day of the state as it then was.
        now = {since, days(opened_on, steps)["state_since"]}
        started = str(draft.case.deadlines()[key]["starts_on"])
        return started if started in now else since
    return since
