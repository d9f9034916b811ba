"""A case as it is read, with the edition by which it goes, and on whom something of it waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from engine.case import Case, Key
from engine.database import Transaction
from engine.decide.entries.telling import waited_for
from engine.decide.moving.left import Left
from engine.edition import Edition
from engine.service import titles
from engine.service.looking.kept import formerly, left_to
from engine.service.workplace import Workplace


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
    """A case as it is now. Raises CaseNotFoundError."""
    rows = place.store.load(tx, ref)
    row = rows.table("cases")[(ref,)]
    place.almanac.see(tx, place.log)
    case, edition = Case(ref, rows), place.edition(tx, row["edition"], row["workflow"])
    past = formerly(place, tx, case, edition)
    return View(case, edition, place.today(), left_to(place, tx, case), past)


def waits_on(place: Workplace, seen: View, role: str, of: str = "") -> str:
    """On whom something of a case waits, by titles; `of` is the agency for which a clock runs."""
    workflow = seen.edition.workflow
    return titles.who_waits(place, workflow, role, waited_for(seen.case, workflow, role, of))
