from __future__ import annotations

from tests import storm

KILLS = 80
"""For each deed on each database: 320 in a run of the tests; thousands are in bench/storm.py."""


def test_kill_nine_in_the_middle_of_a_step_loses_and_doubles_nothing(sample_url: str) -> None:
    storm.prepared(sample_url, 6)
    raged = storm.rage(sample_url, storm.take, KILLS, seed=1)
    assert raged.kills == KILLS
    assert len(raged.acknowledged) > KILLS / 4
    assert storm.after_taking(sample_url, raged) == []


def test_kill_nine_in_the_middle_of_a_tick_loses_and_doubles_nothing(sample_url: str) -> None:
    storm.prepared(sample_url, 60)
    raged = storm.rage(sample_url, storm.tick, KILLS, seed=2)
    assert raged.kills == KILLS
    assert storm.after_ticking(sample_url, raged) == []
