"""What was sent is not said again: ids and words that were made up are taken out of a problem.

An answer to a question is never in a sentence of the engine; a word that stands for something that
there is not may be, and somebody may have typed a name there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from engine.verbs.fields import Field
from engine.web.problems import Problem

KINDS: Final = ("id", "word")
HUSHED: Final = "…"
SHORTEST = 3
"""Characters of what is worth taking out."""
SHOWN = 40
"""Characters that the engine repeats at most."""


def hushed(
    problem: Problem,
    fields: Sequence[Field],
    raw: Mapping[str, Any],
    known: Collection[str],
) -> Problem:
    """The same problem without the ids and words of its request, but for those that are known."""
    sent = [raw.get(one.name) for one in fields if one.kind in KINDS]
    # A step that a refusal names is one that there is.
    named = {*known, problem.more.get("transition")}
    words = [one for one in sent if isinstance(one, str) and one not in named]
    if not (patterns := [*_patterns(words)]):
        return problem

    def hush(value: Any) -> Any:
        if isinstance(value, str):
            for pattern in patterns:
                value = pattern.sub(HUSHED, value)
            return value
        if isinstance(value, Mapping):
            return {key: hush(one) for key, one in value.items()}
        return [hush(one) for one in value] if isinstance(value, list) else value

    return replace(problem, detail=hush(problem.detail), more=hush(problem.more))


def _patterns(words: Iterable[str]) -> Iterable[re.Pattern[str]]:
    for word in words:
        shown = word.strip()[:SHOWN]
        if len(shown) >= SHORTEST:
            yield re.compile(rf"(?<!\w){re.escape(shown)}(?!\w)", re.IGNORECASE)
        for part in word.split():
            if len(part) >= SHORTEST:
                yield re.compile(rf'(?<="){re.escape(part)}(?=")', re.IGNORECASE)
