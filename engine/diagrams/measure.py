"""How wide words are in a plain sans-serif letter, so that they can be broken into lines.

The widths are those of the Helvetica and Arial families, a little on the wide side; what is not
Latin is taken to be as wide as it is high.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

_WIDTHS: Final[Mapping[str, float]] = {
    letter: wide
    for letters, wide in (
        ("ijl'|\u2018\u2019", 0.24),
        ("ftI.,:;!/[]\\ ·", 0.30),
        ("r()-“”\N{NO-BREAK SPACE}", 0.36),
        ("cksvxyzJ", 0.52),
        ("wCDHNRU", 0.75),
        ("mMOGQ", 0.86),
        ("W@%&—", 1.0),
    )
    for letter in letters
}
_CAPITAL: Final = 0.70
_SMALL: Final = 0.57
BOLD: Final = 1.08
"""How much wider bold letters are than others."""


def width(text: str, size: float) -> float:
    """How wide a line of text is, in the unit of its size."""
    return sum(map(_letter, text)) * size


def _letter(letter: str) -> float:
    known = _WIDTHS.get(letter)
    if known is not None:
        return known
    if unicodedata.combining(letter):
        return 0.0
    if letter > "\u024f":
        return 1.0
    return _CAPITAL if letter.isupper() else _SMALL


@lru_cache(maxsize=2048)
def broken(text: str, size: float, most: float) -> tuple[str, ...]:
    """The lines of a text, none wider than `most`; a word that is wider by itself is cut."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        for piece in _pieces(word, size, most):
            joined = f"{line} {piece}" if line else piece
            if line and width(joined, size) > most:
                lines.append(line)
                line = piece
            else:
                line = joined
    return (*lines, line) if line else tuple(lines) or ("",)


def _pieces(word: str, size: float, most: float) -> list[str]:
    pieces, piece = [], ""
    for letter in word:
        if piece and width(piece + letter, size) > most:
            pieces.append(piece)
            piece = ""
        piece += letter
    return [*pieces, piece]
