"""What is probably the same thing under another name: read from how alike the two are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from itertools import product
from typing import Any

from engine.definition import Workflow

KINDS = ("roles", "groups", "questions", "states", "transitions", "timescales", "packs", "rules")
"""The kinds of things that have a name in a definition."""

ALIKE = 0.6
"""So alike must two things be to count as one that was renamed: 1 is the same but for its name."""
TITLES = ("title", "ask", "says")
OF_A_TITLE = 3.0
"""How much more the title of a thing weighs than any other part of it."""
OF_THE_NAME = 0.3

Names = Mapping[str, Mapping[str, str]]
"""By kind: the old name of each renamed thing, and its new one."""


def renames(old: Workflow, new: Workflow) -> Names:
    """The things that have another name now; each is at most one other."""
    return {kind: dict(_pairs(getattr(old, kind), getattr(new, kind))) for kind in KINDS}


def _pairs(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    gone = [name for name in old if name not in new]
    come = [name for name in new if name not in old]
    # Sorted so that the comparison the other way round pairs the same two.
    scored = sorted(
        ((-_alike(old[a], new[b]), sorted((a, b)), a, b) for a, b in product(gone, come)),
    )
    taken: set[str] = set()
    for score, _, before, after in scored:
        if -score >= ALIKE and not {f"-{before}", f"+{after}"} & taken:
            taken |= {f"-{before}", f"+{after}"}
            yield before, after


def _alike(first: Any, second: Any) -> float:
    """How alike two things are, from 0 to 1; what neither of them says does not count."""
    defaults = first._field_defaults
    weight = same = 0.0
    for name in first._fields:
        one, two = getattr(first, name), getattr(second, name)
        unsaid = one == two and one == defaults.get(name, "")
        if name == "id" or unsaid:
            continue
        weighs = OF_A_TITLE if name in TITLES else 1.0
        weight += weighs
        same += weighs * (one == two)
    share = same / weight if weight else 0.0
    names = SequenceMatcher(None, *sorted((first.id, second.id))).ratio()
    return (1 - OF_THE_NAME) * share + OF_THE_NAME * names
