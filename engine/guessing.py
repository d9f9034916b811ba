"""Which known names resemble a word, to say what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable


def resembling(word: str, known: Iterable[str], most: int = 1, likeness: float = 0.6) -> list[str]:
    """The names that are most like a word, the likest first; `likeness` is from 0 to 1."""
    # Only a mistake pays for what compares names.
    from difflib import get_close_matches

    return get_close_matches(word, list(known), most, likeness)
