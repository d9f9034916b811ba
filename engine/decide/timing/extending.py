"""A target beside a deadline, and the explanation of a delay; neither ever moves what the law
set.
"""

from __future__ import annotations

from datetime import date

from engine.canonical import clean_text
from engine.case import RUNNING, AnswerKey, Key, Row
from engine.dates import read_day, said
from engine.decide.draft import Draft
from engine.decide.entries.keeping import need_keeper
from engine.errors import RefusedError, UsageError
from engine.guessing import resembling
from engine.prose import listed


def extend(draft: Draft, timescale: str, to: str, agreed_by: str) -> None:
    """Set a target day after a deadline's own, with its reason and who agreed.

    Where a timescale runs for each agency or person, it is named TIMESCALE/AGENCY.

    The deadline itself stays where it is, and overdue if it is. Raises RefusedError when the
    timescale does not run, the target is not later than the day it is due, or for somebody who does
    not keep the record.
    """
    _need_reason(draft, "An extension")
    need_keeper(draft, "An extension", "record it")
    key, row = running(draft, timescale)
    target = read_day(to)
    if row["due_on"] and target <= date.fromisoformat(row["due_on"]):
        raise RefusedError(
            f"The target {said(target.isoformat())} is not after {said(row['due_on'])}, the day it "
            "is due; there is nothing to extend."
        )
    sealed = draft.reason()
    sealed |= draft.secret(AnswerKey("agreed_by", "", draft.chain.n + 1), clean_text(agreed_by))
    body = {**_name(key), "now": {"target_on": target.isoformat()}}
    draft.emit("target set", body, sealed)


def delay(draft: Draft, timescale: str, told: str) -> None:
    """Record that a delay was explained, why, and to whom.

    It may be explained before the day has passed, as that of a publication is (Working Together:
    the six months). Raises RefusedError as `extend` does, and for what is to last until a day.
    """
    _need_reason(draft, "Explaining a delay")
    need_keeper(draft, "The explanation of a delay", "record it")
    key, _ = running(draft, timescale)
    known = draft.workflow.timescales[str(key[1])]
    if known.keep:
        raise RefusedError(
            f'"{known.title}" is to last until a day, and not to be done by it; no delay of it can '
            "be explained."
        )
    sealed = draft.reason()
    sealed |= draft.secret(AnswerKey("told", "", draft.chain.n + 1), clean_text(told))
    body = {**_name(key), "now": {"delay_on": draft.context.happened}}
    draft.emit("delay explained", body, sealed)


def running(draft: Draft, named: str) -> tuple[Key, Row]:
    """The open deadline of a timescale; raises RefusedError when there is none, and UsageError for
    a timescale that the process does not have.
    """
    timescale, _, of = named.partition("/")
    if timescale not in draft.workflow.timescales:
        runs = dict.fromkeys(str(key[1]) for key, _ in draft.case.open_deadlines())
        near = resembling(timescale, draft.workflow.timescales, 1)
        meant = f"did you mean {near[0]}? " if near else ""
        raise UsageError(
            f'This process has no timescale "{timescale[:40]}"; {meant}what runs: '
            f"{listed(runs) or 'none'}."
        )
    for key, row in draft.case.open_deadlines():
        if key[1] == timescale and (not of or key[2] == of) and row["status"] in RUNNING:
            return key, row
    title = draft.workflow.timescales[timescale].title
    raise RefusedError(f'"{title}" is not running on this case.')


def _need_reason(draft: Draft, what: str) -> None:
    if not draft.context.reason:
        raise RefusedError(f"{what} needs its reason; give --reason.")


def _name(key: Key) -> dict[str, str | int]:
    return {"timescale": key[1], "of": key[2], "no": key[3]}
