"""What a process has nothing of is not told as shown."""

from __future__ import annotations

from dataclasses import replace

from engine.loading import find, load
from engine.proving import PROPERTIES
from engine.proving.absent import absent
from tests.shared import loaded
from tests.worlds import SAMPLE

SHIPPED = loaded(find("child_safeguarding_practice_review"))


def test_a_process_that_has_something_of_everything_lacks_nothing():
    assert absent(SHIPPED) == frozenset()


def test_what_only_a_linked_process_has_is_there_as_well():
    bare = replace(SHIPPED, packs={}, timescales={}, rules={})
    assert "packs" in absent(bare)
    assert "clocks_end" not in absent(bare)
    assert "clocks_end" in absent(replace(bare, children={}))


def test_a_process_without_duties_packs_or_rules_is_told_to_have_none():
    sample = load(SAMPLE)
    lawless = replace(
        sample,
        packs={},
        rules={},
        timescales={n: t._replace(duty="") for n, t in sample.timescales.items()},
        transitions={n: t._replace(duty="") for n, t in sample.transitions.items()},
    )
    assert absent(lawless) == {"packs", "rules", "own_part", "duties_wait", "duties_stop"}
    assert absent(lawless) < {*PROPERTIES}
