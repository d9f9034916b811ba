"""The clocks of a case that only an edition knows under which it was before, or that were left to
the rule of one.
"""

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


def formerly(
    place: Workplace, tx: Transaction, case: Case, edition: Edition
) -> Mapping[str, Edition]:
    """Of each timescale that the edition of a case does not have, and of which it has a clock, the
    edition of before that had it. Nothing is read where there are none.
    """
    gone = {str(key[1]) for key in case.deadlines()} - edition.workflow.timescales.keys()
    if not gone:
        return {}
    process = str(case.row["workflow"])
    found: dict[str, Edition] = {}
    for row in tx.rows(queries.MOVES, (place.log, case.ref)):
        was = place.edition(tx, str(parse(row[0])["body"]["from_edition"]), process)
        found |= dict.fromkeys(gone & was.workflow.timescales.keys(), was)
    return found
