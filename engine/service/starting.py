"""Beginning a store: its first event says whose it is, and whether its clock is real."""

from __future__ import annotations

from engine import queries
from engine.canonical import parse
from engine.errors import ConfigError, TrailError
from engine.service import access
from engine.service.workplace import Workplace


def begin(place: Workplace) -> None:
    """Seal the first event of a new store. Raises ConfigError when it has one already."""
    with place.database.write() as tx:
        if place.store.head(tx, access.STORE)[0]:
            raise ConfigError("This database holds a store already; nothing was changed.")
        body = {"partnership": place.log, "clock": place.clock_kind, "keys": place.keys.id}
        access.append(place, tx, access.STORE, access.itself(place), [("store created", body, {})])


def check(place: Workplace, log: str) -> None:
    """Refuse a store of another partnership, and the keys of another store. Raises ConfigError."""
    if log != place.log:
        raise ConfigError(
            f'The database belongs to the partnership "{log}", not to "{place.log}"; '
            "correct [partnership] id or [store] database in config.toml."
        )
    with place.database.read() as tx:
        row = tx.row(queries.FIRST_EVENT, (place.log, access.STORE))
    if row and _keys_of(row[0]) not in ("", place.keys.id):
        raise ConfigError(
            "The key file is not the one that this database was made with, so nothing personal "
            "could be read; restore it from its copy, or correct [store] keys in config.toml."
        )


def _keys_of(text: str) -> str:
    """The keys that a store was made with; nothing where its first event does not say so."""
    try:
        return str(parse(text)["body"].get("keys", ""))
    except (TrailError, AttributeError, KeyError):
        # Verification tells what is wrong with it; nothing may keep it from doing so.
        return ""


def last_tick(place: Workplace) -> int | None:
    """When the clock last ticked, in microseconds since 1970 UTC; None when it never did."""
    with place.database.read() as tx:
        row = tx.row(queries.TICK, (place.log,))
    return int(row[0]) if row else None
