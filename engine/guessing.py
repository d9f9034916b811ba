"""Which known names resemble a word, to say what was probably meant."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

Named = tuple[str, str]
"""The name and the title of something."""


def resembling(word: str, known: Iterable[str], most: int = 1, likeness: float = 0.6) -> list[str]:
    """The names that are most like a word, the likest first; `likeness` is from 0 to 1."""
    # Only a mistake pays for what compares names.
    from difflib import get_close_matches

    return get_close_matches(word, list(known), most, likeness)


def meant(word: str, known: Collection[str]) -> str:
    """The end of a sentence that says which name was probably meant, or which there are."""
    near = resembling(word, known)
    return f"; did you mean {near[0]}?" if near else f"; there are: {', '.join(known) or 'none'}."


def fitting(typed: str, known: Sequence[Named]) -> list[Named]:
    """The things that have this name; else this title; else a title that begins so.

    Capitals, spaces and quotation marks make no difference to a title; nothing typed fits all.
    """
    wanted = _plain(typed)
    by_name = [one for one in known if one[0] == typed]
    by_title = [one for one in known if _plain(one[1]) == wanted]
    return by_name or by_title or [one for one in known if _plain(one[1]).startswith(wanted)]


def nearest(typed: str, known: Sequence[Named], most: int) -> list[Named]:
    """The thing whose name or title is most like what was typed, and those that have it inside."""
    wanted = _plain(typed)
    spelt = {text: one for one in known for text in (one[0], _plain(one[1]))}
    near = [spelt[text] for text in resembling(wanted, spelt)]
    inside = [one for one in known if wanted in _plain(one[1])]
    return list(dict.fromkeys([*near, *inside]))[:most]


def _plain(text: str) -> str:
    return " ".join(text.strip(' "“”').casefold().split())
