from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine.as_at import as_at
from engine.definition import Workflow
from engine.loading import load
from engine.proving import Failure, verify
from tests.definitions import write
from tests.proving import FILES, small

Change = tuple[str, str]

HEARD = """\
[question.heard_on]
ask      = "When was it heard?"
answer   = "date"
personal = false
because  = "a date of the process"

[timescale.hearing]
title      = "Finish after the hearing"
due        = "within 5 working days of heard_on"
met_by     = "finish"
stops_if   = "decline"
waiting_on = "unit"
remind     = [{ at = "2 working days before it is due", tell = "unit" }]
escalate   = [{ at = "1 working day after it was due", tell = "chair" }]
"""
DRAFT = 'from  = "reviewing"\nto    = "writing"\n'
FINISH = 'from  = "writing"\nto    = "ended"\n'
RULES_OF_TWO_TIMES = """\
[[timescale.hearing.variant]]
since     = 2024-01-01
began     = { by = "our procedure", confirmed = "recalled" }
due       = "within 5 working days of written_on"
time_from = { kind = "local", says = "should", source = "our procedure" }
confirmed = "recalled"

[[timescale.hearing.variant]]
since     = 2020-01-01
began     = { by = "our procedure", confirmed = "recalled" }
until     = 2023-12-31
due       = "within 5 working days of heard_on"
time_from = { kind = "local", says = "should", source = "our procedure" }
confirmed = "recalled"
"""


def starting(workflow: Workflow) -> list[Failure]:
    found = [one for one in verify(workflow).failures if one.kind == "clocks_can_start"]
    assert {one.entry.name for one in found} <= {"hearing"}
    return found


def with_hearing(folder: Path, *changes: Change, more: str = "") -> Workflow:
    return small(folder, *changes, more=HEARD + more)


def test_a_clock_whose_day_nobody_is_ever_asked_for_is_told(tmp_path: Path) -> None:
    (found,) = starting(with_hearing(tmp_path))

    assert found.says == (
        "“Finish after the hearing” counts from “When was it heard?”, and nothing ever asks for "
        "that day."
    )
    assert found.story == (
        "On Mon 15 Dec 2025 a case is opened: “Referred”.",
        "On Tue 16 Dec 2025 the business unit or the local authority: “Report it”.",
        "On Wed 17 Dec 2025 the local authority: “Notify the Panel”.",
        "On Thu 18 Dec 2025 the business unit: “Write the draft”.",
        "On Fri 19 Dec 2025 the business unit or the chair: “Finish the review”.",
        "No opening and no step on this way has asked “When was it heard?”, so “Finish after the "
        "hearing” has never run.",
    )


@pytest.mark.parametrize(
    ("changes", "more"),
    [
        ((('opening      = ["aware_on"]', 'opening      = ["aware_on", "heard_on"]'),), ""),
        (((DRAFT, f'{DRAFT}on_file = ["heard_on"]\n'),), ""),
        (((DRAFT, f'{DRAFT}only_if = {{ heard_on = "passed" }}\n'),), ""),
        ((), '[transition.hear]\nfrom = "reviewing"\nwho = "unit"\ndates = "heard_on"\n'),
    ],
)
def test_a_clock_whose_day_is_asked_for_on_some_way_can_start(
    tmp_path: Path, changes: tuple[Change, ...], more: str
) -> None:
    assert starting(with_hearing(tmp_path, *changes, more=more)) == []


@pytest.mark.parametrize(
    ("changes", "more"),
    [
        # The very step that meets it asks for the day from which it counts.
        (((FINISH, f'{FINISH}on_file = ["heard_on"]\n'),), ""),
        # What is asked for only afterwards comes too late for it.
        ((), '[transition.file]\nfrom = "ended"\nwho = "unit"\non_file = ["heard_on"]\n'),
        # To ask for something anew asks nobody who was never asked.
        (((DRAFT, f'{DRAFT}asks_anew = ["heard_on"]\n'),), ""),
        # A condition that is met without the answer asks nobody for it.
        (((DRAFT, f'{DRAFT}only_if = {{ heard_on = "not answered" }}\n'),), ""),
        (
            (
                (
                    DRAFT,
                    f'{DRAFT}only_if = [{{ heard_on = "answered" }}, {{ harm = "yes" }}]\n',
                ),
            ),
            "",
        ),
    ],
)
def test_a_clock_whose_day_comes_on_record_only_when_it_is_over_is_told(
    tmp_path: Path, changes: tuple[Change, ...], more: str
) -> None:
    (found,) = starting(with_hearing(tmp_path, *changes, more=more))

    assert "counts from “When was it heard?”" in found.says


def test_a_clock_of_which_one_rule_counts_from_a_day_that_nothing_asks_for_is_told(
    tmp_path: Path,
) -> None:
    head, due = HEARD.split('due        = "within 5 working days of heard_on"\n')
    workflow = small(tmp_path, more=head + due + RULES_OF_TWO_TIMES)

    assert len(starting(workflow)) == 1
    assert starting(as_at(workflow, date(2025, 6, 2))) == []


def test_a_clock_that_starts_only_where_its_day_is_not_known_yet_is_told(tmp_path: Path) -> None:
    dated = (
        '[transition.hear]\ntitle = "Hear"\nfrom = "writing"\nwho = "unit"\ndates = "heard_on"\n'
    )
    early = HEARD.replace("met_by ", 'starts_in  = ["deciding"]\nmet_by ')
    (found,) = starting(small(tmp_path, more=early + dated))

    assert found.says == (
        "“Finish after the hearing” counts from “When was it heard?”, and nothing asks for that "
        "day in time."
    )
    assert found.story[-1] == (
        "Only “Hear” asks “When was it heard?”: too late for “Finish after the hearing”, which has "
        "never run."
    )


def test_a_clock_that_counts_from_the_earliest_day_until_its_own_is_known_must_be_told_it(
    tmp_path: Path,
) -> None:
    provisional = HEARD.replace("met_by ", "provisional = true\nmet_by ")
    asked = (FINISH, f'{FINISH}on_file = ["heard_on"]\n')

    assert len(starting(small(tmp_path / "a" / "x", more=provisional))) == 1
    assert starting(small(tmp_path / "b" / "x", asked, more=provisional)) == []


def test_the_clock_of_a_linked_process_is_looked_at_too(tmp_path: Path) -> None:
    child = (
        'title = "Meeting"\nstarts_at = "called"\nkept_by = ["unit"]\n\n'
        '[state.called]\ntitle = "Called"\nwaiting_on = "unit"\n\n'
        '[state.held]\ntitle = "Held"\nclosed = true\n\n'
        '[transition.finish]\nfrom = "called"\nto = "held"\nwho = "unit"\n\n'
    )
    calling = (
        '[transition.call]\nfrom = "deciding"\nwho = "unit"\nopens = { process = "meeting" }\n'
    )
    hearing = HEARD.replace('stops_if   = "decline"\n', "")
    files = {**FILES, "more.toml": calling, "children/meeting.toml": child + hearing}
    (found,) = starting(load(write(tmp_path, files)))

    assert found.entry.process == "meeting"


def test_a_timescale_whose_only_rule_has_ended_starts_no_clock(tmp_path: Path) -> None:
    ended = ('confirmed  = "second-hand"\nremind', 'confirmed  = "second-hand"\n{}\nremind')
    until = 'until      = 2025-12-01\nended      = { by = "an act", confirmed = "recalled" }'
    workflow = small(tmp_path, (ended[0], ended[1].format(until)))
    (found,) = [one for one in verify(workflow).failures if one.kind == "clocks_can_start"]
    assert found.says == "“Notify in time” has no rule that is in force on Mon 15 Dec 2025."
