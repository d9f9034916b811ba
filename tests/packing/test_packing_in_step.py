"""Packs in step with the record: out of date at once, built again by the tick, frozen, on both
databases.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

import pytest

from engine.database import Database, Transaction
from engine.service import cases
from engine.service.looking import reading
from engine.service.packs import gathering, packing
from engine.service.workplace import By
from tests.packs import Page
from tests.reviews import RECORD, SAM, SUBMISSION, Review
from tests.unpacking import new_case, packs, rebuild, unpacked


def test_an_answer_that_it_prints_makes_a_pack_out_of_date_in_the_same_command(
    review_on: Review,
) -> None:
    review_on.build()
    review_on.build(RECORD)
    review_on.clock.go_to("2026-01-08")
    outcome = review_on.record(lateness="It is not.")

    assert packs(review_on) == [(1, "out of date")]
    assert packs(review_on, RECORD) == [(1, "current")]
    assert [event["type"] for event in outcome.events] == ["answers recorded", "pack changed"]
    assert outcome.events[1]["body"]["causes"] == ["lateness"]


def test_a_newer_version_takes_the_place_of_the_one_before(review_on: Review) -> None:
    review_on.build()
    review_on.build(anew=True)
    review_on.build(draft=True)

    assert packs(review_on) == [(1, "out of date"), (2, "current"), (3, "draft")]
    assert rebuild(review_on).packs == 0
    assert review_on.verdict().problems == []


def test_an_answer_that_no_pack_prints_leaves_them_current(review: Review) -> None:
    review.build()
    review.clock.go_to("2026-01-08")
    review.record(other_authority="The chronology of the police points there.")

    assert packs(review) == [(1, "current")]
    assert review.build().fresh is False


def test_what_changes_on_a_linked_case_reaches_the_pack_above_it(review_on: Review) -> None:
    review_on.build()
    review_on.clock.go_to("2026-01-08")
    school = f"{review_on.ref}.2"
    review_on.record(school, own_action="A new register.")
    assert packs(review_on) == [(1, "current")]
    review_on.record(school, analysis="The panel's notes will be kept.")

    assert packs(review_on) == [(1, "out of date")]
    assert review_on.events()[-1]["body"]["causes"] == ["agency_return.analysis"]  # type: ignore[index]


def test_a_linked_case_that_ends_marks_the_pack_only_once(review: Review) -> None:
    review.build()
    review.clock.go_to("2026-01-08")
    review.record(f"{review.ref}.2", analysis="The panel's notes will be kept.")
    rebuild(review)
    review.take("record_full_return", By("jules"), f"{review.ref}.2")

    assert packs(review) == [(1, "out of date"), (2, "out of date")]
    changed = [event for event in review.events() if event["type"] == "pack changed"]
    assert len(changed) == 2
    assert review.verdict().problems == []


def test_a_pack_out_of_date_is_built_again_by_the_tick(review_on: Review) -> None:
    first = review_on.build()
    review_on.clock.go_to("2026-01-08")
    review_on.record(lateness="Not late.")
    done = rebuild(review_on)
    built = review_on.build()

    assert (done.packs, done.failed) == (1, 0)
    assert packs(review_on) == [(1, "out of date"), (2, "current")]
    assert (built.no, built.fresh) == (2, False)
    assert b"Not late." in unpacked(built)["rapid-review-submission.html"]
    assert first.content != built.content
    assert rebuild(review_on).packs == 0
    actor = review_on.events()[-1]["actor"]
    assert isinstance(actor, dict)
    assert actor["proof"] == "the engine itself"
    assert review_on.verdict().problems == []


def test_a_pack_of_which_something_is_missing_now_waits_for_somebody(review: Review) -> None:
    review.build()
    review.clock.go_to("2026-01-08")
    cases.add_person(review.place, SAM, review.ref, "child")

    assert rebuild(review).packs == 0
    assert packs(review) == [(1, "out of date")]


def test_a_pack_is_frozen_with_the_step_that_signs_it_off(review_on: Review) -> None:
    built = review_on.build()
    outcome = review_on.take("submit_rapid_review")

    assert packs(review_on) == [(1, "frozen")]
    assert "pack changed" in [event["type"] for event in outcome.events]
    review_on.clock.go_to("2026-01-09")
    review_on.record(lateness="It was not.")
    assert rebuild(review_on).packs == 0
    assert packs(review_on) == [(1, "frozen")]
    again = review_on.build()
    assert (again.no, again.status, again.content) == (1, "frozen", built.content)


def test_a_signed_off_pack_is_built_anew_only_when_asked_for(review: Review) -> None:
    review.build()
    review.take("submit_rapid_review")

    anew = review.build(anew=True)
    assert (anew.no, anew.status) == (2, "current")
    assert "7 January 2026" in Page(unpacked(anew)["rapid-review-submission.html"]).said()


def test_a_pack_signed_off_out_of_date_is_left_as_a_task(review: Review) -> None:
    review.build()
    review.record(lateness="Not yet.")
    review.take("submit_rapid_review")

    assert packs(review) == [(1, "frozen")]
    tasks = [task["what"] for task in reading.show(review.place, SAM, review.ref)["tasks"]]
    said = '"Rapid review submission" was out of date when it was signed off: look at what'
    assert any(what.startswith(said) for what in tasks)


def test_when_a_sign_off_is_set_aside_the_next_pack_is_a_new_one(review: Review) -> None:
    review.build()
    review.take("submit_rapid_review")
    review.clock.go_to("2026-01-08")
    cases.undo(review.place, replace(SAM, reason="sent to the wrong address"), review.ref)
    built = review.build()

    assert (built.no, built.status) == (2, "current")
    review.take("submit_rapid_review")
    assert packs(review) == [(1, "frozen"), (2, "frozen")]


def test_a_key_builds_a_pack_once(review_on: Review) -> None:
    by = replace(SAM, key="a-key-of-mine")
    first = packing.build(review_on.place, by, review_on.ref, SUBMISSION)
    review_on.clock.go_to("2026-01-08")
    review_on.record(lateness="Not late.")
    again = packing.build(review_on.place, by, review_on.ref, SUBMISSION)

    assert (again.no, again.fresh, again.content) == (1, False, first.content)


def test_a_record_that_moves_while_the_pack_is_made_is_not_built_on(review: Review) -> None:
    plan = gathering.gather(review.place, SAM, review.ref, SUBMISSION)
    review.clock.go_to("2026-01-08")
    review.record(f"{review.ref}.2", own_action="A new register.")
    with pytest.raises(packing._MovedError):
        packing._build(review.place, SAM, plan, draft=False)

    assert packs(review) == []
    assert review.build().no == 1


class Overheard:
    """A database of which every statement is written down."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.asked: list[str] = []

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        with self.database.write() as tx:
            yield cast(Transaction, Overhearing(tx, self.asked))

    def __getattr__(self, name: str) -> object:
        return getattr(self.database, name)


class Overhearing:
    """A transaction of which every statement is written down."""

    def __init__(self, tx: Transaction, asked: list[str]) -> None:
        self._tx, self._asked = tx, asked

    def __getattr__(self, name: str) -> object:
        found = getattr(self._tx, name)
        if not callable(found):
            return found

        def overheard(sql: object, *values: object) -> object:
            asked = [sql] if isinstance(sql, str) else [one[0] for one in cast(Any, sql)]
            self._asked.extend(asked)
            return found(sql, *values)

        return overheard


def test_a_case_of_which_no_pack_was_built_asks_nothing_about_packs(review: Review) -> None:
    review.build()
    ref, database = new_case(review), review.place.database
    heard = Overheard(database)
    review.place.database = cast(Database, heard)
    review.clock.go_to("2026-01-08")
    review.record(ref, what_happened="A child was hurt.")
    assert heard.asked
    assert [sql for sql in heard.asked if "pack" in sql] == []

    review.record(f"{review.ref}.2", own_action="A new register.")
    assert len([sql for sql in heard.asked if "pack" in sql]) > 0
