"""The beginning of a change, or of a look at what would be one: a draft of a case, for somebody."""

from __future__ import annotations

from engine.case import Case
from engine.decide.draft import Draft
from engine.edition import Edition
from engine.service.workplace import By, Workplace, context


def drafted(
    place: Workplace, by: By, case: Case, edition: Edition, roles: tuple[str, ...] = ()
) -> Draft:
    """A draft of a case under an edition, in the context of this command."""
    only_at = edition.workflow.only_at(case.about)
    return Draft(
        case=case,
        edition=edition,
        context=context(place, by, roles, only_at),
        directory=place.directory,
        calendar=place.calendar(edition),
        randomness=place.randomness,
    )
