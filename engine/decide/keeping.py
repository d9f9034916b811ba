"""Who keeps the record of a case: who may put answers on it, put them right, set steps aside, and
add or erase people.

Whoever does it is judged today, deputies included: to keep a record is an act of today, whenever
what it says has happened.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.case import Given
from engine.decide.draft import Draft
from engine.definition import Question, Transition, Workflow
from engine.edition import Edition
from engine.errors import Need, RefusedError
from engine.prose import names_of

HOW = "give --decided-by with somebody who holds that role, and the evidence"


def roles(edition: Edition) -> tuple[str, ...]:
    """The roles in which the record is kept or added to: those who keep it come first."""
    workflow = edition.workflow
    return tuple(dict.fromkeys((*workflow.keepers, *workflow.acting)))


def theirs(workflow: Workflow, whose: Iterable[str], to_do: str = "decide") -> Need:
    """That something is for these roles, and how anybody else has it done."""
    who = names_of(workflow, whose)
    return Need(f"it is for the {' or the '.join(who)} to {to_do}", who, HOW)


def need_keeper(draft: Draft, what: str, to_do: str) -> None:
    """Raise RefusedError unless the deciding person is one of those who keep the record."""
    keepers = draft.workflow.keepers
    if not _holds(draft, keepers):
        sentence = f"{what} is for those who keep the record of the case."
        raise RefusedError(sentence, (theirs(draft.workflow, keepers, to_do),))


def need_decider(draft: Draft, transition: Transition, what: str, to_do: str) -> None:
    """Raise RefusedError unless the deciding person may take this step, whose taking is changed.

    In a case entered as history those who keep the record may too: they have entered its steps.
    """
    whose = transition.who
    if draft.case.row["historic"]:
        whose = tuple(dict.fromkeys((*whose, *draft.workflow.keepers)))
    if not _holds(draft, whose):
        sentence = f'{what} "{transition.title}" is for those who may take that step.'
        raise RefusedError(sentence, (theirs(draft.workflow, whose, to_do),), transition.id)


def not_theirs(draft: Draft, given: Iterable[Given]) -> tuple[Need, ...]:
    """The answers among these that are for others to give, with whose they are."""
    found: dict[str, Need] = {}
    for one in given:
        question = draft.workflow.questions.get(one.question)
        if question is None or may_answer(draft, question, one):
            continue
        need = theirs(draft.workflow, suppliers(draft, question.id), _to_answer(question))
        own = _own_agency(draft, question, one)
        agency = draft.directory.agencies.get(own)
        if agency is not None:
            what = f"{need.what}, or for {agency.title}"
            need = Need(what, (*need.who, agency.title), need.how)
        found[f"{one.question}/{own}"] = need
    return tuple(found.values())


def may_answer(draft: Draft, question: Question, one: Given) -> bool:
    """Whether the deciding person may put an answer to this question on record, or put it right."""
    if _holds(draft, suppliers(draft, question.id)):
        return True
    agency = _own_agency(draft, question, one)
    decided, day = draft.context.actor.decided, draft.context.today.isoformat()
    acting = draft.workflow.acting
    return bool(agency) and draft.directory.acting_for(decided, agency, acting, day) is not None


def suppliers(draft: Draft, question: str) -> tuple[str, ...]:
    """The roles that may put an answer on record: those who keep it, and whose steps need it."""
    needing = draft.edition.supplied_by.get(question, ())
    return tuple(dict.fromkeys((*draft.workflow.keepers, *needing)))


def _own_agency(draft: Draft, question: Question, one: Given) -> str:
    """The agency whose own answer it is; that it was asked, or has not replied, others record."""
    if question.asked_of:
        return one.of if one.status == "answered" else ""
    return str(draft.case.row["about"])


def _to_answer(question: Question) -> str:
    verb = "put on file" if question.answer == "document" else "answer"
    return f'{verb} "{question.ask}"'


def _holds(draft: Draft, whose: Iterable[str]) -> bool:
    context = draft.context
    day = context.today.isoformat()
    return draft.directory.acting(context.actor.decided, whose, day) is not None
