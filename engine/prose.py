"""Says a workflow, a case and a deadline in English; used by every door and by packs."""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.dates import said
from engine.definition import Question, Workflow
from engine.nouns import count, with_the

_DAY = re.compile(r"(the day\b.*) (?:is|was) \.\.\.")
_CLAUSE = re.compile(r"(.+) (on|for|from|until|by|before|after) \.\.\.(.*)")
_WRITTEN_DAY = re.compile(r"\b\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b")
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_STRAIGHT = str.maketrans({"“": '"', "”": '"'})
_SETTERS = {
    "act": "an act",
    "regulation": "a regulation",
    "panel guidance": "guidance of the national Panel",
    "local": "local practice",
}


def names_of(workflow: Workflow, names: Iterable[str]) -> tuple[str, ...]:
    """The titles of roles, groups and agencies' groups, in the order given."""
    return tuple(name_of(workflow, name) for name in names)


def name_of(workflow: Workflow, name: str) -> str:
    """The title of a role or a group; the name itself when the definition has none."""
    known = workflow.roles.get(name) or workflow.groups.get(name)
    return known.title if known else name


def listed(words: Iterable[str], last: str = "and") -> str:
    """One, two and three."""
    items = list(words)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def series(words: Iterable[str], last: str = "and") -> str:
    """The same, with a comma before the last of several if one has an "and", an "or" or a comma."""
    items = list(words)
    if len(items) < 3 or not any(re.search(r",| and | or ", item) for item in items):
        return listed(items, last)
    return f"{', '.join(items[:-1])}, {last} {items[-1]}"


def people(workflow: Workflow, names: Iterable[str], last: str = "and") -> str:
    """Roles and groups as they stand in a sentence: the executive and the business unit."""
    return series([with_article(title) for title in names_of(workflow, names)], last)


def with_article(title: str) -> str:
    """A title as it stands in a sentence, without what it adds in brackets.

    `the business unit`, `another local authority`.
    """
    return with_the(title.partition(" (")[0])


def setter(kind: str) -> str:
    """What sets a time, as it stands in a sentence: `a regulation`, `statutory guidance`."""
    return _SETTERS.get(kind, kind)


def quoted(text: str) -> str:
    """“The report”."""
    return f"“{text}”"


def straight(text: str) -> str:
    """What is typeset in documents, as commands say it: with straight quotation marks alone."""
    return text.translate(_STRAIGHT)


def capital(text: str) -> str:
    """A sentence's beginning."""
    return text[:1].upper() + text[1:]


def small(text: str) -> str:
    """A title as it goes on in a sentence: `decide to notify`; an abbreviation stays as it is."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def ended(text: str) -> str:
    """A sentence with its full stop, unless what it ends with ends a sentence already."""
    return text if text.endswith((".", "!", "?", "?”", ".”")) else f"{text}."


def day_of(question: Question) -> str:
    """The day that a date question asks for: `the day on which the report was published`.

    It follows what the question has for `said`; one that has nothing there is quoted.
    """
    if found := _DAY.fullmatch(question.said):
        return found[1]
    if found := _CLAUSE.fullmatch(question.said):
        return f"the day {found[2]} which {found[1]}{found[3]}"
    return f"the day given in answer to {quoted(question.ask)}"


def on_day(day: str) -> str:
    """`2026-11-22` as people say it: 22 November 2026."""
    return said(day)


def days_said(text: str) -> str:
    """A text in which every day written like `2026-11-22` is said as people say it."""
    return _WRITTEN_DAY.sub(lambda found: on_day(found[0]), text)


def confirmation(word: str, checked: str = "") -> str:
    """How far a rule is confirmed, as a sentence: only what somebody has read is confirmed.

    `Confirmed: read on 22 November 2026.`, `Unconfirmed: recalled.`
    """
    when = f" {days_said(checked.removesuffix('.'))}" if checked else ""
    return f"{'C' if word == 'read' else 'Unc'}onfirmed: {word}{when}."


def counted(number: int, noun: str, nouns: str = "") -> str:
    """`one state`, `five states`, `38 states`."""
    word = _NUMBERS[number] if number < len(_NUMBERS) else str(number)
    return count(number, noun, nouns).replace(str(number), word, 1)
