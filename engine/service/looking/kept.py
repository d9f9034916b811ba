"""The clocks of a case that were left to the rule of an edition under which it was before."""

from __future__ import annotations

from collections.abc import Mapping

from engine import queries
from engine.canonical import parse
from engine.case import Case, Key
from engine.database import Transaction
from engine.decide.moving.left import Left, left, standing
from engine.decide.moving.pinning import NAMED, turn_of
from engine.edition import Edition
from engine.service.workplace import Workplace


def left_to(place: Workplace, tx: Transaction, case: Case) -> Mapping[Key, Left]:
    """Of each such clock by which edition it is counted; of one that was started anew, by which
    move. Nothing is read where there are none.
    """
    turns = case.rows.table("turns").items()
    pinned = {str(key[1]) for key, row in turns if row["no"] and str(key[1]).startswith(NAMED)}
    if not pinned:
        return {}
    moves = standing([parse(row[0]) for row in tx.rows(queries.MOVES, (place.log, case.ref))])

    def edition(content_hash: str) -> Edition:
        return place.edition(tx, content_hash, str(case.row["workflow"]))

    every = [key for key in case.deadlines() if turn_of(key) in pinned]
    found = {key: left(key, moves, edition) for key in every}
    return {key: one for key, one in found.items() if one is not None}
