"""What the record had to say, and did not when a step was recorded, ends as a task once it says
so.
"""

from __future__ import annotations

from pathlib import Path

from engine.decide.steps.taking import Step
from engine.service import cases
from engine.service.looking import reading
from engine.service.workplace import By
from tests.changed_sample import changed
from tests.refusing import WHY
from tests.worlds import BESS, LEE, World, given

EITHER_WAY = (
    'only_if = { place = "in our area" }',
    'only_if = [{ place = "in our area" }, { letter_says = "agrees" }]',
)


def left(world: World, ref: str) -> list[str]:
    return [task["what"] for task in reading.show(world.place, BESS, ref)["tasks"]]


def decided(world: World, **answers: str) -> str:
    """A case whose decision was recorded as already done, with all but what its guard reads."""
    ref = cases.open_new(world.place, BESS, "incident", given(**answers), historic=True).ref
    world.take(ref, "start_deciding")
    world.opinions(ref)
    step = Step("decide_to_notify", given(rationale="The tests are met."), already_done=True)
    cases.take_step(world.place, LEE, ref, step)
    return ref


def test_what_had_to_be_on_record_ends_as_a_task_when_it_is_recorded(world: World) -> None:
    ref = decided(world)
    [what] = left(world, ref)
    assert what == '"Where did it happen?" must be answered with "in our area"'
    world.record(ref, place="in our area")
    assert left(world, ref) == []
    closed = [e["body"] for e in world.events(ref) if e["type"] == "task closed"]
    assert [body["status"] for body in closed] == ["done"]
    assert world.verdict().problems == []


def test_another_answer_than_the_one_that_had_to_be_leaves_the_task_to_be_explained(
    world: World,
) -> None:
    ref = decided(world)
    [what] = left(world, ref)
    world.record(ref, place="elsewhere")
    assert left(world, ref) == [what]
    [task] = reading.show(world.place, BESS, ref)["tasks"]
    cases.done(world.place, By("lee", reason="It was decided in error."), ref, task["task"])
    assert left(world, ref) == []


def test_a_correction_ends_what_it_brings_the_record_to_say(world: World) -> None:
    ref = decided(world, place="elsewhere")
    [what] = left(world, ref)
    cases.correct(world.place, WHY, ref, given(place="in our area"))
    assert what not in left(world, ref)
    assert left(world, ref) == [
        'confirm "Decide to notify": an answer on which it rested was corrected'
    ]


def test_of_several_ways_one_that_comes_to_be_on_record_ends_the_task(tmp_path: Path) -> None:
    with changed(tmp_path, EITHER_WAY) as world:
        ref = decided(world)
        [what] = left(world, ref)
        assert what.startswith("one of these must be so: ")
        world.record(ref, letter_says="disagrees")
        assert left(world, ref) == [what]
        world.record(ref, place="in our area")
        assert left(world, ref) == []


def test_of_several_ways_one_that_lacks_no_more_than_every_way_does_ends_the_task(
    tmp_path: Path,
) -> None:
    both = (
        EITHER_WAY[0],
        'only_if = [{ place = "in our area", happened_on = "answered" }, '
        '{ letter_says = "agrees", happened_on = "answered" }]',
    )
    with changed(tmp_path, both) as world:
        ref = decided(world)
        always, either = left(world, ref)
        assert either.startswith("one of these must be so: ")
        world.record(ref, letter_says="agrees")
        assert left(world, ref) == [always]
        world.record(ref, happened_on="2025-12-01")
        assert left(world, ref) == []


def test_linked_cases_that_had_to_end_end_the_task_when_the_last_of_them_does(
    world: World,
) -> None:
    ref = world.notified()
    world.take(ref, "ask_for_summaries", agencies_asked="police,hospital")
    cases.take_step(world.place, BESS, ref, Step("submit_review", already_done=True))
    waits = "every linked case"
    assert [what for what in left(world, ref) if what.startswith(waits)]
    world.take(f"{ref}.1", "decline")
    assert [what for what in left(world, ref) if what.startswith(waits)]
    world.take(f"{ref}.2", "decline")
    assert not [what for what in left(world, ref) if what.startswith(waits)]
    assert world.verdict().problems == []
