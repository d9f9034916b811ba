"""Walks over the shipped review, each on its own copy of a store that is made once."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tests import stories
from tests.walking import Walk

EVERY = 6
"""Steps from one look at a walk to the next."""


def looks(store: Path, chance: random.Random, steps: int) -> Iterator[Walk]:
    """A walk of so many steps that chance chooses, as it is after every few of them."""
    with (
        tempfile.TemporaryDirectory() as folder,
        stories.partnership(stories.copied(store, Path(folder))) as (place, clock),
    ):
        clock.go_to(datetime(2025, 11, 24, 10, tzinfo=UTC))
        walk = Walk(place, clock, stories.PROCESS.name, "sam")
        walk.open(chance.randrange(9999))
        for number in range(1, steps + 1):
            walk.advance(chance.randrange(9999), chance.randrange(9999))
            if number % EVERY == 0:
                yield walk
