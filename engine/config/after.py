"""What config.toml says of [[after]]: which programs are called after steps, and what of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from engine.config import kinds
from engine.config.kinds import WrongValueError
from engine.config.sheet import Shape
from engine.service.calls.after import EVERY, After

MOST: Final = 20
"""Hooks of one file: each has places of its own, so that none waits for another."""
MOST_STEPS, MOST_WORDS, MOST_ANSWERS, MOST_VALUES = 100, 50, 50, 20
LONGEST: Final = 10 * 60
"""Seconds that a call may take at the most."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,79}")
_TIME = re.compile(r"([1-9]\d{0,2}) (second|minute)s?")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}")


def _name(value: Any) -> str:
    text = kinds.line(value)
    if not _NAME.fullmatch(text):
        raise WrongValueError("must be a name of the definition: small letters, digits and _.")
    return text


def _list(value: Any, most: int, example: str) -> list[Any]:
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        raise WrongValueError(f"must be a list of at most {most}, such as {example}.")
    return value


def _steps(value: Any) -> tuple[str, ...]:
    found = _list(value, MOST_STEPS, '["decide_to_notify"], or ["*"] for all')
    if found == [EVERY]:
        return (EVERY,)
    return tuple(dict.fromkeys(_name(one) for one in found))


def _answers(value: Any) -> tuple[str, ...]:
    found = _list(value, MOST_ANSWERS, '["place_of_incident"]')
    return tuple(dict.fromkeys(_name(one) for one in found))


def _command(value: Any) -> tuple[str, ...]:
    example = '["/usr/local/lib/casetrail/index", "--quick"]; no shell reads it'
    words = tuple(kinds.line(one) for one in _list(value, MOST_WORDS, example))
    if not words[0].startswith("/"):
        raise WrongValueError("must begin with the whole path of a program, from / on.")
    return words


def _timeout(value: Any) -> int:
    found = _TIME.fullmatch(kinds.line(value))
    seconds = int(found[1]) * (60 if found[2] == "minute" else 1) if found else 0
    if not 1 <= seconds <= LONGEST:
        raise WrongValueError('must be a time such as "30 seconds", of at most "10 minutes".')
    return seconds


def _environment(value: Any) -> Mapping[str, str]:
    if not isinstance(value, dict) or len(value) > MOST_VALUES:
        raise WrongValueError(f'must be a table of at most {MOST_VALUES}, as {{ NAME = "value" }}.')
    for name in value:
        if not _VARIABLE.fullmatch(name):
            shown = kinds.shown(name)
            raise WrongValueError(f'has "{shown}", which no variable can be called.')
    return MappingProxyType({name: kinds.line(one) for name, one in value.items()})


SHAPE = Shape(
    "[[after]]",
    {
        "id": kinds.identity,
        "process": _name,
        "steps": _steps,
        "command": _command,
        "timeout": _timeout,
        "environment": _environment,
        "answers": _answers,
        "linked": kinds.yes_or_no,
    },
    needed={
        "id": 'Write id = "..."; the program is told it, and the record names it.',
        "process": 'Write process = "..." with the name of a process.',
        "steps": 'Write steps = ["..."] with the names of steps, or ["*"] for all.',
        "command": 'Write command = ["/..."] with the whole path of a program.',
    },
)
"""What an [[after]] may say."""


def afters(tables: list[dict[str, Any]]) -> Mapping[str, After]:
    """Those of a file without mistakes, by their ids."""
    return MappingProxyType({one["id"]: After(**one) for one in tables})
