"""`date`: days counted without a case, every counted and skipped day shown. It opens no store."""

from __future__ import annotations

from engine.cli.door import Door, argument, command, option
from engine.cli.printing import paragraph, strong
from engine.dates import long_day, read_day
from engine.errors import UsageError
from engine.verbs.counting import counted, derived

_FOR = "England and Wales (if left out), Scotland or Northern Ireland."
_KNOWN = "By the bank holidays that had been announced by that day."
_EXAMPLE = "15 working days after 2026-12-23"


@command(
    "date",
    argument("questions", "QUESTION ...", nargs=-1),
    option("--for", "jurisdiction", metavar="JURISDICTION", default="", help=_FOR),
    option("--as-known-on", metavar="DAY", default="", help=_KNOWN),
)
def date(door: Door, questions: tuple[str, ...], jurisdiction: str, as_known_on: str) -> None:
    """Count days without a case, by the working days of England and Wales or of another.

    A question is one in quotes, such as "15 working days after 2026-12-23", "within 5 working
    days of 2026-12-23", "1 month beginning with 2026-12-23" or "7 calendar days before
    2026-12-23". Several are answered one after the other.
    """
    known = read_day(as_known_on) if as_known_on else None
    asked = counted(_questions(questions), jurisdiction, known)
    found = [derived(question, made) for question, made in asked]
    lines: list[str] = []
    for one in found:
        comes_to = f": {long_day(read_day(one['due_on']))}" if one["due_on"] else ""
        lines += [*([""] if lines else []), strong(f"{one['asked']}{comes_to}"), ""]
        said = one["said"]
        for line in (*said["days"], *said["basis"], *said["cautions"]):
            lines += paragraph(line, 0, 18 if line[:1].isupper() and "   " in line else 0)
    door.answer({"dates": found}, lines)


def _questions(words: tuple[str, ...]) -> list[str]:
    if not words:
        raise UsageError(f'Say what to count, in quotes: casetrail date "{_EXAMPLE}".')
    # Without quotes the shell hands over one word at a time.
    return list(words) if any(" " in word for word in words) else [" ".join(words)]
