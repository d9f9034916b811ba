"""References of cases: short enough to say on the telephone, and a wrong character is noticed.

`2025-K7QF29`: the year it was opened, five characters drawn by chance (so that a reference tells
nothing and counts nothing), and a check character. I, L, O, U and Z are not used, so that nothing
is mistaken for 1, 1, 0, V or 2.
"""

from __future__ import annotations

from engine import queries, statements
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
    if not typed:
        raise CaseNotFoundError(
            "No reference was given; `casetrail list` shows those there are, such as 2025-K7QF29."
        )
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
            f"{typed} is not a reference that was ever given out: a character is wrong or two are "
            "swapped; `casetrail list` shows those there are.",
            f"{year}-{body}",
        )
    return f"{year}-{body}{dot}{linked}"


def near(place: Workplace, ref: str) -> list[str]:
    """The cases that may have been meant by a reference that is none: at most three of them.

    One character of theirs is another, two beside each other are swapped, or it is the case to
    which a linked one would belong.
    """
    main = ref.partition(".")[0]
    with place.database.read() as tx:
        known = [row[0] for row in tx.rows(queries.VERSIONS, (place.log,))]
    return sorted(one for one in known if one != ref and _alike(one, main))[:3]


def _alike(one: str, other: str) -> bool:
    wrong = [at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]]
    if len(one) != len(other) or len(wrong) > 2:
        return False
    first, *rest = wrong or [0]
    swapped = one[first : first + 2] == other[first : first + 2][::-1]
    return not rest or (rest == [first + 1] and swapped)


def _numbered(linked: str) -> bool:
    return all(part.isascii() and part.isdigit() for part in linked.split("."))
