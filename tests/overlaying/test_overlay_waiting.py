"""What an overlay may ask for at a step of a duty: what the body that owes it can itself supply."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.loading import load
from tests.definitions import SOUND, changed, mistakes, write
from tests.overlays import HEAD, OWN, over, refusal

DUTY = (
    'timescale "notification", a duty of the local authority (Children Act 2004 s.16C(1)), would '
    "wait for "
)
QUESTION = """
[question.checked]
ask        = "Has it been checked?"
answer     = "yes or no"
personal   = false
because    = "a fact of the process"
"""
MAY_CHANGE = QUESTION + "may_change = true\n"
CONFER = """
[question.conferred_on]
ask      = "When was it talked over?"
answer   = "date"
personal = false
because  = "a date of the process"
[transition.confer]
from  = "referred"
who   = "{}"
dates = "conferred_on"
"""
ALSO = "[transition.notify.also]\n"

ASKED = OWN.replace("document", 'text"\nasked_of = "partners')

WAITING = [
    (
        ASKED + ALSO + 'asked = ["form"]',
        'process.toml:16: By "asked" of transition "notify" ' + DUTY + "the business unit to "
        'record whom "The form of our own" was asked, and who has not replied. Ask it with a step '
        "of your own, for which no duty waits.",
    ),
    (
        ASKED
        + CONFER.format('authority"\nasked = ["form"]\nsays = "x')
        + ALSO
        + 'on_file = ["conferred_on"]',
        'process.toml:28: By "on_file" of transition "notify" ' + DUTY + 'an answer to "When was '
        'it talked over?", which the local authority gives by "Confer".',
    ),
    (
        OWN + ALSO + 'on_file = ["form"]\napprove = [{ of = "form", by = "unit" }]',
        'process.toml:16: By "approve" of transition "notify" ' + DUTY + "the business unit to "
        'approve "The form of our own".',
    ),
    (
        ALSO + 'approve = [{ of = "reasons", by = "unit", at_least = 2 }]',
        'process.toml:4: By "approve" of transition "notify" ' + DUTY + "the business unit to "
        'approve "Why was it decided so?".',
    ),
    (
        ALSO + 'on_file = ["opinion"]',
        'process.toml:4: What the law requires waits for nobody\'s answer, and "opinion" is ',
    ),
    (
        CONFER.format("unit") + ALSO + 'on_file = ["conferred_on"]',
        'process.toml:14: By "on_file" of transition "notify" ' + DUTY + 'an answer to "When was '
        'it talked over?", which the business unit gives by "Confer".',
    ),
    (
        CONFER.format("unit") + ALSO + 'only_if = { conferred_on = "passed" }',
        'process.toml:14: By "only_if" of transition "notify" timescale "notification", a duty of '
        "the local authority (Children Act 2004 s.16C(1)), could not be done in a case where "
        "conferred_on is not answered",
    ),
    (
        OWN.replace("document", "case") + ALSO + 'on_file = ["form"]',
        'process.toml:15: By "on_file" of transition "notify" timescale "notification", a duty of '
        "the local authority (Children Act 2004 s.16C(1)), would wait for another open case",
    ),
    (
        ALSO + 'only_if = { reply = "all ended" }',
        'process.toml:4: What the law requires waits for nobody\'s answer, and "reply" is the work',
    ),
    (
        QUESTION + ALSO + 'only_if = { checked = "yes" }',
        'process.toml:10: By "only_if" of transition "notify" timescale "notification", a duty of '
        "the local authority (Children Act 2004 s.16C(1)), could not be done in a case where "
        'checked is "no"',
    ),
    (
        '[transition.notify]\nonly_if = { route = "notify", agencies = "not answered" }',
        'process.toml:4: By "only_if" of transition "notify" timescale "notification"',
    ),
]


@pytest.mark.parametrize("case", WAITING, ids=lambda case: case[0][-50:])
def test_a_duty_is_not_made_to_wait_for_what_another_body_supplies(
    tmp_path: Path, case: tuple[str, str]
) -> None:
    text, said = case
    found = refusal(tmp_path, text)
    assert [mistake for mistake in found if mistake.startswith(said)], found
    assert len(found) == 1


@pytest.mark.parametrize(
    "text",
    [
        OWN + ALSO + 'on_file = ["form"]\nasks_anew = ["form"]',
        OWN + ALSO + 'approve = [{ of = "form", by = ["authority", "unit"] }]',
        OWN + ALSO + 'only_if = { seen_on = "passed" }',
        CONFER.format("authority") + ALSO + 'on_file = ["conferred_on"]',
        CONFER.format("authority") + ALSO + 'only_if = { conferred_on = "passed" }',
        QUESTION + ALSO + 'only_if = { checked = "answered" }',
        MAY_CHANGE + ALSO + 'only_if = { checked = "yes" }',
        QUESTION + ALSO + 'only_if = [{ checked = "yes" }, { checked = "no" }]',
        '[transition.finish.also]\napprove = [{ of = "agencies", by = "authority" }]',
        CONFER.format("authority") + '[transition.finish.also]\non_file = ["conferred_on"]',
    ],
    ids=lambda text: text[-50:],
)
def test_what_its_own_body_supplies_and_what_holds_no_duty_up_may_be_asked_for(
    tmp_path: Path, text: str
) -> None:
    assert refusal(tmp_path, text) == []


KEEPS = ('kept_by      = ["unit"]', 'kept_by      = ["unit", "authority"]')
GIVES = '[transition.own]\nfrom = "referred"\nwho = "authority"\non_file = ["form"]\n'


@pytest.mark.parametrize("changes", [(), (KEEPS,)], ids=["by a step that needs it", "as a keeper"])
def test_more_may_be_asked_where_those_who_owe_the_duty_record_that_nobody_replied(
    tmp_path: Path, changes: tuple[tuple[str, str], ...]
) -> None:
    write(tmp_path / "national", changed(*changes))
    own = "" if changes else GIVES
    text = f'{HEAD}{ASKED}{own}{ALSO}asked = ["form"]'
    assert mistakes(tmp_path / "local", {"process.toml": text}) == []


def test_a_step_that_only_its_body_could_take_by_a_help_of_others_is_no_help(
    tmp_path: Path,
) -> None:
    text = CONFER.format('authority"\napprove = [{ of = "reasons", by = "unit" }]\nsays = "x')
    found = refusal(tmp_path, text + ALSO + 'on_file = ["conferred_on"]')
    assert 'an answer to "When was it talked over?"' in found[0]


def test_those_who_owe_a_duty_are_not_taken_from_a_step_on_the_way_to_it(tmp_path: Path) -> None:
    head = 'extends = "child_safeguarding_practice_review"\nedition = "ours"\n'
    text = head + '[transition.report_referral]\nwho = "agency_lead"\n'
    (said,) = mistakes(tmp_path / "local", {"process.toml": text})
    assert said.startswith('process.toml:4: By "who" of transition "report_referral" timescale')
    assert "would wait for the safeguarding lead of an agency to take it. It is on every" in said


LONGER = changed(
    ('starts_at    = "referred"', 'starts_at    = "come_in"'),
    (
        "[state.referred]",
        '[state.come_in]\ntitle = "Come in"\nwaiting_on = "unit"\nwithin = "open"\n\n'
        '[state.aside]\ntitle = "Aside"\nwaiting_on = "unit"\nwithin = "open"\n\n[state.referred]',
    ),
    (
        "[transition.decline]",
        '[transition.put_forward]\nfrom = "come_in"\nto = "referred"\nwho = ["unit", "authority"]\n'
        '\n[transition.go_round]\nfrom = "come_in"\nto = "aside"\nwho = "unit"\n\n'
        '[transition.come_back]\nfrom = "aside"\nto = "referred"\nwho = "unit"\n\n'
        "[transition.decline]",
    ),
)


def longer(folder: Path, text: str) -> list[str]:
    write(folder / "national", LONGER)
    return mistakes(write(folder / "local", {"process.toml": HEAD + OWN + text}), {})


def approved(step: str, by: str) -> str:
    approve = f'approve = [{{ of = "form", by = "{by}" }}]'
    return f'\n[transition.{step}.also]\non_file = ["form"]\n{approve}'


def test_a_step_on_every_way_to_a_duty_waits_for_nobody_else_either(tmp_path: Path) -> None:
    assert longer(tmp_path / "a", approved("put_forward", "unit")) == []
    both = approved("put_forward", "unit") + approved("go_round", "panel").replace("panel", "unit")
    assert longer(tmp_path / "b", both) == []
    other = approved("put_forward", "unit") + approved("come_back", "authority")
    assert longer(tmp_path / "c", other) == []
    own = OWN.replace("form", "letter").replace("seen_on", "viewed_on")
    role = '\n[role.chair]\ntitle = "chair"\nreads = ["form"]\n'
    one, two = approved("put_forward", "chair"), approved("come_back", "chair")
    assert longer(tmp_path / "d", role + one) == []
    assert longer(tmp_path / "e", role + own + one + two) == [
        f'process.toml:{line}: By "approve" of transition "{step}" {DUTY}the chair to approve '
        '"The form of our own". It is on every way to "notify". ' + HINT
        for line, step in ((32, "put_forward"), (35, "come_back"))
    ]


HINT = (
    "Ask for what those who owe the duty supply themselves: on_file; or, where they keep the "
    "record, asked, which waits for no reply."
)


def test_the_step_that_gives_what_a_duty_needs_waits_for_nobody_else_either(tmp_path: Path) -> None:
    files = changed(
        ('on_file = ["reasons"]', 'on_file = ["reasons", "sorted_on"]'),
        ("[transition.decline]", SORTING + "\n[transition.decline]"),
        ("[question.sent_on]", SORTED + "\n[question.sent_on]"),
    )
    write(tmp_path / "national", files)
    text = HEAD + OWN + approved("sort_out", "unit")
    (said,) = mistakes(write(tmp_path / "local", {"process.toml": text}), {})
    assert said.startswith('process.toml:17: By "approve" of transition "sort_out" ' + DUTY)
    text = f'{HEAD}{ASKED}[transition.sort_out.also]\nasked = ["form"]'
    (said,) = mistakes(write(tmp_path / "local", {"process.toml": text}), {})
    assert said.startswith('process.toml:16: By "asked" of transition "sort_out" ' + DUTY)


SORTED = """[question.sorted_on]
ask      = "When was it sorted out?"
answer   = "date"
personal = false
because  = "a date of the process"
"""
SORTING = """[transition.sort_out]
from  = "referred"
who   = "authority"
dates = "sorted_on"
"""


def test_a_step_that_is_itself_a_duty_waits_for_nobody_else(tmp_path: Path) -> None:
    files = changed(('duty       = "Children Act 2004 s.16C(1)"\n', ""))
    write(tmp_path / "national", files)
    text = HEAD + OWN + approved("notify", "unit")
    (said,) = mistakes(write(tmp_path / "local", {"process.toml": text}), {})
    assert said.startswith(
        'process.toml:17: By "approve" of transition "notify" this step, a duty of the local '
        "authority (Children Act 2004 s.16C(1)), would wait for the business unit to approve"
    )


def test_a_case_that_the_law_means_is_not_left_out_of_a_duty(tmp_path: Path) -> None:
    text = """
extends = "child_safeguarding_practice_review"
edition = "ours"
[transition.decide_to_notify.also]
only_if = { abuse_or_neglect = "known" }
undecided_if = { abuse_or_neglect = "suspected" }
"""
    (said,) = mistakes(tmp_path / "local", {"process.toml": text})
    assert said.startswith(
        'process.toml:5: By "only_if" of transition "decide_to_notify" timescale "notification", a '
        "duty of the local authority"
    )
    assert 'could not be done in a case where abuse_or_neglect is "suspected"' in said


NOTIFYING = ["report_referral", "decide_to_notify", "record_notification_sent"]


@pytest.mark.parametrize("step", NOTIFYING)
def test_the_national_duty_to_notify_waits_for_no_executive(tmp_path: Path, step: str) -> None:
    head = 'extends = "child_safeguarding_practice_review"\nedition = "ours"\n'
    approve = 'approve = [{ of = "what_happened", by = "executive" }]'
    text = f"{head}[transition.{step}.also]\n{approve}"
    (said,) = mistakes(tmp_path / "local", {"process.toml": text})
    assert said.startswith(f'process.toml:4: By "approve" of transition "{step}"')
    assert "Children Act 2004 s.16C(1)" in said
    assert 'timescale "notification"' in said


def test_a_step_behind_which_no_duty_runs_may_be_approved_by_others(tmp_path: Path) -> None:
    text = """
extends = "child_safeguarding_practice_review"
edition = "ours"
[transition.submit_rapid_review.also]
approve = [{ of = "rapid_review_report", by = "executive" }]
[transition.put_to_authority.also]
approve = [{ of = "what_happened", by = "review_group_chair" }]
"""
    assert mistakes(tmp_path / "local", {"process.toml": text}) == []


def test_the_small_base_of_these_tests_is_sound(tmp_path: Path) -> None:
    assert load(write(tmp_path, LONGER)).states
    assert load(write(tmp_path, SOUND)).states
    assert over(tmp_path / "c", OWN).questions


@pytest.mark.parametrize(
    "text",
    [
        ALSO + 'approve = [{ of = "nope", by = "unit" }]',
        ALSO + 'approve = [{ of = "reasons", by = "nope" }]',
        ALSO + 'only_if = { nope = "all ended" }',
        OWN.replace("document", 'text"\nasked_of = "nope') + ALSO + 'on_file = ["form"]',
        CONFER.format("nope") + ALSO + 'only_if = { conferred_on = "passed" }',
    ],
    ids=lambda text: text[-40:],
)
def test_names_that_nobody_knows_are_told_of_and_nothing_falls_over(
    tmp_path: Path, text: str
) -> None:
    assert any("There is no" in said for said in refusal(tmp_path, text))
