"""A storm of kill -9 on a store: children do one deed over and over, and are killed at any instant.

What a child acknowledged goes through a pipe, outside the product; afterwards it must all be there,
nothing must be there twice, and nobody may have to repair anything.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

from engine import database
from engine.decide.steps.taking import Step
from engine.service import cases, outbox, ticking
from engine.service.looking import reading
from engine.service.trail import sequencing, verifying
from engine.service.workplace import By, Workplace
from tests.worlds import BESS, World, given, place_on

DUE = "2026-01-20"


@dataclass(slots=True)
class Storm:
    """What a storm did."""

    kills: int = 0
    acknowledged: list[str] = field(default_factory=list)


def rage(url: str, deed: Callable[[Workplace, int, int], NoReturn], kills: int, seed: int) -> Storm:
    """Let children do a deed and kill each at an instant drawn by chance, `kills` times."""
    chance = random.Random(seed)
    storm = Storm()
    while storm.kills < kills:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            _live(url, deed, storm.kills, writer)
        os.close(writer)
        _wait_until_ready(reader)
        time.sleep(chance.random() * 0.08)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        storm.acknowledged += _rest(reader)
        storm.kills += 1
    return storm


def take(place: Workplace, number: int, writer: int) -> NoReturn:
    """Record letter after letter, acknowledging each once the command has returned."""
    refs = [row["ref"] for row in _cases(place)]
    count = 0
    while True:
        key = f"{number}-{count}"
        ref = refs[count % len(refs)]
        by = By("bess", key=key)
        cases.take_step(place, by, ref, Step("record_letter", given(letter_says="agrees")))
        os.write(writer, f"{key}\n".encode())
        count += 1


def tick(place: Workplace, number: int, writer: int) -> NoReturn:
    """Fire, send and seal, a few at a time, so that a kill finds every place in between."""
    while True:
        ticking.fire_due(place, batch=7)
        outbox.send_waiting(place, lambda message: _sent(writer, message.id), most=5)
        sequencing.seal_new(place)
        ticking.ticked(place)
        time.sleep(0.001)


def prepared(url: str, count: int) -> list[str]:
    """Cases with clocks whose notices will be due, opened before the storm."""
    world = World(*place_on(database.open(url, durable=False)))
    refs = [world.open(aware_on="2025-12-12", happened_on="2025-12-10") for _ in range(count)]
    world.place.database.close()
    return refs


def after_taking(url: str, storm: Storm) -> list[str]:
    """What is wrong after a storm of steps; nothing, or sentences."""
    world = World(*place_on(database.open(url, durable=False), DUE))
    done: Counter[str] = Counter()
    for row in _cases(world.place):
        for event in world.events(row["ref"]):
            if event["type"] == "transition taken":
                done[event["command"]] += 1
    wrong = [f"{key} was acknowledged and is lost" for key in storm.acknowledged if not done[key]]
    wrong += [f"{key} was done {times} times" for key, times in done.items() if times > 1]
    return wrong + _whole(world)


def after_ticking(url: str, storm: Storm) -> list[str]:
    """What is wrong after a storm of ticks, once a last worker has finished the work."""
    world = World(*place_on(database.open(url, durable=False), DUE))
    ticking.fire_due(world.place)
    settled: Counter[tuple[str, ...]] = Counter()
    sent: Counter[str] = Counter()
    for row in _cases(world.place):
        for event in world.events(row["ref"]):
            body = event["body"]
            if event["type"] in ("notice fired", "notice superseded"):
                settled[(row["ref"], body["timescale"], body["notice"], str(body["schedule"]))] += 1
            if event["type"] == "message sent":
                sent[body["message"]] += 1
    with world.place.database.read() as tx:
        armed = tx.rows("SELECT ref, timescale, notice, schedule, status FROM notices")
    wrong = [f"{key} fired {times} times" for key, times in settled.items() if times > 1]
    wrong += [f"message {key} was settled twice" for key, times in sent.items() if times > 1]
    wrong += [f"{row[:4]} is still waiting" for row in armed if row[4] == "waiting"]
    wrong += [
        f"{row[:4]} is fired without an event"
        for row in armed
        if row[4] in ("fired", "superseded") and not settled[(row[0], row[1], row[2], str(row[3]))]
    ]
    return wrong + _whole(world)


def _whole(world: World) -> list[str]:
    sequencing.seal_new(world.place)
    return verifying.verify(world.place).problems


def _cases(place: Workplace) -> list[dict[str, str]]:
    with place.database.read() as tx:
        rows = tx.rows("SELECT ref FROM cases ORDER BY ref")
    return [{"ref": row[0]} for row in rows]


def _live(
    url: str, deed: Callable[[Workplace, int, int], NoReturn], number: int, writer: int
) -> NoReturn:
    try:
        opened = database.open(url, durable=False)
        place, _ = place_on(opened, DUE, seed=number + 1000)
        reading.show(place, BESS, _cases(place)[0]["ref"])
        os.write(writer, b"ready\n")
        deed(place, number, writer)
    except BaseException as error:
        os.write(writer, f"failed {type(error).__name__}: {error}\n".encode())
        sys.stderr.flush()
    finally:
        os._exit(1)


def _sent(writer: int, message: str) -> str:
    return f"file: {message}"


def _wait_until_ready(reader: int) -> None:
    said = b""
    while b"\n" not in said:
        piece = os.read(reader, 1)
        if not piece:
            raise AssertionError("a child ended before it began")
        said += piece
    if said != b"ready\n":
        raise AssertionError(said.decode())


def _rest(reader: int) -> list[str]:
    pieces = []
    while piece := os.read(reader, 65536):
        pieces.append(piece)
    os.close(reader)
    lines = b"".join(pieces).decode().split("\n")[:-1]
    failed = [line for line in lines if line.startswith("failed")]
    if failed:
        raise AssertionError(failed[0])
    return lines
