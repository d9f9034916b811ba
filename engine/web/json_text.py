"""JSON as it comes from outside: in UTF-8, each name once, no deeper than any verb needs."""

from __future__ import annotations

import json
from typing import Any

from engine.errors import UsageError
from engine.web.limits import MOST_DEPTH

NOT_JSON = "What was sent is not one JSON document in UTF-8 without a byte order mark."
TWICE = "A JSON object has the same name twice."
TOO_DEEP = f"The JSON document has more than {MOST_DEPTH} levels."
BROKEN = "A text of the JSON document is broken off within a character."


def read(body: bytes) -> Any:
    """What a JSON document says. Raises UsageError, without anything of it."""
    try:
        found = json.loads(body.decode("utf-8"), object_pairs_hook=_object, parse_constant=_never)
    except (ValueError, RecursionError):
        raise UsageError(NOT_JSON) from None
    _check(found, 1)
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise UsageError(TWICE)
    return found


def _never(name: str) -> Any:
    raise ValueError(name)


def _check(value: Any, depth: int) -> None:
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
            raise UsageError(BROKEN)
        return
    inside = [*value, *value.values()] if isinstance(value, dict) else value
    if not isinstance(inside, list):
        return
    if depth > MOST_DEPTH:
        raise UsageError(TOO_DEEP)
    for one in inside:
        _check(one, depth + 1)
