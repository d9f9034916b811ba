"""Who may look at cases at all: those who have a part here today."""

from __future__ import annotations

from typing import NoReturn

from engine.errors import DeniedError, Need
from engine.service import access
from engine.service.workplace import By, Workplace

NO_PART = "today you hold no role, speak for no agency, and are told in nobody's place"
HOW = "config.toml says who holds which role, and from which day to which"


def need_part(place: Workplace, by: By, verb: str, ref: str = "") -> None:
    """Raise DeniedError, which is logged, for somebody who has no part here today.

    They read nothing of a case, personal or not. What is personal is judged apart, case by case.
    """
    if place.directory.has_part(by.person, place.today().isoformat()):
        return
    refuse(place, by, verb, ref)


def refuse(place: Workplace, by: By, verb: str, ref: str = "") -> NoReturn:
    """Tell somebody that they have no part here, and log it. Raises DeniedError."""
    error = DeniedError("What is on record here is not yours to read.", (Need(NO_PART, how=HOW),))
    access.refused(place, by, verb, ref, error)
    raise error
