"""References of cases: short enough to say on the telephone, and a wrong character is noticed.

`2025-K7QF29`: the year it was opened, five characters drawn by chance (so that a reference tells
nothing and counts nothing), and a check character. I, L, O, U and Z are not used, so that nothing
is mistaken for 1, 1, 0, V or 2.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine import queries, statements
from engine.case import Given
from engine.database import Transaction
from engine.dates import parse_partial, when
from engine.decide.draft import Draft
from engine.errors import CaseNotFoundError, Need, RefusedError, StorageError
from engine.service import barriers
from engine.service.looking.private import Rights
from engine.service.looking.viewing import View, view
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
    known_year = len(year) == 4 and year.isascii() and year.isdigit()
    well_formed = dash and known_year and len(body) == DRAWN + 1
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


def referred(
    place: Workplace, tx: Transaction, draft: Draft, given: Sequence[Given]
) -> tuple[tuple[Given, ...], tuple[Need, ...]]:
    """Answers with the references among them in their proper form, and what is wrong with these.

    A case that is named must be there, of the same process, and open on the day; whoever records
    it must be one who may read it, and else learns no more than that there is none.
    """
    found, wrong = [], []
    for one in given:
        if one.value is None or one.question not in draft.edition.refers:
            found.append(one)
            continue
        try:
            ref = read(one.value)
            wrong += _not_to_be_named(place, tx, draft, ref, one)
            found.append(one._replace(value=ref))
        except CaseNotFoundError as error:
            found.append(one)
            wrong.append(Need(str(error).rstrip(".")))
    return tuple(found), tuple(wrong)


def need_referred(
    place: Workplace, tx: Transaction, draft: Draft, given: Sequence[Given]
) -> Sequence[Given]:
    """The same answers; raises RefusedError when a case cannot be named."""
    if not draft.edition.refers:
        return given
    found, wrong = referred(place, tx, draft, given)
    if wrong:
        raise RefusedError("These answers cannot be recorded.", wrong)
    return found


def _not_to_be_named(
    place: Workplace, tx: Transaction, draft: Draft, ref: str, one: Given
) -> list[Need]:
    """What hinders that another case is the answer to a question of this one."""
    if ref == draft.case.ref:
        how = "give the reference of the other case"
        return [Need(f"{ref} is this case itself", how=how)]
    person = draft.context.actor.recorded
    there = tx.row(statements.CASE_EXISTS, (place.log, ref)) is not None
    if not there or not Rights(place, tx, person).reader(ref).roles:
        how = "`casetrail find` and `casetrail list` show those there are"
        return [Need(f"there is no case {ref} that you may read", how=how)]
    if tx.locks_rows:
        # So that of two commands that name each other's case the later one sees what was done.
        place.store.lock(tx, ref)
    other = view(place, tx, ref)
    if other.edition.workflow.name != draft.workflow.name:
        return [Need(f"{ref} is a case of another kind: {other.edition.workflow.title}")]
    if elsewhere := _gone_to(other):
        how = "name the case that stays open"
        return [Need(f"{ref} was itself closed, as open under {elsewhere}", how=how)]
    return _closed_before(draft, ref, other.case.row["closed_on"], one)


def _gone_to(other: View) -> str:
    """Under which reference a closed case goes on: two that name each other would both be lost."""
    if not other.case.row["closed_on"]:
        return ""
    named = (other.case.value(question) for question in sorted(other.edition.refers))
    return next((ref for ref in named if ref), "")


def _closed_before(draft: Draft, ref: str, closed_on: str | None, one: Given) -> list[Need]:
    """That it was closed: on a day of the past it is enough that it was open for a part of it."""
    known = draft.case.answer(one.question, one.of, one.no)
    on = parse_partial(str(known["happened"]) if known else draft.context.happened)
    past = on.last < draft.context.today
    if not closed_on or (past and parse_partial(closed_on).last >= on.first):
        return []
    how = "the case that is named must be open on the day"
    return [Need(f"{ref} was closed {when(closed_on)}", how=how)]


def near(place: Workplace, ref: str) -> list[str]:
    """The cases that may have been meant by a reference that is none: at most three of them.

    One character of theirs is another, two beside each other are swapped, or it is the case to
    which a linked one would belong.
    """
    main = ref.partition(".")[0]
    with place.database.read() as tx:
        out = barriers.hidden(place, tx)
        every = [row[0] for row in tx.rows(queries.VERSIONS, (place.log,))]
        known = [one for one in every if not barriers.is_hidden(one, out)]
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
