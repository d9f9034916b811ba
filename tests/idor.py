"""References that are not one's own: what everybody is answered who asks for them, verb by verb.

Whoever may not know of a case must not be able to tell it from one that is not there. So each
answer is held, word for word, against the one for a reference that was drawn and never given out.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from engine.authority import Relation
from engine.errors import EngineError
from engine.service import authorising, references
from engine.service.workplace import By, Workplace
from engine.verbs.table import VERBS, run
from tests.authorities import WHO, Cells
from tests.worlds import World, activate_sample

OURS, LINKED, DRAWN, NO_LINK, THEIRS = "ours", "linked", "drawn", "no such link", "theirs"
THERE: Final = (OURS, LINKED)
ABOUT_A_CASE: Final = tuple(
    name for name, verb in VERBS.items() if "{ref}" in verb.path and name != "break-glass"
)
"""But for the one that shows to whoever is barred that there is a case: two others are told so."""
LIMITED: Final = {
    "token for other processes": {"processes": ("another",)},
    "token for another verb": {"verbs": ("date",)},
}
"""Tokens of the business manager, by what they are for."""


@dataclass(slots=True)
class Sweep:
    """Many probes, and what they came to."""

    cells: Cells
    refs: dict[str, list[str]]
    chance: random.Random
    answers: Counter[str] = field(default_factory=Counter)
    told_apart: set[str] = field(default_factory=set)
    """Who could tell by which verb a case that they may not know of from none."""
    let_in: set[str] = field(default_factory=set)
    """Who was shown something at a reference that is none of ours."""

    def probe(self) -> None:
        """Ask for one reference, as somebody, by some verb."""
        who, verb = self.chance.choice(visitors()), self.chance.choice(ABOUT_A_CASE)
        kind = self.chance.choice(tuple(self.refs))
        ref = self.chance.choice(self.refs[kind])
        answer, missing = self.ask(who, verb, ref), self.ask(who, verb, self._drawn(ref))
        status = answer.partition(" ")[0]
        self.answers[f"{kind}: {status}"] += 1
        if kind not in THERE:
            if status == "shown" or answer != missing:
                self.let_in.add(f"{who}, {verb}, {kind}: {answer}")
        elif answer != missing and not self.may_know(who, ref):
            self.told_apart.add(f"{who}, {verb}, {kind}: {answer}, and of none: {missing}")

    def may_know(self, who: str, ref: str) -> bool:
        """Whether somebody is shown by another verb that there is such a case."""
        return self.ask(who, "show", ref).startswith("shown")

    def ask(self, who: str, verb: str, ref: str) -> str:
        """What comes of it, with the reference taken out."""
        asked = {**self.cells.request(verb), "ref": ref}
        barred = who == Relation.BARRED
        kept = authorising._barrier
        if barred:
            authorising._barrier = lambda *_, **__: Relation.BARRED
        try:
            # Nothing is changed, so that the same question is answered alike each time.
            run(self.cells.world.place.at("http"), _by(who), verb, asked)
        except EngineError as error:
            needs = getattr(error, "unmet", ())
            said = f"{error.status} {error} {[one.plain() for one in needs]}"
            return said.replace(ref, "REF")
        finally:
            authorising._barrier = kept
        return "shown"

    def _drawn(self, ref: str) -> str:
        """A reference that was never given out, of a linked case where the other one is of one."""
        drawn = references.made(2025, self.chance.randbytes(references.DRAWN))
        return f"{drawn}.{ref.partition('.')[2]}" if "." in ref else drawn


def visitors() -> tuple[str, ...]:
    """Everybody in whose name it is asked: by relation, or with a limited token."""
    here = {Relation.MACHINE, Relation.GLASS_BROKEN}
    return (*(one.value for one in Relation if one not in here), *LIMITED)


def _by(who: str) -> By:
    # What has another version than the record is refused before anything changes.
    by = By("bess", if_version=999_999)
    if who in LIMITED:
        more: dict[str, Any] = LIMITED[who]
        return replace(by, **more)
    return replace(by, person=WHO[Relation(who)])


def sweep(cells: Cells, probes: int, seed: int = 1) -> Sweep:
    """So many probes in a partnership, beside which another is in the same database."""
    world, chance = cells.world, random.Random(seed)
    world.record(cells.ref, agencies_asked="police,board")
    linked = world.take(cells.ref, "ask_for_summaries").opened
    drawn = [references.made(2025, chance.randbytes(references.DRAWN)) for _ in range(20)]
    refs = {
        OURS: [cells.ref, world.notified()],
        LINKED: list(linked),
        DRAWN: drawn,
        NO_LINK: [f"{cells.ref}.99", *(f"{ref}.1" for ref in drawn[:5])],
        THEIRS: list(_theirs(world.place)),
    }
    made = Sweep(cells, refs, chance)
    for _ in range(probes):
        made.probe()
    return made


def _theirs(place: Workplace) -> Iterator[str]:
    """The cases of another partnership whose rows are in the same tables."""
    other = replace(place, log="another")
    activate_sample(other)
    there = World(other, None)  # type: ignore[arg-type]
    for _ in range(3):
        yield there.notified()
