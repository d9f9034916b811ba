"""Beginning a store: its first event says whose it is, and whether its clock is real."""

from __future__ import annotations

from contextlib import suppress

from engine import queries, statements
from engine.canonical import parse
from engine.errors import ConfigError, EngineError, TrailError
from engine.service import access
from engine.service.workplace import Workplace


def begin(place: Workplace) -> None:
    """Seal the first event of a new store. Raises ConfigError when it has one already."""
    with place.database.write() as tx:
        if place.store.head(tx, access.STORE)[0]:
            raise ConfigError("This database holds a store already; nothing was changed.")
        body = {"partnership": place.log, "clock": place.clock_kind, "keys": place.keys.id}
        access.append(place, tx, access.STORE, access.itself(place), [("store created", body, {})])
        # From now on there is a row, so that its loss is noticed.
        tx.run(statements.insert("ticks"), (place.log, 0, sealed_tick(place, 0)))


def check(place: Workplace, log: str) -> None:
    """Refuse a store of another partnership, and the keys of another store. Raises ConfigError."""
    if log != place.log:
        raise ConfigError(
            f'The database belongs to the partnership "{log}", not to "{place.log}"; '
            "correct [partnership] id or [store] database in config.toml."
        )
    with place.database.read() as tx:
        row = tx.row(queries.FIRST_EVENT, (place.log, access.STORE))
        # On the way, so that every command counts by the calendars as they are in use.
        place.almanac.see(tx, place.log)
    if row and _keys_of(row[0]) not in ("", place.keys.id):
        raise ConfigError(
            "The key file is not the one that this database was made with, so nothing personal "
            "could be read; restore it from its copy, or correct [store] keys in config.toml."
        )


def check_owner(place: Workplace) -> None:
    """Refuse a store that is not this partnership's, or not under these keys. Raises ConfigError.

    It goes by what is sealed with the keys or in the first event, for any other word of a store may
    have been altered.
    """
    try:
        if not _keys_fit(place):
            check(place, place.database.identity.log or place.log)
    except EngineError as error:
        # A table that is gone is named by the verification.
        if type(error) is not EngineError:
            raise


def _keys_fit(place: Workplace) -> bool:
    with place.database.read() as tx:
        tick = tx.row(queries.TICK, (place.log,))
        if tick and tick[1] == sealed_tick(place, tick[0]):
            return True
        subjects = tx.rows(queries.SUBJECTS, (place.log,))
    return any(_opens(place, subject, wrapped) for subject, wrapped, _ in subjects)


def _opens(place: Workplace, subject: str, wrapped: bytes | None) -> bool:
    with suppress(TrailError):
        return wrapped is not None and bool(place.keys.unwrap(place.log, subject, bytes(wrapped)))
    return False


def _keys_of(text: str) -> str:
    """The keys that a store was made with; nothing where its first event does not say so."""
    try:
        return str(parse(text)["body"].get("keys", ""))
    except (TrailError, AttributeError, KeyError):
        # Verification tells what is wrong with it; nothing may keep it from doing so.
        return ""


def last_tick(place: Workplace) -> int | None:
    """When the clock last ticked, in microseconds since 1970 UTC; None when it never did.

    Raises TrailError where it was altered.
    """
    with place.database.read() as tx:
        row = tx.row(queries.TICK, (place.log,))
    if row and row[1] != sealed_tick(place, row[0]):
        raise TrailError("When the clock last ticked was altered; run `casetrail audit verify`.")
    return int(row[0]) if row and row[0] else None


def sealed_tick(place: Workplace, moment: int) -> str:
    """The seal of a moment at which the clock ticked, in microseconds since 1970 UTC."""
    return place.keys.mac(f"tick|{place.log}|{moment}".encode())
