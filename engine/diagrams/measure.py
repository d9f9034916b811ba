"""How wide words are in a plain sans-serif letter, so that they can be broken into lines.

The widths are those of the Helvetica and Arial families, a little on the wide side; what is not
Latin is taken to be as wide as it is high.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_NARROW: Final = "fijlrtI.,:;'|!()[]/\\ -“”·\u2018\u2019"
_WIDE: Final = "mwMWGOQ@%&—"
_WIDTHS: Final = ((_NARROW, 0.34), (_WIDE, 0.88))
_CAPITAL: Final = 0.70
_SMALL: Final = 0.555


def width(text: str, size: float) -> float:
    """How wide a line of text is, in the unit of its size."""
    return sum(map(_letter, text)) * size


def _letter(letter: str) -> float:
    for letters, wide in _WIDTHS:
        if letter in letters:
            return wide
    if unicodedata.combining(letter):
        return 0.0
    if letter > "\u024f":
        return 1.0
    return _CAPITAL if letter.isupper() else _SMALL


def broken(text: str, size: float, most: float) -> list[str]:
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
    return [*lines, line] if line else lines or [""]


def _pieces(word: str, size: float, most: float) -> list[str]:
    pieces, piece = [], ""
    for letter in word:
        if piece and width(piece + letter, size) > most:
            pieces.append(piece)
            piece = ""
        piece += letter
    return [*pieces, piece]
