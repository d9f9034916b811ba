"""Says what a step of a story does: `the librarian takes "Lend" (lend)`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine.definition import Workflow
from engine.directory import Directory
from engine.prose import listed, with_article
from engine.scenarios.story import Telling

_SAID: Final[Mapping[str, str]] = {
    "take": "takes {}",
    "attach": "puts a document on file for {}",
    "approve": "approves {}",
    "ask": "records that {} was asked",
    "no reply": "records that nobody replied to {}",
    "add": "adds a person of the case: {}",
    "redate": "puts the day of {} right",
    "undo": "sets the latest step aside",
    "done": "ends a task",
    "extend": "sets a target beside {}",
    "delay": "explains why {} is late",
    "erase": "erases what is known of {}",
    "pack": "builds the pack {}",
    "send": "sends the pack {}",
    "record": "records",
    "correct": "puts right",
    "open": "opens the case",
}


def told(telling: Telling, by: str, workflow: Workflow | None, directory: Directory) -> str:
    """Who does what in a step of a story; `by` is whoever acts, as the story says it.

    Before there is a case, `workflow` is None and names stand for themselves.
    """
    if telling.verb == "wait":
        return "nobody does anything"
    what = _SAID.get(telling.verb, telling.verb).format(_about(telling, workflow))
    if telling.verb in ("record", "correct"):
        what = f"{what} {listed(telling.answers) or 'nothing'}"
    case = f', on the linked case "{telling.case}"' if telling.case else ""
    done = ", as a step that has already happened" if telling.options.get("already_done") else ""
    return f"{_actor(by, workflow, directory)} {what}{case}{done}"


def _actor(by: str, workflow: Workflow | None, directory: Directory) -> str:
    name = by.replace(" ", "_")
    if by in directory.people:
        return directory.people[by].name
    if by in directory.agencies:
        return f"the contact of {directory.agencies[by].title}"
    known = workflow.roles.get(name) if workflow else None
    return with_article(known.title) if known else (by and with_article(by)) or "somebody"


def _about(telling: Telling, workflow: Workflow | None) -> str:
    """What a deed is about, by titles; several questions may be asked at once."""
    several = telling.verb in ("ask", "no reply")
    names = telling.object.split() if several else [telling.object]
    return listed([_called(name, workflow) if workflow else name for name in names])


def _called(path: str, workflow: Workflow) -> str:
    name = path.partition("/")[0].partition(" ")[0]
    if name in workflow.questions:
        return f'"{workflow.questions[name].ask}" ({path})'
    known = (
        workflow.transitions.get(name) or workflow.timescales.get(name) or workflow.packs.get(name)
    )
    return f'"{known.title}" ({path})' if known else path
