from __future__ import annotations

from collections.abc import Callable
from itertools import product
from operator import or_
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.proving import verify
from engine.proving.boxes import Pile, lowest, meeting, outside, size
from engine.proving.effort import EACH, FEW, WHOLE, Effort, TooManyError
from engine.proving.record import Masks, within
from engine.proving.walking import Walks
from tests.checklists import SHAPES, at_random, made, one_gap, questions, step, ticked, yes

BOX = st.tuples(*[st.integers(1, 7)] * 3)
MOST = 120_000


@pytest.mark.parametrize("shape", SHAPES)
def test_a_check_list_of_many_questions_is_shown_to_hold_with_little_work(
    tmp_path: Path, shape: Callable[[int], str]
) -> None:
    effort = Effort()
    verdict = verify(made(tmp_path / "p", shape(26)), effort=effort)

    assert verdict.not_shown == []
    assert verdict.failures == []
    assert effort.spent < MOST


def test_the_one_gap_among_forty_questions_is_found_and_told(tmp_path: Path) -> None:
    verdict = verify(made(tmp_path / "p", one_gap(40)))

    assert verdict.not_shown == []
    told = next(one for one in verdict.failures if one.kind == "decisions")
    said = " ".join(told.story)
    assert "check 39 is no" in said
    assert "check 0 is yes" in said
    assert "situations" not in said


def test_a_story_tells_of_each_question_its_own_answer(tmp_path: Path) -> None:
    # Asked in another order than that of their names.
    more = questions(3)
    more += step("first", "checking", "passed", '{ check_2 = "yes", check_0 = "yes" }')
    more += step("other", "checking", "failed", '{ check_2 = "no" }')
    verdict = verify(made(tmp_path / "p", more + step("stay", "checking", "", yes(1))))

    gap = next(one for one in verdict.failures if one.kind == "decisions")
    said = " ".join(gap.story)
    assert "check 0 is no; check 2 is yes" in said
    assert "situations" not in said


def test_what_would_take_too_long_is_given_up_and_named_as_not_shown(tmp_path: Path) -> None:
    whole, each = 20_000, 2_000
    effort = Effort(whole, each)
    verdict = verify(made(tmp_path / "p", at_random(40)), effort=effort)

    assert verdict.not_shown
    assert all(one.says.startswith("There are too many") for one in verdict.not_shown)
    assert effort.spent < 6 * whole


def test_the_same_process_takes_the_same_work_each_time(tmp_path: Path) -> None:
    workflow = made(tmp_path / "p", ticked(5))
    spent = []
    for _ in range(2):
        effort = Effort()
        verify(workflow, effort=effort)
        spent.append(effort.spent)

    assert spent[0] == spent[1]


def test_after_the_whole_work_each_search_has_only_a_few_left() -> None:
    effort = Effort()
    while effort.spent < WHOLE:
        effort.search().look(EACH)
    search = effort.search()
    for _ in range(FEW):
        search.look()

    with pytest.raises(TooManyError):
        search.look()


def test_a_step_leads_back_from_a_record_exactly_where_it_leads_on_to_it(tmp_path: Path) -> None:
    workflow = made(tmp_path / "p", at_random(8, 3))
    walks = Walks(workflow, Effort())
    names = sorted(walks.record.subjects)[:3]
    seen_by = walks.projection(names)
    each = list(product(*(_alone(mask) for mask in seen_by.every)))
    for one in workflow.transitions.values():
        there = one.to or one.starts[0]
        for before, after in product(each, each):
            forward = any(meeting(box, after) for box in seen_by.after(one.id, there, before))
            back = any(meeting(box, before) for box in seen_by.before(one.id, there, after))
            assert forward == back, (one.id, before, after)


@given(st.lists(BOX, max_size=8))
def test_boxes_that_are_joined_are_the_same_records(boxes: list[Masks]) -> None:
    joined, plainly = Pile(), list[Masks]()
    for box in boxes:
        assert joined.add(box) == _joined_plainly(plainly, box)

    assert joined.boxes == plainly
    assert _records(joined.boxes) == _records(boxes)


def _joined_plainly(boxes: list[Masks], box: Masks) -> Masks | None:
    """The same as a pile does, mask by mask."""
    if any(within(box, other) for other in boxes):
        return None
    before: Masks = ()
    while before != box:
        before = box
        for other in boxes:
            both = tuple(map(or_, box, other))
            beyond = [at for at, mask in enumerate(other) if both[at] != mask]
            if len(beyond) == 1:
                box = (*box[: beyond[0]], both[beyond[0]], *box[beyond[0] + 1 :])
    boxes[:] = [other for other in boxes if not within(other, box)]
    boxes.append(box)
    return box


@given(BOX, st.lists(BOX, max_size=6))
def test_what_is_outside_of_boxes_is_all_that_is_in_none(box: Masks, others: list[Masks]) -> None:
    left = outside(box, others, Effort().search())

    assert _records(left) == _records([box]) - _records(others)
    assert size(left) == len(_records(left))
    assert all(lowest(one) in _records([one]) for one in left)


def _records(boxes: list[Masks]) -> set[Masks]:
    return {one for box in boxes for one in product(*map(_alone, box))}


def _alone(mask: int) -> list[int]:
    return [1 << at for at in range(mask.bit_length()) if mask >> at & 1]
