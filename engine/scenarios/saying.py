"""Says what a story expected and what was so instead, in the words of its process."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from engine.dates import said
from engine.definition import Workflow
from engine.errors import UsageError
from engine.nouns import count
from engine.prose import listed, with_article

Pair = tuple[str, str]
"""What was expected, and what was so instead."""
Say = Callable[[Workflow, Any, Any], list[Pair]]

_DEALT_WITH: Final = {
    "answered": "is answered",
    "asked": "has been asked, and is not answered",
    "no reply": "was asked, and nobody replied",
    "not asked": "has not been asked",
}
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
MOST: Final = 600
"""Characters of the messages that are repeated."""


def apart(workflow: Workflow, what: str, wanted: Any, found: Any) -> list[Pair]:
    """One pair for each thing that was otherwise; of a table only where the two differ."""
    return _SAID[what](workflow, wanted, found)


def _state(workflow: Workflow, wanted: str, found: str) -> list[Pair]:
    return [(f"the case is at {_at(workflow, wanted)}", f"it is at {_at(workflow, found)}")]


def _at(workflow: Workflow, name: str) -> str:
    known = workflow.states.get(name)
    return f'"{known.title}" ({name})' if known else f'"{name}"'


def _clock(say: Callable[[Any], str]) -> Say:
    """Each timescale of which something else is so."""

    def told(workflow: Workflow, wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[Pair]:
        return [
            (f"{_timescale(workflow, name)} {say(one)}", f"it {say(found[name])}")
            for name, one in wanted.items()
            if one != found[name]
        ]

    return told


def _timescale(workflow: Workflow, name: str) -> str:
    known = workflow.timescales.get(name.partition(" ")[0])
    return f'"{known.title}" ({name})' if known else f'"{name}"'


def _due(day: str) -> str:
    if day == "not started":
        return "has not started"
    return f"is due on {_day(day)}" if day else "has no day on which it is due"


def _between(days: Any) -> str:
    if not isinstance(days, list | tuple) or len(days) != 2:
        return "has no two days between which it is due" if days != "not started" else _due(days)
    return f"is due between {_day(days[0])} and {_day(days[1])}"


def _target(day: str) -> str:
    return f"has the target {_day(day)}" if day and day != "not started" else "has no target"


def _status(status: str) -> str:
    return "has not started" if status == "not started" else f"is {status}"


def _fired(noun: str) -> Callable[[Any], str]:
    def told(sent: Any) -> str:
        every = [_dated(one) for one in sent] if isinstance(sent, list) else [str(sent)]
        return (
            f"has sent {count(len(every), noun)}: {'; '.join(every)}"
            if every
            else (f"has sent no {noun}")
        )

    return told


def _dated(text: str) -> str:
    day, colon, names = str(text).partition(": ")
    return f"{_day(day)}{colon and f' to {names}'}"


def _day(text: str) -> str:
    try:
        return said(str(text), short=True)
    except UsageError:
        return str(text)


def _told(workflow: Workflow, wanted: list[str], found: list[str]) -> list[Pair]:
    missing = [name for name in wanted if name not in found]
    expected = f"something is told to {_people(workflow, wanted)}"
    return [(expected, f"nothing was told to {_people(workflow, missing, 'or')}")]


def _told_only(workflow: Workflow, wanted: list[str], found: list[str]) -> list[Pair]:
    missing = [name for name in wanted if name not in found]
    more = [name.removesuffix(" as well") for name in found if name not in wanted]
    expected = f"this step tells {_people(workflow, wanted)}, and nobody else"
    instead = [f"nothing was told to {_people(workflow, missing, 'or')}"] if missing else []
    instead += [f"{listed(more)} {'was' if len(more) == 1 else 'were'} told as well"] * bool(more)
    return [(expected, "; ".join(instead))]


def _people(workflow: Workflow, names: Iterable[str], last: str = "and") -> str:
    return listed([_who(workflow, name) for name in names], last) or "nobody"


def _who(workflow: Workflow, name: str) -> str:
    known = name.replace(" ", "_")
    return with_article(name) if known in workflow.roles or known in workflow.groups else name


def _message(workflow: Workflow, wanted: str, found: str) -> list[Pair]:
    short = found if len(found) <= MOST else f"{found[:MOST]} ..."
    instead = "nobody was sent a message" if found == "nothing" else f"the messages say: {short}"
    return [(f'a message says "{wanted}"', instead)]


def _tasks(workflow: Workflow, wanted: list[str], found: list[str]) -> list[Pair]:
    missing = [words for words in wanted if words not in found]
    more = [text for text in found if text not in wanted]
    expected = f"the open tasks say {_quoted(wanted)}" if wanted else "no task is open"
    instead = [f"none says {_quoted(missing, 'or')}"] if missing else []
    instead += [f"open {'as well' if wanted else 'all the same'}: {_quoted(more)}"] * bool(more)
    return [(expected, "; ".join(instead) or "other tasks are open")]


def _quoted(texts: Iterable[str], last: str = "and") -> str:
    return listed([f'"{text}"' for text in texts], last) or "nothing"


def _answer(workflow: Workflow, wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[Pair]:
    return [
        (f"{_question(workflow, name)} {_answered(one)}", f"it {_answered(found[name])}")
        for name, one in wanted.items()
        if one != found[name]
    ]


def _question(workflow: Workflow, path: str) -> str:
    known = workflow.questions.get(path.partition("/")[0])
    return f'"{known.ask}" ({path})' if known else f'"{path}"'


def _answered(value: Any) -> str:
    said = _day(str(value)) if _DATE.fullmatch(str(value)) else str(value)
    return _DEALT_WITH.get(str(value), f'is answered "{said}"')


def _times(workflow: Workflow, wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[Pair]:
    return [
        (
            f"{_question(workflow, name)} has been answered {count(one, 'time')}",
            f"it has been answered {count(found[name], 'time')}",
        )
        for name, one in wanted.items()
        if one != found[name]
    ]


def _linked(workflow: Workflow, wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[Pair]:
    return [
        (_case(workflow, name, str(one)), _case(workflow, name, str(found[name])))
        for name, one in wanted.items()
        if one != found[name]
    ]


def _case(workflow: Workflow, name: str, state: str) -> str:
    child = workflow.children.get(name.partition(" ")[0])
    if state == "none" or child is None:
        return f'there is no linked case "{name}"'
    return f'the linked case "{name}" is at {_at(child, state)}'


def _waits(workflow: Workflow, wanted: str, found: str) -> list[Pair]:
    instead = f"it waits on {_who(workflow, found)}" if found else "it waits on nobody"
    return [(f"the case waits on {_who(workflow, wanted)}", instead)]


def _whole(head: str, none: str) -> Say:
    """A list that was expected to its last name."""

    def told(workflow: Workflow, wanted: Any, found: list[str]) -> list[Pair]:
        return [_difference(f"{head}: ", none, _texts(wanted), _texts(found))]

    return told


def _beside(head: str, none: str) -> Say:
    """The same of each entry of a table: `{}` is its name."""

    def told(workflow: Workflow, wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[Pair]:
        return [
            _difference(
                f"{head.format(_step(workflow, name))}: ",
                none.format(_step(workflow, name)),
                _texts(one),
                _texts(found[name]),
            )
            for name, one in wanted.items()
            if one != found[name]
        ]

    return told


def _difference(head: str, none: str, wanted: list[str], found: list[str]) -> Pair:
    """A list as it was expected, and what it lacks and has besides."""
    missing = [name for name in wanted if name not in found]
    more = [name for name in found if name not in wanted]
    expected = f"{head}{listed(wanted)}" if wanted else none
    if not set(found) & set(wanted):
        return expected, f"{head}{listed(found)}" if found else none
    instead = [f"without {listed(missing)}"] if missing else []
    instead += [f"with {listed(more)} as well"] if more else []
    return expected, " and ".join(instead) or f"{head}{listed(found)}"


def _step(workflow: Workflow, name: str) -> str:
    known = workflow.transitions.get(name)
    return f'"{known.title}" ({name})' if known else f'"{name}"'


def _texts(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]


_SAID: Final[Mapping[str, Say]] = {
    "state": _state,
    "due": _clock(_due),
    "due_between": _clock(_between),
    "status": _clock(_status),
    "target": _clock(_target),
    "told": _told,
    "message": _message,
    "tasks": _tasks,
    "answer": _answer,
    "times_answered": _times,
    "linked": _linked,
    "waits_on": _waits,
    "told_only": _told_only,
    "reminded": _clock(_fired("reminder")),
    "escalated": _clock(_fired("escalation")),
    "asked_afresh": _whole("the step asks afresh", "the step asks nothing afresh"),
    "asks_afresh": _beside("{} would ask afresh", "{} would ask nothing afresh"),
    "starts_here": _whole("these steps start here", "no step starts here"),
    "kept_by": _whole("the record is kept by", "nobody keeps the record"),
    "only_by": _beside("{} may be taken by", "{} may be taken by nobody"),
    "needs": _beside("{} still needs", "{} still needs nothing"),
}
"""How each expectation is told when it was not met."""
