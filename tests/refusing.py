"""How tests of refusals look at one: its sentence, then everything that stands in the way."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.errors import RefusedError
from engine.service.workplace import By
from tests.worlds import World

ON_SQLITE = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
"""What a refusal says rests on no database."""

WHY = By("bess", reason="it was misread")
AWARE = "When did the local authority become aware of it?"
EVIDENCE = (
    "whoever keeps the record gives --decided-by with somebody who holds that role, and the "
    "evidence"
)

Act = Callable[[World], object]


def said(world: World, act: Act) -> list[str]:
    """The sentence, then each need: what [who] how."""
    with pytest.raises(RefusedError) as refused:
        act(world)
    lines = [f"{need.said} [{', '.join(need.who)}] {need.how}" for need in refused.value.unmet]
    return [str(refused.value), *lines]


def deciding(world: World) -> str:
    """A case whose decision was begun on 15 December 2025, the fourth entry on its trail."""
    ref = world.open(aware_on="2025-12-12")
    world.take(ref, "start_deciding")
    return ref
