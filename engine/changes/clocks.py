"""What has changed in a timescale beside its plain parts: its rules over time, where it applies,
and its notices.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from engine.changes.change import (
    LAW,
    LOOSER,
    NOTHING,
    NOTICES,
    OTHER,
    STRICTER,
    WORDING,
    WORDS,
    Change,
    Verdict,
    higher_is_stricter,
    more_is_stricter,
)
from engine.changes.lengths import strictness
from engine.changes.moments import moved, number
from engine.changes.periods import Stretch, differing, stretches
from engine.changes.saying import rule, said, several
from engine.changes.steps import guard_changes
from engine.changes.things import Place, Two, is_gone_by, place_of, reordered
from engine.definition import Basis, Notice, Timescale, Variant, Workflow
from engine.prose import days_said, setter

APART = ("variants", "only_if", "notices")
_KIND = {"remind": "a reminder", "escalate": "an escalation"}
BINDING = ("may", "should", "must")
AUTHORITY = ("local", "panel guidance", "statutory guidance", "regulation", "act")


def timescale_changes(two: Two, old: Timescale, new: Timescale) -> Iterator[Change]:
    """The changes of a timescale in what is compared apart."""
    where = place_of("timescales", new)
    yield from _variants(two, where, old, new)
    yield from guard_changes(two, where, old.only_if, new.only_if, narrower=LOOSER)
    yield from _notices(two, where, old.notices, new.notices)


def _variants(two: Two, where: Place, old: Timescale, new: Timescale) -> Iterator[Change]:
    """The changes of its rules, each for the days that may start a clock on which it is so."""
    before, after = old.variants, new.variants
    if tuple(one._replace(due=_due(two, one.due)) for one in before) == after:
        return
    told = [*_stretched(two, where, (old, new)), *_bases(where, before, after)]
    if not told:
        what = where.called("its rules, each with the days on which a clock must start for it")
        was, now = _rules(two.old, before), _rules(two.new, after)
        told = [Change(LAW, where.at("variants"), what, was, now, OTHER)]
    yield from told


class Stretched(NamedTuple):
    """A timescale on the days of which something is told; none where it is so on all its days."""

    where: Place
    days: str

    def called(self, what: str) -> str:
        """`The timescale "Notify", for what starts on Fri 15 Dec 2023 or later: the duty`."""
        days = f", for what starts {self.days}" if self.days else ""
        return f"{self.where.whole}{days}: {what}"

    def at(self, part: str) -> str:
        """`timescales notification: due, on Fri 15 Dec 2023 or later`."""
        return self.where.at(f"{part}, {self.days}" if self.days else part)


def _stretched(two: Two, where: Place, pair: tuple[Timescale, Timescale]) -> Iterator[Change]:
    try:
        found = stretches(*(one.variants for one in pair))
    except ValueError:
        # A day that is none; a definition that loads has no such.
        return
    notes = WORDS if any(map(is_gone_by, pair)) else WORDING
    governed = [one for one in found if one.old or one.new]
    always = (governed[0].since, governed[-1].until)

    def dues(one: Stretch) -> tuple[str, str]:
        return _due(two, one.old.due) if one.old else "", one.new.due if one.new else ""

    def on(one: Stretch) -> Stretched:
        return Stretched(where, "" if (one.since, one.until) == always else one.days)

    for one in differing(found, dues):
        yield from _allowed(two, on(one), one.old, one.new)
    for name in Variant._fields:
        if name not in _OF_ENDS:
            for one in differing(found, _both(name)):
                yield from _field(two, on(one), (name, notes), one)


def _both(name: str) -> Callable[[Stretch], tuple[Any, Any]]:
    """A part of both rules of a stretch; nothing where there is but one."""

    def pair(one: Stretch) -> tuple[Any, Any]:
        if one.old is None or one.new is None:
            return None, None
        return getattr(one.old, name), getattr(one.new, name)

    return pair


_OF_ENDS = ("due", "since", "until", "began", "ended")
"""What is told apart: what is allowed, and what belongs to the ends of a rule's days."""


def _bases(where: Place, old: Sequence[Variant], new: Sequence[Variant]) -> Iterator[Change]:
    """What made rules begin and end on their days, as far as it differs."""
    before, after = Counter(_based(old)), Counter(_based(new))
    if before != after:
        what = where.called("what made its rules begin and end")
        was, now = several((before - after).elements()), several((after - before).elements())
        yield Change(LAW, where.at("began"), what, was, now, OTHER)


def _based(rules: Sequence[Variant]) -> list[str]:
    ends = [
        (word, day, basis)
        for one in rules
        for word, day, basis in (("from", one.since, one.began), ("until", one.until, one.ended))
        if basis
    ]
    return [days_said(f"{word} {day}: {basis.by} ({_how_far(basis)})") for word, day, basis in ends]


def _how_far(basis: Basis) -> str:
    return f"{basis.confirmed} {basis.checked}".rstrip()


def _period(variant: Variant) -> str:
    since = f"from {variant.since}" if variant.since else ""
    until = f"until {variant.until}" if variant.until else ""
    return " ".join(part for part in (since, until) if part) or "at any time"


def _rules(workflow: Workflow, variants: Sequence[Variant]) -> str:
    return several(
        f"{_period(one)}: {rule(workflow, one.due)} ({_authority(one)}, {one.confirmed})"
        for one in variants
    )


def _allowed(
    two: Two, place: Stretched, old: Variant | None, new: Variant | None
) -> Iterator[Change]:
    """What a rule allows now; where there was none, or is none any more, that is told so."""
    was, now = _due(two, old.due) if old else "", new.due if new else ""
    if was == now:
        return
    verdict = strictness(was, now) if old and new else STRICTER if new else LOOSER
    pair = (
        rule(two.old, old.due) if old else NOTHING,
        rule(two.new, new.due) if new else NOTHING,
    )
    what = place.called("what is allowed, and from when it counts")
    yield Change(LAW, place.at("due"), what, *pair, verdict)


def _field(two: Two, place: Stretched, named: tuple[str, str], one: Stretch) -> Iterator[Change]:
    """The change of another part of a rule; `named` is that part, and where notes are told."""
    name, notes = named
    old, new = one.old, one.new
    assert old is not None
    assert new is not None
    before, after = getattr(old, name), getattr(new, name)
    if name == "time_from":
        what, texts = place.called("what sets its time"), (_authority(old), _authority(new))
        yield Change(LAW, place.at(name), what, *texts, _of_authority(old, new))
        return
    what = place.called(_CALLED.get(name, name.replace("_", " ")))
    texts = said(two.old, before), said(two.new, after)
    yield Change(notes if name == "note" else LAW, place.at(name), what, *texts, OTHER)


_CALLED = {
    "confirmed": "how far its source is confirmed",
    "checked": "who has read its source",
    "note": "the note on it",
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
    pairs = [*moved(before, after)]
    yield from (_at_another_moment(two, where, *pair) for pair in pairs)
    told = {one.id for pair in pairs for one in pair}
    for name in sorted({*before, *after} - told):
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


def _at_another_moment(two: Two, where: Place, old: Notice, new: Notice) -> Change:
    """A notice that goes out earlier than before, or later, to the same people."""
    later = number(new) > number(old)
    what = where.called(f"{_KIND[new.kind]} {'later' if later else 'earlier'}")
    at = where.at(f"notice {min(old.id, new.id)}")
    verdict = LOOSER if later else STRICTER
    return Change(NOTICES, at, what, _notice(two.new, old), _notice(two.new, new), verdict)


def _notice_or_not(
    two: Two, where: Place, at: str, pair: tuple[Notice | None, Notice | None]
) -> Change:
    """A notice that has come, or is gone."""
    mine, other = pair
    notice = mine or other
    assert notice is not None
    what = where.called(f"{_KIND[notice.kind]} {'less' if mine else 'more'}")
    was = _notice(two.new, mine) if mine else "nobody is told then"
    now = _notice(two.new, other) if other else "nobody is told then"
    return Change(NOTICES, at, what, was, now, LOOSER if mine else STRICTER)


def _pair(two: Two, old: Notice, new: Notice) -> tuple[str, str]:
    return said(two.new, old.tell, "people"), said(two.new, new.tell, "people")


def _notice(workflow: Workflow, notice: Notice) -> str:
    return f"{notice.at}, to {said(workflow, notice.tell, 'people')}"
