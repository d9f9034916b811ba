"""What was sent is not said again: what a sentence of the engine repeats of it is taken out.

The engine repeats what somebody typed in quotes alone, whole or its beginning; so nothing else of
a sentence is touched, whatever words were sent.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from engine.verbs.fields import Field
from engine.web.problems import Problem

HUSHED: Final = "…"
SHOWN: Final = (40, 60)
"""Characters that the engine repeats at most."""
LONGEST: Final = 200
"""Characters of the longest that it repeats whole."""
MOST_WORDS: Final = 50
"""Words of a text of which each may be repeated by itself."""


def hushed(
    problem: Problem,
    fields: Sequence[Field],
    raw: Mapping[str, Any],
    known: Collection[str],
) -> Problem:
    """The same problem without the values of its request, but for those that are known names."""
    # A step that a refusal names is one that there is.
    named = {*known, problem.more.get("transition")}
    sent = {one for field in fields for one in _texts(raw.get(field.name))}
    found = {form for text in sent - named for form in _forms(text)} - named
    if not found:
        return problem
    every = sorted(found, key=len, reverse=True)
    pattern = re.compile(f'"(?:{"|".join(map(re.escape, every))})(?:[.]{{3}})?(?=")')

    def hush(value: Any) -> Any:
        if isinstance(value, str):
            return pattern.sub(f'"{HUSHED}', value)
        if isinstance(value, Mapping):
            return {key: hush(one) for key, one in value.items()}
        return [hush(one) for one in value] if isinstance(value, list) else value

    return replace(problem, detail=hush(problem.detail), more=hush(problem.more))


def _texts(value: Any) -> Iterator[str]:
    """Every text of a value, and of the lists and tables in it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield str(name)
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def _forms(text: str) -> Iterable[str]:
    """A text as a sentence may have it: whole, its beginning, one of its words."""
    plain = unicodedata.normalize("NFC", text).strip()
    for one in {text, plain, *plain.split(maxsplit=MOST_WORDS)[:MOST_WORDS]}:
        yield from (form for form in (one[:LONGEST], *(one[:most] for most in SHOWN)) if form)
