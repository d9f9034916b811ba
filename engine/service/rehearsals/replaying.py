"""What-if: the casebook decided once more under another definition, and what would differ.

Nothing is written, and no personal value is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine import queries
from engine.calendars import Calendar
from engine.canonical import content, parse
from engine.database import Transaction
from engine.decide.moving.widening import widened
from engine.decide.what_if.record import micros, read
from engine.decide.what_if.replaying import By, Replay, replay
from engine.edition import Edition
from engine.errors import CaseNotFoundError, TrailError, UsageError
from engine.service import access
from engine.service.workplace import Workplace


def replayed(place: Workplace, tx: Transaction, ref: str, edition: Edition) -> Replay:
    """A case, or a linked one, as it would be had this edition governed it from its first day.

    `edition` is that of the main process, by whatever name; a linked case is replayed under the
    process of its name within it. Yields what would have been impossible (`impossible`), the rows
    as they would be (`rows`, `case`), every deadline as it is and as it would be (`deadlines`), and
    the notices that differ (`notices`). Raises CaseNotFoundError, and UsageError where the edition
    has no such linked process.
    """
    return Replays(place, tx, edition).of(ref)


class Replays:
    """Many cases replayed under one edition, in one transaction."""

    def __init__(self, place: Workplace, tx: Transaction, edition: Edition) -> None:
        self.place = place
        self.tx = tx
        self.edition = edition
        self._by: dict[str, By] = {}
        self._widened: dict[tuple[str, str], Edition] = {}

    def of(self, ref: str) -> Replay:
        """One of them, as `replayed` yields it."""
        rows = self.tx.rows(queries.HISTORY, (self.place.log, ref))
        if not rows:
            raise CaseNotFoundError(
                f"There is no case {ref}; `casetrail list` shows those there are.", ref
            )
        events = [_loaded(row[0]) for row in rows]
        workflow = str(events[0]["body"]["workflow"])
        own = within(self.edition, ref, workflow)
        if workflow not in self._by:
            self._by[workflow] = self._under(own, workflow)
        return replay(read(ref, events), self._by[workflow], self.place.clock())

    def _under(self, own: Edition, workflow: str) -> By:
        def old(content_hash: str) -> Edition:
            return self.place.edition(self.tx, content_hash, workflow)

        def wider(by: Edition) -> Edition:
            key = (workflow, by.hash)
            if key not in self._widened:
                self._widened[key] = widened(own, by)
            return self._widened[key]

        return By(own, old, self.place.directory, days(self.place, self.tx, own), wider)


def _loaded(text: str) -> dict[str, Any]:
    """An event by its sealed text; whether that was altered, a verification tells."""
    try:
        event: dict[str, Any] = content(text)
    except ValueError:
        raise TrailError(
            "An event in the trail was altered; run `casetrail audit verify`."
        ) from None
    return event


def within(edition: Edition, ref: str, workflow: str) -> Edition:
    """The process that governs a case under an edition of its main process: a linked case has that
    of the same name. Raises UsageError where there is none.
    """
    if "." not in ref or edition.workflow.name == workflow:
        return edition
    found = edition.children.get(workflow)
    if found is None:
        raise UsageError(
            f'The definition of "{edition.workflow.title}" has no process {workflow}, of which '
            "there are cases; give that of the same process."
        )
    return found


@dataclass(frozen=True, slots=True)
class _Days:
    """The calendar of one jurisdiction in each of its versions."""

    place: Workplace
    jurisdiction: str
    now: Calendar
    changes: Sequence[tuple[int, str]]

    def at(self, moment: int, version: str) -> Calendar:
        """The calendar of this version; of one that is not known, or none, that of the moment."""
        if version == self.now.version:
            return self.now
        if version and (known := self.version(version)):
            return known
        if self.changes and moment < self.changes[-1][0]:
            before = [name for since, name in self.changes if since <= moment]
            first = self.place.calendars[self.jurisdiction]
            return (self.version(before[-1]) if before else first) or self.now
        return self.now

    def version(self, name: str) -> Calendar | None:
        """A version of the calendar by its name, or None for one that is not known any more."""
        return self.place.almanac.version(self.jurisdiction, name)


def days(place: Workplace, tx: Transaction, edition: Edition) -> _Days:
    """The calendar of an edition in each version that it had here, and since when each counts."""
    now = place.calendar(edition, tx)
    jurisdiction = edition.workflow.working_days
    own = [one for one in place.almanac.changes if one.jurisdiction == jurisdiction]
    changes = []
    for one in own:
        row = tx.row(queries.EVENT, (place.log, access.STORE, one.n))
        changes += [(micros(parse(row[0])["recorded"]), one.version)] if row else []
    return _Days(place, jurisdiction, now, tuple(changes))
