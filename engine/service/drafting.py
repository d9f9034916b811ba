"""The beginning of a change, or of a look at what would be one: a draft of a case, for somebody."""

from __future__ import annotations

from engine import barring
from engine.case import Case
from engine.database import Transaction
from engine.dates import iso
from engine.decide.draft import Draft
from engine.edition import Edition
from engine.service.workplace import By, Workplace, context


def drafted(
    place: Workplace,
    by: By,
    case: Case,
    edition: Edition,
    roles: tuple[str, ...] = (),
    tx: Transaction | None = None,
) -> Draft:
    """A draft of a case under an edition, in the context of this command.

    What is to be saved is drafted within its transaction, so that it counts by the calendar of now.
    """
    only_at = edition.workflow.only_at(case.about)
    barriers = barring.standing(case.rows.table("barriers"))
    holding = place.directory
    if barriers.narrows:
        holding = barring.narrowed(holding, barriers, iso(place.today()))
    return Draft(
        case=case,
        edition=edition,
        context=context(place, by, roles, only_at, holding),
        directory=place.directory,
        calendar=lambda: place.calendar(edition, tx),
        randomness=place.randomness,
    )
