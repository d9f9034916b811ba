"""What is wrong with what a call asks, said by the names of questions alone.

No sentence of the engine is passed on to another system, for it may say what is on record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.config.hooks import OPEN, Hook
from engine.dates import parse_partial
from engine.decide.entries.answers import YES_NO
from engine.definition import Question
from engine.errors import RefusedError, UsageError
from engine.hooks.answer import Wrong
from engine.hooks.mapping import Call
from engine.service import editions, references
from engine.service.looking import viewing
from engine.service.workplace import Workplace

NOT_OF_KIND = "is no answer of the kind that this question takes"
NOT_SO = "cannot be recorded here as it is, or not now"
FIRST = "has to be on record first"
NOT_NOW = (
    "The rules of the process do not let this be done as things stand: it may be there already, "
    "not be possible yet, or not be for this endpoint; ask the partnership."
)


def unmet(place: Workplace, hook: Hook, asked: Call, error: RefusedError) -> list[Wrong]:
    """What stands in the way of a call that the rules refuse."""
    questions = _questions(place, hook, asked)
    found: dict[Wrong, None] = {}
    for need in error.unmet:
        for name in (name for name, one in questions.items() if f'"{one.ask}"' in need.what):
            at = [one for one in asked.pointers if one.split("/")[0] == name]
            for one in at:
                found[Wrong(one, asked.pointers[one], NOT_SO)] = None
            if not at:
                found[Wrong(name, "", FIRST)] = None
    return list(found) or [Wrong("", "", NOT_NOW)]


def misfits(place: Workplace, hook: Hook, asked: Call) -> list[Wrong]:
    """The answers that are of no kind that their questions take, whatever the case is like."""
    questions = _questions(place, hook, asked)
    given = [one.get("answers", {}) for one in (asked.raw, *asked.people)]
    return [
        Wrong(name, asked.pointers[name], NOT_OF_KIND)
        for name, said in ((name, said) for every in given for name, said in every.items())
        if name in asked.pointers
        and (known := questions.get(name.split("/")[0]))
        and not fits(place, known, said)
    ]


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


def _questions(place: Workplace, hook: Hook, asked: Call) -> Mapping[str, Question]:
    with place.database.read() as tx:
        if hook.verb == OPEN:
            return editions.to_open(place, tx, hook.process, "", "").workflow.questions
        return viewing.view(place, tx, references.read(asked.raw["ref"])).edition.workflow.questions
