"""What the sender of a call is told that cannot be recorded, and what the office sees of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from engine.hooks import answer, doing, judging, mapping
from engine.service.looking import listing
from tests.hooking import FORM, REFERRAL, STEP, Doors, doors
from tests.worlds import World

CANARY = "Canary Q. Thistlewood"


@pytest.fixture
def form(world: World, tmp_path: Path) -> Doors:
    return doors(world, tmp_path)


def test_what_could_not_be_recorded_stands_on_todays_sheet_for_a_week(
    world: World, form: Doors
) -> None:
    for _ in range(7):
        assert form.call("form", {"form": {"where": CANARY}}).status == 422
    form.reception.settle()
    form.call("form", {"form": {"where": "A", "aware_on": "2025-12-12"}})
    today = world.place.today().isoformat()

    [one] = listing.today_sheet(world.place)["refused"]
    world.clock.instant += timedelta(days=7)

    assert (one["hook"], one["door"], one["times"]) == ("form", "hook", 7)
    assert (one["since"], one["latest"]) == (today, today)
    assert listing.today_sheet(world.place)["refused"] == []


def test_every_mistake_of_a_call_is_named_at_once(world: World, form: Doors) -> None:
    found = form.call("form", {"form": {"aware_on": CANARY, "where": "Z", "happened_on": {}}})

    wrong = {(one["name"], one["what"]) for one in found.document["mistakes"]}
    assert wrong == {
        ("aware_on", judging.NOT_OF_KIND),
        ("place", mapping.NO_WORD),
        ("happened_on", mapping.NO_VALUE),
    }


def test_a_day_that_is_missing_is_told_and_not_taken_for_today(world: World, form: Doors) -> None:
    ref = world.open()

    found = form.call("step", {"case": ref, "letter": "agrees"})

    [told] = found.document["mistakes"]
    assert told == {"name": "on", "pointer": "/on", "what": mapping.NOT_THERE}


def test_what_a_step_needs_and_a_call_leaves_out_is_said_to_be_missing(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(aware_on="2025-12-12")
    world.take(ref, "start_deciding")
    hooks = STEP.replace("record_letter", "decide_to_notify").replace("letter_says", "rationale")
    form = doors(world, tmp_path, hooks.replace('"bess"', '"lee"'))

    needed = form.call("step", {"case": ref, "on": "2025-12-15"}).document["mistakes"]
    world.opinions(ref)
    reason = form.call("step", {"case": ref, "on": "2025-12-14", "letter": "It is met."})

    assert {"name": "rationale", "pointer": "/letter", "what": mapping.NOT_THERE} in needed
    [told] = reason.document["mistakes"]
    assert told == {"name": "reason", "pointer": "/why", "what": judging.NO_REASON}


def test_a_referral_that_looks_like_a_case_is_told_so_and_not_which(
    world: World, form: Doors
) -> None:
    ref = world.open(aware_on="2025-12-12")

    found = form.call("form", REFERRAL)

    [told] = found.document["mistakes"]
    assert (found.status, told["what"]) == (422, judging.ALIKE)
    assert ref not in answer.text(found)


def test_under_one_key_of_the_body_another_child_is_no_repeat(world: World, tmp_path: Path) -> None:
    form = doors(world, tmp_path, FORM.replace("[hook.answers]", 'key = "/id"\n[hook.answers]', 1))
    first = form.call("form", {**REFERRAL, "id": "1"})
    other = {"form": {**REFERRAL["form"], "child": {"name": "Another Sample"}}, "id": "1"}

    again, differs = form.call("form", {**REFERRAL, "id": "1"}), form.call("form", other)

    assert again == first
    assert [one["what"] for one in differs.document["mistakes"]] == [doing.USED]
