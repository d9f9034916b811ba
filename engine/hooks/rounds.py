"""What a look at the drop folder came to: in numbers, and of which files what is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from engine.errors import EngineError


class Done(NamedTuple):
    """What one round did."""

    taken: int = 0
    refused: int = 0
    left: int = 0
    """Files that are still written, that are no plain files, or that are tried again later."""

    def and_also(self, other: Done) -> Done:
        """The two together."""
        return Done(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


class Told(NamedTuple):
    """What is said of one file: its name is another's, and stands in no log."""

    path: str
    why: tuple[str, ...]


@dataclass(slots=True)
class Round:
    """What became of one folder."""

    hook: str
    """Whose it is; nobody's for the folder in which all of them lie."""
    taken: int = 0
    refused: list[Told] = field(default_factory=list)
    left: list[Told] = field(default_factory=list)
    wrong: EngineError | None = None
    """Why nothing is taken from it."""

    @property
    def done(self) -> Done:
        """The same in numbers."""
        return Done(self.taken, len(self.refused), len(self.left))


def need_all(every: Sequence[Round]) -> None:
    """Raise what stands in the way of any folder, in one error."""
    if wrong := [one.wrong for one in every if one.wrong]:
        raise type(wrong[0])("\n".join(map(str, wrong)))
