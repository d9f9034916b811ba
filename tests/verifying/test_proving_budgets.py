from __future__ import annotations

import time
from pathlib import Path

from engine.proving import verify
from tests.proving import faults, small

NOTICES = """\
remind     = [{ at = "1 working day before it is due", tell = "unit" }]
escalate   = [{ at = "1 working day after it was due", tell = "chair" }]
"""

HEARING = """
[question.heard_on]
ask      = "When did the partners meet?"
answer   = "date"
personal = false
because  = "a date of the process"

[state.meeting]
title      = "The partners meet"
waiting_on = "unit"

[transition.meet]
title = "Hold the meeting"
from  = "meeting"
to    = "writing"
who   = "unit"

[transition.call]
title = "Call a meeting"
from  = "reviewing"
to    = "meeting"
who   = "unit"
dates = "heard_on"
"""

DRAFTED_OR_MET = ('met_by     = "draft"', 'met_by     = "draft"\nstops_if   = "call"')
NOT_DRAFTED_FIRST = ('taken     = "draft"', 'on_file   = "reasons"')
UNSIGNED = ('signed_off_by = "finish"\n', "")


def clock(name: str, due: str, met_by: str, more: str = "") -> str:
    head = f'\n[timescale.{name}]\ntitle = "The days of {name}"\ndue = "{due}"\n'
    return f'{head}met_by = {met_by}\nwaiting_on = "unit"\n{NOTICES}{more}'


def test_a_local_time_from_the_day_of_a_duty_is_no_longer_than_the_duty(tmp_path: Path) -> None:
    local = clock("ours", "within 7 working days of aware_on", '"notify"', 'stops_if = "decline"\n')
    (found,) = faults(tmp_path, more=local)

    assert (found.kind, found.entry.name) == ("budgets", "ours")
    assert found.says == (
        "“The days of ours” may take longer than “Notify in time” allows, and lies within it."
    )
    assert found.story == (
        "On Mon 15 Dec 2025 “Notify in time” starts, with 5 working days.",
        "On Wed 24 Dec 2025 “The days of ours” is done on its last day (7 working days).",
        "“Notify in time” was due before that, on Mon 22 Dec 2025.",
    )


def test_a_local_time_that_ends_before_the_duty_fits_into_it(tmp_path: Path) -> None:
    local = clock("ours", "within 4 working days of aware_on", '"notify"', 'stops_if = "decline"\n')

    assert faults(tmp_path, more=local) == []


def test_local_times_of_a_way_round_are_counted_though_another_way_leaves_them_out(
    tmp_path: Path,
) -> None:
    local = clock("hearing", "within 20 working days of heard_on", '"meet"')
    (found,) = faults(
        tmp_path, DRAFTED_OR_MET, NOT_DRAFTED_FIRST, UNSIGNED, more=HEARING + calling() + local
    )

    assert (found.kind, found.entry.name) == ("budgets", "hearing")
    assert found.story[-1] == "“Review in time” was due before that, on Thu 8 Jan 2026."


def calling() -> str:
    """A local time for calling the meeting, which ends with the draft where there is none."""
    return clock("calling", "within 3 working days of sent_on", '"call"', 'stops_if = "draft"\n')


def test_a_local_time_that_is_dropped_when_the_other_is_met_is_not_within_it(
    tmp_path: Path,
) -> None:
    letter = clock("letter_filed", "within 90 working days of sent_on", '"record_letter"')

    assert faults(tmp_path, more=f'{letter}stops_if = "finish"\n') == []


def test_local_times_that_could_follow_one_another_in_any_order_come_to_an_end(
    tmp_path: Path,
) -> None:
    due, ends = "within 1 working day of written_on", '["draft", "finish"]'
    parts = "".join(clock(f"part_{number}", due, ends) for number in range(12))
    redraft = """
[transition.redraft]
title = "Write it anew"
from  = "writing"
who   = "unit"
dates = "written_on"
"""
    began = time.process_time()
    once = verify(small(tmp_path / "once", more=parts))
    again = verify(small(tmp_path / "again", more=redraft + parts.replace('"draft"', '"redraft"')))

    assert time.process_time() - began < 10
    assert (once.failures, once.not_shown) == ([], [])
    assert {one.kind for one in again.not_shown} <= {"budgets"}
