from __future__ import annotations

import os
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from engine.errors import DeliveryError
from engine.service import outbox
from engine.service.looking import listing
from engine.service.outbox import Outgoing, Sent
from tests.worlds import World

COUNT = 7
"""How many messages wait: one on each case."""


@pytest.fixture
def waiting(world: World) -> list[str]:
    """The cases, of each of which somebody is to be told."""
    refs = [world.open() for _ in range(COUNT)]
    for ref in refs:
        world.take(ref, "start_deciding")
    return refs


def later(world: World, **by: int) -> None:
    world.clock.instant += timedelta(**by)


def receipts(world: World, refs: list[str]) -> list[list[str]]:
    """What each case's trail says of its messages."""
    return [
        [e["body"]["receipt"] for e in world.events(ref) if e["type"] == "message sent"]
        for ref in refs
    ]


def tries(world: World) -> list[int]:
    with world.place.database.read() as tx:
        return [int(row[0]) for row in tx.rows("SELECT tries FROM attempts ORDER BY message")]


def test_what_was_sent_before_a_crash_is_sent_again_with_its_id_and_settled_once(
    world: World, waiting: list[str], tmp_path: Path
) -> None:
    handed = tmp_path / "handed"

    def sender(message: Outgoing) -> str:
        with handed.open("a") as file:
            file.write(f"{message.id}\n")
        return "file: taken"

    def crashing(message: Outgoing) -> str:
        sender(message)
        if len(handed.read_text().split()) == 3:
            os._exit(9)
        return "file: taken"

    child = os.fork()
    if child == 0:
        outbox.send_waiting(world.place, crashing)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    before = handed.read_text().split()
    assert outbox.send_waiting(world.place, sender) == Sent()
    later(world, seconds=121)
    assert outbox.send_waiting(world.place, sender) == Sent(sent=COUNT)
    times = Counter(handed.read_text().split())
    assert [times[one] for one in before] == [2, 2, 2]
    assert sorted(times.values()) == [1] * (COUNT - 3) + [2] * 3
    assert receipts(world, waiting) == [["file: taken"]] * COUNT
    assert world.verdict().problems == []


def test_what_was_sent_before_an_interruption_is_settled(world: World, waiting: list[str]) -> None:
    handed: list[str] = []

    def sender(message: Outgoing) -> str:
        if len(handed) == 2:
            raise KeyboardInterrupt
        handed.append(message.ref)
        return "file: taken"

    with pytest.raises(KeyboardInterrupt):
        outbox.send_waiting(world.place, sender)
    assert receipts(world, handed) == [["file: taken"]] * 2
    later(world, seconds=121)
    assert outbox.send_waiting(world.place, lambda message: "again").sent == COUNT - 2


@pytest.mark.parametrize("error", [DeliveryError("It does not answer."), ValueError("a fault")])
def test_a_message_that_fails_spoils_no_other_of_its_batch(
    world: World, waiting: list[str], error: Exception
) -> None:
    def sender(message: Outgoing) -> str:
        if message.ref == waiting[3]:
            raise error
        return "file: taken"

    assert outbox.send_waiting(world.place, sender) == Sent(sent=COUNT - 1, failed=1)
    assert receipts(world, waiting) == [["file: taken"]] * 3 + [[]] + [["file: taken"]] * 3
    later(world, seconds=59)
    assert outbox.send_waiting(world.place, lambda message: "again") == Sent()
    later(world, seconds=2)
    assert outbox.send_waiting(world.place, lambda message: "again") == Sent(sent=1)
    assert world.verdict().problems == []


def test_a_case_that_cannot_be_changed_spoils_no_other_of_its_batch(
    world: World, waiting: list[str]
) -> None:
    bad = waiting[2]
    with world.place.database.write() as tx:
        tx.run("UPDATE cases SET edition = 'gone', head = ? WHERE ref = ?", ("f" * 64, bad))
    done = outbox.send_waiting(world.place, lambda message: "file: taken")
    assert done == Sent(sent=COUNT - 1, failed=1)
    good = [ref for ref in waiting if ref != bad]
    assert receipts(world, good) == [["file: taken"]] * (COUNT - 1)


def test_a_message_whose_case_can_never_be_changed_is_given_up_in_the_end_and_shown_today(
    world: World, waiting: list[str]
) -> None:
    bad = waiting[2]
    with world.place.database.write() as tx:
        tx.run("UPDATE cases SET version = 1, head = ? WHERE ref = ?", ("f" * 64, bad))
    handed: Counter[str] = Counter()

    def sender(message: Outgoing) -> str:
        handed[message.ref] += 1
        return "file: taken"

    rounds = [outbox.send_waiting(world.place, sender)]
    for patience in outbox.PATIENCE:
        assert listing.today_sheet(world.place)["undelivered"] == []
        later(world, seconds=patience + 1)
        rounds.append(outbox.send_waiting(world.place, sender))
    failing = [Sent(failed=1)] * (len(outbox.PATIENCE) - 1)
    assert rounds == [Sent(sent=COUNT - 1, failed=1), *failing, Sent(given_up=1)]
    assert handed == Counter(waiting) + Counter({bad: len(outbox.PATIENCE)})
    later(world, days=9000)
    assert outbox.send_waiting(world.place, sender) == Sent()
    [lost] = listing.today_sheet(world.place)["undelivered"]
    assert (lost["ref"], lost["person"]) == (bad, "lee")


def test_while_a_batch_is_being_sent_no_other_worker_sends_any_of_it(
    world: World, waiting: list[str]
) -> None:
    taken: list[str] = []

    def other(message: Outgoing) -> str:
        raise AssertionError("it is the first worker's")

    def sender(message: Outgoing) -> str:
        assert outbox.send_waiting(world.place, other) == Sent()
        later(world, seconds=9)
        taken.append(message.id)
        return "file: taken"

    assert outbox.send_waiting(world.place, sender).sent == COUNT
    assert len(set(taken)) == len(taken) == COUNT


def test_what_a_lease_is_too_short_for_is_put_back_and_claimed_anew(
    world: World, waiting: list[str]
) -> None:
    taken: list[str] = []

    def slow(message: Outgoing) -> str:
        later(world, seconds=61)
        assert outbox.send_waiting(world.place, lambda m: "another") == Sent()
        taken.append(message.id)
        return "file: taken"

    assert outbox.send_waiting(world.place, slow, most=1000).sent == COUNT
    assert len(set(taken)) == len(taken) == COUNT
    assert tries(world) == [1] * COUNT
    assert receipts(world, waiting) == [["file: taken"]] * COUNT


def test_what_was_sent_too_late_leaves_the_other_worker_s_claim_alone(
    world: World, waiting: list[str]
) -> None:
    inside: list[Sent] = []

    def slow(message: Outgoing) -> str:
        if not inside:
            later(world, seconds=121)
            inside.append(outbox.send_waiting(world.place, lambda m: "another worker"))
        return "the slow worker"

    assert outbox.send_waiting(world.place, slow) == Sent()
    assert inside == [Sent(sent=COUNT)]
    assert receipts(world, waiting) == [["another worker"]] * COUNT


def test_a_batch_is_claimed_at_once(world: World, waiting: list[str]) -> None:
    outbox.send_waiting(world.place, lambda message: "file: taken")
    with world.place.database.read() as tx:
        [[leases]] = tx.rows("SELECT count(DISTINCT lease_until) FROM attempts")
        [[claimed]] = tx.rows("SELECT count(*) FROM attempts WHERE fence = 1")
    assert (leases, claimed) == (1, COUNT)


def test_no_more_are_sent_than_were_asked_for(world: World, waiting: list[str]) -> None:
    assert outbox.send_waiting(world.place, lambda message: "file: taken", most=3).sent == 3
    assert sum(map(len, receipts(world, waiting))) == 3
