"""What the scenarios of a process have touched of it, and what nobody has played yet. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from engine.definition import Timescale, Transition, Workflow
from engine.grammar import parse

KINDS: Final = {
    "state": "states reached",
    "step": "steps taken",
    "way": "ways of a condition taken",
    "line": "lines of a condition that refused",
    "variant": "variants in force when a clock started",
    "started": "timescales started",
    "met": "timescales met",
    "stopped": "timescales stopped",
    "overdue": "timescales overdue",
    "remind": "reminders sent",
    "escalate": "escalations sent",
}
"""What is counted, in the words of the report."""


class Item(NamedTuple):
    """One thing that a scenario can touch."""

    kind: str
    process: str
    """The linked process that it is of; empty for the process itself."""
    id: str
    """The name of the state, step or timescale, and behind a stroke which part of it."""
    more: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """How much of one kind was touched."""

    kind: str
    touched: int
    wanted: int
    missing: tuple[Item, ...]

    @property
    def per_cent(self) -> int:
        """A hundred only when nothing is missing."""
        return 100 * self.touched // self.wanted if self.wanted else 100


def items(workflow: Workflow) -> list[Item]:
    """Everything of a process and its linked processes that its scenarios should touch."""
    found = list(_of_process("", workflow))
    for name, child in workflow.children.items():
        found += _of_process(name, child)
    return found


def shares(workflow: Workflow, touched: Collection[Item]) -> list[Share]:
    """How much of each kind was touched, and all that was not."""
    wanted = items(workflow)
    found = []
    for kind in KINDS:
        of_kind = [item for item in wanted if item.kind == kind]
        missing = tuple(item for item in of_kind if item not in touched)
        found.append(Share(kind, len(of_kind) - len(missing), len(of_kind), missing))
    return found


def told(item: Item, workflow: Workflow) -> str:
    """What was not touched, for whoever is to write the scenario that does."""
    known = workflow.children[item.process] if item.process else workflow
    of = f"{item.process}: " if item.process else ""
    if item.kind == "way":
        ways = len(known.transitions[item.id].only_if.tables)
        return f"{of}step {item.id}, way {int(item.more) + 1} of {ways}"
    if item.kind == "line":
        number, _, subject = item.more.partition("/")
        return f"{of}step {item.id}, way {int(number) + 1}: {subject}"
    if item.kind == "variant":
        return f"{of}timescale {item.id}: {known.timescales[item.id].variants[int(item.more)].due}"
    if item.kind in ("remind", "escalate"):
        return f"{of}timescale {item.id}: {item.more}"
    noun = item.kind if item.kind in ("state", "step") else "timescale"
    return f"{of}{noun} {item.id}"


def _of_process(process: str, workflow: Workflow) -> Iterator[Item]:
    for state in workflow.states.values():
        if not state.abstract:
            yield Item("state", process, state.id)
    for step in workflow.transitions.values():
        yield Item("step", process, step.id)
        yield from _of_guard(process, step)
    for timescale in workflow.timescales.values():
        yield from _of_timescale(process, timescale)


def _of_guard(process: str, step: Transition) -> Iterator[Item]:
    for number, table in enumerate(step.only_if.tables):
        yield Item("way", process, step.id, str(number))
        for line in table:
            yield Item("line", process, step.id, f"{number}/{line.subject}")


def _of_timescale(process: str, timescale: Timescale) -> Iterator[Item]:
    rules = [parse(variant.due) for variant in timescale.variants]
    yield Item("started", process, timescale.id)
    for number in range(len(rules)):
        if len(rules) > 1:
            yield Item("variant", process, timescale.id, str(number))
    if timescale.met_by:
        yield Item("met", process, timescale.id)
    if timescale.stops_if:
        yield Item("stopped", process, timescale.id)
    if any(rule.number and rule.form != "after" for rule in rules):
        yield Item("overdue", process, timescale.id)
    for notice in timescale.notices:
        yield Item(notice.kind, process, timescale.id, notice.at)
