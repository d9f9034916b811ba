"""What of a duty becomes looser with a move only where somebody has agreed to just that."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from engine.calendars import Calendar
from engine.case import RUNNING, Key
from engine.decide.moving import carrying, loosening
from engine.decide.moving.carrying import Between, Carried
from engine.decide.moving.left import Left
from engine.decide.moving.loosening import Looser, Side
from engine.edition import Edition
from engine.errors import Need

NEVER = "9999-12-31"
NONE: Mapping[Key, Left] = {}


class Ends(NamedTuple):
    """The two editions of a move, when it is made, and by which calendar."""

    old: Edition
    new: Edition
    today: date
    calendar: Calendar
    historic: bool
    left: Mapping[Key, Left] = NONE
    """The clocks that a move before this one left to their rule of then."""
    kept: Mapping[Key, Left] = NONE
    """Those that are so afterwards, where a move is taken back."""

    def was(self, one: Carried) -> Side:
        """A clock as it runs before, if it does."""
        assert one.old is not None
        known = self.old.workflow.timescales[str(one.key[1])]
        return loosening.side(self.old, known, one.old, self.left.get(one.key))

    def then(self, one: Carried) -> Side:
        """The same afterwards."""
        known = self.new.workflow.timescales[str(one.key[1])]
        row = {**(one.old or {}), **one.now}
        return loosening.side(self.new, known, row, self.kept.get(one.key))


def carried(between: Between) -> tuple[list[Carried], list[Need]]:
    """What becomes of every clock of a case, and what stands in the way: also that nobody has
    agreed to what becomes looser of a duty, or that nothing but local practice makes it so.
    """
    found, needs = carrying.carried(between)
    historic = bool(between.case.row["historic"])
    ends = Ends(between.old, between.new, between.today, between.calendar, historic, between.left)
    every = gone_on(found, ends)
    by_law = []
    for one in every:
        if _by_local_practice(one):
            needs.append(_not_by_local_practice(one))
        else:
            by_law.append(one)
    gone = {one.key for one in every if between.timescale(one.key) is None}
    return every, [*needs, *lacking(by_law, between.wishes, between.later, gone)]


def lacking(
    found: Iterable[Carried],
    wishes: Mapping[str, str],
    later: Collection[str],
    gone: Collection[Key] = (),
) -> Iterator[Need]:
    """Each duty that becomes looser, and of which nobody has agreed to that.

    `gone` are the clocks of which the edition has no timescale any more.
    """
    for one in found:
        name = str(one.key[1])
        if one.looser is None or not one.looser.duty:
            continue
        if one.looser.what in loosening.ENDS:
            if wishes.get(name) != "stop":
                yield Need(_told(one, gone), how=f"if that is so, say --timescale {name}=stop")
        elif name not in later:
            yield Need(_told(one, gone), how=_how(one, name))


def _told(one: Carried, gone: Collection[Key]) -> str:
    assert one.looser is not None
    never = one.key in gone or one.now.get("status") == "set aside"
    more = {
        "overdue": one.looser.overdue,
        "instead_of": one.looser.instead_of,
        "because": "does not have it" if never else "",
        "edition": "the edition of before" if one.choice == "back" else "",
    }
    return loosening.told(one.title, {**one.looser.plain(), **more})


def _how(one: Carried, name: str) -> str:
    agree = f"agree to it with --allow-later {name}"
    found = one.looser
    if one.choice != "rebase" or not one.keepable:
        return agree
    if found and (found.what == "released" or found.also):
        return agree
    return f"{agree}, or leave its day as it is with --timescale {name}=keep"


def _by_local_practice(one: Carried) -> bool:
    found = one.looser
    if found is None or not found.duty or found.what in loosening.ENDS:
        return False
    return found.authority.get("kind") == "local"


def _not_by_local_practice(one: Carried) -> Need:
    assert one.looser is not None
    what = (
        f'"{one.title}" is required by {one.looser.duty}, and what sets its later day in the new '
        "edition is local practice alone"
    )
    can_stay = one.choice == "rebase" and one.keepable
    keep = f"choose --timescale {one.key[1]}=keep, or " if can_stay else ""
    return Need(what, how=f"{keep}cite the law in the edition")


def gone_on(found: Sequence[Carried], ends: Ends) -> list[Carried]:
    """The same, where a duty goes on under the name of another timescale: its clock of before has
    not ended, and the one that starts is compared with it. Each that starts stands for one alone.
    """
    every = list(found)
    taken: set[int] = set()
    for at, one in enumerate(every):
        if one.looser is None or one.looser.what != "ended":
            continue
        rest = [(n, other) for n, other in enumerate(every) if n not in taken]
        heirs = [n for n, other in rest if _follows(other, one, ends)]
        if not heirs:
            continue
        every[at] = replace(one, looser=None)
        heir = min(heirs, key=lambda n: loosening.days(every[n].now)[1] or NEVER)
        taken.add(heir)
        every[heir] = replace(every[heir], looser=_compared(every[heir], one, ends))
    return every


def _follows(other: Carried, one: Carried, ends: Ends) -> bool:
    """Whether a clock starts for the duty of one that has ended, of the same person or body, which
    waits on the same role and is met and stopped by nothing else.
    """
    assert one.looser is not None
    known = ends.new.workflow.timescales.get(str(other.key[1]))
    ran = other.old is not None and other.old["status"] in RUNNING
    starts = not ran and other.now.get("status") in RUNNING
    if not starts or known is None or other.key[2] != one.key[2]:
        return False
    was = ends.old.workflow.timescales[str(one.key[1])]
    if known.waiting_on != was.waiting_on or not {*known.met_by} <= {*was.met_by}:
        return False
    if not {*known.stops_if} <= {*was.stops_if}:
        return False
    return loosening.binding(ends.then(other)) == one.looser.duty


def _compared(heir: Carried, one: Carried, ends: Ends) -> Looser | None:
    sides = ends.was(one), ends.then(heir)
    found = loosening.looser(*sides, ends.today, ends.calendar, historic=ends.historic)
    return replace(found, instead_of=one.title) if found else None
