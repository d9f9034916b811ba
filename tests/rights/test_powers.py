"""What each role of the shipped process may do, as it is published, is what the rules let it do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from engine import powers, rights
from engine.case import Given
from engine.decide.draft import Draft
from engine.decide.entries import keeping
from engine.definition import Question
from engine.directory import Appointment, Directory, Person
from engine.edition import Edition
from engine.powers import PART, Powers
from engine.service.drafting import drafted
from engine.service.looking.viewing import view
from engine.service.workplace import By
from tests import reviews
from tests.offices import Office
from tests.reviews import Review
from tests.shared import loaded as definition
from tests.stories import PROCESS, copied

ROLES = tuple(definition(PROCESS).roles)


@cache
def published() -> dict[str, Powers]:
    return {one.role: one for one in powers.every(Edition(definition(PROCESS)))}


def holders(review: Review) -> Directory:
    """One person for each role, who holds it and no other."""
    people = {role: Person(role, f"{role.title()} Sample") for role in ROLES}
    held = tuple(Appointment(role, role, "council") for role in ROLES)
    known = review.place.directory
    quiet = {name: replace(one, contact="") for name, one in known.agencies.items()}
    return replace(known, people=people, appointments=held, agencies=quiet, fallbacks={})


@pytest.fixture(scope="module")
def shown(sqlite_review: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Review]:
    with reviews.review_on(copied(sqlite_review, tmp_path_factory.mktemp("powers"))) as told:
        told.place.directory = holders(told)
        yield told


def draft_of(shown: Review, role: str) -> Draft:
    """The case as the rules look at it, for the holder of a role."""
    ref = shown.ref
    with shown.place.database.read() as tx:
        seen = view(shown.place, tx, ref)
    return drafted(shown.place, By(role), seen.case, seen.edition)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_takes_records_and_puts_right_what_is_published_and_nothing_else(
    shown: Review, role: str
) -> None:
    draft, said = draft_of(shown, role), published()[role]
    workflow = draft.workflow
    takes = {one.id for one in workflow.transitions.values() if keeping.may_take(draft, one)}
    assert takes == {one.id for one in said.takes}
    by_hand = _by_hand(draft.edition)
    # Of an answer that is there and shown to few, also the rules of reading decide.
    open_ = [one for one in by_hand if not one.seen_by and not one.asked_of]
    may = {one.id for one in open_ if keeping.may_answer(draft, one, Given(one.id, "x"), role)}
    assert may == {one.id for one in said.records} & {one.id for one in open_}
    right = {one.id for one in open_ if keeping.may_correct(draft, one, Given(one.id, "x"), role)}
    assert right == {one.id for one in said.corrects} & {one.id for one in open_}


def _by_hand(edition: Edition) -> list[Question]:
    every = edition.workflow.questions.values()
    return [one for one in every if one.id not in {**edition.dated_by, **edition.set_by}]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_keeps_approves_and_opens_what_is_published(shown: Review, role: str) -> None:
    draft, said = draft_of(shown, role), published()[role]
    workflow = draft.workflow
    assert said.keeps is (keeping.held(draft, workflow.keepers, role) is not None)
    asked = [one for step in workflow.transitions.values() for one in step.approve]
    approves = {one.of for one in asked if keeping.held(draft, one.by, role)}
    assert approves == {one.id for one in said.approves}
    assert said.opens is (keeping.held(draft, workflow.may_open, role) is not None)
    if said.outside:
        assert not {*said.takes, *said.records, *said.corrects, *said.approves}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_reads_what_is_published(shown: Review, role: str) -> None:
    draft, said = draft_of(shown, role), published()[role].reads
    workflow, case, day = draft.workflow, draft.case, shown.place.today().isoformat()
    at = frozenset(one.id for one in said.states[:1])
    concern = rights.Concern("council" if said.own_agency else "", frozenset(), at)
    who = rights.reader(shown.place.directory, workflow, role, day, concern)
    assert bool(who.roles) is (said.how != powers.NOTHING)
    assert who.whole is (said.how == powers.WHOLE)
    kept = {one.id for one in said.kept}
    for one in _kept_to_some(draft):
        if who.whole:
            assert rights.may_read(who, case, workflow, one) is (one.id not in kept), one.id
    if said.how == PART:
        assert {one.id for one in said.beside} <= (who.alone or set())


def _kept_to_some(draft: Draft) -> list[Question]:
    """Questions kept to roles alone, of which the moment has not been reached."""
    roles = set(draft.workflow.roles)
    found = []
    for one in draft.workflow.questions.values():
        readers = {entry.reader for entry in rights.entries(one)}
        if (
            one.personal
            and readers <= roles
            and not rights.unlocked(draft.case, draft.workflow, one)
        ):
            found.append(one)
    return found


def test_whoever_is_told_of_a_step_or_a_deadline_is_published_with_it() -> None:
    workflow = definition(PROCESS)
    for step in workflow.transitions.values():
        for role in set(step.tell) & set(ROLES):
            assert step.id in {one.id for one in published()[role].told}
    for clock in workflow.timescales.values():
        for role in {r for notice in clock.notices for r in notice.tell} & set(ROLES):
            assert clock.id in {one.id for one in published()[role].told}


def test_the_powers_of_every_role_in_every_linked_process_are_printed(unit: Office) -> None:
    asked = ("authority", "--process", PROCESS.name, "--as", "sam")
    [found] = [unit.json(*asked)["process"]]
    workflow = definition(PROCESS)
    named = [one["workflow"] for one in found["processes"]]
    assert named == [workflow.name, *workflow.children]
    printed = unit.ok(*asked)
    for one in found["processes"]:
        for role in one["roles"]:
            assert f"[{role['role']}], {one['title']}" in printed
    reviewer = " ".join(unit.ok(*asked, "--role", "reviewer").split())
    assert reviewer.count("while a case is at") == len(named)


def test_the_table_and_the_powers_of_a_role_are_printed(office: Office) -> None:
    whole = " ".join(office.ok("authority").split())
    assert "What is not named here is denied" in whole
    assert "extend, delay, person add, sent" in whole
    said = " ".join(
        office.ok("authority", "--process", "incident", "--role", "local_authority").split()
    )
    assert "Takes: Decide to notify [decide_to_notify]" in said
    assert "Reads the whole case." in said
    assert "business unit [business_unit]" not in said
    assert "has no role" in office.refused(
        2, "authority", "--process", "incident", "--role", "mayor"
    )
    assert "Say of which process" in office.refused(2, "authority", "--role", "executive")
