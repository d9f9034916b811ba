"""Mistakes as they are found: each with its place in a file and a guess at what was meant."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from engine.errors import DefinitionError, Mistake, UnsoundError
from engine.filetext import foreign
from engine.guessing import resembling
from engine.loading.files.lines import Lines, Path

GUESSES = 100
"""Mistakes of one reading for which a guess is made; comparing names costs time."""

MOST_TOLD = 1000
"""Mistakes of one reading that are told: nobody reads more of them at once."""
_MORE = f"There are more mistakes; put these {MOST_TOLD} right first."

FEW = 8
LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a definition's file: the file, the lines of its places, and the path in it."""

    file: str
    lines: Lines
    path: Path = ()

    def __truediv__(self, part: str | int) -> Place:
        return Place(self.file, self.lines, (*self.path, part))

    def below(self, path: Path) -> Place:
        """The place that a longer path leads to."""
        return Place(self.file, self.lines, (*self.path, *path))

    @property
    def line(self) -> int:
        """Its line in the file, counted from 1."""
        return self.lines.of(self.path)

    @property
    def name(self) -> str:
        """What stands there, in words: `transition "decide"`, `remind of timescale "reply"`."""
        match self.path:
            case ():
                return "the head"
            case (key,):
                return str(key)
            case (section, int(number), *keys):
                table = f"{section} {number + 1}"
            case (section, name, *keys):
                table = f'{section} "{name}"'
        inner = [key for key in keys if isinstance(key, str)]
        return f"{inner[-1]} of {table}" if inner else table


@dataclass(slots=True)
class Findings:
    """The mistakes of one reading, in the order in which they were found."""

    mistakes: list[Mistake] = field(default_factory=list)
    doubtful: bool = False
    """Whether names may be defined where nothing could be read, so that none is called unknown."""
    parsed: int = 0
    """Characters that were parsed again behind slips of form."""

    unsound: list[Mistake] = field(default_factory=list)
    """Those of them that are of the ways of a case, and not of what is written where."""

    def add(self, place: Place, problem: str, suggestion: str = "") -> None:
        """Note a mistake; after MOST_TOLD of them, that there are more."""
        if len(self.mistakes) < MOST_TOLD:
            mistake = Mistake(place.file, place.line, _legible(problem), _legible(suggestion))
            self.mistakes.append(mistake)
        elif len(self.mistakes) == MOST_TOLD:
            self.mistakes.append(Mistake(place.file, place.line, _MORE))

    def unknown(
        self, place: Place, problem: str, word: str, known: Collection[str], *, sure: bool = False
    ) -> None:
        """Note a word that nobody knows, with the word that was probably meant.

        Nothing is noted where the word may be defined in what could not be read, unless it is sure
        that all that is known is known.
        """
        if self.doubtful and not sure:
            return
        guessing = len(self.mistakes) < GUESSES
        strange = foreign(word[:LONGEST]) if not word.isascii() else ""
        meant = guess(word, known) if guessing else ""
        self.add(place, problem, f"{strange} {meant}".strip())

    def raise_any(self, workflow: object = None) -> None:
        """Raise DefinitionError with every mistake, by file and line, unless there is none.

        UnsoundError with what was read, where that is given and only its ways are wrong.
        """
        if self.mistakes:
            ordered = sorted(dict.fromkeys(self.mistakes), key=lambda m: (m.file, m.line))
            if workflow is not None and set(ordered) <= set(self.unsound):
                raise UnsoundError(tuple(ordered), workflow)
            raise DefinitionError(tuple(ordered))


def _legible(sentence: str) -> str:
    """A sentence that no quoted name of a file can make long or fill with control characters."""
    shown = "".join(sign if sign.isprintable() else " " for sign in sentence[:LONGEST])
    return f"{shown} ..." if len(sentence) > LONGEST else shown


def guess(word: str, known: Collection[str]) -> str:
    """What was probably meant by a word, as a sentence; all that is known if that is little."""
    if meant := closest(word, known):
        return f'Did you mean "{meant}"?'
    listed = [f'"{name}"' for name in dict.fromkeys(known)]
    if not 0 < len(listed) <= FEW:
        return ""
    if len(listed) == 1:
        return f"There is only {listed[0]}."
    return f"There are {', '.join(listed[:-1])} and {listed[-1]}."


def closest(word: str, known: Collection[str]) -> str:
    """The known word that was probably meant; "" if none is like it.

    Where all that is known can be listed, a likeness must be greater: a wrong guess misleads.
    """
    alike = {_bare(name): name for name in known}
    cutoff = 0.75 if len(alike) <= FEW else 0.6
    found = resembling(_bare(word[:80]), alike, likeness=cutoff)
    return alike[found[0]] if found else ""


def _bare(name: str) -> str:
    return name.casefold().replace("-", "_").replace(" ", "_")
