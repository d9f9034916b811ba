from __future__ import annotations

from pathlib import Path

from tests.proving import faults

TOLD = """
[question.declined_on]
ask      = "When was it declined?"
answer   = "date"
personal = false
because  = "a date of the process"

[state.declined]
title      = "Declined"
waiting_on = "unit"

[transition.tell_family]
title   = "Tell the family"
from    = ["declined", "reviewing"]
who     = "unit"
only_if = { harm = "yes" }

[transition.put_away]
title = "Put the case away"
from  = "declined"
to    = "ended"
who   = "unit"

[timescale.family]
title      = "Tell the family in time"
due        = "within 5 working days of declined_on"
met_by     = "tell_family"
stops_if   = "put_away"
waiting_on = "unit"
remind     = [{ at = "2 working days before it is due", tell = "unit" }]
escalate   = [{ at = "1 working day after it was due", tell = "chair" }]
"""
DECLINED = (
    'from    = "deciding"\nto      = "ended"\n',
    'from    = "deciding"\nto      = "declined"\ndates   = "declined_on"\n',
)
REASONED = ('before    = "ended"', 'before    = "decline"')


def test_a_timescale_that_starts_where_answers_rule_out_what_meets_it_is_told(
    tmp_path: Path,
) -> None:
    (found,) = faults(tmp_path, DECLINED, REASONED, more=TOLD)

    assert (found.kind, found.entry.name) == ("clocks_can_be_met", "family")
    assert found.says == (
        "“Tell the family in time” starts at “Declined”, where nobody can meet it."
    )
    assert found.story[-2:] == (
        "On Wed 24 Dec 2025 the 5 working days of “Tell the family in time” are over.",
        "No step that meets it can be come to while it runs.",
    )


def test_a_timescale_that_can_be_met_with_some_answer_is_not_told(tmp_path: Path) -> None:
    either = TOLD.replace('{ harm = "yes" }', '{ harm = ["yes", "no"] }')

    assert faults(tmp_path, DECLINED, REASONED, more=either) == []
