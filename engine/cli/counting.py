"""`date`: days counted without a case, every counted and skipped day shown. It opens no store."""

from __future__ import annotations

from typing import Any

from engine import calendars
from engine.cli.door import Door, argument, command
from engine.cli.printing import paragraph, strong
from engine.dates import long_day
from engine.errors import UsageError
from engine.timescales import Due, derivation_lines, due, parse_question

_EXAMPLE = "15 working days after 2026-12-23"


@command("date", argument("questions", "QUESTION ...", nargs=-1))
def date(door: Door, questions: tuple[str, ...]) -> None:
    """Count days without a case, by the working days of England and Wales.

    A question is one in quotes, such as "15 working days after 2026-12-23", "within 5 working
    days of 2026-12-23", "1 month beginning with 2026-12-23" or "7 calendar days before
    2026-12-23". Several are answered one after the other.
    """
    asked = _questions(questions)
    calendar = calendars.load(calendars.ENGLAND_AND_WALES)
    found = []
    for question in asked:
        rule, start = parse_question(question)
        found.append((question, due(rule, start, calendar)))
    lines: list[str] = []
    for question, made in found:
        comes_to = f": {long_day(made.due_on)}" if made.due_on else ""
        lines += [*([""] if lines else []), strong(f"{question}{comes_to}"), ""]
        for line in derivation_lines(made):
            lines += paragraph(line, 0, 18 if line[:1].isupper() and "   " in line else 0)
    door.answer({"dates": [derived(question, made) for question, made in found]}, lines)


def derived(asked: str, made: Due) -> dict[str, Any]:
    """A derivation in its stable form."""
    steps = [
        {"day": step.day.isoformat(), "count": step.count, "note": step.note} for step in made.steps
    ]
    return {
        "asked": asked,
        "due_on": made.due_on.isoformat() if made.due_on else None,
        "steps": steps,
        "convention": made.convention,
        "working_days": made.working_days,
        "provisional": made.provisional,
        "warning": made.warning,
    }


def _questions(words: tuple[str, ...]) -> list[str]:
    if not words:
        raise UsageError(f'Say what to count, in quotes: casetrail date "{_EXAMPLE}".')
    # Without quotes the shell hands over one word at a time.
    return list(words) if any(" " in word for word in words) else [" ".join(words)]
