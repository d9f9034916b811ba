from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.calendars import at_local
from engine.directory import Absence, Directory
from engine.edition import Edition
from engine.loading import sources
from engine.scenarios.playing import Player
from engine.scenarios.story import stories as told_of
from engine.service import cases, editions
from engine.service.bank_holidays import holidays
from engine.service.bank_holidays.almanac import ADDED
from engine.service.bank_holidays.holidays import Holiday
from engine.service.rehearsals.rehearsing import NEW
from engine.service.virtual import VirtualClock
from engine.service.workplace import Workplace
from tests import stories
from tests.postgres import PostgresServer
from tests.rehearsals import SAM, Told, new_case, really_fired, rehearsed
from tests.shared import loaded, scenario
from tests.stories import CAST, PROCESS, copied, partnership
from tests.worlds import given as answers

STORIES = told_of(PROCESS)
DAY = timedelta(days=1)
Stores = Callable[[], str]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("rehearsing") / "casetrail.db"
    stories.make_store(f"sqlite:///{file}")
    return file


@pytest.fixture
def on_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Stores:
    return lambda: copied(sqlite_template, tmp_path_factory.mktemp("rehearsed"))


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    name = postgres_server.create_database()
    stories.make_store(postgres_server.url(name))
    return name


@pytest.fixture
def on_postgresql(postgres_server: PostgresServer, postgres_template: str) -> Iterator[Stores]:
    made: list[str] = []

    def new() -> str:
        made.append(postgres_server.create_database(postgres_template))
        return postgres_server.url(made[-1])

    yield new
    for name in made:
        postgres_server.drop_database(name)


def told_by_chance(url: str, seed: int) -> tuple[Told, Told]:
    """A story told as far as chance will have it, and what follows: rehearsed, and as it was."""
    chance = random.Random(seed)
    story = scenario(chance.choice(STORIES))
    part = replace(story, steps=story.steps[: chance.randint(1, len(story.steps))])
    with partnership(url, CAST) as (place, clock):
        Player(place, clock).play(part)
        if chance.random() < 0.3:
            # No worker has come by for days, so that something is late.
            clock.instant += chance.randint(1, 30) * DAY
        today = place.today()
        place.directory = shuffled(place.directory, today, chance)
        until = today + chance.randint(0, 120) * DAY
        return rehearsed(place, until), really_fired(place, until)


def shuffled(directory: Directory, today: date, chance: random.Random) -> Directory:
    """The same people, some of whom are away for a time, leave a post, or are told no more."""
    people = sorted(directory.people)
    if chance.random() < 0.15:
        return replace(directory, appointments=(), fallbacks={})
    absences = []
    for person in chance.sample(people, chance.randint(0, len(people))):
        first = today + chance.randint(-20, 90) * DAY
        last = first + chance.randint(0, 40) * DAY
        absences.append(Absence(person, first.isoformat(), last.isoformat()))
    appointments = [
        replace(one, until=(today + chance.randint(-5, 60) * DAY).isoformat())
        if chance.random() < 0.3
        else one
        for one in directory.appointments
        if chance.random() < 0.9
    ]
    fallbacks = {role: one for role, one in directory.fallbacks.items() if chance.random() < 0.5}
    return replace(
        directory,
        absences=tuple(absences),
        appointments=tuple(appointments),
        fallbacks=fallbacks,
    )


SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


@settings(max_examples=25, suppress_health_check=SLOW)
@given(seed=st.integers(0, 10**6))
def test_what_is_rehearsed_is_what_then_fires_word_for_word(on_sqlite: Stores, seed: int) -> None:
    expected, found = told_by_chance(on_sqlite(), seed)

    assert expected == found


@pytest.mark.postgresql
@settings(max_examples=6, suppress_health_check=SLOW)
@given(seed=st.integers(0, 10**6))
def test_what_is_rehearsed_is_what_then_fires_on_postgresql(
    on_postgresql: Stores, seed: int
) -> None:
    expected, found = told_by_chance(on_postgresql(), seed)

    assert expected == found


def test_among_the_rehearsed_are_linked_cases_late_notices_and_some_that_reach_nobody(
    on_sqlite: Stores,
) -> None:
    wanted = {"linked", "late", "nobody"}
    for seed in range(150):
        for ref, several in told_by_chance(on_sqlite(), seed)[0].items():
            wanted -= {"linked"} if "." in ref else set()
            wanted -= {"late"} if any(late for *_, late, _ in several) else set()
            wanted -= {"nobody"} if [] in [told for *_, told in several] else set()
        if not wanted:
            break

    assert wanted == set()


OVERLAY = PROCESS / "examples" / "one_partnership"
REFERRED = {
    "place_of_incident": "in our area",
    "place_of_residence": "in our area",
    "referred_on": "2026-03-02",
}
MOURNING = Holiday(ADDED, "2026-03-12", "A day of mourning", "2026-03-06", "GOV.UK", "")
UNTIL = date(2026, 4, 30)


@pytest.fixture
def at_work(on_sqlite: Stores) -> Iterator[tuple[Workplace, VirtualClock]]:
    """The partnership at work on Monday 2 March 2026."""
    with partnership(on_sqlite(), CAST) as (place, clock):
        clock.go_to(at_local(date(2026, 3, 2), 10))
        yield place, clock


@pytest.mark.parametrize("folder", [PROCESS, OVERLAY], ids=["the process", "with an overlay"])
def test_what_is_rehearsed_of_a_new_case_is_what_fires_once_it_is_opened(
    at_work: tuple[Workplace, VirtualClock], folder: Path
) -> None:
    place, _ = at_work
    workflow = loaded(folder)
    if folder == OVERLAY:
        editions.activate(place, SAM, workflow, sources(folder))
    expected = new_case(place, Edition(workflow), answers(**REFERRED), UNTIL)
    ref = cases.open_new(place, SAM, PROCESS.name, answers(**REFERRED)).ref
    found = really_fired(place, UNTIL)

    assert expected[NEW]
    assert renamed(expected, ref) == found


def renamed(told: Told, ref: str) -> Told:
    """The same, by the reference that was drawn for the new case."""
    return {ref: [_named(one, ref) for one in told[NEW]]}


def _named(one: tuple[object, ...], ref: str) -> tuple[object, ...]:
    *name, told = one
    assert isinstance(told, list)
    return (*name, [tuple(text.replace(NEW, ref) for text in each) for each in told])


def test_after_a_late_bank_holiday_a_rehearsal_is_of_the_days_that_then_come(
    at_work: tuple[Workplace, VirtualClock],
) -> None:
    place, clock = at_work
    first = cases.open_new(place, SAM, PROCESS.name, answers(**REFERRED)).ref
    clock.go_to(at_local(date(2026, 3, 6), 10))
    late = REFERRED | {"referred_on": "2026-03-06"}
    second = cases.open_new(place, SAM, PROCESS.name, answers(**late)).ref
    # What has been late since the first was opened fires before the list is changed.
    really_fired(place, place.today())
    before = rehearsed(place, UNTIL)
    holidays.change(place, SAM, MOURNING)
    after = rehearsed(place, UNTIL)
    new = new_case(place, Edition(loaded(PROCESS)), answers(**late), UNTIL)
    third = cases.open_new(place, SAM, PROCESS.name, answers(**late)).ref
    found = really_fired(place, UNTIL)

    assert first in after
    assert [one[0] for one in before[second]] != [one[0] for one in after[second]]
    assert after | renamed(new, third) == found
