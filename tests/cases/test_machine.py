from __future__ import annotations

import pytest

from engine import machine
from engine.errors import RefusedError
from engine.loading import load
from tests.shared import loaded
from tests.stories import PROCESS
from tests.worlds import SAMPLE


@pytest.mark.parametrize("folder", [SAMPLE, PROCESS], ids=lambda folder: folder.name)
def test_a_step_leads_where_its_definition_says_and_from_nowhere_else(folder):
    workflow = load(folder)

    for step in workflow.transitions.values():
        for state in workflow.states:
            if not step.to:
                assert machine.fire("an edition", workflow, state, step, forced=False) == state
            elif state in step.starts:
                assert machine.fire("an edition", workflow, state, step, forced=False) == step.to
            else:
                assert machine.fire("an edition", workflow, state, step, forced=True) == step.to
                with pytest.raises(RefusedError, match="does not start from here"):
                    machine.fire("an edition", workflow, state, step, forced=False)


def test_the_machine_has_no_way_that_the_definition_does_not_have():
    workflow = loaded(PROCESS)
    built = machine._build(workflow)

    moving = {name for name, step in workflow.transitions.items() if step.to}
    assert set(built.events) == moving
    assert built.models == []
    assert [
        callback
        for event in built.events.values()
        for moves in event.transitions.values()
        for move in moves
        for callback in (*move.conditions, *move.prepare, *move.before, *move.after)
    ] == []
