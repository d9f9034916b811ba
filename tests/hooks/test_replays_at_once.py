from __future__ import annotations

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from engine import database
from engine.hooks import doing, receiving
from engine.hooks.receiving import Reception
from engine.service.workplace import Workplace
from tests.hooking import REFERRAL, Doors, Sender, doors_of, settings_in
from tests.racing import race
from tests.worlds import Clock, World, place_on

PROCESSES, THREADS, EACH = 3, 6, 4
BODY = json.dumps(REFERRAL).encode()


def replayed(form: Doors, headers: Any, times: int, threads: int) -> list[tuple[int, str]]:
    """What a call is answered that is made again and again, by many threads at once."""

    def one(_: int) -> tuple[int, str]:
        found = form.receive("form", headers, BODY)
        return found.status, json.dumps(found.document)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, range(times)))


def counted(place: Workplace) -> tuple[int, int, int]:
    """How many cases there are, people in them, and calls that were taken."""
    with place.database.read() as tx:
        rows = [tx.row(f"SELECT count(*) FROM {name}") for name in ("cases", "people", "replays")]
    first, second, third = (int(row[0]) for row in rows if row)
    return first, second, third


def one_outcome(answers: list[tuple[int, str]]) -> None:
    """All that were done were told the same; any other is to come again."""
    done = {document for status, document in answers if status == 200}
    assert len(done) == 1
    assert {status for status, _ in answers} <= {200, 503}


def test_a_call_that_many_threads_make_at_once_has_one_effect_and_one_answer(
    world: World, tmp_path: Path
) -> None:
    form = doors_of(world.place, settings_in(tmp_path))
    headers = form.signed("form", BODY, "msg_1")

    one_outcome(replayed(form, headers, 60, 12))

    assert counted(world.place) == (1, 1, 1)
    assert world.verdict().holds


def test_a_call_that_many_processes_make_at_once_has_one_effect_and_one_answer(
    world: World, sample_url: str, tmp_path: Path
) -> None:
    settings = settings_in(tmp_path)
    sender = Sender((tmp_path / "hooks" / "form.secret").read_text().strip())
    headers = sender.signed(BODY, world.clock(), "msg_1")

    def deed(place: Workplace, clock: Clock, number: int) -> Any:
        own = Doors(place, settings, Reception(place, settings))
        return replayed(own, headers, THREADS * EACH, THREADS)

    said = race(sample_url, PROCESSES, deed)

    answers = [(status, document) for one in said for status, document in one]
    assert len(answers) == PROCESSES * THREADS * EACH
    one_outcome(answers)
    assert counted(world.place) == (1, 1, 1)
    assert world.verdict().holds


def test_an_id_that_comes_at_once_with_many_bodies_belongs_to_one_of_them(
    world: World, tmp_path: Path
) -> None:
    form = doors_of(world.place, settings_in(tmp_path))
    bodies = [
        json.dumps({"form": {"where": "A", "aware_on": f"2025-11-{day:02}"}}).encode()
        for day in range(1, 21)
    ]

    def one(body: bytes) -> int:
        return form.receive("form", form.signed("form", body, "msg_1"), body).status

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(one, bodies))

    assert statuses.count(200) == 1
    assert set(statuses) == {200, 401}
    assert counted(world.place) == (1, 0, 1)


def die_at(n: int) -> None:
    """Let this process die before or after one of the things that a call does."""
    left = [n]

    def dying(real: Callable[..., Any]) -> Callable[..., Any]:
        def act(*words: Any, **more: Any) -> Any:
            for after in (False, True):
                left[0] -= 1
                if left[0] == 0:
                    os._exit(9)
                if not after:
                    done = real(*words, **more)
            return done

        return act

    receiving.claim = dying(receiving.claim)  # type: ignore[attr-defined]
    doing.run = dying(doing.run)  # type: ignore[attr-defined]
    receiving.strict_json.read = dying(receiving.strict_json.read)  # type: ignore[attr-defined]


def test_a_call_whose_process_dies_anywhere_is_done_once_by_its_repeat(
    world: World, sample_url: str, tmp_path: Path
) -> None:
    settings = settings_in(tmp_path)
    died = 0
    for n in range(1, 20):
        form = {"aware_on": f"2025-11-{n:02}", "where": "A", "child": {"name": "Robin Sample"}}
        body = json.dumps({"form": form}).encode()
        here = doors_of(world.place, settings)
        headers = here.signed("form", body, f"msg_{n}")
        pid = os.fork()
        if not pid:
            with suppress(BaseException):
                place, _ = place_on(database.open(sample_url, durable=False), seed=n + 100)
                die_at(n)
                doors_of(place, settings).receive("form", headers, body)
                os._exit(0)
            os._exit(1)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        assert code in (0, 9)
        died += code == 9
        told = here.receive("form", headers, body)
        assert told.taken
        assert here.receive("form", headers, body) == told
        if code == 0:
            break

    assert died == 8
    assert counted(world.place) == (n, n, n)
    assert world.verdict().holds
