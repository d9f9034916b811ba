"""The main line of a picture: how it is guessed, how it leaves a group, and how it is marked."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from engine.definition import State, Transition, Workflow
from engine.diagrams.graph import Track, main_line, picture
from engine.diagrams.layout import layout
from engine.diagrams.mermaid import mermaid
from engine.loading import find
from tests.shared import loaded

WORKFLOW = loaded(find("child_safeguarding_practice_review"))


def process(closed: set[str], starts: str, *ways: str) -> Workflow:
    """A process whose states stand in the file in the order in which the ways first name them."""
    names = dict.fromkeys(name for way in ways for name in way.split())
    steps = {
        f"{a}_to_{b}": Transition(f"{a}_to_{b}", f"From {a} to {b}", (a,), b, ("business_unit",))
        for a, b in (way.split() for way in ways if " " in way)
    }
    return replace(
        WORKFLOW.children["meeting"],
        states={name: State(name, f"The place {name}", closed=name in closed) for name in names},
        transitions=steps,
        starts_at=starts,
        main_line=(),
        timescales={},
        children={},
    )


def test_a_state_that_is_written_after_the_closed_one_is_part_of_the_guessed_main_line():
    late = process({"c", "no"}, "a", "a", "b", "no", "c", "late", "a b", "a no", "b late", "late c")

    assert main_line(late) == ("a", "b", "late", "c")
    assert {step.way for step in picture(late).steps if step.target in ("c", "no")} == {
        "main",
        "on",
    }


def test_a_state_that_is_written_last_but_stands_between_two_others_is_drawn_between_them():
    late = process({"d"}, "a", "a", "b", "c", "d", "late", "a b", "b c", "c d", "b late", "late c")
    loop = process({"d"}, "a", "a", "b", "c", "d", "asked", "a b", "b c", "c d", "c asked")
    loop = process({"d"}, "a", *loop.states, "a b", "b c", "c d", "c asked", "asked c", "asked b")

    assert main_line(late) == ("a", "b", "late", "c", "d")
    assert main_line(loop) == ("a", "b", "c", "d")
    ways = {step.id: step.way for step in picture(loop).steps}
    assert (ways["asked_to_c"], ways["asked_to_b"]) == ("back", "back")


def test_the_guessed_main_line_of_many_states_that_all_lead_to_each_other_is_found_at_once():
    names = [f"s{n:02}" for n in range(40)]
    every = [f"{a} {b}" for a in names for b in names if a != b and a != names[-1]]

    assert main_line(process({names[-1]}, names[0], *names, *every)) == tuple(names)


edges = st.lists(st.tuples(st.sampled_from("abcdefg"), st.sampled_from("abcdefg")), max_size=20)


@given(edges, st.sampled_from("abcdefg"), st.sets(st.sampled_from("abcdefg")))
def test_a_guessed_main_line_can_be_gone_and_no_step_into_a_closed_state_leads_back(
    steps, starts, closed
):
    ways = [f"{a} {b}" for a, b in steps if a != b and a not in closed]
    seen = picture(process(closed - {starts}, starts, *"abcdefg", *ways))

    assert seen.line[0] == starts
    assert len({*seen.line}) == len(seen.line)
    assert {*pairwise(seen.line)} <= {(step.source, step.target) for step in seen.steps}
    assert all(step.way != "back" for step in seen.steps if seen.places[step.target].closed)


def test_a_step_of_a_group_is_told_again_where_the_main_line_leaves_the_place_within_it():
    page = layout(picture(WORKFLOW))
    [box] = [box for box in page.boxes if box.id == "incident_decision"]
    told = [" ".join(row.lines) for row in box.rows if row.step and row.step.way == "main"]

    assert told == ["Decide to notify the national Panel, from anywhere in this band"]


def test_the_way_of_a_case_goes_on_where_it_left_a_group_from_another_of_its_places():
    went = {
        ("report_referral", "referred"): "2026-02-03",
        ("decide_to_notify", "triage"): "2026-02-05",
    }
    been = frozenset({"referred", "triage", "notification_to_send"})
    case = Track("2026-K7QF29", "notification_to_send", "2026-02-05", been, went)
    lines = {line.step.target: line.step for line in layout(picture(WORKFLOW, case)).lines}

    assert lines["notification_to_send"].taken == "2026-02-05"
    assert not lines["notified"].taken


def test_mermaid_text_tells_the_main_line_from_branches_and_from_what_leads_back():
    seen = picture(WORKFLOW)
    text = mermaid(seen)

    main = re.findall(r"^    class (\w+) main$", text, re.M)
    assert tuple(main) == seen.line
    for source, target in pairwise(seen.line):
        assert f"    {source} --> {target} : ↓ " in text or f" --> {target} : ↓ " in text
    assert "    submitted --> not_notified : ↩ " in text
    assert "    submitted --> local_learning_review : → " in text
