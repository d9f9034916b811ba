from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from time import monotonic

import pytest

from notifiers.incoming import MOST_READ, Incoming, left


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


Pair = tuple[socket.socket, socket.socket]


def test_what_comes_in_time_is_read_to_its_end(pair: Pair) -> None:
    ours, theirs = pair
    theirs.sendall(b"one\ntwo")
    theirs.close()
    with Incoming(ours, monotonic() + 5).makefile("rb") as reading:
        assert reading.readline() == b"one\n"
        assert reading.read() == b"two"


def test_no_more_is_read_than_there_is_room_for(pair: Pair) -> None:
    ours, theirs = pair
    sending = threading.Thread(target=theirs.sendall, args=(bytes(2 * MOST_READ),))
    sending.start()
    incoming, heard = Incoming(ours, monotonic() + 5), 0
    while heard < MOST_READ:
        heard += incoming.readinto(bytearray(5000))
    assert heard == MOST_READ
    with pytest.raises(OSError, match="too long"):
        incoming.readinto(bytearray(9))
    while heard < 2 * MOST_READ:
        heard += len(ours.recv(65536))
    sending.join()


def test_nothing_is_waited_for_beyond_its_time(pair: Pair) -> None:
    begun = monotonic()
    with pytest.raises(TimeoutError):
        Incoming(pair[0], begun + 0.1).readinto(bytearray(9))
    assert 0.1 <= monotonic() - begun < 4


def test_one_piece_is_waited_for_no_longer_than_it_may_take(pair: Pair) -> None:
    begun = monotonic()
    with pytest.raises(TimeoutError):
        Incoming(pair[0], begun + 60, 0.1).readinto(bytearray(9))
    assert monotonic() - begun < 30


def test_what_is_there_already_is_not_read_when_the_time_is_over(pair: Pair) -> None:
    pair[1].sendall(b"late")
    with pytest.raises(TimeoutError):
        Incoming(pair[0], monotonic()).readinto(bytearray(9))


def test_the_time_that_is_left_grows_less_and_then_is_none() -> None:
    assert 0 < left(monotonic() + 5) <= 5
    with pytest.raises(TimeoutError):
        left(monotonic() - 1)
