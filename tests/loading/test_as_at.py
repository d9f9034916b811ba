"""A definition as the law stood on a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from engine.as_at import as_at, first_day, left_out
from engine.definition import Workflow, plain, workflow_from
from engine.describing import describe
from engine.diagrams.graph import main_line
from engine.loading import find, load
from tests.offices import Office
from tests.shared import loaded
from tests.worlds import SAMPLE

NAME = "child_safeguarding_practice_review"
WORKFLOW = loaded(find(NAME))
DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2060, 1, 1))
RUNNING = date(2020, 5, 1)


def duties(workflow: Workflow) -> set[str]:
    processes = (workflow, *workflow.children.values())
    found = {step.duty for process in processes for step in process.transitions.values()}
    return (found | {one.duty for p in processes for one in p.timescales.values()}) - {""}


@given(day=DAYS)
def test_only_rules_in_force_on_the_day_are_kept_and_what_has_none_is_named(day: date) -> None:
    told, on = as_at(WORKFLOW, day), day.isoformat()
    absent = {one.timescale for one in left_out(WORKFLOW, day) if one.process == WORKFLOW.title}

    assert absent == set(WORKFLOW.timescales) - set(told.timescales)
    for name, timescale in told.timescales.items():
        assert len(timescale.variants) == 1
        assert timescale.variants[0].holds_on(on)
        assert timescale == WORKFLOW.timescales[name]._replace(variants=timescale.variants)


def test_nothing_but_rules_and_duties_differs_and_it_is_no_edition() -> None:
    told = as_at(WORKFLOW, RUNNING)

    assert told.hash == ""
    assert told == replace(WORKFLOW, timescales=told.timescales, children=told.children, hash="")
    assert workflow_from(plain(told), "") == told


def test_before_the_first_rule_no_step_is_called_a_duty_that_nothing_shows_to_have_been_one() -> (
    None
):
    assert first_day(WORKFLOW) == "2018-06-29"
    assert duties(as_at(WORKFLOW, date(2018, 6, 29))) == duties(WORKFLOW)
    before = as_at(WORKFLOW, date(2018, 6, 28))
    assert duties(before) == set()


def test_what_is_left_out_says_from_when_a_rule_is_known_and_when_the_last_ended() -> None:
    [care] = left_out(WORKFLOW, RUNNING)
    assert (care.timescale, care.first, care.last) == ("care_leaver_death", "2023-12-15", "")

    ended = WORKFLOW.timescales["rapid_review"]
    older = ended._replace(variants=tuple(v for v in ended.variants if v.since < "2020-09"))
    some = replace(WORKFLOW, timescales={"rapid_review": older}, children={})
    [one] = left_out(some, date(2021, 1, 1))
    assert (one.first, one.last) == ("", "2020-09-25")


def test_the_description_of_a_day_says_so_at_its_head_and_tells_no_other_rule() -> None:
    text = " ".join(describe(WORKFLOW, RUNNING).split())

    assert text.startswith(
        "Child safeguarding practice review As it stood on 1 May 2020, told from edition 2026-11, "
        "which is in force from 1 June 2025."
    )
    assert "Working Together 2018, chapter 4" in text
    assert "(“should”): Working Together 2023" not in text
    assert "Its rule has changed" not in text
    assert "Left out, since no rule of theirs held on 1 May 2020: - “Report the death of a" in text
    assert "the first that is known is from 15 December 2023." in text
    assert "began or ended is assumed for “Complete the rapid review" in text
    assert "What was law before then is not known here" not in text


def test_the_description_of_a_day_before_the_first_rule_says_that_the_law_is_not_known() -> None:
    text = " ".join(describe(WORKFLOW, date(2015, 1, 1)).split())

    assert "The first of its rules began on 29 June 2018. What was law before then is not" in text
    assert "is a duty under" not in text
    assert "This is expected (source not yet read), under" not in text
    assert "“Notify the national Panel of the incident”: the first that is known is from" in text


def changed_once(workflow: Workflow, name: str) -> Workflow:
    """Whose timescale has a rule until the end of 2024, without a beginning, and one after it."""
    timescale = workflow.timescales[name]
    newer = timescale.variants[0]._replace(since="2025-01-01", until="")
    older = newer._replace(since="", until="2024-12-31", began=None)
    both = timescale._replace(variants=(newer, older))
    children = {one: replace(child, timescales={}) for one, child in workflow.children.items()}
    return replace(workflow, timescales={name: both}, children=children)


def test_a_rule_that_ended_and_of_which_no_beginning_is_named_is_known_law() -> None:
    changed, day = changed_once(WORKFLOW, "notification"), date(2024, 6, 1)
    text = " ".join(describe(changed, day).split())

    assert first_day(changed) == ""
    assert "Where the clock starts on 31 December 2024 or earlier, it is due" in text
    assert "is not known here" not in text
    assert duties(as_at(changed, day)) == duties(changed)


def test_beside_rules_that_are_not_known_of_a_day_one_that_is_known_is_not_denied() -> None:
    mixed = changed_once(WORKFLOW, "notification")
    timescales = WORKFLOW.timescales | mixed.timescales
    text = " ".join(describe(replace(mixed, timescales=timescales), date(2015, 1, 1)).split())

    assert (
        "The first of its other rules began on 29 June 2018. What was law before then is known "
        "here only by the rules that are told, and no step is called a duty"
    ) in text
    assert "Where the clock starts on 31 December 2024 or earlier, it is due" in text


def test_a_process_without_dated_rules_is_the_same_on_every_day() -> None:
    sample = load(SAMPLE)
    bare = replace(sample, hash="")
    kept = [
        t for t in sample.timescales.values() if not any(v.since or v.until for v in t.variants)
    ]
    told = as_at(bare, date(1995, 1, 1))

    assert [one.id for one in told.timescales.values()] == [one.id for one in kept]


def test_as_at_is_asked_for_at_the_command_line(office: Office) -> None:
    said = office.ok("workflow", "describe", NAME, "--as-at", "1 May 2020")
    told = office.json("workflow", "describe", NAME, "--as-at", "2020-05-01")
    today = office.json("workflow", "describe", NAME)

    assert told["text"] == said == describe(WORKFLOW, RUNNING, main_line(WORKFLOW))
    assert (told["as_at"], today["as_at"]) == ("2020-05-01", None)
    assert [one["timescale"] for one in told["left_out"]] == ["care_leaver_death"]
    assert today["left_out"] == []


def test_a_day_that_is_none_or_known_in_part_is_refused_in_words(office: Office) -> None:
    for wrong in ("2020-05", "2020-02-30", "yesterday"):
        said = office.refused(2, "workflow", "describe", NAME, "--as-at", wrong)
        assert wrong in said
        assert "fault of its own" not in said
