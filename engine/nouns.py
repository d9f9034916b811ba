"""Numbers with the thing that they count: `1 case`, `2 cases`."""

from __future__ import annotations


def count(number: int, one: str, many: str = "") -> str:
    """`1 case`, `2 cases`, `2 entries`; "more" stays as it is."""
    return f"{number} {one if number == 1 or one == 'more' else many or one + 's'}"
