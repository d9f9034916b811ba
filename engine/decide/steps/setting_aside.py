"""Linked cases whose opening is set aside: where nothing has happened in them, they no longer
count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.decide.draft import Draft
from engine.decide.entries import tasks
from engine.decide.entries.telling import tell_unasked
from engine.decide.standing import standing
from engine.decide.timing import clocks
from engine.errors import Need, RefusedError

Event = Mapping[str, Any]

CAUSE = "the step that opened it was set aside"
SAID = "was set aside with the step that opened it"
HOW = "take that step again, and use the case that it opens then"


@dataclass(frozen=True, slots=True)
class Linked:
    """A linked case, with all its events."""

    draft: Draft
    events: Sequence[Event]


def opened_in(events: Iterable[Event]) -> list[str]:
    """The references of the linked cases that these events of a case opened."""
    return [
        f"{event['stream']}.{event['body']['children']}"
        for event in events
        if event["type"] == "linked case opened"
    ]


def need_untouched(title: str, linked: Iterable[Linked]) -> None:
    """Raise RefusedError with the linked cases in which something has happened and stands."""
    moved = tuple(
        Need(
            f"{one.draft.case.ref} has moved on since it was opened",
            how=f"undo its steps first; or leave this step, and end {one.draft.case.ref} itself",
        )
        for one in linked
        if _moved_on(one.events)
    )
    if moved:
        raise RefusedError(f'"{title}" opened linked cases, so it cannot be set aside.', moved)


def set_aside(parent: Draft, linked: Sequence[Linked]) -> None:
    """Close linked cases as if they had not been opened; the case above counts them no more."""
    counted: dict[str, int] = {}
    for one in linked:
        end(one.draft, parent.case.ref)
        name = one.draft.workflow.name
        counted[name] = counted.get(name, 0) + 1
    for process, number in counted.items():
        ended, opened = parent.case.linked(process)
        body = {
            "process": process,
            "opened": opened - number,
            "ended": ended,
            "children": None,
            "first": False,
        }
        parent.emit("linked case set aside", body)
        clocks.review(parent, [process], "linked cases were set aside")


def end(draft: Draft, parent: str) -> None:
    """Close a linked case as if it had not been opened: its clocks and its tasks with it."""
    draft.emit("case set aside", {"parent": parent})
    for key, row in draft.case.open_deadlines():
        clocks.stop(draft, key, row, CAUSE)
    tasks.close(draft, [str(key[1]) for key, _ in draft.case.open_tasks()], "dropped")
    tell_unasked(draft)


def gone() -> Need:
    """That the case was set aside, as what stands in the way of all its steps."""
    return Need("nothing more happens in a case that was set aside", how=HOW)


def need_standing(draft: Draft) -> None:
    """Raise RefusedError for a linked case that was set aside: nothing more happens in it."""
    if draft.workflow.was_set_aside(draft.case.state, draft.case.row["closed_on"]):
        raise RefusedError(f"{draft.case.ref} {SAID}.", (gone(),))


def _moved_on(events: Sequence[Event]) -> bool:
    """Whether anybody did something that stands; what the engine did of itself does not count."""
    if standing(events):
        return True
    void = {events[0]["command"]}
    undone = {event["body"]["step"] for event in events if event["type"] == "step undone"}
    void |= {e["command"] for e in events if e["n"] in undone or e["type"] == "step undone"}
    return any(e["command"] not in void and _counts(e) for e in events)


def _counts(event: Event) -> bool:
    filed = event["type"] == "document attached" and event["body"]["question"] == "evidence"
    engine = event["actor"]["proof"].startswith("the engine")
    return not filed and not engine and event["type"] != "case migrated"
