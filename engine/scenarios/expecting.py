"""What a scenario may expect after a step: each expectation, and how it is looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from engine import queries
from engine.directory import Directory
from engine.scenarios import exactly
from engine.service.workplace import Workplace

Shown = Mapping[str, Any]
"""A case in its stable form; `before` is the number of its last entry when the step before this
one was over, and `at_step` when this one began."""

Look = Callable[[Workplace, Shown, Any], Any]
"""What is found of what is wanted; the expectation is met when the two are the same."""


def _state(place: Workplace, shown: Shown, wanted: str) -> str:
    return str(shown["state"])


def _deadlines(column: str) -> Look:
    def look(place: Workplace, shown: Shown, wanted: Mapping[str, Any]) -> dict[str, Any]:
        return {name: _of_deadline(shown, name, column) for name in wanted}

    return look


def _of_deadline(shown: Shown, name: str, column: str) -> Any:
    """The latest deadline of a timescale, or with a number the one that is numbered so."""
    timescale, _, no = name.partition(" ")
    found = [d for d in shown["deadlines"] if d["timescale"] == timescale]
    latest = max(found, key=lambda d: int(d["no"]), default=None)
    if no:
        latest = next((d for d in found if d["no"] == int(no)), None)
    if latest is None:
        return "not started"
    return latest[column] or ""


def _told(place: Workplace, shown: Shown, wanted: Iterable[str]) -> list[str]:
    """The wanted roles, agencies and people that were told something since the last step."""
    told = {str(row[0]) for row in _messages(place, shown)}
    day = place.today().isoformat()
    return [name for name in wanted if told >= _meant(place.directory, name, day)]


def _meant(directory: Directory, name: str, day: str) -> set[str]:
    if name in directory.people:
        return {name}
    if name in directory.agencies:
        return {one.person for one in directory.contact(name, day)}
    return {one.person for one in directory.to_tell(name.replace(" ", "_"), day)}


def _message(place: Workplace, shown: Shown, wanted: str) -> str:
    said = {str(row[1]) for row in _messages(place, shown)}
    return wanted if any(wanted in text for text in said) else "; ".join(sorted(said)) or "nothing"


def _messages(place: Workplace, shown: Shown) -> list[Any]:
    with place.database.read() as tx:
        return list(tx.rows(queries.MESSAGES_SINCE, (place.log, shown["ref"], shown["before"])))


def _tasks(place: Workplace, shown: Shown, wanted: Iterable[str]) -> list[str]:
    """The open tasks; one that holds the wanted words counts as said."""
    open_now = [task["what"] for task in shown["tasks"]]
    found = []
    for text in open_now:
        found.append(next((words for words in wanted if words in text), text))
    return found


def _answer(place: Workplace, shown: Shown, wanted: Mapping[str, str]) -> dict[str, str]:
    return {name: _of_answer(shown, name) for name in wanted}


def _of_answer(shown: Shown, name: str) -> str:
    """The latest public answer; of a question that stands alone, how it was dealt with."""
    question, _, of = name.partition("/")
    found = [a for a in shown["answers"] if (a["question"], a["of"]) == (question, of)]
    latest = max(found, key=lambda a: int(a["no"]), default=None)
    if latest is None:
        return "not asked"
    return str(latest["value"] or latest["status"])


def _times(place: Workplace, shown: Shown, wanted: Mapping[str, int]) -> dict[str, int]:
    answered = [a["question"] for a in shown["answers"] if a["status"] == "answered"]
    return {name: answered.count(name) for name in wanted}


def _linked(place: Workplace, shown: Shown, wanted: Mapping[str, str]) -> dict[str, str]:
    return {name: str((linked_case(shown, name) or {"state": "none"})["state"]) for name in wanted}


def linked_case(shown: Shown, name: str) -> Mapping[str, Any] | None:
    """The linked case that is meant: the latest of a process, its second, or an agency's."""
    process, _, which = name.partition(" ")
    found = [one for one in shown["linked"] if one["workflow"] == process]
    found.sort(key=lambda one: int(one["ref"].rpartition(".")[2]))
    if which.isdigit():
        found = found[int(which) - 1 : int(which)]
    elif which:
        found = [one for one in found if one["about"] == which]
    return found[-1] if found else None


EXPECTATIONS: Final[Mapping[str, tuple[type, Look]]] = {
    "state": (str, _state),
    "due": (dict, _deadlines("due_on")),
    "due_between": (dict, _deadlines("due_between")),
    "status": (dict, _deadlines("status")),
    "target": (dict, _deadlines("target_on")),
    "told": (list, _told),
    "message": (str, _message),
    "tasks": (list, _tasks),
    "answer": (dict, _answer),
    "times_answered": (dict, _times),
    "linked": (dict, _linked),
    "waits_on": (str, exactly.waits_on),
    "told_only": (list, exactly.told_only),
    "reminded": (dict, exactly.fired("remind")),
    "escalated": (dict, exactly.fired("escalate")),
    "asked_afresh": (list, exactly.asked_afresh),
    "asks_afresh": (dict, exactly.asks_afresh),
    "starts_here": (list, exactly.starts_here),
    "kept_by": (list, exactly.kept_by),
    "only_by": (dict, exactly.only_by),
    "needs": (dict, exactly.needs),
}
"""What each is written as, and how it is looked up."""
