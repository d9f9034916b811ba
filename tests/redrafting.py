"""A definition with one place of it changed by chance, whether it still makes sense or not."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

Way = tuple[str | int, ...]

WORDS = {
    "answered": "not answered",
    "not answered": "answered",
    "is": "answered",
    "passed": "answered",
    "at least": "at most",
    "at most": "at least",
}
OTHER_RULES = ("within 9 months of aware_on", "as soon as practicable after aware_on")


def leaves(value: Any, path: Way = ()) -> Iterator[Way]:
    """Every place in a stored definition at which something can be changed."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        yield path
        for at, item in enumerate(value):
            yield from leaves(item, (*path, at))
    else:
        yield path


def mutated(stored: dict[str, Any], path: Way, chance: random.Random) -> dict[str, Any]:
    """A stored definition with one place of it changed, and nothing else; a few cannot be."""
    made = copy.deepcopy(stored)
    at: Any = made
    for step in path[:-1]:
        at = at[step]
    old = at[path[-1]]
    at[path[-1]] = _fewer(old, chance) if isinstance(old, list) else _other(old, path)
    return made


def _fewer(value: list[Any], chance: random.Random) -> list[Any]:
    """One thing less, or the same things in another order."""
    turned = chance.sample(value, len(value))
    if turned != value and chance.random() < 0.5:
        return turned
    drop = chance.randrange(len(value)) if value else 0
    return [one for at, one in enumerate(value) if at != drop]


def _other(value: Any, path: Way) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if path[-1] == "word":
        return WORDS.get(value, value)
    if path[-1] == "due":
        return next(one for one in OTHER_RULES if one != value)
    return _text(value, path) if isinstance(value, str) else value


def _text(value: str, path: Way) -> str:
    if value.isdigit() and path[-2:-1] == ("values",):
        return str(int(value) + 1)
    return f"{value}_x" if path[-1] == "id" else f"{value} x".strip()
