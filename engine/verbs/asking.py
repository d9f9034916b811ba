"""What a process asks, so that whoever answers knows how: each question in its stable form."""

from __future__ import annotations

from typing import Any

from engine.definition import Question, Workflow

YES_NO = ("yes", "no")


def questions(workflow: Workflow) -> list[dict[str, Any]]:
    """All questions of a process, in the order of the definition."""
    first = set(workflow.opening)
    return [{**_plain(one), "to_open": one.id in first} for one in workflow.questions.values()]


def steps(workflow: Workflow) -> list[dict[str, Any]]:
    """All steps of a process, by the names with which they are taken."""
    return [{"step": one.id, "title": one.title} for one in workflow.transitions.values()]


def _plain(one: Question) -> dict[str, Any]:
    return {
        "question": one.id,
        "ask": one.ask,
        "help": one.help,
        "answer": one.answer,
        "choices": list(YES_NO if one.answer == "yes or no" else one.choices),
        "personal": one.personal,
        "asked_of": one.asked_of,
        "per": one.per,
    }
