"""Changes of a condition: a line dropped, an answer added or left out, a whole way gone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from engine.trials.changing import GONE, Change, Sheet, Where
from engine.trials.knowing import Known, Placed, listed

_NUMBER = re.compile(r"\d+")
_TURNED = {"answered": "not answered", "not answered": "answered", "passed": "answered"}


def of_guard(sheet: Sheet, where: Where, guard: Any, known: Known) -> Iterator[Change]:
    """The changes of the condition at a place of a file."""
    tables = listed(guard)
    name = str(where[1])
    for number, table in enumerate(tables):
        at = (*where, number) if isinstance(guard, list) else where
        if len(tables) > 1:
            rest = [other for other in tables if other is not table]
            said = f"way {number + 1} of the condition of {name} was dropped"
            yield Placed("condition way dropped", sheet, where, rest, said, (name,), at)
        for subject, value in table.items():
            there = (*at, subject)
            yield _without(sheet, (where, at), (tables, table), subject)
            for becomes, kind, said in _values(subject, value, known):
                yield Change(
                    kind, sheet, there, becomes, f"{said} in the condition of {name}", (name,)
                )


def _without(
    sheet: Sheet, places: tuple[Where, Where], written: tuple[list[Any], Any], subject: str
) -> Change:
    """A condition without one of its lines; what is then empty goes with it."""
    where, at = places
    tables, table = written
    kind, name = "condition line dropped", str(where[1])
    said = f"the line {subject} was dropped from the condition of {name}"
    about = (name,)
    if len(table) > 1:
        return Change(kind, sheet, (*at, subject), GONE, said, about)
    rest = [other for other in tables if other is not table]
    return Placed(kind, sheet, where, rest or GONE, said, about, (*at, subject))


def _values(subject: str, value: Any, known: Known) -> Iterator[tuple[Any, str, str]]:
    """What else a line could ask for."""
    turned = _TURNED.get(value, "") if isinstance(value, str) else ""
    if subject in known.choices and not turned:
        values, choices = listed(value), known.choices[subject]
        for one in values if len(values) > 1 else ():
            left = [other for other in values if other != one]
            yield left, "condition value dropped", f'"{one}" was no longer enough as {subject}'
        free = [one for one in choices if one not in values]
        if free and len(choices) > len(values) + 1:
            for one in free:
                said = f'"{one}" was enough as {subject}'
                yield [*values, one], "condition value added", said
    elif turned:
        yield turned, "condition turned", f'{subject} "{value}" became "{turned}"'
    elif isinstance(value, str) and (found := _NUMBER.search(value)):
        more = str(int(found[0]) + 1)
        becomes = f"{value[: found.start()]}{more}{value[found.end() :]}"
        yield becomes, "condition number moved", f'{subject} "{value}" became "{becomes}"'
