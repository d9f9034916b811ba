from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import database
from tests.hooking import OPINION, STEP, Doors, doors, doors_of, settings_in
from tests.stories import copied
from tests.worlds import World, place_on

TEXTS = st.text() | st.sampled_from(
    ["A", "B", "2025-12-12", "12 December 2025", "2025-02-30", "agrees", "notify", "Robin\x00", "٣"]
)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
ANY = st.recursive(PLAIN, lambda s: st.lists(s) | st.dictionaries(TEXTS, s), max_leaves=10)
FORMS = st.fixed_dictionaries(
    {},
    optional={
        "aware_on": ANY,
        "happened_on": ANY,
        "where": ANY,
        "child": ANY | st.fixed_dictionaries({}, optional={"name": ANY}),
    },
)
STEPS = st.fixed_dictionaries({"case": ANY}, optional={"letter": ANY, "on": ANY, "why": ANY})


@pytest.fixture(scope="module")
def called(sqlite_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Doors, str]:
    folder = tmp_path_factory.mktemp("any")
    place, _ = place_on(database.open(copied(sqlite_sample, folder), durable=False))
    return doors_of(place, settings_in(folder)), World(place, place.clock).open()  # type: ignore[arg-type]


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(form=FORMS | ANY, step=STEPS, mine=st.booleans())
def test_whatever_is_signed_is_recorded_or_told_to_be_wrong(
    called: tuple[Doors, str], form: Any, step: Any, mine: bool
) -> None:
    doors, ref = called
    if mine:
        step["case"] = ref
    doors.reception._calls.over()
    calls = (("form", {"form": form}), ("form", form), ("step", step))

    found = [(document, doors.call(name, document)) for name, document in calls]

    for document, answer in found:
        assert answer.status in (200, 422), (document, answer)
        assert answer.status == 200 or answer.document["mistakes"]
        json.dumps(answer.document).encode()


def test_calls_that_come_at_once_for_one_case_are_all_recorded(
    world: World, tmp_path: Path
) -> None:
    ref = world.open()
    form = doors(world, tmp_path, OPINION + STEP)

    def one(number: int) -> int:
        return form.call(
            "step", {"case": ref, "letter": "agrees", "on": "2025-12-15"}, f"msg_{number}"
        ).status

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(one, range(24))) == [200] * 24

    letters = [event for event in world.events(ref) if event["type"] == "transition taken"]
    assert len(letters) == 24
    assert world.verdict().holds
