from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import queries
from engine.calendars import at_local, local_date
from engine.directory import Absence, Directory
from engine.scenarios.playing import A_TICK_LATER, Player
from engine.scenarios.story import stories as told_of
from engine.service import outbox, ticking
from engine.service.looking import reading
from engine.service.outbox import Outgoing
from engine.service.rehearsals import rehearsing
from engine.service.rehearsals.rehearsing import Mail, Wish
from engine.service.virtual import VirtualClock
from engine.service.workplace import By, Workplace
from tests import stories
from tests.postgres import PostgresServer
from tests.rehearsals import written
from tests.replays import casebook
from tests.shared import scenario
from tests.stories import CAST, PROCESS, copied, partnership

SAM = By("sam")
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


Told = dict[str, list[tuple[Any, ...]]]


def rehearsed(place: Workplace, until: date) -> Told:
    """What a rehearsal says of every case: day, deadline, notice, and whom it tells what."""
    found: Told = defaultdict(list)
    for ref in (ref for ref in casebook(place) if "." not in ref):
        document = rehearsing.rehearse_case(place, SAM, ref, Wish(until), written(place))
        for one in document["notices"]:
            name = (one["on"], one["timescale"], one["of"], one["no"], one["notice"], one["late"])
            told = [(t["person"], t["role"], t["to"], t["subject"], t["text"]) for t in one["told"]]
            found[one["ref"]].append((*name, told))
    return found


def really_fired(place: Workplace, clock: VirtualClock, until: date) -> Told:
    """The same, when the days really go by and the worker comes by at each notice."""
    before = {ref: len(reading.history(place, ref)) for ref in casebook(place)}
    sent: dict[str, Mail] = {}
    write = written(place)

    def sender(message: Outgoing) -> str:
        sent[message.id] = write(message)
        return "kept"

    end = at_local(until + DAY, 0)
    while (moment := next_notice(place)) and max(moment, clock.instant) < end:
        clock.go_to(moment + A_TICK_LATER)
        ticking.fire_due(place)
        outbox.send_waiting(place, sender)
    found: Told = defaultdict(list)
    for ref, count in before.items():
        for event in reading.history(place, ref)[count:]:
            if event["type"] == "notice fired":
                found[ref].append(_fired(event, sent))
    return found


def next_notice(place: Workplace) -> datetime | None:
    with place.database.read() as tx:
        row = tx.row(queries.NEXT_NOTICE, (place.log,))
    return datetime.fromtimestamp(row[0] / 1_000_000, UTC) if row and row[0] else None


def _fired(event: dict[str, Any], sent: dict[str, Mail]) -> tuple[Any, ...]:
    said = event["body"]
    day = local_date(datetime.fromisoformat(event["recorded"])).isoformat()
    told = [(m["person"], m["role"], *sent[m["id"]]) for m in said["messages"]]
    name = (day, said["timescale"], said["of"], said["no"], said["notice"], bool(said["late"]))
    return (*name, told)


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
        return rehearsed(place, until), really_fired(place, clock, until)


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
