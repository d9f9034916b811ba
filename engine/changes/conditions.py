"""Whether one guard lets through less than another, decided exactly.

The answers that a guard can tell apart are few: each choice, each side of a number, a day that has
come or not, no answer. Over these two guards are compared as sets, without a case.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from engine.changes.change import LOOSER, OTHER, STRICTER, Verdict
from engine.definition import Condition, Guard
from engine.guards import ALL_ENDED, ANSWERED, AT_LEAST_ENDED, NOT_ANSWERED, PASSED

NONE = "\0none"
"""No answer."""
ELSE = "\0else"
"""Any answer that neither guard names."""

Box = Mapping[str, frozenset[str]]
"""For each question the answers that are still possible."""

Closed = Mapping[str, Collection[str]]
"""Of a question of which every answer is known, all of them."""

_OPEN: Closed = {}

MOST = 50_000
"""So many boxes are looked at before a comparison gives up."""


class TooManyError(Exception):
    """The guards are too involved to be compared."""


def strictness(old: Guard, new: Guard, closed: Closed = _OPEN) -> Verdict | None:
    """Whether the new guard holds less often (stricter), more often (looser), or neither.

    `closed` gives, of a question of which all answers are known, those. None where both guards hold
    in exactly the same cases, however they are written.
    """
    domain = _domain([old, new], closed)
    try:
        tighter = not _escapes(old, new, domain)
        looser = not _escapes(new, old, domain)
    except TooManyError:
        return OTHER
    if tighter and looser:
        return None
    if tighter:
        return LOOSER
    return STRICTER if looser else OTHER


def _escapes(first: Guard, second: Guard, domain: Box) -> bool:
    """Whether the first holds somewhere where the second does not."""
    boxes = [_box(table, domain) for table in _tables(first)]
    tables = [_lines(table, domain) for table in _tables(second)]
    left = [MOST]
    return any(box is not None and _outside(box, tables, left) for box in boxes)


def _outside(box: Box, tables: Sequence[Box], left: list[int]) -> bool:
    """Whether some of a box lies in none of these tables: one line of each is taken to fail."""
    left[0] -= 1
    if left[0] < 0:
        raise TooManyError
    if not tables:
        return True
    inside = dict(box)
    for subject, allowed in tables[0].items():
        failing = inside[subject] - allowed
        if failing and _outside({**inside, subject: failing}, tables[1:], left):
            return True
        inside[subject] &= allowed
        if not inside[subject]:
            return False
    return False


def _tables(guard: Guard) -> tuple[tuple[Condition, ...], ...]:
    return guard.tables or ((),)


def _box(table: Sequence[Condition], domain: Box) -> Box | None:
    """The answers that make a table hold; None if there are none."""
    found = {**domain, **_lines(table, domain)}
    return found if all(found.values()) else None


def _lines(table: Sequence[Condition], domain: Box) -> Box:
    """For each question that a table reads the answers that it allows."""
    found: dict[str, frozenset[str]] = {}
    for line in table:
        allowed = frozenset(one for one in domain[line.subject] if _holds(line, one))
        found[line.subject] = found.get(line.subject, domain[line.subject]) & allowed
    return found


def _holds(line: Condition, answer: str) -> bool:
    word = line.word
    if word in (ALL_ENDED, AT_LEAST_ENDED):
        ended, _, whole = answer.partition("/")
        return bool(whole) if word == ALL_ENDED else int(ended) >= int(line.values[0])
    if answer == NONE or word in (ANSWERED, NOT_ANSWERED):
        return (answer == NONE) == (word == NOT_ANSWERED)
    if word in ("at least", "at most"):
        limit = int(line.values[0])
        number = int(answer)
        return number >= limit if word == "at least" else number <= limit
    return answer in line.values if word == "is" else answer == PASSED


def _domain(guards: Iterable[Guard], closed: Closed) -> Box:
    """For each question that the guards read the answers that they can tell apart."""
    lines: dict[str, list[Condition]] = {}
    for line in (line for guard in guards for table in guard.tables for line in table):
        lines.setdefault(line.subject, []).append(line)
    return {
        subject: frozenset(_answers(mine, closed.get(subject, ())))
        for subject, mine in lines.items()
    }


def _answers(lines: Sequence[Condition], known: Collection[str]) -> set[str]:
    words = {line.word for line in lines}
    if words & {ALL_ENDED, AT_LEAST_ENDED}:
        most = max((int(v) for line in lines for v in line.values), default=0)
        return {f"{n}/{whole}" for n in range(most + 1) for whole in ("", "all")}
    if words & {"at least", "at most"}:
        limits = {int(v) for line in lines for v in line.values}
        near = {n + step for n in limits for step in (-1, 0, 1)}
        return {str(n) for n in near if n >= 0} | {NONE}
    if PASSED in words:
        return {PASSED, ELSE, NONE}
    named = {v for line in lines for v in line.values}
    return {*known, *named, NONE} if known else {*named, ELSE, NONE}
