from __future__ import annotations

from pathlib import Path

from tests.proving import faults

LEAVER = """\
[question.leaver]
ask      = "Was it a care leaver?"
answer   = "yes or no"
said     = "it was a care leaver"
personal = false
because  = "a test of the law"
"""

ONLY_IF = """
[timescale.leavers]
title      = "Tell of a care leaver"
due        = "within 5 working days of sent_on"
met_by     = "finish"
only_if    = {}
waiting_on = "unit"
remind     = [{{ at = "2 working days before it is due", tell = "unit" }}]
escalate   = [{{ at = "1 working day after it was due", tell = "chair" }}]
"""


def test_a_timescale_whose_condition_every_way_rules_out_is_told(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, more=ONLY_IF.format('{ harm = "no" }'))

    assert (found.kind, found.entry.name) == ("clocks_can_start", "leavers")
    assert found.says == (
        "“Tell of a care leaver” applies only if the answer on harm is no, and wherever it could "
        "run the record says otherwise."
    )
    assert found.story[2:] == (
        "On Wed 17 Dec 2025 the local authority: “Notify the Panel”.",
        "From here “Tell of a care leaver” would run, and it does not.",
        "On record by then: the answer on harm is yes.",
    )


def test_one_of_the_situations_in_which_a_timescale_applies_that_can_never_be_is_told(
    tmp_path: Path,
) -> None:
    either = '[{ harm = "no" }, { harm = "yes" }]'
    (found,) = faults(tmp_path, more=ONLY_IF.format(either))

    assert found.kind == "ways_possible"
    assert found.says == (
        "“Tell of a care leaver” names a situation that can never be where it runs: the answer on "
        "harm is no."
    )


def test_a_timescale_that_hangs_on_what_nobody_is_ever_asked_is_told(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, more=LEAVER + ONLY_IF.format('{ leaver = "yes" }'))

    assert (found.kind, found.entry.name) == ("clocks_can_start", "leavers")
    assert found.says == (
        "“Tell of a care leaver” applies only if it was a care leaver, and nothing ever asks that."
    )
    assert found.story[-1] == (
        "No opening and no step asks “Was it a care leaver?”, so “Tell of a care leaver” never "
        "runs, unless somebody records that of their own accord."
    )


def test_a_timescale_whose_condition_some_step_asks_about_may_apply(tmp_path: Path) -> None:
    asked = ('on_file = ["letter"]', 'on_file = ["letter", "leaver"]')

    assert faults(tmp_path, asked, more=LEAVER + ONLY_IF.format('{ leaver = "yes" }')) == []


def test_a_timescale_that_hangs_on_what_no_step_ever_sets_is_told(tmp_path: Path) -> None:
    sets = ('dates   = "sent_on"', 'dates   = "sent_on"\nsets    = { leaver = "no" }')
    (found,) = faults(tmp_path, sets, more=LEAVER + ONLY_IF.format('{ leaver = "yes" }'))

    assert (found.kind, found.entry.name) == ("clocks_can_start", "leavers")
