"""Refuses what would keep a case from being opened, or those who owe a duty from its record."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definition import Question, Workflow
from engine.loading.checks.rules import Problem
from engine.loading.overlay.authority import authority
from engine.loading.overlay.supplying import called
from engine.owing import givers_of, owing

_PEOPLE = ("may_open", "kept_by")


def begins_less(base: Workflow, new: Workflow) -> Iterator[tuple[str, str, Problem]]:
    """What a head of an overlay loosens so, by the linked process that it is of and by its key."""
    yield from (("", "opening", problem) for problem in _asked_first(base, new))
    for key in _PEOPLE:
        yield from (("", key, problem) for problem in _left_out(key, base, new, base))
    for name, child in base.children.items():
        after = new.children[name]
        kept = _left_out("kept_by", child, after, base)
        yield from ((name, "kept_by", problem) for problem in kept)
        yield from ((name, "opening", problem) for problem in _dated(child, after))


def _asked_first(base: Workflow, new: Workflow) -> Iterator[Problem]:
    for name in new.opening:
        question = new.questions.get(name)
        if question and name not in base.opening and (why := _why_not(question, new)):
            said = f'No case would be opened before an answer to "{question.ask}", {why}; '
            hint = "Let a step ask for it: on_file."
            yield Problem((), f"{said}{_rests_on(base)}.", hint)


def _dated(base: Workflow, new: Workflow) -> Iterator[Problem]:
    """What a linked case answers by the day on which it is opened."""
    for name in new.opening:
        asked = base.questions.get(name)
        if asked and asked.answer == "date" and name not in base.opening:
            said = f'Each case would be opened with its own day as the answer to "{asked.ask}", '
            said += f"which rests on {authority(asked, base)}."
            yield Problem((), said, "Ask a question of your own.")


def _left_out(key: str, base: Workflow, new: Workflow, parent: Workflow) -> Iterator[Problem]:
    # Where the base leaves it to anybody, all that act in it are left out who are not named.
    for name in getattr(base, key) or base.acting:
        duty = _owed(parent, name)
        if duty and name not in getattr(new, key):
            said = f'This takes "{name}" out of "{key}", and {called(base, (name,))} owes '
            yield Problem((), f"{said}{duty}.", "Leave it in.")


def _why_not(question: Question, new: Workflow) -> str:
    """Why whoever opens a case cannot answer a question before; "" if they can."""
    if givers := givers_of(question.id, new):
        return f'which only "{givers[0].title}" answers'
    if question.asked_of in new.groups:
        return f"which {called(new, (question.asked_of,))} answer"
    if question.per:
        return f"which is asked about each {question.per} of a case"
    return "which another open case answers" if question.answer == "case" else ""


def _owed(base: Workflow, role: str) -> str:
    """The first duty that a role owes, and what it rests on; "" if none."""
    for timescale in base.timescales.values():
        if timescale.duty and role in owing(base, timescale):
            return f'timescale "{timescale.id}", which rests on {timescale.duty}'
    return ""


def _rests_on(base: Workflow) -> str:
    duties = (timescale for timescale in base.timescales.values() if timescale.duty)
    first = next(duties, None)
    if first is None:
        return f"it rests on {authority(base, base)}"
    return f'timescale "{first.id}" rests on {first.duty}'
