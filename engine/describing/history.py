"""What a description says of the day as at which a process is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from engine.as_at import LeftOut, as_at, ended_later, first_day, left_out
from engine.definition import Workflow
from engine.describing.sheet import Sheet
from engine.prose import listed, on_day, quoted


def head_line(workflow: Workflow, day: date) -> str:
    """Of which day it tells, from which edition, and how far back that edition knows the law."""
    on, first = on_day(day.isoformat()), first_day(workflow)
    line = (
        f"As it stood on {on}, told from edition {workflow.edition}, which is in force from "
        f"{on_day(workflow.in_force_from)}. Of each timescale only the rule that held for what "
        "started on that day is told; the steps, the questions and the packs are those of the "
        "edition."
    )
    if day.isoformat() < first:
        told = ended_later(workflow, day)
        known = "known here only by the rules that are told" if told else "not known here"
        line += (
            f" The first of its {'other ' if told else ''}rules began on {on_day(first)}. What was "
            f"law before then is {known}, and no step is called a duty that has no rule of its own "
            "for that day."
        )
    return line


def say_day(sheet: Sheet, workflow: Workflow, day: date) -> None:
    """The timescales that are left out, and how many rules had a beginning that is not sure."""
    absent = left_out(workflow, day)
    if absent:
        sheet.say(f"Left out, since no rule of theirs held on {on_day(day.isoformat())}:")
        sheet.items(_absent(workflow, one) for one in absent)
    unsure = [*_unsure(workflow, day)]
    if unsure:
        sheet.say(
            f"A day on which the rule that is told began or ended is assumed for {listed(unsure)}: "
            "near that day another rule may have held."
        )


def _absent(workflow: Workflow, one: LeftOut) -> str:
    of = f" of {quoted(one.process)}" if one.process != workflow.title else ""
    ended = f"the last ended on {on_day(one.last)}" if one.last else ""
    word = "next" if one.last else "first that is known"
    begins = f"the {word} is from {on_day(one.first)}" if one.first else ""
    return f"{quoted(one.title)}{of}: {', and '.join(filter(None, (ended, begins)))}."


def _unsure(workflow: Workflow, day: date) -> Iterator[str]:
    told = as_at(workflow, day)
    for process in (told, *told.children.values()):
        for timescale in process.timescales.values():
            bases = [basis for one in timescale.variants for basis in (one.began, one.ended)]
            if any(basis and basis.confirmed == "assumed" for basis in bases):
                yield quoted(timescale.title)
