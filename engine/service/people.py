"""The partnership's own people: when config.toml names others than before, the store keeps that it
does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import queries
from engine.canonical import canonical, parse
from engine.database import Transaction
from engine.errors import ConfigError
from engine.queries import doors
from engine.service import access
from engine.service.workplace import Workplace


def are_known(place: Workplace, digest: str) -> bool:
    """Whether the store knows already that these people, agencies and roles are in use."""
    with place.database.read() as tx:
        return tx.row(queries.DIRECTORY, (place.log, digest)) is not None


def note_changes(place: Workplace, digest: str, named: Mapping[str, Any]) -> bool:
    """Keep, once, that these people, agencies and roles are in use from now on.

    Their names and posts are personal values: the event holds ids and commitments only. Raises
    ConfigError when somebody whom an event names has been removed instead of ended.
    """
    with place.database.write() as tx:
        if tx.row(queries.DIRECTORY, (place.log, digest)):
            return False
        removed = _removed(tx, place)
        if removed:
            raise ConfigError(
                f"config.toml no longer names {', '.join(removed)}, whom the record names. "
                'Put them back, and end their appointments with "to" instead.'
            )
        body = {
            "digest": digest,
            "people": sorted(place.directory.people),
            "agencies": sorted(place.directory.agencies),
        }
        private = {f"person/{person}": canonical(facts) for person, facts in named.items()}
        who = access.itself(place)
        chain = access.append(place, tx, access.STORE, who, [("people changed", body, private)])
        place.store.write_effects(tx, chain.events)
    return True


def _removed(tx: Transaction, place: Workplace) -> list[str]:
    """Those whom config.toml named before and no longer does, and whom some event names."""
    gone: set[str] = set()
    for text in place.store.events(tx, access.STORE):
        event = parse(text)
        if event["type"] == "people changed":
            body = event["body"]
            gone |= {p for p in body["people"] if p not in place.directory.people}
            gone |= {a for a in body["agencies"] if a not in place.directory.agencies}
    return sorted(one for one in gone if _is_named(tx, place, one))


def _is_named(tx: Transaction, place: Workplace, one: str) -> bool:
    # Whoever is later given the id of somebody who is gone must not be given their token too.
    if tx.row(doors.HOLDS_A_TOKEN, (place.log, one)):
        return True
    escaped = one.replace("_", r"\_")
    return any(
        tx.row(queries.NAMES, (place.log, access.STORE, f'%"{part}":"{escaped}"%'))
        for part in PARTS_THAT_NAME
    )


PARTS_THAT_NAME = ("decided", "recorded", "for", "person", "agency", "of", "source", "about")
"""The parts of an event that hold the id of a person or an agency."""
