"""What is said of answers once they are on record: what they are, and which steps they rule out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from engine.case import Given
from engine.cli import printing
from engine.cli.printing import PROGRAM
from engine.cli.visit import Visit
from engine.definition import Transition
from engine.errors import EngineError
from engine.nouns import count
from engine.service import cases
from engine.service.changing import Outcome
from engine.service.looking.viewing import View
from engine.service.workplace import By

MOST = 3
"""Steps that are named, of those that are ruled out."""

Known = Mapping[str, Any]
Act = Callable[[By], Outcome]


def record(door: Visit, seen: View, given: Sequence[Given]) -> None:
    """Put answers on record, and say so."""
    ref = seen.case.ref
    by, outcome, found = change(
        door, seen, given, lambda by: cases.record(door.place, by, ref, given)
    )
    lines = [*_recorded(door, seen, given), *ruled_out(ref, found)]
    door.done(by, outcome, "\n".join(lines), {"ruled_out": found})


def change(
    door: Visit, seen: View, given: Sequence[Given], act: Act
) -> tuple[By, Outcome, list[dict[str, Any]]]:
    """Change answers of a case; yields the steps that are ruled out by them from now on."""
    place, by = door.place, door.by()
    steps = _read_by(seen, {one.question for one in given})
    if not steps:
        return by, act(by), []
    from engine.service.looking import ruling_out

    steps = ruling_out.still_open(place, door.visitor, seen, steps)
    outcome = act(by)
    if outcome.repeated:
        return by, outcome, []
    try:
        found = ruling_out.by_now(place, door.visitor, seen.case.ref, steps, given)
    except EngineError:
        # What was saved stays saved, even where it cannot be read again at once.
        found = []
    return by, outcome, found


def ruled_out(ref: str, found: Sequence[Known]) -> list[str]:
    """What answers rule out, and how they are put right if they are wrong."""
    lines = [
        f'By this, "{step["title"]}" is ruled out ({"; or ".join(step["why"])}). If the answer is '
        f"wrong:\n  {PROGRAM} {step['command']}"
        for step in found[:MOST]
    ]
    more = len(found) - MOST
    told = f"`{PROGRAM} next {ref}` names them"
    return [*lines, f"{count(more, 'more step')} ruled out by this: {told}."] if more > 0 else lines


def _read_by(seen: View, asked: Collection[str]) -> list[Transition]:
    """The steps whose guards read one of these answers; of most answers there are none."""
    return [
        step
        for step in seen.edition.workflow.transitions.values()
        if any(line.subject in asked for table in step.only_if.tables for line in table)
    ]


def _recorded(door: Visit, seen: View, given: Sequence[Given]) -> list[str]:
    """How many answers were recorded, and of whom it was that they were asked, or did not reply."""
    ref = seen.case.ref
    answered = [one for one in given if one.status == "answered"]
    lines = [f"Recorded {count(len(answered), 'answer')} on {ref}."] if answered else []
    known, questions = door.place.directory.agencies, seen.edition.workflow.questions
    for one in given:
        if one not in answered:
            agency = known[one.of].title if one.of in known else one.of
            asked = f"asked {printing.when(one.asked_on)}" if one.asked_on else "asked"
            said = f"{asked}, no reply" if one.status == "no reply" else asked
            lines.append(f'Recorded on {ref}: {said}; {agency}: "{questions[one.question].ask}"')
    return lines
