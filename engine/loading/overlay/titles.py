"""Refuses titles by which people would take what is a partnership's own for something else.

Titles are compared as they are read: by their letters, whatever the case, spaces and signs, and
with look-alikes taken for each other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from engine.definition import State, Workflow
from engine.filetext import named
from engine.loading.checks.rules import Problem
from engine.loading.overlay.authority import authority
from engine.loading.overlay.locally import Found
from engine.loading.overlay.wording import are_shown

KINDS: Final = (
    ("role", "group"),
    ("state",),
    ("transition",),
    ("question",),
    ("timescale",),
    ("pack",),
)
"""The sections whose titles are told from each other."""

_PHRASE: Final = ("state", "transition", "question")
"""What is also taken for another whose title it only begins with."""
_PEOPLE: Final = ("role", "group")
_READ: Final = 500
"""Characters of a title in which another may stand at its beginning."""
_LONG: Final = 3
"""Words of a title that is known again where it goes on."""
_ENDED: Final = (
    *("closed", "ended", "finished", "completed", "complete", "concluded", "done", "settled"),
    *("nothing more", "nothing further", "nothing to do", "no further", "no more"),
)
_FILLING: Final = frozenset(
    ("the", "this", "that", "it", "case", "review", "is", "was", "has", "been", "all", "now")
)
_OTHER: Final = "Call it otherwise: people would take the one for the other."
_ALIKE: Final = str.maketrans("01|i\u0131łøđħŧĸŋ", "olllllodhtkn")
_LATIN: Final = 0x17F
"""The last letter that is taken for itself; those of Wales, Poland and the rest of Europe are."""
_STOPS: Final = re.compile(r"[;:,.()/?!\u2013\u2014]| - ")


class _Named(NamedTuple):
    """Something with a title, under its section and name."""

    section: str
    name: str
    title: str
    thing: Any


_Known = dict[str, list[_Named]]
"""What has a title, by each of its readings."""


def _learn(known: _Known, more: list[_Named]) -> None:
    for one in more:
        for reading in _whole(one):
            known.setdefault(reading, []).append(one)


def title_problems(base: Workflow | None, new: Workflow, parent: Workflow) -> Iterator[Found]:
    """The titles of an overlay that read as something else; where there is no base, of a linked
    process that is the overlay's own. Its people are beside those of the `parent` of the base.
    """
    for sections in KINDS:
        beside = base or (parent if sections == _PEOPLE else None)
        seen: _Known = {}
        _learn(seen, [one for s in sections for one in _all(beside, s)] if beside else [])
        for one in (found for section in sections for found in _own(beside, new, section)):
            if problem := _problem(one, seen, beside, new):
                yield one.section, one.name, problem
            if one.section in _PEOPLE:
                _learn(seen, [one])


def child_title_problem(name: str, base: Workflow, new: Workflow) -> Problem | None:
    """What is wrong with the title of a linked process, which is read beside those of the base."""
    child = new.children[name]
    if name in base.children and base.children[name].title == child.title:
        return None
    others = [_Named("process", n, one.title, one) for n, one in base.children.items()]
    others.append(_Named("process", base.name, base.title, base))
    known: _Known = {}
    _learn(known, others)
    problem = _taken(_Named("process", name, child.title, child), known, base)
    return replace(problem, at=()) if problem else None


def _all(workflow: Workflow, section: str) -> list[_Named]:
    things: Mapping[str, Any] = getattr(workflow, f"{section}s")
    key = _key(section)
    return [_Named(section, name, getattr(one, key), one) for name, one in things.items()]


def _key(section: str) -> str:
    return "ask" if section == "question" else "title"


def _own(base: Workflow | None, new: Workflow, section: str) -> Iterator[_Named]:
    """What has a title of a partnership's own: not of the base's, nor with words added to it."""
    known = {one.name: one.title for one in _all(base, section)} if base else {}
    for one in _all(new, section):
        if not are_shown("title", known.get(one.name, ""), one.title) or one.name not in known:
            yield one


def _problem(one: _Named, others: _Known, base: Workflow | None, new: Workflow) -> Problem | None:
    if strange := next((s for s in one.title if _is_strange(s)), ""):
        known = base or new
        said = f'"{one.title}" has "{strange}", {named(strange)}, which reads as another letter; '
        said += f'"{known.title}", edition {known.edition}, is read in Latin letters.'
        return Problem((_key(one.section),), said, "Write it in plain letters.")
    if isinstance(one.thing, State) and not one.thing.closed and _says_ended(one.title):
        before = base.states.get(one.name) if base else None
        rests = f"; it rests on {authority(before, base)}" if base and before else ""
        said = (
            f'"{one.title}" reads as if a case were closed, and state "{one.name}" is not{rests}.'
        )
        return Problem(("title",), said, "Say what the case waits for.")
    return _taken(one, others, base)


def _taken(one: _Named, others: _Known, base: Workflow | None) -> Problem | None:
    alike = [other for reading in _readings(one) for other in others.get(reading, ())]
    for other in alike:
        itself = (other.section, other.name) == (one.section, one.name)
        if itself or _is_around(other, one, base):
            continue
        said = f'"{one.title}" reads as {other.section} "{other.name}"'
        if base is not None and _is_of(other, base):
            said += f' of the base, "{other.title}", which rests on '
            said += authority(other.thing, base)
        return Problem((_key(one.section),), f"{said}.", _OTHER)
    return None


def _is_of(other: _Named, base: Workflow) -> bool:
    if other.section == "process":
        return True
    return other.name in getattr(base, f"{other.section}s")


def _is_around(other: _Named, one: _Named, base: Workflow | None) -> bool:
    """Whether something is a state within which the other is, with whose title it may begin."""
    if one.section != "state" or base is None:
        return False
    within, state = set[str](), base.states.get(one.name)
    while state and state.within and state.within not in within:
        within.add(state.within)
        state = base.states.get(state.within)
    return other.name in within


def _whole(one: _Named) -> set[str]:
    return {_folded(one.title), *(_cut(one) if one.section in _PEOPLE else ())} - {""}


def _cut(one: _Named) -> Iterator[str]:
    """A role is also called without what its title explains."""
    for sign in (" (", ":"):
        yield _folded(one.title.partition(sign)[0])


def _readings(one: _Named) -> list[str]:
    """All as which a title may be read: as a whole, and for some things as what it begins with."""
    found = dict.fromkeys(sorted(_whole(one)))
    if one.section in _PHRASE:
        beginning = one.title.strip()[:_READ]
        ends = [stop.start() for stop in _STOPS.finditer(beginning)]
        spaces = [space.start() for space in re.finditer(r"\s+", beginning)]
        ends += spaces[_LONG - 1 :]
        found |= dict.fromkeys(_folded(beginning[:end]) for end in ends)
    return [reading for reading in found if reading]


def _folded(title: str) -> str:
    """A title by its letters and digits alone, as they look; without the article before it."""
    words = unicodedata.normalize("NFKD", title).casefold().translate(_ALIKE).split()
    if words[:1] == ["the"]:
        words = words[1:]
    return "".join(sign for word in words for sign in word if sign.isalnum())


def _is_strange(sign: str) -> bool:
    plain = unicodedata.normalize("NFKC", sign)
    return sign.isalpha() and any(ord(one) > _LATIN and one not in "ȘșȚț" for one in plain)


def _says_ended(title: str) -> bool:
    words = [_folded(word) for word in re.split(r"[\W_]+", title) if word]
    filling = {_folded(word) for word in _FILLING} | {"the"}
    while words and (words[0] in filling or not words[0]):
        words = words[1:]
    said = " ".join(words) + " "
    return any(said.startswith(" ".join(map(_folded, one.split())) + " ") for one in _ENDED)
