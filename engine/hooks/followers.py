"""Whether an [[after]] of config.toml fits the processes in use, and its program can be called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.definition import Question, Workflow
from engine.guessing import resembling
from engine.service.calls.after import EVERY, After
from engine.service.calls.running import unfit

Where = tuple[str | int, ...]
Found = tuple[Where, str, str]
"""Where in config.toml, what is wrong, and what to do."""


def misfits(after: After, where: Where, known: Mapping[str, Workflow]) -> Iterator[Found]:
    """What does not fit; all of it."""
    if why := unfit(after.command[0]):
        problem, _, hint = why.partition("; ")
        yield (*where, "command"), f"{problem}.", f"{hint[:1].upper()}{hint[1:]}"
    workflow = known.get(after.process)
    if workflow is None:
        problem = f'"process" is "{after.process}", of which no edition is in use.'
        yield (*where, "process"), problem, _meant(after.process, known)
        return
    every = (workflow, *(workflow.children.values() if after.linked else ()))
    yield from _steps(after, where, every)
    for name in after.answers:
        asked = [one.questions[name] for one in every if name in one.questions]
        yield from _answer(name, asked, (*where, "answers"), every)


def _steps(after: After, where: Where, every: tuple[Workflow, ...]) -> Iterator[Found]:
    steps = {name: one for workflow in every for name, one in workflow.transitions.items()}
    for name in after.steps:
        if name != EVERY and name not in steps:
            problem = f'This process has no step "{name}".'
            yield (*where, "steps"), problem, _meant(name, steps)


def _answer(
    name: str, asked: list[Question], where: Where, every: tuple[Workflow, ...]
) -> Iterator[Found]:
    if not asked:
        questions = {one: None for workflow in every for one in workflow.questions}
        yield where, f'This process has no question "{name}".', _meant(name, questions)
    elif any(one.personal for one in asked):
        problem = f'"{name}" is personal: what a program is told leaves the record for good.'
        hint = "Leave it out; whoever may read it finds it by the reference."
        yield where, problem, hint
    elif any(one.answer == "document" for one in asked):
        hint = "Leave it out; whoever may read it finds it by the reference."
        yield where, f'"{name}" takes a document, which no program is told.', hint


def _meant(word: str, known: Mapping[str, object]) -> str:
    near = resembling(word, known, 1)
    return f'Did you mean "{near[0]}"?' if near else ""
