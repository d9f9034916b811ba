"""Steps and tasks: `take` one, `correct` what was recorded, `undo` the latest, `done`."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from contextlib import ExitStack

from engine.cli import printing, texts, values
from engine.cli.answering import answering, ruled_out
from engine.cli.door import argument, option
from engine.cli.printing import listed
from engine.cli.visit import Visit, changes
from engine.errors import UsageError
from engine.service import references
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
    done = options["already_done"]
    files, given = _given(door, ref, transition, answers)
    over = _agreed(door, ref, transition) if done and not options["pass_over"] else None
    # Nobody is asked for the day of a step that is about to be refused.
    happened = _day(door) if done and over is not False else None
    with ExitStack() as held:
        found = door.change(
            "take",
            on=happened,
            ref=ref,
            transition=transition,
            answers=given,
            source=options["source"],
            already_done=done,
            pass_over=bool(over or options["pass_over"]),
            papers={one.asked.path: _paper(held, one) for one in files},
        )
    said = f" Passed over: {found['passed_over']}." if found["passed_over"] else ""
    when = _on(found["on"]) or (TODAY if done else "")
    door.done(found, f'Done: "{found["title"]}", on {ref}{when}.{said}')


def _given(
    door: Visit, ref: str, transition: str, words: Sequence[str]
) -> tuple[list[values.Pair], values.Answers]:
    """The documents and the answers that these words give with a step."""
    if not words:
        return [], {}
    given = values.pairs(words)
    asks = values.Asks(door.ask("questions", ref=ref, transition=transition))
    files, plain = values.apart(given, asks)
    return files, values.answers(plain, asks)


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
    given = answering(door, ref, answers)
    found = door.change("correct", ref=ref, answers=given, source=door.options["source"])
    confirm = listed(f'"{one["title"]}"' for one in found["to_confirm"])
    more = f"; to be confirmed, as an open task: {confirm}" if confirm else ""
    lines = [f"Corrected on {ref}{more}.", *ruled_out(ref, found["ruled_out"])]
    door.done(found, "\n".join(lines))


@changes("undo", argument("ref", "REF"))
def undo(door: Visit, ref: str) -> None:
    """Set the latest step aside by a new entry; --reason says why."""
    ref = references.read(ref)
    found = door.change("undo", ref=ref)
    door.done(found, f"The latest step of {ref} is set aside.")


@changes("done", argument("ref", "REF"), argument("task", "TASK"))
def done(door: Visit, ref: str, task: str) -> None:
    """Say that an open task is done: --reason says how, and --on the day where it was not today.

    `show` and `today` list the open tasks, each with the command that ends it. A task about
    something that is missing from the record ends by itself when that is recorded. All others are
    ended by those they wait on, or by whoever keeps the record.
    """
    ref = references.read(ref)
    found = door.change("done", ref=ref, task=task)
    door.done(found, f"Task {task} of {ref} is done{_on(found['on'])}.")


def _redate(door: Visit, ref: str, n: int, more: tuple[str, ...]) -> None:
    if more:
        raise UsageError("Correct the day of a step alone: `correct REF @N --on WHEN`.")
    wanted = texts.when(door.options["on"])
    if not wanted:
        raise UsageError(f"Say on which day it really happened: `correct {ref} @{n} --on WHEN`.")
    # The day belongs to the step; the correction itself happens today.
    found = door.change("correct day", on="", ref=ref, n=n, to=wanted)
    said = f"Entry @{n} of {ref} happened {printing.when(wanted)}."
    door.done({**found, "ruled_out": []}, said)


def _agreed(door: Visit, ref: str, transition: str) -> bool | None:
    """Whether somebody at the keyboard agrees that steps are passed over; None where none are."""
    if door.state.json or not texts.at_keyboard():
        return None
    over = str(door.ask("why-not", ref=ref, transition=transition)["passes_over"])
    if not over:
        return None
    printing.say_aside(printing.paragraph(f"{over[:1].upper()}{over[1:]}."))
    return texts.confirmed("Has it happened, and is what lies between to be passed over?")


def _day(door: Visit) -> str | None:
    """The day on which a step happened, asked of whoever sits at the keyboard and left it out."""
    if door.options["on"] or door.state.json or not texts.at_keyboard():
        return None
    return texts.when(texts.asked(WHICH_DAY, "--on", one_line=True).strip())


def _paper(held: ExitStack, given: values.Pair) -> File:
    """A document that is given with a step, open until the step is taken."""
    source = held.enter_context(texts.opened(given.value, str(given.asked)))
    return File(os.path.basename(given.value), source)


def _on(when: str) -> str:
    return f", {printing.when(when)}" if when else ""
