from __future__ import annotations

from pathlib import Path

import pytest

from tests.definitions import changed, mistakes, write
from tests.overlays import HEAD, refusal

ASIDE = """\
title     = "Talk of our own"
starts_at = "asked"

[question.held]
ask    = "What was said?"
answer = "text"

[question.agreed]
ask      = "Is it agreed?"
answer   = ["yes, it is", "no, it is not"]
personal = false
because  = "a fact of the process"

[question.heard]
ask      = "What do the partners say?"
answer   = ["yes", "no"]
asked_of = "partners"
personal = false
because  = "a fact of the process"

[question.met_on]
ask      = "When was it talked over?"
answer   = "date"
personal = false
because  = "a date of the process"

[state.asked]
title      = "Asked for"
waiting_on = "authority"

[state.held]
title      = "Talked over"
waiting_on = "authority"

[state.ended]
title  = "Ended"
closed = true

[transition.meet]
from  = "asked"
to    = "held"
who   = {meets}
dates = "met_on"

[transition.end]
from = "held"
to   = "ended"
who  = ["authority", "unit"]
{ends}
"""
OPENS = """
[transition.ask_other]
from  = "referred"
who   = {who}
opens = {{ process = "aside" }}
[transition.notify.also]
only_if = {{ aside = "{awaits}" }}
"""
AUTHORITY = '"authority"'


def linked(folder: Path, ends: str, **said: str) -> list[str]:
    aside = ASIDE.format(meets=said.get("meets", AUTHORITY), ends=ends)
    opens = OPENS.format(who=said.get("who", AUTHORITY), awaits=said.get("awaits", "all ended"))
    return refusal(folder, opens, {"children/aside.toml": aside})


@pytest.mark.parametrize(
    "ends",
    [
        "",
        'on_file = ["held"]',
        'on_file = ["met_on"]',
        'only_if = { met_on = "passed" }',
        'approve = [{ of = "held", by = ["authority", "unit"] }]',
        'only_if = [{ agreed = "yes, it is" }, { agreed = "no, it is not" }]',
    ],
)
def test_a_duty_may_wait_for_a_linked_case_that_its_own_body_can_end(
    tmp_path: Path, ends: str
) -> None:
    assert linked(tmp_path, ends) == []


@pytest.mark.parametrize(
    ("ends", "meets"),
    [
        ('approve = [{ of = "held", by = "unit" }]', AUTHORITY),
        ('on_file = ["heard"]', AUTHORITY),
        ('approve = [{ of = "heard", by = "authority" }]', AUTHORITY),
        ('only_if = { agreed = "yes, it is" }', AUTHORITY),
        ("", '"unit"'),
        ('asked = ["heard"]', AUTHORITY),
    ],
)
def test_a_duty_waits_for_no_linked_case_that_others_must_help_to_end(
    tmp_path: Path, ends: str, meets: str
) -> None:
    (said,) = linked(tmp_path, ends, meets=meets)
    assert said.startswith(
        'process.toml:9: By "only_if" of transition "notify" timescale "notification", a duty of '
        "the local authority (Children Act 2004 s.16C(1)), could not be done in a case where aside "
        "is 0 ended and 1 running."
    )


def test_a_duty_may_wait_for_a_linked_case_of_which_its_own_body_keeps_the_record(
    tmp_path: Path,
) -> None:
    kept = changed(('kept_by      = ["unit"]', 'kept_by      = ["unit", "authority"]'))
    write(tmp_path / "national", kept)
    aside = ASIDE.format(meets=AUTHORITY, ends='asked = ["heard"]')
    opens = OPENS.format(who=AUTHORITY, awaits="all ended")
    files = {"process.toml": HEAD + opens, "children/aside.toml": aside}
    assert mistakes(tmp_path / "local", files) == []


def test_a_duty_waits_for_no_linked_case_that_others_open(tmp_path: Path) -> None:
    assert linked(tmp_path / "a", "", awaits="at least 1 ended") == []
    assert linked(tmp_path / "b", "", who='"unit"') == []
    (said,) = linked(tmp_path / "c", "", who='"unit"', awaits="at least 1 ended")
    assert said.startswith('process.toml:9: By "only_if" of transition "notify" timescale')


REPLYING = '[transition.reply.also]\napprove = [{{ of = "held", by = {} }}]\n'


DUTY = 'approve = [{ of = "reasons", by = "authority" }]'


def test_a_linked_case_that_a_duty_waits_for_in_the_base_is_ended_by_its_own_body_still(
    tmp_path: Path,
) -> None:
    waits = (
        'who     = "unit"\nonly_if = [{ reply = "all ended" }, { sent_on = "passed" }]\n' + DUTY,
        'who     = "authority"\nonly_if = { reply = "all ended" }\nduty = "Children Act 2004 s.1"',
    )
    files = changed(waits, ('opens   = { process = "reply", one_for = "agencies" }', OPENED))
    write(tmp_path / "national", files)
    local = tmp_path / "local"
    head = {"process.toml": HEAD}
    both = REPLYING.format('["authority", "unit"]')
    assert mistakes(local, {**head, "children/reply.toml": both}) == []
    (said,) = mistakes(local, {**head, "children/reply.toml": REPLYING.format('"unit"')})
    assert said == (
        'children/reply.toml:2: By this a linked case "Reply of an agency", for which "Finish" '
        "waits, could be ended only with others, and this step, a duty of the local authority "
        "(Children Act 2004 s.1), would wait for them. Ask for what those who owe the duty supply "
        "themselves."
    )
    heard = '[question.heard]\nask = "What do they say?"\nanswer = "text"\nasked_of = "partners"\n'
    asked = f'{heard}[transition.reply.also]\nasked = ["heard"]\n'
    (said,) = mistakes(local, {**head, "children/reply.toml": asked})
    assert said.startswith('children/reply.toml:6: By this a linked case "Reply of an agency", for')


OPENED = 'opens   = { process = "reply" }'


OPENS_MORE = """
[transition.ask_again]
from  = "{start}"
who   = ["authority", "unit"]
opens = {{ process = "reply" }}
"""
ENDS = 'from = "waiting"\nto   = "replied"\nwho  = "{}"'


WAITS = 'who     = "unit"\nonly_if = {}\n'
OTHERWISE = '[{ reply = "all ended" }, { sent_on = "passed" }]'
REVIEW = 'title      = "Finish the review"\n'
OF_LAW = (REVIEW, f'{REVIEW}duty       = "Children Act 2004 s.1"\n')


def opened_more(folder: Path, waits: str, start: str = "reviewing", ends: str = "") -> list[str]:
    """What is said of a step that opens more replies, where what ends the review waits so."""
    changes = [OF_LAW]
    if waits != OTHERWISE:
        changes.append((WAITS.format(OTHERWISE), WAITS.format(waits)))
    if ends:
        changes.append((ENDS.format("authority"), ENDS.format(ends)))
    write(folder / "national", changed(*changes))
    return mistakes(folder / "local", {"process.toml": HEAD + OPENS_MORE.format(start=start)})


@pytest.mark.parametrize(
    "waits", ['{ reply = "all ended" }', '[{ reply = "all ended" }, { route = "do not notify" }]']
)
def test_no_step_of_an_overlay_opens_more_of_what_a_duty_waits_for_and_others_end(
    tmp_path: Path, waits: str
) -> None:
    (said,) = opened_more(tmp_path, waits)
    assert said == (
        'process.toml:7: By this more linked cases "Reply of an agency", for which "Finish" '
        'waits, would be open, which only others can end, and timescale "review", a duty of the '
        "business unit (Children Act 2004 s.1), would wait for them. Open cases of a linked "
        "process of your own, for which no duty waits."
    )


def test_more_linked_cases_may_be_opened_where_no_duty_comes_to_wait_for_others(
    tmp_path: Path,
) -> None:
    all_ended = '{ reply = "all ended" }'
    assert opened_more(tmp_path / "their own", all_ended, ends="unit") == []
    assert opened_more(tmp_path / "afterwards", all_ended, start="ended") == []
    assert opened_more(tmp_path / "another way", OTHERWISE) == []
    assert opened_more(tmp_path / "some", '{ reply = "at least 1 ended" }') == []
