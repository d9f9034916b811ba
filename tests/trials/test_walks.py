from __future__ import annotations

import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
    run_state_machine_as_test,
)

from engine import database
from engine.service.workplace import By
from tests import stories, supplying
from tests.walking import Walk
from tests.worlds import place_on

PICK = st.integers(0, 9999)
# Shortening a walk takes minutes: that is for exploring; what was done is in the failure anyway.
EXPLORING = settings().max_examples > 100
FEW = settings(
    phases=list(Phase) if EXPLORING else [Phase.generate],
    max_examples=200 if EXPLORING else 14,
    stateful_step_count=60 if EXPLORING else 40,
)


class Walking(RuleBasedStateMachine):
    """Somebody's work, one choice after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.ending = ExitStack()
        self.walk = self.begin()

    def begin(self) -> Walk:
        raise NotImplementedError

    @rule(pick=PICK)
    def open(self, pick: int) -> None:
        self.walk.open(pick)

    @rule(pick=PICK, which=PICK)
    def advance(self, pick: int, which: int) -> None:
        self.walk.advance(pick, which)

    @rule(pick=PICK, which=PICK)
    def advance_again(self, pick: int, which: int) -> None:
        self.walk.advance(pick, which)

    @rule(pick=PICK, which=PICK)
    def jump(self, pick: int, which: int) -> None:
        self.walk.jump(pick, which)

    @rule(pick=PICK, which=PICK)
    def record(self, pick: int, which: int) -> None:
        self.walk.record(pick, which)

    @rule(pick=PICK, which=PICK)
    def correct(self, pick: int, which: int) -> None:
        self.walk.correct(pick, which)

    @rule(pick=PICK)
    def undo(self, pick: int) -> None:
        self.walk.undo(pick)

    @rule(pick=PICK, which=PICK)
    def redate(self, pick: int, which: int) -> None:
        self.walk.redate(pick, which)

    @rule(pick=PICK, which=PICK)
    def extend(self, pick: int, which: int) -> None:
        self.walk.extend(pick, which)

    @rule(pick=PICK, which=PICK)
    def approve(self, pick: int, which: int) -> None:
        self.walk.approve(pick, which)

    @rule(pick=PICK)
    def add_person(self, pick: int) -> None:
        self.walk.add_person(pick)

    @rule(pick=PICK)
    def erase(self, pick: int) -> None:
        self.walk.erase(pick)

    @rule(pick=PICK, which=PICK)
    def attach(self, pick: int, which: int) -> None:
        self.walk.attach(pick, which)

    @rule(days=st.integers(1, 40))
    def wait(self, days: int) -> None:
        self.walk.wait(days)

    @rule(pick=PICK)
    def tick(self, pick: int) -> None:
        self.walk.tick(pick)

    @precondition(lambda self: self.walk.refs)
    @rule(pick=PICK)
    def next_says_what_take_says(self, pick: int) -> None:
        seen = self.walk.view(pick)
        for step in seen.edition.workflow.from_state(seen.case.state):
            for by in (By(self.walk.opener), supplying.who_may(self.walk.place, step, "")):
                if by.person:
                    assert supplying.same_as_next(self.walk.place, seen, by, step) == []

    @precondition(lambda self: self.walk.refs)
    @rule(pick=PICK)
    def what_next_lists_suffices(self, pick: int) -> None:
        place, seen = self.walk.place, self.walk.view(pick)
        for step in seen.edition.workflow.from_state(seen.case.state):
            by = supplying.who_may(place, step, "")
            if by.person:
                assert supplying.what_is_listed_suffices(place, seen, by, step) == []

    @precondition(lambda self: self.walk.refs)
    @rule(pick=PICK, which=PICK)
    def what_why_not_tells_is_done(self, pick: int, which: int) -> None:
        self.walk.do_as_told(pick, which)

    @precondition(lambda self: self.walk.refs)
    @rule(pick=PICK, which=PICK)
    def what_a_step_reads_suffices(self, pick: int, which: int) -> None:
        place, seen = self.walk.place, self.walk.view(pick)
        answers = self.walk.some_answers(seen, which)
        for step in seen.edition.workflow.transitions.values():
            by = supplying.who_may(place, step, self.walk.opener)
            given = answers[0]
            wrong = supplying.same_from_what_a_step_reads(place, seen, by, step, given)
            assert wrong == []

    def teardown(self) -> None:
        assert self.walk.verified() == []
        for ref in self.walk.refs:
            assert self.walk.problems(ref) == []
        self.ending.close()


def test_no_walk_over_the_sample_process_leaves_its_map_or_its_record(sqlite_sample: Path) -> None:
    class SampleWalking(Walking):
        def begin(self) -> Walk:
            folder = Path(self.ending.enter_context(tempfile.TemporaryDirectory()))
            opened = database.open(stories.copied(sqlite_sample, folder))
            self.ending.callback(opened.close)
            return Walk(*place_on(opened), "incident", "bess")

    run_state_machine_as_test(SampleWalking, settings=FEW)


def test_no_walk_over_the_practice_review_leaves_its_map_or_its_record(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    template = tmp_path_factory.mktemp("template") / "casetrail.db"
    stories.make_store(f"sqlite:///{template}")

    class ReviewWalking(Walking):
        def begin(self) -> Walk:
            folder = Path(self.ending.enter_context(tempfile.TemporaryDirectory()))
            opened = stories.partnership(stories.copied(template, folder))
            place, clock = self.ending.enter_context(opened)
            clock.go_to(datetime(2025, 11, 24, 10, tzinfo=UTC))
            return Walk(place, clock, stories.PROCESS.name, "sam")

    run_state_machine_as_test(ReviewWalking, settings=FEW)
