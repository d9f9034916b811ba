from __future__ import annotations

from pathlib import Path

import pytest

from engine.definition import Approval, Condition, Guard, Workflow
from engine.loading import load
from engine.proving import Failure, verify
from tests.definitions import write
from tests.proving import FILES, changing, small
from tests.stories import PROCESS

Change = tuple[str, str]

CONSENT = """\
[question.consent]
ask      = "Does the chair consent?"
answer   = ["yes", "no"]
personal = false
because  = "of the process"

[question.consented_on]
ask      = "When did the chair consent?"
answer   = "date"
personal = false
because  = "of the process"

[transition.consent]
title = "Consent to it"
from  = "deciding"
who   = "chair"
sets  = { consent = "yes" }
dates = "consented_on"
"""
NEEDS = 'only_if = { harm = "yes" }'
BOTH = 'only_if = { harm = "yes", consent = "yes" }'
APPROVED = (NEEDS, f'{NEEDS}\napprove = [{{ of = "reasons", by = "chair" }}]')
LAW = """\
[rule.the_chair_approves]
says        = "The chair approves what is notified."
before      = "notify"
approved    = "reasons"
approved_by = "chair"
source      = "an act"
confirmed   = "recalled"
"""
MEETING = """\
title     = "Meeting"
starts_at = "called"
kept_by   = ["unit"]

[state.called]
title      = "Called"
waiting_on = "chair"

[state.held]
title  = "Held"
closed = true

[transition.hold]
title = "Hold it"
from  = "called"
to    = "held"
who   = "chair"
"""
CALLING = """\
[transition.call]
title = "Call a meeting"
from  = "deciding"
who   = "unit"
opens = { process = "meeting" }
"""


def waiting(workflow: Workflow, name: str = "notification") -> list[Failure]:
    found = [one for one in verify(workflow).failures if one.kind == "duties_wait"]
    assert {one.entry.name for one in found} <= {name}
    return found


def told(folder: Path, *changes: Change, more: str = "") -> Failure:
    (found,) = waiting(small(folder, *changes, more=more))
    return found


def with_a_meeting(folder: Path, who: str) -> Workflow:
    meeting = MEETING.replace('who   = "chair"', f"who   = {who}")
    steps = FILES["steps.toml"].replace(NEEDS, f'{NEEDS[:-2]}, meeting = "all ended" }}')
    more = {"more.toml": CALLING, "children/meeting.toml": meeting, "steps.toml": steps}
    return load(write(folder, {**FILES, **more}))


def test_a_duty_that_waits_for_the_approval_of_another_is_told_with_its_days(
    tmp_path: Path,
) -> None:
    found = told(tmp_path, APPROVED)

    assert found.says == (
        "“Notify in time” is a duty, and at “Being decided” it waits for another body."
    )
    assert found.story == (
        "On Mon 15 Dec 2025 a case is opened: “Referred”.",
        "On Tue 16 Dec 2025 the business unit or the local authority: “Report it”.",
        "“Notify the Panel” waits for the approval of the chair.",
        "Nothing else that can be done from here leads to it.",
        "On Mon 22 Dec 2025 the 5 working days of “Notify in time” are over.",
    )


def test_a_duty_that_waits_for_what_only_a_step_of_another_answers_is_told(tmp_path: Path) -> None:
    found = told(tmp_path, (NEEDS, BOTH), more=CONSENT)

    assert found.story[2:4] == (
        "“Notify the Panel” waits for an answer to “Does the chair consent?”, which only the chair "
        "gives: “Consent to it”.",
        "Nothing else that can be done from here leads to it.",
    )


@pytest.mark.parametrize(
    ("guard", "steps"),
    [
        ('{ harm = "yes", consented_on = "answered" }', CONSENT),
        ('[{ harm = "yes", consent = "yes" }, { consented_on = "answered" }]', CONSENT),
        ('{ any = [{ consent = "yes" }, { consented_on = "answered" }] }', CONSENT),
        (
            '{ harm = "yes", consent = "yes" }',
            CONSENT + '\n[transition.agree]\nfrom = "deciding"\nwho = "unit"\n'
            'sets = { consent = "yes" }\n',
        ),
        (
            '{ harm = "yes", consent = "yes" }',
            CONSENT + '\n[transition.refuse]\nfrom = "deciding"\nwho = "authority"\n'
            'sets = { consent = "no" }\n',
        ),
        ('{ harm = "yes", consent = "not answered" }', CONSENT),
    ],
)
def test_no_group_of_steps_and_no_alternative_hides_that_a_duty_waits(
    tmp_path: Path, guard: str, steps: str
) -> None:
    if guard.startswith("{ any"):
        guard = guard.removeprefix("{ any = ").removesuffix(" }")
    found = told(tmp_path, (NEEDS, f"only_if = {guard}"), more=steps)

    assert "waits for an answer to" in "\n".join(found.story)


def test_a_duty_that_waits_for_a_step_which_needs_the_answer_of_another_is_told(
    tmp_path: Path,
) -> None:
    cleared = CONSENT + (
        '\n[question.cleared]\nask = "Is it cleared?"\nanswer = ["yes", "no"]\npersonal = false\n'
        'because = "of the process"\n\n[transition.clear]\ntitle = "Clear it"\nfrom = "deciding"\n'
        'who = "authority"\nonly_if = { consent = "yes" }\nsets = { cleared = "yes" }\n'
    )
    found = told(tmp_path, (NEEDS, 'only_if = { harm = "yes", cleared = "yes" }'), more=cleared)

    assert found.story[2].startswith("“Notify the Panel” waits for an answer to “Is it cleared?”")


def test_a_duty_that_waits_for_a_step_of_another_is_told(tmp_path: Path) -> None:
    report = ('who   = ["unit", "authority"]\n\n[transition.notify]', "")
    changed = (report[0], 'who   = "chair"\n\n[transition.notify]')
    found = told(tmp_path, changed)

    assert found.story[1] == "“Report it” waits for the chair, who alone may take it."


def test_a_duty_that_only_another_than_it_waits_on_can_meet_is_told(tmp_path: Path) -> None:
    found = told(
        tmp_path,
        ('waiting_on = "authority"\nduty', 'waiting_on = "chair"\nduty'),
    )

    assert "waits for the local authority, who alone may take it." in "\n".join(found.story)


def test_a_duty_that_waits_for_a_linked_case_which_others_end_is_told(tmp_path: Path) -> None:
    (found,) = waiting(with_a_meeting(tmp_path / "a" / "x", '"chair"'))

    assert "waits for the linked cases “Meeting”, the work of others." in "\n".join(found.story)
    assert waiting(with_a_meeting(tmp_path / "b" / "x", '["chair", "authority"]')) == []


@pytest.mark.parametrize(
    "changes",
    [
        # Its own word, in one of the ways of a condition.
        ((NEEDS, 'only_if = [{ harm = "yes", consent = "yes" }, { harm = "yes" }]'),),
        # It may take the step that answers.
        ((NEEDS, BOTH), ('who   = "chair"\nsets', 'who   = ["chair", "authority"]\nsets')),
        # Those who may do the duty with it approve.
        (
            (
                'who     = "authority"\nonly_if = { harm = "yes" }',
                f'who = ["authority", "chair"]\n{NEEDS}',
            ),
            APPROVED,
        ),
        # One of several may approve, and it is one of them.
        ((NEEDS, f'{NEEDS}\napprove = [{{ of = "reasons", by = ["chair", "authority"] }}]'),),
        # What was asked, and need not have been answered.
        ((NEEDS, NEEDS),),
    ],
)
def test_what_those_who_owe_a_duty_can_do_themselves_is_no_waiting(
    tmp_path: Path, changes: tuple[Change, ...]
) -> None:
    files = {**FILES, "more.toml": CONSENT}
    for old, new in changes:
        name = next(name for name, text in files.items() if old in text)
        files[name] = files[name].replace(old, new, 1)

    assert waiting(load(write(tmp_path, files))) == []


def test_what_is_always_on_record_when_a_clock_starts_is_no_waiting(tmp_path: Path) -> None:
    duty = (
        'met_by     = "finish"\nwaiting_on = "unit"\ntime_from',
        'met_by     = "finish"\nwaiting_on = "unit"\nduty = "Children Act 2004 s.16F"\ntime_from',
    )
    needs = (
        'who   = ["unit", "chair"]\napprove = [{ of = "reasons", by = "authority" }]',
        'who   = "unit"\nonly_if = { consent = "yes" }',
    )
    before = ('dates   = "sent_on"', 'dates   = "sent_on"\nsets = { consent = "yes" }')
    asked, step = CONSENT.split("[transition.")
    later = f"{asked}[transition.{step.replace('deciding', 'writing')}"

    assert waiting(small(tmp_path / "a" / "x", duty, needs, before, more=asked), "review") == []
    assert waiting(small(tmp_path / "b" / "x", duty, needs, before, more=CONSENT), "review") == []
    (found,) = waiting(small(tmp_path / "c" / "x", duty, needs, more=later), "review")
    assert found.story[-3].endswith("which only the chair gives: “Consent to it”.")


def test_an_answer_that_its_own_step_gives_elsewhere_is_still_waited_for_here(
    tmp_path: Path,
) -> None:
    own = (
        '\n[transition.consent_first]\ntitle = "Consent first"\nfrom = "referred"\n'
        'who = "authority"\nsets = { consent = "yes" }\n'
    )
    back = '\n[transition.go_back]\nfrom = "deciding"\nto = "referred"\nwho = "authority"\n'
    found = told(tmp_path / "a" / "x", (NEEDS, BOTH), more=CONSENT + own)

    assert found.story[1].endswith("“Report it”.")
    assert waiting(small(tmp_path / "b" / "x", (NEEDS, BOTH), more=CONSENT + own + back)) == []


def test_a_state_into_which_another_leads_and_out_of_which_only_they_lead_is_told(
    tmp_path: Path,
) -> None:
    parking = (
        '[state.parked]\ntitle = "Parked"\nwaiting_on = "chair"\n\n'
        '[transition.park]\ntitle = "Park it"\nfrom = "deciding"\nto = "parked"\nwho = "chair"\n\n'
        '[transition.take_up]\ntitle = "Take it up"\nfrom = "parked"\nto = "deciding"\n'
        'who = "chair"\n'
    )
    found = told(tmp_path, more=parking)

    assert found.story[-3] == "“Take it up” waits for the chair, who alone may take it."


def test_an_answer_that_is_given_with_a_step_of_another_alone_is_told(tmp_path: Path) -> None:
    asked = CONSENT.split("[transition.")[0]
    step = (
        '[transition.opine]\ntitle = "Opine"\nfrom = "deciding"\nwho = "chair"\n'
        'on_file = ["consent"]\nasks_anew = ["consent"]\n'
    )
    found = told(tmp_path, (NEEDS, BOTH), more=asked + step)

    assert "which only the chair gives: “Opine”" in found.story[2]


@pytest.mark.parametrize(
    "change",
    [
        {"approve": (Approval("decision_rationale", ("executive",)),)},
        {"approve": (Approval("decision_rationale", ("business_unit",)),)},
        {"only_if": Guard(((Condition("copy_received_on", "answered"),),))},
        {"only_if": Guard(((Condition("meeting", "all ended"),),))},
        {"on_file": ("opinion",)},
        {"who": ("executive",)},
    ],
)
def test_nobody_can_be_made_to_hold_up_the_notification_of_the_shipped_process(
    change: dict[str, object],
) -> None:
    workflow = changing(load(PROCESS), "record_notification_sent", **change)
    told = {one.entry.name for one in verify(workflow).failures if one.kind == "duties_wait"}

    assert "notification" in told


def test_an_approval_that_an_act_itself_asks_for_is_the_laws_own(tmp_path: Path) -> None:
    act = LAW.replace("source ", 'duty = "Children Act 2004 s.16C(1)"\nsource ')

    assert waiting(small(tmp_path / "a" / "x", APPROVED, more=act)) == []
    assert len(waiting(small(tmp_path / "b" / "x", APPROVED, more=LAW))) == 1
