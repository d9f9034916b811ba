"""Changes of questions: an answer fewer to choose from, asked of others, personal by mistake."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from engine.trials.changing import GONE, Change, Sheet, Where
from engine.trials.knowing import Known, another

_PER = {"child": "person", "person": "child"}


def of_question(
    sheet: Sheet, name: str, table: Mapping[str, Any], known: Known
) -> Iterator[Change]:
    """Every change of a question that is tried. What a step needs answered is changed there; and
    what is personal cannot be made public, for the loader refuses it of every kind of answer that
    is personal by its nature.
    """
    where: Where = ("question", name)
    choices = table.get("answer")
    if isinstance(choices, list) and len(choices) > 2:
        gone = choices[zlib.crc32(name.encode()) % len(choices)]
        left = [one for one in choices if one != gone]
        said = f'"{gone}" could no longer be answered to {name}'
        yield Change("choice dropped", sheet, (*where, "answer"), left, said, (name,))
    yield from _of_asking(sheet, where, table, known)
    if table.get("personal") is False:
        private = {key: one for key, one in table.items() if key not in ("personal", "because")}
        said = f"the answer to {name} was personal"
        yield Change("made personal", sheet, where, private, said, (name,))
    if table.get("may_change"):
        said = f"{name} was no longer a plan"
        yield Change("may_change dropped", sheet, (*where, "may_change"), GONE, said, (name,))
    most = table.get("at_most")
    if isinstance(most, int):
        said = f"{name} could be up to {most + 1} and not {most}"
        yield Change("number raised", sheet, (*where, "at_most"), most + 1, said, (name,))


def _of_asking(
    sheet: Sheet, where: Where, table: Mapping[str, Any], known: Known
) -> Iterator[Change]:
    """Of whom it is asked, and about whom."""
    name = str(where[1])
    per, asked = str(table.get("per", "")), str(table.get("asked_of", ""))
    if per in _PER:
        said = f"{name} was asked of each {_PER[per]} and not of each {per}"
        yield Change("asked per another", sheet, (*where, "per"), _PER[per], said, (name,))
    other = another(tuple(known.groups), [asked], name) if asked else ""
    if other and name in known.waiting:
        # Any agency may answer what no step waits for: its group is only whom it is printed for.
        said = f"{name} was asked of {other} and not of {asked}"
        about = (name, *known.waiting[name])
        yield Change("asked of another", sheet, (*where, "asked_of"), other, said, about)
