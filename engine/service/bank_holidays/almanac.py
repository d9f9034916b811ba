"""The calendars in use: the lists that are shipped, and what this partnership has changed in them.

A change is an event of the store; nothing else ever changes the days by which clocks count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import NamedTuple

from engine import statements
from engine.calendars import SHIPPED, Announcement, Calendar, load_earlier
from engine.database import Transaction
from engine.errors import TrailError, UsageError

ADDED, REMOVED, RENEWED = "added", "removed", "renewed"


class Changed(NamedTuple):
    """One change of a calendar, as its row keeps it."""

    version: str
    jurisdiction: str
    before: str
    """The version that it took the place of."""
    change: str
    """added, removed, or renewed: the shipped list was taken into use for the clocks that run."""
    day: str
    title: str
    announced: str
    source: str
    changed_on: str
    n: int


class Almanac:
    """The calendars of one partnership, by jurisdiction, and every version that they had."""

    def __init__(
        self,
        shipped: Mapping[str, Calendar],
        earlier: Callable[[str], Sequence[Calendar]] | None = None,
    ) -> None:
        self.shipped = shipped
        self._earlier = earlier or _shipped_earlier
        """The versions of a list that were shipped before."""
        self._seen = _Seen(shipped, ())

    def see(self, tx: Transaction, log: str) -> None:
        """Look up whether a calendar has changed since it was last looked at."""
        rows = tx.rows(statements.CALENDARS, (log,))
        if len(rows) != len(self._seen.changes) or rows != list(self._seen.changes):
            self._seen = _Seen(self.shipped, tuple(Changed(*row) for row in rows), self._seen)

    def in_use(self, jurisdiction: str) -> Calendar | None:
        """The calendar in use for a jurisdiction; None where there is none for it.

        Raises TrailError where a change of it was altered in the database.
        """
        if jurisdiction not in self.shipped:
            return None
        return self._seen.versions(jurisdiction)[-1]

    def version(self, jurisdiction: str, version: str) -> Calendar | None:
        """A version of a calendar, by its name; None for one that is not known any more."""
        if jurisdiction not in self.shipped:
            return None
        every = self._seen.versions(jurisdiction)
        found = next((one for one in reversed(every) if one.version == version), None)
        if found is None:
            before = self._earlier(jurisdiction)
            found = next((one for one in before if one.version == version), None)
        return found

    def published_until(self, jurisdictions: Iterable[str]) -> date:
        """The last day that every version known of these calendars has as published."""
        known = [one for name in jurisdictions for one in self._seen.versions(name)]
        before = [one for name in jurisdictions for one in self._earlier(name)]
        return min(one.last for one in (*known, *before))

    @property
    def changes(self) -> Sequence[Changed]:
        """Every change that was made here, in order."""
        return self._seen.changes

    def next_version(self, jurisdiction: str) -> str:
        """The name of the version that the next change of a calendar makes."""
        own = [one for one in self.changes if one.jurisdiction == jurisdiction]
        return f"{self.shipped[jurisdiction].version}.{len(own) + 1}"


class _Seen:
    """The changes as they were read, and the calendars they make, made when first asked for."""

    def __init__(
        self,
        shipped: Mapping[str, Calendar],
        changes: Sequence[Changed],
        before: _Seen | None = None,
    ) -> None:
        self.changes = changes
        self._shipped = shipped
        # What was made of the same changes before is not made again.
        same = before is not None and changes[: len(before.changes)] == before.changes
        self._made: dict[str, tuple[Calendar, ...]] = {}
        if before is not None and same:
            self._made.update(before._made)
        self._new: set[str] = {one.jurisdiction for one in changes}

    def versions(self, jurisdiction: str) -> tuple[Calendar, ...]:
        """The list as it is shipped, and as it is after each change, the one in use last."""
        if jurisdiction in self._new or jurisdiction not in self._made:
            own = [one for one in self.changes if one.jurisdiction == jurisdiction]
            known = self._made.get(jurisdiction) or (self._shipped[jurisdiction],)
            try:
                self._made[jurisdiction] = tuple(_chain(known, own))
                self._new.discard(jurisdiction)
            except (UsageError, ValueError):
                raise TrailError(
                    f"The calendar of {jurisdiction} was altered in the database; run `casetrail "
                    "audit verify`."
                ) from None
        return self._made[jurisdiction]


def _chain(known: Sequence[Calendar], changes: Sequence[Changed]) -> Iterator[Calendar]:
    """The list as it is shipped, and as it is after each change, of which the first are known."""
    yield from known
    shipped, now = known[0], known[-1]
    for no, one in list(enumerate(changes, 1))[len(known) - 1 :]:
        # A newer Casetrail ships a list of another name, which may have the day already.
        name = one.version if one.before == now.version else f"{shipped.version}.{no}"
        now = changed(now, one, name) or now
        yield now


def changed(calendar: Calendar, one: Changed, version: str) -> Calendar | None:
    """A calendar with one change, under the name of a version; None where it has it already."""
    if one.change == RENEWED:
        return None
    day = date.fromisoformat(one.day)
    if one.change == REMOVED:
        return None if calendar.is_working(day) else calendar.without_holiday(day, version)
    if not calendar.is_working(day):
        return None
    on = date.fromisoformat(one.announced)
    announced = Announcement(on, one.source, added_here=True)
    return calendar.with_holiday(day, one.title, version, announced)


@cache
def _shipped_earlier(jurisdiction: str) -> tuple[Calendar, ...]:
    return load_earlier(jurisdiction) if jurisdiction in SHIPPED else ()
