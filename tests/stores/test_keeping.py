from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest
from hypothesis import given as each
from hypothesis import strategies as some

from engine import database
from engine.case import Case, Given, Rows
from engine.decide.draft import Draft
from engine.decide.entries import keeping
from engine.decide.steps.taking import Step
from engine.directory import Absence, Appointment, Directory
from engine.edition import Edition
from engine.errors import RefusedError, UsageError
from engine.loading import load
from engine.service import cases
from engine.service.drafting import drafted
from engine.service.looking import documents, viewing
from engine.service.workplace import By, File
from tests.worlds import (
    AGENCIES,
    BESS,
    DIRECTORY,
    EVE,
    LEE,
    PEOPLE,
    SAMPLE,
    World,
    activate_sample,
    given,
    place_on,
)

WORKFLOW = load(SAMPLE)
ACTING = ("business_unit", "local_authority", "executive")
NO_ROLE = ("hana", "pol")
"""They answer for their agencies, and hold no role of the process."""
Deed = Callable[[World, str, By], object]


def answer(question: str, value: str | None, of: str = "", status: str = "answered") -> Deed:
    one = Given(question, value, of, status=status)
    return lambda world, ref, by: cases.record(world.place, by, ref, [one])


def correction(question: str, value: str, of: str = "") -> Deed:
    one = Given(question, value, of)
    return lambda world, ref, by: cases.correct(world.place, by, ref, [one])


def attachment(world: World, ref: str, by: By) -> object:
    file = File("form.pdf", io.BytesIO(b"The form of the sample case."))
    return documents.attach(world.place, by, ref, "form", file)


def erasure(world: World, ref: str, by: By) -> object:
    return documents.erase_person(world.place, by, ref, "p1", "a court's order")


def another_day(step: str) -> Deed:
    def deed(world: World, ref: str, by: By) -> object:
        taken = [e for e in world.events(ref) if e["type"] == "transition taken"]
        [n] = [e["n"] for e in taken if e["body"]["transition"] == step]
        return cases.redate(world.place, by, ref, n, "2025-12-14")

    return deed


def one_step(world: World) -> str:
    ref = world.open(aware_on="2025-12-12")
    world.take(ref, "start_deciding")
    return ref


def decided(world: World) -> str:
    ref = one_step(world)
    world.opinions(ref)
    world.take(ref, "decide_to_notify", LEE, rationale="The tests are met.")
    return ref


def sent(world: World) -> str:
    ref = world.notified(happened_on="2025-12-10")
    cases.add_person(world.place, BESS, ref, "child")
    return ref


DEEDS: Mapping[str, tuple[Callable[[World], str], Deed, set[str]]] = {
    "record what no step needs": (one_step, answer("happened_on", "2025-12-10"), {"bess"}),
    "record what a step needs": (one_step, answer("rationale", "Met."), {"bess", "lee"}),
    "record what is approved": (sent, answer("report", "The report."), {"bess"}),
    "record an agency's answer": (
        one_step,
        answer("opinion", "notify", "board"),
        {"bess", "ed", "hana"},
    ),
    "record that an agency was asked": (
        one_step,
        answer("opinion", None, "board", "asked"),
        {"bess"},
    ),
    "attach": (sent, attachment, {"bess"}),
    "add a person": (
        one_step,
        lambda world, ref, by: cases.add_person(world.place, by, ref, "child"),
        {"bess"},
    ),
    "erase": (sent, erasure, {"bess"}),
    "correct what no step needs": (sent, correction("happened_on", "2025-12-09"), {"bess"}),
    "correct what a step needs": (sent, correction("rationale", "Not so."), {"bess"}),
    "correct an agency's answer": (
        sent,
        correction("opinion", "undecided", "board"),
        {"bess", "ed", "hana"},
    ),
    "correct the day of a step": (sent, correction("notified_on", "2025-12-12"), {"bess"}),
    "extend": (
        sent,
        lambda world, ref, by: cases.extend(world.place, by, ref, "review", "2026-03-02", "Eve"),
        {"bess"},
    ),
    "delay": (
        sent,
        lambda world, ref, by: cases.delay(world.place, by, ref, "review", "the Panel"),
        {"bess"},
    ),
    "undo a decision of the authority": (
        decided,
        lambda world, ref, by: cases.undo(world.place, by, ref),
        {"lee"},
    ),
    "undo a step of either": (
        sent,
        lambda world, ref, by: cases.undo(world.place, by, ref),
        {"bess", "lee"},
    ),
    "re-date a decision of the authority": (decided, another_day("decide_to_notify"), {"lee"}),
    "re-date a step of the unit": (decided, another_day("start_deciding"), {"bess"}),
}


@pytest.fixture
def place_of_one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    url = f"sqlite:///{tmp_path_factory.mktemp('keeping')}/casetrail.db"
    database.create(url, "sample", durable=False)
    opened = database.open(url)
    world = World(*place_on(opened))
    activate_sample(world.place)
    yield world
    opened.close()


@pytest.mark.parametrize("deed", DEEDS)
def test_each_verb_is_for_exactly_those_whom_the_definition_names(
    place_of_one: World, deed: str
) -> None:
    world = place_of_one
    begin, act, may = DEEDS[deed]
    ref = begin(world)
    before = len(world.events(ref))
    for person in sorted(set(PEOPLE) - may):
        with pytest.raises(RefusedError) as error:
            act(world, ref, By(person, reason="it was so"))
        said = "\n".join([str(error.value), *(need.what for need in error.value.unmet)])
        assert "for the" in said or (person in NO_ROLE and "holds none today" in said), person
        assert all(need.who and "--decided-by" in need.how for need in error.value.unmet), person
    assert len(world.events(ref)) == before
    for person in sorted(may):
        act(world, begin(world), By(person, reason="it was so"))
    for person in sorted(may):
        shown = By("bess", decided_by=person, evidence="minutes-1", reason="it was so")
        act(world, begin(world), shown)
        ref = begin(world)
        for recorder in {"pol", "eve", "lee"} - {person}:
            with pytest.raises(RefusedError, match="recorded by those who keep the record"):
                act(world, ref, replace(shown, person=recorder))
    assert world.verdict().problems == []


def test_nothing_is_erased_in_the_name_of_somebody_else(place_of_one: World) -> None:
    world = place_of_one
    ref = sent(world)
    other = Appointment("pol", "business_unit", "council")
    both = replace(DIRECTORY, appointments=(*DIRECTORY.appointments, other))
    place = replace(world.place, directory=both)
    shown = By("bess", decided_by="pol", evidence="minutes-1", reason="it was so")
    with pytest.raises(RefusedError, match="in the name of somebody else"):
        documents.erase_person(place, shown, ref, "p1", "a court's order")
    documents.erase_person(place, By("pol"), ref, "p1", "a court's order")


def test_whoever_keeps_the_record_is_named_once_with_all_that_is_theirs(world: World) -> None:
    ref = one_step(world)
    with pytest.raises(RefusedError) as error:
        cases.record(world.place, By("eve"), ref, given(happened_on="2025-12-10", rationale="Met."))
    assert [need.what for need in error.value.unmet] == [
        'it is for the business unit to answer "When did it happen?"',
        'it is for the business unit or the local authority to answer "Why was it decided so?"',
    ]
    assert error.value.exit_code == 4
    with world.place.database.read() as tx:
        logged = world.place.store.events(tx, "access")
    assert '"verb":"record"' in logged[-1]
    assert '"type":"refused"' in logged[-1]


def test_what_somebody_else_decided_about_the_record_needs_its_evidence(world: World) -> None:
    ref = one_step(world)
    with pytest.raises(UsageError, match="needs its evidence"):
        cases.record(world.place, By("pol", decided_by="bess"), ref, given(rationale="Met."))


def test_a_deputy_keeps_the_record_only_while_its_keeper_is_away(world: World) -> None:
    deputy = Appointment("pol", "business_unit", "council", deputy_for="bess")
    there = replace(DIRECTORY, appointments=(*DIRECTORY.appointments, deputy))
    away = replace(there, absences=(Absence("bess", "2025-12-15", "2025-12-15"),))
    ref = one_step(world)
    told = given(happened_on="2025-12-10")
    with pytest.raises(RefusedError, match="cannot be recorded"):
        cases.record(replace(world.place, directory=there), By("pol"), ref, told)
    cases.record(replace(world.place, directory=away), By("pol"), ref, told)


def test_the_record_is_kept_by_those_in_the_role_today_whenever_it_happened(world: World) -> None:
    new = replace(DIRECTORY.appointments[0], since="2025-12-15")
    directory = replace(DIRECTORY, appointments=(new, *DIRECTORY.appointments[1:]))
    ref = one_step(world)
    place = replace(world.place, directory=directory)
    early = By("bess", on="2025-12-01")
    cases.record(place, early, ref, given(happened_on="2025-11-30"))
    with place.database.read() as tx:
        assert viewing.view(place, tx, ref).case.value("happened_on") == "2025-11-30"


def test_an_agency_answers_on_the_linked_case_that_is_about_it(world: World) -> None:
    ref = world.notified()
    board, police = world.take(ref, "ask_for_summaries", agencies_asked="board,police").opened
    cases.record(world.place, By("ed"), board, given(summary="We hold one file."))
    with pytest.raises(RefusedError) as error:
        cases.record(world.place, By("ed"), police, given(summary="They hold one file."))
    assert "or for Sample Police" in error.value.unmet[0].what


def test_with_a_step_comes_what_it_names_and_only_from_its_keepers_anything_else(
    world: World,
) -> None:
    ref = one_step(world)
    opinions = [Given("opinion", "notify", of) for of in ("council", "board", "police")]
    step = Step("decide_to_notify", (*given(rationale="Met.", happened_on="2025-12-10"), *opinions))
    with pytest.raises(RefusedError) as error:
        cases.take_step(world.place, LEE, ref, step)
    first = [need for need in error.value.unmet if need.what.startswith("it is for")]
    assert [need.what for need in first] == [
        'it is for the business unit to answer "When did it happen?"',
        'it is for the business unit to answer "Does your agency think it should be notified?", '
        f"or for {AGENCIES['board'].title}",
        'it is for the business unit to answer "Does your agency think it should be notified?", '
        f"or for {AGENCIES['police'].title}",
    ]
    assert {need.how for need in first} == {keeping.BY_THEMSELVES}
    assert world.state(ref) == "deciding"
    cases.take_step(world.place, By("bess", decided_by="lee", evidence="minutes-1"), ref, step)
    assert world.state(ref) == "to_notify"


def test_somebody_who_may_not_take_a_step_gives_nothing_with_it(world: World) -> None:
    ref = one_step(world)
    world.opinions(ref)
    with pytest.raises(RefusedError, match="given with the step cannot be recorded"):
        world.take(ref, "decide_to_notify", EVE, rationale="Met.")
    assert world.state(ref) == "deciding"


def test_a_refused_correction_says_whose_it_is_to_correct(world: World) -> None:
    ref = one_step(world)
    world.record(ref, happened_on="2025-12-10")
    with pytest.raises(RefusedError) as error:
        cases.correct(world.place, By("eve", reason="a slip"), ref, given(happened_on="2025-12-09"))
    [need] = error.value.unmet
    said = 'it is for the business unit to correct the answer to "When did it happen?"'
    assert need.what == said


def test_an_edition_that_names_no_keepers_lets_all_who_act_in_it_keep_the_record(
    world: World,
) -> None:
    ref = one_step(world)
    with world.place.database.read() as tx:
        seen = viewing.view(world.place, tx, ref)
    old = Edition(replace(WORKFLOW, kept_by=()))
    for person, may in (("eve", True), ("bess", True), ("pol", False)):
        draft = drafted(world.place, By(person), seen.case, old)
        assert (keeping.not_theirs(draft, given(happened_on="2025-12-10")) == ()) is may


def test_those_who_keep_the_record_put_the_steps_of_a_historic_case_right(world: World) -> None:
    past = By("bess", on="2019-05-01")
    ref = cases.open_new(world.place, past, "incident", given(place="elsewhere"), historic=True).ref
    cases.take_step(world.place, past, ref, Step("decide_to_notify", already_done=True))
    with pytest.raises(RefusedError, match="for those who may take that step"):
        cases.undo(world.place, By("eve", reason="entered twice"), ref)
    cases.undo(world.place, By("bess", reason="entered twice"), ref)
    assert world.state(ref) == "referred"


def test_whoever_a_refused_step_names_can_really_supply_what_is_missing(world: World) -> None:
    ref = one_step(world)
    named = {"business unit": "bess", "local authority": "lee"}
    named |= {AGENCIES["council"].title: "eve", AGENCIES["board"].title: "ed"}
    with pytest.raises(RefusedError) as error:
        world.take(ref, "decide_to_notify", LEE)
    tried = set()
    for need in error.value.unmet:
        path = need.how.rpartition("record --no-reply")[0] or need.how
        found = re.search(r"record ([a-z_]+)(?:/([a-z]+))?=", path.replace("--asked ", ""))
        assert found, need.how
        question, of = found[1], found[2] or ""
        one = Given(question, "notify" if of else "Met.", of)
        for who in set(need.who) & named.keys():
            assert keeping.not_theirs(_draft(world, ref, By(named[who])), [one]) == (), (need, who)
            tried.add(who)
    assert tried == named.keys()


def test_what_a_condition_still_needs_names_who_may_record_it(world: World) -> None:
    past = By("bess", on="2019-05-01")
    ref = cases.open_new(world.place, past, "incident", (), historic=True).ref
    cases.take_step(world.place, past, ref, Step("start_deciding"))
    with pytest.raises(RefusedError) as error:
        world.take(ref, "decide_to_notify", LEE)
    [need] = [need for need in error.value.unmet if need.how == "record place=ANSWER"]
    assert need.who == ("business unit",)


def _draft(world: World, ref: str, by: By) -> Draft:
    with world.place.database.read() as tx:
        seen = viewing.view(world.place, tx, ref)
    return drafted(world.place, by, seen.case, seen.edition)


APPOINTMENTS = some.lists(
    some.builds(
        Appointment,
        person=some.sampled_from(["bess", "lee", "pol"]),
        role=some.sampled_from([*ACTING, "national_panel"]),
        agency=some.sampled_from(["", *AGENCIES]),
    ),
    max_size=5,
)
ASKED = some.sampled_from(
    [
        Given("happened_on", "2025-12-10"),
        Given("rationale", "Met."),
        Given("report", "The report."),
        Given("notified_on", "2025-12-12"),
        *(Given("opinion", "notify", of) for of in AGENCIES),
        Given("opinion", None, "police", status="no reply"),
    ]
)


@each(APPOINTMENTS, some.lists(some.sampled_from(ACTING), min_size=1, unique=True), ASKED)
def test_an_answer_is_for_its_keepers_those_whose_steps_need_it_and_the_agency_it_is_of(
    appointments: list[Appointment], kept_by: list[str], one: Given
) -> None:
    place, _ = place_on(None)
    place.directory = Directory(PEOPLE, AGENCIES, tuple(appointments))
    edition = Edition(replace(WORKFLOW, kept_by=tuple(kept_by)))
    rows = Rows()
    rows.table("cases")[("r",)] = {"about": "", "state": "deciding", "version": 1, "head": ""}
    draft = drafted(place, By("pol"), Case("r", rows), edition)
    needing = {
        "rationale": {"local_authority"},
        "report": {"business_unit"},
        "notified_on": {"local_authority", "business_unit"},
    }
    mine = [a for a in appointments if a.person == "pol"]
    whose = {*kept_by, *needing.get(one.question, set())}
    may = any(a.role in whose for a in mine)
    if one.question == "opinion" and one.status == "answered":
        may |= any(a.agency == one.of and a.role in ACTING for a in mine)
        may |= AGENCIES[one.of].contact == "pol"
    assert (keeping.not_theirs(draft, [one]) == ()) is may
