"""A casebook replayed under other definitions, and what a replay under its own makes otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from engine import queries
from engine.decide.what_if.replaying import Replay
from engine.definition import Timescale, Transition, Workflow
from engine.edition import Edition
from engine.service.looking import viewing
from engine.service.rehearsals import replaying
from engine.service.workplace import Workplace


def casebook(place: Workplace) -> list[str]:
    """The references of all cases."""
    with place.database.read() as tx:
        return [str(row[0]) for row in tx.rows(queries.PINNED, (place.log,))]


def replayed(place: Workplace, ref: str, workflow: Workflow) -> Replay:
    """A case under another definition."""
    with place.database.read() as tx:
        return replaying.replayed(place, tx, ref, Edition(workflow))


def differences(place: Workplace) -> list[str]:
    """What a replay of each case under its very own edition makes otherwise; nothing, or lines.

    Every event must come out as it was sealed: its number, its type, its body, its commitments.
    """
    found: list[str] = []
    with place.database.read() as tx:
        for ref in (row[0] for row in tx.rows(queries.PINNED, (place.log,))):
            done = replaying.replayed(place, tx, ref, viewing.view(place, tx, ref).edition)
            found += [f"{ref} @{one.n}: {one.sentence}" for one in done.impossible]
            found += [f"{ref}: {one}" for one in done.deadlines if one.differs]
            found += [f"{ref}: {one}" for one in done.notices]
            events = [one for command in done.record.commands for one in command.events]
            found += _unlike(ref, [_plain(e) for e in events], [_plain(e) for e in done.events])
    return found


def _unlike(ref: str, recorded: list[str], made: list[str]) -> list[str]:
    for number, (old, new) in enumerate(zip(recorded, made, strict=False), 1):
        if old != new:
            return [f"{ref} @{number}: {old[:600]} is made again as {new[:600]}"]
    if len(recorded) != len(made):
        return [f"{ref}: {len(recorded)} events are made again as {len(made)}"]
    return []


def _plain(event: Any) -> str:
    names = ("n", "type", "happened", "body", "sealed")
    return json.dumps({name: event[name] for name in names}, sort_keys=True)


def with_step(workflow: Workflow, name: str, **changes: Any) -> Workflow:
    """The definition with one step changed."""
    return _with(workflow, "transitions", name, lambda one: one._replace(**changes))


def with_clock(workflow: Workflow, name: str, **changes: Any) -> Workflow:
    """The definition with one timescale changed."""
    return _with(workflow, "timescales", name, lambda one: one._replace(**changes))


def with_due(workflow: Workflow, name: str, due: str) -> Workflow:
    """The definition with another rule in every variant of a timescale."""
    variants = tuple(one._replace(due=due) for one in workflow.timescales[name].variants)
    return with_clock(workflow, name, variants=variants)


def _with(
    workflow: Workflow,
    part: str,
    name: str,
    change: Callable[[Any], Transition | Timescale],
) -> Workflow:
    known = getattr(workflow, part)
    made: dict[str, Any] = {part: {**known, name: change(known[name])}}
    return replace(workflow, hash=f"{workflow.hash}, {part} {name} changed", **made)


def without_step(workflow: Workflow, name: str) -> Workflow:
    """The definition without one step."""
    steps = {key: one for key, one in workflow.transitions.items() if key != name}
    clocks = {
        key: one._replace(
            met_by=tuple(step for step in one.met_by if step != name),
            stops_if=tuple(step for step in one.stops_if if step != name),
        )
        for key, one in workflow.timescales.items()
    }
    gone = f"{workflow.hash} without {name}"
    return replace(workflow, transitions=steps, timescales=clocks, hash=gone)


def without_notice(workflow: Workflow, clock: str, notice: str) -> Workflow:
    """The definition without one reminder or escalation."""
    kept = tuple(one for one in workflow.timescales[clock].notices if one.id != notice)
    return with_clock(workflow, clock, notices=kept)
