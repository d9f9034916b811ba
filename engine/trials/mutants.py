"""Every change that is tried on a definition, one at a time, in the order of its files."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.definition import Workflow
from engine.trials.changing import GONE, Change, Sheet, Where
from engine.trials.clocks import of_timescale
from engine.trials.knowing import Known, another, known, listed
from engine.trials.questions import of_question
from engine.trials.steps import of_step


def mutants(sheets: Sequence[Sheet], workflow: Workflow) -> list[Change]:
    """Every change of a process and its linked processes."""
    found: list[Change] = []
    for sheet in sheets:
        of = workflow.children[sheet.process] if sheet.process else workflow
        found += _of_sheet(sheet, known(of, linked=bool(sheet.process)))
    return found


def sample(changes: Sequence[Change], size: int, seed: int) -> list[Change]:
    """Some of the changes, the same for the same seed, in their order; all if 0 are asked for."""
    if not size or size >= len(changes):
        return list(changes)
    chosen = sorted(random.Random(seed).sample(range(len(changes)), size))
    return [changes[number] for number in chosen]


def _of_sheet(sheet: Sheet, names: Known) -> Iterator[Change]:
    tables = sheet.tables
    for key in ("may_open", "kept_by", "opening"):
        if len(listed(tables.get(key))) > 1:
            yield from _of_head(sheet, key, names)
    for name, table in tables.get("question", {}).items():
        yield from of_question(sheet, name, table, names)
    for name, table in tables.get("state", {}).items():
        yield from _of_state(sheet, name, table, names)
    for name, table in tables.get("transition", {}).items():
        yield from of_step(sheet, name, table, names)
    for name, table in tables.get("timescale", {}).items():
        yield from of_timescale(sheet, name, table, names)


def _of_head(sheet: Sheet, key: str, names: Known) -> Iterator[Change]:
    every = listed(sheet.tables[key])
    for one in every:
        if key == "opening" and sheet.process and one not in names.dates:
            # A linked case is opened without such an answer too; only its dates are set for it.
            continue
        left = [other for other in every if other != one]
        said = f"{one} was dropped from {key}"
        yield Change(f"{key} narrowed", sheet, (key,), left, said, (key,))
    wider = "" if key == "opening" else another(names.roles, every, key)
    if wider:
        said = f"{wider} was added to {key}"
        yield Change(f"{key} widened", sheet, (key,), [*every, wider], said, (key,))


def _of_state(sheet: Sheet, name: str, table: Mapping[str, Any], names: Known) -> Iterator[Change]:
    where: Where = ("state", name)
    if table.get("closed"):
        rest = {key: value for key, value in table.items() if key != "closed"}
        opened = {**rest, "waiting_on": names.roles[0]}
        said = f"state {name} was no longer an end"
        yield Change("end opened", sheet, where, opened, said, (name,))
    elif "waiting_on" in table:
        shut = {key: value for key, value in table.items() if key != "waiting_on"}
        said = f"state {name} was an end"
        yield Change("state closed", sheet, where, {**shut, "closed": True}, said, (name,))
        other = another(names.roles, [table["waiting_on"]], name)
        said = f"state {name} waited on {other} and not on {table['waiting_on']}"
        yield Change("waits on another", sheet, (*where, "waiting_on"), other, said, (name,))
    if "within" in table:
        said = f"state {name} was no longer within {table['within']}"
        yield Change("within dropped", sheet, (*where, "within"), GONE, said, (name,))
