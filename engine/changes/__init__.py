"""What has changed between two editions of a process, in English, what weighs most first.

It compares the definitions themselves, and knows no case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping
from typing import Any

from engine.changes import clocks, steps
from engine.changes.change import (
    LAW,
    LOCAL,
    NOTHING,
    PACKS,
    PARTS,
    STEPS,
    VERDICTS,
    WORDING,
    Change,
    flipped,
)
from engine.changes.fields import HEAD, KINDS, Field
from engine.changes.renames import renames
from engine.changes.saying import said, summed, title
from engine.changes.things import (
    Two,
    added,
    in_another_order,
    is_gone_by,
    plain_fields,
    removed,
    renamed,
    reordered,
)
from engine.definition import Timescale, Workflow
from engine.prose import capital, listed, quoted, straight

__all__ = ["PARTS", "VERDICTS", "Change", "compare", "counted", "flipped"]

_APART = {"transitions": steps.APART, "timescales": clocks.APART}
_WHOLE = "process: "
_SHARED = (_WHOLE, "roles ", "roles:", "groups ", "groups:")
"""Where that stands which a linked process shares with the one that opens it."""
_DIGITS = 12
_ORDER = {part: place for place, part in enumerate(PARTS)}
_RANK = {verdict: place for place, verdict in enumerate(VERDICTS)}


def compare(old: Workflow, new: Workflow) -> tuple[Change, ...]:
    """Every difference between two editions, that which weighs most first; none if they are one.

    Compared the other way round it yields the same, with what was and what is exchanged, and
    stricter and looser too.
    """
    found = _process(old, new)
    return tuple(sorted(found, key=_weight))


def counted(changes: tuple[Change, ...]) -> dict[str, int]:
    """How many changes are stricter, looser, and neither."""
    found = Counter(one.verdict for one in changes)
    return {verdict: found[verdict] for verdict in VERDICTS}


def _weight(one: Change) -> tuple[int, int, bool]:
    """By its part and its verdict; what is so of a process as a whole comes after its duties."""
    at = one.at.split(" ", 2)[-1] if one.at.startswith("linked ") else one.at
    whole = one.part == LAW and at.startswith(_WHOLE)
    return _ORDER[one.part], _RANK[one.verdict], whole


def _process(old: Workflow, new: Workflow) -> Iterator[Change]:
    two = Two(old, new, renames(old, new))
    own = [*_head(two), *(change for kind in KINDS for change in _things(two, kind))]
    yield from own
    yield from _children(two, {one for one in own if one.at.startswith(_SHARED)})


def _head(two: Two) -> Iterator[Change]:
    for name, field in _head_fields(two.new):
        written, after = getattr(two.old, name), getattr(two.new, name)
        before = two.carried(written, field.holds)
        if before == after:
            continue
        if name == "templates":
            yield from _files(written, after)
            continue
        what, at = capital(field.what), f"process: {name}"
        if reordered(before, after):
            yield in_another_order(two, at, what, (written, after), field.holds)
            continue
        was, now = said(two.old, written, field.holds), said(two.new, after, field.holds)
        yield Change(field.part, at, what, was, now, field.judge(before, after))


def _files(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Change]:
    """The files of packs that are others now, by the first digits of their hashes."""
    for name in sorted({*old, *new}):
        if old.get(name) == new.get(name):
            continue
        was, now = (found.get(name, "")[:_DIGITS] or NOTHING for found in (old, new))
        what = f"The file {name}, by the first digits of its hash"
        yield Change(PACKS, f"process: templates {name}", what, was, now, "other")


def _head_fields(workflow: Workflow) -> Iterator[tuple[str, Field]]:
    apart = {"name", "hash", "children", *KINDS}
    for name in workflow.__dataclass_fields__:
        if name not in apart:
            yield name, HEAD.get(name) or Field(WORDING, name.replace("_", " "))


def _things(two: Two, kind: str) -> Iterator[Change]:
    old, new = getattr(two.old, kind), getattr(two.new, kind)
    names = two.names[kind]
    known = {names.get(name, name): thing for name, thing in old.items()}
    for name, thing in known.items():
        if name not in new:
            yield _local(removed(kind, thing, _short(two.old, kind, thing)), thing)
    for name, thing in new.items():
        if name not in known:
            yield _local(added(kind, thing, _short(two.new, kind, thing)), thing)
            continue
        if known[name].id != name:
            yield renamed(kind, known[name], thing)
        yield from (_local(c, known[name], thing) for c in _thing(two, kind, known[name], thing))
    before = [name for name in known if name in new]
    after = [name for name in new if name in known]
    if before != after:
        pair = tuple(title(known[n]) for n in before), tuple(title(new[n]) for n in after)
        yield in_another_order(two, f"{kind}: order", f"The {kind}", pair)


def _local(one: Change, *pair: Any) -> Change:
    """The same, told apart from duties where it is of a time that local practice alone sets."""
    if one.part == LAW and isinstance(pair[0], Timescale) and not any(map(is_gone_by, pair)):
        return one._replace(part=LOCAL)
    return one


def _thing(two: Two, kind: str, old: Any, new: Any) -> Iterator[Change]:
    yield from plain_fields(two, kind, old, new, _APART.get(kind, ()))
    if kind == "transitions":
        yield from steps.step_changes(two, old, new)
    elif kind == "timescales":
        yield from clocks.timescale_changes(two, old, new)


def _short(workflow: Workflow, kind: str, thing: Any) -> str:
    """What a thing is, in a few words."""
    if kind == "timescales":
        return summed(workflow, thing)
    if kind == "rules":
        return f"{thing.source} ({thing.confirmed})"
    if kind == "transitions":
        return f"for {said(workflow, thing.who, 'people')}"
    if kind == "questions":
        known = f"one of: {listed(thing.choices, 'or')}" if thing.choices else thing.answer
        return f"{known}, personal" if thing.personal else str(known)
    return straight(quoted(title(thing)))


def _children(two: Two, told: Container[Change]) -> Iterator[Change]:
    """The changes of linked processes, without those that they share and that were `told`."""
    old, new = two.old.children, two.new.children
    for name in (*old, *(name for name in new if name not in old)):
        if name not in new:
            what = f"The linked process {straight(quoted(old[name].title))} is no longer there"
            yield Change(STEPS, f"linked {name}", what, old[name].title, "nothing", "other")
        elif name not in old:
            what = f"The linked process {straight(quoted(new[name].title))} is new"
            yield Change(STEPS, f"linked {name}", what, "nothing", new[name].title, "other")
        else:
            for one in _process(old[name], new[name]):
                if one in told:
                    continue
                inside = f"In {straight(quoted(new[name].title))}: {one.what}"
                yield one._replace(at=f"linked {name} {one.at}", what=inside)
    if [n for n in old if n in new] != [n for n in new if n in old]:
        pair = tuple(old), tuple(new)
        yield in_another_order(two, "linked: order", "The linked processes", pair)
