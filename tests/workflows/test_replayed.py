"""Every story of the flagship process, replayed under its own edition: nothing may be otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.scenarios.playing import Player
from engine.scenarios.story import stories
from tests.replays import differences
from tests.shared import scenario
from tests.stories import CAST, PROCESS, partnership

STORIES = stories(PROCESS)


def differing(url: str, file: Path) -> list[str]:
    """What a replay of the casebook of a story makes otherwise."""
    with partnership(url, CAST) as (place, clock):
        Player(place, clock).play(scenario(file))
        return differences(place)


@pytest.mark.postgresql
@pytest.mark.parametrize("file", STORIES[::4], ids=lambda file: file.stem)
def test_every_event_of_a_story_is_made_again_from_postgresql(file: Path, on_postgres: str) -> None:
    assert differing(on_postgres, file) == []
