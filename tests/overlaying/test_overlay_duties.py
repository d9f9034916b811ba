"""What an overlay may not do with a duty: call it one where the law does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.definitions import changed, mistakes, write
from tests.overlays import HEAD

MEANT = 'met_by     = "notify"\n'
NOTIFY = f'{MEANT}only_if    = {{ route = "notify" }}\n'
LAW = 'duty       = "Children Act 2004 s.16C(1)"\ntime_from '
GUIDANCE = "time_from "
HINT = "For those cases write a timescale of your own, [timescale.NAME], with a local time."
EVERY = '{ route = ["notify", "do not notify"] }'


def said(folder: Path, only_if: str, *changes: tuple[str, str], more: str = "") -> list[str]:
    """What is said of an overlay that writes only_if of a time for cases that are notified."""
    write(folder / "national", changed((MEANT, NOTIFY), *changes))
    text = f"{HEAD}[timescale.notification]\nonly_if = {only_if}\n{more}"
    return mistakes(folder / "local", {"process.toml": text})


def test_a_duty_is_not_shown_in_more_cases_than_the_law_means(tmp_path: Path) -> None:
    assert said(tmp_path, EVERY) == [
        'process.toml:4: "only_if" of timescale "notification" takes in what the base leaves out, '
        'such as a case where route is "do not notify"; it rests on Children Act 2004 s.16C(1). '
        + HINT
    ]


def test_by_a_question_of_its_own_an_overlay_makes_no_duty_either(tmp_path: Path) -> None:
    own = (
        '[question.worrying]\nask = "Is it worrying?"\nanswer = "yes or no"\npersonal = false\n'
        'because = "a judgement of the process"\n'
    )
    ways = '[{ route = "notify" }, { worrying = "yes" }]'
    (found,) = said(tmp_path, ways, more=own)
    assert "takes in what the base leaves out, such as a case where route is" in found


def test_guidance_is_not_said_to_set_a_time_in_more_cases_than_it_does(tmp_path: Path) -> None:
    (found,) = said(tmp_path, EVERY, (LAW, GUIDANCE))
    assert found.endswith(f'"do not notify"; it rests on chapter 5 (statutory guidance). {HINT}')


OTHERWISE = [
    ('[{ route = "notify", aware_on = "answered" }, { route = "notify" }]', ()),
    (EVERY, ((LAW, GUIDANCE), ('kind = "statutory guidance"', 'kind = "local"'))),
]


@pytest.mark.parametrize("case", OTHERWISE, ids=["the same cases in other words", "a local time"])
def test_the_same_cases_may_be_said_otherwise_and_a_local_time_may_hold_in_more(
    tmp_path: Path, case: tuple[str, tuple[tuple[str, str], ...]]
) -> None:
    only_if, changes = case
    assert said(tmp_path, only_if, *changes) == []


def test_a_local_time_of_a_duty_makes_it_one_in_no_more_cases(tmp_path: Path) -> None:
    local = ('kind = "statutory guidance"', 'kind = "local"')
    (found,) = said(tmp_path, EVERY, local)
    assert "it rests on Children Act 2004 s.16C(1)." in found


def test_what_a_refusal_says_to_write_instead_is_accepted(tmp_path: Path) -> None:
    own = """
[timescale.notify_though_not_required]
title      = "Say in the other cases too what was decided"
due        = "within 5 working days of aware_on"
only_if    = { route = "do not notify" }
met_by     = "decline"
stops_if   = "notify"
waiting_on = "authority"
time_from  = { kind = "local", says = "should", source = "our own protocol" }
confirmed  = "recalled"
no_reminder = "it is a courtesy"
no_escalation = "it is a courtesy"
"""
    write(tmp_path / "national", changed((MEANT, NOTIFY)))
    assert mistakes(tmp_path / "local", {"process.toml": HEAD + own}) == []
