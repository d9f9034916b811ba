"""The linked cases that a process opens, each said shortly, in the manner of the process."""

from __future__ import annotations

from engine.definition import Workflow
from engine.describing.clocks import timescale_lines
from engine.describing.questions import list_questions, say_personal
from engine.describing.sections import say_rules
from engine.describing.sheet import Paragraph, Sheet
from engine.describing.states import say_states
from engine.describing.steps import titles
from engine.prose import people, quoted


def say_linked(sheet: Sheet, workflow: Workflow) -> None:
    """Every linked process under its title."""
    sheet.say(
        "Each of these is a case of its own, with a record of its own, beside the case that opens "
        "it. The same people take part, and keep the record where nothing else is said."
    )
    for name, child in sorted(workflow.children.items(), key=lambda item: _rank(workflow, item[0])):
        sheet.heading(2, child.title)
        _say_beginning(sheet, workflow, name, child)
        say_states(sheet, child, 3)
        for timescale in child.timescales.values():
            sheet.heading(3, f"Timescale: {timescale.title}")
            sheet.items(timescale_lines(child, timescale))
        if child.rules:
            sheet.heading(3, "What must be so on every way")
            say_rules(sheet, child)
        sheet.heading(3, "Questions")
        list_questions(sheet, child)
        say_personal(sheet, child)


def _rank(workflow: Workflow, name: str) -> int:
    """Which step opens it first; last if none does."""
    opens = [t.opens.process if t.opens else "" for t in workflow.transitions.values()]
    return opens.index(name) if name in opens else len(opens)


def _say_beginning(sheet: Sheet, workflow: Workflow, name: str, child: Workflow) -> None:
    opened_by = [t.id for t in workflow.transitions.values() if t.opens and t.opens.process == name]
    start = quoted(child.states[child.starts_at].title)
    by = f"is opened by the step {titles(workflow, opened_by, 'or')}, and " if opened_by else ""
    said: Paragraph = [f"It {by}begins at {start}."]
    if set(child.keepers) != set(workflow.keepers):
        said.append(f"Its record is kept by {people(child, child.keepers)}.")
    if child.opening:
        said += ["Asked first:", tuple(quoted(child.questions[name].ask) for name in child.opening)]
    sheet.say(*said)
