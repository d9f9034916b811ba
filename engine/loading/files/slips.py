"""Goes on behind a slip of form, table by table, so that one slip hides nothing else of its file.

It never guesses what was meant: a table that has a slip is left out, and so is what rests on it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

MOST_SLIPS = 10
"""Slips of form of one file that are told."""

LONGEST = 64 * 1024
"""Characters of a file that is read on behind a slip; of a longer one the first slip is told."""

MOST_PARSED = 512 * 1024
"""Characters that one reading parses again behind slips, in all of its files."""

_BEGINNING = re.compile(r"[ \t]*\[+[ \t]*[A-Za-z]")
_HEADER = re.compile(
    r"[ \t]*(\[\[?)[ \t]*(\w+(?:[ \t]*\.[ \t]*\w+)*)[ \t]*\]\]?[ \t]*(?:#.*)?",
    re.ASCII,
)
_KEY = re.compile(r"[ \t]*[A-Za-z0-9_]+[ \t]*=")
_TEXTS = re.compile(r"\"(?:\\.|[^\"\\])*+\"?|'[^']*+'?|#.*+")
_PAIR = re.compile(r"\w+[ \t]*=")
_EXTENDS = re.compile("extend", re.IGNORECASE)
_OF_A_LIST = re.compile(r"[ \t,\]{}]*")
_PARSED_AT = re.compile(r" \(at line (\d+), column (\d+)\)$")


class Slip(NamedTuple):
    """What the parser says of a slip, and the line of the file, from 1, that it says it of."""

    line: int
    error: str


@dataclass(frozen=True, slots=True)
class Rest:
    """What stands around the slips of a file, on the lines where it stood."""

    text: str
    keys: Mapping[str, Any]
    lost: frozenset[tuple[str, ...]]
    """The section and name of every table that has a slip; none of them is among the keys."""
    sure: bool
    """Whether no slip can have hidden the beginning of another table."""
    head: bool
    """Whether the head is whole but for lines of its own."""


class _OutOfReachError(Exception):
    """It cannot be told what stands around the slips."""


@dataclass(slots=True)
class _Mending:
    """A text whose tables are blanked out where they have slips."""

    lines: list[str]
    spent: int
    slips: list[Slip] = field(default_factory=list)
    lost: set[tuple[str, ...]] = field(default_factory=set)
    sure: bool = True
    head: bool = True

    def parse(self, lines: list[str]) -> dict[str, Any]:
        """Raises TOMLDecodeError; _OutOfReachError where too much has been parsed, or too deep."""
        text = "\n".join(lines)
        self.spent += len(text)
        if self.spent > MOST_PARSED:
            raise _OutOfReachError
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            raise
        except (RecursionError, ValueError):
            raise _OutOfReachError from None

    def note(self, slip: Slip) -> None:
        """Keep a slip. Raises _OutOfReachError when there are too many to go on."""
        if len(self.slips) == MOST_SLIPS:
            raise _OutOfReachError
        self.slips.append(slip)


def go_on(text: str, spent: int) -> tuple[list[Slip], Rest | None, int]:
    """The slips of a text that is no TOML, what stands around them, and the characters parsed.

    `spent` characters were parsed before. The rest is None where it cannot be told; the slips are
    then those found so far, which may be none.
    """
    if len(text) > LONGEST:
        return [], None, spent
    mending = _Mending(text.replace("\r\n", "\n").split("\n"), spent)
    try:
        parts = [*_parts(mending.lines)]
        for first, end in parts:
            _mend(mending, first, end, parts)
        keys = _joined(mending, parts)
    except _OutOfReachError:
        return sorted(set(mending.slips)), None, mending.spent
    rest = _around(mending, keys)
    return sorted(set(mending.slips)), rest, mending.spent


def _parts(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Where each table begins and ends, the head first."""
    headers = [number for number, line in enumerate(lines) if number and _BEGINNING.match(line)]
    for first, end in pairwise((0, *headers, len(lines))):
        within = "\n".join(lines[first:end])
        if within.count('"""') % 2 or within.count("'''") % 2:
            raise _OutOfReachError
        yield first, end


def _mend(mending: _Mending, first: int, end: int, parts: list[tuple[int, int]]) -> None:
    """Note the slips of a table, and blank it out if it has any; of the head, their lines alone."""
    written = mending.lines[first:end]
    body, slips = _without_slips(mending, written, first)
    if not slips:
        return
    for slip in slips:
        mending.note(slip)
    if body is not None and not _BEGINNING.match(written[0]):
        mending.lines[first:end] = body
        blank = (line for line, kept in zip(written, body, strict=True) if line != kept)
        mending.head = not any(map(_EXTENDS.search, blank))
        return
    _lose(mending, first, end, parts, body is None and not _only_lists(written))


def _without_slips(
    mending: _Mending, written: list[str], first: int
) -> tuple[list[str] | None, list[Slip]]:
    """The lines of a table without those that have slips, and these; None if that is unsure."""
    body, slips = [*written], list[Slip]()
    while True:
        try:
            mending.parse(body)
        except tomllib.TOMLDecodeError as error:
            at = slip_line(str(error), "\n".join(body)) - 1
            alone = _KEY.match(body[at]) and _alone(body[at]) and _begins(mending, body, at)
            twice = str(error).startswith("Cannot")
            mending.sure = mending.sure and not twice
            if not slips or (alone and not twice):
                slips.append(Slip(first + at + 1, str(error)))
            if not alone or twice or len(slips) > MOST_SLIPS:
                return None, slips
            body[at] = ""
        else:
            return body, slips


def _begins(mending: _Mending, body: list[str], at: int) -> bool:
    """Whether a statement begins on this line, and none goes on there from before."""
    try:
        mending.parse(body[:at])
    except tomllib.TOMLDecodeError:
        return False
    return True


def _alone(line: str) -> bool:
    """Whether a line opens nothing that ends on another."""
    bare = _TEXTS.sub("", line)
    marks = '"""' in line or "'''" in line
    return not marks and all(bare.count(one) == bare.count(other) for one, other in ("[]", "{}"))


def _only_lists(written: list[str]) -> bool:
    """Whether each line of a table is its header, a key or what a list holds: no other header."""
    headed = bool(_BEGINNING.match(written[0]))
    if headed and not _HEADER.fullmatch(written[0]):
        return False
    opened = 0
    for line in written[headed:]:
        bare = _TEXTS.sub("", line)
        opened += bare.count("[") - bare.count("]")
        if opened < 0 or not (_KEY.match(line) or _holds(line, _PAIR.sub("", bare))):
            return False
    return True


def _holds(line: str, bare: str) -> bool:
    """Whether a line may be what a list holds, and cannot be a header that is spoilt."""
    return not line.count('"') % 2 and "[" not in line and bool(_OF_A_LIST.fullmatch(bare))


def _lose(
    mending: _Mending, first: int, end: int, parts: list[tuple[int, int]], doubtful: bool
) -> None:
    """Blank a table out; if its slip may hide another, so are those before and after it."""
    number = next(at for at, part in enumerate(parts) if part[0] == first)
    near = parts[max(number - 1, 0) : number + 2] if doubtful else ((first, end),)
    mending.lost |= {_path(mending.lines[begins]) for begins, _ in near} - {()}
    mending.sure = mending.sure and not doubtful
    mending.head = mending.head and bool(_BEGINNING.match(mending.lines[first]))
    mending.lines[first:end] = [""] * (end - first)


def _path(line: str) -> tuple[str, ...]:
    """The section and the name that a header gives; () for any other line."""
    found = _HEADER.fullmatch(line)
    return tuple(re.split(r"[ \t]*\.[ \t]*", found[2])[:2]) if found else ()


def _joined(mending: _Mending, parts: list[tuple[int, int]]) -> dict[str, Any]:
    """The tables that have no slips; one that stands twice is noted and left out."""
    while True:
        try:
            return mending.parse(mending.lines)
        except tomllib.TOMLDecodeError as error:
            line = slip_line(str(error), "\n".join(mending.lines))
            first, end = next(part for part in parts if part[0] < line <= part[1])
            follows = _rests_on(_path(mending.lines[first]), mending.lost)
            if not follows:
                mending.note(Slip(line, str(error)))
            _lose(mending, first, end, parts, not follows)


def _rests_on(path: tuple[str, ...], lost: set[tuple[str, ...]]) -> bool:
    """Whether a table is of one that was left out, without which its form is another."""
    return any(path[: len(one)] == one[: len(path)] for one in lost)


def _around(mending: _Mending, keys: Mapping[str, Any]) -> Rest:
    whole = {section: dict(t) if isinstance(t, dict) else t for section, t in keys.items()}
    for section, *name in mending.lost:
        tables = whole.get(section)
        if name and isinstance(tables, dict):
            tables.pop(name[0], None)
        elif not name:
            whole.pop(section, None)
    text = "\n".join(mending.lines)
    return Rest(text, whole, frozenset(mending.lost), mending.sure, mending.head)


def slip_line(error: str, text: str) -> int:
    """The line of a slip, counted from 1, by what the parser says of it."""
    found = _PARSED_AT.search(error)
    return int(found[1]) if found else text.rstrip("\n").count("\n") + 1
