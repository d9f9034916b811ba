"""Saying that a task is done: by those it waits on, or those who keep the record, and how it was.

A task about a record that is missing closes when that record comes, and in no other way.
"""

from __future__ import annotations

from engine.case import Row
from engine.decide.draft import Draft
from engine.decide.entries import barriers, keeping, tasks
from engine.decide.steps.setting_aside import need_standing
from engine.errors import DeniedError, Need, RefusedError

CONFIRM = "confirm decision"
"""The kind of a task that only those may end who may take the step."""


def finish(draft: Draft, task: str) -> None:
    """Record that an open task is done; the reason says how, and whether anything came of it.

    Raises RefusedError without a reason, for a task that is not open or waits for a record, and
    for somebody whose it is not to say so.
    """
    need_standing(draft)
    row = _open(draft, task)
    if row["kind"] in tasks.CLOSED_BY_RECORD:
        need = Need(row["what"], how=tasks.how(draft.workflow, draft.case.ref, task, row))
        raise RefusedError("This task is done when what is missing is on record.", (need,))
    if not draft.context.reason:
        raise RefusedError("A task is done in some way; say how with --reason.")
    whose = whose_to_end(draft, row)
    reviewing = row["kind"] == barriers.REVIEW and barriers.need_reviewer(draft, task)
    if not reviewing and keeping.held(draft, whose) is None:
        said = (keeping.theirs(draft, whose, "say that it is done"),)
        raise DeniedError("This task is for others to end.", said)
    body = {"tasks": [task], "status": "done"}
    draft.emit("task closed", body, draft.reason())


def whose_to_end(draft: Draft, row: Row) -> tuple[str, ...]:
    """The roles that may say of a task that it is done; a decision is confirmed by deciders."""
    step = draft.workflow.transitions.get(str(row["subject"]))
    if row["kind"] == CONFIRM and step is not None:
        more = draft.workflow.keepers if draft.case.row["historic"] else ()
        return tuple(dict.fromkeys((*step.who, *more)))
    known = draft.workflow.roles.get(str(row["role"]))
    own = (known.id,) if known and not known.outside else ()
    return tuple(dict.fromkeys((*own, *draft.workflow.keepers)))


def _open(draft: Draft, task: str) -> Row:
    every = {str(key[1]): row for key, row in draft.case.open_tasks()}
    row = every.get(task)
    if row is None:
        listed = tuple(Need(one["what"], how=f"task {name}") for name, one in every.items())
        raise RefusedError(f'{draft.case.ref} has no open task "{task[:40]}".', listed)
    return row
