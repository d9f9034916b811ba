from __future__ import annotations

import threading

import pytest

from engine.web.pool import Pool


def me() -> int:
    return threading.get_ident()


def test_whoever_was_busy_last_is_asked_first() -> None:
    pool, line = Pool(4), threading.Barrier(5)
    together = [pool.submit(line.wait) for _ in range(4)]
    line.wait(10)
    for one in together:
        one.result(10)
    asked = set()
    for _ in range(20):
        asked.add(pool.submit(me).result(10))
    # The first may be asked while the last has not yet come back to its place.
    assert len(asked) <= 2
    pool.close()


def test_no_more_are_busy_than_there_are_threads_and_all_is_done_in_its_order() -> None:
    pool, go_on, done = Pool(2), threading.Event(), list[int]()
    busy = [pool.submit(go_on.wait, 10) for _ in range(2)]
    waiting = [pool.submit(done.append, number) for number in range(50)]
    assert done == []
    go_on.set()
    for one in (*busy, *waiting):
        one.result(10)
    assert sorted(done) == list(range(50))
    pool.close()


def test_what_fails_is_told_to_whoever_asked_and_the_thread_goes_on() -> None:
    pool = Pool(1)
    with pytest.raises(ZeroDivisionError):
        pool.submit(divmod, 1, 0).result(10)
    assert pool.submit(divmod, 7, 2).result(10) == (3, 1)
    pool.close()


def test_once_it_is_closed_what_waits_is_dropped_and_what_is_under_way_ends() -> None:
    pool, go_on, inside = Pool(1), threading.Event(), threading.Event()

    def wait() -> str:
        inside.set()
        go_on.wait(10)
        return "done"

    first = pool.submit(wait)
    assert inside.wait(10)
    second = pool.submit(me)
    threading.Timer(0.1, go_on.set).start()
    pool.close()
    assert (first.result(0), second.cancelled()) == ("done", True)
    with pytest.raises(RuntimeError):
        pool.submit(me)
