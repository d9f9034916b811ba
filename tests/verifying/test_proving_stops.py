from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.definition import Workflow
from engine.loading import load
from engine.proving import Failure, verify
from tests.definitions import write
from tests.proving import FILES, small
from tests.stories import PROCESS

STOPS = ('stops_if   = "decline"', 'stops_if   = ["decline", "wave"]')
WAVE = '[transition.wave]\ntitle = "Wave it away"\nfrom = "deciding"\nwho = "authority"\n'
ANSWERS = """\
[question.route]
ask      = "Which way?"
answer   = ["ours", "theirs"]
personal = false
because  = "of the process"

[question.waved_on]
ask      = "When was it waved away?"
answer   = "date"
personal = false
because  = "of the process"

[question.waved_why]
ask    = "Why was it waved away?"
answer = "text"

"""
RULE = """\
[rule.what_ends_it]
says       = "The duty to notify ends when it is declined or waved away."
timescale  = "notification"
stopped_by = ["decline", "wave"]
source     = "our procedure"
confirmed  = "recalled"

"""


def ending(workflow: Workflow) -> list[Failure]:
    return [one for one in verify(workflow).failures if one.kind == "duties_stop"]


def waved(folder: Path, step: str, *changes: tuple[str, str], more: str = "") -> list[Failure]:
    return ending(small(folder, STOPS, *changes, more=f"{ANSWERS}{more}{WAVE}{step}"))


def test_a_duty_that_an_empty_gesture_ends_is_told(tmp_path: Path) -> None:
    (found,) = waved(tmp_path, "")

    assert (found.entry.section, found.entry.name) == ("timescale", "notification")
    assert found.says == (
        "“Notify in time” is a duty, and “Wave it away” ends it without a word on record of why."
    )
    assert found.story == (
        "On Mon 15 Dec 2025 a case is opened: “Referred”.",
        "On Tue 16 Dec 2025 the business unit or the local authority: “Report it”.",
        "On Wed 17 Dec 2025 the local authority: “Wave it away”.",
        "“Notify in time” has ended, and was not met. No answer in words need have been given, and "
        "no rule of the process says that this ends it.",
    )


@pytest.mark.parametrize(
    "step",
    [
        'to = "reviewing"\n',
        'dates = "waved_on"\n',
        'sets = { route = "theirs" }\n',
        'on_file = ["aware_on", "harm"]\nasks_anew = ["harm"]\n',
        'asked = ["opinion"]\n',
        'asks_anew = ["waved_why"]\n',
    ],
)
def test_nothing_but_words_says_why_a_duty_ends(tmp_path: Path, step: str) -> None:
    assert len(waved(tmp_path, step)) == 1


@pytest.mark.parametrize(
    ("step", "changes"),
    [
        ('on_file = ["waved_why"]\n', ()),
        ('approve = [{ of = "waved_why", by = "authority" }]\n', ()),
        ("", (('duty       = "Children Act 2004 s.16C(1)"\ntime_from', "time_from"),)),
    ],
)
def test_what_leaves_its_reasons_or_ends_no_duty_is_no_empty_gesture(
    tmp_path: Path, step: str, changes: tuple[tuple[str, str], ...]
) -> None:
    assert waved(tmp_path, step, *changes) == []


def test_a_step_out_of_where_a_duty_runs_need_give_no_reasons_if_a_case_can_come_back(
    tmp_path: Path,
) -> None:
    only_there = ('met_by     = "notify"', 'met_by     = "notify"\nstarts_in  = ["deciding"]')
    out = 'to = "referred"\n'
    gone = 'to = "reviewing"\n'

    assert waved(tmp_path / "a" / "x", out, only_there) == []
    assert len(waved(tmp_path / "b" / "x", gone, only_there)) == 1


def test_a_rule_may_say_what_ends_a_duty_and_then_nothing_else_does(tmp_path: Path) -> None:
    words = 'on_file = ["waved_why"]\n'
    without = RULE.replace(', "wave"', "")

    assert waved(tmp_path / "a" / "x", "", more=RULE) == []
    (found,) = waved(tmp_path / "b" / "x", words, more=without)
    assert found.says == (
        "The duty to notify ends when it is declined or waved away. But “Wave it away” ends "
        "“Notify in time” as well."
    )
    assert found.story[-1] == "“Notify in time” has ended, and was not met."


def test_a_rule_that_names_as_an_end_what_ends_nothing_is_told(tmp_path: Path) -> None:
    workflow = small(tmp_path, more=f"{RULE}{WAVE}")
    (found,) = [one for one in verify(workflow).failures if one.kind == "rules"]

    assert found.says.endswith("But “Wave it away” does not end “Notify in time”.")


def test_a_rule_about_what_ends_a_time_is_held_where_no_duty_is(tmp_path: Path) -> None:
    rule = RULE.replace("notification", "letter").replace('["decline", "wave"]', '["decline"]')
    found = verify(small(tmp_path, more=rule)).failures

    assert [(one.kind, one.entry.name) for one in found] == [("rules", "what_ends_it")] * 2


def test_a_duty_of_a_linked_process_is_looked_at_too(tmp_path: Path) -> None:
    times = FILES["times.toml"].split("[timescale.review]")[0]
    child = "\n".join(
        (
            'title = "Meeting"\nstarts_at = "called"\nkept_by = ["unit"]\nopening = ["aware_on"]\n',
            FILES["questions.toml"].split("[question.sent_on]")[0],
            '[state.called]\ntitle = "Called"\nwaiting_on = "authority"\n',
            '[state.held]\ntitle = "Held"\nclosed = true\n',
            '[transition.notify]\nfrom = "called"\nto = "held"\nwho = "authority"\n',
            '[transition.drop]\nfrom = "called"\nto = "held"\nwho = "authority"\n',
            times.replace('"decline"', '"drop"'),
        )
    )
    calling = (
        '[transition.call]\nfrom = "deciding"\nwho = "unit"\nopens = { process = "meeting" }\n'
    )
    files = {**FILES, "more.toml": calling, "children/meeting.toml": child}
    (found,) = ending(load(write(tmp_path, files)))

    assert (found.entry.name, found.entry.process) == ("notification", "meeting")


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("looked_after_death", "inform_partners"),
        ("looked_after_death", "record_panel_letter"),
        ("retrospective_notification", "add_action"),
        ("written_request", "foresee_delay"),
        ("copy_of_improvements", "look_at_hold_again"),
        ("stay_public", "close_case"),
    ],
)
def test_no_other_step_can_be_made_to_end_a_duty_of_the_shipped_process(
    name: str, step: str
) -> None:
    workflow = load(PROCESS)
    duty = workflow.timescales[name]
    more = duty._replace(stops_if=(*duty.stops_if, step))
    changed = replace(workflow, timescales={**workflow.timescales, name: more})

    assert len(ending(changed)) == 1
