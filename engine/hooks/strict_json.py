"""JSON as other systems send it, read strictly: one meaning, no duplicates, nothing too deep."""

from __future__ import annotations

import json
import re
from typing import Any, Final, NoReturn

from engine.errors import UsageError

DEEPEST: Final = 20
"""Levels of lists and objects within each other."""

_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_DIGITS = 15
"""Of a whole number; what has more is a text."""


class NotWholeError(UsageError):
    """What came may be no more than a part of it, of which the rest is on its way."""


def read(body: bytes) -> Any:
    """What a body says. Raises UsageError, in a sentence that repeats nothing of it, and
    NotWholeError where it may be a part of one.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise NotWholeError("The body is not UTF-8.") from None
    _check_depth(text)
    try:
        return json.loads(
            text,
            object_pairs_hook=_once,
            parse_constant=_no_number,
            parse_int=_whole,
            parse_float=_Fraction,
        )
    except UsageError:
        raise
    except ValueError:
        raise NotWholeError("The body is not JSON.") from None


class _Fraction(str):
    """A number that is not whole, as it was written: nothing here is answered with one."""

    __slots__ = ()


def is_fraction(value: object) -> bool:
    """Whether a value is a number that is not whole."""
    return isinstance(value, _Fraction)


def _check_depth(text: str) -> None:
    depth = 0
    for found in re.finditer(r"[\[{\]}]", _TEXT.sub("", text)):
        depth += 1 if found[0] in "[{" else -1
        if depth > DEEPEST:
            raise UsageError(f"The body is nested more than {DEEPEST} levels deep.")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UsageError("A name stands twice in one object of the body.")
    return found


def _whole(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise UsageError(f"A number of the body has more than {_DIGITS} digits; send it as text.")
    return int(digits)


def _no_number(word: str) -> NoReturn:
    raise UsageError("A number of the body is none that JSON has.")
