"""Says a whole workflow in English that those who answer for the process can read and sign."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from engine.as_at import as_at
from engine.definition import Workflow
from engine.describing import sections
from engine.describing.clocks import authority_line, timescale_lines
from engine.describing.history import head_line, say_day
from engine.describing.linked import say_linked
from engine.describing.overview import say_glance
from engine.describing.questions import say_personal, say_questions
from engine.describing.sheet import WIDTH, Sheet
from engine.describing.states import say_states
from engine.describing.steps import transition_sentence

__all__ = ["authority_line", "describe", "described", "timescale_lines", "transition_sentence"]


def describe(
    workflow: Workflow, day: date | None = None, line: Sequence[str] = (), width: int = WIDTH
) -> str:
    """The text of `workflow describe`: first the process at a glance, `line` being the states of
    its main line, then every state, transition and timescale by its title.

    No identifier of the definition stands in it. With a day it is told as the law stood then.
    """
    known = as_at(workflow, day) if day else workflow
    sheet, whole = Sheet(), described(workflow, day)
    say_glance(sheet, known, line or known.main_line)
    first = 2 if day else 1
    whole.blocks[first:first] = sheet.blocks
    return whole.text(width)


def described(whole: Workflow, day: date | None = None) -> Sheet:
    """The same, block by block, for those who set it in another form; its title comes first."""
    workflow = as_at(whole, day) if day else whole
    sheet = Sheet()
    sheet.say(workflow.title)
    if day:
        sheet.say(head_line(whole, day))
    sheet.heading(1, "What this is")
    sections.say_head(sheet, workflow)
    if day:
        say_day(sheet, whole, day)
    sheet.heading(1, "How to read it")
    sections.say_legend(sheet, workflow)
    sheet.heading(1, "Who takes part")
    sections.say_people(sheet, workflow)
    sheet.heading(1, "How a case is opened")
    sections.say_opening(sheet, workflow)
    sheet.heading(1, "Where a case can be, and what may happen next")
    say_states(sheet, workflow, 2)
    sheet.heading(1, "Timescales")
    sections.say_timescales(sheet, workflow)
    if workflow.rules:
        sheet.heading(1, "What must be so on every way")
        sections.say_rules(sheet, workflow)
    sheet.heading(1, "Questions")
    say_questions(sheet, workflow, 2)
    sheet.heading(2, "What is personal")
    sheet.say(
        "A personal answer is kept apart from the trail, and shown only for a reason that is "
        "recorded first. No condition and no timescale reads one."
    )
    say_personal(sheet, workflow)
    if workflow.packs:
        sheet.heading(1, "Packs")
        sections.say_packs(sheet, workflow)
    if workflow.children:
        sheet.heading(1, "Linked cases")
        say_linked(sheet, workflow)
    return sheet
