"""What is called, when, in which order, and how often."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from engine.service import cases, ticking
from engine.service.calls import declaring, listing, settling
from engine.service.calls.after import After
from engine.service.calls.running import Ran
from engine.service.calls.settling import Claim
from engine.service.looking import listing as looking
from engine.service.looking import reading
from engine.service.outbox import PATIENCE
from engine.service.trail import sequencing
from engine.service.workplace import By
from tests.calling import KEEPS, after, calling
from tests.worlds import BESS, World

STEPS = ["start_deciding", "decide_to_notify", "record_notification_sent"]
REFUSES = f"{KEEPS.removeprefix('exec ')}; exit 65"
FAILS = f"{KEEPS.removeprefix('exec ')}; exit 75"


def steps(told: list[dict[str, object]]) -> list[object]:
    return [one["step"] for one in told]


def test_a_program_is_told_of_each_step_once_in_order(world: World, tmp_path: Path) -> None:
    calls = calling(world.place, tmp_path)
    ref = world.notified()
    assert calls.made().done == len(STEPS)
    told = calls.told()
    assert steps(told) == STEPS
    assert {one["ref"] for one in told} == {ref}
    assert len({one["id"] for one in told}) == len(STEPS)
    assert calls.made() == (0, 0, 0)
    assert calls.told() == told
    assert world.verdict().problems == []


def test_a_program_is_called_after_the_steps_that_are_named_and_no_other(
    world: World, tmp_path: Path
) -> None:
    calls = calling(world.place, tmp_path, after(tmp_path, steps=("decide_to_notify",)))
    world.notified()
    calls.made()
    assert steps(calls.told()) == ["decide_to_notify"]
    assert world.verdict().problems == []


def test_nothing_is_called_after_what_was_recorded_before_it_was_declared(
    world: World, tmp_path: Path
) -> None:
    ref = world.open()
    world.take(ref, "start_deciding")
    # No worker has given the step its place yet.
    calls = calling(world.place, tmp_path)
    world.opinions(ref)
    world.take(ref, "decide_to_notify", By("lee"), rationale="The three tests are met.")
    calls.made()
    assert steps(calls.told()) == ["decide_to_notify"]
    assert world.verdict().problems == []


def test_a_hook_that_is_declared_anew_misses_what_came_between(
    world: World, tmp_path: Path
) -> None:
    calls = calling(world.place, tmp_path)
    first, second, third = (world.open() for _ in range(3))
    world.take(first, "start_deciding")
    assert declaring.note(world.place, [])
    world.take(second, "start_deciding")
    assert declaring.note(world.place, calls.hooks.values())
    assert not declaring.note(world.place, calls.hooks.values())
    world.take(third, "start_deciding")
    calls.made()
    assert {one["ref"] for one in calls.told()} == {first, third}
    assert world.verdict().problems == []


def test_what_is_entered_as_history_calls_nobody(world: World, tmp_path: Path) -> None:
    calls = calling(world.place, tmp_path)
    opened = cases.open_new(world.place, By("bess", on="2019-01-01"), "incident", (), historic=True)
    world.take(opened.ref, "record_letter", By("bess", on="2019-02-01"), letter_says="agrees")
    calls.made()
    assert calls.rows() == []
    assert world.verdict().problems == []


@pytest.mark.parametrize("linked", [True, False])
def test_steps_of_linked_cases_count_where_it_says_so(
    world: World, tmp_path: Path, *, linked: bool
) -> None:
    calls = calling(world.place, tmp_path, after(tmp_path, linked=linked))
    ref = world.notified()
    opened = world.take(ref, "ask_for_summaries", agencies_asked="police,hospital").opened
    world.take(opened[0], "decline")
    calls.made()
    found = [one for one in calls.told() if one["ref"] == opened[0]]
    assert steps(found) == (["decline"] if linked else [])
    assert world.verdict().problems == []


def test_a_linked_process_can_be_named_itself(world: World, tmp_path: Path) -> None:
    calls = calling(world.place, tmp_path, after(tmp_path, process="summary"))
    ref = world.notified()
    opened = world.take(ref, "ask_for_summaries", agencies_asked="police").opened
    world.take(opened[0], "decline")
    calls.made()
    assert [(one["process"], one["step"]) for one in calls.told()] == [("summary", "decline")]


def test_a_call_that_fails_is_made_again_with_the_same_id_and_holds_up_its_own_case_alone(
    world: World, tmp_path: Path
) -> None:
    text = f"{KEEPS.removeprefix('exec ')}; {_unless('good')}"
    calls = calling(world.place, tmp_path, after(tmp_path, text))
    first = world.open()
    world.take(first, "start_deciding")
    assert calls.made() == (0, 1, 0)
    world.record(first, happened_on="2025-12-10")
    second = world.open()
    world.take(second, "start_deciding")
    world.opinions(first)
    world.take(first, "decide_to_notify", By("lee"), rationale="The three tests are met.")
    calls.made()
    # The first case waits for its first call; the other does not.
    assert [one["ref"] for one in calls.told()] == [first, second]
    (tmp_path / "good").touch()
    world.clock.instant += timedelta(seconds=PATIENCE[0] + 1)
    assert calls.made() == (3, 0, 0)
    of_first = [one for one in calls.told() if one["ref"] == first]
    assert steps(of_first) == ["start_deciding", "start_deciding", "decide_to_notify"]
    assert of_first[0] == of_first[1]
    assert world.verdict().problems == []


def _unless(name: str) -> str:
    return f'test -e "{{folder}}/{name}" || exit 75'


def test_a_call_is_tried_nine_times_within_two_days_and_is_then_a_task(
    world: World, tmp_path: Path
) -> None:
    calls = calling(world.place, tmp_path, after(tmp_path, FAILS))
    ref = world.open()
    world.take(ref, "start_deciding")
    for seconds in PATIENCE:
        assert calls.made() == (0, 1, 0)
        assert calls.made() == (0, 0, 0)
        world.clock.instant += timedelta(seconds=seconds + 1)
    assert calls.made() == (0, 0, 1)
    assert len(calls.told()) == len(PATIENCE) + 1
    assert len({one["id"] for one in calls.told()}) == 1
    world.clock.instant += timedelta(days=9)
    assert calls.made() == (0, 0, 0)
    assert calls.statuses() == ["given up"]
    assert world.verdict().problems == []


def test_what_is_refused_for_good_is_a_task_at_once_and_shown_today(
    world: World, tmp_path: Path
) -> None:
    calls = calling(world.place, tmp_path, after(tmp_path, REFUSES))
    ref = world.open()
    world.take(ref, "start_deciding")
    assert calls.made() == (0, 0, 1)
    said = "index was not told of “Begin the decision” (entry 3): see to it by hand"
    [task] = [t for t in looking.today_sheet(world.place)["tasks"] if t["ref"] == ref]
    assert task["what"] == said
    [lost] = [e["body"] for e in world.events(ref) if e["type"] == "call given up"]
    assert (lost["hook"], lost["step"], lost["how"], lost["tries"]) == (
        "index",
        3,
        "ended with 65",
        1,
    )
    [message] = lost["messages"]
    assert (message["person"], message["what"], message["urgent"]) == ("bess", said, 0)
    [named] = [t["task"] for t in reading.show(world.place, BESS, ref)["tasks"]]
    cases.done(world.place, By("bess", reason="Told by telephone."), ref, named)
    assert world.verdict().problems == []


def test_after_one_that_was_given_up_the_next_of_its_case_is_made(
    world: World, tmp_path: Path
) -> None:
    text = f'{KEEPS.removeprefix("exec ")}; test $(wc -l < "{{folder}}/told") -gt 1 || exit 64'
    calls = calling(world.place, tmp_path, after(tmp_path, text))
    world.notified()
    assert calls.made() == (2, 0, 1)
    assert steps(calls.told()) == STEPS


def test_a_call_of_a_case_that_cannot_be_changed_is_given_up_beside_the_trail(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = calling(world.place, tmp_path, after(tmp_path, REFUSES))
    ref = world.open()
    world.take(ref, "start_deciding")

    def cannot(*_: object) -> None:
        raise KeyError("a row that is gone")

    monkeypatch.setattr(settling, "give_up", cannot)
    assert calls.made() == (0, 0, 1)
    assert calls.statuses() == ["abandoned"]
    assert calls.made() == (0, 0, 0)
    assert world.verdict().problems == []


def test_who_comes_too_late_settles_nothing(world: World, tmp_path: Path) -> None:
    calls = calling(world.place, tmp_path)
    world.take(world.open(), "start_deciding")
    sequencing.seal_new(world.place)
    index = calls.hooks["index"]
    [slow] = settling.claim(world.place, index, 9)
    assert settling.claim(world.place, index, 9) == []
    world.clock.instant += timedelta(seconds=index.timeout + settling.MARGIN + 1)
    [quick] = settling.claim(world.place, index, 9)
    assert (quick.fence, quick.tries) == (2, 2)
    done, refused = Ran("ended with 0", done=True), Ran("ended with 65", again=False)
    for ran in (done, refused, Ran("ended with 75")):
        assert settling.settle(world.place, slow, ran) == "overtaken"
    assert settling.settle(world.place, quick, done) == "done"
    assert settling.settle(world.place, quick, done) == "overtaken"
    world.clock.instant += timedelta(days=3)
    assert settling.claim(world.place, index, 9) == []
    assert world.verdict().problems == []


def test_what_is_stopped_with_the_worker_costs_no_try(world: World, tmp_path: Path) -> None:
    calls = calling(world.place, tmp_path)
    world.take(world.open(), "start_deciding")
    sequencing.seal_new(world.place)
    [call] = settling.claim(world.place, calls.hooks["index"], 9)
    stopped = Ran("ended with the worker", stopped=True)
    assert settling.settle(world.place, call, stopped) == "put back"
    assert calls.rows("tries", "next_at", "status")[0][3:] == (0, 0, "waiting")
    assert calls.made() == (1, 0, 0)


def test_a_hook_that_is_declared_no_more_keeps_what_waits_and_says_so(
    world: World, tmp_path: Path
) -> None:
    calls = calling(world.place, tmp_path)
    world.take(world.open(), "start_deciding")
    sequencing.seal_new(world.place)
    declaring.note(world.place, [])
    [left] = listing.counted(world.place, [])
    assert (left["id"], left["waiting"], left["done"]) == ("index", 1, 0)
    assert world.verdict().problems == []
    declaring.note(world.place, calls.hooks.values())
    assert calls.made().done == 1


def test_undoing_a_step_takes_no_call_back(world: World, tmp_path: Path) -> None:
    calls = calling(world.place, tmp_path)
    ref = world.open()
    world.take(ref, "start_deciding")
    cases.undo(world.place, By("bess", reason="too early"), ref)
    assert calls.made().done == 1
    assert calls.told()[0]["state"] == "deciding"
    assert world.verdict().problems == []


def test_all_calls_of_a_step_are_there_as_soon_as_it_has_its_place(
    world: World, tmp_path: Path
) -> None:
    hooks = [after(tmp_path, name=name) for name in ("first", "second")]
    calls = calling(world.place, tmp_path, *hooks)
    world.take(world.open(), "start_deciding")
    assert calls.rows() == []
    ticking.ticked(world.place)
    sequencing.seal_new(world.place)
    assert [row[0] for row in calls.rows()] == ["first", "second"]
    assert calls.made().done == len(hooks)


def test_a_program_that_is_gone_or_can_be_changed_by_others_is_not_run(
    world: World, tmp_path: Path
) -> None:
    calls = calling(world.place, tmp_path)
    program = Path(calls.hooks["index"].command[0])
    world.take(world.open(), "start_deciding")
    os.chmod(program, 0o722)
    assert calls.made() == (0, 1, 0)
    assert calls.told() == []
    assert "can be changed by others" in calls.rows("last")[0][-1]
    world.clock.instant += timedelta(seconds=PATIENCE[0] + 1)
    program.unlink()
    assert calls.made() == (0, 1, 0)
    assert "is not there" in calls.rows("last")[0][-1]


def _claim(name: str) -> Claim:
    return Claim(name, "2025-AAAAAA", 1, 1, 1, 0)


def test_a_claim_is_known_by_its_row_and_its_fence() -> None:
    assert _claim("index") != _claim("index")._replace(fence=2)
    assert After("index", "incident", ("*",), ("/x",)).follows == ("incident", "*", 0)
