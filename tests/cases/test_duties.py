"""Only what somebody has read in the act or the regulation itself is called a duty."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.cli.ahead import under
from engine.cli.saying import standing
from engine.definition import TimeFrom, Timescale, Variant
from engine.duties import is_read, limit_is_read, names, reads, rule_is_read, step_is_read
from engine.loading import find, load, sources
from engine.loading.resolving import hashed
from engine.service import editions
from engine.service.looking import ahead, reading
from tests.shared import loaded
from tests.worlds import BESS, SAMPLE, World

SHIPPED = loaded(find("child_safeguarding_practice_review"))
SECTION = "Children Act 2004 s.16C(1)"


@pytest.mark.parametrize(
    ("checked", "law"),
    [
        (f"on 2026-11-22 against {SECTION} (consolidated text)", SECTION),
        (f"by A. Person on 2026-11-22 against the {SECTION}.", SECTION),
        ("on 2026-11-22 against Children Act 2004, section 16C(1), legislation.gov.uk", SECTION),
        ("on 2026-11-22 against Children Act 2004 s.16C", SECTION),
        ("on 2026-11-22 against the Children Act 2004", SECTION),
        ("on 2026-11-22 against SI 2018/789 regulation 14", "SI 2018/789 reg 14(2)-(3)"),
        ("on 2026-11-22 against SI 2018/789 reg 14(2)-(3)", "SI 2018/789 reg 14(2)"),
        (f"on 2026-11-22 against SI 2018/789 reg 2 and {SECTION}", SECTION),
        (
            "against Children and Social Work Act 2017 s.16",
            "Children and Social Work Act 2017 s.16",
        ),
    ],
)
def test_a_law_was_read_where_it_or_more_of_it_is_what_was_compared(checked, law):
    assert reads(checked, law)


@pytest.mark.parametrize(
    "checked",
    [
        "",
        "by me on 2026-11-23 against Our own arrangements",
        "by me on 2026-11-23 against the web",
        f"by me on 2026-11-23, who knows {SECTION}",
        f"on 2026-11-23 against our notes on {SECTION}",
        f"on 2026-11-23 against {SECTION} as our handbook relays it",
        "on 2026-11-23 against Children Act 1989 s.16C(1)",
        "on 2026-11-23 against Children Act 2004 s.16C(12)",
        "on 2026-11-23 against Children Act 2004 s.16C(1)(b)",
        "on 2026-11-23 against Children Act 2004 s.16F",
        "on 2026-11-23 against Children",
        "on 2026-11-23 against Act",
        "on 2026-11-23 against the",
        "on 2026-11-23 against ",
    ],
)
def test_a_law_was_not_read_where_something_else_or_less_of_it_was(checked):
    assert not reads(checked, SECTION)


def clock(source, checked, duty_checked="", confirmed="read", kind="act"):
    variant = Variant("within 5 working days of x", TimeFrom(kind, "must", source), confirmed)
    variant = variant._replace(checked=checked)
    return Timescale("x", "X", (variant,), "u", duty=SECTION, duty_checked=duty_checked)


def test_a_time_that_was_read_makes_a_duty_only_where_the_act_itself_sets_it():
    def called(*said, **more):
        one = clock(*said, **more)
        return is_read(one, one.variants[0])

    there = f"on 2026-11-22 against {SECTION}"
    assert called(SECTION, there)
    assert not called(SECTION, there, confirmed="second-hand")
    assert not called("Our own arrangements", "by me against Our own arrangements", kind="local")
    assert not called("Our own arrangements", there, kind="local")
    assert not called(SECTION, "by me against the web")
    assert not called(SECTION, "by me against the web", "by me against the web")
    assert called("Our own arrangements", "by me against our paper", there, kind="local")
    assert called("", "", there, confirmed="recalled")


def test_a_limit_is_a_legal_one_only_where_what_sets_it_was_what_was_read():
    def legal(source, checked, **more):
        return limit_is_read(clock(source, checked, **more).variants[0])

    there = f"on 2026-11-22 against {SECTION}"
    assert legal(SECTION, there)
    assert legal(f"{SECTION}, as amended", there)
    assert not legal(SECTION, "by me against the web")
    assert not legal(SECTION, there, kind="statutory guidance")
    assert not legal(SECTION, there, confirmed="second-hand")
    law = [
        variant
        for timescale in SHIPPED.timescales.values()
        for variant in timescale.variants
        if variant.time_from.kind in ("act", "regulation") and variant.confirmed == "read"
    ]
    assert len(law) >= 3
    assert all(map(limit_is_read, law))


def test_the_shipped_process_marks_each_of_its_duties_but_one_as_read():
    unread = {
        step.duty for step in SHIPPED.transitions.values() if not step_is_read(SHIPPED, step)
    } | {
        one.duty
        for one in SHIPPED.timescales.values()
        if one.duty and not all(is_read(one, variant) for variant in one.variants)
    }
    unread |= {one.duty for one in SHIPPED.rules.values() if one.duty and not rule_is_read(one)}
    assert unread - {""} == {"Children Act 1989 Schedule 2 paragraph 20"}


def test_a_law_is_not_named_by_a_text_that_only_speaks_of_it():
    assert names("SI 2018/789 reg 17", "SI 2018/789 reg 17")
    assert not names("The regulation says at regular intervals", "SI 2018/789 reg 14(1)")


def test_a_case_shows_what_nobody_read_in_the_act_as_said_to_be_a_duty(world: World) -> None:
    own = TimeFrom("local", "should", "Our own arrangements")
    sample = load(SAMPLE)
    clock, step = sample.timescales["notification"], sample.transitions["decide_to_notify"]
    variant = clock.variants[0]._replace(
        time_from=own, confirmed="read", checked="by me on 2026-11-23 against Our own arrangements"
    )
    clock = clock._replace(duty="Sample Act s.1", variants=(variant,))
    made = replace(
        sample,
        timescales={**sample.timescales, clock.id: clock},
        transitions={**sample.transitions, step.id: step._replace(duty="Sample Act s.1")},
        edition="2025-02",
    )
    editions.activate(world.place, BESS, hashed(made), sources(SAMPLE))
    ref = world.open(aware_on="2025-12-10")
    [told] = reading.show(world.place, BESS, ref)["deadlines"]
    assert (told["duty"], told["duty_read"]) == ("Sample Act s.1", False)
    assert standing(told) == (
        "Said to be a duty under Sample Act s.1; nobody has marked it as read there. The time is "
        'from local practice ("should"): Our own arrangements (read).'
    )
    why = ahead.why_not(world.place, BESS, ref, step.id)
    assert (why["duty"], why["duty_read"]) == ("Sample Act s.1", False)
    assert under(why) == ", said to be under Sample Act s.1"
    assert under({**why, "duty_read": True}) == ", under Sample Act s.1"
