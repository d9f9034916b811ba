"""Steps and tasks: `take` one, `correct` what was recorded, `undo` the latest, `done`."""

from __future__ import annotations

import os
import re
from contextlib import ExitStack

from engine.cli import at_once, printing, texts, values
from engine.cli.door import argument, option
from engine.cli.printing import listed
from engine.cli.visit import Visit, changes
from engine.decide.steps.passing import passed_over, passes_over
from engine.decide.steps.taking import Step
from engine.definition import Transition, Workflow
from engine.errors import UsageError
from engine.service import cases, references
from engine.service.changing import Outcome
from engine.service.filing import Paper
from engine.service.looking import viewing
from engine.service.workplace import File

TODAY = ", as done today, since no --on says otherwise"
WHICH_DAY = "On which day did it happen? (today, if nothing is typed)"

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
            help="It has happened, on the day --on: what was unmet is left as open tasks.",
        ),
        option(
            "--pass-over",
            is_flag=True,
            help="With --already-done: pass over the steps between, which are not on record.",
        ),
        option("--source", metavar="AGENCY", help="The agency that the answers came from."),
    ],
)
def take(door: Visit, ref: str, transition: str, answers: tuple[str, ...]) -> None:
    """Take a step, with the answers that it needs; `casetrail next REF` lists the steps.

    QUESTION=@FILE gives a text from a file, or puts a document on file together with the step.
    Answers for the linked cases that a step opens are given in the same way; where both have a
    question of that name, write PROCESS.QUESTION=VALUE for the linked ones.
    """
    ref, options = references.read(ref), door.options
    place = door.place
    with place.database.read() as tx:
        seen = viewing.view(place, tx, ref)
    workflow = seen.edition.workflow
    source = values.agency(options["source"], place.directory.agencies)
    files, plain = values.apart(answers, workflow)
    given = values.answers(plain, workflow, source, _opened(workflow, transition))
    over = _passed_over(seen, workflow.transitions.get(transition), done=options["already_done"])
    agreed = bool(over) and (options["pass_over"] or _agreed(door, over))
    step = Step(transition, given.own, options["already_done"], agreed)
    happened = _day(door) if step.already_done and (agreed or not over) else None
    with ExitStack() as held:
        papers = [_paper(held, one) for one in files]
        by = door.by(on=happened)
        outcome = cases.take_step(place, by, ref, step, given.linked, papers)
    title = workflow.transitions[transition].title
    said = f" Passed over: {over}." if over else ""
    when = _on(by.on) or (TODAY if step.already_done else "")
    door.done(by, outcome, f'Done: "{title}", on {ref}{when}.{said}')


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
        seen = viewing.view(place, tx, ref)
    workflow = seen.edition.workflow
    source = values.agency(door.options["source"], place.directory.agencies)
    given = values.answers(answers, workflow, source).own
    by, outcome, found = at_once.change(
        door, seen, given, lambda by: cases.correct(place, by, ref, given)
    )
    lines = [f"Corrected on {ref}{_to_confirm(outcome, workflow)}."]
    lines += at_once.ruled_out(ref, found)
    door.done(by, outcome, "\n".join(lines), {"ruled_out": found})


@changes("undo", argument("ref", "REF"))
def undo(door: Visit, ref: str) -> None:
    """Set the latest step aside by a new entry; --reason says why."""
    ref = references.read(ref)
    place, by = door.place, door.by()
    outcome = cases.undo(place, by, ref)
    door.done(by, outcome, f"The latest step of {ref} is set aside.")


@changes("done", argument("ref", "REF"), argument("task", "TASK"))
def done(door: Visit, ref: str, task: str) -> None:
    """Say that an open task is done: --reason says how, and --on the day where it was not today.

    `show` and `today` list the open tasks, each with the command that ends it. A task about
    something that is missing from the record ends by itself when that is recorded. All others are
    ended by those they wait on, or by whoever keeps the record.
    """
    ref = references.read(ref)
    place, by = door.place, door.by()
    outcome = cases.done(place, by, ref, task)
    door.done(by, outcome, f"Task {task} of {ref} is done{_on(by.on)}.")


def _redate(door: Visit, ref: str, n: int, more: tuple[str, ...]) -> None:
    if more:
        raise UsageError("Correct the day of a step alone: `correct REF @N --on WHEN`.")
    wanted = texts.when(door.options["on"])
    if not wanted:
        raise UsageError(f"Say on which day it really happened: `correct {ref} @{n} --on WHEN`.")
    # The day belongs to the step; the correction itself happens today.
    place, by = door.place, door.by(on="")
    outcome = cases.redate(place, by, ref, n, wanted)
    said = f"Entry @{n} of {ref} happened {printing.when(wanted)}."
    door.done(by, outcome, said, {"ruled_out": []})


def _to_confirm(outcome: Outcome, workflow: Workflow) -> str:
    """The decisions that are open tasks because what they rested on was put right."""
    opened = [e["body"]["tasks"] for e in outcome.events if e["type"] == "task opened"]
    steps = [t["subject"] for left in opened for t in left if t["kind"] == "confirm decision"]
    titles = [f'"{workflow.transitions[step].title}"' for step in steps]
    return f"; to be confirmed, as an open task: {listed(titles)}" if titles else ""


def _passed_over(seen: viewing.View, step: Transition | None, *, done: bool) -> str:
    """From where to where a step that has already happened passes over what is not on record."""
    if step is None or not done or not passes_over(seen.case, step):
        return ""
    return passed_over(seen.edition.workflow, seen.case.state, step)


def _agreed(door: Visit, over: str) -> bool:
    """Whether somebody at the keyboard agrees that steps are passed over."""
    if door.state.json or not texts.at_keyboard():
        return False
    printing.say_aside(printing.paragraph(f"{over[:1].upper()}{over[1:]}."))
    return texts.confirmed("Has it happened, and is what lies between to be passed over?")


def _day(door: Visit) -> str | None:
    """The day on which a step happened, asked of whoever sits at the keyboard and left it out."""
    if door.options["on"] or door.state.json or not texts.at_keyboard():
        return None
    return texts.when(texts.asked(WHICH_DAY, "--on", one_line=True).strip())


def _paper(held: ExitStack, given: values.Pair) -> Paper:
    """A document that is given with a step, open until the step is taken."""
    source = held.enter_context(texts.opened(given.value, str(given.asked)))
    name = os.path.basename(given.value)
    return Paper(given.asked.question, File(name, source), given.asked.of)


def _opened(workflow: Workflow, transition: str) -> Workflow | None:
    known = workflow.transitions.get(transition)
    return workflow.children[known.opens.process] if known and known.opens else None


def _on(when: str) -> str:
    return f", {printing.when(when)}" if when else ""
