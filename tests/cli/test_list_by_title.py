"""`list` takes a state and a process by the titles that people read, and says which were meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.decide.steps.taking import Step
from engine.errors import UsageError
from engine.service import cases
from engine.service.looking import listing
from engine.service.looking.listing import Wish
from tests.changed_sample import changed
from tests.worlds import BESS, World


def found(world: World, state: str = "", workflow: str = "", *, closed: bool = False) -> list[str]:
    wish = Wish(state=state, workflow=workflow, closed=closed)
    return [case["ref"] for case in listing.cases(world.place, wish)]


def refused(world: World, state: str = "", workflow: str = "") -> str:
    with pytest.raises(UsageError) as error:
        found(world, state, workflow)
    return str(error.value)


@pytest.mark.parametrize(
    "typed",
    [
        "deciding",
        "The local authority is deciding",
        "the LOCAL authority  is deciding",
        '"The local authority is deciding"',
        "The local",
    ],
)
def test_a_state_is_named_by_its_name_its_title_or_how_that_begins(
    world: World, typed: str
) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.open(aware_on="2025-12-11")
    world.take(ref, "start_deciding")
    assert found(world, state=typed) == [ref]


def test_a_state_in_which_cases_are_closed_lists_those_that_are(world: World) -> None:
    ref = world.notified()
    world.open()
    step = Step("publish", already_done=True, pass_over=True)
    cases.take_step(world.place, BESS, ref, step)
    assert world.state(ref) == "closed"
    assert found(world, state="closed") == [ref]


def test_a_process_is_named_in_the_same_ways(world: World) -> None:
    refs = [world.notified()]
    for typed in ("incident", "Sample incident", "sample inc"):
        assert found(world, workflow=typed) == refs
    assert found(world, workflow="Sample inc", state="It has been") == []
    assert refused(world, workflow="incident", state="asked").startswith('There is no state "asked')


def test_a_beginning_that_several_titles_share_is_refused_with_some_of_them(world: World) -> None:
    assert refused(world, state="The agency") == (
        'The state "The agency" may be "The agency has been asked" or "The agency declined"; '
        "write more of it."
    )
    assert refused(world, state="the ").endswith(" or 4 more; write more of it.")


def test_a_title_finds_no_case_of_another_process_whose_state_only_has_the_same_name(
    tmp_path: Path,
) -> None:
    linked = (
        ("[state.declined]", "[state.not_notified]"),
        ('to    = "declined"', 'to    = "not_notified"'),
    )
    with changed(tmp_path, linked=linked) as world:
        ref = world.notified()
        [one] = world.take(ref, "ask_for_summaries", agencies_asked="police").opened
        world.take(one, "decline")
        assert found(world, state="The agency declined", closed=True) == [one]
        assert found(world, state="not_notified", closed=True) == [one]
        assert found(world, state="It was decided not to notify", closed=True) == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("decding", '; did you mean "The local authority is deciding" [deciding]?'),
        ("authority", '; did you mean "The local authority is deciding" [deciding]?'),
        ("xyzzy", "; `casetrail list` says where each case is."),
    ],
)
def test_a_state_that_there_is_not_is_answered_with_those_that_resemble_it(
    world: World, typed: str, meant: str
) -> None:
    assert refused(world, state=typed) == f'There is no state "{typed}"{meant}'
