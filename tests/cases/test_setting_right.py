from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import pytest

from engine.case import Given
from engine.decide.steps.taking import Step
from engine.errors import RefusedError
from engine.service import cases, ticking
from engine.service.looking import listing, private, reading
from engine.service.workplace import By
from tests.worlds import BESS, ED, EVE, LEE, World, given

RIGHT = By("bess", reason="it was misread")
LEE_RIGHT = By("lee", reason="it was misread")


def case_row(world: World, ref: str) -> dict[str, str]:
    with world.place.database.read() as tx:
        [row] = tx.rows("SELECT state_since, latest_on FROM cases WHERE ref = ?", (ref,))
    return dict(zip(("state_since", "latest_on"), row, strict=True))


def entry(world: World, ref: str, step: str, which: int = 0) -> int:
    """The number of the entry that is a taking of a step."""
    taken = [e for e in world.events(ref) if e["type"] == "transition taken"]
    return int([e["n"] for e in taken if e["body"]["transition"] == step][which])


def redate(world: World, ref: str, n: int, day: str) -> None:
    cases.redate(world.place, RIGHT, ref, n, day)


def refusal(error: pytest.ExceptionInfo[RefusedError]) -> str:
    return "\n".join([str(error.value), *(need.what for need in error.value.unmet)])


def test_of_two_steps_of_one_day_the_earlier_one_moves_no_day_of_the_case(world: World) -> None:
    ref = world.open()
    world.take(ref, "start_deciding")
    world.take(ref, "record_letter", letter_says="agrees")
    redate(world, ref, entry(world, ref, "start_deciding"), "2025-12-12")
    assert case_row(world, ref) == {"state_since": "2025-12-12", "latest_on": "2025-12-15"}


def test_a_step_that_leads_nowhere_else_moves_only_the_day_of_the_latest_step(world: World) -> None:
    ref = world.open()
    world.take(ref, "start_deciding")
    world.take(ref, "record_letter", letter_says="agrees")
    redate(world, ref, entry(world, ref, "record_letter"), "2025-12-14")
    assert case_row(world, ref) == {"state_since": "2025-12-15", "latest_on": "2025-12-14"}


def test_a_step_that_was_set_aside_is_not_given_another_day(world: World) -> None:
    ref = world.open()
    world.take(ref, "start_deciding")
    cases.undo(world.place, RIGHT, ref)
    with pytest.raises(RefusedError, match="was set aside"):
        redate(world, ref, entry(world, ref, "start_deciding"), "2025-12-12")


def test_a_step_is_given_a_whole_day_however_it_is_written(world: World) -> None:
    ref = world.open()
    world.take(ref, "start_deciding")
    n = entry(world, ref, "start_deciding")
    with pytest.raises(RefusedError, match="needs the day on which it happened"):
        redate(world, ref, n, "December 2025")
    redate(world, ref, n, "Fri 12 December 2025")
    assert case_row(world, ref)["state_since"] == "2025-12-12"


def test_a_step_given_another_day_moves_the_recurring_clock_that_began_with_it(
    world: World,
) -> None:
    ref = world.notified()
    n = entry(world, ref, "record_notification_sent")
    world.take(ref, "record_letter", letter_says="agrees")
    redate(world, ref, n, "2025-12-12")
    assert world.deadline(ref, "progress")["due_on"] == "2026-01-12"
    world.clock.go_to("2026-01-12")
    world.take(ref, "check_progress")
    redate(world, ref, entry(world, ref, "check_progress"), "2026-01-09")
    assert world.deadline(ref, "progress", 2)["starts_on"] == "2026-01-09"
    assert world.verdict().problems == []


def test_the_answer_of_an_earlier_time_moves_the_clock_of_that_time(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    for day in ("2025-12-12", "2025-12-15"):
        by = By("lee", evidence="receipt-1", on=day, reason="entered from the file")
        step = Step("record_notification_sent", already_done=True, pass_over=True)
        cases.take_step(world.place, by, ref, step)
    assert world.deadline(ref, "review", 1)["starts_on"] == "2025-12-12"
    assert world.deadline(ref, "review", 2)["starts_on"] == "2025-12-15"
    redate(world, ref, entry(world, ref, "record_notification_sent"), "2025-12-11")
    assert world.deadline(ref, "review", 1)["starts_on"] == "2025-12-11"
    assert world.deadline(ref, "review", 2)["starts_on"] == "2025-12-15"


def test_undo_keeps_what_was_corrected_after_the_step(world: World) -> None:
    ref = world.notified(aware_on="2025-12-12")
    cases.correct(world.place, RIGHT, ref, given(aware_on="2025-12-11"))
    cases.undo(world.place, RIGHT, ref)
    back = world.deadline(ref, "notification")
    assert (back["status"], back["starts_on"], back["due_on"]) == (
        "running",
        "2025-12-11",
        "2025-12-18",
    )


def test_undo_keeps_the_day_that_an_earlier_step_was_given_later(world: World) -> None:
    ref = world.open()
    world.take(ref, "start_deciding")
    world.opinions(ref)
    world.take(ref, "decide_to_notify", LEE, rationale="Met.")
    redate(world, ref, entry(world, ref, "start_deciding"), "2025-12-12")
    cases.undo(world.place, LEE_RIGHT, ref)
    assert case_row(world, ref) == {"state_since": "2025-12-12", "latest_on": "2025-12-12"}


def test_undo_sets_aside_what_was_answered_to_the_questions_that_the_step_asked_anew(
    world: World,
) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.take(ref, "start_deciding")
    world.take(ref, "decide_not_to_notify", LEE, rationale="Not met.")
    world.take(ref, "reopen", LEE)
    world.record(ref, aware_on="2025-12-15")
    assert world.deadline(ref, "notification", 2)["status"] == "running"
    cases.undo(world.place, LEE_RIGHT, ref)
    shown = reading.show(world.place, BESS, ref)
    assert [d["no"] for d in shown["deadlines"] if d["timescale"] == "notification"] == [1]
    assert [a["no"] for a in shown["answers"] if a["question"] == "aware_on"] == [1]
    assert world.verdict().problems == []


def test_undo_brings_a_recurring_clock_back_to_the_day_on_which_its_cycle_began(
    world: World,
) -> None:
    ref = world.notified()
    world.clock.go_to("2026-01-14")
    world.take(ref, "check_progress")
    redate(world, ref, entry(world, ref, "record_notification_sent"), "2025-12-12")
    cases.undo(world.place, RIGHT, ref)
    assert world.deadline(ref, "progress", 1)["starts_on"] == "2025-12-12"


def test_a_clock_that_never_was_keeps_no_target_when_it_starts_after_all(world: World) -> None:
    ref = world.notified()
    cases.extend(world.place, RIGHT, ref, "review", "2026-03-02", "the chair")
    cases.undo(world.place, RIGHT, ref)
    world.clock.go_to("2025-12-18")
    world.take(ref, "record_notification_sent", LEE)
    again = world.deadline(ref, "review")
    assert (again["target_on"], again["first_due_on"]) == (None, again["due_on"])


def test_a_step_that_can_be_taken_again_answers_its_day_again(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    shown = By("lee", evidence="receipt-1")
    for name in ("record_notification_sent", "decide_to_notify"):
        step = Step(name, already_done=True, pass_over=True)
        cases.take_step(world.place, shown, ref, step)
    assert "record_notification_sent" in reading.show(world.place, LEE, ref)["allowed"]
    world.take(ref, "record_notification_sent", LEE)
    answers = reading.show(world.place, BESS, ref)["answers"]
    assert [a["no"] for a in answers if a["question"] == "notified_on"] == [1, 2]


def test_what_is_to_be_approved_and_is_not_there_is_missing_too(world: World) -> None:
    ref = world.notified()
    with pytest.raises(RefusedError) as error:
        world.take(ref, "submit_review")
    assert 'no answer to "The report"' in refusal(error)
    assert '2 more approvals of "The report"' in refusal(error)
    with pytest.raises(RefusedError, match='no answer to "The report" yet'):
        cases.approve(world.place, EVE, ref, "report")


@pytest.mark.parametrize(
    ("said", "answers"),
    [
        ("has been asked once only", [Given("letter_says", "agrees", "", 2)]),
        ("is an agency of config.toml", [Given("happened_on", "2025-12-10", source="Robin")]),
        ("takes a document", [Given("form", "Only words.")]),
        ("is answered twice", [Given("happened_on", "2025-12-10")] * 2),
    ],
)
def test_an_answer_that_has_no_place_on_the_record_is_refused(
    world: World, said: str, answers: Sequence[Given]
) -> None:
    ref = world.open()
    with pytest.raises(RefusedError) as error:
        cases.record(world.place, BESS, ref, answers)
    assert said in refusal(error)


def test_an_answer_is_not_put_right_twice_in_one_command(world: World) -> None:
    ref = world.open(happened_on="2025-12-10")
    with pytest.raises(RefusedError) as error:
        cases.correct(world.place, RIGHT, ref, [Given("happened_on", "2025-12-09")] * 2)
    assert "is answered twice" in refusal(error)


def test_what_a_step_asks_anew_is_looked_at_like_any_answer(world: World) -> None:
    ref = world.open()
    world.take(ref, "record_letter", letter_says="agrees")
    for wrong in (Given("letter_says", "perhaps"), Given("letter_says", "agrees", "police")):
        with pytest.raises(RefusedError, match="cannot be recorded"):
            cases.take_step(world.place, BESS, ref, Step("record_letter", (wrong,)))


def test_a_reason_is_kept_however_its_letters_were_typed(world: World) -> None:
    ref = world.open(happened_on="2025-12-10")
    typed = unicodedata.normalize("NFD", "because Zoë said so\r\n")
    by = By("bess", reason=typed, key="typed")
    cases.correct(world.place, by, ref, given(happened_on="2025-12-09"))
    kept = private.entries(world.place, BESS, ref, "to compare")
    assert "because Zoë said so" in kept.values()


def test_a_search_finds_what_only_differs_in_the_case_of_its_letters(world: World) -> None:
    ref = world.open()
    world.record(ref, rationale="ṩtraße")
    for text in ("ẛ̣TRASSE", "ṩtrasse"):
        assert [one["ref"] for one in listing.find(world.place, BESS, text)] == [ref]


def test_what_is_on_record_already_is_not_put_right(world: World) -> None:
    ref = world.open(happened_on="2025-12-10")
    with pytest.raises(RefusedError) as error:
        cases.correct(world.place, RIGHT, ref, given(happened_on="Wed 10 December 2025"))
    assert '"When did it happen?" is already 2025-12-10; there is nothing' in refusal(error)
    came = [Given("happened_on", "2025-12-10", source="police")]
    cases.correct(world.place, RIGHT, ref, came)
    with pytest.raises(RefusedError, match="cannot be put right"):
        cases.correct(world.place, RIGHT, ref, came)


def test_a_step_is_not_given_the_day_that_it_has(world: World) -> None:
    ref = world.open()
    world.take(ref, "start_deciding")
    with pytest.raises(RefusedError, match="is already of 15 December 2025; there is nothing"):
        redate(world, ref, entry(world, ref, "start_deciding"), "2025-12-15")


def linked_of(world: World, ref: str) -> dict[str, bool]:
    """Whether each linked case was set aside."""
    return {one["ref"]: one["set_aside"] for one in reading.show(world.place, BESS, ref)["linked"]}


def test_undo_sets_the_linked_cases_aside_that_the_step_opened_and_counts_them_no_more(
    world: World,
) -> None:
    ref = world.notified()
    kept = world.take(ref, "ask_for_summaries", agencies_asked="board").opened
    cases.correct(world.place, RIGHT, ref, given(agencies_asked="police,hospital"))
    gone = world.take(ref, "ask_for_summaries").opened
    undone = cases.undo(world.place, RIGHT, ref)
    assert undone.opened == ()
    assert linked_of(world, ref) == {kept[0]: False, gone[0]: True, gone[1]: True}
    assert [t["what"] for t in reading.show(world.place, BESS, ref)["tasks"]] == [
        'confirm "Ask the agencies for their summaries": an answer on which it rested was corrected'
    ]
    world.record(ref, report="The report.")
    for by in (EVE, ED):
        cases.approve(world.place, by, ref, "report")
    with pytest.raises(RefusedError) as error:
        world.take(ref, "submit_review")
    assert [need.how for need in error.value.unmet] == ["0 of 1 have ended"]
    world.take(kept[0], "decline")
    world.take(ref, "submit_review")
    assert world.verdict().problems == []


def test_nothing_more_happens_in_a_linked_case_that_was_set_aside(world: World) -> None:
    ref = world.notified()
    [linked] = world.take(ref, "ask_for_summaries", agencies_asked="board").opened
    cases.undo(world.place, RIGHT, ref)
    for act in (
        lambda: world.take(linked, "decline"),
        lambda: world.record(linked, summary="Nothing was held."),
        lambda: cases.add_person(world.place, BESS, linked, "child"),
    ):
        with pytest.raises(RefusedError, match="was set aside with the step that opened it"):
            act()
    shown = reading.show(world.place, BESS, linked)
    assert (shown["closed_on"], shown["set_aside"], shown["allowed"]) == ("2025-12-15", True, [])
    assert [d for d in shown["deadlines"] if d["status"] in ("running", "overdue")] == []
    assert [one["type"] for one in world.events(linked)][-1] == "case set aside"
    assert world.take(ref, "ask_for_summaries", agencies_asked="board").opened == (f"{ref}.2",)


def test_undo_is_refused_with_the_linked_cases_that_have_moved_on(world: World) -> None:
    ref = world.notified()
    opened = world.take(ref, "ask_for_summaries", agencies_asked="board,police,hospital").opened
    world.take(opened[0], "decline")
    world.record(opened[2], summary="One file is held.")
    before = world.events(ref)
    with pytest.raises(RefusedError) as error:
        cases.undo(world.place, RIGHT, ref)
    assert [need.what for need in error.value.unmet] == [
        f"{opened[0]} has moved on since it was opened",
        f"{opened[2]} has moved on since it was opened",
    ]
    assert world.events(ref) == before


def test_a_linked_case_whose_steps_were_all_set_aside_is_as_it_was_opened(world: World) -> None:
    ref = world.notified()
    [linked] = world.take(ref, "ask_for_summaries", agencies_asked="board").opened
    world.take(linked, "decline")
    cases.undo(world.place, RIGHT, linked)
    world.clock.go_to("2026-03-02")
    ticking.fire_due(world.place)
    cases.undo(world.place, RIGHT, ref)
    assert linked_of(world, ref) == {linked: True}
    assert world.verdict().problems == []
