"""Threads that do the work: whoever was busy last is asked first.

Each thread keeps its own connection to the store, which knows best what it has just read; what is
asked of each in turn is read anew by every one.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any

Task = tuple["Future[Any]", Callable[..., Any], tuple[Any, ...]]


class Pool:
    """So many threads, begun when they are first needed; what is more waits in its order."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._idle: list[SimpleQueue[Task | None]] = []
        self._waiting: deque[Task] = deque()
        self._threads: list[threading.Thread] = []
        self._closed = False

    def submit(self, act: Callable[..., Any], *given: Any) -> Future[Any]:
        """Have something done; what comes of it. Raises RuntimeError once it is closed."""
        task: Task = (Future(), act, given)
        with self._lock:
            if self._closed:
                raise RuntimeError("the threads were given back")
            if self._idle:
                self._idle.pop().put(task)
            elif len(self._threads) < self._most:
                self._begin(task)
            else:
                self._waiting.append(task)
        return task[0]

    def close(self) -> None:
        """Do no more; what is under way comes to its end."""
        with self._lock:
            self._closed = True
            for task, *_ in self._waiting:
                task.cancel()
            self._waiting.clear()
            for inbox in self._idle:
                inbox.put(None)
            self._idle.clear()
        for thread in self._threads:
            thread.join()

    def _begin(self, task: Task) -> None:
        inbox: SimpleQueue[Task | None] = SimpleQueue()
        inbox.put(task)
        thread = threading.Thread(target=self._work, args=(inbox,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _work(self, inbox: SimpleQueue[Task | None]) -> None:
        task = inbox.get()
        while task is not None:
            _do(*task)
            task = self._next(inbox)
            if task is None:
                task = inbox.get()

    def _next(self, inbox: SimpleQueue[Task | None]) -> Task | None:
        """What waits for a thread that has become free; none where it is to wait itself."""
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            if self._closed:
                inbox.put(None)
            else:
                self._idle.append(inbox)
        return None


def _do(future: Future[Any], act: Callable[..., Any], given: tuple[Any, ...]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(act(*given))
    except BaseException as error:
        future.set_exception(error)
