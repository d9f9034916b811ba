"""A program that was not told of a step: it becomes a task, and those who keep the record are told.

They are told as they wish to be, and not urgently: a program that fails does so for many cases.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from engine.dates import iso
from engine.decide.draft import Draft
from engine.decide.entries import tasks
from engine.decide.entries.telling import addressed
from engine.prose import quoted

UNCALLED = "call given up"
KIND = "call"
"""The kind of the task that it leaves."""


class Uncalled(NamedTuple):
    """A call that is given up."""

    hook: str
    """The id of the program in config.toml."""
    step: int
    """The entry of the step that it was not told of."""
    transition: str
    how: str
    """What became of the latest try, in fixed words."""
    tries: int


def give_up(draft: Draft, lost: Uncalled) -> None:
    """Give a call up, leave a task to those who keep the record, and tell them."""
    step = draft.workflow.transitions.get(lost.transition)
    title = quoted(step.title) if step else lost.transition
    what = f"{lost.hook} was not told of {title} (entry {lost.step}): see to it by hand"
    body: dict[str, Any] = {
        "hook": lost.hook,
        "step": lost.step,
        "transition": lost.transition,
        "how": lost.how,
        "tries": lost.tries,
    }
    if not draft.case.row["historic"]:
        directory, day = draft.directory, iso(draft.context.today)
        keepers = (one for role in draft.workflow.keepers for one in directory.to_tell(role, day))
        found = {one.person: one for one in keepers}
        body["messages"] = [addressed(draft, one, what) for one in found.values()]
    draft.emit(UNCALLED, body)
    role = next(iter(draft.workflow.keepers), "")
    tasks.open_tasks(draft, [tasks.Task(KIND, what, role, lost.hook)])
