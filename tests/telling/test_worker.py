from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine import log, worker
from engine.errors import StorageError
from engine.worker import Clocks, Done, Watch, Worker
from tests.offices import COMMAND, Office, ago

ROOT = Path(__file__).parents[2]

FAST = """
import sys
from engine import worker
config = sys.argv[1]
sys.exit(worker.run(lambda held: worker.tick_of(config, held=held), interval=0.2))
"""
"""A worker that ticks five times a second."""


class Hands:
    """Two clocks that a test moves."""

    def __init__(self) -> None:
        self.wall = datetime(2025, 12, 15, 10, tzinfo=UTC)
        self.monotonic = 1000.0

    def clocks(self) -> Clocks:
        return Clocks(lambda: self.wall, lambda: self.monotonic)

    def pass_by(self, seconds: float, wall: float | None = None) -> None:
        """Time goes by; the wall clock shows as much, or something else."""
        self.monotonic += seconds
        self.wall += timedelta(seconds=seconds if wall is None else wall)


def started(office: Office) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", FAST, str(office.config)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def until(condition: Callable[[], bool], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


def notices(office: Office) -> list[tuple[Any, ...]]:
    store = office.store()
    with store.read() as tx:
        found = tx.rows("SELECT ref, notice, status FROM notices ORDER BY ref, notice")
    store.close()
    return found


def fired(office: Office, ref: str) -> list[str]:
    events = office.json("history", ref)["events"]
    return [event["type"] for event in events if event["type"] == "notice fired"]


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_worker_fires_what_is_due_and_stops_when_it_is_told(office: Office) -> None:
    ref = office.open("place=in our area", f"aware_on={ago(30)}")
    running = started(office)
    assert until(lambda: all(row[2] != "waiting" for row in notices(office)))
    running.send_signal(signal.SIGTERM)
    said, logged = running.communicate(timeout=60)
    assert running.returncode == 0, logged
    assert said == ""
    assert fired(office, ref) == ["notice fired"]
    told = lines(logged)
    assert [told[0]["event"], told[-1]["event"]] == ["worker started", "worker stopped"]
    assert sum(line.get("fired", 0) for line in told) >= 1
    assert "Canary" not in logged


def test_a_worker_that_is_killed_loses_and_doubles_nothing(office: Office) -> None:
    refs = [office.open("place=in our area", f"aware_on={ago(30)}") for _ in range(6)]
    for _ in range(4):
        running = started(office)
        with pytest.raises(subprocess.TimeoutExpired):
            running.wait(0.9)
        running.kill()
        running.communicate()
    running = started(office)
    assert until(lambda: all(row[2] != "waiting" for row in notices(office)))
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=60)
    assert [fired(office, ref) for ref in refs] == [["notice fired"]] * 6
    assert office.json("audit", "verify")["holds"]


def test_a_worker_whose_store_vanishes_ends_by_itself(office: Office) -> None:
    running = started(office)
    assert until(lambda: _ticks(office) > 0)
    for file in office.folder.glob("casetrail.db*"):
        file.unlink()
    _, logged = running.communicate(timeout=60)
    assert running.returncode == 2, logged
    told = lines(logged)
    assert {"ticks have stopped", "tick failed"} <= {line["event"] for line in told}
    assert told[-1]["event"] == "worker stopped"
    assert "Traceback" not in logged
    assert list(office.folder.glob("casetrail.db*")) == []


def test_the_worker_command_says_that_it_works_and_stops_at_ctrl_c(office: Office) -> None:
    running = subprocess.Popen(
        [*COMMAND, "worker", "--config", str(office.config)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert until(lambda: _ticks(office) > 0)
    running.send_signal(signal.SIGINT)
    said, logged = running.communicate(timeout=60)
    assert running.returncode == 130, logged
    assert said == "The worker of sample ticks every 15 seconds.\n"


def test_a_worker_without_a_store_does_not_start(office: Office) -> None:
    (office.folder / "casetrail.db").unlink()
    assert "There is no database" in office.refused(2, "worker")


@pytest.mark.parametrize("step", [301, 7200, -301, 86_400 * 365])
def test_firing_is_held_for_a_quarter_of_an_hour_when_the_clock_was_moved(step: int) -> None:
    hands = Hands()
    watch = Watch(hands.clocks())
    hands.pass_by(15)
    assert not watch.held()
    hands.pass_by(15, wall=15 + step)
    assert watch.held()
    hands.pass_by(899)
    assert watch.held()
    hands.pass_by(1)
    assert not watch.held()


@pytest.mark.parametrize("step", [0, 1, -1, 299, -299])
def test_a_clock_that_is_put_right_by_less_than_five_minutes_holds_nothing(step: int) -> None:
    hands = Hands()
    watch = Watch(hands.clocks())
    for _ in range(10):
        hands.pass_by(15, wall=15 + step)
        assert not watch.held()


def test_a_moved_clock_is_alarmed_with_no_more_than_its_seconds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    hands = Hands()
    watch = Watch(hands.clocks())
    hands.pass_by(15, wall=7215)
    watch.held()
    [line] = lines(capsys.readouterr().err)
    assert (line["level"], line["parted"]) == ("error", 7200)
    assert line["event"] == "the clock was moved and firing is held"


def test_while_firing_is_held_what_is_committed_is_still_sent(office: Office) -> None:
    ref = office.open("place=in our area", f"aware_on={ago(30)}")
    office.ok("take", ref, "start_deciding")
    done = worker.tick_of(str(office.config), held=True)
    assert (done.fired, done.sent > 0, done.sealed > 0, done.held) == (0, True, True, True)
    assert worker.tick_of(str(office.config)).fired > 0


def test_a_tick_that_fails_is_tried_again_and_alarmed_by_its_kind_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    outcomes = [StorageError("Avery Canary"), ValueError("Avery Canary"), Done(fired=1)]

    def act(held: bool) -> Done:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    hands = Hands()
    tried = Worker(act, hands.clocks())
    for _ in range(3):
        tried.once()
    logged = capsys.readouterr().err
    assert "Canary" not in logged
    told = [(line["event"], line.get("kind"), line.get("code")) for line in lines(logged)]
    assert told == [
        ("tick failed", "StorageError", 7),
        ("tick failed", "ValueError", 1),
        ("tick", None, None),
    ]


def test_what_is_given_up_or_set_aside_is_alarmed(capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = [Done(given_up=1), Done(set_aside=1), Done(sent=1)]
    hands = Hands()
    tried = Worker(lambda held: outcomes.pop(0), hands.clocks())
    for _ in range(3):
        tried.once()
    levels = [(line["event"], line["level"]) for line in lines(capsys.readouterr().err)]
    assert levels == [("tick", "error"), ("tick", "error"), ("tick", "info")]


def test_ticks_that_stop_end_the_worker_with_the_code_of_what_was_wrong() -> None:
    code = f"""
import sys, time
sys.path.insert(0, {str(ROOT)!r})
from engine import worker
from engine.errors import StorageError
def act(held):
    raise StorageError("locked")
sys.exit(worker.run(act, interval=0.1))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 7
    assert lines(done.stderr)[-2]["event"] == "ticks have stopped"


def test_a_tick_that_hangs_ends_the_worker() -> None:
    code = f"""
import sys, time
sys.path.insert(0, {str(ROOT)!r})
from engine import worker
worker.PATIENCE = 0.5
def act(held):
    time.sleep(3600)
sys.exit(worker.run(act, interval=0.1))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "ticks have stopped" in done.stderr


def test_a_tick_under_way_is_finished_before_the_worker_ends() -> None:
    finished = threading.Event()
    begun = threading.Event()

    def act(held: bool) -> Done:
        begun.set()
        time.sleep(0.5)
        finished.set()
        return Done()

    stopping = Worker(act, interval=0.1)
    threading.Thread(target=lambda: begun.wait(30) and stopping.stop(signal.SIGTERM)).start()
    assert stopping.run() == 0
    assert finished.is_set()


def test_ticks_follow_one_another_however_long_one_takes() -> None:
    running, together, begun = threading.Lock(), [], []

    def act(held: bool) -> Done:
        begun.append(running.acquire(blocking=False))
        if not begun[-1]:
            together.append(held)
            return Done()
        time.sleep(1.2)
        running.release()
        return Done()

    working = Worker(act, interval=0.8)
    threading.Timer(4.2, working.stop, (signal.SIGTERM,)).start()
    assert working.run() == 0

    assert together == []
    assert len(begun) >= 3


def _ticks(office: Office) -> int:
    store = office.store()
    with store.read() as tx:
        found = tx.rows("SELECT count(*) FROM ticks WHERE ticked > 0")
    store.close()
    return int(found[0][0])


def test_only_ids_and_counts_reach_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    log.note("tick", fired=2, kind="Avery Canary", name="avery", log="sample")
    log.alarm("Avery Canary was seen", seconds=3)
    first, second = lines(capsys.readouterr().err)
    assert (first["fired"], first["log"], "kind" in first, "name" in first) == (
        2,
        "sample",
        False,
        False,
    )
    assert second["event"] == "something happened"
