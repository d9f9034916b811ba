"""Changes of timescales: another length, unit or start; an end, a notice or a recipient gone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from engine.trials.changing import GONE, Change, Sheet, Where
from engine.trials.guards import of_guard
from engine.trials.knowing import Known, Placed, another, dropped, listed

_LENGTH = re.compile(r"(\d+) (hours?|calendar days?|working days?|weeks?|months?|years?)")
_OTHER_UNIT = {
    "hours": "working days",
    "calendar days": "working days",
    "working days": "calendar days",
    "weeks": "working days",
    "months": "weeks",
    "years": "months",
}
_ENDS = {"met_by": "what meets it:", "stops_if": "what stops it:", "starts_in": "the state"}
_NOTICES = {"remind": "the reminder", "escalate": "the escalation"}


def of_timescale(
    sheet: Sheet, name: str, table: Mapping[str, Any], known: Known
) -> Iterator[Change]:
    """Every change of a timescale that is tried."""
    where: Where = ("timescale", name)
    yield from _of_rule(sheet, where, table, known)
    for number, variant in enumerate(table.get("variant", ())):
        there = (*where, "variant", number)
        yield from _of_rule(sheet, there, variant, known)
        yield from _of_days(sheet, there, variant)
        yield from _of_notices(sheet, there, variant)
    for key, what in _ENDS.items():
        kind = "end dropped" if key != "starts_in" else "start dropped"
        yield from dropped(table.get(key), kind, sheet, (*where, key), (f"timescale {name}", what))
    if "only_if" in table:
        yield from of_guard(sheet, (*where, "only_if"), table["only_if"], known)
    if table.get("provisional") and not _anchors(table) <= known.always:
        said = f"timescale {name} was no longer provisional"
        yield Change("provisional dropped", sheet, (*where, "provisional"), GONE, said, (name,))
    yield from _of_notices(sheet, where, table)


def _anchors(table: Mapping[str, Any]) -> set[str]:
    """The dates from which its rules count."""
    rules = [one.get("due") for one in (table, *table.get("variant", ()))]
    return {said.rpartition(" ")[2] for said in rules if isinstance(said, str)}


def _of_rule(
    sheet: Sheet, where: Where, table: Mapping[str, Any], known: Known
) -> Iterator[Change]:
    name = str(where[1])
    for key in ("due", "keep"):
        said = table.get(key)
        if isinstance(said, str):
            for kind, becomes in _rules(said, known):
                what = f'"{said}" became "{becomes}" in timescale {name}'
                yield Change(kind, sheet, (*where, key), becomes, what, (name,))


def _rules(said: str, known: Known) -> Iterator[tuple[str, str]]:
    for kind, becomes in _lengths(said):
        yield f"time {kind}", becomes
    anchor = said.rpartition(" ")[2]
    if anchor in known.dates and (other := another(known.dates, [anchor], said)):
        yield "time from another day", f"{said.removesuffix(anchor)}{other}"


def _lengths(said: str) -> Iterator[tuple[str, str]]:
    found = _LENGTH.search(said)
    if found is None:
        return
    number, unit = int(found[1]), found[2] if found[2].endswith("s") else f"{found[2]}s"
    for kind, more, named in (
        ("longer", number + 1, unit),
        ("shorter", number - 1, unit),
        ("in another unit", number, _OTHER_UNIT[unit]),
    ):
        if more > 0:
            length = f"{more} {named if more > 1 else named[:-1]}"
            yield kind, f"{said[: found.start()]}{length}{said[found.end() :]}"


def _of_days(sheet: Sheet, where: Where, variant: Mapping[str, Any]) -> Iterator[Change]:
    name = str(where[1])
    for key in ("since", "until"):
        day = variant.get(key)
        if isinstance(day, date):
            later = day + timedelta(days=1)
            said = f"{key} {day} became {later} in a variant of timescale {name}"
            yield Change("variant moved", sheet, (*where, key), later, said, (name,))


def _of_notices(sheet: Sheet, where: Where, table: Mapping[str, Any]) -> Iterator[Change]:
    for key, noun in _NOTICES.items():
        every = listed(table.get(key))
        for number, notice in enumerate(every):
            there = (*where, key, number)
            about = (str(where[1]), notice["at"])
            of = f'{noun} "{notice["at"]}" of timescale {where[1]}'
            rest = [one for one in every if one is not notice]
            gone: Any = rest or GONE
            yield Placed(
                "notice dropped", sheet, (*where, key), gone, f"{of} was dropped", about, there
            )
            for becomes in _moments(notice["at"]):
                said = f'{of} became "{becomes}"'
                yield Change("notice moved", sheet, (*there, "at"), becomes, said, about)
            told = listed(notice.get("tell"))
            for one in told if len(told) > 1 else ():
                left = [other for other in told if other != one]
                said = f"{of} no longer told {one}"
                yield Change(
                    "recipient of a notice dropped", sheet, (*there, "tell"), left, said, about
                )


def _moments(at: str) -> Iterator[str]:
    if at == "on the day it is due":
        yield "1 working day before it is due"
    elif at == "on the day it starts":
        yield "1 working day after it starts"
    elif at in ("the day after it was due", "the day before it is due", "the day after it starts"):
        yield at.replace("the day", "2 calendar days")
    else:
        yield from (becomes for kind, becomes in _lengths(at) if kind == "longer")
