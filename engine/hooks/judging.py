"""What is wrong with what a call asks, said by the names of questions alone.

No sentence of the engine is passed on to another system, for it may say what is on record.
"""

from __future__ import annotations

import re

from engine.config.hooks import OPEN, Hook
from engine.dates import parse_partial
from engine.decide.entries.answers import YES_NO
from engine.definition import Question, Workflow
from engine.errors import LooksAlikeError, RefusedError, UsageError
from engine.hooks.answer import Wrong
from engine.hooks.mapping import NOT_THERE, Call
from engine.service import editions, references
from engine.service.looking import viewing
from engine.service.workplace import Workplace

NOT_OF_KIND = "is no answer of the kind that this question takes"
NOT_SO = "cannot be recorded here as it is, or not now"
FIRST = "has to be on record first"
NO_REASON = "is missing, and this needs it as things stand"
ALIKE = (
    "It looks like a case that is there already, with the same dates or places, so nothing was "
    "opened; tell the partnership, which looks whether it is another."
)
"""Which case is not said: a sender could try days until one is found."""
NOT_NOW = (
    "The rules of the process do not let this be done as things stand: it may be there already, "
    "not be possible yet, or not be for this endpoint; ask the partnership."
)


def unmet(place: Workplace, hook: Hook, asked: Call, error: RefusedError) -> list[Wrong]:
    """What stands in the way of a call that the rules refuse."""
    if isinstance(error, LooksAlikeError):
        return [Wrong("", "", ALIKE)]
    if hook.reason and "reason" not in asked.raw and "--reason" in str(error):
        return [Wrong("reason", hook.reason, NO_REASON)]
    questions, said = _workflow(place, hook, asked).questions, _said(asked)
    found: dict[Wrong, None] = {}
    for need in error.unmet:
        for name in (name for name, one in questions.items() if f'"{one.ask}"' in need.what):
            at = [one for one in asked.pointers if one.split("/")[0] == name]
            for one in at:
                what = NOT_SO if one in said else NOT_THERE
                found[Wrong(one, asked.pointers[one], what)] = None
            if not at:
                found[Wrong(name, "", FIRST)] = None
    return list(found) or [Wrong("", "", NOT_NOW)]


def misfits(place: Workplace, hook: Hook, asked: Call) -> list[Wrong]:
    """The answers that are of no kind that their questions take, whatever the case is like, and
    those that are missing without which no case is opened.
    """
    workflow, said = _workflow(place, hook, asked), _said(asked)
    wrong = {one.name for one in asked.wrong}
    missing = [
        Wrong(name, asked.pointers.get(name, ""), NOT_THERE)
        for name in (workflow.opening if hook.verb == OPEN else ())
        if name not in said and name not in wrong
    ]
    return missing + [
        Wrong(name, asked.pointers[name], NOT_OF_KIND)
        for name, text in said.items()
        if name in asked.pointers
        and (known := workflow.questions.get(name.split("/")[0]))
        and not fits(place, known, text)
    ]


def _said(asked: Call) -> dict[str, str]:
    """The answers of the case and of all its people, by their names."""
    every = (one.get("answers", {}) for one in (asked.raw, *asked.people))
    return {name: text for answers in every for name, text in answers.items()}


def fits(place: Workplace, question: Question, said: str) -> bool:
    """Whether a text can be the answer to a question, by its kind alone."""
    match question.answer:
        case "date":
            return _is_day(said)
        case "number":
            return re.fullmatch(r"\d{1,9}", said, re.ASCII) is not None
        case "choice" | "yes or no":
            known = {choice.casefold() for choice in question.choices or YES_NO}
            return " ".join(said.split()).casefold() in known
        case "agencies":
            return all(n.strip() in place.directory.agencies for n in said.split(",") if n.strip())
    return True


def _is_day(said: str) -> bool:
    try:
        parse_partial(said)
    except UsageError:
        return False
    return True


def _workflow(place: Workplace, hook: Hook, asked: Call) -> Workflow:
    with place.database.read() as tx:
        if hook.verb == OPEN:
            return editions.to_open(place, tx, hook.process, "", "").workflow
        return viewing.view(place, tx, references.read(asked.raw["ref"])).edition.workflow
