"""Goes on behind a slip of form, so that all slips of a file are told, and what stands around them.

It never guesses what was meant: a table that has a slip is left out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_SLIPS = 20
"""Slips of form of one file that are told."""

MOST_PARSED = 500_000
"""Characters that one reading parses again behind slips, in all of its files."""

_HEADER = re.compile(r"[ \t]*\[+[ \t]*[A-Za-z]")
_NAMED = re.compile(r"[ \t]*\[+[ \t]*([a-z]+)[ \t]*\.[ \t]*([a-z0-9_]+(?:[ \t-]+[a-z0-9_]+)*)")
_KEY = re.compile(r"[ \t]*[A-Za-z0-9_-]+[ \t]*=")
_TEXTS = re.compile(r"\"(?:\\.|[^\"\\])*+\"|'[^']*+'|#.*+")

Told = Callable[[str, str], None]
"""Notes a slip, by what the parser says of it and the text that was parsed."""


@dataclass(frozen=True, slots=True)
class Rest:
    """What stands around the slips of a file, on the lines where it stood."""

    text: str
    keys: Mapping[str, Any]
    lost: frozenset[tuple[str, str]]
    """The section and name of every table that has a slip; none of them is among the keys."""


@dataclass(slots=True)
class _Mending:
    """A text whose slips are blanked out one by one."""

    lines: list[str]
    spent: list[int]
    touched: set[int] = field(default_factory=set)
    """The lines on which the tables begin that have a slip; -1 for the head."""
    headers: dict[int, str] = field(default_factory=dict)

    def parse(self, lines: int) -> dict[str, Any]:
        """The first lines. Raises ValueError, or what it is made from; `spent` grows."""
        text = "\n".join(self.lines[:lines])
        self.spent.append(len(text))
        return tomllib.loads(text)

    def begins(self, slip: int) -> int:
        """The line on which the statement of a slip begins; -1 where that is not found."""
        for first in range(slip, max(slip - MOST_SLIPS, -1), -1):
            if sum(self.spent) > MOST_PARSED:
                break
            try:
                self.parse(first)
            except tomllib.TOMLDecodeError:
                continue
            return first
        return -1

    def table(self, line: int) -> int:
        """The line on which the table around a line begins; -1 in the head."""
        return next((at for at in range(line, -1, -1) if at in self.headers), -1)

    def blank(self, first: int, slip: int) -> None:
        """Blank out a statement of one line; of any other the table, whose end is not known."""
        table = self.table(first)
        if first == slip and slip != table and _alone(self.lines[slip]):
            self.lines[slip] = ""
        else:
            ends = (at for at in sorted(self.headers) if at > first)
            for at in range(max(table, 0), next(ends, len(self.lines))):
                self.lines[at] = ""
        self.touched.add(table)


def rest_of(text: str, told: Told, spent: list[int]) -> Rest | None:
    """Note every slip of form of a text; gives what stands around them, None if that is unsure.

    `spent` are the characters that this reading has parsed again.
    """
    lines = text.split("\n")
    headers = {at: line for at, line in enumerate(lines) if _HEADER.match(line)}
    mending = _Mending(lines, spent, headers=headers)
    for _ in range(2 * MOST_SLIPS):
        try:
            keys = mending.parse(len(mending.lines))
        except tomllib.TOMLDecodeError as error:
            if not _mended(mending, str(error), told):
                return None
        except (RecursionError, ValueError):
            return None
        else:
            return _around(mending, keys)
    return None


def _mended(mending: _Mending, error: str, told: Told) -> bool:
    """Note a slip and blank it out; what may only come of another one is not noted."""
    text = "\n".join(mending.lines)
    slip = slip_line(error, text) - 1
    first = mending.begins(slip)
    again = first >= 0 and mending.table(first) in mending.touched
    if again and not (first == slip and _KEY.match(mending.lines[slip])):
        mending.blank(first, first - 1)
        return True
    if len(mending.touched) >= MOST_SLIPS or (first < 0 and mending.touched):
        return False
    told(error, text)
    if first >= 0:
        mending.blank(first, slip)
    return first >= 0


_PARSED_AT = re.compile(r" \(at line (\d+), column \d+\)$")


def slip_line(error: str, text: str) -> int:
    """The line of a slip, counted from 1, by what the parser says of it."""
    found = _PARSED_AT.search(error)
    return int(found[1]) if found else text.rstrip("\n").count("\n") + 1


def _alone(line: str) -> bool:
    """Whether a line opens nothing that ends on another."""
    if '"""' in line or "'''" in line:
        return False
    bare = _TEXTS.sub("", line)
    return all(bare.count(one) == bare.count(other) for one, other in ("[]", "{}"))


def _around(mending: _Mending, keys: Mapping[str, Any]) -> Rest | None:
    named = [_NAMED.match(mending.headers[at]) for at in mending.touched - {-1}]
    whole = {section: dict(t) if isinstance(t, dict) else t for section, t in keys.items()}
    lost = set()
    for found in named:
        if not found:
            return None
        words = re.split(r"[ \t-]+", found[2])
        lost |= {(found[1], words[0]), (found[1], "_".join(words))}
    for section, name in lost:
        if isinstance(whole.get(section), dict):
            whole[section].pop(name, None)
    return Rest("\n".join(mending.lines), whole, frozenset(lost))
