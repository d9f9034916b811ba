"""The words of timescales and of their notices: read them, and say them again.

Reading is exact: what is not one of the forms is refused with the form that was probably meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from engine.dates import read_day
from engine.errors import UsageError

Form = Literal["within", "beginning with", "before", "as soon as practicable", "every", "after"]
Unit = Literal["hours", "calendar days", "working days", "weeks", "months", "years", ""]
Anchor = Literal["due", "start"]

_NO_UNIT: Unit = ""
UNITS: tuple[Unit, ...] = ("hours", "calendar days", "working days", "weeks", "months", "years")
FORMS = (
    "within 5 working days of X",
    "within 1 month beginning with X",
    "at least 7 calendar days before X",
    "as soon as practicable after X",
    "every 1 month",
    "1 year after X",
)
MOMENTS = (
    "2 working days before it is due",
    "on the day it is due",
    "the day after it was due",
    "1 working day after it was due",
    "3 working days after it starts",
)
QUESTIONS = (
    "15 working days after 2026-12-23",
    "within 5 working days of 2026-12-23",
    "6 months from 2026-12-23",
    "1 month beginning with 2026-12-23",
    "7 working days before 2026-12-23",
)
NO_NAME = "the name of one date such as aware_on belongs"
"""What is said where words stand in its place."""
MOST = 9999
_NUMBERS = (
    *("one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a timescale allows, as its words say it."""

    form: Form
    number: int
    """0 where no length is set (as soon as practicable)."""
    unit: Unit
    anchor: str
    """The date it counts from, by name; in a free-standing question the day, 2026-12-23."""
    text: str
    """The same in canonical words."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a notice is sent, told from the day a deadline is due or starts."""

    number: int
    """Negative before, 0 on the day, positive after."""
    unit: Unit
    anchor: Anchor
    text: str
    """The same in canonical words."""


_SHAPES: tuple[tuple[Form, str, str], ...] = (
    ("as soon as practicable", "as soon as practicable", "after"),
    ("within", "within", "of"),
    ("beginning with", "within", "beginning with"),
    ("before", "at least", "before"),
    ("every", "every", ""),
    ("after", "", "after"),
)
"""How each form is said: what stands before its length, and what after."""
_QUESTION_SHAPES: tuple[tuple[Form, str, str], ...] = (
    ("within", "within", "of"),
    ("within", "within", "from"),
    ("within", "within", "after"),
    ("within", "", "of"),
    ("within", "", "from"),
    ("beginning with", "within", "beginning with"),
    ("beginning with", "", "beginning with"),
    ("before", "at least", "before"),
    ("before", "", "before"),
    ("after", "", "after"),
)
_MEANT: dict[str, Form] = {
    "of": "within",
    "from": "within",
    "after": "within",
    "before": "before",
    "beginning": "beginning with",
}
_FIXED_MOMENTS: dict[str, tuple[int, Anchor]] = {
    "the day before it is due": (-1, "due"),
    "on the day it is due": (0, "due"),
    "the day after it was due": (1, "due"),
    "on the day it starts": (0, "start"),
    "the day after it starts": (1, "start"),
}
_MOMENT_TAILS: dict[str, tuple[int, Anchor]] = {
    "before it is due": (-1, "due"),
    "after it was due": (1, "due"),
    "after it starts": (1, "start"),
}


def parse(text: str) -> Rule:
    """The rule that a definition's words say, in one of FORMS; UsageError if they say none.

    X is the name of one date, such as `aware_on`. Numbers are digits, or words up to twelve.
    """
    form, number, unit, rest = _read(text, _SHAPES, FORMS)
    anchor = " ".join(rest)
    if form == "every" and rest:
        raise _refusal(text, f'leave out "{anchor}", since it counts from the day the state began')
    if form != "every" and not _is_name(anchor):
        found = f'"{anchor}"' if rest else "nothing"
        raise _refusal(text, f"where {found} stands, {NO_NAME}")
    return _rule(form, number, unit, anchor)


def parse_question(text: str) -> tuple[Rule, date]:
    """The rule and the start in a question of its own: "15 working days after 2026-12-23".

    The forms are those of QUESTIONS, and the day is any that `dates.read_day` reads.
    """
    form, number, unit, rest = _read(text, _QUESTION_SHAPES, QUESTIONS)
    start = read_day(" ".join(rest))
    return _rule(form, number, unit, start.isoformat()), start


@lru_cache(maxsize=1024)
def parse_moment(text: str) -> Moment:
    """When a notice is sent, in the manner of MOMENTS; UsageError for anything else."""
    said = text.casefold().split()
    plain = " ".join(said)
    if plain in _FIXED_MOMENTS:
        number, anchor = _FIXED_MOMENTS[plain]
        return Moment(number, "calendar days", anchor, plain)
    for tail, (sign, anchor) in _MOMENT_TAILS.items():
        if plain.endswith(f" {tail}"):
            number, unit, rest = _length(text, said[: -len(tail.split())], MOMENTS)
            if not rest:
                return Moment(sign * number, unit, anchor, f"{length(number, unit)} {tail}")
    raise _refusal(text, _one_of(MOMENTS))


def words(rule: Rule) -> str:
    """The rule in canonical words; `parse` reads them back as the same rule."""
    opening, link = next(said for form, *said in _SHAPES if form == rule.form)
    middle = length(rule.number, rule.unit) if rule.number else ""
    return " ".join(part for part in (opening, middle, link, rule.anchor) if part)


def length(number: int, unit: Unit) -> str:
    """`1 working day`, `5 working days`."""
    return f"{number} {unit[:-1] if number == 1 else unit}"


def occurrence(rule: Rule, no: int) -> Rule:
    """The rule for the nth time of an `every` rule, counted from its first start.

    So one that starts on the 31st does not stay on the 28th once it has passed a February.
    """
    return _rule(rule.form, rule.number * no, rule.unit, rule.anchor)


def _rule(form: Form, number: int, unit: Unit, anchor: str) -> Rule:
    return Rule(form, number, unit, anchor, words(Rule(form, number, unit, anchor, "")))


def _read(
    text: str, shapes: tuple[tuple[Form, str, str], ...], examples: tuple[str, ...]
) -> tuple[Form, int, Unit, list[str]]:
    """The form, its length, and the words after its link."""
    said = text.split()
    opening = next((opens for _, opens, _ in shapes if opens and _begins(said, opens)), "")
    rest = said[len(opening.split()) :]
    number, unit = 0, _NO_UNIT
    if not opening.startswith("as soon"):
        number, unit, rest = _length(text, rest, examples)
    for form, opens, link in shapes:
        if opens == opening and _begins(rest, link):
            _check_unit(text, form, unit)
            return form, number, unit, rest[len(link.split()) :]
    meant = _MEANT.get(rest[0].casefold()) if rest and number else None
    if meant is None:
        raise _refusal(text, _one_of(examples))
    anchor = " ".join(word for word in rest[1:] if word != "with")
    raise _refusal(text, f'did you mean "{_rule(meant, number, unit, anchor).text}"?')


def _check_unit(text: str, form: Form, unit: Unit) -> None:
    if form == "beginning with" and unit == "hours":
        raise _refusal(text, 'a period of hours does not begin with a day; say "within ... of"')


def _length(text: str, said: list[str], examples: tuple[str, ...]) -> tuple[int, Unit, list[str]]:
    """The number and the unit that the words begin with, and the words after them."""
    number = _number(said[0]) if said else None
    if number is None:
        found = f'"{said[0]}"' if said else "nothing"
        expected = f"a number from 1 to {MOST} is expected"
        raise _refusal(text, f"where {found} stands, {expected}; {_one_of(examples)}")
    unit_words = [word.casefold() for word in said[1:3]]
    for taken in (2, 1):
        name = " ".join(unit_words[:taken])
        for unit in UNITS:
            if name in (unit, unit[:-1]):
                return number, unit, said[1 + taken :]
    if unit_words[:1] in (["day"], ["days"]):
        raise _refusal(
            text,
            f'"{said[0]} {said[1]}" can be read two ways; say "{length(number, "calendar days")}" '
            f'or "{length(number, "working days")}"',
        )
    found = f'"{unit_words[0]}"' if unit_words else "nothing"
    raise _refusal(text, f"where {found} stands, a unit is expected: {', '.join(UNITS)}")


def _number(word: str) -> int | None:
    if word.casefold() in _NUMBERS:
        return _NUMBERS.index(word.casefold()) + 1
    digits = word.isascii() and word.isdigit() and len(word) <= len(str(MOST))
    return (int(word) or None) if digits else None


def _is_name(word: str) -> bool:
    return word.isascii() and word.isidentifier() and word[0] != "_" and word == word.lower()


def _begins(said: list[str], phrase: str) -> bool:
    expected = phrase.split()
    return [word.casefold() for word in said[: len(expected)]] == expected


def _one_of(examples: tuple[str, ...]) -> str:
    return "say it as one of " + ", ".join(f'"{example}"' for example in examples)


def _refusal(text: str, problem: str) -> UsageError:
    end = "" if problem.endswith("?") else "."
    return UsageError(f'"{" ".join(text.split())}" cannot be read: {problem}{end}')
