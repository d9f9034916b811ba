"""A partnership's own names for the neutral words of a definition, each as of a day. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NamesPeriod:
    """The names that a partnership used between two days, both included."""

    since: str
    until: str
    words: Mapping[str, str]
    """The neutral phrase of the definition, and what the partnership calls it."""


def named(text: str, periods: Iterable[NamesPeriod], day: str) -> str:
    """A text in the partnership's own names of that day.

    A phrase is replaced where it stands as whole words, however it is spaced or capitalised; what
    began with a capital still does. A name that was put in is not looked at again.
    """
    words = next((p.words for p in periods if p.since <= day <= p.until), None)
    if not words:
        return text
    names = {_plain(phrase): name for phrase, name in words.items()}
    longest_first = sorted(names, key=len, reverse=True)
    phrases = "|".join(r"\s+".join(map(re.escape, phrase.split())) for phrase in longest_first)
    whole = re.compile(rf"(?<![\w-])(?:{phrases})(?![\w-])", re.IGNORECASE)
    return whole.sub(lambda found: _as_written(found[0], names), text)


def _as_written(found: str, names: Mapping[str, str]) -> str:
    name = names.get(_plain(found), found)
    if found.isupper():
        return name.upper()
    return name[:1].upper() + name[1:] if found[:1].isupper() else name


def _plain(phrase: str) -> str:
    return " ".join(phrase.casefold().split())
