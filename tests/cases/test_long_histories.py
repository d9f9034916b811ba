from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine import database
from engine.decide.steps.taking import Step
from engine.service import cases
from engine.service.workplace import Workplace
from tests.worlds import BESS, World, given, place_on

LETTER = Step("record_letter", given(letter_says="agrees"))
LONG = 10_000
"""Events."""

Histories = tuple[str, str, str, str]


@pytest.fixture(scope="module")
def histories(tmp_path_factory: pytest.TempPathFactory, sqlite_sample: Path) -> Histories:
    """The address of a store; of its cases one with some ten events, one with ten thousand, and one
    more.
    """
    file = tmp_path_factory.mktemp("long") / "casetrail.db"
    shutil.copy(sqlite_sample, file)
    file.chmod(0o600)
    url = f"sqlite:///{file}"
    world = World(*place_on(database.open(url, durable=False)))
    short, long, other = world.open(), world.open(), world.open()
    for ref, events in ((short, 10), (long, LONG)):
        while cases.take_step(world.place, BESS, ref, LETTER).version < events:
            pass
    world.place.database.close()
    return url, short, long, other


def anew(histories: Histories, seed: int) -> Workplace:
    """The partnership in a process that has read the definition, and neither of the two cases."""
    url, _, _, other = histories
    place, _ = place_on(database.open(url, durable=False), seed=seed)
    cases.take_step(place, BESS, other, LETTER)
    return place


def statements(place: Workplace, ref: str) -> list[str]:
    """The beginning of each statement that SQLite runs in one step."""
    found: list[str] = []
    with place.database.read() as tx:
        connection = tx._connection  # type: ignore[attr-defined]
    connection.set_trace_callback(lambda sql: found.append(" ".join(sql.split()[:3])))
    cases.take_step(place, BESS, ref, LETTER)
    connection.set_trace_callback(None)
    return found


def test_a_step_makes_as_many_statements_with_ten_events_as_with_ten_thousand(
    histories: Histories,
) -> None:
    place = anew(histories, 2)
    _, short, long, _ = histories
    cold, warm = ((statements(place, short), statements(place, long)) for _ in range(2))
    place.database.close()
    assert cold[0] == cold[1]
    assert warm[0] == warm[1]
    assert 5 < len(warm[0]) < len(cold[0]) < 20


def test_a_step_reads_no_more_of_a_case_with_ten_thousand_events(histories: Histories) -> None:
    place = anew(histories, 3)
    _, short, long, _ = histories
    with place.database.write() as tx:
        few, many = (
            place.store.load_to_change(tx, ref, whole=False).count() for ref in (short, long)
        )
    place.database.close()
    assert few == many < 20
