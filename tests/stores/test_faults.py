from __future__ import annotations

import resource
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import unquote

import psycopg
import pysqlite3 as sqlite3
import pytest

from engine import bootstrap, database
from engine.database import Database
from engine.database.postgresql import Server
from engine.database.sqlite import File
from engine.decide.steps.taking import Step
from engine.errors import ConfigError, OutcomeUnknownError, StorageError
from engine.service import cases, outbox, ticking
from engine.service.looking import reading
from engine.service.trail import sequencing
from engine.service.workplace import By, Workplace
from tests.faults import VERBS, Failing, Plan, Proxy, case_for, everything, times_done
from tests.offices import Office
from tests.postgres import PostgresServer
from tests.racing import race
from tests.worlds import BESS, Clock, World, place_on

FRAME = 4096 + 24
"""What SQLite adds to its log for one page."""
TORN = 1500
"""Within a frame, so that its writing is cut off half-way."""


def failing(url: str, plan: Plan) -> World:
    """The sample partnership on storage that fails as planned."""
    place = (
        File(Path(url.removeprefix("sqlite:///")))
        if url.startswith("sqlite")
        else Server(url, durable=False)
    )
    return World(*place_on(Database(lambda: Failing(place.transaction(), plan))))


@pytest.mark.parametrize("verb", VERBS)
def test_whatever_operation_fails_nothing_is_half_done_and_the_same_key_does_it_once(
    sample_url: str, verb: str
) -> None:
    plan = Plan()
    world = failing(sample_url, plan)
    failed = 0
    for at in range(1, 200):
        ref, key = case_for(world, verb), f"{verb}-{at}"
        before = everything(world)
        plan.arm(at)
        try:
            VERBS[verb](world, ref, key)
        except StorageError:
            failed += 1
            assert everything(world) == before
            plan.arm(0)
            assert not VERBS[verb](world, ref, key).repeated
        else:
            break
        assert times_done(world, key) == 1
    assert failed > 4
    assert times_done(world, f"{verb}-{failed + 1}") == 1
    plan.arm(0)
    sequencing.seal_new(world.place)
    assert world.verdict().problems == []


@pytest.mark.parametrize("verb", VERBS)
def test_a_commit_of_which_no_answer_came_is_never_done_twice(sample_url: str, verb: str) -> None:
    plan = Plan()
    world = failing(sample_url, plan)
    ref = case_for(world, verb)
    plan.unanswered = True
    with pytest.raises(OutcomeUnknownError):
        VERBS[verb](world, ref, "unknown")
    assert VERBS[verb](world, ref, "unknown").repeated
    assert times_done(world, "unknown") == 1
    assert world.verdict().problems == []


def test_a_tick_that_fails_anywhere_fires_seals_and_sends_everything_once_afterwards(
    sample_url: str,
) -> None:
    plan = Plan()
    world = failing(sample_url, plan)
    for _ in range(3):
        world.open(aware_on="2025-12-12")
    world.clock.go_to("2025-12-22")
    failed = 0
    for at in range(1, 400):
        plan.arm(at)
        try:
            tick(world)
        except StorageError:
            failed += 1
        else:
            break
    plan.arm(0)
    assert failed > 20
    with world.place.database.read() as tx:
        left = tx.rows("SELECT status, count(*) FROM notices GROUP BY status ORDER BY status")
        sent = tx.rows("SELECT status, count(*) FROM messages GROUP BY status")
        unplaced = tx.rows("SELECT count(*) FROM events WHERE position IS NULL")
    assert left == [("fired", 3), ("superseded", 3)]
    assert sent == [("sent", 9)]
    assert unplaced == [(0,)]
    assert world.verdict().problems == []


def tick(world: World) -> None:
    ticking.fire_due(world.place)
    # A message that was claimed when the storage failed is free again after its lease.
    world.clock.instant = world.clock.instant.replace(hour=world.clock.instant.hour % 23 + 1)
    outbox.send_waiting(world.place, lambda message: "file: taken")
    sequencing.seal_new(world.place)
    ticking.ticked(world.place)


@pytest.mark.parametrize("verb", ["take", "attach", "record", "open linked cases", "erase"])
def test_a_disk_that_fills_at_any_byte_loses_nothing_and_needs_no_repair(
    sqlite_sample: Path, tmp_path: Path, verb: str
) -> None:
    file = tmp_path / "casetrail.db"
    shutil.copy(sqlite_sample, file)
    file.chmod(0o600)

    def deed(place: Workplace, clock: Clock, number: int) -> list[object]:
        return fill_the_disk(World(place, clock), file, verb)

    [[failed, wrong]] = race(f"sqlite:///{file}", 1, deed)
    assert wrong == []
    assert failed > 3


def fill_the_disk(world: World, file: Path, verb: str) -> list[object]:
    """Try a verb with more room each time; yields how often it failed, and what is wrong."""
    wrong: list[str] = []
    # As when a worker has the store open too: what its readers share lies there already.
    other = sqlite3.connect(file)
    for pages in range(1, 400):
        ref, key = case_for(world, verb), f"{verb}-{pages}"
        before = everything(world)
        assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        said = try_within(world, (pages * FRAME) // 2 + TORN, verb, ref, key)
        if said == "StorageError" and everything(world) != before:
            wrong.append(f"with {pages} pages it said that nothing was changed, and it was")
        if said == "done" and times_done(world, key) != 1:
            wrong.append(f"with {pages} pages it said that it was done, and it was not")
        VERBS[verb](world, ref, key)
        if times_done(world, key) != 1:
            wrong.append(f"with {pages} pages it was done twice")
        if said == "done":
            break
    sequencing.seal_new(world.place)
    wrong += world.verdict().problems
    wrong += [row[0] for row in other.execute("PRAGMA integrity_check") if row[0] != "ok"]
    return [pages - 1, wrong]


def try_within(world: World, room: int, verb: str, ref: str, key: str) -> str:
    """What a verb comes to when no file can grow beyond so many bytes."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, most))
    try:
        VERBS[verb](world, ref, key)
    except (StorageError, OutcomeUnknownError) as error:
        reading.show(world.place, BESS, ref)
        return type(error).__name__
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    return "done"


def test_a_store_that_another_program_locks_is_left_as_it_is_and_read_all_the_same(
    sample_url: str,
) -> None:
    place, clock = place_on(database.open(sample_url, durable=False))
    world = World(place, clock)
    ref = world.open()
    before = everything(world)
    with locked(sample_url, ref):
        with pytest.raises(StorageError, match="is locked by another program; nothing was changed"):
            world.take(ref, "start_deciding")
        assert reading.show(place, BESS, ref)["state"] == "referred"
        assert everything(world) == before
    world.take(ref, "start_deciding")
    assert world.verdict().problems == []


@contextmanager
def locked(url: str, ref: str) -> Iterator[None]:
    """Somebody holds the lock that a change needs."""
    if url.startswith("sqlite"):
        raw = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        raw.execute("BEGIN IMMEDIATE")
        yield
        raw.close()
        return
    with psycopg.connect(url) as connection:
        connection.execute("SELECT 1 FROM cases WHERE ref = %s FOR UPDATE", (ref,))
        yield


@pytest.mark.postgresql
def test_a_connection_cut_between_any_question_and_its_answer_doubles_nothing(
    postgres_server: PostgresServer, postgres_sample: str
) -> None:
    url = postgres_server.url(postgres_server.create_database(postgres_sample))
    direct = World(*place_on(database.open(url, durable=False), seed=2))
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        server = Path(unquote(url.partition("host=")[2]))
        proxy = Proxy(Path(folder), server)
        address = url.replace(url.partition("host=")[2], folder)
        through = World(*place_on(database.open(address, durable=False)))
        said = [cut_off(direct, through, proxy, at) for at in range(1, 12)]
        through.place.database.close()
        proxy.close()
    assert "StorageError" in said
    assert "OutcomeUnknownError" in said
    assert said[-1] == "done"
    assert direct.verdict().problems == []


def cut_off(direct: World, through: World, proxy: Proxy, at: int) -> str:
    """What a step comes to when the answer to its question of that number is cut off."""
    ref, key = direct.open(), f"cut-{at}"
    reading.show(through.place, BESS, ref)
    before = everything(direct)
    by, step = By("bess", key=key), Step("start_deciding")
    proxy.cut(at)
    try:
        cases.take_step(through.place, by, ref, step)
        said = "done"
    except (StorageError, OutcomeUnknownError) as error:
        said = type(error).__name__
    proxy.cut(0)
    if said == "StorageError":
        assert everything(direct) == before
    cases.take_step(through.place, by, ref, step)
    assert times_done(direct, key) == 1
    assert direct.state(ref) == "deciding"
    return said


@pytest.mark.postgresql
def test_a_connection_that_the_server_ended_while_idle_is_made_again(
    postgres_server: PostgresServer, postgres_sample: str
) -> None:
    url = postgres_server.url(postgres_server.create_database(postgres_sample))
    world = World(*place_on(database.open(url, durable=False)))
    ref = world.open()
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    with pytest.raises(StorageError, match="nothing was changed"):
        world.take(ref, "start_deciding")
    world.take(ref, "start_deciding")
    assert world.verdict().problems == []


def test_a_clock_that_steps_back_reorders_nothing_and_fires_nothing_twice(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.clock.go_to("2025-12-17", 9)
    ticking.fire_due(world.place)
    world.take(ref, "start_deciding")
    world.clock.go_to("2025-12-16", 9)
    world.record(ref, happened_on="2025-12-10")
    assert ticking.fire_due(world.place).notices == 0
    world.clock.go_to("2025-12-18", 9)
    assert ticking.fire_due(world.place).notices == 0
    sequencing.seal_new(world.place)
    events = world.events(ref)
    assert [e["n"] for e in events] == list(range(1, len(events) + 1))
    assert [e["position"] for e in events] == sorted(e["position"] for e in events)
    assert events[-1]["recorded"] < events[-2]["recorded"]
    assert world.verdict().problems == []


def test_a_case_that_can_never_fire_is_tried_three_times_and_holds_no_other_case_up(
    world: World,
) -> None:
    bad, good = world.open(aware_on="2025-12-11"), world.open(aware_on="2025-12-12")
    with world.place.database.write() as tx:
        tx.run("UPDATE cases SET edition = 'gone', head = ? WHERE ref = ?", ("f" * 64, bad))
    world.clock.go_to("2025-12-22", 9)
    for _ in range(5):
        ticking.fire_due(world.place)
    world.clock.go_to("2025-12-23", 9)
    later = world.open(aware_on="2025-12-12")
    assert ticking.fire_due(world.place).failed == 2
    for ref in (good, later):
        assert "notice fired" in [e["type"] for e in world.events(ref)]


def test_a_store_is_not_opened_with_the_key_file_of_another(office: Office, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    words = ("--partnership", "sample", "--name", "Sample", "--database", "sqlite:///casetrail.db")
    Office(other).ok("init", *words)
    shutil.copy(other / "casetrail.keys", office.folder / "casetrail.keys")
    with pytest.raises(ConfigError, match="key file is not the one"):
        bootstrap.workplace(bootstrap.settings(str(office.config)))


def test_a_store_without_its_key_file_is_not_opened(office: Office) -> None:
    (office.folder / "casetrail.keys").unlink()
    with pytest.raises(ConfigError, match="There is no key file"):
        bootstrap.workplace(bootstrap.settings(str(office.config)))


def test_the_store_of_another_partnership_is_refused(office: Office) -> None:
    text = office.config.read_text()
    office.config.write_text(text.replace('id   = "sample"', 'id   = "another"'))
    with pytest.raises(ConfigError, match='belongs to the partnership "sample"'):
        bootstrap.workplace(bootstrap.settings(str(office.config)))


def test_nothing_is_recorded_for_a_step_that_never_came_to_its_end(world: World) -> None:
    ref = world.open()
    before = everything(world)
    with suppress(KeyboardInterrupt), world.place.database.write() as tx:
        world.place.store.load_to_change(tx, ref)
        tx.run("UPDATE cases SET state = 'closed' WHERE ref = ?", (ref,))
        raise KeyboardInterrupt
    assert everything(world) == before
    world.take(ref, "start_deciding")
