"""What a change of the record is refused with: why, and whose it is to make it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from engine.case import Given
from engine.errors import UsageError
from engine.service import cases
from engine.service.looking import documents
from engine.service.workplace import By
from tests.refusing import AWARE, EVIDENCE, ON_SQLITE, WHY, Act, deciding, said
from tests.worlds import BESS, EVE, World, given

pytestmark = ON_SQLITE
EVE_WHY = By("eve", reason="it was misread")


def approval(person: str, what: str, *, of: str = "", times: int = 1) -> Act:
    def act(world: World) -> None:
        ref = world.open()
        if of:
            world.record(ref, report=of)
        for _ in range(times):
            cases.approve(world.place, By(person), ref, what)

    return act


def corrected(by: By, *answers: Given) -> Act:
    return lambda world: cases.correct(
        world.place, by, world.open(aware_on="2025-12-12"), list(answers)
    )


def entry(world: World, ref: str) -> int:
    return next(int(e["n"]) for e in world.events(ref) if e["type"] == "transition taken")


def redated(by: By, day: str) -> Act:
    def act(world: World) -> None:
        ref = deciding(world)
        cases.redate(world.place, by, ref, entry(world, ref), day)

    return act


def redated_after_it_was_undone(world: World) -> None:
    ref = deciding(world)
    step = entry(world, ref)
    cases.undo(world.place, WHY, ref)
    cases.redate(world.place, WHY, ref, step, "2025-12-14")


def undone(by: By, begin: Callable[[World], str] = deciding) -> Act:
    return lambda world: cases.undo(world.place, by, begin(world))


def extended(by: By, timescale: str, to: str) -> Act:
    return lambda world: cases.extend(
        world.place, by, deciding(world), timescale, to, "the executive"
    )


def delayed(by: By, timescale: str) -> Act:
    return lambda world: cases.delay(world.place, by, deciding(world), timescale, "the Panel")


def added(by: By, kind: str) -> Act:
    return lambda world: cases.add_person(world.place, by, world.open(), kind, [])


def erased(by: By, person: str, children: int = 1) -> Act:
    def act(world: World) -> None:
        ref = world.open()
        for _ in range(children):
            cases.add_person(world.place, BESS, ref, "child", [])
        documents.erase_person(world.place, by, ref, person, "a court's order")

    return act


def keepers_do(what: str) -> str:
    return f"it is for the business unit to {what} [business unit] {EVIDENCE}"


@pytest.mark.parametrize(
    ("act", "lines"),
    [
        (
            approval("bess", "report", of="One."),
            [
                'The approval of "The report" is for others to give.',
                f"it is for the executive to give it [executive] {EVIDENCE}",
            ],
        ),
        (
            approval("eve", "rationale"),
            [
                'No step of this process asks for the approval of "Why was it decided so?".',
                'what is approved is "The report" [] approve report',
            ],
        ),
        (
            approval("eve", "report"),
            [
                'There is no answer to "The report" yet, so nothing to approve.',
                'no answer to "The report" [] record report=-',
            ],
        ),
        (
            approval("eve", "report", of="One.", times=2),
            ["This person has already approved it as it stands."],
        ),
        (
            corrected(BESS, Given("aware_on", "2025-12-11")),
            ["A correction needs its reason; give --reason."],
        ),
        (
            corrected(WHY, Given("aware_on", "2025-12-11"), Given("aware_on", "2025-12-10")),
            [
                "These answers cannot be put right together.",
                f'"{AWARE}" is answered twice in one command [] give one answer',
            ],
        ),
        (corrected(WHY, Given("zzz", "x")), ["This process has no question zzz."]),
        (corrected(WHY, Given("report", "x")), ['"The report" has no answer yet; use `record`.']),
        (
            corrected(WHY, Given("aware_on", "2025-12-12")),
            [
                "These answers cannot be put right.",
                f'"{AWARE}" is already 2025-12-12; there is nothing to put right [] leave it out',
            ],
        ),
        (
            corrected(EVE_WHY, Given("aware_on", "2025-12-11")),
            ["These answers cannot be put right.", keepers_do(f'correct the answer to "{AWARE}"')],
        ),
        (redated(BESS, "2025-12-14"), ["A correction needs its reason; give --reason."]),
        (
            lambda world: cases.redate(world.place, WHY, deciding(world), 1, "2025-12-14"),
            ["Entry @1 is no step; correct the answer itself instead."],
        ),
        (
            redated_after_it_was_undone,
            ["Entry @3 is a step that was set aside; nothing rests on its day."],
        ),
        (
            redated(WHY, "2025-12-15"),
            ["Entry @3 is already of 15 December 2025; there is nothing to put right."],
        ),
        (
            redated(WHY, "2025-12-16"),
            ["The day lies in the future; a step has happened when it is recorded."],
        ),
        (
            redated(WHY, "2025-12"),
            [
                "A step needs the day on which it happened, not only 2025-12; "
                "a case entered as historic may leave it out."
            ],
        ),
        (
            redated(EVE_WHY, "2025-12-14"),
            [
                'Another day for "Begin the decision" is for those who may take that step.',
                keepers_do("say on which day it happened"),
            ],
        ),
        (undone(BESS), ["Setting a step aside needs its reason; give --reason."]),
        (
            undone(WHY, World.open),
            ["There is no step to set aside; an answer is put right with `correct`."],
        ),
        (
            undone(EVE_WHY),
            [
                'Setting aside "Begin the decision" is for those who may take that step.',
                keepers_do("set it aside"),
            ],
        ),
        (
            extended(BESS, "notification", "2026-01-10"),
            ["An extension needs its reason; give --reason."],
        ),
        (
            extended(EVE_WHY, "notification", "2026-01-10"),
            ["An extension is for those who keep the record of the case.", keepers_do("record it")],
        ),
        (
            extended(WHY, "review", "2026-01-10"),
            ['"Send the review" is not running on this case.'],
        ),
        (
            extended(WHY, "notification", "2025-12-19"),
            [
                "The target 19 December 2025 is not after 19 December 2025, the day it is due; "
                "there is nothing to extend."
            ],
        ),
        (
            delayed(BESS, "notification"),
            ["Explaining a delay needs its reason; give --reason."],
        ),
        (
            delayed(EVE_WHY, "notification"),
            [
                "The explanation of a delay is for those who keep the record of the case.",
                keepers_do("record it"),
            ],
        ),
        (
            delayed(WHY, "notification/police"),
            ['"Notify the Panel" is not running on this case.'],
        ),
        (
            added(BESS, "dog"),
            [
                "A person of the case is one of: child, parent or carer, sibling, other person; "
                'not "dog".'
            ],
        ),
        (
            added(EVE, "child"),
            [
                "Adding a person is for those who keep the record of the case.",
                keepers_do("add somebody"),
            ],
        ),
        (
            erased(EVE, "p1"),
            ["An erasure is for those who keep the record of the case.", keepers_do("decide it")],
        ),
        (erased(BESS, "p9", 2), ['The case has no person "p9"; it is about p1, p2.']),
        (erased(BESS, "p1", 0), ['The case has no person "p1"; it is about nobody.']),
    ],
)
def test_a_change_of_the_record_that_cannot_be_made_says_why_and_whose_it_is(
    world: World, act: Act, lines: list[str]
) -> None:
    assert said(world, act) == lines


def test_a_timescale_that_the_process_does_not_have_is_wrong_use_and_what_runs_is_named(
    world: World,
) -> None:
    ref = deciding(world)
    with pytest.raises(UsageError) as refused:
        cases.extend(world.place, WHY, ref, "zzz", "2026-01-10", "the chair")
    assert str(refused.value) == ('This process has no timescale "zzz"; what runs: notification.')


def test_undo_names_each_linked_case_that_has_moved_on_and_the_ways_out(world: World) -> None:
    ref = world.notified()
    linked = world.take(ref, "ask_for_summaries", agencies_asked="police,hospital").opened
    for one in linked:
        world.take(one, "decline")
    assert said(world, lambda world: cases.undo(world.place, WHY, ref)) == [
        '"Ask the agencies for their summaries" opened linked cases, so it cannot be set aside.',
        *(
            f"{one} has moved on since it was opened [] "
            f"undo its steps first; or leave this step, and end {one} itself"
            for one in linked
        ),
    ]


def test_a_linked_case_that_was_set_aside_refuses_every_step_and_says_what_to_use(
    world: World,
) -> None:
    ref = world.notified()
    [linked] = world.take(ref, "ask_for_summaries", agencies_asked="police").opened
    cases.undo(world.place, WHY, ref)
    assert said(world, lambda world: world.take(linked, "decline")) == [
        f"{linked} was set aside with the step that opened it.",
        "nothing more happens in a case that was set aside [] take that step again, and use "
        "the case that it opens then",
    ]


@pytest.mark.parametrize(
    ("by", "answers", "lines"),
    [
        (
            By("bess", on="2025-11"),
            given(place="in our area"),
            [
                "A case is opened on a day, not only in 2025-11; "
                "give --historic for one that is entered as history."
            ],
        ),
        (
            EVE,
            given(place="in our area"),
            [
                'A case of "Sample incident" is opened by the business unit.',
                "a person in that role [business unit] give --as with one of them",
            ],
        ),
        (
            BESS,
            given(aware_on="soon"),
            [
                "The case cannot be opened yet.",
                '"soon" is not a date; write it as YYYY-MM-DD, or with the name of its month '
                "(YYYY-MM or YYYY where the day is not known). [] ",
                'no answer to "Where did it happen?" [] give place=...',
            ],
        ),
    ],
)
def test_a_case_that_cannot_be_opened_is_refused_with_everything_it_lacks(
    world: World, by: By, answers: tuple[Given, ...], lines: list[str]
) -> None:
    act = partial(cases.open_new, workflow="incident", given=answers)
    assert said(world, lambda world: act(world.place, by)) == lines
