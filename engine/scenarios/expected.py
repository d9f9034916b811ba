"""Judges what a story expects, before it is played: every name that its process does not have, and
every value that could never be so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final

from engine.dates import parse_partial
from engine.errors import UsageError
from engine.loading.findings import Place
from engine.scenarios.names import Judge

STATUSES: Final = (
    "not started",
    "running",
    "provisional",
    "met",
    "met late",
    "overdue",
    "no longer applies",
    "set aside",
)
NOT_STARTED: Final = "not started"

Look = Callable[[Judge, str, Place], object]
"""Looks up a name, or judges a value."""


def judge_expected(names: Judge, then: Any, place: Place) -> None:
    """Note what can never be so of what is expected."""
    for key, wanted in then.items() if isinstance(then, Mapping) else ():
        look = _EXPECTED.get(key)
        if look is not None:
            look(names, wanted, place / key)


def _one(look: Look) -> Callable[[Judge, Any, Place], None]:
    def judged(names: Judge, wanted: Any, place: Place) -> None:
        if isinstance(wanted, str):
            look(names, wanted, place)

    return judged


def _list(look: Look) -> Callable[[Judge, Any, Place], None]:
    def judged(names: Judge, wanted: Any, place: Place) -> None:
        for one in wanted if isinstance(wanted, list) else ():
            look(names, str(one), place)

    return judged


def _beside(look: Look, value: Look | None = None) -> Callable[[Judge, Any, Place], None]:
    """A table: names, and beside each a value."""

    def judged(names: Judge, wanted: Any, place: Place) -> None:
        for name, said in _entries(wanted):
            look(names, name, place / name)
            if value is not None:
                value(names, str(said), place / name)

    return judged


def _lists_beside(look: Look, entry: Look | None = None) -> Callable[[Judge, Any, Place], None]:
    """A table: names, and beside each a list."""

    def judged(names: Judge, wanted: Any, place: Place) -> None:
        for name, said in _entries(wanted):
            look(names, name, place / name)
            if not isinstance(said, list):
                names.findings.add(place / name, f'What is expected of "{name}" must be a list.')
                continue
            if entry is not None:
                _each(names, entry, said, place / name)

    return judged


def _each(names: Judge, look: Look, said: list[Any], place: Place) -> None:
    for one in said:
        look(names, str(one), place)


def _linked(names: Judge, wanted: Any, place: Place) -> None:
    for name, state in _entries(wanted):
        child = names.linked(name, place / name)
        if child is not None and state != "none":
            child.state(str(state), place / name)


def _entries(wanted: Any) -> Iterator[tuple[str, Any]]:
    yield from wanted.items() if isinstance(wanted, Mapping) else ()


def _status(names: Judge, said: str, place: Place) -> None:
    _one_of(names, said, STATUSES, place)


def _one_of(names: Judge, said: str, known: Collection[str], place: Place) -> None:
    if said not in known:
        names.findings.unknown(place, f'No timescale is ever "{said}".', said, known)


def _day(names: Judge, said: str, place: Place) -> None:
    """A day, no day at all, or that the clock has not started."""
    if said in ("", NOT_STARTED):
        return
    try:
        parse_partial(said)
    except UsageError as error:
        names.findings.add(place, str(error))


_EXPECTED: Final[Mapping[str, Callable[[Judge, Any, Place], None]]] = {
    "state": _one(Judge.state),
    "due": _beside(Judge.timescale, _day),
    "due_between": _lists_beside(Judge.timescale, _day),
    "status": _beside(Judge.timescale, _status),
    "target": _beside(Judge.timescale, _day),
    "told": _list(Judge.told),
    "answer": _beside(Judge.question),
    "times_answered": _beside(Judge.question),
    "linked": _linked,
    "waits_on": _one(Judge.waits_on),
    "told_only": _list(Judge.told),
    "reminded": _lists_beside(Judge.timescale),
    "escalated": _lists_beside(Judge.timescale),
    "asked_afresh": _list(Judge.question),
    "asks_afresh": _lists_beside(Judge.step, Judge.question),
    "starts_here": _list(Judge.step),
    "kept_by": _list(Judge.role),
    "only_by": _lists_beside(Judge.step, Judge.role),
    "needs": _lists_beside(Judge.step),
}
"""How what is expected is judged; what is not here holds no name: message and tasks."""
