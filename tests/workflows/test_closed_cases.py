"""No walk over the flagship process leaves a clock running on a case that is closed."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from engine.case import Case, Given
from engine.decide.steps.opening import open_case
from engine.decide.steps.taking import Step, take
from engine.definition import Transition
from engine.edition import Edition
from engine.errors import RefusedError, UsageError
from engine.service import cases
from engine.service.changing import new_case
from engine.service.drafting import drafted
from engine.service.looking.viewing import View
from engine.service.virtual import VirtualClock
from engine.service.workplace import By, Workplace
from tests.shared import loaded
from tests.stories import PROCESS, partnership
from tests.supplying import GIVE, OnPaper, plan, who_may

EDITION = Edition(loaded(PROCESS))
WORKFLOW = EDITION.workflow
REF = "2026-WALKED"
SAM = By("sam")
LEFT = {name for name, t in WORKFLOW.timescales.items() if t.keep}
"""What the definition means to run after closure."""

PLACES = [Given(name, "in our area") for name in ("place_of_incident", "place_of_residence")]

WALKS = 40
WANDERING = 30
"""From then on a walk goes where it ends."""


def ways_to_the_end() -> dict[str, int]:
    """How many steps it is at least from each state to a closed one."""
    far = {state.id: 0 for state in WORKFLOW.states.values() if state.closed}
    for distance in range(1, len(WORKFLOW.states)):
        for step in WORKFLOW.transitions.values():
            if far.get(step.to) == distance - 1:
                far |= {start: distance for start in step.starts if start not in far}
    return far


FAR = ways_to_the_end()


def opened(place: Workplace) -> OnPaper:
    """A case on paper that has just been opened."""
    draft = drafted(place, SAM, new_case(REF), EDITION)
    open_case(draft, [*PLACES, Given("referred_on", place.today().isoformat())])
    return OnPaper(place, View(draft.case, EDITION, place.today()))


def go(paper: OnPaper, step: Transition, *, jump: bool = False) -> bool:
    """Take a step after supplying what it lists; or as already done, from wherever the case is."""
    by = who_may(paper.place, step, "sam")
    try:
        deeds, left = ([], []) if jump else plan(paper, by, step)
        given = tuple(one.given for one in deeds if one.verb == GIVE)
        take(paper.draft(by, step.who), Step(step.id, given, jump, jump))
    except (RefusedError, UsageError):
        return False
    return not left


DUTIES = {timescale.id for timescale in WORKFLOW.timescales.values() if timescale.duty}


def running(paper: OnPaper) -> set[str]:
    """The clocks that run, beside those that the definition means to run after closure."""
    return {str(key[1]) for key, _ in Case(REF, paper.rows).open_deadlines()} - LEFT


def walked(
    place: Workplace, clock: VirtualClock, chance: random.Random, jumps: float
) -> set[str] | None:
    """Walk until the case is closed; what then runs."""
    paper = opened(place)
    for number in range(150):
        if chance.random() < 0.1:
            clock.go_to(clock.instant + timedelta(days=chance.randint(1, 40)))
        here = WORKFLOW.states[Case(REF, paper.rows).state]
        if here.closed:
            return running(paper)
        jump = chance.random() < jumps
        steps = list(WORKFLOW.transitions.values()) if jump else WORKFLOW.from_state(here.id)
        moving = [one for one in steps if one.to not in ("", here.id)]
        if number > WANDERING and not jump:
            moving = [one for one in moving if FAR[one.to] < FAR[here.id]] or moving
        go(paper, chance.choice(moving if chance.random() < 0.7 else list(steps)), jump=jump)
    return None


@pytest.mark.parametrize("jumps", [0.0, 0.15, 0.4])
def test_no_walk_closes_a_case_with_a_clock_running(jumps: float, on_sqlite: str) -> None:
    with partnership(on_sqlite) as (place, clock):
        begins = clock.instant = clock.instant.replace(year=2026, month=3, day=10)
        # That with which a referral of the same incident may turn out to be already open.
        opening = Given("referred_on", place.today().isoformat())
        cases.open_new(place, SAM, WORKFLOW.name, [*PLACES, opening])
        closed = 0
        for seed in range(WALKS):
            clock.instant = begins
            left = walked(place, clock, random.Random(seed), jumps)
            assert (left or set()) <= (DUTIES if jumps else set()), (seed, jumps)
            closed += left is not None
    assert closed > WALKS / 2


def test_a_case_closes_only_when_what_was_passed_over_and_still_runs_is_recorded(
    on_sqlite: str,
) -> None:
    with partnership(on_sqlite) as (place, clock):
        clock.go_to(clock.instant.replace(year=2026, month=3, day=10))
        paper = opened(place)
        steps = WORKFLOW.transitions
        for name in ("decide_practice_review", "reconsider_decision", "find_nothing_to_act_on"):
            go(paper, steps[name], jump=True)
        assert "practice_review_published" in running(paper)

        by = who_may(place, steps["close_case"], "sam")
        draft = paper.draft(by, steps["close_case"].who)
        with pytest.raises(RefusedError) as refused:
            take(draft, Step("close_case", (Given("closing_summary", "Nothing is left."),)))
        needs = {need.what: need.how for need in refused.value.unmet}
        said = (
            '"Complete and publish the practice review" is neither met nor stopped, and no case '
            "closes before that"
        )
        assert needs[said] == (
            "take publish_report or publish_improvements; with --already-done only if it has "
            "happened"
        )

        assert go(paper, steps["close_case"], jump=True)
        # That a duty was not done is still to be seen.
        assert running(paper) == {"notification"} <= DUTIES
        unmet = {str(row["what"]) for row in paper.rows.table("tasks").values()}
        assert said in unmet
