from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from engine.as_at import as_at
from engine.canonical import canonical
from engine.definition import plain, workflow_from
from engine.describing import describe, timescale_lines, transition_sentence
from engine.diagrams.graph import main_line
from engine.loading import find, load
from engine.own_rules import OwnRule
from engine.prose import capital, people
from tests.shared import loaded
from tests.worlds import SAMPLE

NAME = "child_safeguarding_practice_review"
GOLDEN = Path(__file__).parents[1].joinpath("golden") / f"describe_{NAME}.txt"
WORKFLOW = loaded(find(NAME))
TEXT = describe(WORKFLOW, line=main_line(WORKFLOW))
RUNNING_TEXT = " ".join(TEXT.split())
PROCESSES = (WORKFLOW, *WORKFLOW.children.values())
EXPECTED = "Expected (source not yet read)"


def lines_of(name):
    return timescale_lines(WORKFLOW, WORKFLOW.timescales[name])


def sentence(name):
    return transition_sentence(WORKFLOW, WORKFLOW.transitions[name])


def words(*texts):
    """The words of a text in no order: a stored edition keeps none."""
    return sorted(re.findall(r"\w+", " ".join(texts)))


def under(heading):
    """What stands between a heading and the next one."""
    after = TEXT.partition(f" {heading}\n")[2]
    return " ".join(re.split(r"\n\n\d+\.", after)[0].split())


def test_the_description_is_the_text_that_was_signed():
    assert GOLDEN.read_text(encoding="utf-8") == TEXT, (
        "The description has changed. Read it again, whole; if it can be signed, keep it with "
        f"`casetrail workflow describe {NAME} > tests/golden/{GOLDEN.name}`."
    )


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_every_state_transition_and_timescale_is_named_by_its_title(process):
    things = [process.states, process.transitions, process.timescales, process.packs]
    titles = [one.title for known in things for one in known.values()]
    assert [title for title in [process.title, *titles] if title not in RUNNING_TEXT] == []


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_every_question_with_its_choices_and_its_help_is_in_the_text(process):
    for question in process.questions.values():
        said = (question.ask, question.help, "; ".join(question.choices))
        assert [text for text in said if text not in RUNNING_TEXT] == []


@pytest.mark.parametrize("folder", [find(NAME), SAMPLE], ids=lambda folder: folder.name)
def test_no_identifier_stands_in_a_description(folder):
    text = describe(load(folder))
    assert re.findall(r"\S*_\S*", text) == []


def test_every_line_is_short_enough_to_be_printed_and_none_ends_in_a_space():
    assert max(map(len, TEXT.split("\n"))) <= 88
    assert [line for line in TEXT.split("\n") if line != line.rstrip()] == []


def test_every_step_is_described_once():
    described = re.findall(r"^- (.+(?:\n  .+)*)", TEXT, re.MULTILINE)
    found = Counter(" ".join(one.split()).partition(" may do this")[0] for one in described)
    steps = [(process, step) for process in PROCESSES for step in process.transitions.values()]
    expected = Counter(f"{one.title} {capital(people(p, one.who, 'or'))}" for p, one in steps)
    assert expected - found == Counter()
    assert all(found[name] == number for name, number in expected.items())


def test_a_timescale_says_from_which_day_it_counts_and_that_this_is_day_0():
    assert lines_of("panel_response")[0] == (
        "It is due within 10 working days of the day on which the rapid review was sent to the "
        "national Panel. That day is day 0, whatever the time of day; the last day is the whole of "
        "working day 10."
    )
    assert lines_of("notification")[2].startswith(
        "Where the clock starts from 15 December 2023 to 18 March 2026, it is due within 5 working "
        "days of the day on which the local authority became aware of the incident. That day is "
        "day 0, whatever the time of day; the last day is the whole of working day 5."
    )
    assert lines_of("copy_of_report")[0] == (
        "Where the clock starts on 29 June 2018 or later, it is due at least 7 calendar days "
        "before the day for which publication is planned. "
        "Counted back from that day, which is day 0; the latest day is calendar day 7, and no day "
        "is skipped. A weekend or a bank holiday moves nothing."
    )
    assert lines_of("progress")[0].startswith(
        "Where the clock starts on 29 June 2018 or later, it is due every month while the case is "
        "at “Practice review”: first from the day on which"
    )
    assert lines_of("copy_to_business_unit")[0] == (
        "It is due by the end of the day on which the notification was sent to the national Panel, "
        "whether or not that is a working day."
    )
    assert lines_of("stay_public")[0].startswith(
        "Where the clock starts on 29 June 2018 or later, it is to last until 1 year after the day "
        "on which publication took place, and goes on"
    )


def test_older_rules_are_said_with_their_dates_and_their_own_sources():
    changed, current, former, _, relaxed, oldest, note, *_ = lines_of("rapid_review")
    assert changed.startswith("Its rule has changed.")
    assert current.startswith("Where the clock starts on 1 June 2025 or later, it is due")
    assert former.startswith("Where the clock starts from 1 September 2022 to 31 May 2025, it is")
    assert relaxed.startswith(
        "Where the clock starts from 30 March 2020 to 25 September 2020, it is due as soon as"
    )
    assert oldest.startswith("Where the clock starts from 29 June 2018 to 29 March 2020, it is due")
    assert "the day on which the notification was sent" in current
    assert "the day on which the local authority became aware" in oldest
    assert all(EXPECTED in one for one in (current, former, relaxed, oldest))
    assert note.startswith("Note: No act or regulation sets a time for it")


def test_what_made_a_rule_begin_and_end_is_said_with_how_well_the_day_is_known():
    relaxed = lines_of("rapid_review")[4]
    assert "From 30 March 2020: The Department for Education and the national Panel" in relaxed
    assert "a week later (second-hand). Until 25 September 2020: No source says when" in relaxed
    assert "lapsed on this day (assumed)." in relaxed
    assert lines_of("progress")[2] == "From 29 June 2018: SI 2018/789 came into force (recalled)."


def test_where_a_rule_sets_no_day_only_what_counts_from_its_start_is_said_to_go_out():
    said = "Where its rule sets no day, only what counts from its start goes out."
    assert lines_of("rapid_review")[-1] == said
    assert said not in lines_of("notification")
    assert said not in lines_of("written_request")


@pytest.mark.parametrize(
    ("name", "goes"),
    [("rapid_review", "30 working days"), ("practice_review_published", "9 months")],
)
def test_no_notice_is_told_that_the_rule_of_the_day_can_never_send(name, goes):
    relaxed = as_at(WORKFLOW, date(2020, 5, 1))
    told = timescale_lines(relaxed, relaxed.timescales[name])
    reminder, escalation = told[-2:]

    assert "as soon as practicable" in told[0]
    assert reminder == "No reminder goes out: this rule sets no day to count it from."
    assert escalation.startswith(f"An escalation goes out {goes} after it starts, to ")
    assert not any("it is due," in one or "it was due" in one for one in told[-2:])


def test_a_rule_that_was_relaxed_is_not_told_with_the_time_that_it_relaxed():
    at = {day: as_at(WORKFLOW, day) for day in (date(2020, 5, 1), date(2024, 1, 8))}
    relaxed, before = (
        " ".join(timescale_lines(one, one.timescales["practice_review_published"]))
        for one in at.values()
    )

    assert "no later than six months" in before
    assert "no later than six months" not in relaxed
    assert "Other proceedings never stop the clock" in relaxed


def test_those_who_are_told_twice_are_named_once():
    reminder, escalation = lines_of("notification")[-2:]
    assert reminder == (
        "A reminder goes out 2 working days before it is due, to the local authority and the "
        "business unit; and on the day it is due, to the local authority."
    )
    assert escalation == (
        "An escalation goes out 1 working day and 5 working days after it was due, to the local "
        "authority, the executive of the partnership, and the independent scrutineer or chair."
    )


def test_a_step_says_who_may_take_it_and_what_alternatives_share_only_once():
    said = sentence("decide_to_notify")
    assert said.startswith(
        "The local authority may decide to notify the national Panel if the youngest child "
        "concerned was not yet born or under 18, abuse or neglect is known or suspected, the child "
        "died or was seriously harmed, and either the incident happened in our area, or the "
        "incident happened outside England and the child normally lived in our area. "
    )
    assert "Each of the statutory partners must have been asked “Does your agency think" in said
    assert "the business unit are told." in said
    assert said.endswith(
        "The case is then at “The notification is to be sent to the national Panel”."
    )


def test_more_than_two_alternatives_are_a_list():
    assert "may do this if one of these is so: * the youngest child" in under(
        "In each of these four states"
    )
    assert "if one of these is so: the youngest child concerned" in sentence("decide_not_to_notify")


def test_what_a_step_needs_and_asks_anew_is_said_to_be_given_with_it_each_time():
    said = sentence("record_panel_letter")
    assert "These must be given with this step each time: “The national Panel's letter” and" in said
    assert "must be on file" not in said
    assert "“The national Panel's letter” is asked afresh" not in said
    told = sentence("record_transfer_accepted")
    assert "have the duty, and why?” must be on file." in told
    assert "acceptance in writing” must be given with this step each time." in told


def test_a_step_says_what_it_answers_by_itself_and_asks_nothing_of_that_afresh():
    said = sentence("decide_not_to_notify")
    assert "kept as the day on which the local authority decided whether to notify." in said
    assert "The record then says that the incident has gone this way: “do not notify”." in said
    assert "“What new information has come to light, and from whom?” is asked afresh." in said
    assert "“Which way has the incident gone?”" not in said


def test_who_keeps_the_record_is_said_of_the_process_and_of_a_linked_case_that_differs():
    assert "The record is kept by the business unit and the local authority. They" in RUNNING_TEXT
    said = under("Sharing the learning")
    assert "Its record is kept by the learning and development lead and the business unit." in said
    assert "is kept by" not in under("Summary of one agency for the rapid review")


def test_an_answer_that_its_agency_alone_may_see_says_until_which_moments():
    (said,) = set(re.findall(r"Shown only to the agency that gave it .*?\.", RUNNING_TEXT))
    assert said == (
        "Shown only to the agency that gave it until “The agency has given its summary in full”, "
        "“The agency has given a part” or “The agency has given a part, and no more is expected”."
    )


def test_a_step_for_any_time_is_described_once_and_under_no_state():
    assert "While a case is" not in TEXT
    assert RUNNING_TEXT.count("- Call a meeting ") == 1
    assert "“Call a meeting” (" not in RUNNING_TEXT
    at_any_time = under("At any time")
    assert "- Record a letter from the national Panel" in at_any_time.partition("open or closed")[2]
    assert "- Call a meeting" in at_any_time.partition("open or closed")[0]


def test_what_may_happen_in_each_state_of_several_is_said_once_after_them():
    together = under("In each of these four states")
    assert together.startswith("This may happen: - Decide to notify the national Panel")
    alone = under("The partners are asked for what they know and what they think")
    assert "Decide to notify" not in alone


def test_a_state_names_again_what_an_earlier_one_describes_and_where():
    said = under("Another authority leads, and we contribute")
    assert said.endswith(
        "Possible here, as described above: “Reopen the decision because of new information” (5.5) "
        "and “Go on to the learning without a further review” (5.5)."
    )


def test_closing_needs_every_kind_of_linked_case_to_have_ended():
    assert "if no linked case of any kind is still open." in sentence("close_case")
    assert "if no linked case “Sharing the learning” is still open." in sentence("finish_sharing")


def test_the_main_line_reads_from_the_referral_to_closing():
    line = [
        *("A referral has come in", "The notification is to be sent to the national Panel"),
        *("The national Panel has been notified", "Rapid review: the agencies are gathering"),
        *("The rapid review is with the national Panel", "Practice review: a reviewer is to be"),
        *("The report is to be published", "Published, and available", "Learning: the action"),
        *("Everything is done, and the case can be closed", "Closed"),
    ]
    found = [re.search(rf"^5[.\d]* {title}", TEXT, re.MULTILINE) for title in line]
    places = [match.start() for match in found if match]
    assert len(places) == len(line)
    assert places == sorted(places)


EVERYTHING_BUT_STATES = (
    *("transitions", "timescales", "questions"),
    *("packs", "children", "groups"),
)


def test_a_process_with_nothing_but_states_can_be_described():
    empty: dict[str, object] = {name: {} for name in EVERYTHING_BUT_STATES}
    bare = replace(WORKFLOW, **empty, opening=(), may_open=(), in_force_for="", caution="")
    text = describe(bare)
    assert "no timescales" in text
    assert "There are none." in text
    assert "Linked cases" not in text


def test_what_a_process_says_of_itself_is_told_with_its_source_and_a_duty_only_where_it_was_read():
    rule = OwnRule("a", "Nobody but the authority decides", "Sample guidance", "second-hand")
    checked = "on 2026-11-22 against Sample Act s.2"
    law = OwnRule("b", "It is public", "Sample Act s.2", "read", checked, "Sample Act s.2")
    text = " ".join(describe(replace(WORKFLOW, rules={"a": rule, "b": law})).split())
    assert "What must be so on every way" not in RUNNING_TEXT or WORKFLOW.rules
    assert (
        "- Nobody but the authority decides. Source: Sample guidance. Unconfirmed: second-hand. - "
        "It is public. Duty: Sample Act s.2. Source: Sample Act s.2. Confirmed: read on 22 November"
    ) in text
    unread = law._replace(confirmed="recalled")
    told = " ".join(describe(replace(WORKFLOW, rules={"b": unread})).split())
    assert "Expected (source not yet read): Sample Act s.2. Source" in told


def test_a_stored_edition_is_described_in_the_same_words():
    stored = workflow_from(json.loads(canonical(plain(WORKFLOW))), WORKFLOW.hash)
    for name, transition in stored.transitions.items():
        assert words(transition_sentence(stored, transition)) == words(sentence(name))
    for name, timescale in stored.timescales.items():
        assert words(*timescale_lines(stored, timescale)) == words(*lines_of(name))
