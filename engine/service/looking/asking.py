"""What is still to be asked: the questions that a case leaves open, for whoever fills in a form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.case import Given
from engine.decide.draft import Draft
from engine.decide.entries.answers import YES_NO, given_only_with, of_whom
from engine.definition import Question, Transition
from engine.edition import subjects
from engine.service.drafting import drafted
from engine.service.looking.viewing import view
from engine.service.workplace import By, Workplace


def open_questions(place: Workplace, by: By, ref: str, *, every: bool = False) -> dict[str, Any]:
    """The open questions of a case: those its next steps and its clocks need, or every one.

    They stand in the order of the definition, once for each person or agency they are asked of.
    """
    with place.database.read() as tx:
        seen = view(place, tx, ref)
    draft = drafted(place, by, seen.case, seen.edition)
    workflow = seen.edition.workflow
    wanted = set(workflow.questions) if every else set(needed(draft))
    found = [
        _plain(draft, question, of)
        for question in workflow.questions.values()
        if question.id in wanted
        for of in of_whom(draft, question)
        if not draft.case.dealt_with(question.id, of)
        and not given_only_with(draft, Given(question.id, None, of))
    ]
    return {
        "ref": ref,
        "title": workflow.title,
        "state": seen.case.state,
        "state_title": workflow.states[seen.case.state].title,
        "version": seen.case.version,
        "questions": found,
        "caution": workflow.caution,
    }


def questions(place: Workplace, ref: str) -> Mapping[str, Question]:
    """All questions of the process that a case follows."""
    with place.database.read() as tx:
        return view(place, tx, ref).edition.workflow.questions


def needed(draft: Draft) -> Iterator[str]:
    """The questions that the next steps of a case look at, and its clocks."""
    yield from draft.workflow.opening
    for transition in draft.workflow.from_state(draft.case.state):
        yield from _of_step(transition)
    for _, row in draft.case.open_deadlines():
        if row["status"] == "provisional":
            yield draft.edition.rule(row["rule"]).anchor


def _of_step(transition: Transition) -> Iterator[str]:
    yield from subjects(transition.only_if)
    yield from transition.on_file
    yield from transition.asked
    yield from (approval.of for approval in transition.approve)
    if transition.opens and transition.opens.one_for:
        yield transition.opens.one_for


def _plain(draft: Draft, question: Question, of: str) -> dict[str, Any]:
    agency = draft.directory.agencies.get(of) if question.asked_of else None
    choices = YES_NO if question.answer == "yes or no" else question.choices
    return {
        "question": question.id,
        "of": of,
        "of_title": agency.title if agency else of,
        "path": f"{question.id}/{of}" if of else question.id,
        "ask": question.ask,
        "help": question.help,
        "answer": question.answer,
        "choices": list(choices),
        "personal": question.personal,
        "asked_of": question.asked_of,
    }
