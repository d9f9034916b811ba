"""The calls that follow from steps: each is made in the transaction in which its step gets its
place among all events, so that none is missed, and none is of a step that was never committed.
"""

from __future__ import annotations

from typing import NamedTuple

from engine import statements
from engine.canonical import parse
from engine.database import Transaction
from engine.errors import TrailError
from engine.service.calls.after import EVERY
from engine.service.workplace import Workplace

NEW = ("waiting", 0, 0, 0, 0, "")
"""A call that was not tried yet, as its row has it."""


class Following(NamedTuple):
    """After which steps something is called, as the store has it."""

    hook: str
    process: str
    steps: str
    linked: int
    status: str = "in use"

    def is_called(self, process: str, above: str | None, step: str) -> bool:
        """Whether a step of a case of a process is followed; `above` is that of the case which it
        is linked to.
        """
        if self.process != process and not (self.linked and self.process == above):
            return False
        return self.steps == EVERY or step in self.steps.split(",")


def known(place: Workplace, tx: Transaction) -> list[Following]:
    """All that are in use, or were."""
    return [Following(*row) for row in tx.rows(statements.HOOKS, (place.log,))]


def queue(place: Workplace, tx: Transaction, first: int) -> None:
    """Make the calls of the steps that have just been given their places, from `first` on."""
    hooks = [one for one in known(place, tx) if one.status == "in use"]
    if not hooks:
        return
    made = []
    for ref, n, text, process, above in tx.rows(statements.TAKEN_SINCE, (place.log, first)):
        step = _step(text)
        made += [
            (place.log, one.hook, ref, n, *NEW)
            for one in hooks
            if step and one.is_called(process, above, step)
        ]
    tx.run_many(statements.insert("calls"), made)


def _step(text: str) -> str:
    """The step of an event; nothing, as no step is called, where its text was altered."""
    try:
        return str(parse(text)["body"]["transition"])
    except (TrailError, KeyError, TypeError):
        # Verification tells what is wrong with it; every other step is called meanwhile.
        return ""
