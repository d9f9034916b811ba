"""Steps: `take` one, `correct` what was recorded, `undo` the latest."""

from __future__ import annotations

import re

from engine.cli import printing, texts, values
from engine.cli.door import argument, option
from engine.cli.printing import listed
from engine.cli.visit import Visit, changes
from engine.decide.taking import Step
from engine.definition import Workflow
from engine.errors import UsageError
from engine.service import cases, reading, references
from engine.service.changing import Outcome

_ENTRY = re.compile(r"@(\d{1,9})")


@changes(
    "take",
    argument("ref", "REF"),
    argument("transition", "TRANSITION"),
    argument("answers", "[QUESTION=VALUE] ...", nargs=-1),
    more=[
        option(
            "--already-done",
            is_flag=True,
            help="It has happened: record it, and leave what was unmet as open tasks.",
        ),
        option("--source", metavar="AGENCY", help="The agency that the answers came from."),
    ],
)
def take(door: Visit, ref: str, transition: str, answers: tuple[str, ...]) -> None:
    """Take a step, with the answers that it needs; `casetrail next REF` lists the steps.

    Answers for the linked cases that a step opens are given in the same way; where both have a
    question of that name, write PROCESS.QUESTION=VALUE for the linked ones.
    """
    ref, options = references.read(ref), door.options
    place = door.place
    with place.database.read() as tx:
        workflow = reading.view(place, tx, ref).edition.workflow
    source = values.agency(options["source"], place.directory.agencies)
    given = values.answers(answers, workflow, source, _opened(workflow, transition))
    by = door.by()
    step = Step(transition, given.own, options["already_done"])
    outcome = cases.take_step(place, by, ref, step, given.linked)
    title = workflow.transitions[transition].title
    door.done(by, outcome, f'Done: "{title}", on {ref}{_on(by.on)}.')


@changes(
    "correct",
    argument("ref", "REF"),
    argument("answers", "QUESTION=VALUE ... | @N", nargs=-1, required=True),
    more=[option("--source", metavar="AGENCY", help="The agency that the answers came from.")],
)
def correct(door: Visit, ref: str, answers: tuple[str, ...]) -> None:
    """Put answers right, or the day of a step; --reason says why.

    `correct REF @N --on WHEN` gives the step that is entry @N of `history` the day on which it
    really happened. The state of the case never changes by a correction.
    """
    ref = references.read(ref)
    entry = _ENTRY.fullmatch(answers[0])
    if entry:
        _redate(door, ref, int(entry[1]), answers[1:])
        return
    place = door.place
    with place.database.read() as tx:
        workflow = reading.view(place, tx, ref).edition.workflow
    source = values.agency(door.options["source"], place.directory.agencies)
    given = values.answers(answers, workflow, source).own
    by = door.by()
    outcome = cases.correct(place, by, ref, given)
    door.done(by, outcome, f"Corrected on {ref}{_to_confirm(outcome, workflow)}.")


@changes("undo", argument("ref", "REF"))
def undo(door: Visit, ref: str) -> None:
    """Set the latest step aside by a new entry; --reason says why."""
    ref = references.read(ref)
    place, by = door.place, door.by()
    outcome = cases.undo(place, by, ref)
    door.done(by, outcome, f"The latest step of {ref} is set aside.")


def _redate(door: Visit, ref: str, n: int, more: tuple[str, ...]) -> None:
    if more:
        raise UsageError("Correct the day of a step alone: `correct REF @N --on WHEN`.")
    wanted = texts.when(door.options["on"])
    if not wanted:
        raise UsageError(f"Say on which day it really happened: `correct {ref} @{n} --on WHEN`.")
    # The day belongs to the step; the correction itself happens today.
    place, by = door.place, door.by(on="")
    outcome = cases.redate(place, by, ref, n, wanted)
    door.done(by, outcome, f"Entry @{n} of {ref} happened {printing.when(wanted)}.")


def _to_confirm(outcome: Outcome, workflow: Workflow) -> str:
    """The decisions that are open tasks because what they rested on was put right."""
    opened = [e["body"]["tasks"] for e in outcome.events if e["type"] == "task opened"]
    steps = [t["subject"] for left in opened for t in left if t["kind"] == "confirm decision"]
    titles = [f'"{workflow.transitions[step].title}"' for step in steps]
    return f"; to be confirmed, as an open task: {listed(titles)}" if titles else ""


def _opened(workflow: Workflow, transition: str) -> Workflow | None:
    known = workflow.transitions.get(transition)
    return workflow.children[known.opens.process] if known and known.opens else None


def _on(when: str) -> str:
    return f", {printing.when(when)}" if when else ""
