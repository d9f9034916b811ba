from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from engine.as_at import as_at
from engine.definition import TimeFrom, Timescale, Variant
from engine.describing import authority_line, describe, timescale_lines, transition_sentence
from engine.diagrams.graph import main_line
from engine.loading import find
from tests.shared import loaded

WORKFLOW = loaded(find("child_safeguarding_practice_review"))
RUNNING_TEXT = " ".join(describe(WORKFLOW, line=main_line(WORKFLOW)).split())
PROCESSES = (WORKFLOW, *WORKFLOW.children.values())
EXPECTED = "Expected (source not yet read)"


def sentence(name):
    return transition_sentence(WORKFLOW, WORKFLOW.transitions[name])


def test_every_timescale_carries_its_source_its_word_and_how_far_it_is_confirmed():
    for process in PROCESSES:
        for timescale in process.timescales.values():
            said = " ".join(timescale_lines(process, timescale))
            for variant in timescale.variants:
                time_from = variant.time_from
                assert f"(“{time_from.says}”): {time_from.source}" in said
                word = "Confirmed" if variant.confirmed == "read" else "Unconfirmed"
                assert f" {word}: {variant.confirmed}" in said
                assert timescale.duty in said


KINDS = ("act", "regulation", "statutory guidance", "panel guidance", "local")


@given(
    kind=st.sampled_from(KINDS),
    says=st.sampled_from(["must", "should", "may"]),
    confirmed=st.sampled_from(["read", "second-hand", "recalled", "disputed"]),
    duty=st.sampled_from(["", "Sample Act s.1"]),
    own=st.booleans(),
    there=st.booleans(),
)
def test_only_what_was_read_is_called_a_duty_or_a_legal_limit(
    kind, says, confirmed, duty, own, there
):
    time_from = TimeFrom(kind, says, "Sample source, part 2")
    against = "Sample source, part 2 (text as made)" if there else "the web"
    variant = Variant("every 1 month", time_from, confirmed, checked=f"by me against {against}")
    checked = f"on 2026-11-22 against {duty}" if duty and own else ""
    clock = Timescale("sample", "Sample", (variant,), "unit", duty=duty, duty_checked=checked)
    line = authority_line(clock, variant)

    read = confirmed == "read"
    assert line.startswith("Duty under") == bool(checked)
    assert line.startswith("Said to be a duty under") == (read and bool(duty) and not own)
    assert ("legal limit" in line) == (read and there and kind in ("act", "regulation"))
    assert (EXPECTED.casefold() in line.casefold()) != read
    word = "Confirmed" if read else "Unconfirmed"
    assert f"(“{says}”): Sample source, part 2. {word}: {confirmed}" in line
    assert duty in line


def test_that_a_regulation_was_read_confirms_no_month_that_it_does_not_give():
    progress = WORKFLOW.timescales["progress"]
    assert authority_line(progress, progress.variants[0]) == (
        "Duty under SI 2018/789 reg 14(1), read on 22 November 2026 against SI 2018/789 reg 14(1) "
        "(text as made). Its time is expected (source not yet read), and set by local practice "
        "(“should”): The regulation says at regular intervals and gives no number; a month is this "
        "partnership's choice. Unconfirmed: recalled."
    )


def test_a_duty_that_was_read_by_itself_is_one_and_its_time_is_still_expected():
    told = as_at(WORKFLOW, date(2025, 6, 1)).timescales["notification"]
    assert authority_line(told, told.variants[0]) == (
        "Duty under Children Act 2004 s.16C(1), read on 22 November 2026 against Children Act 2004 "
        "s.16C(1) (consolidated text). Its time is expected (source not yet read), and set by "
        "statutory guidance (“should”): Working Together 2023, chapter 5. Unconfirmed: second-hand."
    )


def test_a_step_is_a_duty_only_where_the_duty_was_read():
    check = "“Check the progress and the quality of the practice review” is a duty under "
    assert f"{check}SI 2018/789 reg 14(1)." in sentence("record_progress_check")
    assert "“Appoint the reviewer” is a duty under SI 2018/789 reg 12." in sentence(
        "appoint_reviewer"
    )
    unread = " is expected (source not yet read), under Children Act 1989 Schedule 2 paragraph 20."
    assert unread in sentence("record_looked_after_death_reported")
    things = (*WORKFLOW.timescales.values(), *WORKFLOW.transitions.values())
    read = {thing.duty for thing in things if thing.duty_checked}
    read.add("SI 2018/789 reg 17")
    called = re.findall(r"a duty under (.+?\S)\. ", RUNNING_TEXT)
    assert called
    assert set(called) <= read


def test_a_step_names_what_the_duty_is_before_anything_else_is_said_of_it():
    notify = "“Notify the national Panel of the incident” or “Notify the national Panel "
    sent = sentence("record_notification_sent")
    assert f" {notify}retrospectively” is a duty under Children Act 2004 s.16C(1). The step" in sent
    assert (
        f" It serves {notify}retrospectively”, which is a duty under Children Act 2004 s.16C(1). "
        "The local authority alone decides"
    ) in sentence("decide_to_notify")
    assert "This is a duty" not in RUNNING_TEXT


def test_a_paper_of_ones_own_that_was_read_makes_no_duty():
    own = TimeFrom("local", "should", "Our own arrangements")
    variant = Variant("within 5 working days of aware_on", own, "read")
    variant = variant._replace(checked="by me on 2026-11-23 against Our own arrangements")
    clock = WORKFLOW.timescales["notification"]
    clock = clock._replace(duty="Children Act 2004 s.11", duty_checked="", variants=(variant,))
    steps = {
        name: step._replace(duty="", duty_checked="") for name, step in WORKFLOW.transitions.items()
    }
    steps["record_notification_sent"] = steps["record_notification_sent"]._replace(
        duty="Children Act 2004 s.11"
    )
    bare = replace(WORKFLOW, timescales={"notification": clock}, transitions=steps, rules={})
    said = " ".join(describe(bare).split())
    assert (
        "Said to be a duty under Children Act 2004 s.11; nobody has marked it as read there. Its "
        "time is set by local practice (“should”): Our own arrangements. Confirmed: read by me on "
        "23 November 2026 against Our own arrangements."
    ) in said
    assert "is a duty under" not in said
    assert "Duty under" not in said
    assert "Duty: " not in said
