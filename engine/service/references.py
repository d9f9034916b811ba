"""References of cases: short enough to say on the telephone, and a wrong character is noticed.

`2025-K7QF29`: the year it was opened, five characters drawn by chance (so that a reference tells
nothing and counts nothing), and a check character. I, L, O, U and Z are not used, so that nothing
is mistaken for 1, 1, 0, V or 2.
"""

from __future__ import annotations

from engine import statements
from engine.database import Transaction
from engine.errors import CaseNotFoundError, StorageError
from engine.service.workplace import Workplace

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXY"
DRAWN = 5
_MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0", "Z": "2", "U": "V"})


def new(place: Workplace, tx: Transaction) -> str:
    """A reference that no case has yet."""
    for _ in range(50):
        ref = made(place.today().year, place.randomness(DRAWN))
        if tx.row(statements.CASE_EXISTS, (place.log, ref)) is None:
            return ref
    raise StorageError("No free reference was found in fifty draws; try again.")


def made(year: int, drawn: bytes) -> str:
    """The reference of a year and five drawn bytes."""
    body = "".join(LETTERS[byte % 31] for byte in drawn)
    return f"{year}-{body}{check_character(f'{year}{body}')}"


def check_character(text: str) -> str:
    """The last character: weighted by place modulo a prime, so one wrong or any two swapped
    characters show.
    """
    total = sum(LETTERS.index(char) * place for place, char in enumerate(text, 1))
    return LETTERS[total % 31]


def read(text: str) -> str:
    """A reference as somebody typed it, in its proper form.

    Raises CaseNotFoundError when it cannot be one, saying which part is wrong.
    """
    typed = text.strip().upper()
    main, dot, linked = typed.partition(".")
    year, dash, body = main.partition("-")
    body = body.translate(_MISREAD)
    well_formed = dash and len(year) == 4 and year.isdigit() and len(body) == DRAWN + 1
    if not well_formed or any(c not in LETTERS for c in body) or (dot and not _numbered(linked)):
        raise CaseNotFoundError(
            f'"{text[:40]}" is not a reference; one looks like 2025-K7QF29, of a linked case '
            f"2025-K7QF29.1."
        )
    if check_character(year + body[:-1]) != body[-1]:
        raise CaseNotFoundError(
            f"{year}-{body} is not a reference that was ever given out: a character is wrong or "
            f"two are swapped."
        )
    return f"{year}-{body}{dot}{linked}"


def _numbered(linked: str) -> bool:
    return all(part.isascii() and part.isdigit() for part in linked.split("."))
