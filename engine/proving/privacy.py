"""What can reach a notification: fixed words, public days and names, and nothing personal."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.dates import short_day
from engine.definition import Workflow
from engine.edition import subjects
from engine.prose import quoted
from engine.proving.inquiry import Inquiry
from engine.proving.verdict import Entry
from engine.timescales import parse

_NAMED = re.compile(r"\{+%?\s*(?:if\s+|for\s+)?([a-z][a-z0-9_]*)")
"""A question that is named within braces, as templates do."""


def check(inquiry: Inquiry) -> None:
    """Personal answers that a message would show."""
    workflow = inquiry.workflow
    for entry, text in _texts(inquiry):
        for name in _NAMED.findall(text):
            question = workflow.questions.get(name)
            if question is not None and question.personal:
                says = f"{quoted(text)} is sent in messages, and names a personal answer: {name}."
                inquiry.fail("private", says, entry, _story(inquiry, question.ask))
    for entry, name, what in _answers(workflow, inquiry):
        question = workflow.questions.get(name)
        if question is not None and question.personal:
            says = f"The answer to {quoted(question.ask)} is personal, and {what}."
            inquiry.fail("private", says, entry, _story(inquiry, question.ask))


def _story(inquiry: Inquiry, ask: str) -> tuple[str, ...]:
    day = short_day(inquiry.diary.day(1))
    return (f"On {day} a message goes out with the answer to {quoted(ask)} in it.",)


def _texts(inquiry: Inquiry) -> Iterator[tuple[Entry, str]]:
    """The words of messages, each with the table that says them."""
    workflow = inquiry.workflow
    for step in workflow.transitions.values():
        yield inquiry.entry("transition", step.id), step.title
        for name in step.asks:
            yield inquiry.entry("question", name), workflow.questions[name].ask
    for timescale in workflow.timescales.values():
        yield inquiry.entry("timescale", timescale.id), timescale.title
    yield inquiry.entry("state", workflow.starts_at), workflow.title
    for process, child in workflow.children.items():
        yield Entry("state", child.starts_at, process), child.title


def _answers(workflow: Workflow, inquiry: Inquiry) -> Iterator[tuple[Entry, str, str]]:
    """The answers that a message may hold: days that are counted from, and agencies concerned."""
    for timescale in workflow.timescales.values():
        entry = inquiry.entry("timescale", timescale.id)
        for variant in timescale.variants:
            yield entry, parse(variant.due).anchor, "messages say the day that is counted from it"
        for name in subjects(timescale.only_if):
            yield entry, name, "it decides whether a message is sent"
    for step in workflow.transitions.values():
        entry = inquiry.entry("transition", step.id)
        if step.opens and step.opens.one_for:
            yield entry, step.opens.one_for, "it decides to whom messages go"
        for name in subjects(step.only_if):
            yield entry, name, "the message of the step tells what it was"
