from __future__ import annotations

import tomllib

import pytest

from engine.loading import load
from engine.trials.changing import Change, Sheet, sheets
from engine.trials.mutants import mutants
from engine.trials.mutating import SCENARIO
from engine.trials.trying import begun
from tests.stories import PROCESS

WORKFLOW = load(PROCESS)
SHEETS = sheets(PROCESS)
CHANGES = mutants(SHEETS, WORKFLOW)


def of(kind: str) -> list[Change]:
    return [change for change in CHANGES if change.kind == kind]


def table(change: Change) -> dict[str, object]:
    section, name = map(str, change.where[:2])
    found = change.sheet.tables[section][name]
    assert isinstance(found, dict)
    return found


def test_a_record_that_is_approved_for_a_step_is_not_dropped_for_it_must_be_there_anyhow() -> None:
    steps = WORKFLOW.transitions.values()
    both = {(s.id, a.of) for s in steps for a in s.approve if a.of in s.on_file}

    assert both
    assert both.isdisjoint(change.about[:2] for change in of("record dropped"))


def test_a_step_is_not_made_to_start_where_a_state_that_it_starts_from_holds_that_one() -> None:
    around = {state.id: state.within for state in WORKFLOW.states.values() if state.within}
    steps = [change for change in of("start of a step added") if not change.sheet.process]

    assert any(set(around.values()) & {*_listed(table(one)["from"])} for one in steps)
    assert not [one for one in steps if around.get(one.about[1]) in _listed(table(one)["from"])]


def test_a_clock_that_counts_from_the_opening_of_a_linked_case_is_never_provisional() -> None:
    changed = {change.about[0] for change in of("provisional dropped")}
    every = {name for one in SHEETS for name, t in _timescales(one) if t.get("provisional")}

    assert "notification" in changed
    assert every - changed == {"summary"}


def test_what_a_linked_case_opens_without_is_not_dropped_from_what_it_is_asked_first() -> None:
    linked = [one.said.split()[0] for one in of("opening narrowed") if one.sheet.process]

    assert linked == ["joined_on"]


def test_a_group_that_is_told_within_a_larger_one_is_not_dropped_from_who_is_told() -> None:
    dropped = {change.about for change in of("recipient dropped")}

    assert ("start_rapid_review", "review_group_agencies") in dropped
    assert ("start_rapid_review", "statutory_partners") not in dropped
    assert ("submit_rapid_review", "statutory_partners") in dropped


def test_what_no_step_asks_or_waits_for_is_not_asked_of_another_group() -> None:
    changed = {change.about[0] for change in of("asked of another")}

    assert {"opinion", "assurance_reply", "accuracy_comments", "attendance"} <= changed
    assert changed.isdisjoint({"plan_comments", "opinion_reasons", "answer_to_dissent"})


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("choice dropped", "answer"),
        ("asked per another", "per"),
        ("asked of another", "asked_of"),
        ("may_change dropped", "may_change"),
        ("made personal", "personal"),
        ("number raised", "at_most"),
    ],
)
def test_each_question_with_that_key_is_changed_in_it_and_in_nothing_else(
    kind: str, key: str
) -> None:
    changed = of(kind)
    assert changed
    for change in changed:
        name = change.about[0]
        now = tomllib.loads(change.text())["question"][name]
        was = table(change)
        differs = {one for one in {*was, *now} if was.get(one) != now.get(one)}
        assert differs - {"because"} == {key}


def test_a_change_of_a_question_is_put_to_the_stories_that_answer_it() -> None:
    planned = (one for one in of("may_change dropped") if one.about == ("publication_planned_on",))
    trial = begun(PROCESS)
    story = "advance_copies_go_out_seven_days_before_publication"
    results = trial.play([story, "deciding_is_not_sending"])
    (fate,) = trial.try_each(list(planned), results, jobs=1)

    assert (fate.by, fate.said) == (SCENARIO, story)


def _listed(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _timescales(sheet: Sheet) -> list[tuple[str, dict[str, object]]]:
    return list(sheet.tables.get("timescale", {}).items())
