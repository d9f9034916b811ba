"""Where things stand in a picture: nothing overlaps, and a long process is read on one sheet."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.definition import State, Transition, Workflow
from engine.diagrams.graph import picture
from engine.diagrams.layout import layout
from engine.diagrams.measure import BOLD, broken, width
from engine.diagrams.shapes import PAD, ROW_SIZE, TITLE_SIZE, Box, Page
from engine.loading import find
from tests.pictures import WORKFLOW, each_process, overlaps, page_of
from tests.shared import loaded


@each_process
def test_no_box_lies_on_another_and_no_word_runs_out_of_its_box(workflow):
    page = page_of(workflow.name)

    assert overlaps(page) == []
    for box in page.boxes:
        for row in box.rows:
            size = TITLE_SIZE * BOLD if row.kind == "title" else ROW_SIZE
            assert row.top + row.height <= box.bottom
            for line in row.lines:
                assert width(line, size) <= box.width - 2 * PAD


Stroke = tuple[float, float, float, float]


def strokes(page: Page) -> list[Stroke]:
    """Every straight part of a line, and every bar: from the left and the top to the other end."""
    found = [(bar.x, bar.top, bar.x, bar.bottom) for bar in page.bars]
    for line in page.lines:
        for (a, b), (c, d) in pairwise(line.corners):
            assert a == c or b == d, "lines run straight up or across"
            found.append((min(a, c), min(b, d), max(a, c), max(b, d)))
    return found


def crosses(stroke: Stroke, box: Box) -> bool:
    left, top, right, bottom = stroke
    if box.place is None and top < box.top and bottom > box.bottom:
        return False
    across = left < box.right and box.left < right
    return across and top < box.bottom and box.top < bottom


@each_process
def test_no_line_and_no_bar_runs_over_a_box_but_behind_the_head_of_a_group(workflow):
    page = page_of(workflow.name)

    assert [(s, box.id) for s in strokes(page) for box in page.boxes if crosses(s, box)] == []


@each_process
def test_words_at_the_side_stand_beside_or_under_all_boxes(workflow):
    page = page_of(workflow.name)
    for words in page.told:
        assert all(words.left >= box.right or words.top > box.bottom for box in page.boxes)
        assert words.top + sum(one.height for one in words.lines) <= page.height


@each_process
def test_words_at_the_side_do_not_run_into_each_other_nor_off_the_page(workflow):
    page = page_of(workflow.name)
    ends = sorted(words.left for words in page.told if words.top < 100)
    for left, right in pairwise([*ends, page.width]):
        for words in page.told:
            for one in words.lines if words.left == left else ():
                indent = 0 if one.kind in ("title", "plain") else 22
                size = TITLE_SIZE if one.kind == "title" else ROW_SIZE
                bold = BOLD if one.kind in ("title", "bold", "told", "late") else 1
                assert left + indent + width(one.text, size * bold) <= right


@each_process
def test_every_line_ends_at_the_place_it_leads_to_and_lines_to_two_places_share_no_lane(workflow):
    page = page_of(workflow.name)
    boxes = {box.id: box for box in page.boxes}
    upright = []
    for line in page.lines:
        x, y = line.corners[-1]
        target = boxes[line.step.target]
        assert target.left <= x <= target.right
        assert target.top <= y <= target.bottom
        if len(line.corners) > 2:
            (a, top), (_, bottom) = line.corners[1], line.corners[2]
            upright.append((a, *sorted((top, bottom)), line.step.target))
    for one, other in combinations(upright, 2):
        together = one[0] == other[0] and one[1] < other[2] and other[1] < one[2]
        assert not together or one[3] == other[3]


@each_process
def test_bars_of_timescales_never_lie_on_each_other(workflow):
    bars = page_of(workflow.name).bars

    for one, other in combinations(bars, 2):
        assert one.x != other.x or one.bottom + 10 < other.top or other.bottom + 10 < one.top


def test_a_long_process_is_read_on_one_sheet_of_a3_and_a_short_one_is_one_line():
    page = page_of(WORKFLOW.name)

    assert 1.3 < page.width / page.height < 1.5
    assert page.scale * ROW_SIZE >= 6.5, "points, the smallest letters that are not numbers"
    tops = [box.top for box in page.boxes if box.id in page.picture.line]
    assert sum(one > other for one, other in pairwise(tops)) == 2, "three columns"
    for one in WORKFLOW.children.values():
        small = page_of(one.name)
        assert len({box.left for box in small.boxes if box.place and box.place.main}) == 1
        assert small.scale * ROW_SIZE > 10
        assert not small.numbers


def test_every_place_of_a_long_process_has_a_number_in_the_order_of_reading():
    page = page_of(WORKFLOW.name)
    places = [box for box in page.boxes if box.place]

    assert {box.id for box in places} == {*page.picture.places}
    assert [box.number for box in places] == list(range(1, len(places) + 1))
    for box in places:
        assert box.rows[0].lines[0].startswith(f"{box.number} ")
    for one, other in pairwise(places):
        assert one.bottom < other.top or one.right < other.left


def test_each_step_of_a_long_process_says_the_number_it_leads_to_and_only_short_lines_are_drawn():
    page = page_of(WORKFLOW.name)
    boxes = {box.id: box for box in page.boxes}
    drawn = {(line.step.id, line.step.source, line.step.target) for line in page.lines}
    far = 0
    for box in page.boxes:
        for row in box.rows:
            if row.kind == "step" and row.step.source == box.id:
                onward = row.step.way == "main" and box.place
                number = "" if onward else f" ▸{boxes[row.step.target].number}"
                assert " ".join(row.lines) == f"{row.step.title}{number}"
                key = (row.step.id, row.step.source, row.step.target)
                near = abs(boxes[row.step.target].top - row.top) <= 300
                near = near and boxes[row.step.target].right == boxes[box.id].right
                assert key in drawn or not near or row.step.way == "main", key
                far += key not in drawn
    assert far > 20
    closed = [line for line in page.lines if line.step.target == "closed"]
    assert len(closed) == 1, "only the main line, and none that others lie upon"


def test_what_leaves_a_case_where_it_is_is_told_once_with_the_boxes_where_it_can_be_done():
    page = page_of(WORKFLOW.name)
    said = " ".join(line.text for words in page.told for line in words.lines)
    number = page.numbers

    assert f"Look at the hold again, at {number['publication_held']} " in said
    first, last = number["referred"], number["notification_to_send"]
    assert f"Propose the case to another local authority, at {first}-{last}" in said
    for title in (title for one in page.picture.holders for title in one.within):
        assert said.count(f"· {title}, at") == 1


def test_words_that_go_on_under_the_last_column_say_so():
    page = layout(picture(loaded(find(WORKFLOW.name) / "examples" / "one_partnership")))
    last = [box for box in page.boxes if box.id == "closed"]
    under = [words for words in page.told if words.left == last[0].left]

    assert [words.lines[0].text for words in under] == ["Continued from the right"]
    assert under[0].top > last[0].bottom
    assert under[0].top + sum(one.height for one in under[0].lines) <= page.height
    assert page.scale * ROW_SIZE > 6.3


def test_the_main_line_goes_on_from_column_to_column_without_a_gap():
    page = page_of(WORKFLOW.name)
    boxes = {box.id: box for box in page.boxes}

    for source, target in pairwise(page.picture.line):
        [line] = [
            one
            for one in page.lines
            if (one.source, one.step.target, one.step.way) == (source, target, "main")
        ]
        (x, y), (end, last) = line.corners[0], line.corners[-1]
        assert y == boxes[source].bottom
        assert last == boxes[target].top
        assert boxes[source].left < x < boxes[source].right
        assert boxes[target].left < end < boxes[target].right


def test_bars_stand_beside_the_very_boxes_that_they_span():
    page = page_of(WORKFLOW.name)
    boxes = {box.id: box for box in page.boxes}
    for clock in page.picture.clocks:
        bars = [bar for bar in page.bars if bar.clock.number == clock.number]
        first = boxes[clock.first]
        assert bars[0].top == first.top
        assert 0 < first.left - bars[0].x < 200
        if clock.last:
            assert bars[-1].bottom == boxes[clock.last].bottom
        assert [bar.clock.label for bar in bars] == [clock.label] * len(bars)
    assert len(page.bars) > len(page.picture.clocks), "one that runs on begins there again"


def long_way(number: int) -> Workflow:
    names = [f"s{n}" for n in range(number)]
    states = {
        name: State(name, f"The place {name} of a long way", closed=name == names[-1])
        for name in names
    }
    steps = {
        f"go_{a}": Transition(f"go_{a}", f"Go on from {a}", (a,), b, ("business_unit",))
        for a, b in pairwise(names)
    }
    return replace(
        WORKFLOW.children["meeting"],
        states=states,
        transitions=steps,
        starts_at=names[0],
        main_line=tuple(names),
        timescales={},
        children={},
    )


def test_a_long_main_line_without_groups_is_cut_too_and_nothing_overlaps():
    page = layout(picture(long_way(90)))

    assert overlaps(page) == []
    assert len({box.left for box in page.boxes}) > 2
    assert 1.1 < page.width / page.height < 1.8


@settings(max_examples=10, deadline=None)
@given(st.data())
def test_a_long_process_of_any_shape_has_each_place_once_and_nothing_overlaps(data):
    base = long_way(30)
    names = [*base.states]
    some = st.sampled_from(names[:-1])
    states = {
        name: state._replace(title=f"{state.title} {'word ' * data.draw(st.integers(0, 12))}")
        for name, state in base.states.items()
    }
    ways = data.draw(st.lists(st.tuples(some, st.sampled_from(names)), max_size=40, unique=True))
    steps = {
        f"{a}_{b}": Transition(f"{a}_{b}", f"From {a} to {b}", (a,), b, ("business_unit",))
        for a, b in ways
        if a != b
    }
    for group, first, last in (("early", 2, 9), ("late", 12, 25)):
        states[group] = State(group, f"The {group} places", abstract=True)
        for name in data.draw(st.sets(st.sampled_from(names[first:last]))):
            states[name] = states[name]._replace(within=group)
    left_out = set(names[4:20:3])
    line = tuple(name for name in names if name not in left_out)
    onward = {
        f"on_{a}": Transition(f"on_{a}", "Go on", (a,), b, ("business_unit",))
        for a, b in pairwise(line)
    }
    shape = replace(base, states=states, transitions={**onward, **steps}, main_line=line)
    page = layout(picture(shape))

    assert overlaps(page) == []
    assert sorted(box.id for box in page.boxes if box.place) == sorted(names)
    assert len({box.id for box in page.boxes}) == len(page.boxes)
    assert not [1 for one in strokes(page) for box in page.boxes if crosses(one, box)]
    assert [box.id for box in page.boxes if box.place and box.place.main] == list(line)


@given(st.text(st.characters(blacklist_categories=("Cs",)), max_size=300))
def test_no_line_is_wider_than_it_may_be_and_no_letter_is_lost(text):
    lines = broken(text, 12, 100)

    assert all(width(line, 12) <= 100 or len(line) == 1 for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
