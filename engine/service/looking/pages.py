"""Looking over many cases page by page: each page begins after the last entry of the one before it.

Nothing is counted off: where a page begins is told by what stood last, whatever came or went since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from engine import queries
from engine.canonical import parse
from engine.database import Transaction
from engine.service import barriers
from engine.service.looking import listing
from engine.service.looking.deadlines import deadlines_of
from engine.service.looking.viewing import View, view
from engine.service.workplace import Workplace

Place = tuple[str | int, ...]
"""Where an entry stands in its order; no two stand at the same."""
Entry = tuple[Place, dict[str, Any]]

OPENED: Place = (-1, 0, "", "")
"""Before every case."""
UNDATED = "undated"
"""In the place of the day of a deadline that has none yet: it comes after every day."""
FIRST_DUE: Place = ("", "", "", "", 0)
"""Before every deadline."""


class Page(NamedTuple):
    """A page of a list."""

    found: list[dict[str, Any]]
    after: Place | None
    """Where the last of it stands, if there are more; None where it is the end."""


def cases(place: Workplace, wish: listing.Wish, most: int, after: Place | None = None) -> Page:
    """The cases that fit, in the order of `listing.cases`."""
    today = place.today()
    more, values = listing.wished(place, wish, today)

    def ask(tx: Transaction, at: Place) -> list[Entry]:
        without, out = listing.apart_from(barriers.hidden(place, tx))
        sql = queries.CASES.format(more=more + without + queries.CASES_AFTER) + queries.FIRST_FEW
        rows = tx.rows(sql, (place.log, place.log, *values, *out, *at, most + 1))
        return [(_place_of(row), listing.line(place, tx, row, today)) for row in rows]

    def fits(line: dict[str, Any]) -> bool:
        return not wish.mine or listing.is_mine(place, wish.mine, line)

    with place.database.read() as tx:
        every = _each(lambda at: ask(tx, at), after or OPENED, most + 1)
        return _page([one for one in islice(filter(lambda e: fits(e[1]), every), most + 1)], most)


def running(place: Workplace, most: int, after: Place | None = None) -> Page:
    """The deadlines of `listing.running`; of one day in the order of their cases and names."""
    seen: dict[str, dict[Place, dict[str, Any]]] = {}

    def told(tx: Transaction, row: Sequence[Any], out: frozenset[str]) -> Entry:
        ref, *key, due_on = row
        if barriers.is_hidden(ref, out):
            return (due_on or UNDATED, ref, *key), {}
        if ref not in seen:
            seen[ref] = _still_open(place, view(place, tx, ref))
        return (due_on or UNDATED, ref, *key), seen[ref].get(tuple(key), {})

    def ask(tx: Transaction, at: Place) -> list[Entry]:
        rows: list[Any] = []
        if at[0] != UNDATED:
            rows = tx.rows(queries.DUE_AFTER, (place.log, *at, most + 1))
            at = (UNDATED, "", "", "", 0)
        if len(rows) <= most:
            asked = (place.log, *at[1:], place.log, most + 1 - len(rows))
            rows += tx.rows(queries.WITHOUT_DAY_AFTER, asked)
        out = barriers.hidden(place, tx)
        return [told(tx, row, out) for row in rows]

    with place.database.read() as tx:
        every = _each(lambda at: ask(tx, at), after or FIRST_DUE, most + 1)
        return _page([one for one in islice(filter(lambda e: e[1], every), most + 1)], most)


def history(place: Workplace, ref: str, most: int, after: int = 0) -> Page:
    """The entries of a case's history that come after one, as they were sealed."""
    with place.database.read() as tx:
        view(place, tx, ref)
        rows = tx.rows(queries.HISTORY_PAGE, (place.log, ref, after, most + 1))
    told = [{**parse(text), "hash": hash_, "position": at} for text, hash_, at in rows]
    return _page([((int(one["n"]),), one) for one in told], most)


def _each(ask: Callable[[Place], list[Entry]], at: Place, most: int) -> Iterator[Entry]:
    """Entry by entry, asked for so many at a time, from after a place to the end."""
    while True:
        entries = ask(at)
        yield from entries
        if len(entries) < most:
            return
        at = entries[-1][0]


def _page(entries: list[Entry], most: int) -> Page:
    shown = entries[:most]
    return Page([told for _, told in shown], shown[-1][0] if len(entries) > most else None)


def _place_of(row: Sequence[Any]) -> Place:
    ref, historic, due = row[0], row[7], row[8]
    return (int(historic), int(due is None), due or "", ref)


def _still_open(place: Workplace, seen: View) -> dict[Place, dict[str, Any]]:
    return {
        (one["timescale"], one["of"], one["no"]): {
            "ref": seen.case.ref,
            "state": seen.case.state,
            **one,
        }
        for one in deadlines_of(place, seen)
        if listing.is_to_be_met(place, seen, one)
    }
