"""What must be so between the variants of a timescale: each day has one rule, and a reason for it.

A day on which the law is not known is never left to be guessed: a gap is a mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise

from engine.dates import said
from engine.definition import Basis, Timescale, Workflow
from engine.loading.checks.rules import Problem
from engine.loading.files.lines import Path

_DAY = timedelta(days=1)
_WRITE = 'Write {} = {{ by = "what made it so", confirmed = "second-hand" }}.'


def _forwards(timescale: Timescale, workflow: Workflow) -> Iterator[Problem]:
    for number, variant in enumerate(timescale.variants):
        if variant.until and variant.until < variant.since:
            at = _at(timescale, number, "until")
            yield Problem(at, "This variant ends before it begins.")


def _one_a_day(timescale: Timescale, workflow: Workflow) -> Iterator[Problem]:
    """Neither two rules on one day nor none between two."""
    variants = timescale.variants
    ordered = sorted(range(len(variants)), key=lambda number: variants[number].since)
    for before, after in pairwise(ordered):
        ends, begins = variants[before].until, variants[after].since
        if not ends or begins <= ends:
            sentence = "Two variants of a timescale cannot be in force on the same day."
            hint = "Let each say since and until, and begin the day after the one before it ends."
            yield Problem(("variant", after), sentence, hint)
        elif begins > _day_after(ends):
            last = _day_before(begins)
            days = said(_day_after(ends))
            days += f" to {said(last)}" if _day_after(ends) < last else ""
            sentence = f"No variant is in force on {days}, between two that are."
            hint = "Begin the day after the one before it ends; say in a note what is not known."
            yield Problem(("variant", after), sentence, hint)


def _with_basis(timescale: Timescale, workflow: Workflow) -> Iterator[Problem]:
    """A day on which a rule begins or ends says what made it so, and a basis has its day.

    What replaces a rule says why that one ended.
    """
    latest = max((variant.since for variant in timescale.variants), default="")
    for number, variant in enumerate(timescale.variants):
        replaced = variant.since < latest or variant.until < variant.since
        yield from _basis(timescale, number, ("since", "began"), variant.began, excused=False)
        yield from _basis(timescale, number, ("until", "ended"), variant.ended, excused=replaced)


def _basis(
    timescale: Timescale, number: int, keys: tuple[str, str], basis: Basis | None, *, excused: bool
) -> Iterator[Problem]:
    day_key, basis_key = keys
    day = getattr(timescale.variants[number], day_key)
    verb = "begins" if day_key == "since" else "ends"
    at = _at(timescale, number, day_key if day else basis_key)
    rests_on = (day_key, basis_key, "variant")
    if basis and not day:
        sentence = f'"{basis_key}" says what made it so, and "{day_key}" is missing.'
        yield Problem(at, sentence, f"Write {day_key} = 2020-03-30, or leave it out.")
    elif day and not basis and not excused:
        sentence = f"This rule {verb} on a day, and does not say what made it so."
        yield Problem(at, sentence, _WRITE.format(basis_key), rests_on=rests_on)
    elif basis and basis.confirmed == "read" and not basis.checked:
        sentence = "Only what somebody has checked is confirmed as read."
        hint = 'Write checked = "by NAME on DAY against SOURCE".'
        yield Problem(_at(timescale, number, basis_key), sentence, hint)


def _at(timescale: Timescale, number: int, key: str) -> Path:
    """Where it stands: with the timescale itself, unless that has several rules."""
    return ("variant", number, key) if len(timescale.variants) > 1 else (key,)


def _day_after(day: str) -> str:
    return _moved(day, _DAY)


def _day_before(day: str) -> str:
    return _moved(day, -_DAY)


def _moved(day: str, by: timedelta) -> str:
    """The day beside a day; at either end of the calendar that day itself."""
    try:
        return (date.fromisoformat(day) + by).isoformat()
    except OverflowError:
        return day


VARIANT_RULES: tuple[Callable[[Timescale, Workflow], Iterator[Problem]], ...] = (
    _forwards,
    _one_a_day,
    _with_basis,
)
"""What must be so in each timescale that has dates."""
