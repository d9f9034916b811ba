"""A move that makes a duty later, or ends its clock, is told in capitals, and to be agreed to."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from pathlib import Path

from engine.definition import Basis, Question, TimeFrom, Timescale, Variant
from engine.loading.resolving import hashed
from engine.service import cases, ticking
from engine.service.looking import explaining
from engine.service.workplace import By
from tests import moving
from tests.moving import (
    BECAUSE,
    INCIDENT,
    back,
    clock,
    due,
    due_within,
    edition_of,
    fired,
    foreseen,
    holds,
    move,
    needs,
    rewritten,
)
from tests.worlds import World, given

RECALLED = ('confirmed   = "second-hand"\nremind', 'confirmed   = "recalled"\nremind')
LATER = (
    'LATER: "Notify the Panel", required by Sample Act s.1, would be due Wed 24 Dec 2025 and not '
    'Fri 19 Dec 2025, on the word of statutory guidance ("should"): Sample guidance; that is '
    "unconfirmed: recalled"
)
READ = (
    'confirmed   = "second-hand"\nremind',
    'confirmed   = "read"\nchecked     = "on 2026-11-22 against Sample guidance"\nremind',
)


def test_a_duty_is_not_made_later_without_a_word_whatever_sets_its_time(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(aware_on="2025-12-12")
    moving.another(world, tmp_path, moving.LONGER, RECALLED)
    before = world.events(ref)
    for found in (foreseen(world), move(world), move(world, clocks={"notification": "rebase"})):
        assert needs(found) == [LATER]
        assert found[0].needs[0].how == (
            "agree to it with --allow-later notification, or leave its day as it is with "
            "--timescale notification=keep"
        )
    assert world.events(ref) == before
    assert needs(move(world, clocks={"notification": "keep"})) == []
    assert due(world, ref, "notification") == ("running", "2025-12-19")
    holds(world, ref)


def test_a_later_day_that_is_agreed_to_stands_in_the_event_with_its_authority(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(aware_on="2025-12-12")
    moving.another(world, tmp_path, moving.LONGER, RECALLED)
    assert needs(move(world, by=BECAUSE, later=("notification",))) == []
    assert due(world, ref, "notification") == ("running", "2025-12-24")
    event = next(e for e in world.events(ref) if e["type"] == "case migrated")
    [choice] = event["body"]["choices"]
    assert choice["looser"] == {
        "what": "later",
        "duty": "Sample Act s.1",
        "was": "2025-12-19",
        "now": "2025-12-24",
        "kind": "statutory guidance",
        "says": "should",
        "source": "Sample guidance",
        "confirmed": "recalled",
        "checked": "",
    }
    holds(world, ref)


def test_what_is_stricter_or_no_duty_needs_no_agreement(world: World, tmp_path: Path) -> None:
    ref = world.notified(aware_on="2025-12-12")
    other = world.open(aware_on="2025-12-12")
    moving.another(world, tmp_path, moving.SHORTER, moving.TWENTY)
    found = move(world)
    assert needs(found) == []
    told = {c.key[1]: c.looser for one in found for plan in one.plans for c in plan.clocks}
    assert told["notification"] is told["progress"] is None
    review = told["review"]
    assert review is not None
    assert (review.what, review.duty, review.authority["confirmed"]) == ("later", "", "disputed")
    holds(world, ref, other)


def test_a_time_that_was_read_is_said_to_have_been_read(world: World, tmp_path: Path) -> None:
    world.open(aware_on="2025-12-12")
    moving.another(world, tmp_path, moving.LONGER, READ)
    [said] = needs(move(world))
    assert said.endswith("that was read on 22 November 2026 against Sample guidance")


def test_explain_says_which_move_made_it_later_and_how_far_that_was_confirmed(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(aware_on="2025-12-12")
    moving.another(world, tmp_path, moving.LONGER, RECALLED)
    move(world, later=("notification",))
    [one] = explaining.explain(world.place, ref, "notification")
    [change] = one["changes"]
    assert change["loosened"]["edition"] == "2026-01"
    assert change["loosened"]["looser"]["confirmed"] == "recalled"
    assert change["loosened"]["looser"]["source"] == "Sample guidance"


def test_local_practice_makes_no_duty_later_even_where_somebody_agrees_and_has_read_the_duty(
    world: World,
) -> None:
    ref = world.open(aware_on="2025-12-12")
    local = TimeFrom("local", "should", "our own")
    one = due_within("notification", "within 8 working days of aware_on", time_from=local)
    rewritten(world, notification=one._replace(duty_checked="on 2026-11-22 against the Act"))
    [said] = needs(move(world, later=("notification",)))
    assert said.endswith("is local practice alone")
    assert due(world, ref, "notification") == ("running", "2025-12-19")


def test_the_rule_that_holds_for_the_case_says_on_whose_word_a_day_is_later(world: World) -> None:
    world.open(aware_on="2025-12-12")
    one = clock("notification")
    variants = (
        Variant(
            "within 8 working days of aware_on",
            TimeFrom("local", "should", "our own"),
            "read",
            since="2025-12-01",
        ),
        one.variants[0]._replace(until="2025-11-30"),
    )
    rewritten(world, notification=one._replace(variants=variants))
    assert needs(move(world, later=("notification",)))[0].endswith("is local practice alone")


def test_a_variant_that_begins_before_the_clock_does_makes_it_later_on_its_own_word(
    world: World,
) -> None:
    ref, other = world.open(aware_on="2025-12-12"), world.open(aware_on="2025-11-28")
    one = clock("notification")
    variants = (
        Variant(
            "within 8 working days of aware_on",
            TimeFrom("act", "must", "Sample Act s.1(2)"),
            "disputed",
            since="2025-12-01",
            began=Basis("the Act", "recalled"),
        ),
        one.variants[0]._replace(until="2025-11-30"),
    )
    rewritten(world, notification=one._replace(variants=variants))
    found = {one.ref: one for one in move(world)}
    assert not found[other].refused
    [need] = found[ref].needs
    assert need.what.endswith(
        'on the word of an act ("must"): Sample Act s.1(2); that is unconfirmed: disputed'
    )


def test_a_duty_that_loses_its_day_is_later(world: World) -> None:
    world.open(aware_on="2025-12-12")
    due_now = "as soon as practicable after aware_on"
    rewritten(world, notification=due_within("notification", due_now))
    [said] = needs(move(world))
    assert "would have no day any more and not Fri 19 Dec 2025" in said


def test_an_overdue_duty_says_that_it_is_overdue_and_runs_again_only_where_that_is_agreed(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.clock.go_to("2025-12-23")
    ticking.fire_due(world.place)
    before = fired(world, ref)
    assert "fired" in {status for _, status in before}
    moving.another(world, tmp_path, moving.LONGER)
    [said] = needs(move(world))
    assert "and not Fri 19 Dec 2025, by which it is overdue today, on the word" in said
    assert needs(move(world, later=("notification",))) == []
    assert due(world, ref, "notification") == ("running", "2025-12-24")
    assert [one for one in before if one[1] != "waiting"] == [
        one for one in fired(world, ref) if one[1] != "waiting"
    ]
    holds(world, ref)


ANSWER = Timescale(
    "answer",
    "Send the summary",
    (
        Variant(
            "within 5 working days of asked_for_on",
            TimeFrom("statutory guidance", "should", "Sample guidance"),
            "second-hand",
        ),
    ),
    "business_unit",
    met_by=("receive",),
    stops_if=("decline",),
    duty="Sample Act s.5",
)
ASKED = Question(
    "asked_for_on",
    "When was it asked for?",
    "date",
    personal=False,
    because="a date of the process",
)


def with_summaries(world: World, name: str, days: int) -> None:
    """An edition in use of which the linked process has a duty of its own."""
    own = INCIDENT.children["summary"]
    rule = ANSWER.variants[0]._replace(due=f"within {days} working days of asked_for_on")
    child = replace(
        own,
        hash="",
        questions={**own.questions, "asked_for_on": ASKED},
        timescales={"answer": ANSWER._replace(variants=(rule,))},
    )
    moving.made(world, name, children={"summary": hashed(child)})


def test_a_linked_case_says_which_it_is_and_is_agreed_to_by_the_same_word(world: World) -> None:
    with_summaries(world, "2025-12", 5)
    ref = world.notified()
    [linked] = world.take(ref, "ask_for_summaries", agencies_asked="police").opened
    world.record(linked, asked_for_on="2025-12-12")
    with_summaries(world, moving.LATER, 8)
    [said] = needs(move(world))
    assert said.startswith(
        f'LATER: {linked}: "Send the summary", required by Sample Act s.5, would be due Wed 24 Dec'
    )
    assert needs(move(world, later=("answer",))) == []
    event = next(e for e in world.events(linked) if e["type"] == "case migrated")
    assert event["body"]["choices"][0]["looser"]["what"] == "later"
    holds(world, ref, linked)


def test_giving_back_makes_no_duty_later_without_a_word_either(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(aware_on="2025-12-12")
    first = edition_of(world, ref)
    moving.another(world, tmp_path, moving.SHORTER)
    move(world)
    before = world.events(ref)
    [found] = back(world)
    assert [need.what for need in found.needs] == [
        'LATER: "Notify the Panel", required by Sample Act s.1, would be due Fri 19 Dec 2025 and '
        'not Wed 17 Dec 2025, on the word of statutory guidance ("should"): Sample guidance; that '
        "is unconfirmed: second-hand"
    ]
    assert found.needs[0].how == "agree to it with --allow-later notification"
    assert world.events(ref) == before
    assert needs(back(world, later=("notification",))) == []
    assert edition_of(world, ref) == first
    [choice] = world.events(ref)[-1]["body"]["choices"]
    assert (choice["choice"], choice["looser"]["now"]) == ("back", "2025-12-19")
    [told] = explaining.explain(world.place, ref, "notification")
    assert told["changes"][-1]["loosened"]["edition"] == "2025-01"
    holds(world, ref)


def test_giving_back_ends_no_duty_that_only_the_later_edition_has_without_a_word(
    world: World,
) -> None:
    more = clock("notification")._replace(
        id="second", title="Tell the Panel again", duty="Sample Act s.7"
    )
    ref = world.open(aware_on="2025-12-12")
    rewritten(world, second=more)
    assert needs(move(world)) == []
    [said] = needs(back(world))
    assert said.startswith('ENDS: "Tell the Panel again" is required by Sample Act s.7')
    assert "and the edition of before does not have it; the edition names no authority" in said
    assert needs(back(world, clocks={"second": "stop"})) == []
    holds(world, ref)


def test_what_was_made_later_is_given_back_without_a_word_for_that_is_stricter(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(aware_on="2025-12-12")
    moving.another(world, tmp_path, moving.LONGER)
    move(world, later=("notification",))
    assert needs(back(world)) == []
    assert due(world, ref, "notification") == ("running", "2025-12-19")
    holds(world, ref)


def test_a_day_that_is_known_in_part_is_later_where_its_last_day_is(
    world: World, tmp_path: Path
) -> None:
    asked = given(place="in our area", aware_on="2019-03")
    by = By("bess", on="2019-03")
    cases.open_new(world.place, by, "incident", asked, historic=True, edition="2025-01")
    moving.another(world, tmp_path, moving.LONGER)
    [said] = needs(move(world))
    assert said.startswith('LATER: "Notify the Panel", required by Sample Act s.1, would be due ')
    assert "overdue" not in said


DUE = (
    *(f"within {number} working days of aware_on" for number in (1, 3, 5, 8)),
    "within 1 month of aware_on",
    "within 24 hours of aware_on",
)


def test_whatever_the_rule_no_duty_is_later_after_a_move_that_nobody_agreed_to(
    world: World,
) -> None:
    chance = random.Random(7)
    refs = [world.open(aware_on=day) for day in ("2025-12-12", "2025-12-09", "2025-12-05")]
    before = {ref: due(world, ref, "notification")[1] for ref in refs}
    for turn in range(6):
        name = f"2026-{turn + 1:02}"
        rule = chance.choice(DUE)
        known = dict(INCIDENT.timescales)
        known["notification"] = due_within("notification", rule)
        moving.made(world, name, timescales=known)
        move(world, to=name)
        for ref in refs:
            now = due(world, ref, "notification")[1]
            assert now <= before[ref]
            assert date.fromisoformat(now)
            before[ref] = now
    holds(world, *refs)
