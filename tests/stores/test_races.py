from __future__ import annotations

import threading
import time
from collections import Counter
from functools import partial
from pathlib import Path

import psycopg
import pytest

from engine import database
from engine.decide.steps.taking import Step
from engine.errors import DeliveryError
from engine.service import cases, outbox, ticking
from engine.service.looking import reading
from engine.service.trail import sequencing, verifying
from engine.service.workplace import By, Workplace
from tests.postgres import PostgresServer
from tests.racing import outcome, race
from tests.worlds import Clock, World, place_on

RUNNERS = 8
WORKERS = 4
ESCALATED = "2025-12-22"
"""The day on which the reminder and the escalation of a case opened on the 15th are both due."""
LOSING = {"RefusedError", "StaleCaseError"}


def world_on(url: str, day: str = "2025-12-15") -> World:
    return World(*place_on(database.open(url, durable=False), day))


def taken(world: World, ref: str) -> Counter[str]:
    steps = [e["body"] for e in world.events(ref) if e["type"] == "transition taken"]
    return Counter(step["transition"] for step in steps)


def test_of_eight_processes_that_take_a_step_that_can_be_taken_once_exactly_one_wins(
    sample_url: str,
) -> None:
    world = world_on(sample_url)
    refs = [world.open() for _ in range(6)]

    def deed(place: Workplace, clock: Clock, number: int) -> list[str]:
        runner = World(place, clock)
        return [outcome(partial(runner.take, ref, "start_deciding")) for ref in refs]

    said = race(sample_url, RUNNERS, deed)
    for ref, results in zip(refs, zip(*said, strict=True), strict=True):
        assert Counter(results)["done"] == 1
        assert set(results) - {"done"} <= LOSING
        assert taken(world, ref) == {"start_deciding": 1}
    assert world.verdict().problems == []


def test_of_eight_processes_that_saw_the_same_version_one_changes_the_case(sample_url: str) -> None:
    world = world_on(sample_url)
    ref = world.open()
    seen = reading.show(world.place, By("bess"), ref)["version"]

    def deed(place: Workplace, clock: Clock, number: int) -> str:
        by = By("bess", if_version=seen)
        return outcome(lambda: cases.take_step(place, by, ref, Step("record_letter")))

    said = Counter(race(sample_url, RUNNERS, deed))
    assert said == {"done": 1, "StaleCaseError": RUNNERS - 1}
    assert taken(world, ref) == {"record_letter": 1}


def test_eight_processes_with_one_key_do_it_once_and_are_all_told_that_it_is_done(
    sample_url: str,
) -> None:
    world = world_on(sample_url)
    ref = world.open()

    def deed(place: Workplace, clock: Clock, number: int) -> list[object]:
        by = By("bess", key="one-key")
        done = cases.take_step(place, by, ref, Step("record_letter"))
        return [done.version, done.repeated]

    said = race(sample_url, RUNNERS, deed)
    assert len({version for version, _ in said}) == 1
    assert sorted(repeated for _, repeated in said) == [False] + [True] * (RUNNERS - 1)
    assert taken(world, ref) == {"record_letter": 1}


def test_processes_that_change_different_cases_all_succeed(sample_url: str) -> None:
    world = world_on(sample_url)
    refs = [world.open() for _ in range(RUNNERS)]

    def deed(place: Workplace, clock: Clock, number: int) -> list[str]:
        runner, ref = World(place, clock), refs[number]
        return [
            outcome(lambda: runner.record(ref, aware_on="2025-12-12")),
            outcome(lambda: runner.take(ref, "start_deciding")),
            *(outcome(lambda: runner.take(ref, "record_letter")) for _ in range(5)),
            outcome(lambda: runner.open()),
        ]

    assert race(sample_url, RUNNERS, deed) == [["done"] * 8] * RUNNERS
    assert [sum(taken(world, ref).values()) for ref in refs] == [6] * RUNNERS
    assert world.verdict().problems == []


def test_linked_cases_that_end_at_the_same_moment_are_all_counted(sample_url: str) -> None:
    world = world_on(sample_url)
    ref = world.notified()
    linked = world.take(ref, "ask_for_summaries", agencies_asked="police,hospital,board").opened

    def deed(place: Workplace, clock: Clock, number: int) -> str:
        return outcome(lambda: World(place, clock).take(linked[number], "decline"))

    assert race(sample_url, len(linked), deed) == ["done"] * len(linked)
    ended = [e["body"]["ended"] for e in world.events(ref) if e["type"] == "linked case ended"]
    assert ended == [1, 2, 3]
    assert world.verdict().problems == []


def test_four_workers_fire_two_thousand_due_notices_once_each(sample_url: str) -> None:
    opened = race(sample_url, WORKERS, open_two_hundred_and_fifty)
    refs = [ref for some in opened for ref in some]
    assert len(set(refs)) == 1000

    def deed(place: Workplace, clock: Clock, number: int) -> list[int]:
        fired = ticking.fire_due(place, batch=40)
        sealed = sequencing.seal_new(place)
        return [fired.notices, fired.set_aside, fired.failed, sealed]

    said = race(sample_url, WORKERS, deed, ESCALATED)
    world = world_on(sample_url, ESCALATED)
    assert ticking.fire_due(world.place).notices == 0
    assert [one[1:3] for one in said] == [[0, 0]] * WORKERS
    with world.place.database.read() as tx:
        left = tx.rows("SELECT status, count(*) FROM notices GROUP BY status ORDER BY status")
        kinds = tx.rows("SELECT type, count(*) FROM events WHERE type LIKE 'notice%' GROUP BY type")
        messages = tx.rows("SELECT count(*) FROM messages")
    assert left == [("fired", 1000), ("superseded", 1000)]
    assert sorted(kinds) == [("notice fired", 1000), ("notice superseded", 1000)]
    assert messages == [(3000,)]
    sequencing.seal_new(world.place)
    assert verifying.verify(world.place).problems == []


def open_two_hundred_and_fifty(place: Workplace, clock: Clock, number: int) -> list[str]:
    runner = World(place, clock)
    return [runner.open(aware_on="2025-12-12") for _ in range(250)]


def test_four_workers_hand_every_message_over_once(sample_url: str, tmp_path: Path) -> None:
    world = world_on(sample_url)
    handed = tmp_path / "handed"
    handed.mkdir()
    for _ in range(2 * outbox.BATCH):
        world.take(world.open(), "start_deciding")

    def deed(place: Workplace, clock: Clock, number: int) -> int:
        def sender(message: outbox.Outgoing) -> str:
            with (handed / message.id).open("a") as file:
                file.write(".")
            return "file: taken"

        return outbox.send_waiting(place, sender).sent

    assert sum(race(sample_url, WORKERS, deed)) == 2 * outbox.BATCH
    assert [file.read_text() for file in handed.iterdir()] == ["."] * 2 * outbox.BATCH


def test_a_worker_that_slept_past_its_lease_settles_nothing(sample_url: str) -> None:
    world = world_on(sample_url)
    ref = world.open()
    world.take(ref, "start_deciding")

    def deed(place: Workplace, clock: Clock, number: int) -> list[int]:
        if number == 0:
            time.sleep(0.2)
            clock.go_to("2025-12-15", 11)
        else:
            clock.go_to("2025-12-15", 10)

        def sender(message: outbox.Outgoing) -> str:
            time.sleep(0 if number == 0 else 0.8)
            if number == 2:
                raise DeliveryError("The server does not answer.")
            return f"worker {number}"

        sent = outbox.send_waiting(place, sender)
        return [sent.sent, sent.failed, sent.given_up]

    said = race(sample_url, 2, deed)
    sent = [e["body"]["receipt"] for e in world.events(ref) if e["type"] == "message sent"]
    assert said == [[1, 0, 0], [0, 0, 0]]
    assert sent == ["worker 0"]


@pytest.mark.postgresql
def test_two_senders_that_wait_for_the_same_case_settle_its_message_once(
    postgres_server: PostgresServer, postgres_sample: str
) -> None:
    url = postgres_server.url(postgres_server.create_database(postgres_sample))
    world = world_on(url)
    ref = world.open()
    world.take(ref, "start_deciding")

    def send(hour: int) -> None:
        place, clock = place_on(database.open(url, durable=False), seed=hour)
        clock.go_to("2025-12-15", hour)
        outbox.send_waiting(place, lambda message: f"at {hour}")
        place.database.close()

    with psycopg.connect(url) as holding:
        holding.execute("SELECT 1 FROM cases WHERE ref = %s FOR UPDATE", (ref,))
        senders = [threading.Thread(target=send, args=(hour,)) for hour in (10, 12)]
        for number, sender in enumerate(senders, 1):
            sender.start()
            until_waiting(url, number)
        holding.rollback()
    for sender in senders:
        sender.join()
    sent = [e["body"]["receipt"] for e in world.events(ref) if e["type"] == "message sent"]
    assert sent == ["at 12"]


def until_waiting(url: str, number: int) -> None:
    """Wait until that many connections wait for a lock."""
    with psycopg.connect(url, autocommit=True) as looking:
        for _ in range(300):
            [[count]] = looking.execute(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE wait_event_type = 'Lock' AND datname = current_database()"
            ).fetchall()
            if count >= number:
                return
            time.sleep(0.01)
    raise AssertionError(f"{number} connections never waited for a lock")
