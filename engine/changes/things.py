"""Comparing two things of one kind and one name, part by part."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from engine.changes.change import LAW, NOTHING, WORDING, WORDS, Change, Judge, Verdict, other
from engine.changes.fields import FIELDS, KINDS, Field
from engine.changes.renames import Names
from engine.changes.saying import said, title
from engine.definition import Timescale, Transition, Workflow
from engine.prose import quoted, straight
from engine.timescales import parse

KIND_OF = {"people": ("roles", "groups")}
"""Of what a part holds, under which kinds its renamed names stand."""
_PARTS = {"rules": LAW}
"""Where parts without an entry of their own are told, if not as wording."""
GONE_BY = {
    "timescales": ("title", "note"),
    "transitions": ("title", "says"),
    "questions": ("ask", "help"),
}
"""The words by which people go: of duties, of times that law or guidance sets, and of questions
that a rule reads.
"""
_WORD = re.compile(r"\w+")


class Two(NamedTuple):
    """Two editions that are compared, and what has another name in the later one."""

    old: Workflow
    new: Workflow
    names: Names

    def carried(self, value: Any, holds: str) -> Any:
        """A value of the old edition, in the names of the new one."""
        if not holds:
            return value
        if isinstance(value, tuple):
            found = tuple(self.carried(one, holds) for one in value)
            # States are listed by their names, so that a new name is a new place in the list.
            return (
                tuple(sorted(found)) if holds == "states" and sorted(value) == [*value] else found
            )
        for kind in KIND_OF.get(holds, (holds,)):
            value = self.names.get(kind, {}).get(value, value)
        return value

    def words(self, text: str) -> str:
        """A text of the old edition with each renamed name in it replaced, whatever it names."""
        every = {old: new for kind in self.names.values() for old, new in kind.items()}
        return _WORD.sub(lambda found: every.get(found[0], found[0]), text)


class Place(NamedTuple):
    """Where in the definition a thing stands, and what it is called."""

    kind: str
    name: str
    title: str

    def at(self, part: str = "") -> str:
        """`timescales notification: due`."""
        return f"{self.kind} {self.name}: {part}" if part else f"{self.kind} {self.name}"

    def called(self, what: str) -> str:
        """`The timescale "Notify the Panel": what it allows`."""
        return f"{self.whole}: {what}"

    @property
    def whole(self) -> str:
        """`The timescale "Notify the Panel"`."""
        return f"The {KINDS[self.kind].one} {straight(quoted(self.title))}"


def place_of(kind: str, thing: Any) -> Place:
    """Where a thing of a kind stands."""
    return Place(kind, thing.id, title(thing))


def plain_fields(two: Two, kind: str, old: Any, new: Any, apart: Iterable[str]) -> Iterator[Change]:
    """The parts of a thing that have changed, but those that are compared `apart`."""
    where, skipped = place_of(kind, new), {"id", *apart}
    for name in new._fields:
        if name in skipped:
            continue
        known = FIELDS[kind].get(name)
        field = known or Field(WORDING, _called(name))
        before = two.carried(getattr(old, name), field.holds)
        if isinstance(before, tuple) and (name == "seen_by" or kind == "rules"):
            before = tuple(map(two.words, before))
        after = getattr(new, name)
        if before != after:
            if not known:
                field = Field(_part(two, kind, (old, new), name), field.what)
            yield value_changed(two, where, (name, field), getattr(old, name), (before, after))


def _part(two: Two, kind: str, pair: tuple[Any, Any], name: str) -> str:
    """Where a change of words is told: near the top, if it may change what people do."""
    if kind in _PARTS or name not in GONE_BY.get(kind, ()):
        return _PARTS.get(kind, WORDING)
    if kind == "questions":
        every = read_by_rules(two.old) | read_by_rules(two.new)
        return WORDS if any(one.id in every for one in pair) else WORDING
    return WORDS if any(map(is_gone_by, pair)) else WORDING


def is_gone_by(thing: Timescale | Transition) -> bool:
    """Whether a step is a duty, or a timescale one or set by more than local practice."""
    if thing.duty or isinstance(thing, Transition):
        return bool(thing.duty)
    return any(one.time_from.kind != "local" for one in thing.variants)


def read_by_rules(workflow: Workflow) -> set[str]:
    """The questions that a guard of a step reads, or from which or by which a timescale counts."""
    steps, clocks = workflow.transitions.values(), workflow.timescales.values()
    guards = [guard for step in steps for guard in (step.only_if, step.undecided_if)]
    guards += [clock.only_if for clock in clocks]
    anchors = {parse(variant.due).anchor for clock in clocks for variant in clock.variants}
    return anchors | {line.subject for one in guards for table in one.tables for line in table}


def value_changed(
    two: Two, where: Place, named: tuple[str, Field], written: Any, pair: tuple[Any, Any]
) -> Change:
    """The change of one part; `written` is what stood there before, in its own names."""
    name, field = named
    before, after = pair
    what = where.called(field.what)
    if reordered(before, after):
        return in_another_order(two, where.at(name), what, (written, after), field.holds)
    return Change(
        field.part,
        where.at(name),
        what,
        said(two.old, written, field.holds),
        said(two.new, after, field.holds),
        field.judge(before, after),
    )


def reordered(before: Any, after: Any) -> bool:
    """Whether the same stands there in another order."""
    both = isinstance(before, tuple) and isinstance(after, tuple)
    return both and sorted(map(repr, before)) == sorted(map(repr, after))


def in_another_order(
    two: Two, at: str, what: str, pair: tuple[Any, Any], holds: str = ""
) -> Change:
    """The same things listed in another order, which changes nothing that a case does."""
    was, now = said(two.old, pair[0], holds), said(two.new, pair[1], holds)
    return Change(WORDING, at, f"{what}, in another order", was, now, "other")


def added(kind: str, thing: Any, now: str) -> Change:
    """Something that was not there before."""
    where = place_of(kind, thing)
    return Change(
        KINDS[kind].part, where.at(), f"{where.whole} is new", NOTHING, now, KINDS[kind].added
    )


def removed(kind: str, thing: Any, was: str) -> Change:
    """Something that is not there any more."""
    where = place_of(kind, thing)
    what = f"{where.whole} is no longer there"
    return Change(KINDS[kind].part, where.at(), what, was, NOTHING, KINDS[kind].removed)


def renamed(kind: str, old: Any, new: Any) -> Change:
    """Something that is probably the same under another name."""
    where = place_of(kind, new)
    what = f"{where.whole} has another name"
    return Change(KINDS[kind].part, where.at("name"), what, old.id, new.id, "other")


def judged(judge: Judge, old: Any, new: Any) -> Verdict:
    """The verdict on a change; of what is the same in another order there is none."""
    return other(old, new) if reordered(old, new) else judge(old, new)


def by_key(items: Iterable[tuple[str, Any]]) -> Mapping[str, tuple[Any, ...]]:
    """Things by a key, in their order; several may have the same."""
    found: dict[str, tuple[Any, ...]] = {}
    for key, item in items:
        found[key] = (*found.get(key, ()), item)
    return found


def _called(name: str) -> str:
    """What a part without a name of its own is called: the name that the definition gives it."""
    return _NAMED.get(name, name.replace("_", " "))


_NAMED = {
    "title": "what it is called",
    "ask": "how it is asked",
    "help": "the help on it",
    "note": "the note on it",
    "says": "what is said of it",
    "said": "how it is said",
}
