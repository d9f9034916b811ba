"""What has changed in a timescale beside its plain parts: its rules over time, where it applies,
and its notices.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from engine.changes.change import (
    LAW,
    LOOSER,
    NOTICES,
    OTHER,
    STRICTER,
    WORDING,
    Change,
    Verdict,
    higher_is_stricter,
    more_is_stricter,
)
from engine.changes.lengths import strictness
from engine.changes.saying import rule, said, several
from engine.changes.steps import guard_changes
from engine.changes.things import Place, Two, place_of, reordered
from engine.definition import Notice, Timescale, Variant, Workflow
from engine.prose import setter

APART = ("variants", "only_if", "notices")
BINDING = ("may", "should", "must")
AUTHORITY = ("local", "panel guidance", "statutory guidance", "regulation", "act")


class Side(NamedTuple):
    """A rule in one of the two editions, and the edition in which it is said."""

    workflow: Workflow
    variant: Variant


def timescale_changes(two: Two, old: Timescale, new: Timescale) -> Iterator[Change]:
    """The changes of a timescale in what is compared apart."""
    where = place_of("timescales", new)
    yield from _variants(two, where, old.variants, new.variants)
    yield from guard_changes(two, where, old.only_if, new.only_if, narrower=LOOSER)
    yield from _notices(two, where, old.notices, new.notices)


def _variants(
    two: Two, where: Place, old: Sequence[Variant], new: Sequence[Variant]
) -> Iterator[Change]:
    """Each rule by itself, where both editions divide time alike; else all of them together."""
    if [(v.since, v.until) for v in old] == [(v.since, v.until) for v in new]:
        for number, (before, after) in enumerate(zip(old, new, strict=True), 1):
            place = where if len(new) == 1 else where._replace(title=_titled(where, after))
            sides = Side(two.old, before), Side(two.new, after)
            yield from _variant(two, place, "" if len(new) == 1 else f" {number}", sides)
        return
    what = where.called("its rules, each with the days on which a clock must start for it")
    was, now = _rules(two.old, old), _rules(two.new, new)
    yield Change(LAW, where.at("variants"), what, was, now, OTHER)


def _titled(where: Place, variant: Variant) -> str:
    return f"{where.title}, {_period(variant)}"


def _period(variant: Variant) -> str:
    since = f"from {variant.since}" if variant.since else ""
    until = f"until {variant.until}" if variant.until else ""
    return " ".join(part for part in (since, until) if part) or "at any time"


def _rules(workflow: Workflow, variants: Sequence[Variant]) -> str:
    return several(
        f"{_period(one)}: {rule(workflow, one.due)} ({_authority(one)}, {one.confirmed})"
        for one in variants
    )


def _variant(two: Two, where: Place, number: str, sides: tuple[Side, Side]) -> Iterator[Change]:
    old, new = sides[0].variant, sides[1].variant
    due = _due(two, old.due)
    if due != new.due:
        what = where.called("what is allowed, and from when it counts")
        was, now = rule(two.old, old.due), rule(two.new, new.due)
        yield Change(LAW, where.at(f"due{number}"), what, was, now, strictness(due, new.due))
    if old.time_from != new.time_from:
        what = where.called("what sets its time")
        was, now = _authority(old), _authority(new)
        at = where.at(f"time_from{number}")
        yield Change(LAW, at, what, was, now, _of_authority(old, new))
    for name in old._fields:
        before, after = getattr(old, name), getattr(new, name)
        if name in ("due", "time_from", "since", "until") or before == after:
            continue
        part = WORDING if name == "note" else LAW
        what = where.called(_CALLED.get(name, name.replace("_", " ")))
        pair = said(two.old, before), said(two.new, after)
        yield Change(part, where.at(f"{name}{number}"), what, *pair, OTHER)


_CALLED = {
    "confirmed": "how far its source is confirmed",
    "checked": "who has read its source",
    "note": "the note on it",
    "began": "what made it begin",
    "ended": "what made it end",
}


def _due(two: Two, due: str) -> str:
    """The words of a rule, with the question that it counts from in its new name."""
    *first, anchor = due.split(" ")
    return " ".join([*first, two.carried(anchor, "questions")])


def _authority(variant: Variant) -> str:
    known = variant.time_from
    source = f": {known.source}" if known.source else ""
    return f"{setter(known.kind)} ({known.says}){source}"


def _of_authority(old: Variant, new: Variant) -> Verdict:
    """More binding is stricter: an act more than guidance, "must" more than "should"."""
    one, two = old.time_from, new.time_from
    verdicts = {
        higher_is_stricter(ranks.index(before), ranks.index(after))
        for ranks, before, after in (
            (AUTHORITY, one.kind, two.kind),
            (BINDING, one.says, two.says),
        )
        if before != after and before in ranks and after in ranks
    }
    return verdicts.pop() if len(verdicts) == 1 else OTHER


def _notices(
    two: Two, where: Place, old: Sequence[Notice], new: Sequence[Notice]
) -> Iterator[Change]:
    before = {one.id: one._replace(tell=two.carried(one.tell, "people")) for one in old}
    after = {one.id: one for one in new}
    for name in sorted({*before, *after}):
        mine, other = before.get(name), after.get(name)
        if mine == other:
            continue
        at = where.at(f"notice {name}")
        if mine is None or other is None:
            yield _notice_or_not(two, where, at, (mine, other))
        elif mine[:3] != other[:3]:
            pair = _notice(two.new, mine), _notice(two.new, other)
            yield Change(NOTICES, at, where.called("a notice"), *pair, OTHER)
        elif reordered(mine.tell, other.tell):
            what = where.called("who is told, in another order")
            yield Change(WORDING, at, what, *_pair(two, mine, other), OTHER)
        else:
            verdict = more_is_stricter(mine.tell, other.tell)
            what = where.called(f"who is told {other.at}")
            yield Change(NOTICES, at, what, *_pair(two, mine, other), verdict)
    if [*before] != [*after] and sorted(before) == sorted(after):
        pair = several(one.at for one in old), several(one.at for one in new)
        what = where.called("its notices, in another order")
        yield Change(WORDING, where.at("notices"), what, *pair, OTHER)


def _notice_or_not(
    two: Two, where: Place, at: str, pair: tuple[Notice | None, Notice | None]
) -> Change:
    """A notice that has come, or is gone."""
    mine, other = pair
    notice = mine or other
    kind = "a reminder" if notice and notice.kind == "remind" else "an escalation"
    what = where.called(f"{kind} {'less' if mine else 'more'}")
    was = _notice(two.new, mine) if mine else "nobody is told then"
    now = _notice(two.new, other) if other else "nobody is told then"
    return Change(NOTICES, at, what, was, now, LOOSER if mine else STRICTER)


def _pair(two: Two, old: Notice, new: Notice) -> tuple[str, str]:
    return said(two.new, old.tell, "people"), said(two.new, new.tell, "people")


def _notice(workflow: Workflow, notice: Notice) -> str:
    return f"{notice.at}, to {said(workflow, notice.tell, 'people')}"
