"""A rule that was relaxed for a time and sets no day then: the clocks that start under it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.service import cases, ticking
from engine.service.workplace import By
from tests.changed_sample import changed
from tests.worlds import World, given

WHY = By("bess", reason="the day was wrong")
BASIS = 'began = { by = "A sample relaxation", confirmed = "assumed" }'
BACK = 'began = { by = "A sample end of it", confirmed = "recalled" }'
SOURCE = 'time_from = { kind = "statutory guidance", says = "should", source = "Sample %s" }'
RULES = f"""
[[timescale.notification.variant]]
until = 2025-12-09
due = "within 5 working days of aware_on"
{SOURCE % "guidance of before"}
confirmed = "second-hand"

[[timescale.notification.variant]]
since = 2025-12-10
{BASIS}
until = 2025-12-12
due = "as soon as practicable after aware_on"
{SOURCE % "relaxation"}
confirmed = "second-hand"

[[timescale.notification.variant]]
since = 2025-12-13
{BACK}
due = "within 5 working days of aware_on"
{SOURCE % "guidance of after"}
confirmed = "second-hand"
"""


SAID = 'kind = "statutory guidance", says = "should", source = "Sample guidance"'
LATER = '{ at = "3 working days after it starts", tell = ["local_authority"] }'
EDITS = (
    ('the Panel"\ndue         = "within 5 working days of aware_on"', 'the Panel"'),
    (
        f'time_from   = {{ {SAID} }}\nconfirmed   = "second-hand"\nremind      = [',
        f"remind      = [{LATER}, ",
    ),
    ("[timescale.review]\n", f"{RULES}\n[timescale.review]\n"),
)


@pytest.fixture
def relaxed(tmp_path: Path) -> Iterator[World]:
    """The sample process, its five working days relaxed for those who became aware in three days;
    with a reminder that counts from the start.
    """
    with changed(tmp_path, *EDITS) as world:
        yield world


def armed(world: World, ref: str) -> list[str]:
    """The notices that the last event of the clock armed."""
    bodies = [
        e["body"] for e in world.told(ref) if e["type"] in ("deadline started", "deadline moved")
    ]
    mine = [body for body in bodies if body["timescale"] == "notification"]
    return [name for name, _ in mine[-1]["notices"]]


def standing(known: dict[str, Any]) -> tuple[str, str | None, str]:
    return known["status"], known["due_on"], known["time_from"]["source"]


def test_under_a_rule_that_sets_no_day_only_notices_from_the_start_are_sent(
    relaxed: World,
) -> None:
    ref = relaxed.open(aware_on="2025-12-12")

    assert standing(relaxed.deadline(ref, "notification")) == ("running", None, "Sample relaxation")
    assert armed(relaxed, ref) == ["remind_3_working_days_after_it_starts"]
    relaxed.clock.go_to("2025-12-17", 9)
    assert ticking.fire_due(relaxed.place).notices == 1
    relaxed.clock.go_to("2026-06-01", 9)
    assert relaxed.deadline(ref, "notification")["status"] == "running"
    assert relaxed.deadline(ref, "notification")["in_force"]["over"] is True
    assert relaxed.verdict().problems == []


def test_the_day_that_starts_it_chooses_and_a_day_put_right_chooses_again(
    relaxed: World,
) -> None:
    ref = relaxed.open(aware_on="2025-12-12")
    cases.correct(relaxed.place, WHY, ref, given(aware_on="2025-12-09"))
    before = relaxed.deadline(ref, "notification")
    assert standing(before) == ("running", "2025-12-16", "Sample guidance of before")
    assert "escalate_1_working_day_after_it_was_due" in armed(relaxed, ref)

    cases.correct(relaxed.place, WHY, ref, given(aware_on="2025-12-13"))
    after = relaxed.deadline(ref, "notification")
    assert standing(after) == ("running", "2025-12-19", "Sample guidance of after")
    assert (after["in_force"]["since"], after["in_force"]["over"]) == ("2025-12-13", False)

    cases.correct(relaxed.place, WHY, ref, given(aware_on="2025-12-11"))
    assert standing(relaxed.deadline(ref, "notification"))[1:] == (None, "Sample relaxation")
    assert "escalate_1_working_day_after_it_was_due" not in armed(relaxed, ref)
    assert relaxed.verdict().problems == []


def test_a_clock_under_a_relaxed_rule_is_met_and_never_late(relaxed: World) -> None:
    ref = relaxed.notified(aware_on="2025-12-12")

    known = relaxed.deadline(ref, "notification")
    assert (known["status"], known["punctuality"]) == ("met", None)


def test_a_provisional_clock_ends_when_its_day_turns_out_to_be_before_any_rule(
    tmp_path: Path,
) -> None:
    first, *others = EDITS
    later = RULES.replace("until = 2025-12-09", f"since = 2025-12-01\n{BASIS}\nuntil = 2025-12-09")
    edits = [first, *others[:-1], (others[-1][0], f"{later}\n[timescale.review]\n")]
    with changed(tmp_path, *edits) as world:
        ref = world.open()
        assert world.deadline(ref, "notification")["status"] == "provisional"

        cases.record(world.place, WHY, ref, given(aware_on="2025-11-30"))

        ended = world.deadline(ref, "notification")
        assert ended["status"] == "no longer applies"
        assert world.verdict().problems == []


@pytest.mark.parametrize(
    ("known", "rule"),
    [
        ("2025-12", "within 5 working days of aware_on"),
        ("2025", "within 5 working days of aware_on"),
        ("2025-12-11", "as soon as practicable after aware_on"),
    ],
)
def test_where_a_part_of_the_day_is_known_its_first_day_chooses(relaxed, known, rule) -> None:
    asked = given(place="in our area", aware_on=known)
    ref = cases.open_new(relaxed.place, WHY, "incident", asked, historic=True).ref

    assert relaxed.deadline(ref, "notification")["rule"] == rule
