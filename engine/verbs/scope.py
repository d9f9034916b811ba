"""What a token is for: its verbs, and the processes in whose cases they are used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import queries
from engine.errors import DeniedError, Need
from engine.service import access
from engine.service.workplace import By, Workplace

FOR_EVERY_TOKEN = ("who",)
"""What any token is for: a client that says who it is must be able to find that out."""
OTHERS = "this token is for the cases of other processes, or there is no such case"
HOW = "whoever keeps the record issues another token"


def need(place: Workplace, by: By, verb: str, asked: Mapping[str, Any]) -> None:
    """Raise DeniedError, which is logged, for what the token of whoever asks is not for.

    One that is for certain processes is for their cases alone, and for nothing that is told of all.
    """
    if verb in FOR_EVERY_TOKEN:
        return
    ref = str(asked.get("ref", ""))
    if by.verbs and verb not in by.verbs:
        _deny(place, by, verb, ref, "this token is for other verbs")
    if by.processes and _process(place, asked) not in by.processes:
        _deny(place, by, verb, ref, OTHERS)


def _process(place: Workplace, asked: Mapping[str, Any]) -> str:
    """The process that a request is about; nothing where it is about none, or about all, and for a
    case that is not there: which of the cases of others there are, nobody is told.
    """
    ref = str(asked.get("ref", "")).partition(".")[0]
    if not ref:
        return str(asked.get("workflow", ""))
    with place.database.read() as tx:
        row = tx.row(queries.EDITION_OF, (place.log, ref))
    return str(row[1]) if row else ""


def _deny(place: Workplace, by: By, verb: str, ref: str, what: str) -> None:
    error = DeniedError("What was asked is not what this token is for.", (Need(what, how=HOW),))
    access.refused(place, by, verb, ref, error)
    raise error
