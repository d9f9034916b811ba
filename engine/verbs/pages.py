"""Pages of long lists: how many entries one holds, and where the next begins.

A cursor says after which entry a page begins, by what the list itself shows of it: whoever makes
one up begins somewhere else, and sees no more than that.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Sequence

Place = tuple[str | int, ...]


def cursor(place: Sequence[str | int] | None) -> str | None:
    """The place of an entry as one word for an address; None where nothing comes after it."""
    if place is None:
        return None
    text = json.dumps(place, separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def place(word: str) -> Place:
    """The place that a cursor says. Raises ValueError for what is none."""
    try:
        found = json.loads(urlsafe_b64decode(f"{word}{'=' * (-len(word) % 4)}"))
    except (Error, ValueError, RecursionError):
        raise ValueError("not a cursor") from None
    if not isinstance(found, list) or not all(_is_plain(one) for one in found):
        raise ValueError("not a cursor")
    return tuple(found)


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= 100 and value.isprintable()
    return type(value) is int and 0 <= value < 1_000_000_000
