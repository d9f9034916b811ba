"""Whoever closes a case as already open names the case that is, and it must be there and open."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from engine.case import Given
from engine.decide.steps.taking import Step
from engine.errors import RefusedError, StorageError
from engine.service import cases, references
from engine.service.drafting import drafted
from engine.service.looking import reading, viewing
from engine.service.workplace import By, Workplace
from tests.stories import PROCESS, partnership

DAY = "2026-02-03"
SAM, AVERY, HARPER = By("sam"), By("avery"), By("harper")
REASONS = Given("already_open_reasons", "The same infant and the same day.")
CLOSE = "close_as_already_open"


@pytest.fixture
def place(on_sqlite: str) -> Iterator[Workplace]:
    with partnership(on_sqlite) as (workplace, clock):
        clock.go_to(clock.instant.replace(year=2026, month=2, day=3))
        yield workplace


def opened(place: Workplace, by: By = HARPER) -> str:
    start = {"place_of_incident": "in our area", "place_of_residence": "in our area"}
    given = [Given(name, value) for name, value in (start | {"referred_on": DAY}).items()]
    return cases.open_new(place, by, PROCESS.name, given).ref


def close(place: Workplace, ref: str, other: str, *, done: bool = False) -> None:
    given = (Given("already_open_as", other), REASONS)
    cases.take_step(place, AVERY, ref, Step(CLOSE, given, already_done=done))


def why_not(place: Workplace, ref: str, other: str, *, done: bool = False) -> str:
    with pytest.raises(RefusedError) as refused:
        close(place, ref, other, done=done)
    return "; ".join(need.what for need in refused.value.unmet)


def test_a_case_is_closed_as_already_open_under_the_reference_of_an_open_case(
    place: Workplace,
) -> None:
    first, second = opened(place), opened(place)
    close(place, second, f" {first.lower()} ")

    shown = reading.show(place, SAM, second)
    answers = {one["question"]: one["value"] for one in shown["answers"]}
    assert shown["state"] == "closed"
    assert answers["already_open_as"] == first


def test_a_reference_that_is_none_or_names_no_other_open_case_is_refused(place: Workplace) -> None:
    first, second, third = opened(place), opened(place), opened(place)
    meeting = cases.take_step(place, SAM, first, Step("call_meeting")).opened[0]
    close(place, third, first)
    never = references.made(2026, bytes(5))

    assert "not a reference" in why_not(place, second, "the case of last week")
    assert why_not(place, second, second) == f"{second} is this case itself"
    assert why_not(place, second, never) == f"there is no case {never} that you may read"
    assert why_not(place, second, meeting) == f"{meeting} is a case of another kind: Meeting"
    assert reading.show(place, SAM, second)["state"] == "referred"
    assert "no answer to" in why_not_without(place, second)


def why_not_without(place: Workplace, ref: str) -> str:
    with pytest.raises(RefusedError) as refused:
        cases.take_step(place, AVERY, ref, Step(CLOSE, (REASONS,)))
    return "; ".join(need.what for need in refused.value.unmet)


def test_a_case_that_was_closed_before_cannot_be_the_one_that_is_open(
    place: Workplace,
) -> None:
    second, third = opened(place), opened(place)
    passed = Step("close_case", already_done=True, pass_over=True)
    cases.take_step(place, By("frances"), third, passed)
    assert why_not(place, second, third).startswith(f"{third} was closed on ")
    later = place.clock().replace(month=3)
    place.clock = lambda: later

    for done in (False, True):
        assert why_not(place, second, third, done=done).startswith(f"{third} was closed on ")
    # It was open on the day on which the other was really closed.
    given = (Given("already_open_as", third), REASONS)
    cases.take_step(place, By("avery", on=DAY), second, Step(CLOSE, given, already_done=True))


def test_two_cases_are_never_closed_each_as_open_under_the_other(place: Workplace) -> None:
    first, second, third = opened(place), opened(place), opened(place)
    later = place.clock().replace(month=3)
    place.clock = lambda: later
    close(place, second, first)
    given = (Given("already_open_as", second), REASONS)
    for ref in (first, third):
        with pytest.raises(RefusedError) as refused:
            # On that day it was still open.
            cases.take_step(place, By("avery", on=DAY), ref, Step(CLOSE, given, already_done=True))
        [need] = refused.value.unmet
        assert need.what == f"{second} was itself closed, as open under {first}"


@pytest.mark.postgresql
def test_of_two_commands_that_name_each_others_case_one_at_most_is_done(on_postgres: str) -> None:
    with partnership(on_postgres) as (place, clock):
        clock.go_to(clock.instant.replace(year=2026, month=2, day=3))
        pair = (opened(place), opened(place))
        both, drawn = threading.Barrier(2), place.randomness

        def after_each_other(size: int) -> bytes:
            # A salt is drawn once the reference was looked at: there each waits for the other.
            if size == 32:
                with suppress(threading.BrokenBarrierError):
                    both.wait(1)
            return drawn(size)

        place.randomness = after_each_other

        def done(ref: str, other: str) -> bool:
            try:
                close(place, ref, other)
            except (RefusedError, StorageError):
                return False
            return True

        with ThreadPoolExecutor(2) as together:
            found = list(together.map(done, pair, reversed(pair)))
        assert found.count(True) <= 1


def test_a_case_that_was_closed_as_open_elsewhere_opens_again_where_that_was_wrong(
    place: Workplace,
) -> None:
    first, second, third = opened(place), opened(place), opened(place)
    close(place, second, first)
    new = Given("new_information", "It was another incident of the same day.")
    cases.take_step(place, AVERY, second, Step("reopen_on_new_information", (new,)))
    assert reading.show(place, SAM, second)["state"] == "information_gathering"
    close(place, third, second)
    assert reading.show(place, SAM, third)["state"] == "closed"


def test_a_case_that_somebody_may_not_read_is_none_to_them(place: Workplace) -> None:
    first, second = opened(place), opened(place)
    with place.database.read() as tx:
        seen = viewing.view(place, tx, second)
        for person, may in (("harper", True), ("jules", False)):
            draft = drafted(place, By(person), seen.case, seen.edition)
            _, wrong = references.referred(place, tx, draft, [Given("already_open_as", first)])
            assert bool(wrong) is not may, person


def test_the_reference_is_judged_alike_when_it_is_recorded_and_put_right(place: Workplace) -> None:
    first, second, third = opened(place), opened(place), opened(place)
    with pytest.raises(RefusedError, match="cannot be recorded"):
        cases.record(place, SAM, second, [Given("already_open_as", second)])
    close(place, second, first)
    slip = By("sam", reason="The wrong one was typed.")
    with pytest.raises(RefusedError, match="cannot be recorded"):
        cases.correct(place, slip, second, [Given("already_open_as", "2026")])
    cases.correct(place, slip, second, [Given("already_open_as", third)])
    answers = reading.show(place, SAM, second)["answers"]
    assert [a["value"] for a in answers if a["question"] == "already_open_as"] == [third]
