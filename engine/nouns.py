"""Nouns as they stand in a sentence: with their number, `2 cases`, or their article."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_OWN_ARTICLE = ("a ", "an ", "the ", "any ", "another ", "each ", "every ", "all ", "our ")


def count(number: int, one: str, many: str = "") -> str:
    """`1 case`, `2 cases`, `2 entries`; "more" stays as it is."""
    return f"{number} {one if number == 1 or one == 'more' else many or one + 's'}"


def with_the(title: str) -> str:
    """A title with its article: `the business unit`; `a far body` keeps its own."""
    return title if title.casefold().startswith(_OWN_ARTICLE) else f"the {title}"


def any_of(titles: Iterable[str]) -> str:
    """Several titles of which one is meant: `the executive, the reviewer or another authority`."""
    *others, last = [with_the(title) for title in titles] or [""]
    return f"{', '.join(others)} or {last}" if others else last


def needed(what: str, who: Sequence[str], how: str) -> str:
    """One thing that is missing, who can supply it (unless that is said), and how."""
    names = [name.split(" (")[0].split(":")[0] for name in who if name not in what]
    by = f"from {any_of(names)}" if names else ""
    more = "; ".join(part for part in (by, how) if part)
    return f"{what} ({more})" if more else what
