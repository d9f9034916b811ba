"""Who is barred from a case: by a list of those who alone may see it, or by a conflict of interest;
and to whom broken glass shows it. Pure.

The barriers of a case stand for its linked cases too, also for those that are opened later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from engine.case import Key, Row
from engine.directory import ANY_ROLE, Agency, Directory

RESTRICTED, CONFLICT, GLASS = "restricted", "conflict", "glass"
"""The kinds of barriers."""
ENDED = "ended"

OPEN, BARRED, BROKEN = "open", "barred", "glass broken"
"""How a case stands for somebody."""

ENOUGH = 2
"""So many others are told that glass was broken, before anything is shown."""


class Glass(NamedTuple):
    """Glass that somebody broke."""

    person: str
    n: int
    """The entry of the history that says so."""
    since: int
    """Microseconds since 1970 UTC, as `until`."""
    until: int
    told: tuple[str, ...]
    task: str


class Barriers(NamedTuple):
    """What stands between people and a case."""

    listed: tuple[str, ...] = ()
    """Those who alone may see it; everybody may where it is empty."""
    by: str = ""
    """Who made that list."""
    conflicted: tuple[str, ...] = ()
    glass: tuple[Glass, ...] = ()

    def bars(self, person: str) -> bool:
        """Whether the case is not there for somebody, unless they break the glass."""
        return person in self.conflicted or bool(self.listed and person not in self.listed)

    @property
    def narrows(self) -> bool:
        """Whether anybody at all is barred."""
        return bool(self.listed or self.conflicted)

    @property
    def spokesman(self) -> str:
        """Who is told where nobody else on the list may be: whoever made it."""
        there = [one for one in (self.by, *self.listed) if not self.bars(one)]
        return there[0] if there and self.listed else ""

    def broken_by(self, person: str, now: int) -> Glass | None:
        """The glass that somebody broke less than an hour ago; none of one in conflict."""
        if person in self.conflicted:
            return None
        own = (one for one in self.glass if one.person == person and one.since <= now < one.until)
        return next(own, None)


NONE = Barriers()


def main(ref: str) -> str:
    """The case by which one is barred from a case: itself, or the one above it."""
    return ref.partition(".")[0]


def standing(rows: Mapping[Key, Row]) -> Barriers:
    """The barriers of one case by its rows."""
    if not rows:
        return NONE
    there = sorted((key, row) for key, row in rows.items() if row["status"] != ENDED)
    of_kind = {RESTRICTED: [], CONFLICT: [], GLASS: []}  # type: dict[str, list[tuple[Key, Row]]]
    for key, row in there:
        of_kind[str(key[1])].append((key, row))
    listed = of_kind[RESTRICTED]
    latest = max(listed, key=lambda one: int(one[1]["n"]), default=None)
    return Barriers(
        tuple(str(key[2]) for key, _ in listed),
        str(latest[1]["by"]) if latest else "",
        tuple(str(key[2]) for key, _ in of_kind[CONFLICT]),
        tuple(_glass(key, row) for key, row in of_kind[GLASS]),
    )


def _glass(key: Key, row: Mapping[str, Any]) -> Glass:
    told = tuple(filter(None, str(row["told"]).split(",")))
    since, until = int(row["since"]), int(row["until"])
    return Glass(str(key[2]), int(key[3]), since, until, told, str(row["task"]))


def narrowed(directory: Directory, barriers: Barriers, day: str) -> Directory:
    """The directory as it is for one case: those who are barred from it hold nothing in it.

    Whoever deputises for one of them steps in as for somebody who is not there. What is for a role
    of which nobody is left goes to the fallback, if that one may see the case; else, where there is
    a list, to whoever made it.
    """
    if not barriers.narrows:
        return directory
    own = barriers._replace(glass=())
    made: Directory = directory.recall(
        ("narrowed", own, day), lambda: _narrowed(directory, own, day)
    )
    return made


def _narrowed(directory: Directory, barriers: Barriers, day: str) -> Directory:
    bars = barriers.bars
    fallbacks = {role: one for role, one in directory.fallbacks.items() if not bars(one)}
    if barriers.spokesman:
        fallbacks.setdefault(ANY_ROLE, barriers.spokesman)
    agencies = directory.agencies.values()
    return replace(
        directory,
        agencies={one.id: _reached(directory, barriers, one, day) for one in agencies},
        appointments=tuple(one for one in directory.appointments if not bars(one.person)),
        fallbacks=fallbacks,
    )


def _reached(directory: Directory, barriers: Barriers, agency: Agency, day: str) -> Agency:
    """An agency with a contact who is not barred: a deputy of its own, or nobody."""
    if not agency.contact or not barriers.bars(agency.contact):
        return agency
    deputies = directory.deputies(agency.contact, agency.id, day)
    return replace(agency, contact=next((one for one in deputies if not barriers.bars(one)), ""))


def nobody_left(
    directory: Directory, barriers: Barriers, roles: Iterable[str], day: str
) -> tuple[str, ...]:
    """Of these roles those that nobody holds who may see the case: nobody can take their steps."""
    own = narrowed(directory, barriers, day)
    return tuple(role for role in dict.fromkeys(roles) if not own.in_charge(role, day))
