from __future__ import annotations

from pathlib import Path

from engine.proving import Failure, verify
from tests.checklists import made, questions, state, step

SAID = 'may_overlap = "either is for the chair to choose"'


def told(folder: Path, more: str) -> list[Failure]:
    return [one for one in verify(made(folder, more)).failures if one.kind == "decisions"]


def table(*more: str) -> str:
    """A decision by two answers in three lines, the first two of which are possible at once."""
    lines = ('{ check_0 = "no" }', '{ check_1 = "no" }', '{ check_0 = "yes", check_1 = "yes" }')
    made = questions(2) + state("first") + state("second")
    made += step("first", "checking", "first", lines[0], *more)
    made += step("second", "checking", "second", lines[1], *more)
    made += step("pass_it", "checking", "passed", lines[2])
    return made + step("give_up", "first", "failed") + step("end", "second", "failed")


def test_lines_of_a_decision_that_read_different_answers_and_hold_at_once_are_told(
    tmp_path: Path,
) -> None:
    (found,) = told(tmp_path / "p", table())

    assert found.says == "“first” and “second” are possible in the same situation."
    assert found.story[-2:] == (
        "On record by then: check 0 is no; check 1 is no.",
        "Both “first” and “second” can be taken.",
    )
    assert told(tmp_path / "q", table(SAID)) == []


def test_many_steps_that_one_other_ties_together_are_told_by_one_story(tmp_path: Path) -> None:
    every = "{ " + ", ".join(f'check_{n} = "yes"' for n in range(6)) + " }"
    more = questions(6) + step("pass_it", "checking", "passed", every)
    for n in range(6):
        more += state(f"mending_{n}") + step(f"end_{n}", f"mending_{n}", "failed")
        more += step(f"part_{n}", "checking", f"mending_{n}", f'{{ check_{n} = "no" }}')

    assert len(told(tmp_path / "p", more)) == 1


def test_that_the_ways_of_a_decision_may_overlap_says_nothing_of_where_none_is_open(
    tmp_path: Path,
) -> None:
    more = questions(2) + step("stay", "checking", "") + step("give_up", "checking", "failed")
    more += state("first") + step("end", "first", "failed")
    more += step("first", "checking", "first", '{ check_0 = "no", check_1 = "no" }', SAID)
    more += step("pass_it", "checking", "passed", '{ check_1 = "no" }', SAID)
    (found,) = told(tmp_path / "p", more)

    assert found.says == (
        "There is a situation for which none of these steps is meant: “first”, “pass_it”."
    )
    assert found.story[-2:] == (
        "On record by then: check 0 is yes; check 1 is yes.",
        "Then none of these ways is open. So it is in 2 situations.",
    )
