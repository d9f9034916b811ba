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
from engine.service import access
from engine.service.workplace import Workplace


def note_changes(place: Workplace, digest: str, named: Mapping[str, Any]) -> bool:
    """Keep, once, that these people, agencies and roles are in use from now on.

    Their names and posts are personal values: the event holds ids and commitments only. Raises
    ConfigError when somebody whom an event names has been removed instead of ended.
    """
    with place.database.read() as tx:
        if tx.row(queries.DIRECTORY, (place.log, digest)):
            return False
    with place.database.write() as tx:
        if tx.row(queries.DIRECTORY, (place.log, digest)):
            return False
        removed = sorted(_named_before(tx, place) - set(place.directory.people))
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


def _named_before(tx: Transaction, place: Workplace) -> set[str]:
    found: set[str] = set()
    for text in place.store.events(tx, access.STORE):
        found |= _people_of(text)
    return found


def _people_of(text: str) -> set[str]:
    event = parse(text)
    return set(event["body"]["people"]) if event["type"] == "people changed" else set()
