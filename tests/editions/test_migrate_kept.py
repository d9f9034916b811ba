"""What stays as it was when a case is moved: answers, kept clocks, and what others see of it."""

from __future__ import annotations

from pathlib import Path

from engine.case import Given
from engine.service import cases
from engine.service.looking import ahead, documents, reading
from engine.service.workplace import By
from tests import moving
from tests.moving import (
    AGREED,
    BECAUSE,
    back,
    case_of,
    due,
    edition_of,
    fired,
    foreseen,
    holds,
    move,
    needs,
)
from tests.worlds import BESS, World, given


def test_every_door_shows_a_case_that_was_moved(world: World, tmp_path: Path) -> None:
    ref = world.notified()
    world.take(ref, "ask_for_summaries", agencies_asked="police")
    moving.another(world, tmp_path, *moving.IN_REVIEW, moving.TWENTY)
    move(world, states={"reviewing": "in_review"})
    shown = reading.show(world.place, BESS, ref)
    assert (shown["state"], shown["edition_name"]) == ("in_review", "2026-01")
    assert [one["state_title"] for one in shown["linked"]]
    steps = ahead.next_steps(world.place, BESS, ref)["steps"]
    assert "check_progress" in {one["transition"] for one in steps}


def test_an_answer_of_an_agency_is_on_record_still(world: World, tmp_path: Path) -> None:
    ref = world.open(aware_on="2025-12-12")
    cases.record(world.place, BESS, ref, [Given("opinion", "notify", "police")])
    moving.another(world, tmp_path, moving.LONGER)
    move(world)
    assert case_of(world, ref).answered("opinion", "police")
    holds(world, ref)


def test_a_historic_case_is_moved_without_a_word_to_anybody(world: World, tmp_path: Path) -> None:
    asked = given(place="in our area", aware_on="2019-03")
    by = By("bess", on="2019-03")
    ref = cases.open_new(world.place, by, "incident", asked, historic=True, edition="2025-01").ref
    moving.another(world, tmp_path, moving.LONGER)
    assert needs(move(world, later=AGREED)) == []
    assert [e["type"] for e in world.events(ref)].count("people told") == 0
    assert fired(world, ref) == []
    holds(world, ref)


FROM_KNOWING = (
    ("within 15 working days of notified_on", "within 15 working days of aware_on"),
    ('= ["submit_review"]', '= ["submit_review"]\nstops_if = ["decide_not_to_notify"]'),
)


def test_a_clock_that_is_kept_follows_its_own_day_where_the_edition_counts_from_another(
    world: World, tmp_path: Path
) -> None:
    ref = world.notified(aware_on="2025-12-12")
    assert due(world, ref, "review") == ("running", "2026-01-08")
    moving.another(world, tmp_path, *FROM_KNOWING)
    assert needs(move(world, clocks={"review": "keep"})) == []
    cases.correct(world.place, BECAUSE, ref, given(aware_on="2025-12-10"))
    assert due(world, ref, "review") == ("running", "2026-01-08")
    step = next(e["n"] for e in world.events(ref) if e["body"].get("to") == "reviewing")
    cases.redate(world.place, BECAUSE, ref, step, "2025-12-12")
    assert due(world, ref, "review") == ("running", "2026-01-07")
    holds(world, ref)


def test_a_clock_that_is_counted_anew_takes_the_day_from_which_the_edition_counts(
    world: World, tmp_path: Path
) -> None:
    ref = world.notified(aware_on="2025-12-12")
    moving.another(world, tmp_path, *FROM_KNOWING)
    move(world)
    assert due(world, ref, "review") == ("running", "2026-01-07")
    assert world.deadline(ref, "review")["starts_on"] == "2025-12-12"
    holds(world, ref)


def test_a_provisional_clock_is_not_kept_where_the_edition_counts_from_another_day(
    world: World, tmp_path: Path
) -> None:
    world.open(happened_on="2025-12-10")
    edit = ("within 5 working days of aware_on", "within 5 working days of happened_on")
    moving.another(world, tmp_path, edit)
    [said] = needs(move(world, clocks={"notification": "keep"}))
    assert said.startswith('"Notify the Panel" is provisional')
    assert needs(move(world)) == []


def test_linked_cases_that_were_set_aside_and_people_who_were_erased_stand_in_nobodys_way(
    world: World, tmp_path: Path
) -> None:
    ref = world.notified()
    linked = world.take(ref, "ask_for_summaries", agencies_asked="police,hospital").opened
    cases.undo(world.place, BECAUSE, ref)
    person, _ = cases.add_person(world.place, BESS, ref, "child", given(name="Robin Sample"))
    documents.erase_person(world.place, BESS, ref, person, "a court's order")
    newer = moving.another(world, tmp_path, moving.TWENTY)
    assert needs(move(world)) == []
    assert {edition_of(world, one) for one in (ref, *linked)} == {newer}
    holds(world, ref, *linked)
    assert needs(back(world)) == []
    holds(world, ref, *linked)


def test_a_new_name_of_a_state_counts_where_there_is_that_state(
    world: World, tmp_path: Path
) -> None:
    ref = world.notified()
    [linked] = world.take(ref, "ask_for_summaries", agencies_asked="police").opened
    edits = (("[state.asked]", "[state.awaited]"), ('"asked"', '"awaited"'))
    moving.another(world, tmp_path, *moving.IN_REVIEW, linked=edits)
    states = {"reviewing": "in_review", "asked": "awaited"}
    assert needs(move(world, states=states)) == []
    assert (world.state(ref), world.state(linked)) == ("in_review", "awaited")
    holds(world, ref, linked)
    back(world)
    assert (world.state(ref), world.state(linked)) == ("reviewing", "asked")
    holds(world, ref, linked)


def test_an_edition_that_differs_in_nothing_but_its_name_moves_every_case_and_no_clock(
    world: World, tmp_path: Path
) -> None:
    refs = [world.open(aware_on="2025-12-12"), world.notified(), world.publishing()]
    before = {ref: case_of(world, ref).deadlines() for ref in refs}
    moving.another(world, tmp_path)
    for one in move(world):
        assert one.needs == ()
        assert not any(clock.changes for plan in one.plans for clock in plan.clocks)
    for ref in refs:
        now = case_of(world, ref).deadlines()
        assert {k: r["due_on"] for k, r in now.items()} == {
            k: r["due_on"] for k, r in before[ref].items()
        }
        kinds = [e["type"] for e in world.events(ref)]
        assert kinds[-1] == "case migrated"
    holds(world, *refs)


def test_what_was_moved_twice_is_given_back_step_by_step(world: World, tmp_path: Path) -> None:
    ref = world.open(aware_on="2025-12-12")
    first = edition_of(world, ref)
    second = moving.another(world, tmp_path, moving.SHORTER, name="2026-01")
    moving.another(world, tmp_path, moving.LONGER, name="2026-02")
    move(world, to="2026-01")
    move(world, to="2026-02", later=AGREED)
    assert due(world, ref, "notification") == ("running", "2025-12-24")
    back(world)
    assert (edition_of(world, ref), due(world, ref, "notification")[1]) == (second, "2025-12-17")
    back(world, later=AGREED)
    assert (edition_of(world, ref), due(world, ref, "notification")[1]) == (first, "2025-12-19")
    assert needs(back(world, ref)) == []
    assert back(world) == []
    holds(world, ref)


def test_a_case_whose_record_was_altered_stays_and_all_others_are_moved(
    world: World, tmp_path: Path
) -> None:
    refs = [world.open(aware_on="2025-12-12") for _ in range(3)]
    newer = moving.another(world, tmp_path, moving.SHORTER)
    with world.place.database.write() as tx:
        tx.run("UPDATE cases SET edition = ? WHERE ref = ?", ("0" * 64, refs[1]))
    seen = {one.ref: one.sentence for one in foreseen(world)}
    found = {one.ref: one.sentence for one in move(world)}
    assert seen == found
    assert found[refs[0]] == found[refs[2]] == ""
    assert "cannot be read; run `casetrail audit verify`" in found[refs[1]]
    assert [edition_of(world, ref) == newer for ref in refs] == [True, False, True]


MET_BY_COPIES = ('= ["submit_review"]', '= ["send_copies"]\nstops_if = ["publish"]')


def test_what_was_met_otherwise_than_the_edition_asks_runs_again_and_people_are_told(
    world: World, tmp_path: Path
) -> None:
    ref = world.publishing()
    assert due(world, ref, "review") == ("met", "2026-01-08")
    moving.another(world, tmp_path, MET_BY_COPIES)
    world.clock.go_to("2026-01-02")
    [found] = move(world)
    assert [(c.title, c.choice) for c in found.plans[0].clocks] == [("Send the review", "start")]
    assert due(world, ref, "review") == ("running", "2026-01-08")
    told = [e["body"] for e in world.events(ref) if e["type"] == "people told"][-1]
    assert told["what"] == "Send the review: it runs again"
    assert sorted({one["person"] for one in told["messages"]}) == ["bess", "ed", "eve"]
    assert ("remind_5_working_days_before_it_is_due", "waiting") not in fired(world, ref)
    assert ("remind_on_the_day_it_is_due", "waiting") in fired(world, ref)
    world.take(ref, "send_copies")
    assert due(world, ref, "review") == ("met", "2026-01-08")
    holds(world, ref)


def test_what_was_met_can_be_kept_as_met_and_is_met_again_when_it_is_given_back(
    world: World, tmp_path: Path
) -> None:
    ref = world.publishing()
    moving.another(world, tmp_path, MET_BY_COPIES)
    assert needs(move(world, clocks={"review": "keep"})) == []
    assert due(world, ref, "review") == ("met", "2026-01-08")
    assert needs(back(world)) == []
    move(world)
    assert due(world, ref, "review") == ("running", "2026-01-08")
    assert needs(back(world)) == []
    assert due(world, ref, "review") == ("met", "2026-01-08")
    assert world.deadline(ref, "review")["met_on"] == "2025-12-15"
    holds(world, ref)
