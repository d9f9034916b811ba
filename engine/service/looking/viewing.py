"""A case as it is read, with the edition by which it goes, and on whom something of it waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from engine import queries
from engine.apply import changes
from engine.calendars import local_date
from engine.canonical import parse
from engine.case import Case, Key, Rows
from engine.database import Transaction
from engine.dates import short_day
from engine.decide.entries.telling import waited_for
from engine.decide.moving.left import Left
from engine.edition import Edition
from engine.errors import CaseNotFoundError
from engine.service import barriers, titles
from engine.service.looking.kept import formerly, left_to
from engine.service.workplace import Workplace
from engine.store import no_case


@dataclass(frozen=True, slots=True)
class View:
    """A case as it was read, and the edition that it is pinned to."""

    case: Case
    edition: Edition
    today: date
    left: Mapping[Key, Left] = field(default_factory=dict)
    """The clocks that a move to another edition left as they were."""
    past: Mapping[str, Edition] = field(default_factory=dict)
    """By timescale the edition of before, where the one of now does not have it any more."""

    def knowing(self, timescale: str) -> View:
        """The same under the edition that has a timescale."""
        was = self.past.get(timescale)
        return replace(self, edition=was) if was else self


def view(place: Workplace, tx: Transaction, ref: str) -> View:
    """A case as it is now, for whoever looks. Raises CaseNotFoundError."""
    rows = barriers.rows(place, tx, ref)
    row = rows.table("cases")[(ref,)]
    place.almanac.see(tx, place.log)
    case, edition = Case(ref, rows), place.edition(tx, row["edition"], row["workflow"])
    past = formerly(place, tx, case, edition)
    return View(case, edition, place.today(), left_to(place, tx, case), past)


def edition_of(place: Workplace, tx: Transaction, ref: str) -> Edition:
    """The edition that a case is pinned to; of the case nothing else is read.

    Raises CaseNotFoundError.
    """
    row = tx.row(queries.EDITION_OF, (place.log, ref))
    if row is None:
        raise no_case(ref)
    return place.edition(tx, row[0], row[1])


def view_as_at(place: Workplace, tx: Transaction, ref: str, day: date) -> View:
    """A case by what had been recorded of it by the end of a day.

    Raises CaseNotFoundError for one that was not on record yet.
    """
    rows = _recorded_by(place, tx, ref, day)
    if rows is not None:
        # Whoever may not see it now does not see either how it was then.
        now = Rows()
        now.tables["barriers"] = place.store.barriers(tx, ref)
        barriers.need_seen(place, tx, ref, now)
    if rows is None:
        # One that is on record now is told apart from one that never was.
        barriers.rows(place, tx, ref)
        said = short_day(day)
        raise CaseNotFoundError(f"{ref} was not on record yet on {said}; ask for a later day.")
    row = rows.table("cases")[(ref,)]
    place.almanac.see(tx, place.log)
    case, edition = Case(ref, rows), place.edition(tx, row["edition"], row["workflow"])
    past = formerly(place, tx, case, edition)
    return View(case, edition, day, left_to(place, tx, case), past)


def linked_as_at(
    place: Workplace, tx: Transaction, ref: str, day: date
) -> tuple[str, str, str, str, str | None] | None:
    """A linked case as its row was at the end of a day; None where it was not on record yet."""
    rows = _recorded_by(place, tx, ref, day)
    if rows is None:
        return None
    row = rows.table("cases")[(ref,)]
    return ref, row["workflow"], row["state"], row["about"], row["closed_on"]


def _recorded_by(place: Workplace, tx: Transaction, ref: str, day: date) -> Rows | None:
    rows, version = Rows(), 0
    for event in map(parse, place.store.events(tx, ref)):
        if local_date(datetime.fromisoformat(event["recorded"])) > day:
            break
        rows.merge(changes(event))
        version = event["n"]
    if version:
        rows.merge([("cases", (ref,), {"version": version}, False)])
    return rows if version else None


def waits_on(place: Workplace, seen: View, role: str, of: str = "") -> str:
    """On whom something of a case waits, by titles; `of` is the agency for which a clock runs."""
    workflow = seen.edition.workflow
    return titles.who_waits(place, workflow, role, waited_for(seen.case, workflow, role, of))
