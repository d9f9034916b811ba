"""What agencies, roles and linked cases are called, for those who read and do not type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.definition import Question, Workflow
from engine.prose import listed, name_of, with_article
from engine.service.workplace import Workplace


def who_waits(place: Workplace, workflow: Workflow, role: str, agencies: Sequence[str] = ()) -> str:
    """On whom something waits, as it stands in a sentence: `the business unit`; or nothing.

    With agencies it waits on those alone who hold the role for one of them.
    """
    if not role:
        return ""
    at = f" ({listed(title_of(place, agency) for agency in agencies)})" if agencies else ""
    return f"{with_article(name_of(workflow, role))}{at}"


def title_of(place: Workplace, of: str) -> str:
    """The title of an agency; the id of a person."""
    agency = place.directory.agencies.get(of)
    return agency.title if agency else of


def said(place: Workplace, question: Question, value: str | None) -> str | None:
    """A public answer as people say it: agencies by their titles."""
    if question.answer != "agencies" or not value:
        return value
    return listed(title_of(place, agency) for agency in value.split(","))


def cause(workflow: Workflow, text: str) -> str:
    """Why a deadline changed, to follow "because": a step by its title."""
    step = workflow.transitions.get(text)
    if text == "calendar":
        return "the list of bank holidays changed"
    return f'of the step "{step.title}"' if step else text


def linked(place: Workplace, workflow: Workflow, row: Sequence[Any]) -> dict[str, Any]:
    """A linked case in its stable form."""
    ref, name, state, about, closed_on = row
    process = workflow.children[name]
    return {
        "ref": ref,
        "workflow": name,
        "title": process.title,
        "state": state,
        "state_title": process.states[state].title,
        "about": about,
        "about_title": title_of(place, about or ""),
        "closed_on": closed_on,
        "set_aside": process.was_set_aside(state, closed_on),
    }
