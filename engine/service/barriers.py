"""How cases stand for whoever looks: open, barred, or shown for an hour by broken glass.

What is barred to somebody is not there for them: they are told the same as of a case that never
was, and that they tried is in the access log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine import barring
from engine.barring import BARRED, BROKEN, ENOUGH, OPEN, Barriers, Glass
from engine.case import Key, Row, Rows
from engine.database import Transaction
from engine.errors import DeniedError
from engine.queries import doors
from engine.service import access
from engine.service.workplace import By, Workplace
from engine.statements import TABLES
from engine.store import no_case

NONE: frozenset[str] = frozenset()


def stands(place: Workplace, tx: Transaction, person: str, ref: str) -> str:
    """How a case stands for somebody: "open", "barred" or "glass broken".

    A case that is not there is open: whoever reads it finds that out.
    """
    return _stands(place, tx, person, ref, place.store.barriers(tx, ref))[0]


def need_seen(place: Workplace, tx: Transaction, ref: str, rows: Rows) -> Rows:
    """The rows of a case for whoever looks. Raises CaseNotFoundError where it is barred to them."""
    barriers = rows.table("barriers")
    if barriers and place.visitor:
        said, _ = _stands(place, tx, place.visitor, ref, barriers)
        if said == BARRED:
            raise no_case(ref)
    return rows


def rows(place: Workplace, tx: Transaction, ref: str) -> Rows:
    """All rows of a case, for whoever looks. Raises CaseNotFoundError."""
    return need_seen(place, tx, ref, place.store.load(tx, ref))


def need_to_act(place: Workplace, tx: Transaction, person: str, case: tuple[str, Rows]) -> None:
    """Raise CaseNotFoundError for somebody to whom a case is barred, and DeniedError where broken
    glass shows it to them, which changes nothing.
    """
    ref, loaded = case
    barriers = loaded.table("barriers")
    if not barriers:
        return
    if not barring.standing(barriers).bars(person):
        return
    if _stands(place, tx, person, ref, barriers)[0] == BROKEN:
        raise DeniedError(
            "The glass was broken to read this case, not to change it; ask somebody on its list."
        )
    raise no_case(ref)


def hidden(place: Workplace, tx: Transaction) -> frozenset[str]:
    """The cases that are not there for whoever looks, without those that are linked to them."""
    if not place.visitor:
        return NONE
    return frozenset(
        ref for ref, barriers in every(place, tx).items() if barriers.bars(place.visitor)
    )


def is_hidden(ref: str, out: frozenset[str]) -> bool:
    """Whether a case, or the one above it, is among those that are not there."""
    return bool(out) and barring.main(ref) in out


def shown(place: Workplace, refs: Iterable[str]) -> list[str]:
    """Of these cases those that are there for whoever looks."""
    with place.database.read() as tx:
        out = hidden(place, tx)
    return [ref for ref in refs if not is_hidden(ref, out)]


def unnamed(place: Workplace, text: str) -> str:
    """A text in which no case is named that is not there for whoever looks."""
    with place.database.read() as tx:
        out = hidden(place, tx)
    for ref in out:
        text = text.replace(ref, "(a case that is not yours to see)")
    return text


def every(place: Workplace, tx: Transaction) -> dict[str, Barriers]:
    """All barriers that stand, by the case that has them."""
    layout = TABLES["barriers"]
    size = len(layout.keys)
    found: dict[str, dict[Key, Row]] = {}
    for row in tx.rows(doors.BARRIERS, (place.log, barring.ENDED)):
        columns = dict(zip(layout.columns, row[size:], strict=True))
        found.setdefault(str(row[0]), {})[tuple(row[:size])] = columns
    return {ref: barring.standing(of_case) for ref, of_case in found.items()}


def glass_of(place: Workplace, tx: Transaction, person: str, ref: str) -> Glass | None:
    """The glass by which somebody reads a case at this moment; None where there is none."""
    return _stands(place, tx, person, ref, place.store.barriers(tx, ref))[1]


def opened(place: Workplace, tx: Transaction, ref: str, glass: Glass) -> bool:
    """Whether two others are on the trail as told that somebody broke the glass."""
    found = tx.rows(doors.TOLD_OF, (place.log, barring.main(ref), glass.n))
    return len({str(row[0]) for row in found if row[0] != glass.person}) >= ENOUGH


def tried(place: Workplace, by: By, verb: str, ref: str) -> None:
    """Put in the access log that somebody asked for a case that is barred to them; else nothing."""
    with place.database.read() as tx:
        said = stands(place, tx, by.person, ref)
    if said == BARRED:
        access.refused(place, by, verb, ref, DeniedError("The case is barred to them."))


def need_still_seen(place: Workplace, by: By, verb: str, ref: str) -> None:
    """What was read of a case may be shown only if it was not barred meanwhile; asked at the end.

    What broken glass shows is in the access log first, with the reason for which it was broken.
    Raises CaseNotFoundError, and StorageError where the log cannot be written.
    """
    with place.database.read() as tx:
        barriers = place.store.barriers(tx, ref)
        if not barriers:
            return
        said, glass = _stands(place, tx, by.person, ref, barriers)
        why = _why(place, tx, ref, glass) if glass else ""
    if said == BARRED:
        raise no_case(ref)
    if glass is not None:
        body = {"ref": ref, "answers": 0, "verb": verb, "glass": glass.n}
        access.log(place, by, ("read", body, {"why": why}))


def _why(place: Workplace, tx: Transaction, ref: str, glass: Glass) -> str:
    path = f"reason//{glass.n}"
    return place.vault.value(tx, barring.main(ref), glass.n, path) or ""


def _stands(
    place: Workplace, tx: Transaction, person: str, ref: str, rows: Mapping[Key, Row]
) -> tuple[str, Glass | None]:
    barriers = barring.standing(rows)
    glass = barriers.broken_by(person, _now(place)) if barriers.glass else None
    if glass is not None and opened(place, tx, ref, glass):
        return BROKEN, glass
    return (BARRED if barriers.bars(person) else OPEN), None


def _now(place: Workplace) -> int:
    return int(place.clock().timestamp() * 1_000_000)
